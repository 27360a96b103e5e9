"""The `toot` command line client, run as its users run it, against a real site."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stories.clients.toot import Toot, at_a_terminal
from tests.stories.running import RunningSite, Visitor, until


@pytest.fixture(scope="module")
def cato(site: RunningSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toot]:
    """A member at a terminal, logged in through the browser they signed up with."""
    with at_a_terminal(site, tmp_path_factory.mktemp("cato"), site.visitor().join("cato")) as toot:
        yield toot


@pytest.fixture(scope="module")
def dido(site: RunningSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toot]:
    """As cato, from a browser that has to sign in on the way."""
    with at_a_terminal(site, tmp_path_factory.mktemp("dido"), site.visitor().join("dido").another_browser()) as toot:
        yield toot


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in found]


def test_toot_knows_who_is_logged_in_and_where(cato: Toot, dido: Toot, site: RunningSite) -> None:
    assert cato.run("whoami").startswith("@cato Cato")
    assert dido.json("whoami")["acct"] == "dido"
    host = site.address.removeprefix("http://")
    assert f"cato@{host} ACTIVE" in cato.run("auth")
    shown = cato.run("instance")
    assert host in shown and "Petrel" in shown
    assert "Record not found" in cato.run("status", "1", code=1)


def test_toot_posts_and_reads(cato: Toot, dido: Toot) -> None:
    said = cato.run("post", "Shearwaters at the #pier, see https://example.com")
    assert "Toot posted: http://localhost:" in said
    number = said.strip().rpartition("/")[2]
    own = cato.run("timelines", "home", "--no-pager")
    assert "Shearwaters at the #pier, see https://example.com" in own and number in own
    assert number in dido.run("timelines", "public", "--no-pager")
    assert number in dido.run("timelines", "account", "cato", "--no-pager")

    answer = dido.json("post", "How far out, @cato?", "--reply-to", number, "--visibility", "unlisted",
                       "--spoiler-text", "distances", "--language", "en")
    assert (answer["visibility"], answer["spoiler_text"], answer["language"]) == ("unlisted", "distances", "en")
    thread = cato.run("thread", number)
    assert thread.index("Shearwaters") < thread.index("How far out")
    assert cato.json("status", answer["id"])["spoiler_text"] == "distances"
    assert dido.json("thread", number)["descendants"][0]["in_reply_to_id"] == number

    assert until(lambda: number in ids(dido.json("timelines", "tag", "pier")))
    short_lived = cato.json("post", "oh", "--visibility", "private")
    assert "Status deleted" in cato.run("delete", short_lived["id"])
    assert short_lived["id"] not in ids(cato.json("timelines", "home"))


def test_toot_finds_people_and_follows_them(cato: Toot, dido: Toot) -> None:
    until(lambda: "@dido Dido" in cato.run("search", "dido"))
    before = dido.json("post", "Written before anybody listened")["id"]
    assert before not in ids(cato.json("timelines", "home"))
    assert "You are now following dido" in cato.run("follow", "dido")
    after = dido.json("post", "Written for those who listen")["id"]
    assert until(lambda: {before, after} <= set(ids(cato.json("timelines", "home"))))
    assert "@dido" in cato.run("following", "cato") and "@cato" in cato.run("followers", "dido")
    assert "Followers: 1" in until(lambda: "Followers: 1" in (shown := cato.run("whois", "dido")) and shown)

    assert "You have muted dido" in cato.run("mute", "dido")
    assert after not in ids(cato.json("timelines", "home")) and "@dido" in cato.run("muted")
    cato.run("unmute", "dido")
    assert "You are now blocking dido" in cato.run("block", "dido")
    assert "@dido" in cato.run("blocked") and "Record not found" in dido.run("status", "1", code=1)
    assert "dido is no longer blocked" in cato.run("unblock", "dido")
    assert until(lambda: after not in ids(cato.json("timelines", "home")))


def test_toot_marks_posts_and_their_author_hears_of_it(cato: Toot, dido: Toot) -> None:
    number = dido.json("post", "A post to be liked")["id"]
    assert "Status favourited" in cato.run("favourite", number)
    assert "Status reblogged" in cato.run("reblog", number)
    assert "Status bookmarked" in cato.run("bookmark", number)
    assert number in ids(cato.json("timelines", "favourites")) and number in cato.run("bookmarks")
    assert "cato" in dido.run("reblogged-by", number)
    told = until(lambda: (heard := dido.run("notifications")).count("A post to be liked") >= 2 and heard)
    assert "Cato @cato favourited your status" in told and "Cato @cato boosted your status" in told
    assert "favourited" not in dido.run("notifications", "--type", "reblog")
    for verb in ("unfavourite", "unreblog", "unbookmark"):
        cato.run(verb, number)
    status = until(lambda: (now := dido.json("status", number))["favourites_count"] == 0 and now)
    assert status["reblogs_count"] == 0


def test_toot_talks_in_private(cato: Toot, dido: Toot, site: RunningSite) -> None:
    number = cato.json("post", "@dido the key is under the mat", "--visibility", "direct")["id"]
    assert "under the mat" in dido.run("status", number)
    assert number not in ids(dido.json("timelines", "public"))
    stranger = Visitor(site.address)
    assert stranger.open(f"/api/v1/statuses/{number}").status_code == 404
    assert stranger.open(f"/@cato/{number}").status_code == 404


def test_toot_keeps_lists_tags_and_a_profile(cato: Toot, dido: Toot) -> None:
    cato.run("follow", "dido")
    assert 'List "Birders" created' in cato.run("lists", "create", "Birders")
    assert 'Added account "dido"' in cato.run("lists", "add", "Birders", "dido")
    assert "@dido" in cato.run("lists", "accounts", "Birders")
    number = dido.json("post", "For lists, under #auks")["id"]
    assert until(lambda: number in cato.run("timelines", "list", "Birders", "--no-pager"))
    assert "You are now following #auks" in cato.run("tags", "follow", "auks")
    assert "#auks" in cato.run("tags", "followed")
    assert "Followed" in until(lambda: "Followed" in (shown := cato.run("tags", "info", "auks")) and shown)
    assert "Account updated" in dido.run("update-account", "--display-name", "Dido of Carthage", "--note", "Hides.")
    assert dido.run("whoami").startswith("@dido Dido of Carthage")
    assert "logged out" in dido.run("logout", dido.json("whoami")["acct"] + "@" + site_of(dido))


def site_of(toot: Toot) -> str:
    return toot.address.removeprefix("http://")
