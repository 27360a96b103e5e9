"""Direct messages as pages, without script, on a real database."""

import pytest

from petrel import app
from petrel.core.doors import Doors
from tests.web.someone import front_door, joined
from tests.web.test_rooms import text_of


@pytest.fixture(scope="module", autouse=True)
def rooms() -> None:
    app.load_rooms()


async def test_messages_stay_among_their_people(site: Doors) -> None:
    door = await front_door()
    mia, nat, oda = await joined(door, "mia", "nat", "oda")
    sent = await mia.submit("/conversations/new", "/conversations/new", to="nat", text="Are you in?")
    assert sent.status == 303 and sent.location.startswith("/conversations/")

    inbox = await nat.get("/conversations")
    assert "Are you in?" in text_of(inbox) and ">new</b>" in inbox.text
    waits = '<span>Messages</span> <b class="badge">1<i class="unseen"> new</i></b>'
    assert waits in (await nat.get("/settings")).text and waits not in (await mia.get("/settings")).text
    page = await nat.get(sent.location)
    assert "Only to mia @mia" in text_of(page) and 'name="audience"' not in page.text
    await nat.submit(sent.location, sent.location, act="read")
    assert waits not in (await nat.get("/settings")).text
    answered = await nat.submit(sent.location, sent.location, text="Yes, from noon", act="send", audience="public")
    assert answered.status == 303
    assert "Yes, from noon" in text_of(await mia.get(sent.location))
    for place in ("/public", "/@nat", "/@nat/with_replies"):
        assert "from noon" not in text_of(await oda.get(place)), place

    leak = await mia.submit(sent.location, sent.location, text="Let us ask @oda", act="send")
    assert leak.status == 422 and "@oda would get this too" in leak.text and "Let us ask @oda" in leak.text
    assert "Let us ask" not in text_of(await oda.get("/conversations"))
    assert (await oda.get(sent.location)).status == 404
    assert (await oda.submit("/conversations/new", sent.location, text="I too", act="send")).status == 404

    await mia.submit(sent.location, sent.location, act="leave")
    assert "Yes, from noon" not in text_of(await mia.get("/conversations"))
    assert "Yes, from noon" in text_of(await nat.get("/conversations"))
    wrong = await mia.submit("/conversations/new", "/conversations/new", to="nobody_such", text="Hello?")
    assert wrong.status == 422 and "Hello?" in wrong.text
