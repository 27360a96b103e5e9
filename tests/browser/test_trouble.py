"""Whatever gets in the way: no network, a session that ended, another tab, a part that did not come, a site that says
no. Nothing typed is lost, nothing is done under a name that nobody sees, and what to do is said."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Member, Window
from tests.browser.test_composer import skip_grace
from tests.browser.test_offline import post, until_kept, with_worker
from tests.stories.running import PASSWORD, until

Join = Callable[[str], Member]
Open = Callable[..., Window]


def sign_in(page: Page, address: str, name: str) -> None:
    """In another tab of the same browser."""
    page.goto(address + "/auth/sign_in?force=1")
    page.locator("#main input[name=name]").fill(name)
    page.locator("#main input[name=password]").fill(PASSWORD)
    page.locator("#main form button").first.click()
    page.wait_for_selector(".app > *")


def end_sessions(who: Member) -> None:
    elsewhere = Member(who.address)
    elsewhere.send(elsewhere.open("/auth/sign_in"), "/auth/sign_in", name=who.handle, password=PASSWORD)
    elsewhere.send(elsewhere.open("/settings/devices"), "/settings/devices", act="elsewhere")


def test_what_is_written_without_a_network_is_sent_once(join: Join, window: Open) -> None:
    ned = join("ned")
    at = window(ned, service_workers="allow")
    page = at.open("/")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    like = ned.write("Like me")
    expect(page.locator(".pill")).to_be_visible()
    page.locator(".pill").click()
    at.context.set_offline(True)
    field = page.locator("#main textarea#text")
    field.fill("From a tunnel")
    page.locator("#main form.composer button[type=submit]").click()
    expect(page.locator(".toast", has_text="Your post waits here")).to_be_visible()
    expect(field).to_have_value("")
    button = post(page, "Like me").locator(".act.like")
    button.click()
    expect(page.locator(".toast", has_text="The like did not get through")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "false")
    at.context.set_offline(False)
    expect(post(page, "From a tunnel")).to_be_visible()
    own = ned.call("GET", f"/api/v1/accounts/{ned.id}/statuses")
    assert [one["id"] for one in own if "From a tunnel" in one["content"]] == [own[0]["id"]]
    assert own[1]["id"] == like["id"]
    until(lambda: page.evaluate(f"localStorage.getItem('petrel.outbox.{ned.id}')") is None)
    at.wrong.clear()        # browsers log what they could not reach


def test_a_session_that_ends_while_somebody_writes(join: Join, window: Open) -> None:
    ole = join("ole")
    at = window(ole)
    skip_grace(at.page)
    # The stream would tell of it a moment later, as the draft would that is being saved: here sending is what does.
    at.page.route("**/api/v1/streaming/**", lambda route: route.fulfill(status=503))
    page = at.open("/")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New post")
    expect(dialog.locator("textarea").first).to_be_focused()
    page.keyboard.type("Nearly done")
    expect(dialog.locator(".kept")).to_contain_text("Draft saved")
    end_sessions(ole)
    page.get_by_role("button", name="Post", exact=True).last.click()
    away = page.get_by_role("dialog", name="You were signed out")
    expect(away).to_contain_text("What you wrote is kept")
    with at.context.expect_page() as opened:
        away.get_by_role("link", name="Sign in").click()
    other = opened.value
    other.locator("#main input[name=name]").fill("ole")
    other.locator("#main input[name=password]").fill(PASSWORD)
    other.locator("#main form button").first.click()
    other.wait_for_selector(".app > *")
    expect(away).to_have_count(0)
    again = Member(ole.address)
    again.send(again.open("/auth/sign_in"), "/auth/sign_in", name="ole", password=PASSWORD)
    own = f"/api/v1/accounts/{again.id}/statuses"
    until(lambda: [one for one in again.call("GET", own) if "Nearly done" in one["content"]])
    at.wrong.clear()


def test_nothing_is_done_as_somebody_else(join: Join, window: Open) -> None:
    """Another tab signed in as another account: this one notices before it does anything, told or not."""
    pia, quin, ron = join("pia"), join("quin"), join("ron")
    ron.write("Whose like is it")
    at = window(pia)
    page = at.open("/public")
    page.evaluate("BroadcastChannel.prototype.postMessage = () => undefined")
    like = post(page, "Whose like is it").locator(".act.like")
    at.context.clear_cookies()
    at.context.add_cookies(quin.cookies)  # type: ignore[arg-type]
    like.click()
    away = page.get_by_role("dialog", name="Somebody else is signed in here now")
    expect(away).to_contain_text("@pia")
    assert quin.call("GET", "/api/v1/favourites") == [] and pia.call("GET", "/api/v1/favourites") == []
    away.get_by_role("button", name="Load anew").click()
    expect(page.locator("body[data-handle=quin]")).to_have_count(1)
    # By word of the other tab, before anything is asked.
    at.context.clear_cookies()
    other = at.context.new_page()
    sign_in(other, at.address, "pia")
    expect(page.get_by_role("dialog", name="Somebody else is signed in here now")).to_be_visible()
    at.wrong.clear()


def test_a_part_that_does_not_come_leaves_the_page_usable(join: Join, window: Open) -> None:
    sal = join("sal")
    sal.write("Still here")
    at = window(sal)
    page = at.open("/")
    page.route("**/Notifications-*.js", lambda route: route.abort())
    page.locator(".ways a[href='/notifications']").click()
    expect(page.locator("#main [role=alert]")).to_contain_text("was not reached")
    page.go_back()
    expect(post(page, "Still here")).to_be_visible()
    page.unroute("**/Notifications-*.js")
    page.locator(".ways a[href='/notifications']").click()
    expect(page.locator("h1", has_text="Notifications")).to_be_visible()
    at.wrong.clear()


def test_a_closed_part_says_so_where_it_would_be(join: Join, window: Open) -> None:
    """In the site's own words, not hidden behind what is kept."""
    tom = join("tom")
    tom.write("Kept and not shown")
    at, page = with_worker(window, tom)
    until_kept(page, "timelines/home")
    words = "This part of the site is closed while it is being examined; please try again later"
    for path in ("timelines/home", "statuses"):
        page.route(f"**/api/v1/{path}?*", lambda route: route.fulfill(
            status=503, json={"error": words}, headers={"retry-after": "1"}))
    page.goto(at.address + "/")
    expect(page.locator("#main [role=alert]")).to_contain_text(words, timeout=20_000)
    expect(post(page, "Kept and not shown")).to_have_count(0)
    page.unroute("**/api/v1/timelines/home?*")
    page.get_by_role("button", name="Try again").click()
    expect(post(page, "Kept and not shown")).to_be_visible()
    at.wrong.clear()


def test_a_page_that_is_there_is_not_put_away_for_an_excuse(join: Join, window: Open) -> None:
    """The site has sent the page, and then no more to the app: what is there stays, and leads on."""
    uwe = join("uwe")
    made = uwe.write("Sent with the page")
    at = window(uwe)
    at.page.route("**/api/v1/timelines/home*", lambda route: route.fulfill(
        status=429, json={"error": "Too many requests"}, headers={"retry-after": "200"}))
    at.page.goto(at.address + "/")
    expect(at.page.locator(".above > *").first).to_be_attached()
    expect(post(at.page, "Sent with the page")).to_be_visible()
    expect(at.page.locator("#main [role=alert]")).to_have_count(0)
    post(at.page, "Sent with the page").locator(".when a").click()
    expect(at.page.locator(f".app article[data-post='{made['id']}']")).to_be_visible()
    at.wrong.clear()


def test_a_post_that_vanishes_says_so_in_its_place(join: Join, window: Open) -> None:
    ula, val = join("ula"), join("val")
    val.follow(ula)
    at = window(val)
    with at.page.expect_response("**/api/v1/streaming/user"):
        page = at.open("/")
    ula.write("Stays below")
    made = ula.write("Gone in a moment")
    expect(page.locator(".pill")).to_contain_text("2 new posts")
    page.locator(".pill").click()
    expect(post(page, "Gone in a moment")).to_be_visible()
    ula.call("DELETE", f"/api/v1/statuses/{made['id']}")
    expect(page.locator(f"#main [data-key='{made['id']}'] .gap")).to_have_text("This post is not available.")
    expect(post(page, "Stays below")).to_be_visible()
