"""Uploading through the client API: what comes back, what is refused and how, who may have the file."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import petrel.api.files  # noqa: F401
from petrel.api import media as door
from petrel.core.doors import Doors
from petrel.features import media
from tests import samples
from tests.api.plain import Client
from tests.api.uploading import form_of, read_all, ready, upload
from tests.people import signed_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nobody waits for the file to be read: tests read it themselves."""
    monkeypatch.setattr(door, "WAIT_S", 0)
    media.install(tmp_path)
    yield tmp_path
    media.install(None)


async def test_a_picture_is_taken_read_and_shown_to_its_owner_only(site: Doors, folder: Path) -> None:
    api = Client()
    (_, ada), (_, bob) = await signed_in("ada1", "bob1")
    sent = await upload(api, ada, samples.placed_jpeg(), description="the tower", focus="0.5,-0.25")
    assert sent.status == 202 and sent.json["url"] is None and sent.json["type"] == "unknown"
    assert sent.json["description"] == "the tower"
    number = sent.json["id"]
    assert (await api("GET", f"/api/v1/media/{number}", token=ada)).status == 206
    await read_all()
    found = await api("GET", f"/api/v1/media/{number}", token=ada)
    assert found.status == 200
    one = found.json
    assert one["type"] == "image" and one["blurhash"] and one["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert one["meta"]["original"] == {"width": 48, "height": 64, "size": "48x64", "aspect": 0.75}, "held upright"
    assert one["meta"]["small"]["width"] == 48
    for url in (one["url"], one["preview_url"]):
        shown = await api("GET", path_of(url))
        assert shown.status == 200 and shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["cache-control"] == "private, max-age=60"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert samples.PLACE not in shown.body and b"Exif" not in shown.body
    bare = path_of(one["url"]).partition("?")[0]
    hidden = await api("GET", bare)
    missing = await api("GET", "/media/12345678901234567/original.jpg")
    assert (hidden.status, hidden.body) == (missing.status, missing.body) == (404, b'{"error":"Record not found"}')
    assert hidden.headers.keys() == missing.headers.keys()
    assert (await api("GET", bare, token=bob)).status == 404
    assert (await api("GET", f"/api/v1/media/{number}", token=bob)).status == 404
    assert not any(samples.PLACE in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not list((folder / "coming").iterdir())


def path_of(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2]


async def test_parts_of_a_file_and_what_is_known_already(site: Doors) -> None:
    api = Client()
    [(_, ada)] = await signed_in("ada2")
    one = await ready(api, ada, samples.film())
    assert one["type"] == "video" and one["meta"]["original"]["frame_rate"] == "10/1"
    assert one["meta"]["original"]["duration"] == pytest.approx(1, abs=0.1)
    url = path_of(one["url"])
    whole = await api("GET", url)
    size = len(whole.body)
    assert whole.headers["content-length"] == str(size) and whole.headers["accept-ranges"] == "bytes"
    head = await api("HEAD", url)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(size))
    for asked, start, end in (("bytes=0-99", 0, 100), ("bytes=100-", 100, size), ("bytes=-7", size - 7, size),
                              (f"bytes=5-{size * 2}", 5, size)):
        part = await api("GET", url, headers={"range": asked})
        assert part.status == 206 and part.body == whole.body[start:end]
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = await api("GET", url, headers={"range": f"bytes={size}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    again = await api("GET", url, headers={"if-none-match": whole.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    other = await api("GET", url, headers={"range": "bytes=0-9", "if-range": '"another"'})
    assert (other.status, len(other.body)) == (200, size)
    assert (await api("GET", url.replace(".mp4", ".html"))).status == 404


async def test_words_of_an_upload_change_and_it_can_be_taken_back(site: Doors, folder: Path) -> None:
    api = Client()
    (_, ada), (_, bob) = await signed_in("ada3", "bob3")
    one = await ready(api, ada, samples.picture())
    address = f"/api/v1/media/{one['id']}"
    changed = await api("PUT", f"/api/v1/media/{one['id']}", token=ada,
                        json={"description": "a gradient", "focus": "0,1"})
    assert changed.status == 200 and changed.json["description"] == "a gradient"
    assert (await api("GET", address, token=ada)).json["meta"]["focus"] == {"x": 0.0, "y": 1.0}
    too_long = await api("PUT", address, token=ada, json={"description": "x" * 1501})
    assert too_long.status == 422 and "1500 characters" in too_long.json["error"]
    for focus in ("2,0", "a,b", "nan,0"):
        assert (await api("PUT", address, token=ada, json={"focus": focus})).status == 422
    assert (await api("PUT", address, token=bob, json={"description": "mine"})).status == 404
    assert (await api("DELETE", address, token=bob)).status == 404
    gone = await api("DELETE", f"/api/v1/media/{one['id']}", token=ada)
    assert (gone.status, gone.body) == (200, b"{}")
    assert (await api("GET", path_of(one["url"]))).status == 404
    await read_all()
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("name", "status", "told"), [
    ("words", 422, "is of a kind that is not accepted"), ("nothing", 422, "is empty"),
    ("cut", 422, "cannot be read"), ("bomb", 422, "too many pixels"), ("frames", 422, "too many frames"),
    ("heic", 422, "HEIC"), ("svg", 422, "not accepted"), ("html", 422, "not accepted"), ("large", 422, "too large"),
    ("playlist", 422, "cannot be read")])
async def test_hostile_files_are_refused_in_words(site: Doors, name: str, status: int, told: str,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    body = {
        "words": lambda: b"just some words", "nothing": lambda: b"", "cut": lambda: samples.film()[:3000],
        "bomb": lambda: samples.png_bomb(20_000, 20_000), "frames": lambda: samples.long_gif(100_000),
        "heic": lambda: b"\0\0\0\x18ftypheic" + b"\0" * 90, "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "html": lambda: b"<!doctype html><script>alert(1)</script>",
        "large": lambda: b"\xff\xd8\xff\xe0" + b"\0" * (2 << 20),
        "playlist": lambda: b"\xff\xfb" + b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 20}[name]()
    if name == "large":
        from petrel.core import limits
        monkeypatch.setattr(limits, "_current", limits.Limits(media_picture_mib=1))
    api = Client()
    [(_, ada)] = await signed_in(f"h{name}")
    answer = await upload(api, ada, body)
    if answer.status == 202:
        await read_all()
        answer = await api("GET", f"/api/v1/media/{answer.json['id']}", token=ada)
    assert answer.status == status and told in answer.json["error"], answer.body


async def test_what_stands_behind_a_picture_does_not_come_through(site: Doors) -> None:
    """A picture that is an archive and a page as well."""
    api = Client()
    [(_, ada)] = await signed_in("ada5")
    tail = b"PK\x03\x04<script>alert(1)</script>" + samples.PLACE
    one = await ready(api, ada, samples.picture() + tail)
    shown = await api("GET", path_of(one["url"]))
    assert shown.status == 200 and tail not in shown.body and b"script" not in shown.body


async def test_the_older_call_waits_until_the_file_is_read(site: Doors) -> None:
    api = Client()
    [(_, ada)] = await signed_in("ada6")
    waiting = asyncio.create_task(upload(api, ada, samples.gif(), to="/api/v1/media"))
    while not waiting.done():
        await read_all()
        await asyncio.wait([waiting], timeout=0.02)
    answer = waiting.result()
    assert answer.status == 200 and answer.json["type"] == "gifv"
    assert answer.json["url"].partition("?")[0].endswith(".mp4")
    assert "deprecation" in answer.headers


async def test_an_upload_needs_a_file_and_the_right_to_send_one(site: Doors) -> None:
    api = Client()
    [(_, ada)] = await signed_in("ada7")
    assert (await upload(api, None, samples.picture())).status == 401
    assert (await api("POST", "/api/v2/media", token=ada, json={"file": "words"})).status == 400
    body, headers = form_of({}, {"file": "words"})
    assert (await api("POST", "/api/v2/media", token=ada, body=body, headers=headers)).status == 400
    assert (await api("POST", "/api/v1/media", token=ada, body=body, headers=headers)).status == 400


async def test_two_who_send_the_same_keep_one_file_and_neither_can_tell(site: Doors, folder: Path) -> None:
    api = Client()
    (_, ada), (_, bob) = await signed_in("ada8", "bob8")

    def lying() -> int:
        return len([path for path in folder.rglob("*") if path.is_file()])

    one: Any = await ready(api, ada, samples.sound())
    before = lying()
    two: Any = await ready(api, bob, samples.sound())
    assert lying() == before == 1, "sound has one rendition"
    assert one["type"] == two["type"] == "audio" and one["url"] != two["url"]
    assert (await api("DELETE", f"/api/v1/media/{one['id']}", token=ada)).status == 200
    await read_all()
    shown = await api("GET", path_of(two["url"]))
    assert shown.status == 200 and lying() == 1
    assert (await api("DELETE", f"/api/v1/media/{two['id']}", token=bob)).status == 200
    await read_all()
    assert lying() == 0
