"""Polls, as apps and their voters meet them."""

import asyncio

import pytest

from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import posts
from tests.api.members import Members
from tests.drain import drain

AGAIN, NO_OPTION = "You have already voted on this poll", "The chosen vote option does not exist"


@pytest.fixture
def api(api):
    return Members(api)


async def ask(api, who, *options, **more):
    poll = {"options": options or ["Tea", "Coffee", "Water"], "expires_in": 3600}
    named = {name: more.pop(name) for name in ("visibility",) if name in more}
    told = await api.post("/api/v1/statuses", as_=who, status="Which?", poll=poll | more, **named)
    assert told.status == 200, told.json
    return told.json


async def vote(api, poll, who, *choices):
    return await api.post(f"/api/v1/polls/{poll['id']}/votes", as_=who, choices=list(choices))


async def end(poll):
    """An hour later, as far as the poll goes."""
    number = int(poll["id"])
    async with writing(System("test"), cause="test") as w:
        await w.execute("update posts.poll set expires_at = now() where id = $1", number)
        w.record("posts.poll.changed", number)
    await posts.polls.end()
    await drain("notifications")


def counts(poll):
    return [one["votes_count"] for one in poll["options"]], poll["votes_count"], poll["voters_count"]


async def test_a_poll_from_asking_to_voting(api):
    ann, ben, cat = await api.join(3)
    asked = await ask(api, ann)
    poll = asked["poll"]
    assert [one["title"] for one in poll["options"]] == ["Tea", "Coffee", "Water"] and poll["id"] == asked["id"]
    assert (poll["expired"], poll["multiple"], poll["voted"], poll["own_votes"]) == (False, False, True, [])
    assert counts(poll) == ([0, 0, 0], 0, 0)
    after = (await vote(api, poll, ben, "1")).json
    assert (after["voted"], after["own_votes"]) == (True, [1]) and counts(after) == ([0, 1, 0], 1, 1)
    assert (await vote(api, poll, cat, 1)).status == 200
    for who, voted in ((ann, (True, [])), (ben, (True, [1])), (None, None)):
        seen = (await api.get(f"/api/v1/polls/{poll['id']}", as_=who)).json
        whole = (await api.get(f"/api/v1/statuses/{asked['id']}", as_=who)).json["poll"]
        assert seen == whole and counts(seen) == ([0, 2, 0], 2, 2)
        assert ((seen["voted"], seen["own_votes"]) if "voted" in seen else None) == voted
    [home] = (await api.get("/api/v1/timelines/home?limit=1", as_=ann)).json
    assert home["poll"] == (await api.get(f"/api/v1/polls/{poll['id']}", as_=ann)).json


async def test_what_is_refused_at_voting(api):
    ann, ben = await api.join(2)
    poll = (await ask(api, ann))["poll"]
    for choices, text in (([], NO_OPTION), (["3"], NO_OPTION), (["-1"], NO_OPTION), (["x"], NO_OPTION),
                          (["9" * 50], NO_OPTION), (["0", "1"], AGAIN)):
        told = await vote(api, poll, ben, *choices)
        assert (told.status, told.error) == (422, text), choices
    told = await vote(api, poll, ann, "0")
    assert (told.status, told.error) == (422, "You can't vote in your own polls")
    assert (await vote(api, poll, ben, "0")).status == 200
    assert (await vote(api, poll, ben, "1")).error == AGAIN
    assert (await vote(api, {"id": "1"}, ben, "1")).status == 404
    assert (await vote(api, poll, None, "1")).status == 401
    await end(poll)
    assert (await vote(api, poll, ann, "0")).error == "The poll has already ended"


async def test_several_choices_and_hidden_counts(api):
    ann, ben = await api.join(2)
    poll = (await ask(api, ann, multiple=True, hide_totals=True))["poll"]
    after = (await vote(api, poll, ben, "0", "2", "2")).json
    assert after["own_votes"] == [0, 2] and counts(after) == ([None] * 3, 2, 1)


async def test_racing_votes_count_once(api):
    ann, ben = await api.join(2)
    poll = (await ask(api, ann))["poll"]
    told = await asyncio.gather(*(vote(api, poll, ben, str(n % 3)) for n in range(8)))
    assert sorted(one.status for one in told) == [200] + [422] * 7
    assert counts((await api.get(f"/api/v1/polls/{poll['id']}", as_=ann)).json)[1:] == (1, 1)


@pytest.mark.parametrize("poll, text", [
    ({"options": ["a"]}, "Options must have more than one item"),
    ({"options": ["a", " "]}, "Options must have more than one item"),
    ({"options": list("abcde")}, "Options can't contain more than 4 items"),
    ({"options": ["x"] * 900}, "Options can't contain more than 4 items"),
    ({"options": ["a", "b" * 51]}, "Options cannot be longer than 50 characters each"),
    ({"options": ["a", "a"]}, "Options contain duplicate items"),
    ({"options": ["a", "b"], "expires_in": 299}, "Expires at is too soon"),
    ({"options": ["a", "b"], "expires_in": -5}, "Expires at is too soon"),
    ({"options": ["a", "b"], "expires_in": 10 ** 12}, "Expires at is too far into the future"),
    ({"options": ["a", "b"], "expires_in": None}, "Expires at can't be blank: say expires_in, in seconds"),
])
async def test_what_a_poll_cannot_be(api, poll, text):
    ann, = await api.join()
    told = await api.post("/api/v1/statuses", as_=ann, status="Which?", poll={"expires_in": 3600, **poll})
    assert (told.status, told.error) == (422, f"Validation failed: {text}")


async def test_not_in_messages(api):
    ann, = await api.join()
    poll = {"options": ["a", "b"], "expires_in": 3600}
    told = await api.post("/api/v1/statuses", as_=ann, status="x", poll=poll, visibility="direct")
    assert (told.status, told.error) == (422, "Validation failed: A direct message cannot have a poll")


async def test_who_may_not_see_it_cannot_vote(api):
    ann, ben, cat = await api.join(3)
    await api.post(f"/api/v1/accounts/{ann.id}/follow", as_=ben)
    poll = (await ask(api, ann, visibility="private"))["poll"]
    assert (await vote(api, poll, cat, "0")).status == 404
    assert (await api.get(f"/api/v1/polls/{poll['id']}", as_=cat)).status == 404
    assert (await vote(api, poll, ben, "0")).status == 200
    await api.post(f"/api/v1/accounts/{ben.id}/block", as_=ann)
    assert (await api.get(f"/api/v1/polls/{poll['id']}", as_=ben)).status == 404


async def test_at_its_end_author_and_voters_are_told(api):
    ann, ben, cat, dan = await api.join(4)
    poll = (await ask(api, ann))["poll"]
    await vote(api, poll, ben, "0")
    await vote(api, poll, cat, "1")
    await api.post(f"/api/v1/accounts/{ann.id}/mute", as_=cat)
    await end(poll)
    for who, told in ((ann, 1), (ben, 1), (cat, 0), (dan, 0)):
        found = (await api.get("/api/v1/notifications?types[]=poll", as_=who)).json
        assert len(found) == told, who
        for one in found:
            assert one["type"] == "poll" and one["account"]["id"] == str(ann.id)
            assert one["status"]["poll"]["expired"] and one["status"]["poll"]["id"] == poll["id"]
    assert await posts.polls.end() is None
    await api.ask("DELETE", f"/api/v1/statuses/{poll['id']}", as_=ann)
    await drain("notifications")
    assert (await api.get("/api/v1/notifications?types[]=poll", as_=ben)).json == []


async def test_an_edit_of_the_options_begins_anew(api):
    ann, ben = await api.join(2)
    poll = (await ask(api, ann, "Tea", "Coffee"))["poll"]
    await vote(api, poll, ben, "1")
    target = f"/api/v1/statuses/{poll['id']}"
    same = (await api.ask("PUT", target, as_=ann, status="What?")).json["poll"]
    assert counts(same) == ([0, 1], 1, 1)
    longer = {"options": ["Tea", "Coffee"], "expires_in": 7200}
    same = (await api.ask("PUT", target, as_=ann, status="What?", poll=longer)).json["poll"]
    assert counts(same) == ([0, 1], 1, 1) and same["expires_at"] > poll["expires_at"]
    other = (await api.ask("PUT", target, as_=ann, poll={"options": ["Tea", "Milk"], "expires_in": 3600})).json["poll"]
    assert counts(other) == ([0, 0], 0, 0)
    seen = (await api.get(f"/api/v1/polls/{poll['id']}", as_=ben)).json
    assert (seen["voted"], seen["own_votes"]) == (False, []) and seen["options"][1]["title"] == "Milk"
    assert (await vote(api, poll, ben, "1")).status == 200
    versions = (await api.get(f"{target}/history", as_=ben)).json
    assert [one["poll"]["options"][1]["title"] for one in versions] == ["Coffee", "Coffee", "Coffee", "Milk"]
    gone = (await api.ask("PUT", target, as_=ann, poll=None)).json
    assert gone["poll"] is None and (await api.get(f"/api/v1/polls/{poll['id']}", as_=ben)).status == 404


async def votes_of(poll):
    async with reading(System("test")) as r:
        return await r.value("select count(*) from posts.vote where post = $1", int(poll["id"]))


async def test_deleting_a_post_destroys_its_votes(api):
    ann, ben = await api.join(2)
    poll = (await ask(api, ann))["poll"]
    await vote(api, poll, ben, "1")
    assert await votes_of(poll) == 1
    await api.ask("DELETE", f"/api/v1/statuses/{poll['id']}", as_=ann)
    assert await votes_of(poll) == 0 and (await vote(api, poll, ben, "1")).status == 404


async def test_nobody_but_functions_can_read_what_somebody_chose(api, site):
    for role in ("reader", "writer", "system"):
        async with site.pools[role].acquire() as connection:
            with pytest.raises(Exception, match="permission denied"):
                await connection.fetch("select choices from posts.vote")


async def test_a_scheduled_poll_begins_when_it_is_published(api):
    ann, = await api.join()
    poll = {"options": ["a", "b"], "expires_in": 3600, "multiple": True}
    told = await api.post("/api/v1/statuses", as_=ann, status="x", poll=poll, scheduled_at="2099-01-01T00:00:00Z")
    assert told.json["params"]["poll"] == {"options": ["a", "b"], "expires_in": 3600, "multiple": True,
                                           "hide_totals": False}
