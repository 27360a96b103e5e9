"""Writing in the app: with a picture, a poll, as an answer, as a quote; undone, kept, for later."""

import base64
import io
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Member, Window
from tests.stories.running import until

Join = Callable[[str], Member]
Open = Callable[..., Window]
GONE = "() => document.querySelector('dialog.compose') === null"


def picture() -> dict[str, Any]:
    from PIL import Image

    made = io.BytesIO()
    Image.linear_gradient("L").resize((320, 200)).save(made, "PNG")
    return {"name": "pier.png", "mimeType": "image/png", "buffer": made.getvalue()}


def composer(page: Page, name: str = "New post") -> Locator:
    found = page.get_by_role("dialog", name=name, exact=True)
    expect(found).to_be_visible()
    return found


def skip_grace(page: Page) -> None:
    """The few seconds in which sending can be undone are over at once; so are the pauses before a draft is saved."""
    page.add_init_script("const later = setTimeout; window.setTimeout = (run, ms, ...more) => later(run, "
                         "ms === 5000 ? 60 : ms === 2500 || ms > 20000 && ms <= 45000 ? 100 : ms, ...more)")


def posts_of(one: Member) -> Any:
    return one.call("GET", f"/api/v1/accounts/{one.id}/statuses")


def test_a_picture_is_described_and_undone_and_sent(join: Join, window: Open) -> None:
    nixie = join("nixie")
    page = window(nixie).open("/")
    page.keyboard.press("n")
    box = composer(page)
    page.keyboard.type("A pier 👍🏽 https://example.org/a/rather/long/address/that/counts/less")
    expect(box.locator("#compose-left")).to_have_text(str(500 - 7 - 2 - 23))
    box.locator("input[type=file]").set_input_files([picture()])  # type: ignore[arg-type]
    expect(box.locator(".pieces .file")).to_have_count(1)
    expect(box.locator("progress")).to_have_count(0)
    box.get_by_label("Your post").press("Control+Enter")
    expect(box.get_by_role("alertdialog")).to_contain_text("has no description")
    page.keyboard.press("Enter")
    words = box.get_by_label("Description of file 1")
    expect(words).to_be_focused()
    page.keyboard.type("A pier in grey light")
    box.get_by_role("button", name="What must stay in sight").click()
    page.get_by_role("button", name="Point at").press("ArrowRight")
    page.keyboard.press("Escape")
    box.get_by_label("Your post").press("Control+Enter")
    expect(box).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    box = composer(page)
    expect(box.get_by_label("Your post")).to_have_value(re.compile("A pier"))
    expect(box.get_by_label("Description of file 1")).to_have_value("A pier in grey light")
    assert posts_of(nixie) == []
    box.get_by_label("Your post").press("Control+Enter")
    expect(box).to_have_count(0)
    page.goto("about:blank")        # the page goes in the seconds of grace: it is sent all the same, and once
    [made] = until(lambda: posts_of(nixie))
    assert made["media_attachments"][0]["description"] == "A pier in grey light"
    assert made["media_attachments"][0]["meta"]["focus"] == {"x": 0.1, "y": 0.0}
    page = window(nixie).open("/")
    expect(page.locator("#main article.post")).to_have_count(1)
    assert len(posts_of(nixie)) == 1


def test_pictures_come_by_paste_and_by_drop(join: Join, window: Open) -> None:
    page = window(join("paste")).open("/")
    page.keyboard.press("n")
    box = composer(page)
    held = base64.b64encode(picture()["buffer"]).decode()
    for number, (event, carries) in enumerate((("ClipboardEvent('paste'", "clipboardData"),
                                               ("DragEvent('drop'", "dataTransfer")), 1):
        box.get_by_label("Your post").evaluate(f"""(at, held) => {{ const hands = new DataTransfer();
          const bytes = Uint8Array.from(atob(held), (one) => one.charCodeAt(0));
          hands.items.add(new File([bytes], 'pier{number}.png', {{type: 'image/png'}}));
          at.dispatchEvent(new {event}, {{{carries}: hands, bubbles: true, cancelable: true}})); }}""", held)
        expect(box.locator(".pieces .file")).to_have_count(number)


def test_what_was_typed_survives_a_reload_and_waits_on_the_server(join: Join, window: Open) -> None:
    oli = join("oli")
    at = window(oli)
    skip_grace(at.page)
    page = at.open("/")
    page.get_by_role("link", name="New post").click()
    box = composer(page)
    page.keyboard.type("Half a thought")
    expect(box.locator(".kept")).to_contain_text("Draft saved")
    page.keyboard.type(", and a bit")
    page.reload()
    page.wait_for_selector(".app > *")
    page.keyboard.press("n")
    box = composer(page)
    expect(box.get_by_label("Your post")).to_have_value("Half a thought, and a bit")
    page.keyboard.press("Escape")
    expect(box.get_by_role("alertdialog")).to_contain_text("Keep what you wrote?")
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("among your drafts")
    [kept] = oli.call("GET", "/api/v1/petrel/drafts")
    assert kept["params"]["text"] == "Half a thought, and a bit"
    page.evaluate("localStorage.clear()")
    page.keyboard.press("n")
    box = composer(page)
    box.get_by_role("button", name="Drafts").click()
    box.get_by_role("button", name=re.compile("Half a thought")).click()
    field = composer(page).get_by_label("Your post")
    expect(field).to_have_value("Half a thought, and a bit")
    field.press("Control+Enter")
    assert until(lambda: posts_of(oli))[0]["content"] == "<p>Half a thought, and a bit</p>"
    until(lambda: oli.call("GET", "/api/v1/petrel/drafts") == [])


def test_a_thread_with_a_poll_a_reply_and_a_quote(join: Join, window: Open) -> None:
    paxton, quy = join("paxton"), join("quy")
    first = quy.write("Terns, anybody?")
    at = window(paxton)
    skip_grace(at.page)
    page = at.open(f"/@quy/{first['id']}")
    page.locator("article.post", has_text="Terns, anybody?").first.focus()
    page.keyboard.press("r")
    box = composer(page, "Reply")
    expect(box.get_by_label("Your reply")).to_have_value("@quy ")
    page.keyboard.type("Here! With @qu")
    expect(box.get_by_role("option", name=re.compile("quy"))).to_be_visible()
    page.keyboard.press("Tab")
    box.get_by_role("button", name="Another post below this one").click()
    page.keyboard.type("How many?")
    box.get_by_role("button", name="Poll").click()
    box.get_by_label("Option 1").fill("One")
    box.get_by_label("Option 2").fill("More")
    box.get_by_role("button", name="Who sees it").click()
    box.get_by_label("Only people you name", exact=True).check()
    box.get_by_role("button", name="Post all").click()
    page.wait_for_function(GONE)
    poll, reply = until(lambda: found if len(found := posts_of(paxton)) == 2 else [])
    assert (reply["in_reply_to_id"], poll["in_reply_to_id"]) == (first["id"], reply["id"])
    assert len(re.findall("@", re.sub("<[^>]*>", "", reply["content"]))) == 2
    assert [one["title"] for one in poll["poll"]["options"]] == ["One", "More"]
    assert reply["reply_policy"] == "mentioned"

    page.locator("article.post", has_text="Terns, anybody?").first.focus()
    page.keyboard.press("q")
    box = composer(page, "Quote")
    expect(box.get_by_label("The post you quote")).to_contain_text("Terns, anybody?")
    page.keyboard.type("Somebody asks")
    page.keyboard.press("Control+Enter")
    page.wait_for_function(GONE)
    quote = until(lambda: found if len(found := posts_of(paxton)) == 3 else [])[0]
    assert quote["quote"]["quoted_status"]["id"] == first["id"]


def test_for_later_and_edited_and_refused(join: Join, window: Open) -> None:
    rui = join("rui")
    old = rui.write("With a mistkae", spoiler_text="Birds")
    at = window(rui)
    skip_grace(at.page)
    page = at.open("/@rui")
    page.keyboard.press("n")
    box = composer(page)
    page.keyboard.type("Good morning")
    box.get_by_role("button", name="Publish later").click()
    box.get_by_role("button", name="Tomorrow at nine").click()
    box.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("It goes out on")
    [due] = rui.call("GET", "/api/v1/scheduled_statuses")
    assert due["params"]["text"] == "Good morning"
    until(lambda: rui.call("GET", "/api/v1/petrel/drafts") == [])

    page.locator("article.post").first.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Edit").click()
    box = composer(page, "Edit your post")
    expect(box.get_by_role("textbox", name="Content warning")).to_have_value("Birds")
    box.get_by_label("Your post").fill("Without a mistake")
    page.keyboard.press("Control+Enter")
    page.wait_for_function(GONE)
    assert rui.call("GET", f"/api/v1/statuses/{old['id']}")["content"] == "<p>Without a mistake</p>"

    page.route("**/api/v1/statuses", lambda route: route.fulfill(status=422, json={"error": "Not today"}))
    page.keyboard.press("n")
    composer(page)
    page.keyboard.type("Refused at first")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text="Not today")).to_be_visible()
    page.unroute("**/api/v1/statuses")
    page.get_by_role("button", name="Open it again").click()
    expect(composer(page).get_by_label("Your post")).to_have_value("Refused at first")
    at.wrong.clear()        # browsers log an answer of 422


LOOK = """(one, of) => { const at = of ? one.querySelector(of) : one, s = getComputedStyle(at);
  return {color: s.color, ground: s.backgroundColor, stroke: s.stroke, line: s.textDecorationLine,
          border: s.borderTopStyle + s.borderTopWidth + s.borderTopColor,
          outline: s.outlineStyle === 'none' ? '' : s.outlineWidth + s.outlineColor}; }"""


def test_where_the_device_chooses_all_colours_nothing_is_told_by_ground_or_shadow(join: Join, window: Open) -> None:
    """Buttons have an edge, the focus a line, what is switched another look than what is not; so has the counter."""
    rhea = join("rhea")
    rhea.write("Grey on grey")
    page = window(rhea, forced_colors="active").open("/")

    def look(of: Locator, part: str = "") -> dict[str, str]:
        found: dict[str, str] = of.evaluate(LOOK, part)
        return found

    like = page.locator("#main .act.like").first
    before = look(like)
    like.press("Enter")
    expect(like).to_have_attribute("aria-pressed", "true")
    assert look(like)["color"] != before["color"] and look(like)["outline"], "pressed, and with the focus"

    page.keyboard.press("n")
    box = composer(page)
    field = box.get_by_label("Your post")
    expect(field).to_be_focused()
    assert look(field)["outline"] not in ("", "2pxrgba(0, 0, 0, 0)")
    button = look(box.get_by_role("button", name="Post", exact=True))
    assert button["border"].startswith("solid1px") and not button["border"].endswith(button["ground"])

    tool = box.get_by_role("button", name="Content warning")
    before = look(tool)
    tool.press("Enter")
    expect(tool).to_have_attribute("aria-pressed", "true")
    field.focus()
    assert look(tool)["outline"] != before["outline"] == ""

    counter = box.locator(".counter")
    field.fill("x" * 10)
    expect(counter).to_have_class("counter")
    few, ring = look(counter), look(counter, ".full")["stroke"]
    assert len({ring, look(counter, ".track")["stroke"], look(box)["ground"]}) == 3, "how full it is stands out"
    field.fill("x" * 600)
    expect(counter).to_have_class("counter over")
    assert look(counter)["line"] == "underline" != few["line"] and look(counter, ".full")["stroke"] != ring
