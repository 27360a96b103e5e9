"""Mastodon.py, the library that most bots stand on, against a real site."""

from typing import Any

import pytest
from mastodon import Mastodon, errors
from mastodon.errors import MastodonDeprecationWarning

from tests.stories.clients.heard import Heard, end
from tests.stories.running import RunningSite, until

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow"]


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
    assert elissa.verify_minimum_version("4.6.0") and not elissa.verify_minimum_version("4.7.0")
    instance = elissa.instance_v2()
    assert instance.domain == site.address.removeprefix("http://") and instance.registrations.enabled
    assert instance.configuration.statuses.max_characters == 500 and instance.api_versions.mastodon == 10
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


# -- Streams -------------------------------------------------------------------------------------------


def test_the_library_streams(site: RunningSite) -> None:
    gerda, hanno = _with_tokens(site, "gerda", "hanno")
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
        end(gerda, handles)


def test_a_stream_ends_with_what_it_stands_on(site: RunningSite) -> None:
    gerda, hanno = _with_tokens(site, "ilse", "jost")
    gerda.account_follow(hanno.me().id)
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
        end(gerda, handles)
