"""The site's own emoji: brought in by the crew, in lists, posts and names; and taken away."""

from pathlib import Path

import pytest

import petrel.api.accounts_self
import petrel.api.files
import petrel.api.instance
import petrel.api.statuses  # noqa: F401
from petrel.core.doors import Doors
from petrel.core.errors import Invalid, NotFound
from petrel.features import media
from tests import samples
from tests.api.plain import Client
from tests.api.test_media import path_of
from tests.people import signed_in


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
    await media.emojis.remove("heron")
    with pytest.raises(NotFound):
        await media.emojis.remove("heron")
    for name, body, told in (("x", samples.picture(), "no name"), ("words", b"words", "not accepted"),
                             ("film", samples.film(), "has to be a picture")):
        with pytest.raises(Invalid, match=told):
            await media.emojis.put(name, body)
    assert (await api("GET", path_of(again[0]["url"]))).status == 404
    media.install(None)
