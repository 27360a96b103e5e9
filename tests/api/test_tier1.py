"""Every operation of tier 1 that is built, called as an app calls it, its whole answer read by our own types.

`covers` names what a test calls; `called` holds it to that, and the last test holds all of them to the routes.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from petrel.api import instance
from tests.api import entities as e
from tests.api.entities import Empty, Relationship, Status, read
from tests.api.schemas import apps, sites
from tests.api.schemas.apps import WebPushSubscription
from tests.api.town import Person, Town, settled
from tests.drain import drain
from tests.people import signed_in
from tests.visibility.commands import P256DH

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import api_coverage

COVERED: set[str] = set()
OOB = "urn:ietf:wg:oauth:2.0:oob"
Check = Callable[[Any, Town], object]


def covers(*names: str) -> Callable[[Any], Any]:
    """The operations that a test calls, as "GET /api/v1/..."."""
    COVERED.update(names)

    def mark(test: Any) -> Any:
        test.covers = names
        return test

    return mark


class Asked:
    """The API, remembering which operations were asked for."""

    def __init__(self, api: Any) -> None:
        self.api = api
        self.operations: set[str] = set()

    async def __call__(self, method: str, target: str, **more: Any) -> Any:
        self.note(method, target)
        return await self.api(method, target, **more)

    def note(self, method: str, target: str) -> None:
        asked = target.partition("?")[0].split("/")
        fitting = [(api_coverage._fits(o.path, asked), o.name) for o in api_coverage.operations() if o.method == method]
        score, name = max(fitting, default=(-1, ""))
        if score >= 0:
            self.operations.add(name)


@pytest.fixture
def api(api: Any, request: pytest.FixtureRequest) -> Iterator[Asked]:
    case = getattr(request.node, "callspec", None)
    names = (case.params["name"],) if case and "name" in case.params else getattr(request.function, "covers", ())
    asked = Asked(api)
    yield asked
    assert set(names) <= asked.operations


# -- What is only read ----------------------------------------------------------------------------------------------


READS: list[tuple[str, str, Any, Check]] = [
    ("GET /api/v1/custom_emojis", "", list[e.CustomEmoji], lambda found, town: found == []),
    ("GET /api/v2/instance", "", sites.Instance, lambda site, town: site.usage.users.active_month >= 0),
    ("GET /api/v1/instance", "", sites.V1Instance, lambda site, town: site.configuration.polls),
    ("GET /api/v1/instance/peers", "", list[str], lambda found, town: found == []),
    ("GET /.well-known/oauth-authorization-server", "", apps.AuthorizationServer,
     lambda site, town: site.code_challenge_methods_supported == ["S256"]),
    ("GET /.well-known/nodeinfo", "", sites.NodeLinks,
     lambda found, town: found.links[0].href.endswith("/nodeinfo/2.0")),
    ("GET /api/v1/accounts/verify_credentials", "", e.CredentialAccount,
     lambda me, town: me.id == town.ann.number and me.source.fields and me.source.follow_requests_count == 1),
    ("GET /api/v1/accounts/:id", "/api/v1/accounts/{ben}", e.Account, lambda one, town: one.id == town.ben.number),
    ("GET /api/v1/accounts/:id/statuses", "/api/v1/accounts/{ben}/statuses", list[Status],
     lambda found, town: {town.root, town.answer} <= ids(found)),
    ("GET /api/v1/accounts/:id/followers", "/api/v1/accounts/{ben}/followers", list[e.Account],
     lambda found, town: ids(found) == {town.ann.number, town.cor.number}),
    ("GET /api/v1/accounts/:id/following", "/api/v1/accounts/{cor}/following", list[e.Account],
     lambda found, town: ids(found) == {town.ann.number, town.ben.number}),
    ("GET /api/v1/accounts/:id/featured_tags", "/api/v1/accounts/{ann}/featured_tags", list[e.FeaturedTag],
     lambda found, town: [tag.name for tag in found] == ["pier"]),
    ("GET /api/v1/accounts/relationships", "/api/v1/accounts/relationships?id[]={ben}&id[]={dee}", list[Relationship],
     lambda found, town: [(one.following, one.requested, one.requested_by) for one in found]
     == [(True, False, False), (False, True, True)]),
    ("GET /api/v1/accounts/familiar_followers", "/api/v1/accounts/familiar_followers?id[]={cor}&id[]={ben}",
     list[e.FamiliarFollowers], lambda found, town: [one.id for one in found] == [town.cor.number, town.ben.number]),
    ("GET /api/v1/accounts/search", "/api/v1/accounts/search?q=be", list[e.Account],
     lambda found, town: town.ben.number in ids(found)),
    ("GET /api/v1/accounts/lookup", "/api/v1/accounts/lookup?acct=ben", e.Account,
     lambda one, town: one.id == town.ben.number),
    ("GET /api/v1/statuses/:id", "/api/v1/statuses/{root}", Status,
     lambda one, town: one.favourited and one.bookmarked and len(one.mentions) == 2 and one.tags[0].name == "pier"),
    ("GET /api/v1/statuses", "/api/v1/statuses?id[]={root}&id[]={own}", list[Status],
     lambda found, town: [one.id for one in found] == [town.root, town.own] and found[1].pinned),
    ("GET /api/v1/statuses/:id/context", "/api/v1/statuses/{own}/context", e.Context,
     lambda c, town: (ids(c.ancestors), ids(c.descendants)) == ({town.root}, {town.answer})
     and c.descendants[0].filtered[0].keyword_matches == ["fifty"]),
    ("GET /api/v1/statuses/:id/source", "/api/v1/statuses/{own}/source", e.StatusSource,
     lambda one, town: (one.text, one.spoiler_text) == ("How many?", "numbers")),
    ("GET /api/v1/timelines/public", "/api/v1/timelines/public?local=true", list[Status],
     lambda found, town: town.root in ids(found)),
    ("GET /api/v1/timelines/tag/:hashtag", "/api/v1/timelines/tag/pier", list[Status],
     lambda found, town: ids(found) == {town.root}),
    ("GET /api/v1/timelines/home", "", list[Status],
     lambda found, town: {town.root, town.own} <= ids(found)),
    ("GET /api/v1/timelines/list/:list_id", "/api/v1/timelines/list/{list}", list[Status],
     lambda found, town: town.root in ids(found) and town.own not in ids(found)),
    ("GET /api/v2/notifications", "", e.GroupedNotifications,
     lambda page, town: {"favourite", "reblog", "mention", "follow_request"}
     <= {group.type for group in page.notification_groups} and page.statuses and page.accounts),
    ("GET /api/v1/notifications", "", list[e.Notification],
     lambda found, town: {"favourite", "reblog", "mention", "follow", "follow_request"} == {one.type for one in found}),
    ("GET /api/v1/notifications/:id", "/api/v1/notifications/{told}", e.Notification,
     lambda one, town: one.type == "mention" and one.status.account.id == one.account.id),
    ("GET /api/v1/notifications/unread_count", "", e.UnreadCount, lambda one, town: one.count >= 6),
    ("GET /api/v2/notifications/policy", "", e.NotificationPolicy,
     lambda one, town: one.for_not_following == "filter" and one.summary.pending_requests_count == 2),
    ("GET /api/v1/notifications/requests", "", list[e.NotificationRequest],
     lambda found, town: [(one.account.username, one.notifications_count) for one in found]
     == [("eve", "1"), ("cor", "1")] and found[1].last_status.visibility == "direct"),
    ("GET /api/v1/conversations", "", list[e.Conversation],
     lambda found, town: [one.last_status.account.id for one in found] == [town.cor.number] and found[0].unread),
    ("GET /api/v2/search", "/api/v2/search?q=pier", e.Search,
     lambda found, town: ids(found.statuses) == {town.root} and found.hashtags[0].name == "pier"),
    ("GET /api/v1/markers", "/api/v1/markers?timeline[]=home&timeline[]=notifications", e.Markers,
     lambda found, town: found.home.last_read_id == town.root),
    ("GET /api/v1/preferences", "", e.Preferences,
     lambda one, town: one.posting__default__visibility == "private"),
    ("GET /api/v1/lists", "", list[e.UserList], lambda found, town: [one.title for one in found] == ["Birders"]),
    ("GET /api/v2/filters", "", list[e.Filter], lambda found, town: found[0].keywords[0].keyword == "fifty"),
    ("GET /api/v1/followed_tags", "", list[e.Tag],
     lambda found, town: [(tag.name, tag.following) for tag in found] == [("seabirds", True)]),
    ("GET /api/v1/follow_requests", "", list[e.Account], lambda found, town: ids(found) == {town.dee.number}),
    ("GET /api/v1/announcements", "", list[e.Announcement], lambda found, town: found[0].read is False),
]
BUILT = {o.name for o in api_coverage.operations() if o.key in api_coverage.served()}
COVERED.update(name for name, *_ in READS)


def ids(found: list[Any]) -> set[str]:
    return {one.id for one in found}


@pytest.mark.parametrize(("name", "target", "kind", "is_right"), READS, ids=[name for name, *_ in READS])
async def test_what_is_read(api: Asked, site: Any, name: str, target: str, kind: Any, is_right: Check) -> None:
    town = await settled(api)
    instance.PEERS.forget()         # what another module's database had
    found = read(await town.ann("GET", town.filled(target or name.partition(" ")[2])), kind)
    assert is_right(found, town), found


FOR_ANYBODY = [
    ("/api/v1/accounts/{ben}", e.Account),
    ("/api/v1/accounts/{ben}/statuses", list[e.PublicStatus]),
    ("/api/v1/accounts/lookup?acct=ben", e.Account),
    ("/api/v1/statuses/{root}", e.PublicStatus),
    ("/api/v1/statuses?id[]={root}", list[e.PublicStatus]),
    ("/api/v1/timelines/public", list[e.PublicStatus]),
    ("/api/v1/timelines/tag/pier", list[e.PublicStatus]),
]


@pytest.mark.parametrize(("target", "kind"), FOR_ANYBODY)
async def test_what_is_read_signed_out(api: Asked, site: Any, target: str, kind: Any) -> None:
    town = await settled(api)
    assert read(await town.nobody("GET", town.filled(target)), kind)


@covers("GET /.well-known/host-meta", "GET /nodeinfo/2.0")
async def test_documents_with_types_of_their_own(api: Asked, site: Any) -> None:
    found = await api("GET", "/.well-known/host-meta")
    assert found.status == 200 and found.headers["content-type"].startswith("application/xrd+xml")
    assert b'rel="lrdd"' in found.body and b"webfinger?resource={uri}" in found.body
    node = await api("GET", "/nodeinfo/2.0")
    assert node.status == 200 and "schema/2.0#" in node.headers["content-type"]
    assert e.decoded(node.body, sites.NodeInfo).software.name == "petrel"


# -- Apps -----------------------------------------------------------------------------------------------------------


@covers("POST /api/v1/apps", "GET /api/v1/apps/verify_credentials", "GET /oauth/authorize", "POST /oauth/token",
        "POST /oauth/revoke")
async def test_an_app_from_its_registration_to_its_end(api: Asked, site: Any) -> None:
    from tests.web.someone import Someone, front_door

    sent = {"client_name": "Looker", "redirect_uris": OOB, "scopes": "read write", "website": "https://example.com"}
    app = read(await api("POST", "/api/v1/apps", json=sent), apps.CredentialApplication)
    assert app.redirect_uris == [OOB] and app.scopes == ["read", "write"]
    client = {"client_id": app.client_id, "client_secret": app.client_secret}

    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": OOB, "scope": "read"}
    person = await Someone(await front_door()).join("visitor")
    api.note("GET", "/oauth/authorize")
    page = await person.get("/oauth/authorize?" + urlencode(asked))
    assert page.status == 200 and "Looker" in page.text
    allowed = await person.post("/oauth/authorize", **page.hidden, decision="allow")
    code = parse_qs(urlsplit(allowed.location).query)["code"][0]

    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": OOB, **client}
    token = read(await api("POST", "/oauth/token", form=form), apps.Token)
    assert token.scope == "read"
    me = read(await api("GET", "/api/v1/accounts/verify_credentials", token=token.access_token), e.CredentialAccount)
    assert me.username == "visitor"
    own = read(await api("POST", "/oauth/token", form={"grant_type": "client_credentials", **client}), apps.Token)
    for bearer in (token.access_token, own.access_token):
        shown = await api("GET", "/api/v1/apps/verify_credentials", token=bearer)
        assert read(shown, apps.Application).name == "Looker"
    ended = await api("POST", "/oauth/revoke", form={"token": token.access_token, **client})
    assert read(ended, Empty) == Empty()


# -- What changes something -----------------------------------------------------------------------------------------


async def pair(api: Any, name: str) -> list[Person]:
    return [Person(api, m.account, t) for m, t in await signed_in(f"{name}_a", f"{name}_b")]


@covers("POST /api/v1/accounts/:id/follow", "POST /api/v1/accounts/:id/unfollow", "POST /api/v1/accounts/:id/mute",
        "POST /api/v1/accounts/:id/unmute", "POST /api/v1/accounts/:id/block", "POST /api/v1/accounts/:id/unblock")
async def test_acts_towards_somebody_answer_with_how_it_stands(api: Asked, site: Any) -> None:
    me, other = await pair(api, "acts")
    steps: list[tuple[str, dict[str, Any], str, bool]] = [
        ("follow", {"reblogs": False, "notify": True}, "following", True), ("unfollow", {}, "following", False),
        ("mute", {"duration": 600}, "muting", True), ("unmute", {}, "muting", False),
        ("block", {}, "blocking", True), ("unblock", {}, "blocking", False)]
    for verb, sent, field, value in steps:
        relation = read(await me("POST", f"/api/v1/accounts/{other.number}/{verb}", **sent), Relationship)
        assert (relation.id, getattr(relation, field)) == (other.number, value), verb
        if verb == "follow":
            assert relation.notifying and not relation.showing_reblogs
        if verb == "mute":
            assert relation.muting_expires_at


@covers("POST /api/v1/statuses", "PUT /api/v1/statuses/:id", "DELETE /api/v1/statuses/:id")
async def test_a_post_from_its_writing_to_its_end(api: Asked, site: Any) -> None:
    me, other = await pair(api, "posts")
    sent = {"status": "Hello @posts_b #birds", "spoiler_text": "soft", "sensitive": True, "language": "en",
            "visibility": "unlisted"}
    made = read(await me("POST", "/api/v1/statuses", **sent), Status)
    assert (made.visibility, made.language, made.mentions[0].id) == ("unlisted", "en", other.number)
    assert made.pinned is False and made.edited_at is None
    again = [await api("POST", "/api/v1/statuses", token=me.token, json={"status": "once"},
                       headers={"idempotency-key": "k"}) for _ in range(2)]
    assert len({read(answer, Status).id for answer in again}) == 1
    changed = read(await me("PUT", f"/api/v1/statuses/{made.id}", status="Hello again"), Status)
    assert changed.edited_at and changed.spoiler_text == "soft" and changed.mentions == []
    gone = read(await me("DELETE", f"/api/v1/statuses/{made.id}"), e.DeletedStatus)
    assert gone.text == "Hello again" and (await me("GET", f"/api/v1/statuses/{made.id}")).status == 404


@covers("POST /api/v1/statuses/:id/favourite", "POST /api/v1/statuses/:id/unfavourite",
        "POST /api/v1/statuses/:id/reblog", "POST /api/v1/statuses/:id/unreblog",
        "POST /api/v1/statuses/:id/bookmark", "POST /api/v1/statuses/:id/unbookmark")
async def test_marks_answer_with_the_post(api: Asked, site: Any) -> None:
    me, other = await pair(api, "marks")
    number = await other.post("like this")
    verbs = (("favourite", "favourited", "favourites_count"), ("reblog", "reblogged", "reblogs_count"),
             ("bookmark", "bookmarked", ""))
    for verb, field, count in verbs:
        for prefix, value in (("", True), ("un", False)):
            status = read(await me("POST", f"/api/v1/statuses/{number}/{prefix}{verb}"), Status)
            if status.reblog is not None:
                assert status.account.id == me.number and verb == "reblog" and value
                await drain("counts")
                continue
            assert (status.id, getattr(status, field)) == (number, value)
            assert not count or getattr(status, count) == int(value)
            await drain("counts")


@covers("POST /api/v1/markers")
async def test_markers_answer_with_what_was_set(api: Asked, site: Any) -> None:
    [me, _] = await pair(api, "marker")
    places = read(await me("POST", "/api/v1/markers", home={"last_read_id": "12"}), e.Markers)
    assert places.home.last_read_id == "12"


@covers("POST /api/v1/push/subscription", "GET /api/v1/push/subscription", "PUT /api/v1/push/subscription",
        "DELETE /api/v1/push/subscription")
async def test_a_push_subscription_answers_with_itself(api: Asked, site: Any) -> None:
    [me, _] = await pair(api, "pushed")
    address = "/api/v1/push/subscription"
    asked = {"endpoint": "https://push.example/x", "keys": {"p256dh": P256DH, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}
    made = read(await me("POST", address, subscription=asked, data={"alerts": {"poll": True}}), WebPushSubscription)
    assert (made.endpoint, made.policy, made.standard) == (asked["endpoint"], "all", False)
    assert read(await me("GET", address), WebPushSubscription) == made
    changed = read(await me("PUT", address, data={"policy": "follower"}), WebPushSubscription)
    assert changed.policy == "follower" and not any(changed.alerts.values())
    read(await me("DELETE", address), Empty)


def test_every_operation_of_the_first_tier_that_is_built_is_here() -> None:
    """Or in the tests of its room, whose answers are read by the schemas too."""
    first = {o.name for o in api_coverage.operations() if o.tier == 1}
    called = api_coverage.callers(api_coverage.served())
    elsewhere = {o.name for o in api_coverage.operations() if called.get(o.key) and api_coverage.has_schema(o)}
    assert sorted((first & BUILT) - COVERED - elsewhere) == []
    assert sorted(COVERED - first) == [], "not of the first tier"
