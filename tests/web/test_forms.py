"""Forms change things once, keep what was typed, and obey only our own pages."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from petrel.core.errors import TooMany, Unavailable
from petrel.web import addresses, csrf
from tests.web.browser import Browser
from tests.web.fake import Fake
from tests.web.memory import PASSWORD


def test_signing_in_and_out() -> None:
    browser = Browser()
    answer = browser.submit("/auth/sign_in?next=/notifications", "/auth/sign_in", name="Mira", password=PASSWORD)
    assert (answer.status, answer.location) == (303, "/notifications")
    cookie = next(v for n, v in answer.all_headers if n == "set-cookie" and "petrel_session" in v)
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    assert "Signed in as" in browser.get("/").text
    answer = browser.submit("/auth/sign_out", "/auth/sign_out")
    assert answer.status == 303 and not browser.fake.sessions
    assert "petrel_session" not in browser.cookies


def test_on_https_cookies_are_bound_to_the_host() -> None:
    browser = Browser(base_url="https://petrel.test")
    answer = browser.submit("/auth/sign_in", "/auth/sign_in", name="mira", password=PASSWORD)
    cookie = next(v for n, v in answer.all_headers if n == "set-cookie" and "session" in v)
    assert cookie.startswith("__Host-petrel_session=") and "Secure" in cookie
    assert "Signed in as" in browser.get("/").text


def test_a_wrong_password_keeps_the_name_and_tells_nothing_more() -> None:
    browser = Browser()
    wrong = browser.submit("/auth/sign_in", "/auth/sign_in", name="mira", password="no")
    unknown = browser.submit("/auth/sign_in", "/auth/sign_in", name="nobody", password="no")
    assert wrong.status == unknown.status == 422
    assert 'value="mira"' in wrong.text and "do not fit together" in wrong.text and 'role="alert"' in wrong.text
    assert "do not fit together" in unknown.text


EVIL = (
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/%0d%0aset-cookie:x\r\n",
    "evil",
    "\\\\evil.example",
    "",
)


@pytest.mark.parametrize("wanted", EVIL)
def test_nobody_is_sent_elsewhere_after_a_form(wanted: str) -> None:
    browser = Browser()
    shown = browser.get("/auth/sign_in?next=" + quote(wanted, safe=""))
    assert shown.hidden["next"] == "/"
    fields = {**shown.hidden, "next": wanted, "name": "mira", "password": PASSWORD}
    assert browser.post("/auth/sign_in", fields).location == "/"
    back = browser.submit("/compose", "/compose", text="x", back=wanted)
    assert back.location.startswith("/@mira/")


@pytest.mark.parametrize("wanted", EVIL)
def test_a_member_is_not_sent_elsewhere_by_a_link_to_the_sign_in(wanted: str) -> None:
    assert Browser(who="mira").get("/auth/sign_in?next=" + quote(wanted, safe="")).location == "/"


def test_own_addresses_are_kept() -> None:
    assert addresses.own("/@mira/20?reveal=1#reply") == "/@mira/20?reveal=1#reply"
    assert addresses.own("/oauth/authorize?redirect_uri=https%3A%2F%2Fa.example") != "/"


POSTS = (
    "/compose",
    "/marks",
    "/@ines/follow",
    "/@mira/44/delete",
    "/notifications/read",
    "/notifications/requests",
    "/conversations/new",
    "/conversations/7",
    "/announcements/away",
    "/auth/sign_in",
    "/auth/sign_up",
    "/auth/sign_out",
    "/setup/first-light",
    "/oauth/authorize",
)


@pytest.mark.parametrize("path", POSTS)
def test_forms_from_elsewhere_are_refused(path: str) -> None:
    fields = {"text": "forged", "mark": "like on 41", "act": "unfollow", "name": "mira", "password": PASSWORD}
    own = Browser(who="mira")
    good = own.get("/compose").hidden["csrf"]
    foreign = Browser(who="okello").get("/compose").hidden["csrf"]
    for token in ("", "x", "ü", foreign, good[:-4] + "AAA="):
        answer = own.post(path, {**fields, "csrf": token})
        assert answer.status == 403, (path, token)
        assert "was not sent from our own page" in answer.text
    answer = own.post(path, {**fields, "csrf": good}, sec_fetch_site="cross-site")
    assert answer.status == 403
    assert len(own.fake.posts) == len(Fake().posts) and own.fake.follows == Fake().follows


def test_a_refused_post_gives_the_text_back() -> None:
    answer = Browser(who="mira").post("/compose", {"text": "a long <thought>", "csrf": "old"})
    assert answer.status == 403 and "a long &lt;thought&gt;</textarea>" in answer.text


def test_tokens_hold_for_their_binding_only() -> None:
    key = b"k" * 32
    token = csrf.token(key, "a")
    assert csrf.holds(key, "a", token) and token != csrf.token(key, "a")
    assert not csrf.holds(key, "b", token)
    assert not csrf.holds(b"z" * 32, "a", token)
    assert not csrf.holds(key, "", csrf.token(key, ""))


def test_posting() -> None:
    browser = Browser(who="mira")
    answer = browser.submit("/", "/compose", text="Fair weather & <b>fog</b>", audience="unlisted", warning="weather")
    assert (answer.status, answer.location) == (303, "/")
    post = browser.fake.posts[max(browser.fake.posts)]
    assert (post.audience, post.warning) == ("unlisted", "weather")
    assert "Fair weather &amp; &lt;b&gt;fog" in browser.get("/").text


def test_sending_a_form_twice_posts_once() -> None:
    browser = Browser(who="mira")
    hidden = browser.get("/compose").hidden
    first, second = (browser.post("/compose", {**hidden, "text": "once"}) for _ in range(2))
    assert first.location == second.location


def test_a_failed_post_keeps_everything_that_was_typed() -> None:
    browser = Browser(who="mira")
    text = "word " * 120 + "<end>"
    answer = browser.submit("/compose", "/compose", text=text, warning="long & dull", audience="followers")
    assert answer.status == 422
    assert "<end>".replace("<", "&lt;").replace(">", "&gt;") + "</textarea>" in answer.text
    assert 'value="long &amp; dull"' in answer.text and '<option value="followers" selected>' in answer.text
    assert "The text is over the limit of 500 characters." in answer.text and 'role="alert"' in answer.text


@pytest.mark.parametrize(("trouble", "status"), [(Unavailable(), 503), (TooMany(9), 429), (RuntimeError("x"), 500)])
def test_whatever_breaks_the_text_comes_back(trouble: Exception, status: int) -> None:
    browser = Browser(who="mira")
    hidden = browser.get("/compose").hidden
    browser.fake.trouble = trouble
    answer = browser.post("/compose", {**hidden, "text": "not lost"})
    assert answer.status == status and "not lost</textarea>" in answer.text


def test_an_ended_session_gives_the_text_back_and_the_way_in() -> None:
    browser = Browser(who="mira")
    hidden = browser.get("/compose").hidden
    browser.fake.sessions.clear()
    answer = browser.post("/compose", {**hidden, "text": "not lost"})
    assert answer.status == 401 and "not lost</textarea>" in answer.text and "/auth/sign_in" in answer.text


def test_pages_for_members_send_visitors_to_the_sign_in_and_back() -> None:
    for path in ("/notifications", "/compose?reply_to=20"):
        answer = Browser().get(path)
        assert (answer.status, answer.location) == (303, "/auth/sign_in?next=" + quote(path, safe=""))


def test_a_reply_is_addressed_and_no_wider_than_what_it_answers() -> None:
    html = Browser(who="mira").get("/compose?reply_to=35").text
    assert ">@ines </textarea>" in html
    assert '<option value="direct" selected>' in html and '<option value="public"' not in html
    browser = Browser(who="mira")
    answer = browser.submit("/compose?reply_to=43", "/compose", text="@ines yes")
    assert answer.location == f"/@mira/{max(browser.fake.posts)}"
    assert browser.fake.posts[max(browser.fake.posts)].reply_to == 43


def test_answering_a_post_that_went_away_keeps_the_text() -> None:
    browser = Browser(who="mira")
    hidden = browser.get("/compose?reply_to=43").hidden
    del browser.fake.posts[43]
    answer = browser.post("/compose", {**hidden, "text": "@ines still here"})
    assert answer.status == 404 and "still here</textarea>" in answer.text and "not there any more" in answer.text


def test_marks_are_made_and_taken_back_in_place() -> None:
    browser = Browser(who="mira")
    answer = browser.submit("/public", "/marks", mark="like on 41 41")
    assert answer.location == "/public#p41" and (1, 41, "like") in browser.fake.marks
    assert 'value="like off 41 41" aria-pressed="true"' in browser.get("/public").text
    browser.submit("/public", "/marks", mark="like off 41 41")
    assert not browser.fake.marks
    assert browser.submit("/public", "/marks", mark="steal on 41 41").status == 422
    assert browser.submit("/public", "/marks", mark="like on 34 34").status == 404


def test_following_asking_and_answering() -> None:
    browser = Browser(who="mira")
    browser.submit("/@mallory", "/@mallory/follow", act="follow")
    assert (1, 10) in browser.fake.follows
    browser.submit("/@mallory", "/@mallory/follow", act="unfollow")
    assert (1, 10) not in browser.fake.follows
    browser.submit("/@quiet_harbour", "/@quiet_harbour/follow", act="follow")
    assert "Take back request" in browser.get("/@quiet_harbour").text
    browser.submit("/notifications", "/notifications/requests", answer="accept 9")
    assert (9, 1) in browser.fake.follows


def test_deleting_needs_the_author_and_one_question() -> None:
    browser = Browser(who="mira")
    assert browser.get("/@ines/41/delete").status == 404
    assert browser.submit("/@mira/44/delete", "/@mira/44/delete").location == "/@mira"
    assert 44 in browser.fake.deleted
    token = browser.get("/compose").hidden["csrf"]
    assert browser.post("/@ines/41/delete", {"csrf": token}).status == 404


def test_joining() -> None:
    browser = Browser()
    fields = {"handle": "@newcomer", "password": "four random words", "password_again": "four random words"}
    answer = browser.submit("/auth/sign_up", "/auth/sign_up", **fields)
    assert answer.status == 422 and "The agreement must be accepted." in answer.text
    assert 'value="newcomer"' in answer.text and "four random" not in answer.text.partition("</header>")[2].replace(
        "Four random words are good", ""
    )
    answer = browser.submit("/auth/sign_up", "/auth/sign_up", agreement="1", **fields)
    assert answer.status == 303 and "Signed in as" in browser.get("/").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"handle": "mira"}, "The handle has already been taken."),
        ({"handle": "<b>"}, "The handle must contain only letters, digits and _."),
        ({"password": "short", "password_again": "short"}, "The password is too short."),
        ({"password_again": "another"}, "The second password is not the same as the first."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(change: dict[str, str], said: str) -> None:
    fields = {"handle": "newcomer", "password": "long enough", "password_again": "long enough", "agreement": "1"}
    answer = Browser().submit("/auth/sign_up", "/auth/sign_up", **{**fields, **change})
    assert answer.status == 422 and said in answer.text and 'aria-invalid="true"' in answer.text
    assert "<b>" not in answer.text


def test_the_setup_link_works_once() -> None:
    browser = Browser()
    answer = browser.submit(
        "/setup/first-light", "/setup/first-light", handle="keeper", password="p", password_again="p"
    )
    assert answer.status == 422
    fields = {"handle": "keeper", "password": "long enough", "password_again": "long enough"}
    answer = browser.submit("/setup/first-light", "/setup/first-light", **fields)
    assert (answer.status, answer.location) == (303, "/setup/steps/site")
    assert "@keeper" in browser.get("/").text
    for path in ("/setup/first-light", "/setup/other"):
        again = Browser(browser.fake).get(path)
        assert again.status == 404 and "does not work" in again.text
        assert again.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"text=\xff\xfe", {}, 400),
        (b"text=%ff", {}, 400),
        (b"text=a%00b", {}, 400),
        (b"&".join(b"a%d=1" % n for n in range(200)), {}, 400),
        (b"text=" + b"x" * 300_000, {}, 413),
        (b"{}", {"content_type": "application/json"}, 400),
        (b"--x", {"content_type": "multipart/form-data; boundary=x"}, 400),
        (b"--x", {"content_type": "multipart/form-data"}, 400),
    ],
)
def test_what_is_not_a_form_is_refused_in_words(body: bytes, headers: dict[str, str], status: int) -> None:
    sent = {"content-type": "application/x-www-form-urlencoded"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    answer = Browser(who="mira").ask("POST", "/compose", body, sent)
    assert answer.status == status and "<h1>" in answer.text


def test_a_huge_form_is_refused_before_it_is_read() -> None:
    browser = Browser(who="mira")
    answer = browser.ask("POST", "/compose", b"", {"content-length": "99999999999"})
    assert answer.status == 413


@pytest.mark.parametrize("length", [{"content-length": str(300 << 20)}, {"transfer-encoding": "chunked"}])
@pytest.mark.parametrize("who", ["", "mira"])
def test_files_are_read_of_members_only(who: str, length: dict[str, str]) -> None:
    browser, taken, piece = Browser(who=who), [0], b"x" * (64 << 10)
    kind = {"content-type": "multipart/form-data; boundary=b"}
    scope = browser.scope("POST", "/compose", b"", {**kind, **length})
    if "content-length" not in length:
        scope["headers"] = [one for one in scope["headers"] if one[0] != b"content-length"]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        head = b'--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n' if not taken[0] else b""
        taken[0] += len(piece)
        return {"type": "http.request", "body": head + piece, "more_body": taken[0] < 40 * len(piece)}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(browser.app(scope, receive, send))
    assert (taken[0] == 40 * len(piece)) == bool(who)           # a member's is read to its end
    if not who:
        assert sent[0]["status"] == 401 and taken[0] <= (0 if "content-length" in length else 6 * len(piece))
