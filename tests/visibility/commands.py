"""Every command of the site, an example or more of each, and which verdicts it may change (test_no_side_effects.py).

Mira acts, unless another is named. An address and its fields name people and posts of the town: {ben}, {mira.public}.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.visibility.world import Person

PASSWORD = "long enough to be one"
# Of an app. source: RFC 8291, section 5
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


class Change(Struct, frozen=True):
    """One verdict that is another now."""

    surface: str
    viewer: int | None
    author: int
    post: int
    was: int
    now: int


class Town(Struct):
    people: dict[str, Person]
    posts: dict[str, int]
    authors: dict[int, int]
    names: dict[str, Any]
    direct: list[int]


May = Callable[[Town, Change], bool]


def _nothing(town: Town, c: Change) -> bool:
    return False


def _seen_by_actor(town: Town, c: Change) -> bool:
    """What the actor sees: following, unfollowing, muting."""
    return c.viewer == town.people["mira"].id


def _between(other: str) -> May:
    """The two see less or more of each other, and a reply to one of them may leave the other's home."""
    def may(town: Town, c: Change) -> bool:
        two = {town.people["mira"].id, town.people[other].id}
        return c.viewer in two and (c.author in two or c.surface == "home")
    return may


def _of_actor_to(other: str) -> May:
    """What the other sees of the actor: accepting, refusing, removing a follower."""
    def may(town: Town, c: Change) -> bool:
        return c.viewer == town.people[other].id and (c.author == town.people["mira"].id or c.surface == "home")
    return may


def _of_post(name: str) -> May:
    return lambda town, c: c.post == town.posts[name]


def _narrowed(name: str) -> May:
    return lambda town, c: c.post == town.posts[name] and c.now < c.was


def _actor_narrows(town: Town, c: Change) -> bool:
    """Of the actor's own posts, and only less."""
    return c.author == town.people["mira"].id and c.now < c.was


def _actor_opens(town: Town, c: Change) -> bool:
    return c.author == town.people["mira"].id


def _actor_ends(town: Town, c: Change) -> bool:
    """Nothing of theirs is seen any more, and they see nothing."""
    mira = town.people["mira"].id
    return c.now < c.was and mira in (c.viewer, c.author)


def _ends_elsewhere(town: Town, c: Change) -> bool:
    """The way in by which they are asked here ends with all others but the browser's."""
    return c.viewer == town.people["mira"].id and c.now < c.was


def _actor_found(town: Town, c: Change) -> bool:
    """Consent to be found by search."""
    return c.author == town.people["mira"].id and c.surface == "srch"


class Command(Struct, frozen=True):
    """`to`: the address, with names of the town in it. `as_`: who sends it."""

    to: str
    fields: dict[str, Any] = {}
    may: May = _nothing
    as_: str = "mira"


def C(to: str, may: May = _nothing, /, as_: str = "mira", **fields: Any) -> Command:
    return Command(to, fields, may, as_)


A, S, N = "/api/v1/accounts", "/api/v1/statuses", "/api/v1/notifications"
D, F = "/api/v1/petrel/drafts", "/api/v1/petrel/bookmark_folders"
COLLECTIONS = ("/api/v1/collections", "/api/v1_alpha/collections")
API: dict[str, list[Command]] = {
    f"POST {A}/:id/follow": [
        C(A + "/{gus}/follow", _seen_by_actor), C(A + "/{cleo}/follow", _seen_by_actor),
        C(A + "/{ben}/follow", _seen_by_actor, reblogs=False), C(A + "/{dan}/follow", _seen_by_actor),
        C(A + "/{ben}/follow", _seen_by_actor, reblogs=True, notify=True), C(A + "/{eve}/follow")],
    f"POST {A}/:id/unfollow": [C(A + "/{gus}/unfollow", _seen_by_actor), C(A + "/{jon}/unfollow", _seen_by_actor)],
    f"POST {A}/:id/remove_from_followers": [C(A + "/{ben}/remove_from_followers", _of_actor_to("ben"))],
    f"POST {A}/:id/block": [C(A + "/{jon}/block", _between("jon")), C(A + "/{ivy}/block", _between("ivy"))],
    f"POST {A}/:id/unblock": [C(A + "/{jon}/unblock", _between("jon")), C(A + "/{eve}/unblock")],
    f"POST {A}/:id/mute": [C(A + "/{gus}/mute", _seen_by_actor), C(A + "/{ben}/mute", _seen_by_actor, duration=3600)],
    f"POST {A}/:id/unmute": [C(A + "/{gus}/unmute", _seen_by_actor), C(A + "/{ben}/unmute", _seen_by_actor)],
    f"POST {A}/:id/note": [C(A + "/{ben}/note", comment="kind"), C(A + "/{eve}/note", comment="x")],
    **{f"POST {A}/:id/{verb}": [C(f"{A}/{{ben}}/{verb}"), C(f"{A}/{{gus}}/{verb}")]
       for verb in ("pin", "unpin", "endorse", "unendorse")},
    "POST /api/v1/follow_requests/:id/authorize": [
        C("/api/v1/follow_requests/{hal}/authorize", _of_actor_to("hal")),
        C("/api/v1/follow_requests/{gus}/authorize")],
    "POST /api/v1/follow_requests/:id/reject": [C("/api/v1/follow_requests/{gus}/reject")],
    "POST /oauth/token": [C("/oauth/token", grant_type="client_credentials", client_id="{client}",
                            client_secret="{secret}", scope="read")],
    "POST /oauth/revoke": [C("/oauth/revoke", client_id="{client}", client_secret="{secret}", token="{token_of_app}")],
    "POST /oauth/userinfo": [C("/oauth/userinfo")],
    "POST /oauth/introspect": [C("/oauth/introspect", client_id="{client}", client_secret="{secret}",
                                 token="{token_of_app}")],
    f"PATCH {A}/update_credentials": [
        C(A + "/update_credentials", display_name="Mira again", note="@ben #new", bot=True),
        C(A + "/update_credentials", discoverable=True, hide_collections=True,
          fields_attributes=[{"name": "a", "value": "b"}]),
        C(A + "/update_credentials", source={"privacy": "private", "sensitive": True, "language": "de"}),
        C(A + "/update_credentials", source={"privacy": "public", "sensitive": False}),
        C(A + "/update_credentials", _actor_found, indexable=True),
        C(A + "/update_credentials", _actor_found, indexable=False),
        C(A + "/update_credentials", _actor_narrows, locked=True), C(A + "/update_credentials", locked=False)],
    f"POST {A}": [C(A, username="newcomer", email="n@e.example", password=PASSWORD, agreement=True, locale="en")],
    "POST /api/v1/announcements/:id/dismiss": [C("/api/v1/announcements/{announcement}/dismiss")],
    # The body is no file: what uploads change is in tests/api, and nothing of it is a verdict.
    **{f"POST /api/{v}/media": [C(f"/api/{v}/media", file="x")] for v in ("v1", "v2")},
    **{f"DELETE /api/v1/profile/{which}": [C(f"/api/v1/profile/{which}")] for which in ("avatar", "header")},
    "POST /api/v1/petrel/uploads": [C("/api/v1/petrel/uploads", size=10)],
    "PATCH /api/v1/petrel/uploads/:id": [C("/api/v1/petrel/uploads/{ben.public}", offset=0, piece="x")],
    "PUT /api/v1/media/:id": [C("/api/v1/media/{ben.public}", description="x")],
    "DELETE /api/v1/media/:id": [C("/api/v1/media/{ben.public}")],
    **{f"{m} /api/v1/announcements/:id/reactions/:name": [
        C("/api/v1/announcements/{announcement}/reactions/\U0001f426")] for m in ("PUT", "DELETE")},
    **{f"{m} /api/v1/domain_blocks": [C("/api/v1/domain_blocks", domain="far.example")] for m in ("POST", "DELETE")},
    **{f"{m} /api/v1/profile": [C("/api/v1/profile", display_name="Mira", note="@ben #new")] for m in ("PATCH", "PUT")},
    "POST /api/v1/filters": [C("/api/v1/filters", phrase="everything", context=["home", "public"], irreversible=True)],
    **{f"{m} /api/v1/filters/:id": [C("/api/v1/filters/{keyword}", phrase="l")] for m in ("PUT", "PATCH", "DELETE")},
    "POST /api/v1/statuses/:id/translate": [C("/api/v1/statuses/{ben.public}/translate", lang="de")],
    "POST /beacon": [C("/beacon", release="0", page="home", cell=0, measures={"shift": 0.1})],
    "POST /api/v1/apps": [C("/api/v1/apps", client_name="x", redirect_uris="urn:ietf:wg:oauth:2.0:oob")],
    **{f"{m} /api/v1/conversations/:id{tail}": [C("/api/v1/conversations/{conversation}" + tail)]
       for m, tail in (("POST", "/read"), ("POST", "/unread"), ("DELETE", ""))},
    "POST /api/v2/filters": [C("/api/v2/filters", title="t", context=["home", "public"], filter_action="hide",
                               keywords_attributes=[{"keyword": "everything"}])],
    **{f"{m} /api/v2/filters/:id": [C("/api/v2/filters/{filter}", title="u", context=["thread"])]
       for m in ("PUT", "PATCH")},
    "POST /api/v2/filters/:filter_id/keywords": [C("/api/v2/filters/{filter}/keywords", keyword="k")],
    **{f"{m} /api/v2/filters/keywords/:id": [C("/api/v2/filters/keywords/{keyword}", keyword="l")]
       for m in ("PUT", "PATCH", "DELETE")},
    "POST /api/v2/filters/:filter_id/statuses": [C("/api/v2/filters/{filter}/statuses", status_id="{ben.public}")],
    "DELETE /api/v2/filters/statuses/:id": [C("/api/v2/filters/statuses/{ben.public}")],
    "DELETE /api/v2/filters/:id": [C("/api/v2/filters/{filter}")],
    "POST /api/v1/lists": [C("/api/v1/lists", title="new", exclusive=True)],
    **{f"{m} /api/v1/lists/:id": [C("/api/v1/lists/{list}", title="old", replies_policy="none")]
       for m in ("PUT", "PATCH")},
    "POST /api/v1/lists/:id/accounts": [C("/api/v1/lists/{list}/accounts", account_ids=["{ben}"])],
    "DELETE /api/v1/lists/:id/accounts": [C("/api/v1/lists/{list}/accounts", account_ids=["{ben}"])],
    "DELETE /api/v1/lists/:id": [C("/api/v1/lists/{list}")],
    f"POST {F}": [C(F, name="new")],
    **{f"{m} {F}/:id/statuses": [C(F + "/{folder}/statuses", status_ids=["{ben.public}"])] for m in ("POST", "DELETE")},
    **{f"{m} {F}/:id": [C(F + "/{folder}", name="old")] for m in ("PUT", "PATCH", "DELETE")},
    **{f"POST {K}": [C(K, name="new", account_ids=["{ben}"]), C(K, name="none")] for K in COLLECTIONS},
    **{f"{m} {K}/:id": [C(K + "/{collection}", name="other"), C(K + "/{ben.public}")]
       for K in COLLECTIONS for m in ("PATCH", "DELETE")},
    **{f"POST {K}/:collection_id/items": [C(K + "/{collection}/items", account_id="{ben}"),
                                          C(K + "/{collection}/items", account_id="{eve}")] for K in COLLECTIONS},
    **{f"{m} {K}/:collection_id/items/:id{tail}": [C(K + "/{collection}/items/{item}" + tail)]
       for K in COLLECTIONS for m, tail in (("DELETE", ""), ("POST", "/revoke"))},
    f"POST {N}/clear": [C(N + "/clear")], "POST /api/v2/notifications/clear": [C("/api/v2/notifications/clear")],
    f"POST {N}/:id/dismiss": [C(N + "/{ben.public}/dismiss")],
    "POST /api/v2/notifications/:group_key/dismiss": [C("/api/v2/notifications/ungrouped-5/dismiss")],
    **{f"{m} /api/{v}/notifications/policy": [C(f"/api/{v}/notifications/policy", for_not_following="drop",
                                                filter_not_following=True)]
       for m in ("PATCH", "PUT") for v in ("v1", "v2")},
    **{f"POST {N}/requests/{tail}": [C(f"{N}/requests/{tail}".replace(":id", "{ben.public}"), id=["1"])]
       for tail in (":id/accept", "accept", ":id/dismiss", "dismiss")},
    **{f"POST /api/v1/tags/:name/{verb}": [C(f"/api/v1/tags/harbour/{verb}")]
       for verb in ("follow", "unfollow", "feature", "unfeature")},
    "POST /api/v1/featured_tags": [C("/api/v1/featured_tags", name="harbour")],
    "DELETE /api/v1/featured_tags/:id": [C("/api/v1/featured_tags/{ben.public}")],
    **{f"{m} /api/v1/admin/{what}{tail}": [C(f"/api/v1/admin/{what}" + tail.replace(":id", "{ben.public}"), **fields)]
       for what, fields in (("domain_blocks", {"domain": "elsewhere.example"}),
                            ("email_domain_blocks", {"domain": "elsewhere.example"}),
                            ("canonical_email_blocks", {"email": "ben@elsewhere.example"}),
                            ("ip_blocks", {"ip": "192.0.2.0/24", "severity": "sign_up_block"}))
       for m, tail in (("POST", ""), ("PUT", "/:id"), ("DELETE", "/:id"))
       if m != "PUT" or what in ("domain_blocks", "ip_blocks")},
    "POST /api/v1/admin/canonical_email_blocks/test": [
        C("/api/v1/admin/canonical_email_blocks/test", email="ben@elsewhere.example")],
    **{f"POST /api/v1/admin/accounts/:id/{verb}": [
        C(f"/api/v1/admin/accounts/{{ben}}/{verb}", type="suspend", text="why not")]
       for verb in ("action", "unsilence", "unsuspend", "approve", "reject", "enable", "unsensitive")},
    "DELETE /api/v1/admin/accounts/:id": [C("/api/v1/admin/accounts/{ben}")],
    **{f"POST /api/v1/admin/reports/:id/{verb}": [C(f"/api/v1/admin/reports/{{ben.public}}/{verb}")]
       for verb in ("assign_to_self", "unassign", "resolve", "reopen")},
    "POST /api/v1/admin/measures": [C("/api/v1/admin/measures", keys=["new_users", "opened_reports"])],
    "POST /api/v1/admin/dimensions": [C("/api/v1/admin/dimensions", keys=["languages", "sources", "space_usage"])],
    "POST /api/v1/admin/retention": [C("/api/v1/admin/retention", start_at="2026-01-01", end_at="2026-01-31")],
    "POST /api/v1/emails/confirmations": [C("/api/v1/emails/confirmations", email="ben@elsewhere.example")],
    "PUT /api/v1/admin/reports/:id": [C("/api/v1/admin/reports/{ben.public}", category="spam")],
    "PUT /api/v1/admin/tags/:id": [C("/api/v1/admin/tags/heron", trendable=True)],
    **{f"POST /api/v1/admin/trends/tags/:id/{verb}": [C(f"/api/v1/admin/trends/tags/heron/{verb}")]
       for verb in ("approve", "reject")},
    **{f"POST /api/v1/admin/trends/statuses/:id/{verb}": [C(f"/api/v1/admin/trends/statuses/{{ben.public}}/{verb}")]
       for verb in ("approve", "reject")},
    **{f"POST /api/v1/admin/trends/links/{what}:id/{verb}": [
        C(f"/api/v1/admin/trends/links/{what}{{ben.public}}/{verb}")]
       for what in ("", "publishers/") for verb in ("approve", "reject")},
    "DELETE /api/v1/suggestions/:account_id": [C("/api/v1/suggestions/{gus}"), C("/api/v1/suggestions/{eve}")],
    "POST /api/v1/reports": [C("/api/v1/reports", account_id="{ben}", status_ids=["{ben.public}", "{ben.direct}"],
                               comment="rude"), C("/api/v1/reports", account_id="{eve}", category="spam")],
    **{f"{m} /api/v1/push/subscription": [C("/api/v1/push/subscription", data={"alerts": {"mention": True}},
                                            subscription={"endpoint": "https://push.example/x", "keys": {
                                                "p256dh": P256DH, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}})]
       for m in ("POST", "PUT", "DELETE")},
    "POST /api/v1/markers": [C("/api/v1/markers", home={"last_read_id": "5"}, notifications={"last_read_id": "6"})],
    f"POST {S}": [C(S, status="@ben #harbour new", visibility="public"), C(S, status="@eve @dan", visibility="private"),
                  C(S, status="an answer @jon", in_reply_to_id="{ben.public}"),
                  C(S, status="@ben aside", visibility="direct", in_reply_to_id="{ben.followers}")],
    **{f"{m} {S}/:id": [
        C(S + "/{mira.public}", _of_post("mira.public"), status="other words, naming @ben"),
        C(S + "/{mira.public}", _of_post("mira.public"), spoiler_text="careful", sensitive=True),
        C(S + "/{mira.unlisted}", _narrowed("mira.unlisted"), visibility="private"),
        C(S + "/{mira.followers}", _of_post("mira.followers"), status="again"),
        C(S + "/{ben.public}", status="not mine", visibility="private")] for m in ("PUT", "PATCH")},
    "POST /api/v1/polls/:id/votes": [C("/api/v1/polls/{poll}/votes", choices=["0"]),
                                     C("/api/v1/polls/{ben.public}/votes", choices=["0"])],
    **{f"{m} {D}{tail}": [C(D + tail.replace(":id", "{draft}"), status="@ben unfinished", visibility="public")]
       for m, tail in (("POST", ""), ("PUT", "/:id"), ("PATCH", "/:id"), ("DELETE", "/:id"))},
    **{f"{m} /api/v1/scheduled_statuses/:id": [
        C("/api/v1/scheduled_statuses/{scheduled}", scheduled_at="2099-02-02T00:00:00Z")]
       for m in ("PUT", "PATCH", "DELETE")},
    **{f"{m} {S}/:id/interaction_policy": [
        C(S + "/{mira.public}/interaction_policy", quote_approval_policy="nobody", reply_policy="mentioned"),
        C(S + "/{ben.public}/interaction_policy", quote_approval_policy="public")] for m in ("PUT", "PATCH")},
    f"POST {S}/:id/quotes/:quoting_status_id/revoke": [
        C(S + "/{mira.public}/quotes/{quote}/revoke"), C(S + "/{ben.public}/quotes/{mira.public}/revoke")],
    f"DELETE {S}/:id": [C(S + "/{ben.public}"), C(S + "/{mira.reply}", _of_post("mira.reply"))],
    **{f"POST {S}/:id/{verb}": [C(f"{S}/{{{who}.{what}}}/{verb}") for who in ("mira", "ben", "cleo", "eve", "fay")
                                for what in ("public", "followers", "direct")]
       for verb in ("favourite", "bookmark", "pin", "mute", "reblog", "unfavourite", "unbookmark", "unpin", "unmute",
                    "unreblog")},
}
WEB: dict[str, list[Command]] = {
    "POST /notifications/read": [C("/notifications/read", until="{ben.public}")],
    "POST /announcements/away": [C("/announcements/away", announcement="{announcement}")],
    "POST /notifications/requests": [C("/notifications/requests", answer="reject {gus}")],
    "POST /conversations/new": [C("/conversations/new", to="ben", text="a message from the page", once="m")],
    "POST /conversations/{number}": [C("/conversations/{conversation}", act="send", text="an answer", once="n"),
                                     C("/conversations/{conversation}", act="read"),
                                     C("/conversations/{conversation}", act="leave")],
    "POST /compose": [C("/compose", text="from the page @ben", audience="public", once="o")],
    "POST /share": [C("/share", title="From elsewhere", text="what another app shared")],
    "POST /votes": [C("/votes", post="{poll}", choice="0"), C("/votes", post="{ben.public}", choice="0")],
    "POST /marks": [C("/marks", mark="like on {ben.public} {ben.public}"), C("/marks", mark="boost on {ben.public} 1"),
                    C("/marks", mark="bookmark on {eve.public} 1")],
    "POST /bookmarks/folders": [C("/bookmarks/folders", act="make", name="birds")],
    "POST /bookmarks/{number}": [C("/bookmarks/{ben.public}", folder="{folder}")],
    "POST /auth/sign_in": [C("/auth/sign_in", name="gus", password=PASSWORD)],
    "POST /auth/sign_up": [C("/auth/sign_up", handle="another", password=PASSWORD, password_again=PASSWORD,
                             agreement="1")],
    "POST /auth/again": [C("/auth/again", as_="fay", password=PASSWORD)],
    "POST /auth/data": [C("/auth/data", name="gus", password=PASSWORD)],
    "POST /auth/step": [C("/auth/step", step="nobody-has-this", code="123456")],
    "POST /auth/passkey": [C("/auth/passkey", kept="nobody-has-this", answer="{}")],
    "POST /settings/devices": [C("/settings/devices", end="{gus}"),
                               C("/settings/devices", _ends_elsewhere, act="elsewhere")],
    "POST /settings/security/password": [C("/settings/security/password", _ends_elsewhere, current=PASSWORD,
                                           password=PASSWORD, password_again=PASSWORD)],
    "POST /settings/filters": [C("/settings/filters", title="x", whole="pigeon", context_home="1", action="hide")],
    "POST /settings/filters/{number}": [C("/settings/filters/{filter}", act="end")],
    "POST /settings/people": [C("/settings/people", _between("jon"), act="keep", kind="blocks", name="jon"),
                              C("/settings/people", _seen_by_actor, act="keep", kind="mutes", name="gus"),
                              C("/settings/people", act="keep", kind="servers", name="elsewhere.example"),
                              C("/settings/people", _seen_by_actor, act="back", kind="mutes", back="{ben}")],
    "POST /settings/lists": [C("/settings/lists", kind="blocks")],
    "POST /settings/lists/{name}": [C("/settings/lists/{ben.public}", act="yes")],
    "POST /settings/profile": [C("/settings/profile", _actor_found, name="Mira", discoverable="1", indexable="1")],
    "POST /settings/appearance": [C("/settings/appearance", theme="dark")],
    "POST /settings/notifications": [C("/settings/notifications", not_following="filter")],
    "POST /settings/security/codes": [C("/settings/security/codes", kept="nobody-has-this", code="123456")],
    "POST /settings/security/recovery": [C("/settings/security/recovery", act="off")],
    "POST /settings/security/passkeys": [C("/settings/security/passkeys", kept="nobody-has-this", answer="{}")],
    "POST /settings/security/passkey": [C("/settings/security/passkey", key="{gus}", act="remove")],
    "POST /desk/arrivals": [C("/desk/arrivals", act="shut"), C("/desk/arrivals", act="undo x y")],
    "POST /auth/forgot": [C("/auth/forgot", email="gus@nest.example")],
    "POST /auth/reset/{secret}": [C("/auth/reset/nobody-has-this", password=PASSWORD, password_again=PASSWORD)],
    "POST /auth/confirm/{secret}": [C("/auth/confirm/nobody-has-this")],
    "POST /mail/off/{secret}": [C("/mail/off/nobody-has-this")],
    "POST /settings/mail": [C("/settings/mail", act="wishes", digest="1"), C("/settings/mail", act="confirm"),
                            C("/settings/mail", act="address", email="mira@nest.example", password=PASSWORD)],
    "POST /auth/sign_out": [C("/auth/sign_out", as_="gus")],
    "POST /setup/steps/{step}": [C("/setup/steps/site", site_name="Mine")],
    "POST /setup/{token}": [C("/setup/nobody-has-this", handle="boss", password=PASSWORD, password_again=PASSWORD)],
    "POST /oauth/authorize": [C("/oauth/authorize", client_id="{client}", redirect_uri="urn:ietf:wg:oauth:2.0:oob",
                                response_type="code", scope="read write", decision="allow")],
    "POST /settings/privacy/open": [C("/settings/privacy/open", _actor_opens), C("/settings/privacy/open", as_="cleo")],
    "POST /settings/followers": [C("/settings/followers", _of_actor_to("eve"), remove="{eve}"),
                                 C("/settings/followers", _of_actor_to("ben"), remove="{ben}")],
    "POST /settings/data/export": [C("/settings/data/export")],
    "POST /report": [C("/report", post="{ben.public}", category="violation", comment="rude"),
                     C("/report", account="eve", category="spam")],
    "POST /settings/moderation/{number}/appeal": [C("/settings/moderation/{ben.public}/appeal", appeal="please look")],
    "POST /desk/blocks": [C("/desk/blocks", kind="server", name="elsewhere.example", level="suspend")],
    "POST /desk/blocks/{number}/lift": [C("/desk/blocks/{ben.public}/lift")],
    "POST /desk/lists/compare": [C("/desk/lists/compare", name="a list", list="elsewhere.example")],
    "POST /desk/lists": [C("/desk/lists", name="a list", list="elsewhere.example", fingerprint="x")],
    "POST /desk/lists/{number}/undo": [C("/desk/lists/{ben.public}/undo")],
    "POST /desk/appeals/{number}": [C("/desk/appeals/{ben.public}", act="grant", answer="you are right")],
    "POST /desk/doctor": [C("/desk/doctor")],
    "POST /desk/ops": [C("/desk/ops", act="take", number="1"), C("/desk/ops", act="undo", number="1"),
                       C("/desk/ops", act="freeze", number="0")],
    "POST /desk/trends": [C("/desk/trends", kind="post", thing="{ben.public}", act="approve"),
                          C("/desk/trends", kind="tag", thing="heron", act="reject"),
                          C("/desk/trends", kind="link", thing="{ben.public}", act="approve")],
    "POST /desk/cases/{number}": [C("/desk/cases/{ben.public}", act="take")],
    "POST /desk/cases/{number}/look": [C("/desk/cases/{ben.public}/look", reason="to see what it says")],
    "POST /desk/cases/{number}/decide": [C("/desk/cases/{ben.public}/decide", what="suspend", ground="rules",
                                           reference="1", facts="because of this")],
    "POST /desk/decisions/{number}/undo": [C("/desk/decisions/{ben.public}/undo")],
    "POST /collections/{number}/follow": [C("/collections/{collection}/follow", _seen_by_actor)],
    "POST /collections/{number}/leave": [C("/collections/{collection}/leave", item="{item}")],
    "POST /@{handle}/follow": [C("/@hal/follow", _seen_by_actor, act="follow"),
                               C("/@hal/follow", _seen_by_actor, act="no")],
    "POST /@{handle}/{post}/audience": [
        C("/@mira/{mira.public}/audience", _narrowed("mira.public"), to="narrow followers"),
        C("/@ben/{ben.public}/audience", to="narrow followers")],
    "POST /@{handle}/{post}/delete": [C("/@ben/{ben.public}/delete"),
                                      C("/@mira/{mira.unlisted}/delete", _of_post("mira.unlisted"))],
    "POST /settings/privacy": [C("/settings/privacy", _actor_found, indexable="1", default_audience="public"),
                               C("/settings/privacy", _actor_found, discoverable="1", default_audience="followers"),
                               C("/settings/privacy", _actor_narrows, act="protect")],
    # The last: after it there is nobody left to act.
    "POST /settings/data/erase": [C("/settings/data/erase", handle="ben", password=PASSWORD),
                                  C("/settings/data/erase", _actor_ends, handle="mira", password=PASSWORD)],
}
READS, NO_VERDICT = "reads only", "writes nothing that a verdict is made of"
CLI = {
    **dict.fromkeys(("doctor", "why", "inventory", "drill", "drills", "replay", "demo", "up", "run", "settings show",
                     "accounts list", "accounts show", "jobs list", "jobs dead", "access list", "access show",
                     "access kinds", "policy show", "surfaces list", "archives list", "journal show", "journal verify",
                     "deletions check", "deletions list", "deletions receipt", "deletions verify", "backups list",
                     "backups verify", "stranger show", "stranger probe", "mail queue", "mail dns",
                     "disk show", "signup show", "signup gathered", "alerts list", "alerts rules", "certificates show",
                     "database check", "emoji list", "media show", "watch copy", "watch key", "watch run",
                     "changes kinds", "changes list", "changes show", "changes suspects", "flags list",
                     "releases list", "rescue copy", "rescue instructions", "rescue status", "waiting", "costs",
                     "safeguards list", "safeguards show", "changes revert", "gate judge", "gate show", "gate sort",
                     "gate culprit", "gate mutate", "ops census", "ops draft", "ops drift", "ops handover", "ops list",
                     "ops show"), READS),
    **dict.fromkeys(("init", "migrate", "settings set", "accounts invite", "accounts setup-link", "tokens create",
                     "emoji import", "media move", "media known", "safeguards own",
                     "emoji remove", "jobs drop", "jobs retry", "mail test", "mail retry", "mail bounce",
                     "accounts link",
                     "signup open", "signup shut", "alerts quiet", "alerts test", "backups nightly", "backups rehearse",
                     "backups shares", "certificates renew", "database confirm", "database move", "database prepare",
                     "database sessions", "database upgrade", "upgrade back", "restart",
                     "changes plan", "changes start", "changes undo", "changes pause", "changes resume",
                     "changes confirm", "changes drop", "changes freeze", "changes thaw", "changes narrow",
                     "rescue keys", "releases add", "releases remove", "gate lower", "gate quarantine", "gate raise",
                     "gate release", "ops end", "ops note", "ops take",
                     "access ask", "access approve", "access refuse", "backups create", "backups key",
                     "backups ship", "deletions shred"), NO_VERDICT),
    "accounts create": "a new account, which nobody stands in any relation to",
    "accounts confirm": "who may sign in",
    "accounts codes-off": "who may sign in, and with what",
    "signup admit": "who may sign in", "signup refuse": "an account that nobody has seen goes",
    "signup undo": "suspends accounts that came in a wave, or releases them",
    "accounts set": "suspends, limits, protects: of this account's posts only",
    "policy raise": "the law itself, by two people",
    "surfaces close": "everything of one surface, which is refused", "surfaces open": "the same, given back",
    "archives import": "new posts of one account", "archives undo": "the same, deleted",
    "restore": "all of it, as of then, without what was taken away since",
    "backups restore": "all of it, as of then, without what was taken away since",
}
