"""What the site says of itself to apps."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from petrel.api import instance, instance_texts
from petrel.core import clock, limits
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import about, accounts
from petrel.features.accounts import NewAccount, Profile, RemoteAccount
from tests.api.plain import Client

V2 = {"domain", "title", "version", "source_url", "description", "usage", "thumbnail", "icon", "languages",
      "configuration", "registrations", "api_versions", "contact", "rules"}
V1 = {"uri", "title", "short_description", "description", "email", "version", "urls", "stats", "thumbnail", "languages",
      "registrations", "approval_required", "invites_enabled", "configuration", "contact_account", "rules"}


@pytest.fixture
def api(site: Doors) -> Client:
    assert instance_texts               # its routes are there once it is imported
    return Client()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    before = limits.current()
    instance.COUNTS.forget()
    instance.PEERS.forget()
    instance.SUMMARY.forget()
    yield
    limits.install(before)


async def test_both_versions_have_what_typed_clients_need(api: Client) -> None:
    v2, v1 = (await api("GET", "/api/v2/instance")).json, (await api("GET", "/api/v1/instance")).json
    assert set(v2) >= V2 and set(v1) >= V1
    for found in (v1, v2):
        assert found["version"].startswith("4.3.0 (compatible; Petrel ")
        assert {"statuses", "media_attachments", "polls", "accounts"} <= set(found["configuration"])
        assert found["configuration"]["statuses"]["max_characters"] == limits.current().post_length
    assert v2["api_versions"] == {"mastodon": 2}
    assert v2["configuration"]["urls"]["streaming"].startswith("ws")


async def test_what_is_not_built_is_not_promised(api: Client) -> None:
    found = (await api("GET", "/api/v2/instance")).json["configuration"]
    assert found["translation"]["enabled"] is False


@pytest.mark.parametrize(("setting", "enabled"), [("open", True), ("invite", False), ("closed", False)])
async def test_registration_is_told_as_it_is_set(api: Client, setting: str, enabled: bool) -> None:
    limits.install(replace(limits.current(), registrations=setting, site_name="Rook"))
    v2, v1 = (await api("GET", "/api/v2/instance")).json, (await api("GET", "/api/v1/instance")).json
    assert v2["registrations"]["enabled"] is enabled and v1["registrations"] is enabled
    assert (v2["registrations"]["message"] is None) is enabled and v2["title"] == v1["title"] == "Rook"


async def test_counts_peers_and_the_owner_are_those_of_the_database(api: Client) -> None:
    before = (await api("GET", "/api/v1/instance")).json
    async with writing(System("test"), cause="test") as w:
        await accounts.create(w, NewAccount("the_chief", role="owner", display_name="Chief"))
        await accounts.note_remote(w, RemoteAccount("far", "far.example", "https://far.example/u/far",
                                                    "https://far.example/inbox", profile=Profile("Far")))
    instance.COUNTS.forget()
    instance.PEERS.forget()
    after = (await api("GET", "/api/v1/instance")).json
    assert after["stats"]["user_count"] == before["stats"]["user_count"] + 1
    assert after["stats"]["domain_count"] == 1
    assert (await api("GET", "/api/v1/instance/peers")).json == ["far.example"]
    assert after["contact_account"]["display_name"] == "Chief"
    assert (await api("GET", "/api/v2/instance")).json["contact"]["account"]["username"] == "the_chief"


async def test_lists_that_are_truly_empty_are_empty(api: Client) -> None:
    for path in ("/api/v1/custom_emojis", "/api/v1/instance/rules"):
        answer = await api("GET", path)
        assert (answer.status, answer.json) == (200, [])


async def test_what_is_not_built_answers_404(api: Client) -> None:
    for path in ("/api/v1/instance/activity", "/api/v1/peers/search"):
        assert (await api("GET", path)).status == 404


async def test_what_the_crew_wrote_is_told(api: Client) -> None:
    async with writing(System("test"), cause="test") as w:
        await about.write(w, "rules", "- Be kind\n  To everybody.\n- No spam")
        await about.write(w, "privacy", "# Little\nWe keep **little**.")
        await about.write(w, "terms", "Old words")
        await about.write(w, "terms", "New words", effective_on=clock.now().date() + timedelta(days=40))
        await about.write(w, "about", "Of the harbour")
    instance.SUMMARY.forget()
    rules = (await api("GET", "/api/v1/instance/rules")).json
    assert [(one["text"], one["hint"]) for one in rules] == [("Be kind", "To everybody."), ("No spam", "")]
    v2 = (await api("GET", "/api/v2/instance")).json
    assert v2["rules"] == rules == (await api("GET", "/api/v1/instance")).json["rules"]
    assert v2["configuration"]["urls"]["privacy_policy"].endswith("/privacy")
    privacy = (await api("GET", "/api/v1/instance/privacy_policy")).json
    assert privacy["content"] == "<h2>Little</h2>\n<p>We keep <strong>little</strong>.</p>"
    terms = (await api("GET", "/api/v1/instance/terms_of_service")).json
    assert (terms["content"], terms["effective"]) == ("<p>Old words</p>", True)
    later = (await api("GET", f"/api/v1/instance/terms_of_service/{terms['succeeded_by']}")).json
    assert (later["content"], later["effective"]) == ("<p>New words</p>", False)
    assert (await api("GET", "/api/v1/instance/terms_of_service/yesterday")).status == 404
    described = (await api("GET", "/api/v1/instance/extended_description")).json
    assert described["content"] == "<p>Of the harbour</p>"


async def test_languages_of_posts(api: Client) -> None:
    found = {one["code"]: one["name"] for one in (await api("GET", "/api/v1/instance/languages")).json}
    assert len(found) > 150 and found["de"] == "German" and found["cu"] == "Old Church Slavonic"
