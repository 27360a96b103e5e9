"""An upload cut off goes on where it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import petrel.api.media
import petrel.api.uploads  # noqa: F401
from petrel.core.doors import Doors
from petrel.features import media
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
