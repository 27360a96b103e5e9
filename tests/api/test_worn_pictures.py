"""Avatars and headers: sent, shown to whom the law lets see them, taken off."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import petrel.api.accounts_public
import petrel.api.accounts_self
import petrel.api.files
import petrel.api.profile
import petrel.api.statuses  # noqa: F401
from petrel.api.http import Gate, HttpSettings, Limits
from petrel.core import limits
from petrel.core.doors import Doors
from petrel.features import media
from tests import samples
from tests.api.plain import Answer, Client, resolve
from tests.api.test_media import path_of
from tests.api.uploading import form_of, read_all
from tests.people import signed_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    media.install(tmp_path)
    yield tmp_path
    media.install(None)


async def send(api: Client, token: str, **files: bytes) -> Answer:
    body, headers = form_of(files, {"display_name": "Ada"})
    waiting = asyncio.create_task(api("PATCH", "/api/v1/accounts/update_credentials", token=token, body=body,
                                      headers=headers))
    while not waiting.done():
        await read_all()
        await asyncio.sleep(0.02)
    return await waiting


async def test_an_avatar_is_shown_everywhere_and_taken_off(site: Doors, folder: Path) -> None:
    api = Client()
    [(ada, token)] = await signed_in("wa1")
    before = (await api("GET", f"/api/v1/accounts/{ada.account}")).json
    assert "/avatars/" in before["avatar"]
    sent = await send(api, token, avatar=samples.placed_jpeg(600, 500), header=samples.picture(1600, 900))
    assert sent.status == 200 and sent.json["display_name"] == "Ada"
    shown = (await api("GET", f"/api/v1/accounts/{ada.account}")).json
    assert "/media/" in shown["avatar"] and shown["avatar"] == shown["avatar_static"] and "/media/" in shown["header"]
    found = await api("GET", path_of(shown["avatar"]))
    assert found.status == 200 and samples.PLACE not in found.body
    assert found.headers["cache-control"].startswith("public")
    made = await api("POST", "/api/v1/statuses", token=token, json={"status": "hello"})
    assert made.json["account"]["avatar"] == shown["avatar"]
    own = (await api("GET", "/api/v1/profile", token=token)).json
    assert (own["avatar"], own["header"]) == (shown["avatar"], shown["header"])
    again = await send(api, token, avatar=samples.picture(90, 90, "PNG"))
    assert again.json["avatar"] != shown["avatar"]
    await read_all()
    assert (await api("GET", path_of(shown["avatar"]))).status == 404, "the one before is gone"
    for which in ("avatar", "header"):
        off: Any = await api("DELETE", f"/api/v1/profile/{which}", token=token)
        assert off.status == 200 and f"/{which}s/" in off.json[which]
    assert (await api("DELETE", "/api/v1/profile/avatar", token=token)).status == 200
    assert (await api("DELETE", "/api/v1/profile/header", token=token)).status == 200
    await read_all()
    assert not [path for path in folder.rglob("*") if path.is_file()]


async def test_a_protected_account_shows_its_avatar_to_all_and_its_header_to_followers(site: Doors) -> None:
    api = Client()
    [(ada, a)] = await signed_in("wa2", protected=True)
    [(_, c)] = await signed_in("wc2")
    sent = await send(api, a, avatar=samples.picture(), header=samples.picture(300, 100))
    assert (await api("GET", path_of(sent.json["avatar"]))).status == 200
    assert (await api("GET", path_of(sent.json["header"]))).status == 200, "its owner's own address"
    bare = path_of(sent.json["header"]).partition("?")[0]
    assert (await api("GET", bare)).status == 404 and (await api("GET", bare, token=c)).status == 404
    assert "/headers/" in (await api("GET", f"/api/v1/accounts/{ada.account}", token=c)).json["header"]


@pytest.mark.parametrize(("body", "told"), [(b"words", "not accepted"), (samples.sound(), "has to be a picture")])
async def test_what_is_no_picture_is_refused(site: Doors, body: bytes, told: str) -> None:
    api = Client()
    [(_, token)] = await signed_in(f"wn{len(body)}")
    answer = await send(api, token, avatar=body)
    assert answer.status == 422 and told in answer.json["error"]
    text = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, json={"avatar": "words"})
    assert text.status == 400


async def test_pictures_are_counted_as_uploads_and_words_are_not(site: Doors) -> None:
    counting = Limits(on=True)
    api = Client()
    api.gate = Gate(HttpSettings(base_url=limits.current().base_url), resolve, limits=counting)
    [(ada, token)] = await signed_in("wl1")
    for _ in range(29):
        counting.take_member("media", ada.account)
    refused = await send(api, token, avatar=samples.picture(), header=samples.picture())
    assert refused.status == 429, "thirty in half an hour, and two at once are one too many"
    words = await api("PATCH", "/api/v1/profile", token=token, json={"display_name": "Ada again"})
    assert words.status == 200 and words.json["avatar"] is None


async def test_two_pictures_of_the_largest_size_that_can_be_set_fit_into_one_call(site: Doors) -> None:
    api = Client()
    [(_, token)] = await signed_in("wl2")
    _, headers = form_of({}, {})
    for size, told in (((2 * limits.MOST_PICTURE_MIB << 20) + 4096, 400), (4 * limits.MOST_PICTURE_MIB << 20, 413)):
        for target in ("/api/v1/profile", "/api/v1/accounts/update_credentials"):
            sent = await api("PATCH", target, token=token, headers={**headers, "content-length": str(size)})
            assert sent.status == told, "the body is empty, which comes to light only where its length is taken"
