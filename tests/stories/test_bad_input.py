"""Whatever is sent: a documented error with a message that helps, never a 500, and nothing changes.

source: the client API's own statuses and texts (docs/law, API notes): 400 cannot be read, 401 no good token, 403 not
allowed to this token, 404 not there for you, 413/414/415 size and kind, 422 readable but not acceptable.
"""

import re
from urllib.parse import quote, urlencode

import pytest

from petrel.core.ids import cell_of
from tests.conftest import loop
from tests.stories.wholesite import EVERYTHING, Person, WholeSite, at_once, join, open_site

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
POSTS = "/api/v1/statuses"
PASSWORD = "a long enough sentence"
NO_IDS = ("abc", "-1", "0", "1.5", "0x10", "9223372036854775807", "9223372036854775808", "9" * 40, "1\0", "\ufffd")
NO_TOKENS = ("Bearer nobody-has-this", "Bearer \xff\xfe", "Bearer " + "x" * 100_000, "Basic YTpi", "")
EVIL = ("https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "data:text/html,x", "https:evil.example", " //evil.example", "/\t/evil.example",
        "/\r\nSet-Cookie: a=b", "http:/evil.example", "evil.example", "//evil.example@localhost:8000/")


@pytest.fixture(scope="module")
def whole(site, addresses) -> WholeSite:
    return loop().run_until_complete(open_site(addresses))


@pytest.fixture(scope="module")
def town(whole) -> dict[str, Person]:
    """Ann and Ben, who has things of his own; tokens of other kinds."""
    async def made():
        ann, ben = await join("ann", "ben", password=PASSWORD)
        reader, gone, ended = [await join(h, scopes=s) for h, s in (
            ("reader", ("read",)), ("gone", EVERYTHING), ("ended", EVERYTHING))]
        await whole.sql("update accounts.token set revoked_at = now() where account = $1", gone[0].id)
        await whole.sql("update accounts.token set expires_at = now() - interval '1 s' where account = $1", ended[0].id)
        return {"ann": ann, "ben": ben, "reader": reader[0], "gone": gone[0], "ended": ended[0]}

    return loop().run_until_complete(made())


async def refused(whole, answer, status, fragment, before):
    """The answer is that status, says something helpful, and no row has changed."""
    assert answer.status == status, answer.body[:300]
    assert fragment.lower() in answer.error.lower() and len(answer.error) >= 12, answer.error
    assert answer.headers["content-type"].startswith("application/json")
    assert "traceback" not in answer.body.decode().lower()
    assert await whole.changed(before) == []


@pytest.mark.parametrize("body, kind, status, fragment", [
    (b'{"status": ', JSON, 400, "not valid JSON"),
    (b'{"status": NaN}', JSON, 400, "not valid JSON"),
    (b"\x1f\x8b\x08", JSON, 400, "not valid JSON"),
    (b'{"status":"a\\ud800b"}', JSON, 400, "not valid JSON"),
    (b"[1]", JSON, 400, "JSON object"),
    (b'"x"', JSON, 400, "JSON object"),
    (b'{"status":"\xff\xfe"}', JSON, 400, "UTF-8"),
    (b'{"status":"a\\u0000b"}', JSON, 400, "NUL"),
    (b'{"status":"x","poll":{"options":["\\u0000"]}}', JSON, 400, "NUL"),
    (b"[" * 200_000, JSON, 400, "nested too deeply"),
    (b'{"a":' * 100_000, JSON, 400, "nested too deeply"),
    (b'{"a":' * 9 + b"1" + b"}" * 9, JSON, 400, "nested too deeply"),
    (b"status=a%00b", FORM, 400, "NUL"),
    (b"status=%ff%fe", FORM, 400, "UTF-8"),
    (b"a[b][c][d][e][f][g][h][i]=1", FORM, 400, "nested too deeply"),
    (b"a=1&a[b]=2", FORM, 400, "two ways"),
    (b"&".join(b"a%d=1" % n for n in range(1001)), FORM, 400, "at most 1000"),
    (b"<a/>", "application/xml", 415, "JSON, a form or multipart"),
    (b"x", "multipart/form-data", 400, "boundary"),
    (b"--b\r\nnonsense", "multipart/form-data; boundary=b", 400, "multipart"),
])
async def test_bodies_that_cannot_be_read(whole, town, body, kind, status, fragment):
    before = await whole.picture()
    await refused(whole, await whole.ask("POST", POSTS, body, as_=town["ann"], type=kind), status, fragment, before)


@pytest.mark.parametrize("path", [POSTS, "/settings/privacy"])
async def test_huge_bodies_are_refused_before_they_are_read(whole, town, path):
    before = await whole.picture()
    told = await whole.ask("POST", path, b"x", as_=town["ann"], type=FORM, content_length="50000001")
    assert (told.status, told.pieces_read) == (413, 0) and b"1000000 bytes" in told.body

    def endless():
        while True:
            yield b"a" * 65_536

    told = await whole.ask("POST", path, endless(), as_=town["ann"], type=FORM)
    assert told.status == 413 and told.pieces_read <= 1_000_000 // 65_536 + 2
    assert await whole.changed(before) == []


@pytest.mark.parametrize("length", ["abc", "-5", "1e3", "9" * 40])
async def test_a_length_that_is_none(whole, town, length):
    before = await whole.picture()
    told = await whole.ask("POST", POSTS, b"x", as_=town["ann"], type=JSON, content_length=length)
    await refused(whole, told, 413 if length.isdigit() else 400, "bytes" if length.isdigit() else "length", before)


@pytest.mark.parametrize("fields, status, fragment", [
    ({"status": {"a": 1}}, 400, '"status" must be text'),
    ({"status": ["a"]}, 400, '"status" must be text'),
    ({"status": "x", "spoiler_text": []}, 400, '"spoiler_text" must be text'),
    ({"status": "x", "sensitive": "perhaps"}, 400, "true or false"),
    ({"status": "x", "visibility": "everyone"}, 422, "must be one of: direct, private, public, unlisted"),
    ({"status": "x", "in_reply_to_id": "abc"}, 404, "not found"),
    ({"status": "x", "in_reply_to_id": -5}, 404, "not found"),
    ({"status": "x", "in_reply_to_id": "117651674011206599"}, 404, "not found"),
    ({"status": "x", "in_reply_to_id": 10**30}, 404, "not found"),
    ({"status": "x", "in_reply_to_id": {"a": 1}}, 404, "not found"),
    ({"status": None}, 422, "can't be blank"),
    ({"status": " \n\u200b"}, 422, "can't be blank"),
    ({}, 422, "can't be blank"),
    ({"status": "x" * 501}, 422, "limit of 500"),
    ({"status": "x" * 400_000}, 422, "limit of 500"),
    ({"status": "x", "spoiler_text": "y" * 501}, 422, "limit of 500"),
    ({"status": " ".join(f"@a{n}@b.example" for n in range(60))}, 422, "names more than 50"),
    ({"status": "x", "poll": {"options": ["a", "b"]}}, 422, "expires at can't be blank"),
    ({"status": "x", "media_ids": ["1"]}, 422, "media 1 not found"),
])
async def test_posts_that_are_not_acceptable(whole, town, fields, status, fragment):
    before = await whole.picture()
    await refused(whole, await whole.ask("POST", POSTS, as_=town["ann"], json=fields), status, fragment, before)


async def test_a_language_that_is_none_counts_as_not_said(whole, town):
    for wrong in ("klingonese, as spoken", "x" * 100_000, "../../etc", "e"):
        made = await whole.ask("POST", POSTS, as_=town["ann"], json={"status": "said", "language": wrong})
        assert (made.status, made.json["language"]) == (200, None)
    made = await whole.ask("POST", POSTS, as_=town["ann"], json={"status": "sagte sie", "language": "de-AT"})
    assert made.json["language"] == "de-AT"


@pytest.mark.parametrize("method, path, fields, status, fragment", [
    ("PATCH", "/api/v1/accounts/update_credentials", {"display_name": "x" * 31}, 422, "maximum is 30"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"note": "x" * 501}, 422, "maximum is 500"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"fields_attributes": [{"name": "a" * 256}]}, 422, "maximum is"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"fields_attributes": [{"name": "a"}] * 5}, 422, "at most 4"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"fields_attributes": "x"}, 400, "group of named values"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"source": {"privacy": "bogus"}}, 422, "must be one of"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"locked": "perhaps"}, 400, "true or false"),
    ("POST", "/api/v1/lists", {"title": "x" * 300}, 422, "maximum is 256"),
    ("POST", "/api/v1/lists", {"title": ["a"]}, 400, "must be text"),
    ("POST", "/api/v2/filters", {"title": "x", "context": ["nowhere"]}, 422, "context"),
    ("POST", "/api/v2/filters", {"title": "x", "context": ["home"], "expires_in": "soon"}, 422, "seconds"),
    ("POST", "/api/v2/filters", {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "k" * 2000}]},
     422, "maximum is 512"),
    ("POST", "/api/v1/markers", {"home": "x"}, 400, "group of named values"),
    ("POST", "/api/v1/markers", {"home": {"last_read_id": "abc"}}, 404, "not found"),
    ("POST", "/api/v1/apps", {}, 422, "can't be blank"),
    ("POST", "/api/v1/apps", {"client_name": "x", "redirect_uris": "javascript:alert(1)"}, 422, "redirect"),
    ("POST", "/api/v1/accounts/{ann}/follow", {}, 403, "your own account"),
    ("POST", "/api/v1/accounts/{ben}/mute", {"duration": 10**15}, 422, "between 0 and"),
    ("POST", "/api/v1/accounts/{ben}/note", {"comment": "x" * 3000}, 422, "maximum is 2000"),
])
async def test_other_things_that_are_not_acceptable(whole, town, method, path, fields, status, fragment):
    before = await whole.picture()
    target = path.format(ann=town["ann"].id, ben=town["ben"].id)
    await refused(whole, await whole.ask(method, target, as_=town["ann"], json=fields), status, fragment, before)


@pytest.mark.parametrize("target, status, fragment", [
    ("/api/v1/timelines/public?limit=x", 400, '"limit" must be a whole number'),
    ("/api/v1/timelines/public?limit=-1", 400, "must not be negative"),
    ("/api/v1/timelines/public?limit=99999999999999999999", 400, "whole number"),
    ("/api/v1/timelines/public?max_id=abc", 400, '"max_id" must be an id'),
    ("/api/v1/timelines/public?max_id=%00", 400, "NUL"),
    ("/api/v1/timelines/home?max_id=%ff", 400, "UTF-8"),
    ("/api/v1/accounts/lookup", 400, '"acct" is missing'),
    ("/api/v1/accounts/lookup?acct=" + "a" * 4000, 404, "not found"),
    ("/.well-known/webfinger", 400, '"resource" is missing'),
    *((f"/api/v1/statuses/{bad}", 404, "not found") for bad in NO_IDS),
    ("/api/v1/statuses/1/nothing", 404, "not found"),
    ("/api/v1/tags/" + "x" * 3000, 404, "not found"),
    ("/api/nothing", 404, "not found"),
    ("/api/v1/statuses?" + "a" * 20_000, 414, "too long"),
])
async def test_addresses_that_lead_nowhere(whole, town, target, status, fragment):
    before = await whole.picture()
    await refused(whole, await whole.ask("GET", target, as_=town["ann"]), status, fragment, before)


async def test_methods_that_are_not_there(whole, town):
    before = await whole.picture()
    for method, path in (("POST", "/api/v1/timelines/public"), ("BREW", POSTS), ("TRACE", POSTS)):
        told = await whole.ask(method, path, as_=town["ann"])
        await refused(whole, told, 405, "method", before)
        assert "OPTIONS" in told.headers["allow"]


async def test_one_key_publishes_once(whole, town):
    ann, ben = town["ann"], town["ben"]

    async def post(person, key):
        made = await whole.ask("POST", POSTS, as_=person, json={"status": "only once"}, idempotency_key=key)
        return made.json["id"]

    twins = await at_once(*(post(ann, "k1") for _ in range(8)))
    again = await post(ann, "k1")
    assert len({*twins, again}) == 1
    assert await post(ben, "k1") != again                       # somebody else's key is another key
    assert await post(ann, "k" * 7000) == await post(ann, "k" * 7000) != again
    before = await whole.picture()
    assert await post(ann, "k1") == again
    assert await whole.changed(before) == []


@pytest.mark.parametrize("header", NO_TOKENS)
async def test_tokens_that_nobody_has(whole, town, header):
    before = await whole.picture()
    more = {"authorization": header} if header else {}
    for method, path in (("GET", "/api/v1/timelines/home"), ("POST", POSTS), ("DELETE", f"{POSTS}/1")):
        told = await whole.ask(method, path, **more)
        await refused(whole, told, 401, "access token is invalid", before)
        assert told.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("who", ["gone", "ended"])
async def test_revoked_and_expired_tokens(whole, town, who):
    before = await whole.picture()
    for method, path in (("GET", "/api/v1/timelines/home"), ("POST", POSTS), ("GET", "/api/v1/timelines/public")):
        told = await whole.ask(method, path, as_=town[who])
        await refused(whole, told, 401, "access token is invalid", before)


async def test_tokens_of_another_kind(whole, town):
    app = (await whole.ask("POST", "/api/v1/apps", json={
        "client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write"})).json
    told = await whole.ask("POST", "/oauth/token", json={
        "grant_type": "client_credentials", "scope": "read write", "client_id": app["client_id"],
        "client_secret": app["client_secret"]})
    by_itself = Person(0, "app", told.json["access_token"])
    before = await whole.picture()
    told = await whole.ask("POST", POSTS, as_=town["reader"], json={"status": "x"})
    await refused(whole, told, 403, "outside the authorized scopes", before)
    told = await whole.ask("POST", POSTS, as_=by_itself, json={"status": "x"})
    await refused(whole, told, 422, "requires an authenticated user", before)
    for wrong in ({"client_secret": "guessed"}, {"grant_type": "password"}, {"client_id": "x"}):
        told = await whole.ask("POST", "/oauth/token", json={
            "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"],
            **wrong})
        assert told.status in (400, 401) and told.json["error_description"] and await whole.changed(before) == []
    foreign = await whole.ask("POST", "/oauth/revoke", json={
        "client_id": app["client_id"], "client_secret": app["client_secret"], "token": town["ann"].token})
    assert foreign.status in (200, 403) and await whole.changed(before) == []


async def test_things_of_other_people(whole, town):
    ann, ben = town["ann"], town["ben"]

    async def bens(path, **fields):
        made = await whole.ask("POST", path, as_=ben, json=fields)
        assert made.status == 200, made.body
        return made.json["id"]

    shown = await bens(POSTS, status="for all to see")
    closed = await bens(POSTS, status="for followers", visibility="private")
    said = await bens(POSTS, status="@reader a word", visibility="direct")
    shelf = await bens("/api/v1/lists", title="mine")
    filter_ = await bens("/api/v2/filters", title="mine", context=["home"], keywords_attributes=[{"keyword": "k"}])
    never = str((int(closed) >> 16 << 16) | cell_of(int(closed)) << 6 | 63)
    before = await whole.picture()
    for path, ids in ((POSTS, (closed, said)), ("/api/v1/lists", (shelf,)), ("/api/v2/filters", (filter_,))):
        for number in (*ids, never):
            for method in ("GET", "PUT", "DELETE"):
                told = await whole.ask(method, f"{path}/{number}", as_=ann, json={"status": "x", "title": "x"})
                assert (told.status, told.body) == (404, b'{"error":"Record not found"}'), (method, path)
    for verb in ("favourite", "reblog", "bookmark", "pin", "mute"):
        for number in (closed, said, never):
            told = await whole.ask("POST", f"{POSTS}/{number}/{verb}", as_=ann)
            await refused(whole, told, 404, "not found", before)
    for method in ("PUT", "DELETE"):
        told = await whole.ask(method, f"{POSTS}/{shown}", as_=ann, json={"status": "mine now"})
        await refused(whole, told, 404, "not found", before)
    told = await whole.ask("POST", f"{POSTS}/{shown}/pin", as_=ann)
    await refused(whole, told, 422, "Someone else's post", before)
    told = await whole.ask("POST", POSTS, as_=ann, json={"status": "x", "in_reply_to_id": closed})
    await refused(whole, told, 404, "not found", before)
    told = await whole.ask("POST", f"/api/v1/lists/{shelf}/accounts", as_=ann, json={"account_ids": [str(ann.id)]})
    await refused(whole, told, 404, "not found", before)


async def page_secret(whole, path, cookie=""):
    """(cookie, csrf) of a form."""
    page = await whole.ask("GET", path, cookie=cookie)
    return cookie or page.cookie, re.search(rb'name="csrf" value="([^"]+)"', page.body)[1].decode()


async def signed_in(whole, person, next_="/"):
    cookie, csrf = await page_secret(whole, "/auth/sign_in")
    form = urlencode({"name": person.handle, "password": PASSWORD, "next": next_, "csrf": csrf}).encode()
    return await whole.ask("POST", "/auth/sign_in", form, type=FORM, cookie=cookie)


@pytest.mark.parametrize("evil", EVIL)
async def test_nobody_is_sent_to_another_site(whole, town, evil):
    page = await whole.ask("GET", "/auth/sign_in?next=" + quote(evil))
    assert re.search(rb'name="next" value="([^"]*)"', page.body)[1] == b"/"
    done = await signed_in(whole, town["ben"], evil)
    assert (done.status, done.headers["location"]) == (303, "/")
    session = done.cookie
    already = await whole.ask("GET", "/auth/sign_in?next=" + quote(evil), cookie=session)
    assert (already.status, already.headers["location"]) == (303, "/")
    post = (await whole.ask("POST", POSTS, as_=town["ben"], json={"status": "liked"})).json["id"]
    cookie, csrf = await page_secret(whole, "/compose", session)
    form = urlencode({"mark": f"like on {post} {post}", "back": evil, "csrf": csrf}).encode()
    done = await whole.ask("POST", "/marks", form, type=FORM, cookie=cookie)
    assert done.status == 303 and done.headers["location"] == f"/#p{post}"
    app = (await whole.ask("POST", "/api/v1/apps", json={"client_name": "x", "redirect_uris": "https://a.example/x"})).json
    asked = urlencode({"client_id": app["client_id"], "redirect_uri": evil, "response_type": "code"})
    told = await whole.ask("GET", f"/oauth/authorize?{asked}", cookie=session)
    assert told.status in (400, 422) and "location" not in told.headers
    assert b"https://evil" not in told.body and b'href="javascript' not in told.body


@pytest.mark.parametrize("body, kind, status", [
    (b"text=a%00b&csrf={csrf}", FORM, 400), (b"text=%ff&csrf={csrf}", FORM, 400),
    (b"text=hello", FORM, 403), (b"text=hello&csrf=guessed", FORM, 403),
    (b"csrf={csrf}&text=" + b"x" * 300_000, FORM, 413), (b"csrf={csrf}&text=" + b"x" * 501, FORM, 422),
    (b"&".join(b"a%d=1" % n for n in range(200)), FORM, 400), (b'{"text":"x"}', JSON, 400),
    (b"text=x&reply_to=117651674011206599&csrf={csrf}", FORM, 404), (b"text=&csrf={csrf}", FORM, 422),
    (b"text=x&audience=everyone&csrf={csrf}", FORM, 422),
])
async def test_forms_of_the_pages(whole, town, body, kind, status):
    session = (await signed_in(whole, town["ben"])).cookie
    _, csrf = await page_secret(whole, "/compose", session)
    before = await whole.picture()
    told = await whole.ask("POST", "/compose", body.replace(b"{csrf}", csrf.encode()), type=kind, cookie=session)
    assert told.status == status, (told.status, re.search(rb"<title>([^<]*)", told.body))
    assert "text/html" in told.headers["content-type"] and b"Traceback" not in told.body
    assert await whole.changed(before) == []
