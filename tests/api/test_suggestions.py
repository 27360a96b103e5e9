"""Whom to follow, and the directory, over HTTP."""

import pytest

from petrel.core.doors import deriving, writing
from petrel.core.viewer import System
from petrel.features.discovery import erasing
from tests.api.members import Members, Person

V2, V1, DIRECTORY = "/api/v2/suggestions", "/api/v1/suggestions", "/api/v1/directory"


@pytest.fixture
def api(api) -> Members:
    return Members(api)


async def follow(api: Members, who: Person, *whom: Person) -> None:
    for one in whom:
        assert (await api.post(f"/api/v1/accounts/{one.id}/follow", as_=who)).status == 200


async def say(api: Members, who: Person, text: str = "hello", **more: object) -> int:
    return int((await api.post("/api/v1/statuses", as_=who, status=text, **more)).json["id"])


async def proposed(api: Members, who: Person, among: list[Person] | None = None) -> dict[int, list[str]]:
    """Number -> sources, in their order; of `among` only."""
    told = (await api.get("/api/v2/suggestions?limit=80", as_=who)).json
    found = {int(one["account"]["id"]): one["sources"] for one in told}
    assert (await api.get("/api/v1/suggestions?limit=80", as_=who)).ids == list(found)
    return {n: why for n, why in found.items() if among is None or n in {one.id for one in among}}


async def test_friends_of_friends_come_before_who_is_read_most_and_the_crews_picks_before_both(api):
    me, = await api.join()
    friends = await api.join(2)
    loud, twice, once, picked = await api.join(4, discoverable=True)
    all_ = [loud, twice, once, picked]
    await say(api, loud)
    assert await proposed(api, me, all_) == {loud.id: ["most_followed"]}
    await follow(api, me, *friends)
    await follow(api, friends[0], twice, once, *friends[1:])
    await follow(api, friends[1], twice, loud)
    assert list(await proposed(api, me, all_)) == [twice.id, loud.id, once.id] or [twice.id, once.id, loud.id]
    moderator = await api.crew("moderator")
    await follow(api, moderator, picked, once)
    await api.post(f"/api/v1/accounts/{picked.id}/endorse", as_=moderator)
    told = await proposed(api, me, all_)
    assert list(told)[:2] == [picked.id, twice.id]
    assert (told[picked.id], told[twice.id], told[once.id]) == (
        ["featured"], ["friends_of_friends"], ["friends_of_friends"])
    [first, second] = (await api.get(V2 + "?limit=2", as_=me)).json
    assert (first["source"], second["source"]) == ("staff", "past_interactions")
    assert int((await api.get(V2 + "?limit=1&offset=1", as_=me)).json[0]["account"]["id"]) == twice.id
    await api.set(friends[0], hides_network=True)
    await api.set(twice, hides_network=True)
    assert set(await proposed(api, me, [twice, once])) == set()


async def test_who_is_never_proposed(api):
    me, friend = await api.join(2)
    whom = await api.join(9, discoverable=True)
    blocked, blocks, muted, followed, asked, limited, suspended, shy, dismissed = whom
    await follow(api, friend, *whom)
    for one in whom:
        await say(api, one)
    await follow(api, me, friend)
    assert set(await proposed(api, me, whom)) == {one.id for one in whom}
    await api.post(f"/api/v1/accounts/{blocked.id}/block", as_=me)
    await api.post(f"/api/v1/accounts/{me.id}/block", as_=blocks)
    await api.post(f"/api/v1/accounts/{muted.id}/mute", as_=me)
    await api.set(asked, is_protected=True)
    await follow(api, me, followed, asked)
    await api.set(limited, state=8)
    await api.set(suspended, state=128)
    await api.set(shy, is_discoverable=False)
    assert set(await proposed(api, me, whom)) == {dismissed.id}
    assert (await api.ask("DELETE", f"/api/v1/suggestions/{dismissed.id}", as_=me)).json == {}
    assert (await api.ask("DELETE", f"/api/v1/suggestions/{dismissed.id}", as_=me)).status == 200
    assert await proposed(api, me, whom) == {}
    for nobody in (suspended.id + 1, 5):
        assert (await api.ask("DELETE", f"/api/v1/suggestions/{nobody}", as_=me)).status == 404


async def test_a_dismissal_goes_with_either_of_the_two(api):
    me, other = await api.join(2, discoverable=True)

    async def kept() -> int:
        async with deriving("tests") as w:
            return int(await w.value("select count(*) from discovery.dismissed where account = any ($1) or other = any "
                                     "($1)", [me.id, other.id]))

    for gone in (me, other):
        await api.ask("DELETE", f"/api/v1/suggestions/{other.id}", as_=me)
        assert await kept() == 1
        assert (await erasing.erase(gone.id, "")).gone == 1
        assert await kept() == 0


async def test_the_directory_has_who_wants_to_be_found_and_hides_whom_the_viewer_may_not_meet(api):
    me, = await api.join()
    old, quiet, new = people = [(await api.join(discoverable=True))[0] for _ in range(3)]
    shy, = await api.join()
    for one in (new, shy, old):
        await say(api, one)
    await say(api, quiet, visibility="private")
    among = {one.id for one in (*people, shy)}

    async def listed(query: str, as_: Person | None = None) -> list[int]:
        return [n for n in (await api.get(f"/api/v1/directory?limit=80&{query}", as_=as_)).ids if n in among]

    assert await listed("order=new") == await listed("order=new&local=true") == [new.id, quiet.id, old.id]
    assert await listed("") == await listed("order=active", me) == [old.id, new.id]
    first = (await api.get(DIRECTORY + "?order=new&limit=1")).ids
    assert first + (await api.get(DIRECTORY + "?order=new&limit=1&offset=1")).ids == (
        await api.get(DIRECTORY + "?order=new&limit=2")).ids
    await api.post(f"/api/v1/accounts/{me.id}/block", as_=old)
    await api.post(f"/api/v1/accounts/{new.id}/mute", as_=me)
    assert (await listed("order=new", me), await listed("order=active", me)) == ([quiet.id], [])
    async with writing(System("test"), cause="test") as w:
        await w.execute("update relationships.relation set muting_until = now() - interval '1 h' "
                        "where owner = $1 and other = $2", me.id, new.id)
        w.record("relationships.mute.created", me.id)
    assert (await listed("order=new", me), await listed("order=active", me)) == ([new.id, quiet.id], [new.id])
    await api.set(new, is_protected=True)
    await api.set(old, state=8)
    assert (await listed("order=new"), await listed("order=active")) == ([new.id, quiet.id], [])
    for bad in ("order=best", "limit=-1", "offset=-1"):
        assert (await api.get(f"{DIRECTORY}?{bad}")).status in (400, 422)
