"""The site's own emoji: brought in by the crew, in lists, posts and names; and taken away."""

import asyncio
from pathlib import Path

import pytest

import petrel.api.accounts_self
import petrel.api.announcements
import petrel.api.files
import petrel.api.instance
import petrel.api.statuses  # noqa: F401
from petrel.api import present
from petrel.core.doors import Doors, Writer, writing
from petrel.core.errors import Invalid, NotFound, Unavailable
from petrel.core.viewer import System
from petrel.features import accounts, media
from tests import samples
from tests.api.plain import Client
from tests.api.test_media import path_of
from tests.people import signed_in


async def _fails(w: Writer) -> None:
    raise Unavailable


async def test_emoji_are_listed_and_stand_in_posts_and_names(site: Doors, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media.emojis, "LOOK_S", -1.0)
    media.install(tmp_path)
    api = Client()
    [(_, token)] = await signed_in("emo1")
    assert (await api("GET", "/api/v1/custom_emojis")).json == []
    await media.emojis.put("heron", samples.picture(200, 200, "PNG", "RGBA"), "birds")
    await media.emojis.put("wave", samples.gif())
    listed = (await api("GET", "/api/v1/custom_emojis")).json
    assert [(one["shortcode"], one.get("category")) for one in listed] == [("heron", "birds"), ("wave", None)]
    for url in (listed[0]["url"], listed[1]["url"], listed[1]["static_url"]):
        assert (await api("GET", path_of(url))).headers["cache-control"].startswith("public")
    assert listed[1]["url"].endswith(".webp") and listed[1]["static_url"].endswith(".png"), "it moves, or does not"
    made = (await api("POST", "/api/v1/statuses", token=token, json={"status": "a :heron: and :nobody: :heron:"})).json
    assert [one["shortcode"] for one in made["emojis"]] == ["heron"]
    named = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, json={"display_name": "E :wave:"})
    assert [one["shortcode"] for one in named.json["emojis"]] == ["wave"]
    await media.emojis.put("heron", samples.picture(90, 90))
    again = (await api("GET", "/api/v1/custom_emojis")).json
    assert again[0]["url"] != listed[0]["url"] and await media.emojis.listed() == ["heron", "wave"]
    with monkeypatch.context() as no_commit, pytest.raises(Unavailable):
        no_commit.setattr(Writer, "_commit", _fails)
        await media.emojis.remove("heron")
    assert "heron" in media.emojis.known() and "heron" in await media.emojis.listed()
    (tmp_path / media.emojis.FILE).write_bytes(b"[]")           # as a backup brought it
    await media.emojis.write_down()
    assert set(media.emojis.known()) == {"heron", "wave"}
    await media.emojis.remove("heron")
    with pytest.raises(NotFound):
        await media.emojis.remove("heron")
    for name, body, told in (("x", samples.picture(), "no name"), ("words", b"words", "not accepted"),
                             ("film", samples.film(), "has to be a picture")):
        with pytest.raises(Invalid, match=told):
            await media.emojis.put(name, body)
    assert (await api("GET", path_of(again[0]["url"]))).status == 404
    media.install(None)


async def test_a_new_emoji_stands_in_what_was_rendered_before(site: Doors, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media.emojis, "LOOK_S", 0.0)
    media.install(tmp_path)
    watching = asyncio.create_task(media.emojis.watch(present.forget))
    api = Client()
    [(_, token)] = await signed_in("emo2")
    await api("PATCH", "/api/v1/accounts/update_credentials", token=token, json={"display_name": "Ann :ibis:"})
    poll = {"options": ["an :ibis:", "none"], "expires_in": 3600}
    made = (await api("POST", "/api/v1/statuses", token=token, json={"status": "an :ibis:", "poll": poll})).json
    async with writing(System("test"), cause="test") as w:
        number = await accounts.announcements.announce(w, "Have you seen the :ibis:?")

    async def named() -> list[list[str]]:
        await asyncio.sleep(0.01)                           # the next look
        shown = (await api("GET", f"/api/v1/statuses/{made['id']}", token=token)).json
        told = (await api("GET", "/api/v1/announcements", token=token)).json[-1]
        assert told["id"] == str(number)
        return [[one["shortcode"] for one in thing["emojis"]]
                for thing in (shown, shown["account"], shown["poll"], told)]

    react = f"/api/v1/announcements/{number}/reactions/ibis"
    try:
        assert await named() == [[], [], [], []] and (await api("PUT", react, token=token)).status == 422
        await media.emojis.put("ibis", samples.picture(90, 90))
        assert await named() == [["ibis"]] * 4
        assert (await api("PUT", react, token=token)).status == 200
        [reaction] = (await api("GET", "/api/v1/announcements", token=token)).json[-1]["reactions"]
        assert reaction["name"] == "ibis" and "/media/" in reaction["url"] and "/media/" in reaction["static_url"]
        await media.emojis.remove("ibis")
        assert await named() == [[], [], [], []]
        assert (await api("GET", "/api/v1/announcements", token=token)).json[-1]["reactions"] == []
    finally:
        watching.cancel()
        media.install(None)
