"""Ids of the wrong kind, tokens that are not good enough, cursors that point at hidden things, handles that look like
somebody else's: on every route there is. What one route does with bad input: tests/stories/test_bad_input.py.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from petrel import app
from petrel.api.http.routes import Route, all_routes
from petrel.core.doors import Doors
from petrel.core.ids import cell_of, new_id
from petrel.features.posts import Audience
from tests.conftest import loop
from tests.drain import drain
from tests.people import mark, publish, tell
from tests.stories.wholesite import Person as Asking
from tests.stories.wholesite import WholeSite, open_site
from tests.visibility.world import people

SECRET = "zq900text"
# What an id in this address is of. Everything else is of another kind.
FITS = (("/bookmark_folders/", "folder"),
        ("/statuses/", "post"), ("/accounts/", "account"), ("/follow_requests/", "account"), ("/lists/", "list"),
        ("/timelines/list/", "list"), ("/filters/keywords/", "keyword"), ("/filters/statuses/", "filter_status"),
        ("/filters/", "filter"), ("/notifications/requests/", "request"), ("/notifications/", "notification"),
        ("/conversations/", "conversation"), ("/announcements/", "announcement"), ("/featured_tags/", "featured_tag"),
        ("/petrel/drafts/", "draft"), ("/polls/", "poll"), ("/media/", "upload"), ("/petrel/uploads/", "upload"),
        ("/items/", "item"), ("/collections/", "collection"), ("/async_refreshes/", "refresh"),
        ("/scheduled_statuses/", "scheduled"), ("/ap/users/", "account"), ("/admin/", "for the crew"))
IDS = ("id", "list_id", "filter_id")


@pytest.fixture(scope="module")
def whole(site: Doors, addresses: Any) -> Iterator[WholeSite]:
    yield loop().run_until_complete(open_site(addresses))


@pytest.fixture(scope="module")
def town(whole: WholeSite, owner: Any) -> dict[str, Any]:
    return loop().run_until_complete(_town(whole, owner))


async def _town(whole: WholeSite, owner: Any) -> dict[str, Any]:
    """Ann has one of everything; Ben, who asks, has nothing and stands in no relation to her."""
    ann, ben, cat = await people(owner, ["fann", "fben", "fcat"])
    hers, his = Asking(ann.id, "fann", ann.token), Asking(ben.id, "fben", ben.token)
    hidden = await publish(ann.member, f"{SECRET} for followers #hushed", audience=Audience.FOLLOWERS)
    message = await tell(ann.member, f"@fcat {SECRET}")
    shown = await publish(ann.member, "for all to see")
    await mark(cat.member, shown.id, 1)

    async def make(path: str, **fields: Any) -> Any:
        made = await whole.ask("POST", path, as_=hers, json=fields)
        assert made.status == 200, made.body
        return made.json

    shelf = await make("/api/v1/lists", title="mine")
    filter_ = await make("/api/v2/filters", title="mine", context=["home"], keywords_attributes=[{"keyword": "k"}])
    folder = await make("/api/v1/petrel/bookmark_folders", name="mine")
    draft = await make("/api/v1/petrel/drafts", status=SECRET)
    later = await make("/api/v1/statuses", status=SECRET, scheduled_at="2099-01-01T00:00:00Z")
    await drain()
    told = (await whole.ask("GET", "/api/v1/notifications", as_=hers)).json
    talks = (await whole.ask("GET", "/api/v1/conversations", as_=hers)).json
    kinds = {"account": cat.id, "post": hidden.id, "message": message.id, "list": shelf["id"], "filter": filter_["id"],
             "keyword": filter_["keywords"][0]["id"], "notification": told[0]["id"], "conversation": talks[0]["id"],
             "draft": draft["id"], "folder": folder["id"], "scheduled": later["id"],
             "never": (hidden.id >> 16 << 16) | cell_of(hidden.id) << 6 | 63}
    return {"ann": hers, "ben": his, "kinds": {k: int(v) for k, v in kinds.items()}, "hidden": hidden.id,
            "message": message.id, "shown": shown.id}


def routes_with_ids() -> list[Route]:
    app.load_api()
    """But one: a piece of a file comes as multipart only. tests/api/test_resumed_uploads.py"""
    return [r for r in all_routes() if any(name in IDS for name in r.names)
            and (r.method, r.path) != ("PATCH", "/api/v1/petrel/uploads/:id")]


def kind_of(path: str) -> str:
    return next(kind for start, kind in FITS if start in path)


ANYTHING = {"status": "x", "title": "x", "keyword": "x", "status_id": "1", "account_ids": ["1"],
            "name": "x", "status_ids": ["1"]}


async def test_ids_of_every_other_kind_lead_nowhere_and_change_nothing(whole: WholeSite,
                                                                       town: dict[str, Any]) -> None:
    before = await whole.picture()
    wrong, asked = [], 0
    for route in routes_with_ids():
        fitting = kind_of(route.path)
        for kind, number in town["kinds"].items():
            if kind == fitting or (fitting == "post" and kind == "conversation"):
                continue                    # a conversation has the number of its first message
            path = "/".join(str(number) if part[1:] in IDS else part.replace(":", "x")
                            for part in route.path.split("/"))
            told = await whole.ask(route.method, path, as_=town["ben"], json=ANYTHING)
            asked += 1
            is_empty = told.status == 200 and told.body in (b"[]", b'{"ancestors":[],"descendants":[]}')
            if not is_empty and told.status not in (401, 403, 404, 422):
                wrong.append(f"{route.method} {path} ({kind}): {told.status} {told.body[:200]!r}")
            assert SECRET.encode() not in told.body, (route.path, kind)
    assert not wrong, "\n".join(wrong)
    assert await whole.changed(before) == []
    assert asked > 400


async def test_what_is_somebody_elses_is_as_if_it_were_not(whole: WholeSite, town: dict[str, Any]) -> None:
    before = await whole.picture()
    for route in routes_with_ids():
        kind = kind_of(route.path)
        if kind not in ("post", "list", "folder", "filter", "keyword", "notification", "conversation"):
            continue
        answers = []
        for number in (town["kinds"][kind], town["kinds"]["never"]):
            path = "/".join(str(number) if part[1:] in IDS else part.replace(":", "x")
                            for part in route.path.split("/"))
            told = await whole.ask(route.method, path, as_=town["ben"], json=ANYTHING)
            answers.append((told.status, told.body.replace(str(number).encode(), b"#")))
        assert answers[0] == answers[1], (route.method, route.path)
    assert await whole.changed(before) == []


async def test_no_route_takes_a_token_that_is_not_good_enough(whole: WholeSite, owner: Any,
                                                              town: dict[str, Any]) -> None:
    ben = town["ben"]
    bad = {"forged": "nobody-has-this", "expired": "bad-expired", "revoked": "bad-revoked",
           "without scopes": "bad-none", "of a browser": "session of fben"}
    for name, columns in (("bad-expired", "now() - interval '1 second', null"), ("bad-revoked", "null, now()"),
                          ("bad-none", "null, null")):
        await owner.execute(
            "insert into accounts.token (digest, kind, id, account, scopes, expires_at, revoked_at) "
            f"values ($1, 'access', $2, $3, $4, {columns})", hashlib.sha256(name.encode()).digest(),
            new_id(cell_of(ben.id)), ben.id, [] if name == "bad-none" else ["read", "write"])
    before = await whole.picture()
    app.load_api()
    asked = 0
    for route in all_routes():
        if route.scope in ("public", "public or user", "any token", "user"):
            continue
        path = "/".join(str(town["hidden"]) if part.startswith(":") else part for part in route.path.split("/"))
        for why, token in bad.items():
            if why == "without scopes" and route.scope.startswith("public"):
                continue                    # such an app sees what anybody sees
            told = await whole.ask(route.method, path, as_=Asking(ben.id, "fben", token), json={"status": "x"})
            asked += 1
            allowed = (401,) if why in ("forged", "expired", "revoked") else (401, 403, 404, 422)
            assert told.status in allowed, (why, route.method, route.path, told.status, told.body[:200])
            assert SECRET.encode() not in told.body
    assert await whole.changed(before) == []
    assert asked > 400


LISTS = ("/api/v1/timelines/public", "/api/v1/timelines/home", "/api/v1/timelines/tag/hushed", "/api/v1/bookmarks",
         "/api/v1/favourites", "/api/v1/notifications", "/api/v2/notifications", "/api/v1/conversations",
         "/api/v1/accounts/{ann}/statuses", "/api/v1/accounts/{ann}/followers",
         "/api/v1/statuses/{shown}/favourited_by", "/api/v2/search?q=zq900text",
         "/api/v1/follow_requests", "/api/v1/blocks", "/api/v1/followed_tags")


@pytest.mark.parametrize("cursor", ["max_id", "min_id", "since_id"])
async def test_a_cursor_at_something_hidden_is_a_number_like_any_other(whole: WholeSite, town: dict[str, Any],
                                                                       cursor: str) -> None:
    """The number after it, which nothing has, gives the same list and the same links."""
    for target in LISTS:
        path = target.format(ann=town["ann"].id, shown=town["shown"])
        for kind in ("post", "message", "list", "notification", "conversation", "account"):
            number, answers = town["kinds"][kind], []
            for at in (number, number + 1):
                told = await whole.ask("GET", f"{path}{'&' if '?' in path else '?'}{cursor}={at}", as_=town["ben"])
                links = told.headers.get("link", "").replace(str(at), "#")
                assert SECRET.encode() not in told.body.replace(b"q=" + SECRET.encode(), b"")
                assert str(town["hidden"]) not in links and str(town["message"]) not in links
                answers.append((told.status, told.body, links))
            assert answers[0] == answers[1] and answers[0][0] == 200, (path, cursor, kind, answers)


# Each looks like fann, or like an address that folds to it.
ALIKE = ("f\u0430nn", "f\uff41nn", "fan\u0144", "fann\u200b", "\u202efann", "fa\u0301nn", "\U0001d41fann",
         "fann\u3000", "fa\u00adnn", "f\u212ann", "\u017fann", "fa nn", "fann\u0000", "@fann", "fann.", "fann-",
         "fa\u2024nn")


@pytest.mark.parametrize("typed", [*ALIKE, "FANN", "Fann"])
async def test_nobody_signs_up_by_a_name_that_looks_like_anothers(whole: WholeSite, town: dict[str, Any],
                                                                  typed: str) -> None:
    """Handles are of A-Z a-z 0-9 _ and are the same in any case: whatever looks like one is refused, nothing is folded
    into one silently. source: petrel/core/text/handles.py."""
    made = await whole.ask("POST", "/api/v1/apps", json={"client_name": "x", "scopes": "read write",
                                                         "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"})
    token = (await whole.ask("POST", "/oauth/token", json={
        "grant_type": "client_credentials", "scope": "read write", "client_id": made.json["client_id"],
        "client_secret": made.json["client_secret"]})).json["access_token"]
    before = await whole.picture()
    told = await whole.ask("POST", "/api/v1/accounts", as_=Asking(0, "app", token), json={
        "username": typed, "email": "n@e.example", "password": "long enough to be one", "agreement": True,
        "locale": "en"})
    assert (told.status, b"Username" in told.body) == (422, True) or ("\0" in typed and told.status == 400), told.body
    found = await whole.ask("GET", "/api/v1/accounts/lookup?acct=" + "".join(f"%{b:02x}" for b in typed.encode()),
                            as_=town["ben"])
    assert (found.status == 200) == (typed.strip().lstrip("@").lower() == "fann"), (typed, found.status)
    assert await whole.changed(before) == []
