"""A whole day of a member's life, from sign-up to deletion, in each of three clients, on one site. Every answer on the
way is read by its schema, as in all tests (tests/answers.py)."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mastodon import Mastodon, errors

from tests import samples
from tests.stories.clients.heard import Heard, end
from tests.stories.clients.toot import Toot, at_a_terminal
from tests.stories.running import PASSWORD, ROOT, RunningSite, until

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow", "push"]
DAY = ["sign up", "log in", "profile", "follow", "post with poll", "post with picture", "reply", "boost", "quote",
       "edit", "filter", "list", "search", "notifications grouped", "push subscribe", "stream", "delete"]
MASTO = Path(__file__).with_name("masto")
NODE = Path(sys.executable).with_name("node")


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("camera") / "terns.jpg"
    file.write_bytes(samples.picture(320, 240))
    return file


def numbers(found: Any) -> list[str]:
    return [str(one.id) for one in found]


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in found]


# -- masto ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not (MASTO / "node_modules").is_dir(), reason="masto is not there: `make test` installs it")
def test_a_day_with_masto(site: RunningSite, picture: Path, tmp_path: Path) -> None:
    """Its steps are in masto/day.mjs; the member's browser is here."""
    with (tmp_path / "complaints").open("w+") as complaints, subprocess.Popen(
            [NODE, MASTO / "day.mjs", site.address, picture, PASSWORD], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=complaints, text=True, cwd=ROOT) as day:
        assert day.stdin and day.stdout
        done = []
        for line in day.stdout:
            word, _, said = line.strip().partition(": ")
            if word == "open":
                browser = site.visitor()
                browser.handle = "ida"
                print(browser.code_for(said), file=day.stdin, flush=True)
            else:
                done.append(said)
        code = day.wait(30)
        complaints.seek(0)
        assert (code, done) == (0, DAY), complaints.read()


# -- Mastodon.py ----------------------------------------------------------------------------------------------------


class Library:
    """Two members of one app, signed up by the library; one of them has then logged in as apps do."""

    def __init__(self, site: RunningSite) -> None:
        self.site = site
        self.app = Mastodon.create_app("Day", scopes=SCOPES, redirect_uris=OOB, api_base_url=site.address)
        self.kit, self.lea = self._signed_up("kit"), self._signed_up("lea")
        with pytest.raises(errors.MastodonIllegalArgumentError, match="already been taken"):
            self._signed_up("lea")

    def client(self) -> Mastodon:
        return Mastodon(*self.app, api_base_url=self.site.address, ratelimit_method="throw", version_check_mode="none")

    def _signed_up(self, handle: str) -> Mastodon:
        client = self.client()
        client.create_account(handle, PASSWORD, f"{handle}@example.com", agreement=True, scopes=SCOPES)
        return client

    def logged_in(self, handle: str) -> Mastodon:
        client, browser = self.client(), self.site.visitor()
        browser.handle = handle
        url = client.auth_request_url(redirect_uris=OOB, scopes=SCOPES, allow_http=True)
        client.log_in(code=browser.code_for(url), redirect_uri=OOB, scopes=SCOPES, allow_http=True)
        return client


def test_a_day_with_the_library(site: RunningSite, picture: Path) -> None:
    library = Library(site)
    lea, kit = library.lea, library.logged_in("kit")
    me = kit.account_update_credentials(display_name="Kit", note="Gulls.", avatar=str(picture), fields=[("a", "b")])
    assert (me.acct, me.display_name, me.source.note, "/media/" in me.avatar) == ("kit", "Kit", "Gulls.", True)
    heard = Heard()
    handle = kit.stream_user(heard, run_async=True)
    until(handle.is_receiving)
    try:
        other = lea.me().id
        assert kit.account_follow(other).following and lea.account_follow(me.id).following
        _the_library_writes(kit, lea, picture)
        _the_library_sorts(kit, lea)
        _the_library_is_told(kit, heard, lea)
        passing = lea.status_post("Gone in a moment")
        until(lambda: passing.id in [one.id for one in heard.of("update")])
        lea.status_delete(passing.id)
        until(lambda: str(passing.id) in [str(one) for one in heard.of("delete")])
        [post] = kit.account_statuses(me.id, pinned=True)
        assert kit.status_delete(post.id).text == "Eight gulls"
        with pytest.raises(errors.MastodonNotFoundError):
            lea.status(post.id)
    finally:
        end(kit, [handle])


def _the_library_writes(kit: Mastodon, lea: Mastodon, picture: Path) -> None:
    asked = kit.status_post("How many?", poll=kit.make_poll(["six", "seven"], 3600, multiple=True))
    voted = lea.poll_vote(asked.poll.id, [0, 1])
    assert voted.own_votes == [0, 1] and kit.poll(asked.poll.id).voters_count == 1
    upload = kit.media_post(str(picture), description="Gulls in a row", focus=(0.5, -0.5), synchronous=True)
    assert (upload.type, upload.description, upload.meta.focus.x) == ("image", "Gulls in a row", 0.5)
    post = kit.status_post("Seven gulls", media_ids=[upload], quote_approval_policy="followers")
    assert post.media_attachments[0].id == upload.id and kit.status_pin(post.id).pinned
    answer = lea.status_reply(post, "and an auk")
    assert numbers(kit.status_context(answer.id).ancestors) == [str(post.id)]
    assert lea.status_favourite(post.id).favourited and lea.status_reblog(post.id).reblog.id == post.id
    quote = lea.status_post("What Kit saw", quoted_status_id=post.id)
    assert (quote.quote.state, quote.quote.quoted_status.id) == ("accepted", post.id)
    assert numbers(kit.status_quotes(post.id)) == [str(quote.id)]
    assert kit.status_quote_revoke(post.id, quote.id).quote.state == "revoked"
    attribute = kit.generate_media_edit_attributes(upload.id, description="A longer row")
    edited = kit.status_update(post.id, "Eight gulls", media_attributes=[attribute])
    assert edited.edited_at and edited.media_attachments[0].description == "A longer row"
    assert kit.status_source(post.id).text == "Eight gulls" and len(lea.status_history(post.id)) == 2


def _the_library_sorts(kit: Mastodon, lea: Mastodon) -> None:
    other = lea.me().id
    sieve = kit.create_filter_v2("No auks", ["home", "thread"], "warn", keywords_attributes=[
        {"keyword": "auk", "whole_word": True}])
    [post] = kit.account_statuses(kit.me().id, pinned=True)
    [answer] = until(lambda: [one for one in kit.status_context(post.id).descendants if one.filtered])
    assert [one.filter.title for one in answer.filtered] == ["No auks"]
    kit.delete_filter_v2(sieve.id)
    made = kit.list_create("Friends")
    kit.list_accounts_add(made.id, [other])
    until(lambda: str(answer.id) in numbers(kit.timeline_list(made.id)) or kit.timeline_list(made.id))
    assert numbers(until(lambda: kit.search_v2("lea", result_type="accounts").accounts)) == [str(other)]


def _the_library_is_told(kit: Mastodon, heard: Heard, lea: Mastodon) -> None:
    wanted = {"follow", "mention", "favourite", "reblog"}

    def told() -> Any:
        found = kit.grouped_notifications()
        return wanted <= {group.type for group in found.notification_groups} and found

    groups = until(told)
    liked = next(group for group in groups.notification_groups if group.type == "favourite")
    assert (liked.notifications_count, numbers(groups.accounts)) == (1, [str(lea.me().id)])
    assert numbers(kit.grouped_notification_accounts(liked.group_key)) == [str(lea.me().id)]
    kit.dismiss_grouped_notification(liked.group_key)
    assert until(lambda: heard.of("notification")) and heard.of("filters_changed")
    private, public = kit.push_subscription_generate_keys()
    made = kit.push_subscription_set("https://push.example.com/kit", public, mention_events=True)
    assert kit.push_subscription().endpoint == made.endpoint and "privkey" in private
    kit.push_subscription_delete()


# -- toot -----------------------------------------------------------------------------------------------------------


def test_a_day_with_toot(site: RunningSite, picture: Path, tmp_path: Path) -> None:
    """What it has no command for, it asks with its own functions (`call`)."""
    with at_a_terminal(site, tmp_path / "max", site.visitor().join("max")) as max_, \
            at_a_terminal(site, tmp_path / "nora", site.visitor().join("nora")) as nora:
        changed = max_.json("update-account", "--display-name", "Max", "--note", "Auks.", "--avatar", str(picture))
        assert (changed["display_name"], "/media/" in changed["avatar"]) == ("Max", True)
        assert "You are now following nora" in max_.run("follow", "nora")
        nora.run("follow", "max")
        post = _toot_writes(max_, nora, picture)
        _toot_sorts(max_, nora, post)
        until(lambda: {"follow", "mention", "favourite", "reblog", "quote"} <= {
            group["type"] for group in max_.call("http", "get", "/api/v2/notifications")["notification_groups"]})
        assert "Max" not in max_.run("notifications", "--clear")
        assert "Status deleted" in max_.run("delete", post)
        assert "Record not found" in nora.run("status", post, code=1)
        assert "logged out" in max_.run("logout", f"max@{site.address.removeprefix('http://')}")
    print("left out: streams, which toot has none of, and push, for which it asks no scope")


def _toot_writes(max_: Toot, nora: Toot, picture: Path) -> str:
    asked = max_.json("post", "How many?", "--poll-option", "six", "--poll-option", "seven", "--poll-expires-in", "1h")
    voted = nora.json("polls", "vote", asked["poll"]["id"], "1")
    assert (voted["own_votes"], voted["voters_count"]) == ([1], 1)
    post = max_.json("post", "Seven auks", "--media", str(picture), "--description", "Auks in a row")
    assert post["media_attachments"][0]["description"] == "Auks in a row"
    assert nora.json("post", "@max and a tern", "--reply-to", post["id"])["in_reply_to_id"] == post["id"]
    assert "Status reblogged" in nora.run("reblog", post["id"])
    assert "Status favourited" in nora.run("favourite", post["id"])
    quote = nora.call("http", "post", "/api/v1/statuses", json={"status": "Auks!", "quoted_status_id": post["id"]})
    assert quote["quote"]["quoted_status"]["id"] == post["id"]
    kept = [one["id"] for one in post["media_attachments"]]
    edited = max_.call("api", "edit_status", post["id"], "Eight auks", media_ids=kept)
    assert "Eight" in edited["content"] and ids(edited["media_attachments"]) == kept
    return str(post["id"])


def _toot_sorts(max_: Toot, nora: Toot, post: str) -> None:
    sieve = max_.call("http", "post", "/api/v2/filters", json={
        "title": "No terns", "context": ["thread"], "keywords_attributes": [{"keyword": "tern"}]})
    [answer] = until(lambda: [one for one in max_.json("thread", post)["descendants"] if one["filtered"]])
    assert [one["filter"]["title"] for one in answer["filtered"]] == ["No terns"]
    max_.call("http", "delete", f"/api/v2/filters/{sieve['id']}")
    max_.run("lists", "create", "Friends")
    max_.run("lists", "add", "Friends", "nora")
    until(lambda: "Auks!" in max_.run("timelines", "list", "Friends", "--no-pager"))
    assert "@nora" in until(lambda: "@nora" in (found := max_.run("search", "nora")) and found)
