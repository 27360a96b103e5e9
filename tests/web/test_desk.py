"""Reporting and the desk, as people meet them: pages of the real program."""

import re

import msgspec
import pytest

from petrel.core import seal
from petrel.core.doors import deriving, reading, writing
from petrel.core.viewer import System
from petrel.features import accounts, cards
from petrel.ops import changes
from petrel.web.rooms import moderating as rooms_moderating
from tests.web.someone import PASSWORD, Someone, front_door, joined
from tests.web.test_rooms import text_of


async def crew_of(site: object, handle: str, role: accounts.Role = "moderator") -> Someone:
    [one] = await joined(site, handle)
    async with writing(System("tests"), cause="tests") as w:
        found = await accounts.find(w, handle)
        await accounts.set_role(w, found.id, role)
    return one


async def case_of(mod: Someone, handle: str) -> str:
    """The address of the open case about somebody, from the queue."""
    found = re.findall(r'href="(/desk/cases/\d+)".*?<bdi>@?(\w+)', (await mod.get("/desk")).text, re.S)
    return next(address for address, about in found if about == handle)


async def test_from_a_report_to_a_take_down_and_back(site):
    door = await front_door()
    ada, ben = await joined(door, "ada", "ben")
    mod = await crew_of(door, "mona")
    post = await ben.write("You are all fools")
    number = post.rpartition("/")[2]
    assert f"/report?post={number}" in (await ada.get(post)).text
    sent = await ada.submit(f"/report?post={number}", "/report", category="violation", comment="Rude to everybody")
    assert sent.location == "/report/taken" and "we have it" in text_of(await ada.get("/report/taken"))

    page = await mod.get(case := await case_of(mod, "ben"))
    assert "You are all fools" in text_of(page) and "Rude to everybody" in text_of(page)
    assert "Tell the police" in text_of(page), "who decides knows of article 18 of the Digital Services Act"
    assert "@ada" not in text_of(page), "who reported is not for moderators"
    decide = {"what": "take_down", "ground": "rules", "reference": "2. Be kind", f"post_{number}": "1"}
    lacking = await mod.submit(case, f"{case}/decide", **decide)
    assert lacking.status == 422 and "The reasons are needed" in lacking.text
    done = await mod.submit(case, f"{case}/decide", **decide, facts="It insults everybody.")
    assert done.location == case
    gone = await ada.get(post)
    assert gone.status == 410 and "You are all fools" not in gone.text
    assert "You are all fools" in text_of(await ben.get(post)), "its author still sees it"
    [undo] = re.findall(r'action="(/desk/decisions/\d+/undo)"', (await mod.get(case)).text)
    assert (await mod.submit(case, undo)).location == case
    assert (await ada.get(post)).status == 200


async def test_what_is_not_public_waits_for_a_reason(site):
    door = await front_door()
    cleo, dan = await joined(door, "cleo", "dan")
    mod = await crew_of(door, "milo")
    post = await dan.write("@cleo between us", audience="direct")
    await cleo.submit(f"/report?post={post.rpartition('/')[2]}", "/report", category="violation")
    case = await case_of(mod, "dan")
    assert "between us" not in (await mod.get(case)).text
    assert (await mod.submit(case, f"{case}/look", reason="x")).status == 422
    assert (await mod.submit(case, f"{case}/look", reason="A threat was reported")).status == 303
    assert "between us" in (await mod.get(case)).text


@pytest.mark.parametrize("path", ["/desk", "/desk?closed=1", "/desk/cases/12345"])
async def test_the_desk_is_not_there_for_others(site, path):
    door = await front_door()
    name = "eve" + str(len(path))
    [eve] = await joined(door, name)
    there, nowhere = await eve.get(path), await eve.get("/@nobody/1")
    assert there.status == 404 and there.body == nowhere.body
    assert (await Someone(door).get(path)).location.startswith("/auth/sign_in")


async def test_somebody_without_an_account_reports_by_address(site):
    door = await front_door()
    [fay] = await joined(door, "fay")
    post = await fay.write("A borrowed poem")
    mod = await crew_of(door, "mira")
    visitor = Someone(door)
    fields = {"category": "copyright", "comment": "It is mine", "name": "A. Writer", "email": "a@writer.example",
              "address": f"http://localhost:8000{post}", "law": "My poem of 2019"}
    assert (await visitor.submit("/report", "/report", **fields)).status == 422
    sent = await visitor.submit("/report", "/report", **fields, good_faith="1")
    assert sent.status == 303 and len(sent.location) > 20
    assert "we have it" in text_of(await visitor.get(sent.location))
    case = await case_of(mod, "fay")
    assert "A borrowed poem" in text_of(await mod.get(case))
    assert "A. Writer" not in (await mod.get(case)).text, "who a notice is from is for admins and owners"


async def test_who_is_suspended_comes_in_to_the_reasons_and_appeals(site):
    door = await front_door()
    gil, hal = await joined(door, "gil", "hal")
    mods = [await crew_of(door, "mods_one"), await crew_of(door, "mods_two")]
    await gil.submit("/report?account=hal", "/report", category="spam", comment="Advertising")
    case = await case_of(mods[0], "hal")
    await mods[0].submit(case, f"{case}/decide", what="suspend", ground="rules", reference="3. No spam",
                         facts="Advertising all day.")
    assert (await hal.get("/settings/privacy")).status == 303, "no further"
    back = Someone(door)
    came = await back.submit("/auth/sign_in", "/auth/sign_in", name="hal", password=PASSWORD)
    assert came.location == "/settings/moderation"
    page = await back.get("/settings/moderation")
    assert "Advertising all day." in text_of(page) and "suspended" in text_of(page)
    assert (await back.get("/settings/privacy")).status == 303
    [form] = re.findall(r'action="(/settings/moderation/\d+/appeal)"', page.text)
    assert (await back.submit("/settings/moderation", form, appeal="It was not me")).status == 303
    [appeal] = re.findall(r'href="(/desk/appeals/\d+)"', (await mods[0].get("/desk/appeals")).text)
    assert "Somebody else" in text_of(await mods[0].get(appeal))
    assert "It was not me" in text_of(await mods[1].get(appeal))
    assert (await mods[1].submit(appeal, appeal, act="grant", answer="You are right")).location == "/desk/appeals"
    assert (await gil.get("/@hal")).status == 200
    assert "You are right" in text_of(await back.get("/settings/moderation"))


async def test_blocks_are_set_compared_with_a_list_and_lifted(site):
    door = await front_door()
    boss, mod = await crew_of(door, "boss", "admin"), await crew_of(door, "molly")
    assert (await boss.submit("/desk/blocks", "/desk/blocks", kind="network", name="198.51.100.0/24")).status == 303
    assert (await boss.submit("/desk/blocks", "/desk/blocks", kind="mail", name="not a name")).status == 422
    page = text_of(await boss.get("/desk/blocks"))
    assert "198.51.100.0/24" in page
    assert "Block another" not in (await mod.get("/desk/blocks")).text
    csrf = (await mod.get("/settings/privacy")).hidden["csrf"]
    assert (await mod.post("/desk/blocks", csrf=csrf, kind="mail", name="x.example")).status == 403
    shown = await boss.submit("/desk/blocks", "/desk/lists/compare", name="Friends", list="bad.example\nworse.example")
    assert "2 new" in text_of(shown) and "bad.example" in shown.text
    assert "bad.example" not in text_of(await boss.get("/desk/blocks")), "nothing changed yet"
    sent = {name: value for name, value in shown.hidden.items() if name in ("csrf", "name", "fingerprint")}
    taken = await boss.post("/desk/lists", **sent, list="bad.example\nworse.example")
    assert taken.status == 303
    page = await boss.get("/desk/blocks")
    assert "bad.example" in text_of(page) and "2 changes" in text_of(page)
    [undo] = re.findall(r'action="(/desk/lists/\d+/undo)"', page.text)
    await boss.submit("/desk/blocks", undo)
    page = await boss.get("/desk/blocks")
    assert "<th scope=\"row\">bad.example" not in page.text
    async with reading(System("tests")) as r:
        back, taken_over = [one for one in await changes.listed(r, 9) if one.kind == "blocks"][:2]
    assert (taken_over.what["to"], back.what) == ("in", taken_over.inverse) and "Friends" in taken_over.reason
    lift = re.findall(r'action="(/desk/blocks/\d+/lift)"', page.text)
    assert lift and (await boss.submit("/desk/blocks", lift[0])).status == 303


async def test_nobody_joins_from_a_blocked_network(site):
    door = await front_door()
    boss = await crew_of(door, "bossy", "admin")
    await boss.submit("/desk/blocks", "/desk/blocks", kind="network", name="127.0.0.0/8")
    await boss.submit("/desk/blocks", "/desk/blocks", kind="network", name="192.0.2.0/24")
    newcomer = Someone(door)
    answer = await newcomer.submit("/auth/sign_up", "/auth/sign_up", handle="bot", password=PASSWORD,
                                   password_again=PASSWORD, agreement="1")
    assert answer.status == 403 and "Nobody can join" in answer.text
    for lift in re.findall(r'action="(/desk/blocks/\d+/lift)"', (await boss.get("/desk/blocks")).text):
        await boss.submit("/desk/blocks", lift)
    assert (await joined(door, "nobot"))


async def test_the_year_in_numbers(site):
    door = await front_door()
    boss, visitor = await crew_of(door, "nora", "owner"), Someone(door)
    rooms_moderating.KEPT.clear()
    exact = text_of(await boss.get("/desk/numbers"))
    assert "Reports: It breaks a rule of this site" in exact and "Decided by a program 0" in exact
    public = text_of(await visitor.get("/about/moderation"))
    assert "Reports: It breaks a rule of this site under 10" in public
    table = await boss.get("/desk/numbers?as=csv")
    assert table.headers["content-type"].startswith("text/csv") and ",report,violation,2," in table.text
    for path in ("/about/moderation?year=1999", "/about/moderation?year=3000"):
        assert (await visitor.get(path)).status == 404
    [otto] = await joined(door, "otto")
    assert (await otto.get("/desk/numbers")).status == 404


async def test_the_crew_says_what_may_be_shown_of_what_is_talked_about(site):
    door = await front_door()
    people = await joined(door, "tess", "tom", "tia")
    mod = await crew_of(door, "mave")
    post = int((await people[0].write("The #sanderlings are back")).rpartition("/")[2])
    async with writing(System("tests"), cause="tests") as w:
        author = (await accounts.find(w, "tess")).id
    async with deriving("tests") as w:
        await w.execute("insert into discovery.post_trend (post, author, score) values ($1, $2, 4)", post, author)
    page = text_of(await mod.get("/desk/trends"))
    assert "sanderlings are back" in page and "not looked at" in page
    sent = await mod.submit("/desk/trends", "/desk/trends", kind="post", thing=str(post), act="approve")
    assert sent.location == "/desk/trends" and "approved" in text_of(await mod.get("/desk/trends"))
    assert (await mod.submit("/desk/trends", "/desk/trends", kind="post", thing="x", act="approve")).status == 404
    assert (await people[1].get("/desk/trends")).status == 404
    async with deriving("tests") as w:
        card = cards.Card("https://birds.example/flat", "On a <flat>")
        secret = await seal.secret("cards")
        await w.execute("insert into cards.card (id, digest, state, expires_at, sealed_card) values "
                        "(7, 'x', 1, now() + interval '1 day', $1)", seal.seal(secret, 7, msgspec.json.encode(card)))
        await w.execute("insert into discovery.link_trend (link, card, publisher, score, samples) "
                        "values (5, 7, 6, 1, $1)", [post])
    page = (await mod.get("/desk/trends")).text
    assert "0 accounts and 0 posts today" in page, "just after midnight, say"
    assert "On a &lt;flat&gt;" in page and 'href="https://birds.example/flat"' in page
    assert "not looked at" in page[page.index('id="links"'):]
    sent = await mod.submit("/desk/trends", "/desk/trends", kind="publisher", thing="6", act="reject")
    page = (await mod.get("/desk/trends")).text
    assert sent.location == "/desk/trends" and page[page.index('id="links"'):].count("rejected") == 2
    assert (await mod.submit("/desk/trends", "/desk/trends", kind="link", thing="9", act="reject")).status == 404
