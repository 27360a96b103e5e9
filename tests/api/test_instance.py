"""What the site says of itself to apps."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from petrel.api import instance, instance_texts
from petrel.core import clock, limits
from petrel.core.doors import Doors, reading, writing
from petrel.core.viewer import System
from petrel.features import about, accounts, posts
from petrel.features.accounts import NewAccount, Profile, RemoteAccount
from petrel.features.discovery import activity
from petrel.features.posts import Audience
from tests.api.plain import Client
from tests.people import act, publish, signed_in

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
        assert found["version"].startswith("4.6.0 (compatible; Petrel ")
        assert {"statuses", "media_attachments", "polls", "accounts"} <= set(found["configuration"])
        assert found["configuration"]["statuses"]["max_characters"] == limits.current().post_length
    assert v2["api_versions"] == {"mastodon": 10}
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
    for path in ("/api/v1/donation_campaigns", "/api/v1/peers/search"):
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


async def test_how_busy_the_site_was_is_told_week_by_week(api: Client) -> None:
    instance.WEEKS.forget()
    assert (await api("GET", "/api/v1/instance/activity")).json == [], "nothing is told that was not counted"
    [(ada, _)] = await signed_in("weekly")
    for audience in (Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS, Audience.DIRECT):
        await publish(ada, "hello", audience=audience)
    gone = await publish(ada, "a mistake")
    await act(ada, posts.delete, gone.id)
    async with writing(System("test"), cause="test") as w:
        old = await accounts.create(w, NewAccount("earlier"))
        await w.execute("update accounts.account set joined_at = now() - interval '7 days' where id = $1", old.id)
        await w.execute("insert into discovery.week (week, posts, sign_ins, joined) values ('2020-01-06', 1, 1, 1)")
        w.record("accounts.account.changed", old.id)
    async with reading(System("test")) as r:
        joined = await r.value("select count(*) from accounts.account where domain is null and joined_at > now() - "
                               "interval '1 hour' and state & 12288 = 0")
    assert await activity.count() == 12
    instance.WEEKS.forget()
    found = (await api("GET", "/api/v1/instance/activity")).json
    weeks = [int(one["week"]) for one in found]
    assert len(weeks) == 12 and {a - b for a, b in pairwise(weeks)} == {7 * 86_400}
    assert 0 <= clock.now().timestamp() - weeks[0] < 7 * 86_400
    assert (found[0]["statuses"], found[0]["registrations"]) == ("2", str(joined)), "what anybody may see"
    assert int(found[0]["logins"]) >= 1 and found[1]["registrations"] == "1"
    assert [set(one.values()) - {one["week"]} for one in found[2:]] == [{"0"}] * 10
    assert await activity.count() == 1, "the weeks that are over are not counted again"
