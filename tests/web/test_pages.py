"""Every page answers, says what it should, and stands without script."""

import re

import msgspec
import pytest

from petrel.core.errors import NotFound, TooMany, Unavailable
from petrel.web.routes import ADDRESSES
from tests.web.browser import Browser
from tests.web.fake import Fake

OPEN = (
    "/",
    "/public",
    "/tags/birds",
    "/tags/nobodyusesthis",
    "/trends",
    "/@mira",
    "/@mira/with_replies",
    "/@mira/media",
    "/@mira/about",
    "/status",
    "/@mira/20",
    "/@mira/20?reveal=1",
    "/@quiet_harbour",
    "/@mallory",
    "/search",
    "/search?q=mira",
    "/search?q=%00%ff",
    "/about",
    "/about/rules",
    "/about/style",
    "/imprint",
    "/privacy",
    "/terms",
    "/terms?on=2026-01-01",
    "/auth/sign_in",
    "/auth/sign_up",
    "/setup/first-light",
    "/oauth/authorize/native?code=abc",
)
AUTHORIZE = (
    "/oauth/authorize/?client_id=ivy&response_type=code&redirect_uri=urn:ietf:wg:oauth:2.0:oob&scope=read+write+push"
)
MEMBERS = (
    *OPEN[:17],
    "/bookmarks",
    "/bookmarks?q=bread",
    "/bookmarks?folder=5",
    "/bookmarks/folders",
    "/bookmarks/35",
    "/favourites",
    "/lists",
    "/lists/7",
    "/@mira/20/why",
    "/notifications",
    "/conversations",
    "/conversations/7",
    "/conversations/new?to=okello",
    "/yours",
    "/drafts",
    "/compose",
    "/compose?reply_to=35",
    "/@mira/44/delete",
    "/auth/sign_out",
    "/settings",
    "/settings/devices",
    "/settings/security",
    "/settings/filters",
    "/settings/people",
    "/settings/profile",
    "/settings/appearance",
    "/settings/lists",
    AUTHORIZE,
)


@pytest.mark.parametrize("path", OPEN)
def test_open_pages_answer_visitors(path: str) -> None:
    answer = Browser().get(path)
    assert answer.status == 200
    assert_is_sound(answer.text)


@pytest.mark.parametrize("path", MEMBERS)
def test_pages_answer_members(path: str) -> None:
    answer = Browser(who="mira").get(path)
    assert answer.status == 200
    assert_is_sound(answer.text)
    assert answer.headers["cache-control"] in ("private, no-store", "no-store")


def assert_is_sound(html: str) -> None:
    """What every page has, and what no page may have: script, inline style, anything from elsewhere."""
    assert html.lstrip().startswith("<!doctype html>")
    assert '<html lang="en">' in html
    assert html.count("<h1") == 1
    assert 'href="#main"' in html and 'id="main"' in html
    html = re.sub(r'<script src="/static/[a-z]+\.[0-9a-f]{12}\.js" defer></script>', "", html)
    assert not re.search(r"<script|<style|<iframe|\sstyle=|\son\w+=", html)
    assert "None" not in re.sub(r"<[^>]*>", "", html)
    for address in re.findall(r'<(?:link|img|source)\b[^>]*?(?:href|src)="([^"]*)"', html):
        assert address.startswith(("/static/", "/avatars/", "/headers/", "http://petrel.test/")), address
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids)), "an id occurs twice"
    targets = set(re.findall(r'<label[^>]* for="([^"]*)"', html)) | set(re.findall(r'<use href="#([^"]*)"', html))
    assert targets <= set(ids)
    for image in re.findall(r"<img\b[^>]*>", html):
        assert " alt=" in image


WITHOUT_POSTS = {
    "/manifest.webmanifest",
    "/shell",
    "/share",
    "/conversations/new",
    "/yours",
    "/drafts",
    "/followed-tags",
    "/catch-up",
    "/lists/{number}/edit",
    "/bookmarks/folders",
    "/lists",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemaps/site.xml",
    "/sitemaps/{cell}.xml",
    "/status",
    "/about/moderation",
    "/about/style",
    "/report",
    "/settings/moderation",
    "/settings/moderation/{number}/appeal",
    "/report/taken",
    "/report/{secret}",
    "/notifications/read",
    "/notifications/requests",
    "/announcements/away",
    "/about",
    "/about/rules",
    "/imprint",
    "/privacy",
    "/terms",
    "/auth/sign_in",
    "/auth/sign_up",
    "/auth/forgot",
    "/auth/reset/{secret}",
    "/auth/confirm/{secret}",
    "/mail/off/{secret}",
    "/settings",
    "/settings/devices",
    "/settings/filters",
    "/settings/filters/{number}",
    "/settings/people",
    "/settings/lists",
    "/settings/lists/{name}",
    "/settings/profile",
    "/settings/appearance",
    "/settings/notifications",
    "/settings/security",
    "/settings/security/password",
    "/settings/security/codes",
    "/settings/security/recovery",
    "/settings/security/passkeys",
    "/settings/security/passkey",
    "/auth/step",
    "/auth/passkey",
    "/settings/mail",
    "/auth/sign_out",
    "/auth/again",
    "/settings/privacy",
    "/settings/followers",
    "/settings/privacy/open",
    "/settings/data",
    "/settings/deletions",
    "/settings/deletions/{number}",
    "/settings/data/export",
    "/settings/data/erase",
    "/auth/data",
    "/erased/{secret}",
    "/erased/{secret}/receipt",
    "/about/data",
    "/setup/steps/end",
    "/setup/steps/{step}",
    "/setup/{token}",
    "/oauth/authorize",
    "/oauth/authorize/",
    "/oauth/authorize/native",
    "/@{handle}/follow",
    "/@{handle}/collections",
    "/collections/{number}",
    "/collections/{number}/follow",
    "/collections/{number}/leave",
}


def test_every_page_with_posts_is_registered_to_a_surface() -> None:
    without = {a.path for a in ADDRESSES if a.surface == "none" and not a.path.startswith("/desk")}
    assert without == WITHOUT_POSTS


def test_a_post_that_anybody_may_see_says_how_it_is_quoted_elsewhere() -> None:
    link = ('<link rel="alternate" type="application/json+oembed" '
            'href="http://petrel.test/api/oembed?url=http%3A//petrel.test/%40mira/20" ')
    assert link in Browser().get("/@mira/20").text
    assert "oembed" not in Browser(who="mira").get("/@quiet_harbour/34").text.partition("</head>")[0]


def test_headers_keep_a_page_to_itself() -> None:
    headers = Browser().get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "form-action 'self';" in policy
    assert "connect-src 'self'" in policy, "what judges a page asks for robots.txt in its name"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in headers


def test_a_gated_post_comes_with_the_second_request_only() -> None:
    browser = Browser(who="mira")
    for page in ("/public", "/@okello", "/@okello/31"):
        first = browser.get(page).text
        assert "The end of “The Salt Road”" in first and "brother" not in first
        assert 'action="/@okello/31"' in first
    second = browser.get("/@okello/31?reveal=1").text
    assert "brother" in second
    assert "brother" not in second.partition("</head>")[0]


def test_a_thread_shows_before_and_after() -> None:
    html = Browser(who="mira").get("/@mira/22").text
    before, _, after = html.partition("post focus")
    assert "walking on the water" in before and "What would you write" in before
    assert "they pay in fish" in after and "square tail" not in after


def test_a_deep_thread_goes_on_elsewhere() -> None:
    html = Browser().get("/@mira/20").text
    assert "sign for that parcel" not in html
    assert '<a href="/@joon/24">Continue this thread (1 more)</a>' in html


def test_times_are_machine_readable() -> None:
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', Browser().get("/public").text)


def test_older_posts_than_on_the_welcome_page_are_on_another() -> None:
    older = re.search(r'href="([^"]*max_id=\d+)" rel="next">Older posts', Browser().get("/").text)
    assert older and older[1].startswith("/public?")
    welcome, second = (re.findall(r'id="(p\d+)"', Browser().get(path).text) for path in ("/", older[1]))
    assert second and not set(welcome) & set(second)


def test_pages_of_a_list_lead_on() -> None:
    browser = Browser(who="mira")
    first = browser.get("/").text
    older = re.search(r'href="(\?max_id=\d+)"', first)
    assert older and "?min_id=" not in first
    second = browser.get("/" + older[1]).text
    assert "?min_id=" in second
    assert not set(re.findall(r'id="(p\d+)"', first)) & set(re.findall(r'id="(p\d+)"', second))


@pytest.mark.parametrize("query", ["max_id=x", "max_id=-1", "max_id=99999999999999999999", "min_id=%00"])
def test_bad_bounds_are_left_out(query: str) -> None:
    assert Browser().get("/public?" + query).status == 200


def test_old_spellings_of_a_handle_lead_to_the_right_one() -> None:
    browser = Browser()
    assert (browser.get("/@MIRA").status, browser.get("/@MIRA").location) == (301, "/@mira")
    assert browser.get("/@okello/20").location == "/@mira/20"


def test_protected_profiles_show_the_first_line_only() -> None:
    html = Browser().get("/@quiet_harbour").text
    assert "Quiet Harbour" in html and "Only approved followers" in html
    assert "For friends only" not in html and "Only those who follow me" not in html


def test_hidden_and_missing_are_the_same_bytes() -> None:
    for who in ("", "mira"):
        browser = Browser(who=who)
        answers = [browser.get(path) for path in ("/@quiet_harbour/34", "/@quiet_harbour/99", "/@x/1", "/no/such/page")]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.body for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_reason_for_not_finding_stays_inside() -> None:
    browser = Browser()
    missing = browser.get("/@mira/99999")
    browser.fake.trouble = NotFound("Blocked by its author")
    assert browser.get("/@mira/20").body == missing.body


def test_impossible_addresses_are_missing_too() -> None:
    for path in ("/@mira/abc", "/@mira/9999999999999999999999", "/@mira/%00", "/@%00", "/tags/" + "x" * 500):
        assert Browser().get(path).status == 404


def test_a_deleted_post_is_gone() -> None:
    browser = Browser()
    browser.fake.deleted.add(20)
    answer = browser.get("/@mira/20")
    assert answer.status == 410
    assert "deleted by its author" in answer.text and "Mira" not in answer.text
    assert "deleted by its author" in browser.get("/@okello/21").text


def test_troubles_say_what_to_do() -> None:
    browser = Browser()
    browser.fake.trouble = Unavailable(retry_after_s=7)
    answer = browser.get("/@mira/20")
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    assert "Try again in a minute" in answer.text
    browser.fake.trouble = TooMany(90)
    answer = browser.get("/@mira/20")
    assert (answer.status, answer.headers["retry-after"]) == (429, "90")


def test_the_unexpected_is_an_error_page_without_its_cause() -> None:
    browser = Browser()
    browser.fake.trouble = RuntimeError("password=hunter2")
    answer = browser.get("/@mira/20")
    assert answer.status == 500
    assert "hunter2" not in answer.text and "Something broke on our side" in answer.text


def test_methods_that_do_not_exist_are_refused() -> None:
    answer = Browser().ask("DELETE", "/@mira", b"", {})
    assert answer.status == 405
    assert "content-security-policy" in answer.headers


def test_closed_and_invited_sites_say_so() -> None:
    browser = Browser()
    browser.fake.site_says = msgspec.structs.replace(browser.fake.site_says, registration="closed")
    html = browser.get("/auth/sign_up").text
    assert "not taken at the moment" in html and "<form" not in html.partition("<main")[2].partition("</main>")[0]
    browser.fake.site_says = msgspec.structs.replace(browser.fake.site_says, registration="invite")
    assert "by invitation" in browser.get("/auth/sign_up").text
    assert 'value="come-aboard"' in browser.get("/auth/sign_up?invite=come-aboard").text
    assert "has been used or has expired" in browser.get("/auth/sign_up?invite=old").text


def test_the_front_page_survives_broken_timelines() -> None:
    class Broken(Fake):
        async def public(self, viewer: object, page: object) -> None:  # type: ignore[override]
            raise Unavailable()

    answer = Browser(Broken()).get("/")
    assert answer.status == 200 and "Sign in" in answer.text


def test_a_site_that_is_tried_out_says_so_and_is_not_indexed() -> None:
    browser = Browser()
    assert "tried out" not in browser.get("/about").text and "noindex" not in browser.get("/about").text
    browser.fake.site_says = msgspec.structs.replace(browser.fake.site_says, is_try_out=True)
    assert "tried out" in browser.get("/about").text and "noindex" in browser.get("/about").text
