"""What happens to the site while it is used, one act after the other. Each returns its figures."""

import asyncio
import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drills.going_live.machine import Machine
from drills.going_live.world import Relay
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts, relationships
from petrel.ops.drills import Broken, Clients, Lost, Person
from petrel.ops.drills.load import Load
from petrel.storage.build import ROOT, build_of

PART, FOLLOWED = 5_000, 5
BOTS = 120
SETTING_S = 5.0                 # until every process has taken a setting over
WHO = System("drill")
FLAW = "    def _write(self, side: Side, name: str, body: Body) -> None:\n"


async def populate(count: int, known: list[Person]) -> int:
    """So many members, who follow each other, and every fiftieth one of the known. Returns the number of follows. The
    doors are open."""
    numbers: list[int] = []
    for start in range(0, count, PART):
        new = [accounts.NewAccount(handle=f"m{n:05}") for n in range(start, min(count, start + PART))]
        async with writing(WHO, cause="petrel drill") as w:
            numbers += await accounts.create_many(w, new)
    pairs = [(who, numbers[(at * step + step * step) % count]) for at, who in enumerate(numbers)
             for step in range(2, 2 + FOLLOWED)]
    pairs = [(a, b) for a, b in dict.fromkeys(pairs) if a != b]
    pairs += [(who, known[at // 50 % len(known)].id) for at, who in enumerate(numbers) if at % 50 == 0]
    for start in range(0, len(pairs), 10 * PART):
        async with writing(WHO, cause="petrel drill") as w:
            await relationships.follow_many(w, pairs[start: start + 10 * PART])
    return len(pairs)


def next_release(folder: Path, *, sabotage: bool) -> Path:
    """Another build, in a second copy of the sources. With `sabotage` its archive stores nothing and says that it has.
    Errors: Broken, when the sources have changed."""
    shutil.copytree(ROOT / "petrel", folder / "petrel", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "petrel" / "another.py").write_text('"""Another build."""\n')
    if sabotage:
        path = folder / "petrel" / "ops" / "backups" / "archive.py"
        text = path.read_text()
        if text.count(FLAW) != 1:
            raise Broken("the archive is written in another way now: the sabotage has to follow")
        path.write_text(text.replace(FLAW, FLAW + "        return\n"))
    return folder


async def upgrade(machine: Machine, load: Load, release: Path) -> dict[str, Any]:
    """By the next release's own command, under load."""
    before = Counter(load.record.statuses)
    began = time.monotonic()
    await machine.on_site("upgrade", root=release)
    took_s = time.monotonic() - began
    machine.root = release
    assert machine.site is not None
    now = machine.site.running()
    is_served = now.release is not None and now.release.build == build_of(release)
    await asyncio.sleep(1)
    came = load.record.statuses - before
    return {"upgrade_s": round(took_s, 1), "upgrade_requests": came.total(), "upgraded": is_served,
            "upgrade_refused": sum(n for what, n in came.items() if what not in ("200", "read 200")),
            "upgrade_answers": dict(came)}


async def bots(machine: Machine, wire: Clients, word: str) -> dict[str, Any]:
    """Many sign up at once, from one network, by the API, with the site's limits on. `bots_in`: accounts made."""
    app = (await wire.ask("POST", "/api/v1/apps", json={"client_name": "A", "redirect_uris": "a:/b",
                                                        "scopes": "read write"})).json
    token = (await wire.ask("POST", "/oauth/token", json={
        "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"],
        "scope": "read write"})).json["access_token"]
    await machine.on_site("settings", "set", "rate_limits", "on")
    await asyncio.sleep(SETTING_S)
    answers: Counter[str] = Counter()
    few = asyncio.Semaphore(8)

    async def one(number: int) -> None:
        async with few:
            try:
                answer = await wire.ask("POST", "/api/v1/accounts", token=token, json={
                    "username": f"{word}{number}", "email": f"{word}{number}@bots.golive",
                    "password": "long enough to be one", "agreement": True, "reason": "pills"})
                answers[str(answer.status)] += 1
            except Lost:
                answers["no answer"] += 1

    await asyncio.gather(*(one(n) for n in range(BOTS)))
    await machine.on_site("settings", "set", "rate_limits", "off")
    await asyncio.sleep(SETTING_S)
    return {"bots": BOTS, "bots_in": answers["200"], "bots_answers": dict(answers)}


async def relay_away(machine: Machine, wire: Clients, relay: Relay, mail: Mapping[str, int]) -> dict[str, Any]:
    """Members ask for letters while the relay is away; it comes back. Each letter has to arrive, once."""
    relay.end()
    before = len(relay.to)
    form = await wire.ask("GET", "/auth/forgot")
    guest = (form.header(b"set-cookie") or b"").decode().partition(";")[0]
    csrf = form.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    asked = 0
    for address in mail:
        answer = await wire.ask("POST", "/auth/forgot", form={"email": address, "csrf": csrf},
                                headers={"Cookie": guest})
        asked += answer.status == 200
    if asked != len(mail):
        raise Broken(f"only {asked} of {len(mail)} could ask for a letter ({answer.status})")
    await asyncio.sleep(8)                          # it is tried, in vain
    if len(relay.to) != before:
        raise Broken("the relay took letters while it was away")
    await relay.begin()
    await machine.on_site("mail", "retry")
    await relay.took(set(mail), 90)
    await asyncio.sleep(2)                          # whatever would come twice
    got = Counter(relay.to[before:])
    return {"letters": asked, "letters_lost": len(set(mail) - set(got)),
            "letters_twice": sum(1 for address in mail if got[address] > 1)}


async def disk_fills(wire: Clients, writer: Person, place: Path) -> dict[str, Any]:
    """The disk is filled up to 100 MiB, and emptied again."""
    file = place / "not-ours.bin"
    free_mib = shutil.disk_usage(place).free >> 20

    async def write() -> int:
        try:
            return (await wire.ask("POST", "/api/v1/statuses", token=writer.token,
                                   json={"status": "is there room?", "visibility": "private"})).status
        except Lost:
            return 0

    async def until(status: int, within_s: float) -> float | None:
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if await write() == status:
                return round(time.monotonic() - began, 1)
            await asyncio.sleep(0.2)
        return None

    with file.open("wb") as hog:
        os.posix_fallocate(hog.fileno(), 0, free_mib - 100 << 20)
    try:
        refused_s = await until(507, 60)
        read = (await wire.ask("GET", "/api/v1/timelines/public")).status
    finally:
        file.unlink(missing_ok=True)
    return {"disk_refused_s": refused_s, "disk_read": read, "disk_back_s": await until(200, 60)}
