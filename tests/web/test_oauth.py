"""The page on which a person lets an app act for them."""

import re
from urllib.parse import quote, urlencode

import pytest

from petrel.core.scopes import KNOWN
from petrel.web import addresses, speech
from tests.web.browser import Browser
from tests.web.memory import PASSWORD

OOB = "urn:ietf:wg:oauth:2.0:oob"
ASK = {"response_type": "code", "client_id": "ivy", "scope": "read write:statuses push", "state": "s&<1>"}


def page(redirect_uri: str = OOB, **more: str) -> str:
    return "/oauth/authorize?" + urlencode({**ASK, "redirect_uri": redirect_uri, **more})


def test_an_app_without_a_browser_gets_its_code_by_hand() -> None:
    """As the command line client does it: sign in, allow, copy the code."""
    browser = Browser()
    ask = "/oauth/authorize/?" + urlencode({**ASK, "redirect_uri": OOB})
    sign_in = browser.get(ask).location
    assert sign_in.startswith("/auth/sign_in?next=%2Foauth%2Fauthorize")
    back = browser.submit(sign_in, "/auth/sign_in", name="mira", password=PASSWORD).location
    shown = browser.get(back)
    assert shown.status == 200 and "Ivy &lt;for phones&gt;" in shown.text and "@mira" in shown.text
    assert "Publish, edit and delete posts in your name" in shown.text and "push notifications" in shown.text
    answer = browser.post("/oauth/authorize", {**shown.hidden, "decision": "allow"})
    assert answer.status == 303 and answer.location == "/oauth/authorize/native?code=c0de-of-the-day"
    code = browser.get(answer.location)
    assert re.search(r'<code id="code">([^<]+)</code>', code.text)[1] == "c0de-of-the-day"  # type: ignore[index]
    assert code.headers["cache-control"] == "no-store" and code.headers["referrer-policy"] == "no-referrer"


def test_an_app_with_an_address_gets_the_code_there() -> None:
    browser = Browser(who="mira")
    shown = browser.get(page("https://ivy.example/back"))
    assert "form-action 'self' https://ivy.example;" in shown.headers["content-security-policy"]
    answer = browser.post("/oauth/authorize", {**shown.hidden, "decision": "allow"})
    assert answer.location == "https://ivy.example/back?code=c0de-of-the-day&state=s&<1>".replace("&<1>", "&%3C1%3E")


def test_an_app_with_a_scheme_of_its_own() -> None:
    browser = Browser(who="mira")
    shown = browser.get(page("ivyapp:/back", state="1"))
    assert "form-action 'self' ivyapp:;" in shown.headers["content-security-policy"]
    answer = browser.post("/oauth/authorize", {**shown.hidden, "decision": "allow"})
    assert answer.location == "ivyapp:/back?code=c0de-of-the-day&state=1"


def test_saying_no() -> None:
    browser = Browser(who="mira")
    answer = browser.submit(page("https://ivy.example/back", state="1"), "/oauth/authorize", decision="deny")
    assert answer.location == "https://ivy.example/back?error=access_denied&state=1"
    answer = browser.submit(page(), "/oauth/authorize", decision="deny")
    assert answer.status == 200 and "got nothing" in answer.text
    answer = browser.submit(page(), "/oauth/authorize")
    assert "got nothing" in answer.text


def test_answers_by_form_wait_for_the_person() -> None:
    browser = Browser(who="mira")
    asked = page("https://ivy.example/back", response_mode="form_post", state="<1>")
    answer = browser.submit(asked, "/oauth/authorize", decision="allow")
    assert answer.status == 200 and 'action="https://ivy.example/back"' in answer.text
    assert answer.hidden == {"code": "c0de-of-the-day", "state": "<1>"}
    assert "https://ivy.example;" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "change",
    [{"client_id": "unknown"}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": "javascript:alert(1)"}, {}],
)
def test_unknown_apps_and_addresses_send_nobody_anywhere(change: dict[str, str]) -> None:
    browser = Browser(who="mira")
    query = {**ASK, "redirect_uri": OOB, **change} if change else {}
    answer = browser.get("/oauth/authorize?" + urlencode(query))
    assert answer.status == 422 and not answer.location and "evil" not in answer.text
    token = browser.get("/compose").hidden["csrf"]
    answer = browser.post("/oauth/authorize", {**query, "csrf": token, "decision": "allow"})
    assert answer.status == 422 and not answer.location


def test_wrong_scopes_are_told_to_the_app() -> None:
    answer = Browser(who="mira").get(page("https://ivy.example/back", scope="root"))
    assert answer.location == "https://ivy.example/back?error=invalid_scope"


def test_what_an_app_got_wrong_is_said_before_anybody_signs_in() -> None:
    assert Browser().get(page("https://ivy.example/back", scope="root")).location.startswith("https://ivy.example/")
    assert Browser().get(page("https://evil.example/")).status == 422


def test_a_parameter_given_twice_is_refused() -> None:
    assert Browser(who="mira").get(page() + "&client_id=other").status == 422


def test_signing_in_again_can_be_asked_for() -> None:
    browser = Browser(who="mira")
    answer = browser.get(page(force_login="true"))
    assert answer.location.startswith("/auth/sign_in?") and answer.location.endswith("force=1")
    assert "force_login" not in answer.location
    assert browser.get(answer.location).status == 200


@pytest.mark.parametrize("code", ["", "<script>", "a" * 600, "a b", quote("é")])
def test_only_codes_are_shown_as_codes(code: str) -> None:
    answer = Browser().get("/oauth/authorize/native?code=" + quote(code))
    assert answer.status == 422 and "<script" not in answer.text


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://a.example/x?y", "https://a.example"),
        ("http://localhost:3000/cb", "http://localhost:3000"),
        ("http://[::1]:8/cb", "http://[::1]:8"),
        ("https://user:pw@a.example/", "https://a.example"),
        ("com.example.app:/cb", "com.example.app:"),
        ("tusky://cb", "tusky:"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("https:///x", ""),
        ("https://a.example; script-src *", ""),
        ("//a.example", ""),
        ("nothing", ""),
        ("https://[bad", ""),
    ],
)
def test_what_a_policy_may_name(address: str, source: str) -> None:
    assert addresses.app_source(address) == source


@pytest.mark.parametrize("scope", KNOWN)
def test_every_scope_has_plain_words(scope: str) -> None:
    told = speech.of("en").scope(scope)
    assert told != scope and told[0].isupper()


def test_unknown_scopes_are_shown_as_they_are() -> None:
    assert speech.of("en").scope("write:<b>") == "write:<b>"
