"""An upload cut off goes on where it was."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

import petrel.api.media
import petrel.api.uploads  # noqa: F401
from petrel.core import seal
from petrel.core.doors import Doors, deriving, writing
from petrel.core.viewer import System
from petrel.features import media
from petrel.features.media import files
from petrel.features.media import jobs as media_jobs
from tests import samples
from tests.api.plain import Answer, Client
from tests.api.uploading import form_of, read_all
from tests.people import signed_in

U = "/api/v1/petrel/uploads"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    media.install(tmp_path)
    yield tmp_path
    media.install(None)


async def piece(api: Client, token: str, number: str, offset: int, body: bytes) -> Answer:
    sent, headers = form_of({"piece": body}, {"offset": str(offset)})
    return await api("PATCH", f"/api/v1/petrel/uploads/{number}", token=token, body=sent, headers=headers)


async def test_pieces_become_one_file(site: Doors, folder: Path) -> None:
    api = Client()
    (_, ada), (_, bob) = await signed_in("ra1", "rb1")
    whole = samples.picture(300, 200)
    begun = await api("POST", "/api/v1/petrel/uploads", token=ada, json={"size": len(whole), "description": "grey"})
    assert begun.json["offset"] == 0 and begun.json["size"] == len(whole)
    number = begun.json["id"]
    first = await piece(api, ada, number, 0, whole[:200])
    assert first.json["offset"] == 200
    for offset, body in ((0, whole[:200]), (300, whole[300:]), (200, whole[200:] + b"more")):
        wrong = await piece(api, ada, number, offset, body)
        assert wrong.status == 422 and "byte 200" in wrong.json["error"]
    assert (await api("GET", f"/api/v1/petrel/uploads/{number}", token=ada)).json["offset"] == 200
    assert (await api("GET", f"{U}/{number}", token=bob)).status == 404
    assert (await piece(api, bob, number, 200, whole[200:])).status == 404
    assert (await api("GET", f"/api/v1/media/{number}", token=ada)).status == 206
    last = await piece(api, ada, number, 200, whole[200:])
    assert last.json["offset"] == len(whole)
    await read_all()
    done = await api("GET", f"/api/v1/media/{number}", token=ada)
    assert done.status == 200 and done.json["description"] == "grey" and done.json["meta"]["original"]["width"] == 300
    assert not list((folder / "coming").iterdir())
    assert (await piece(api, ada, number, len(whole), b"x")).status == 404


async def test_what_cannot_be_taken_is_said_with_the_first_piece(site: Doors) -> None:
    api = Client()
    [(_, ada)] = await signed_in("ra2")
    for size in (0, -1, 1 << 40):
        assert (await api("POST", U, token=ada, json={"size": size})).status == 422
    number = (await api("POST", U, token=ada, json={"size": 1000})).json["id"]
    words = await piece(api, ada, number, 0, b"just some words, and more of them" * 10)
    assert words.status == 422 and "not accepted" in words.json["error"]


async def begun(handle: str, size: int) -> tuple[Client, str, str]:
    api = Client()
    [(_, token)] = await signed_in(handle)
    return api, token, (await api("POST", U, token=token, json={"size": size})).json["id"]


async def changed(sql: str, number: str) -> None:
    async with writing(System("tests"), cause="tests") as w:
        await w.execute(sql, int(number))
        w.record("tests.upload.changed", int(number))


async def test_an_upload_that_is_here_is_read_whatever_goes_wrong_right_after_its_last_piece(
        site: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = samples.picture(300, 200)
    api, token, number = await begun("ra3", len(whole))
    real = files.join

    def fails(*args: object) -> None:
        monkeypatch.setattr(files, "join", real)
        raise OSError("the disk was away")

    monkeypatch.setattr(files, "join", fails)
    assert (await piece(api, token, number, 0, whole)).json["offset"] == len(whole)
    assert (await api("GET", f"{U}/{number}", token=token)).json["offset"] == len(whole)
    await read_all()
    assert files.join is real and (await api("GET", f"/api/v1/media/{number}", token=token)).status == 206
    async with deriving("tests") as w:
        await w.execute("update ops.job set run_at = now()")
    await read_all()
    assert (await api("GET", f"/api/v1/media/{number}", token=token)).status == 200


async def test_an_upload_that_took_hours_is_not_refused_as_one_that_was_read_for_hours(site: Doors) -> None:
    whole = samples.picture(300, 200)
    api, token, number = await begun("ra4", len(whole))
    await piece(api, token, number, 0, whole[:200])
    await changed("update media.upload set at = now() - interval '2 h' where id = $1", number)
    await piece(api, token, number, 200, whole[200:])
    await media.coming.join(int(number))
    await media_jobs.purge()
    await read_all()
    assert (await api("GET", f"/api/v1/media/{number}", token=token)).status == 200


async def test_of_two_pieces_for_one_place_one_is_taken_whole(site: Doors, folder: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    whole = samples.picture(300, 200)
    api, token, number = await begun("ra5", len(whole))
    await piece(api, token, number, 0, whole[:200])
    real, other_is_in = files.take_piece, threading.Event()

    def slowly(upload: int, key: bytes, offset: int, file: BinaryIO) -> object:
        if file.read(4) == b"late":
            other_is_in.wait(5)
        file.seek(0)
        return real(upload, key, offset, file)

    monkeypatch.setattr(files, "take_piece", slowly)
    late = asyncio.create_task(piece(api, token, number, 200, b"late" + bytes(len(whole) - 204)))
    await asyncio.sleep(0)
    first = await piece(api, token, number, 200, whole[200:-9])
    other_is_in.set()
    told = await late
    assert first.status == 200 and told.status == 422 and f"byte {len(whole) - 9}" in told.json["error"]
    assert (await piece(api, token, number, len(whole) - 9, whole[-9:])).json["offset"] == len(whole)
    await read_all()
    assert (await api("GET", f"/api/v1/media/{number}", token=token)).json["meta"]["original"]["width"] == 300
    assert not list((folder / "coming").iterdir())


async def test_what_is_not_whole_is_refused_and_what_is_gone_is_not_there(site: Doors, folder: Path) -> None:
    whole = samples.picture(300, 200)
    api, token, number = await begun("ra6", len(whole))
    await piece(api, token, number, 0, whole[:200])
    await piece(api, token, number, 200, whole[200:])
    next((folder / "coming").glob("*.0")).unlink()
    await read_all()
    assert (await api("GET", f"/api/v1/media/{number}", token=token)).status == 422
    number = (await api("POST", U, token=token, json={"size": len(whole)})).json["id"]
    await seal.destroy([int(number)])
    assert (await piece(api, token, number, 0, whole)).status == 404


async def test_the_sweep_takes_all_pieces_of_an_upload_that_is_gone(site: Doors, folder: Path) -> None:
    whole = samples.picture(300, 200)
    api, token, number = await begun("ra7", len(whole))
    for offset in range(0, 1000, 200):
        await piece(api, token, number, offset, whole[offset:offset + 200])
    left = list((folder / "coming").iterdir())
    await changed("delete from media.upload where id = $1", number)      # and the process was killed
    for path in left:
        os.utime(path, (time.time() - 7200,) * 2)
    assert len(left) == 5 and str(await media_jobs.sweep()).startswith("5 files")
    assert not (folder / "coming").exists() or not list((folder / "coming").iterdir())
