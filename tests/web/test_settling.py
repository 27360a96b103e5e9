"""Pages that change who sees something: the fake site for what they say, the real one for what they do."""

import re

import pytest

from petrel.core.doors import Doors, current
from tests.web.browser import Browser
from tests.web.fake import Fake
from tests.web.memory import PASSWORD
from tests.web.someone import PASSWORD as REAL_PASSWORD
from tests.web.someone import Someone, front_door, joined
from tests.web.test_pages import assert_is_sound

MINE = 101


def _own_post(fake: Fake, handle: str, audience: str) -> str:
    post = next(p for p in fake.posts.values() if p.author.handle == handle and p.audience == audience)
    return post.url


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_pages_are_sound_and_say_what_holds() -> None:
    browser = Browser(who="mira")
    public = _own_post(browser.fake, "mira", "public")
    for path in (f"{public}/audience", "/settings/privacy", "/settings/followers", "/auth/again"):
        answer = browser.get(path)
        assert answer.status == 200
        assert_is_sound(answer.text)
    said = text_of(browser.get(f"{public}/audience").text)
    assert "Now: Public" in said and "Only followers" in said and "Show it to everyone" not in said
    assert f'href="{public}/audience"' in browser.get(public).text


@pytest.mark.parametrize("path", ["/settings/privacy", "/settings/privacy/open", "/settings/followers",
                                  "/auth/again", "/@mira/1/audience"])
def test_nobody_signed_out_gets_there(path: str) -> None:
    answer = Browser().get(path)
    assert answer.status == 303 and answer.location.startswith("/auth/sign_in?next=")


def test_other_peoples_posts_have_no_such_page() -> None:
    fake = Fake()
    page = _own_post(fake, "mira", "public") + "/audience"
    okello = Browser(fake, who="okello")
    assert okello.get(page).status == 404
    form = okello.get("/settings/privacy").hidden
    assert okello.post(page, {**form, "to": "narrow followers"}).status == 404


def test_widening_shows_what_becomes_visible_and_asks_for_the_password_first() -> None:
    browser = Browser(who="mira")
    url = _own_post(browser.fake, "mira", "public")
    page = f"{url}/audience"
    assert browser.submit(page, page, to="narrow followers").location == url

    before = browser.get(page).text
    assert "7 followers" in before and "widen" not in before and "/auth/again" in before
    assert browser.submit(page, page, to="widen public").status == 403
    again = "/auth/again?next=" + page.replace("/", "%2F").replace("@", "%40")
    assert browser.submit(again, "/auth/again", password="wrong").status == 422
    answer = browser.submit(again, "/auth/again", password=PASSWORD)
    assert (answer.status, answer.location) == (303, page)
    assert 'value="widen public"' in browser.get(page).text
    assert browser.submit(page, page, to="widen public").location == url


def test_the_password_page_leads_nowhere_else() -> None:
    browser = Browser(who="mira")
    answer = browser.submit("/auth/again?next=https://evil.example/", "/auth/again", password=PASSWORD)
    assert answer.location == "/"


def test_what_was_not_chosen_changes_nothing() -> None:
    browser = Browser(who="mira")
    page = _own_post(browser.fake, "mira", "public") + "/audience"
    for to in ("", "widen", "narrow", "narrow direct", "narrow self", "sideways followers", "narrow followers extra"):
        assert browser.submit(page, page, to=to).status in (403, 422), to
    assert browser.submit("/settings/privacy", "/settings/privacy", default_audience="direct").status == 422
    assert browser.post(page, {"to": "narrow followers"}).status == 403, "no token of ours"


async def _age(someone: Someone) -> None:
    """As if everybody had signed in long ago."""
    await current().pools["writer"].execute("update accounts.token set made_at = now() - interval '1 hour'")


async def test_protecting_hides_at_once_and_opening_shows_numbers_first(site: Doors) -> None:
    door = await front_door()
    [ada] = await joined(door, "lena")
    first = await ada.write("before the storm")
    assert (await ada.submit("/settings/privacy", "/settings/privacy", act="protect")).status == 303
    assert (await Someone(door).get(first)).status == 404
    during = await ada.write("in the storm")
    assert "Your account is protected" in (await ada.get("/settings/privacy")).text

    await _age(ada)
    page = (await ada.get("/settings/privacy/open")).text
    assert_is_sound(page)
    assert "1 post becomes visible to everyone" in text_of(page) and "1 post stays for your followers" in text_of(page)
    assert "Open my account" not in page
    assert (await ada.submit("/settings/privacy/open", "/settings/privacy/open")).status == 403
    assert (await Someone(door).get(first)).status == 404

    again = await ada.submit("/auth/again?next=%2Fsettings%2Fprivacy%2Fopen", "/auth/again", password=REAL_PASSWORD)
    assert again.location == "/settings/privacy/open"
    assert "Open my account" in (await ada.get("/settings/privacy/open")).text
    assert (await ada.submit("/settings/privacy/open", "/settings/privacy/open")).status == 303
    assert (await Someone(door).get(first)).status == 200
    assert (await Someone(door).get(during)).status == 404

    page = await ada.get(f"{during}/audience")
    assert "Now: Followers" in text_of(page.text)
    assert (await ada.submit(f"{during}/audience", f"{during}/audience", to="widen unlisted")).location == during
    assert (await Someone(door).get(during)).status == 200


async def test_saving_settings_keeps_protection_and_saves_the_rest(site: Doors) -> None:
    [ben] = await joined(await front_door(), "lorenz")
    await ben.submit("/settings/privacy", "/settings/privacy", act="protect")
    saved = await ben.submit("/settings/privacy", "/settings/privacy", indexable="1", default_audience="unlisted",
                             protected="0", act="open")
    assert saved.location == "/settings/privacy?saved=1"
    page = (await ben.get(saved.location)).text
    assert "Your account is protected" in page and "Saved." in page
    assert re.search(r'id="indexable"[^>]* checked', page) and 'value="unlisted" selected' in page


async def test_an_answer_says_why_it_cannot_be_shown_to_more(site: Doors) -> None:
    door = await front_door()
    ada, ben = await joined(door, "marta", "nils")
    await ben.follow("marta")
    post = await ada.write("for friends", audience="followers")
    answer = await ben.reply(post, "yes", audience="followers")
    page = text_of((await ben.get(f"{answer}/audience")).text)
    assert "A reply cannot be shown to more people" in page and "Show it to everyone" not in page


async def test_a_follower_is_removed_from_the_list_of_them(site: Doors) -> None:
    ada, ben = await joined(await front_door(), "olga", "paul")
    await ben.follow("olga")
    post = await ada.write("for friends", audience="followers")
    assert (await ben.get(post)).status == 200
    page = (await ada.get("/settings/followers")).text
    assert_is_sound(page)
    [number] = re.findall(r'name="remove" value="(\d+)"', page)
    answer = await ada.submit("/settings/followers", "/settings/followers", remove=number)
    assert (answer.status, answer.location) == (303, "/settings/followers")
    assert (await ben.get(post)).status == 404
    assert "Nobody follows you here yet" in text_of((await ada.get("/settings/followers")).text)
    for wrong in ("", "x", "-1", "9" * 30):
        form = (await ada.get("/settings/privacy")).hidden
        assert (await ada.post("/settings/followers", **{**form, "remove": wrong})).status == 422
