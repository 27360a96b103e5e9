"""The page of a collection, on a real database: following everybody in it, and leaving it."""

import pytest

from petrel import app
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import accounts, collections, moderation, relationships
from petrel.features.moderation import NewReport
from petrel.worker.followers import drain
from tests.people import act
from tests.web.someone import front_door, joined
from tests.web.test_desk import case_of, crew_of
from tests.web.test_rooms import text_of
from tests.web.test_rooms_telling import member


@pytest.fixture(scope="module", autouse=True)
def rooms() -> None:
    app.load_rooms()


async def test_a_collection_is_followed_with_one_button_and_left_with_another(site: Doors) -> None:
    door = await front_door()
    ann, bea, cid, dot = await joined(door, "coann", "cobea", "cocid", "codot")
    people = [(await member(one)) for one in (ann, bea, cid, dot)]
    async with writing(System("tests"), cause="tests") as w:
        for one in people:
            await accounts.set_flags(w, one.account, discoverable=True)
    owner, *others = people
    text = collections.Text("Birds <of> the coast", "Who walks there", "seabirds")
    made = await act(owner, collections.create, text, collections.Marks(), [one.account for one in others[:2]])
    await drain()

    listed = await dot.get("/@coann")
    assert "/@coann/collections" in listed.text
    listed = await dot.get("/@coann/collections")
    assert f'href="/collections/{made.id}"' in listed.text and "Birds &lt;of&gt; the coast" in listed.text
    page = await dot.get(f"/collections/{made.id}")
    said = text_of(page)
    assert "2 accounts" in said and "#seabirds" in said and "Who walks there" in said and "Follow all 2" in said
    assert "<of>" not in page.text and "Leave it" not in said
    await act(people[3], relationships.mute, others[1].account)
    told = await dot.post(f"/collections/{made.id}/follow", csrf=page.hidden["csrf"])
    assert told.location == f"/collections/{made.id}"
    said = text_of(await dot.get(f"/collections/{made.id}"))
    assert "you follow" in said and "Follow" not in said.replace("Follow requests", "")

    mod = await crew_of(door, "comod")
    await act(people[3], moderation.report, NewReport(owner.account, "spam", (made.id,)))
    case = await mod.get(await case_of(mod, "coann"))
    assert f'<label for="post_{made.id}">Birds &lt;of&gt; the coast</label>' in case.text
    await act(System("tests"), accounts.restrict, others[1].account, "suspended")
    assert "1 of them is not shown" in text_of(await ann.get(f"/collections/{made.id}"))
    assert "not shown" not in text_of(await dot.get(f"/collections/{made.id}"))

    told = await bea.get("/notifications")
    assert "recommends you in a collection" in text_of(told) and f'href="/collections/{made.id}"' in told.text
    assert "1 new" in text_of(await bea.get("/")) or "2 new" in text_of(await bea.get("/"))
    page = await bea.get(f"/collections/{made.id}")
    [item] = [line for line in page.text.splitlines() if 'name="item"' in line]
    number = item.partition('value="')[2].partition('"')[0]
    await bea.post(f"/collections/{made.id}/leave", csrf=page.hidden["csrf"], item=number)
    assert "cobea" not in text_of(await dot.get(f"/collections/{made.id}"))
    assert "recommends you" not in text_of(await bea.get("/notifications"))
    assert (await dot.get("/collections/1")).status == 404 and (await dot.get("/collections/x")).status == 404
