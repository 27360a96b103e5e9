"""Posts with files: given, described anew, edited away, deleted; who has the file at which address."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import petrel.api.accounts_public
import petrel.api.files
import petrel.api.media
import petrel.api.relationships
import petrel.api.statuses
import petrel.api.timelines  # noqa: F401
from petrel.api import media as door
from petrel.core import clock
from petrel.core.doors import Doors
from petrel.features import media
from petrel.features.media.signing import Signer
from tests import samples
from tests.api.plain import Answer, Client
from tests.api.test_media import path_of
from tests.api.uploading import read_all, ready
from tests.drain import drain
from tests.people import act, follow, publish, signed_in

S = "/api/v1/statuses"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(door, "WAIT_S", 0)
    media.install(tmp_path)
    yield tmp_path
    media.install(None)


def lying(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])


async def post(api: Client, token: str, *files: Any, status: int = 200, **more: Any) -> Any:
    sent = await api("POST", S, token=token, json={"status": "look", "media_ids": [f["id"] for f in files], **more})
    assert sent.status == status, sent.body
    return sent.json


async def test_a_public_picture_has_an_address_for_everybody(site: Doors, folder: Path) -> None:
    api = Client()
    [(_, ada)] = await signed_in("pa1")
    one = await ready(api, ada, samples.placed_jpeg(), description="the tower", focus="0.1,0.2")
    made = await post(api, ada, one)
    [shown] = made["media_attachments"]
    assert shown["id"] == one["id"] and shown["type"] == "image" and shown["description"] == "the tower"
    assert shown["blurhash"] == one["blurhash"] and shown["meta"] == one["meta"]
    assert "?" not in shown["url"] and "?" not in shown["preview_url"]
    assert (await api("GET", f"{S}/{made['id']}")).json["media_attachments"] == [shown]
    found = await api("GET", path_of(shown["url"]))
    assert found.status == 200 and found.headers["cache-control"] == "public, max-age=60, s-maxage=10"
    assert (await api("GET", f"/api/v1/media/{one['id']}", token=ada)).status == 404, "no longer free"
    in_use = await api("DELETE", f"/api/v1/media/{one['id']}", token=ada)
    assert in_use.status == 422 and "used by a status" in in_use.json["error"]
    only = await api("GET", f"/api/v1/accounts/{made['account']['id']}/statuses?only_media=true")
    assert [e["id"] for e in only.json] == [made["id"]]
    await post(api, ada)
    assert [e["id"] for e in (await api("GET", "/api/v1/timelines/public?only_media=1")).json] == [made["id"]]


async def test_a_file_for_followers_has_an_address_for_each_of_them(site: Doors) -> None:
    api = Client()
    (ada, a), (bob, b), (_, c) = await signed_in("pa2", "pb2", "pc2")
    await follow(bob, ada)
    made = await post(api, a, await ready(api, a, samples.picture()), visibility="private")
    target = f"{S}/{made['id']}"
    for_bob = (await api("GET", target, token=b)).json["media_attachments"][0]["url"]
    for_ada = (await api("GET", target, token=a)).json["media_attachments"][0]["url"]
    assert for_bob != for_ada and "?as=" in for_bob
    assert (await api("GET", target, token=c)).status == 404
    got = await api("GET", path_of(for_bob))
    assert got.status == 200 and got.headers["cache-control"].startswith("private")
    bare = path_of(for_bob).partition("?")[0]
    assert (await api("GET", bare)).status == 404 and (await api("GET", bare, token=c)).status == 404
    other = await ready(api, a, samples.picture(70, 70))
    swapped = path_of(other["url"]).partition("?")[0] + "?" + for_bob.partition("?")[2]
    assert (await api("GET", swapped)).status == 404, "a signature is for one file"
    from petrel.features import relationships

    await act(ada, relationships.remove_follower, bob.account)
    assert (await api("GET", path_of(for_bob))).status == 404, "at once, though the address is not over yet"


async def test_signing_out_ends_the_addresses_it_was_given(site: Doors) -> None:
    from petrel.core.doors import writing
    from petrel.core.viewer import System

    api = Client()
    [(ada, a)] = await signed_in("pa3")
    made = await post(api, a, await ready(api, a, samples.picture()), visibility="private")
    url = path_of((await api("GET", f"{S}/{made['id']}", token=a)).json["media_attachments"][0]["url"])
    assert (await api("GET", url)).status == 200
    async with writing(System("tests"), cause="tests") as w:
        await w.execute("update accounts.token set revoked_at = now() where account = $1", ada.account)
        w.record("accounts.token.revoked", ada.account)
    gone = await api("GET", url)
    assert (gone.status, gone.body) == (404, b'{"error":"Record not found"}')


@pytest.mark.parametrize("hours, opens", [(6, False), (0, True), (-6, False)])
def test_an_address_lasts_minutes_whatever_the_clock_was_when_it_was_made(hours: int, opens: bool) -> None:
    signer = Signer(bytes(64))
    clock.freeze(clock.now() + timedelta(hours=hours))
    try:
        signed = signer.sign(b"d" * 32, 7).decode()
    finally:
        clock.freeze(None)
    assert (signer.opened(signed, 7) is not None) is opens


async def test_what_a_post_may_carry(site: Doors) -> None:
    api = Client()
    (_, a), (_, b) = await signed_in("pa4", "pb4")
    pictures = [await ready(api, a, samples.picture(20 + n, 20)) for n in range(5)]
    film = await ready(api, a, samples.film())
    assert "more than 4" in (await post(api, a, *pictures, status=422))["error"]
    assert "Cannot attach a video" in (await post(api, a, pictures[0], film, status=422))["error"]
    wrong = await api("POST", S, token=a, json={"status": "x", "media_ids": [pictures[0]["id"], film["id"]]},
                      headers={"idempotency-key": "w"})
    assert wrong.status == 422 and "Cannot attach a video" in wrong.json["error"], "said to who names a key as well"
    assert "not found" in (await post(api, b, pictures[0], status=422))["error"]
    assert "not found" in (await post(api, a, {"id": "123"}, status=422))["error"]
    made = await post(api, a, *pictures[:4], status=200)
    assert [m["id"] for m in made["media_attachments"]] == [p["id"] for p in pictures[:4]]
    assert "already attached" in (await post(api, a, pictures[0], status=422))["error"]
    bare = await api("POST", S, token=a, json={"media_ids": [film["id"]]})
    assert bare.status == 200 and bare.json["media_attachments"][0]["type"] == "video", "a film without words"
    twice = [await api("POST", S, token=a, json={"status": "once", "media_ids": [pictures[4]["id"]]},
                       headers={"idempotency-key": "k"}) for _ in range(2)]
    assert twice[0].json["id"] == twice[1].json["id"] and len(twice[1].json["media_attachments"]) == 1


async def test_one_not_read_yet_cannot_be_posted(site: Doors) -> None:
    from tests.api.uploading import upload

    api = Client()
    [(_, a)] = await signed_in("pa5")
    sent = (await upload(api, a, samples.picture())).json
    assert "not finished processing" in (await post(api, a, sent, status=422))["error"]
    await read_all()
    await post(api, a, sent)


async def test_edited_away_and_deleted_means_gone(site: Doors, folder: Path) -> None:
    api = Client()
    [(_, a)] = await signed_in("pa6")
    one, two = [await ready(api, a, samples.picture(40 + n, 30)) for n in range(2)]
    made = await post(api, a, one, two)
    target, before = f"{S}/{made['id']}", lying(folder)
    urls = [path_of(m["url"]) for m in made["media_attachments"]]
    worded = await api("PUT", target, token=a, json={
        "status": "look", "media_attributes": [{"id": two["id"], "description": "a gradient", "focus": "1,1"}]})
    assert [m["description"] for m in worded.json["media_attachments"]] == [None, "a gradient"]
    assert worded.json["media_attachments"][1]["meta"]["focus"] == {"x": 1.0, "y": 1.0}
    less = await api("PUT", target, token=a, json={"status": "look again", "media_ids": [two["id"]]})
    assert [m["id"] for m in less.json["media_attachments"]] == [two["id"]]
    await read_all()
    assert (await api("GET", urls[0])).status == 404 and (await api("GET", urls[1])).status == 200
    assert 0 < lying(folder) < before
    old = (await api("GET", f"{target}/history", token=a)).json
    assert [len(v["media_attachments"]) for v in old] == [1, 1, 1], "what is gone is in no older version either"
    none = await api("PUT", target, token=a, json={"status": "words only", "media_ids": []})
    assert none.json["media_attachments"] == []
    again = await post(api, a, await ready(api, a, samples.picture(90, 30)), visibility="direct")
    assert again["media_attachments"][0]["url"]
    gone: Answer = await api("DELETE", f"{S}/{again['id']}", token=a)
    assert gone.status == 200 and len(gone.json["media_attachments"]) == 1
    await read_all()
    assert lying(folder) == 0


async def test_a_tag_with_pictures_only_goes_back_over_many_posts_without(site: Doors) -> None:
    api = Client()
    [(pam, token)] = await signed_in("pm1")

    async def picture() -> str:
        file = await ready(api, token, samples.picture())
        sent = await api("POST", S, token=token, json={"status": "#herons at dawn", "media_ids": [file["id"]]})
        return str(sent.json["id"])

    pictures = [await picture()]
    for n in range(9):
        await publish(pam, f"#herons again, {n}")
    pictures.append(await picture())
    await drain("search")
    tag = "/api/v1/timelines/tag/herons?only_media=true&limit=1"
    newest = await api("GET", tag)
    assert [one["id"] for one in newest.json] == pictures[1:]
    more = await api("GET", newest.link("next"))
    assert [one["id"] for one in more.json] == pictures[:1], "however many posts without a picture lie between"
    assert [one["id"] for one in (await api("GET", f"{tag}&min_id=0")).json] == pictures[:1], "from the beginning on"
