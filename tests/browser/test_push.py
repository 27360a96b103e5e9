"""Being told on a device: switched on in the settings, sent by the site, shown by the worker, pressed, and over when
the session is. Only the browser's own half, its push service, is put in by the test."""

import json
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import WHOLE, Member, Service, Window
from tests.stories.running import until

BROWSER = WHOLE
Join = Callable[[str], Member]
Open = Callable[..., Window]

SUBSCRIBES = """(() => { const made = %s; let now = null;
  const one = { ...made, toJSON: () => made, unsubscribe: async () => { now = null; return true; } };
  PushManager.prototype.subscribe = async function (how) { window.asked = how; return now = one; };
  PushManager.prototype.getSubscription = async () => now ?? (sessionStorage.told ? one : null); })()"""
REFUSES = "PushManager.prototype.subscribe = async () => { throw new DOMException('none', 'AbortError'); }"
SHOWN = """async () => (await (await navigator.serviceWorker.getRegistration()).getNotifications()).map(
  (one) => ({title: one.title, body: one.body, tag: one.tag}))"""


def on_settings(window: Open, who: Member, script: str) -> Window:
    at = window(who, service_workers="allow")
    at.context.grant_permissions(["notifications"], origin=at.address)
    at.context.add_init_script(script)
    at.page.goto(at.address + "/settings/notifications")
    at.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return at


def deliver(context: BrowserContext, page: Page, text: str) -> None:
    """As the browser does when its service has brought a message."""
    line = context.new_cdp_session(page)
    found: list[str] = []
    line.on("ServiceWorker.workerRegistrationUpdated",
            lambda said: found.extend(one["registrationId"] for one in said["registrations"] if not one["isDeleted"]))
    line.send("ServiceWorker.enable")
    until(lambda: page.evaluate("1") and found)
    origin = page.evaluate("location.origin")
    line.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[0], "data": text})


def test_a_mention_is_shown_and_leads_to_its_post(join: Join, window: Open, service: Service) -> None:
    hal, ina = join("hal"), join("ina")
    at = on_settings(window, hal, SUBSCRIBES % json.dumps(service.subscription))
    context, page = at.context, at.page
    switch = page.get_by_role("switch", name="Tell me on this device")
    expect(switch).to_be_enabled()
    switch.click()
    expect(switch).to_be_checked()
    key = hal.call("GET", "/api/v2/instance")["configuration"]["vapid"]["public_key"]
    assert page.evaluate("[window.asked.userVisibleOnly, window.asked.applicationServerKey]") == [True, key]
    page.get_by_label("Likes", exact=True).check()
    until(lambda: hal.call("GET", "/api/v1/push/subscription")["alerts"]["favourite"])

    service.came.clear()
    made = ina.write("@hal Look at the pier")
    text = until(lambda: service.came and service.came.pop())
    deliver(context, page, text)
    told = until(lambda: page.evaluate(SHOWN))
    assert (told[0]["title"], told[0]["body"]) == ("Ina mentioned you", "@hal Look at the pier")
    context.service_workers[0].evaluate("""async () => { const [one] = await registration.getNotifications();
      dispatchEvent(new NotificationEvent('notificationclick', {notification: one})); }""")
    page.wait_for_url(f"**/@ina/{made['id']}")
    assert page.evaluate(SHOWN) == []

    # Several likes are one line; what nobody can read is something all the same.
    for n in (1, 2, 3):
        said = {"notification_id": n, "notification_type": "favourite", "title": f"Like {n}"}
        deliver(context, page, json.dumps(said))
        until(lambda n=n: f"Like {n}" in json.dumps(page.evaluate(SHOWN)))  # type: ignore[misc]
    assert [one["title"] for one in page.evaluate(SHOWN)] == ["Like 3 (+2)"]
    deliver(context, page, "not JSON")
    until(lambda: len(page.evaluate(SHOWN)) == 2)

    # Signed out from another device: nothing is sent to this one any more.
    elsewhere = Member(hal.address)
    elsewhere.handle = "hal"
    elsewhere.send(elsewhere.open("/auth/sign_in"), "/auth/sign_in", name="hal", password="long enough for a story")
    elsewhere.send(elsewhere.open("/settings/devices"), "/settings/devices", act="elsewhere")
    service.came.clear()
    ina.write("@hal And again")
    until(lambda: any(one["type"] == "mention" and "And again" in one["status"]["content"]
                      for one in elsewhere.call("GET", "/api/v1/notifications")))
    assert service.came == []
    at.wrong.clear()        # browsers log what was not there, and what is refused to whoever is signed out


def test_a_browser_without_a_push_service_is_said_to_have_none(join: Join, window: Open) -> None:
    jon = join("jon")
    at = on_settings(window, jon, REFUSES)
    page = at.page
    page.get_by_role("switch", name="Tell me on this device").click()
    expect(page.locator("#push-here [role=alert]")).to_contain_text("service was not reached, or this browser has none")
    expect(page.get_by_role("switch")).not_to_be_checked()
    at.wrong.clear()
