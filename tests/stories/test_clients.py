"""Real clients, run as their users run them, against a real site: the toot command line client, and Mastodon.py."""

from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from mastodon import Mastodon, errors
from mastodon.errors import MastodonDeprecationWarning

from tests.stories.heard import Heard
from tests.stories.running import RunningSite, Visitor, until
from tests.stories.toot import Toot

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One site for all clients; stops cleanly at the end, having said nothing of errors."""
    running = RunningSite(tmp_path_factory.mktemp("site"), rate_limits="off", newcomer_hours="0",
                          registrations="open")
    try:
        yield running
        family = psutil.Process(running.process.pid).children(recursive=True)
        assert running.stop() == 0
        assert [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []
        console = running.console.read_text()
        wrong = [line for line in console.splitlines() if "level=error" in line and "event=alert " not in line]
        assert "Traceback" not in console and not wrong, console    # a busy machine may have something to alert of
    finally:
        running.end()


# -- toot -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cato(site: RunningSite, tmp_path_factory: pytest.TempPathFactory) -> Toot:
    """A member at a terminal, logged in through the browser they signed up with."""
    return _at_a_terminal(site, tmp_path_factory, site.visitor().join("cato"))


@pytest.fixture(scope="module")
def dido(site: RunningSite, tmp_path_factory: pytest.TempPathFactory) -> Toot:
    """As cato, from a browser that has to sign in on the way."""
    return _at_a_terminal(site, tmp_path_factory, site.visitor().join("dido").another_browser())


def _at_a_terminal(site: RunningSite, folders: pytest.TempPathFactory, person: Visitor) -> Toot:
    toot = Toot(folders.mktemp(person.handle) / "home", site.address)
    assert "Successfully logged in" in toot.login(person)
    return toot


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


# -- Mastodon.py ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clients(site: RunningSite) -> tuple[Mastodon, Mastodon]:
    """Two members of one app, each with a token from the code flow."""
    return _with_tokens(site, "elissa", "fabian")


def _with_tokens(site: RunningSite, *handles: str) -> tuple[Mastodon, Mastodon]:
    client_id, secret = Mastodon.create_app("Story", scopes=SCOPES, redirect_uris=OOB, website="https://example.com",
                                            api_base_url=site.address)
    made = []
    for handle in handles:
        client = Mastodon(client_id, secret, api_base_url=site.address, ratelimit_method="throw")
        url = client.auth_request_url(redirect_uris=OOB, scopes=SCOPES, allow_http=True)
        code = site.visitor().join(handle).code_for(url)
        client.log_in(code=code, redirect_uri=OOB, scopes=SCOPES, allow_http=True)
        made.append(client)
    return made[0], made[1]


def numbers(found: Any) -> list[str]:
    return [str(one.id) for one in found]


def test_the_library_knows_the_site_and_who_it_is(clients: tuple[Mastodon, Mastodon], site: RunningSite) -> None:
    elissa, _ = clients
    me = elissa.me()
    assert (me.username, me.source.privacy, me.locked) == ("elissa", "public", False)
    assert elissa.app_verify_credentials().name == "Story"
    assert elissa.verify_minimum_version("4.3.0") and not elissa.verify_minimum_version("4.4.0")
    instance = elissa.instance_v2()
    assert instance.domain == site.address.removeprefix("http://") and instance.registrations.enabled
    assert instance.configuration.statuses.max_characters == 500 and instance.api_versions.mastodon == 2
    with pytest.warns(MastodonDeprecationWarning):
        old = elissa.instance_v1()
    assert old.uri == instance.domain and old.configuration.polls.max_options == 4
    assert elissa.instance_nodeinfo().software.name == "petrel"
    assert elissa.custom_emojis() == [] and elissa.instance_rules() == [] and elissa.announcements() == []
    preferences = elissa.preferences()
    assert preferences["posting:default:visibility"] == "public"
    assert elissa.trending_tags() == elissa.trending_statuses() == []


def test_the_library_posts_once_and_reads_threads(clients: tuple[Mastodon, Mastodon]) -> None:
    elissa, fabian = clients
    sent = {"status": "Gannets off the #mole https://example.com", "language": "en", "idempotency_key": "one"}
    post = elissa.status_post(**sent)
    assert elissa.status_post(**sent).id == post.id
    assert [tag.name for tag in post.tags] == ["mole"] and post.account.acct == "elissa"
    assert post.created_at.tzinfo is not None and post.visibility == "public"
    answer = fabian.status_reply(post, "How many?", visibility="unlisted")
    assert answer.mentions[0].acct == "elissa" and "@elissa" in answer.content
    last = elissa.status_reply(answer, "Six", untag=True)
    context = fabian.status_context(answer.id)
    assert (numbers(context.ancestors), numbers(context.descendants)) == ([post.id], [last.id])
    changed = elissa.status_update(last.id, "Seven")
    assert changed.edited_at and elissa.status_source(last.id).text == "Seven"
    first, second = fabian.status_history(last.id)
    assert "Six" in first.content and "Seven" in second.content and second.created_at > first.created_at
    assert numbers(fabian.statuses([post.id, answer.id])) == [post.id, answer.id]
    assert elissa.status_delete(last.id).text == "Seven"
    with pytest.raises(errors.MastodonNotFoundError):
        fabian.status(last.id)
    with pytest.raises(errors.MastodonAPIError, match="character limit"):
        elissa.status_post("x" * 501)


def test_the_library_follows_and_pages(clients: tuple[Mastodon, Mastodon]) -> None:
    elissa, fabian = clients
    other = fabian.me().id
    assert elissa.account_lookup("fabian").id == other
    relation = elissa.account_follow(other, reblogs=False, notify=True)
    assert relation.following and not relation.showing_reblogs and relation.notifying
    assert [r.following for r in elissa.account_relationships([other])] == [True]
    sent = [fabian.status_post(f"Number {i}").id for i in range(7)]
    home = until(lambda: (page := elissa.timeline_home(limit=3)) and page[0].id == sent[-1] and page)
    assert numbers(home) == sent[:-4:-1]
    following = elissa.fetch_next(home)
    assert numbers(following) == sent[3:0:-1]
    assert numbers(elissa.fetch_previous(following)) == numbers(home)
    assert set(sent) <= set(numbers(elissa.fetch_remaining(home)))
    assert numbers(elissa.timeline_home(min_id=sent[0], limit=2)) == [sent[2], sent[1]]
    assert sent[-1] in numbers(elissa.timeline_local()) and sent[-1] in numbers(elissa.account_statuses(other))
    assert numbers(fabian.account_followers(other)) == [elissa.me().id]
    assert numbers(elissa.account_following(elissa.me().id)) == [other]
    bells = until(lambda: [n.status.id for n in elissa.notifications(types=["status"])])
    assert sent[-1] in bells


def test_the_library_keeps_lists_filters_and_markers(clients: tuple[Mastodon, Mastodon]) -> None:
    elissa, fabian = clients
    other = fabian.me().id
    elissa.account_follow(other)
    made = elissa.list_create("Sea", replies_policy="followed", exclusive=False)
    elissa.list_accounts_add(made.id, [other])
    assert [one.title for one in elissa.lists()] == ["Sea"] and numbers(elissa.list_accounts(made.id)) == [other]
    assert [one.title for one in elissa.account_lists(other)] == ["Sea"]
    number = fabian.status_post("A spoiler for the list").id
    assert until(lambda: number in numbers(elissa.timeline_list(made.id)))
    assert elissa.list_update(made.id, title="Shore", replies_policy="none").replies_policy == "none"

    sieve = elissa.create_filter_v2("No spoilers", context=["home"], filter_action="warn", expires_in=600,
                                    keywords_attributes=[{"keyword": "spoiler", "whole_word": True}])
    assert [one.keyword for one in elissa.filter_keywords_v2(sieve.id)] == ["spoiler"]

    def marks() -> list[str]:
        [shown] = [status for status in elissa.timeline_home() if status.id == number]
        return [one.filter.title for one in shown.filtered]

    until(lambda: marks() == ["No spoilers"])
    elissa.delete_filter_v2(sieve.id)
    assert elissa.filters_v2() == []
    until(lambda: marks() == [])
    assert elissa.markers_set(["home"], [number])["home"].last_read_id == number
    assert elissa.markers_get(["home"])["home"].last_read_id == number
    elissa.list_delete(made.id)
    assert elissa.lists() == []


def test_the_library_hears_talks_and_searches(clients: tuple[Mastodon, Mastodon]) -> None:
    elissa, fabian = clients
    me = elissa.me().id
    fabian.account_follow(me)
    post = elissa.status_post("Puffins on the #ledge")
    assert fabian.status_favourite(post.id).favourited and fabian.status_reblog(post.id).reblog.id == post.id
    assert fabian.status_bookmark(post.id).bookmarked and numbers(fabian.bookmarks()) == [post.id]
    assert numbers(elissa.status_favourited_by(post.id)) == [fabian.me().id]
    fabian.status_post("@elissa in private", visibility="direct")

    def kinds() -> set[str]:
        return {one.type for one in elissa.notifications() if one.account.acct == "fabian"}

    until(lambda: {"follow", "favourite", "reblog", "mention"} <= kinds())
    one = elissa.notifications(types=["favourite"])[0]
    assert one.status.id == post.id and elissa.notifications(id=one.id).type == "favourite"
    assert elissa.notifications_unread_count().count >= 4
    groups = elissa.grouped_notifications(types=["favourite", "reblog"]).notification_groups
    assert {(group.type, group.status_id) for group in groups} == {("favourite", post.id), ("reblog", post.id)}
    [talk] = elissa.conversations()
    assert talk.unread and talk.last_status.visibility == "direct" and numbers(talk.accounts) == [fabian.me().id]
    assert elissa.conversations_read(talk.id).unread is False
    elissa.notifications_dismiss(one.id)
    elissa.notifications_clear()
    assert elissa.notifications() == []

    found = until(lambda: (answer := fabian.search_v2("ledge")).hashtags and answer)
    assert [tag.name for tag in found.hashtags] == ["ledge"]
    assert numbers(fabian.search_v2("fabi", result_type="accounts").accounts) == [fabian.me().id]
    assert numbers(fabian.account_search("elissa")) == [me]
    assert numbers(fabian.search_v2(post.url, resolve=True).statuses) == [post.id]
    assert numbers(fabian.timeline_hashtag("ledge")) == [post.id]


def test_the_library_changes_the_account(clients: tuple[Mastodon, Mastodon]) -> None:
    elissa, fabian = clients
    changed = fabian.account_update_credentials(display_name="Fabian F.", note="Cliffs.", locked=True,
                                                fields=[("site", "https://example.com")])
    assert (changed.display_name, changed.source.note, changed.fields[0].name) == ("Fabian F.", "Cliffs.", "site")
    other = fabian.me().id
    elissa.account_unfollow(other)
    assert elissa.account_follow(other).requested
    assert numbers(fabian.follow_requests()) == [elissa.me().id]
    assert fabian.follow_request_authorize(elissa.me().id).followed_by
    assert elissa.account_relationships(other)[0].following
    assert not fabian.account_remove_from_followers(elissa.me().id).followed_by
    assert elissa.account_mute(other, duration=600).muting and numbers(elissa.mutes()) == [other]
    assert not elissa.account_unmute(other).muting
    assert elissa.account_block(other).blocking and numbers(elissa.blocks()) == [other]
    assert not elissa.account_unblock(other).blocking
    fabian.revoke_access_token(allow_http=True)
    fabian.access_token = None
    with pytest.raises(errors.MastodonAPIError):
        fabian.me()


# -- Mastodon.py, streams -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def streamers(site: RunningSite) -> tuple[Mastodon, Mastodon]:
    return _with_tokens(site, "gerda", "hanno")


def test_the_library_streams(streamers: tuple[Mastodon, Mastodon]) -> None:
    gerda, hanno = streamers
    assert gerda.stream_healthy()
    gerda.account_follow(hanno.me().id)
    made = gerda.list_create("Live")
    gerda.list_accounts_add(made.id, [hanno.me().id])
    user, told, tag, everybody, listed, direct = (Heard() for _ in range(6))
    handles = [gerda.stream_user(user, run_async=True), gerda.stream_user_notifications(told, run_async=True),
               gerda.stream_hashtag("skuas", tag, run_async=True), gerda.stream_public(everybody, run_async=True),
               gerda.stream_list(made.id, listed, run_async=True), gerda.stream_direct(direct, run_async=True)]
    try:
        for handle in handles:
            until(handle.is_receiving)
        post = hanno.status_post("Two #skuas over the bay @gerda")
        for heard in (user, tag, everybody, listed):
            assert numbers(until(lambda heard=heard: heard.of("update"))) == [post.id]
        assert until(lambda: told.of("notification"))[0].type == "mention"
        assert until(lambda: user.of("notification"))[0].status.id == post.id
        hanno.status_update(post.id, "Three #skuas over the bay @gerda")
        assert "Three" in until(lambda: user.of("status.update"))[0].content
        hanno.status_post("@gerda they are gone", visibility="direct")
        assert "they are gone" in until(lambda: direct.of("conversation"))[0].last_status.content
        gerda.create_filter_v2("Rain", context=["home"], filter_action="hide")
        until(lambda: user.of("filters_changed"))
        hanno.status_delete(post.id)
        assert [str(one) for one in until(lambda: tag.of("delete"))] == [post.id]
        assert not [name for name, _ in (*tag.events, *everybody.events) if name not in
                    ("update", "status.update", "delete")]
    finally:
        for handle in handles:
            handle.close()


def test_a_stream_ends_with_what_it_stands_on(streamers: tuple[Mastodon, Mastodon], site: RunningSite) -> None:
    gerda, hanno = streamers
    heard, public = Heard(), Heard()
    handles = [gerda.stream_user(heard, run_async=True), gerda.stream_public(public, run_async=True)]
    try:
        for handle in handles:
            until(handle.is_receiving)
        hanno.status_post("Still here")
        until(lambda: heard.of("update") and public.of("update"))
        hanno.account_block(gerda.me().id)
        hanno.status_post("Not for everybody")
        gerda.status_post("So that something comes")
        until(lambda: len(heard.of("update")) > 1 and len(public.of("update")) > 1)
        assert not [one for one in heard.of("update") + public.of("update") if "Not for" in one.content]
        gerda.revoke_access_token(allow_http=True)
        until(lambda: not any(handle.is_receiving() for handle in handles), within_s=1)
    finally:
        for handle in handles:
            handle.close()
