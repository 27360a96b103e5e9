"""Afterwards: is everything that was taken served bit for bit, and does everything that lies there belong to something?

What a file should be served as is made once more from what was sent, apart from the site.
"""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.newyear.files import File
from petrel.ops.drills import Clients, Lost, Site
from petrel.outside.decoding import Decoder, Refusal, Wish

AT_ONCE = 2
ROWS = """
select f.id, (select count(*) from media.rendition r where r.file = f.id) as shown from media.file f
"""
UPLOADS = "select id, state, use from media.upload"


class Compared(Struct):
    """`wrong`: taken files that are not served, or not as they should be."""

    served: int = 0
    parts: int = 0
    bytes: int = 0
    wrong: list[str] = []


async def compare(wire: Clients, files: list[File], taken: list[dict[str, Any]]) -> Compared:
    seen, waiting = Compared(), list(taken)

    async def some() -> None:
        decoder = Decoder()
        try:
            while waiting:
                one = waiting.pop()
                try:
                    await _one(wire, decoder, files[one["file"]], one, seen)
                except (Lost, Refusal, KeyError) as e:
                    seen.wrong.append(f"{files[one['file']].path.rpartition('/')[2]}: {e!r}, {one['state']}")
        finally:
            decoder.end()

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return seen


async def _one(wire: Clients, decoder: Decoder, file: File, one: dict[str, Any], seen: Compared) -> None:
    name = f"{file.path.rpartition('/')[2]} ({one['id']})"
    if one["state"] != "posted":
        seen.wrong.append(f"{name}: {one['state']}")
        return
    given = os.open(file.path, os.O_RDONLY)
    try:
        made = await decoder.make(given, Wish())
    finally:
        os.close(given)
    for which, body in zip(("url", "preview"), made.bodies, strict=True):
        with os.fdopen(body, "rb") as piece:
            piece.seek(0)
            wanted = await asyncio.to_thread(piece.read)
        path = "/" + one[which].split("/", 3)[3]
        answer = await wire.ask("GET", path)
        start, end = len(wanted) // 3, len(wanted) // 2
        part = await wire.ask("GET", path, headers={"Range": f"bytes={start}-{end - 1}"})
        if answer.status != 200 or hashlib.sha256(answer.body).digest() != hashlib.sha256(wanted).digest():
            seen.wrong.append(f"{name}, {which}: {answer.status}, {len(answer.body)} bytes of {len(wanted)}")
        elif part.status != 206 or part.body != wanted[start:end]:
            seen.wrong.append(f"{name}, {which}: {part.status} for a part of it")
        else:
            seen.parts += 1
            seen.bytes += len(wanted)
        if which == "url":
            seen.served += 1


async def orphans(site: Site, data: Path) -> list[str]:
    """Files that no row names, rows whose file is not there, uploads that neither wait nor have a rendition."""
    async with site.database() as base:
        shown = {row["id"]: row["shown"] for row in await base.fetch(ROWS)}
        uploads = {row["id"]: row["state"] for row in await base.fetch(UPLOADS)}
        bare = [row["id"] for row in await base.fetch(
            "select u.id from media.upload u where u.state = 2 and not exists "
            "(select from media.rendition r where r.cell = u.cell and r.upload = u.id)")]
    found = [f"upload {number} is ready and has no rendition" for number in bare]
    found += [f"file {number} is a rendition of nothing" for number, count in shown.items() if not count]
    lying = await asyncio.to_thread(lambda: [p for p in (data / "media").rglob("*") if p.is_file()])
    there: set[int] = set()
    for path in lying:
        number = int(path.name.partition(".")[0].rpartition("-")[2], 16)
        if path.parent.name == "coming":
            if uploads.get(number) not in (0, 1):
                found.append(f"coming/{path.name} waits for nothing")
        elif number not in shown or "." in path.name:
            found.append(f"{path.parent.name}/{path.name} belongs to nothing")
        else:
            there.add(number)
    return [*found, *(f"file {number} has a row and does not lie there" for number in shown.keys() - there)]
