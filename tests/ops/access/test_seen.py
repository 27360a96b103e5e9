"""Who saw what is not public: the records against what was really on every page that was asked for."""

import json
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from petrel import app
from petrel.core import seen
from petrel.core.doors import current, reading, writing
from petrel.core.viewer import Member
from petrel.features import lists, posts, relationships
from petrel.features.posts import Audience
from petrel.features.relationships import filters
from petrel.ops import access
from petrel.ops.access import NotAllowed, jobs
from petrel.worker import jobs as worker
from tests.api.plain import Client
from tests.crew import approve, as_owner, crew, session_of
from tests.drain import drain
from tests.people import follow, mark, publish, signed_in, tell
from tests.web.someone import Someone, front_door

pytestmark = pytest.mark.usefixtures("site")
app.load_api()
SINCE = datetime.now(UTC).replace(microsecond=0)
Read = tuple[int, int, str]


class World:
    """People, what they wrote for some people only, and what was on the pages that were asked for."""

    def __init__(self) -> None:
        self.api = Client()
        self.web: dict[int, Someone] = {}
        self.tokens: dict[int, str] = {}
        self.people: dict[str, Member] = {}
        self.authors: dict[int, int] = {}                    # of what is not public
        self.marks: dict[str, int] = {}                      # what a text is known by on a page
        self.read: Counter[Read] = Counter()

    async def write(self, who: str, text: str, **draft: Any) -> int:
        mark_of = f"mark{len(self.marks):03d}x"
        made = await publish(self.people[who], f"{text} {mark_of} lighthouse", **draft)
        self.marks[mark_of] = made.id
        if draft.get("audience", Audience.PUBLIC) > Audience.UNLISTED or who == "pat":
            self.authors[made.id] = made.author
        return made.id

    def expect(self, who: str, surface: str, ids: set[int]) -> None:
        me = self.people[who].account
        self.read.update({(me, one, surface) for one in ids if self.authors.get(one, me) != me})

    async def ask(self, who: str, target: str, surface: str, method: str = "GET") -> set[int]:
        answer = await self.api(method, target, token=self.tokens[self.people[who].account])
        found = set(_statuses(json.loads(answer.body))) if answer.status == 200 else set()
        self.expect(who, surface, found)
        return found

    async def look(self, who: str, path: str, *surfaces: str) -> set[int]:
        """A page; `surfaces`: of the post that it is the page of, and of everything else."""
        answer = await self.web[self.people[who].account].get(path)
        found = {self.marks[one] for one in re.findall(r"mark\d{3}x", answer.text)}
        found |= {int(one) for one in re.findall(r'id="p(\d+)"', answer.text)}
        found = found if answer.status == 200 else set()
        of_itself = {one for one in found if path.endswith(f"/{one}")}
        self.expect(who, surfaces[0], of_itself if len(surfaces) > 1 else found)
        if len(surfaces) > 1:
            self.expect(who, surfaces[1], found - of_itself)
        return found


def _statuses(found: Any) -> list[int]:
    if isinstance(found, list):
        return [one for part in found for one in _statuses(part)]
    if not isinstance(found, dict):
        return []
    mine = [int(found["id"])] if {"uri", "visibility", "content"} <= found.keys() else []
    return mine + [one for part in found.values() for one in _statuses(part)]


@pytest.fixture
def world() -> World:
    return World()


async def populate(w: World) -> dict[str, int]:
    app.load_rooms()
    open_, protected = await signed_in("ann", "bob", "cat", "dan"), await signed_in("pat", protected=True)
    for member, token in [*open_, *protected]:
        name = ("ann", "bob", "cat", "dan", "pat")[len(w.people)]
        w.people[name], w.tokens[member.account] = member, token
    site = await front_door()
    for member in w.people.values():
        from petrel.features.accounts import tokens

        someone = w.web[member.account] = Someone(site)
        async with writing(await session_of(member.account), cause="t") as t:
            someone.cookies["petrel_session"] = (await tokens.open_session(t, member.account)).token
    ann, bob, cat, _, pat = w.people.values()
    for reader in (bob, cat):
        await follow(reader, ann, pat)
        async with writing(pat, cause="t") as t:
            await relationships.accept(t, reader.account)
    await follow(ann, bob)
    w.read.clear()
    made = {"public": await w.write("ann", "for all")}
    for number in range(4):
        made[f"f{number}"] = await w.write("ann", f"for followers {number}", audience=Audience.FOLLOWERS)
        made[f"p{number}"] = await w.write("pat", f"protected {number}")
    made["alone"] = await w.write("dan", "nobody follows me", audience=Audience.FOLLOWERS)
    made["answer"] = await w.write("bob", "@ann an answer", audience=Audience.FOLLOWERS, reply_to=made["f0"])
    made["filtered"] = await w.write("ann", "turnips", audience=Audience.FOLLOWERS)
    for text in ("@bob a secret", "@bob another"):
        made["dm"] = (await tell(ann, f"{text} mark9{len(w.marks):02d}x")).id
        w.marks[f"mark9{len(w.marks):02d}x"] = made["dm"]
        w.authors[made["dm"]] = ann.account
    made["reply_dm"] = w.marks["mark999x"] = (await tell(bob, "@ann thanks mark999x", reply_to=made["dm"])).id
    w.authors[made["reply_dm"]] = bob.account
    boost = await mark(pat, made["public"], posts.Mark.BOOST)
    assert boost.boost is not None
    made["boost"] = boost.boost
    w.authors[boost.boost] = pat.account
    own = await mark(ann, made["f2"], posts.Mark.BOOST)       # for followers, inside another for followers
    assert own.boost is not None
    made["own_boost"] = own.boost
    w.authors[own.boost] = ann.account
    await mark(bob, made["f1"], posts.Mark.LIKE)
    await mark(bob, made["p1"], posts.Mark.BOOKMARK)
    async with writing(cat, cause="t") as t:
        await filters.create(t, filters.FilterDraft(
            title="no turnips", contexts=("home", "account", "public", "thread", "notifications"), action="hide",
            keywords=(filters.KeywordChange(keyword="turnips"),)))
    async with writing(bob, cause="t") as t:
        made["list"] = (await lists.create(t, "friends")).id
        await lists.add(t, made["list"], [ann.account, pat.account])
    async with writing(ann, cause="t") as t:
        content, _ = await posts.own(t, made["f2"])
        await posts.edit(t, made["f2"], posts.Draft(content.text + " edited"))
    await drain()
    await worker.drain()
    return made


def asks(w: World, made: dict[str, int]) -> list[Any]:
    """Everything there is to ask for, as functions of who asks."""
    ann, pat = w.people["ann"].account, w.people["pat"].account
    api = {
        "/api/v1/timelines/home?limit=3": "home", "/api/v1/timelines/home": "home", "/api/v1/timelines/public": "pub",
        f"/api/v1/timelines/home?limit=2&min_id={made['f0']}": "home",
        f"/api/v1/accounts/{ann}/statuses?limit=2": "prof", f"/api/v1/accounts/{pat}/statuses": "prof",
        f"/api/v1/accounts/{ann}/statuses?exclude_replies=true&limit=40": "prof",
        f"/api/v1/statuses/{made['f0']}/context": "thrd", f"/api/v1/statuses/{made['answer']}/context": "thrd",
        f"/api/v1/statuses?id[]={made['f0']}&id[]={made['p0']}&id[]={made['alone']}&id[]={made['public']}": "api",
        "/api/v1/conversations": "api", "/api/v1/favourites": "api", "/api/v1/bookmarks": "api",
        "/api/v1/notifications?limit=2&types[]=mention": "ntf", "/api/v2/notifications?types[]=mention": "ntf",
        "/api/v1/notifications/unread_count": "ntf", "/api/v2/notifications/unread_count": "ntf",
        "/api/v2/search?q=lighthouse&type=statuses&limit=3": "srch", "/api/v2/search?q=%22followers+1%22": "srch",
        f"/api/v1/timelines/list/{made['list']}?limit=4": "list",
        f"/api/v1/statuses/{made['f1']}/favourited_by": "cnt", f"/api/v1/statuses/{made['f0']}/source": "api",
        **{f"/api/v1/statuses/{made[one]}": "api" for one in made if one != "list"},
    }
    web = [("/", ("home",)), ("/@ann", ("prof",)), ("/@pat", ("prof",)), ("/public", ("pub",)),
           ("/search?q=lighthouse", ("srch",)), ("/notifications", ("ntf",)),
           *((f"/@ann/{made[one]}", ("link", "thrd")) for one in ("f0", "f3", "dm", "filtered", "alone")),
           (f"/@pat/{made['p2']}", ("link", "thrd")), (f"/@bob/{made['answer']}", ("link", "thrd"))]
    return [*((w.ask, target, surface) for target, surface in api.items()),
            *((w.look, path, *surfaces) for path, surfaces in web)]


async def told(world: World, about: str, until: datetime | None = None) -> access.who_saw.Answer:
    """The answer to a question that two people ask."""
    await seen.flush(current().pools["system"].fetch)
    one, other = world.crew  # type: ignore[attr-defined]
    what = access.who_saw.particulars(about, SINCE, until or datetime.now(UTC) + timedelta(hours=1))
    async with writing(one, cause="t") as w:
        request = await access.ask(w, "privacy.who-saw", what, "somebody complained")
    await approve(other, request)
    return await access.who_saw.answer(one, request.id, what)


async def test_exactly_what_was_on_the_pages(world, addresses):
    made = await populate(world)
    world.crew = await crew(kim="admin", lou="moderator")
    plan = [(one, who) for one in asks(world, made) for who in world.people] * 2     # the second time from copies
    random.Random(7).shuffle(plan)  # noqa: S311
    for (do, *how), who in plan:
        await do(who, *how)
    # Twice the edit history, and what marking answers with.
    for who in ("bob", "cat", "dan"):
        answer = await world.api("GET", f"/api/v1/statuses/{made['f2']}/history",
                                 token=world.tokens[world.people[who].account])
        world.expect(who, "api", {made["f2"]} if answer.status == 200 else set())
        await world.ask(who, f"/api/v1/statuses/{made['f3']}/favourite", "api", "POST")
        await world.ask(who, f"/api/v1/statuses/{made['f3']}", "api", "DELETE")

    found: Counter[Read] = Counter()
    for author in ("ann", "pat", "bob"):
        answer = await told(world, f"@{author}")
        assert answer.changed == 0 and all(one.author == world.people[author].account for one in answer.sights)
        found.update((one.account, one.post, one.surface) for one in answer.sights)
    assert sum(world.read.values()) > 250 and len({one[2] for one in world.read}) >= 8
    assert found - world.read == Counter(), "what nobody was shown"
    assert world.read - found == Counter(), "what somebody was shown"

    one = await told(world, str(made["f1"]))
    assert Counter((s.account, s.post, s.surface) for s in one.sights) == Counter(
        {read: count for read, count in world.read.items() if read[1] == made["f1"]})
    assert {s.handle for s in one.sights} == {"bob", "cat"} and all(s.policy >= 1 for s in one.sights)
    assert (await told(world, str(made["alone"]))).sights == []
    early = await told(world, "@ann", until=SINCE + timedelta(seconds=1))
    assert len(early.sights) < len(found)


async def test_nobody_reads_the_records_alone(world, addresses):
    one, two = world.crew = await crew(max="admin", nel="admin")
    what = access.who_saw.particulars("@max", SINCE, SINCE + timedelta(days=1))
    async with writing(one, cause="t") as w:
        request = await access.ask(w, "privacy.who-saw", what, "somebody complained")
    for who in (one, two):
        with pytest.raises(NotAllowed, match="approved it yet"):
            await access.who_saw.answer(who, request.id, what)
    await approve(two, request)
    with pytest.raises(NotAllowed, match="something else"):
        await access.who_saw.answer(one, request.id, what | {"about": "@nel"})
    with pytest.raises(NotAllowed, match="Only whoever asked"):
        await access.who_saw.answer(two, request.id, what)
    bound = (await as_owner(addresses, "select bound from access.request where id = $1", request.id))[0][0]
    for role in ("reader", "writer", "system"):
        async with current().pools[role].acquire() as connection:
            for sql in ("select sealed_private from access.seen_key", "select sealed from access.seen"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch(sql)
            if role == "writer":         # a captured web process knows the digest of a request, and nobody's session
                for digest in (b"", b"x" * 32, two.digest):
                    assert await connection.fetch("select * from access.open_seen($1, $2, $3, $4, $5)", digest,
                                                  request.id, bound, SINCE, SINCE + timedelta(days=1)) == []
    assert (await access.who_saw.answer(one, request.id, what)).sights == []
    with pytest.raises(NotAllowed, match="has been used"):
        await access.who_saw.answer(one, request.id, what)
    journal = await as_owner(addresses, "select kind, actor, refs from journal.entry where kind like 'access.%' "
                                        "and $1 = any (refs)", request.id)
    assert [(row["kind"], row["actor"], list(row["refs"])) for row in journal] == [
        ("access.seen.told", one.account, [request.id, 0])]


async def test_a_page_is_one_record_and_says_nothing_but_when(world, addresses):
    world.crew = await crew(uma="admin", vic="admin")
    [(ann, _), (ben, _)] = await signed_in("anna", "benno")
    await follow(ben, ann)
    made = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    other = await publish(ann, "another", audience=Audience.FOLLOWERS)
    async with reading(ben) as r:
        assert len(await posts.shown(r, posts.Surface.API, [made.id, other.id])) == 2
    answer = await told(world, "@anna")
    assert len(answer.sights) == 2 and answer.pages == 1
    await seen.flush(current().pools["system"].fetch)
    rows = await as_owner(addresses, "select * from access.seen order by until_at desc limit 1")
    plain = b"".join(value for value in rows[0].values() if isinstance(value, bytes))
    for number in (ann.account, ben.account, made.id):
        assert number.to_bytes(8, "little") not in plain and number.to_bytes(8, "big") not in plain
        assert number not in rows[0].values()


async def test_a_changed_record_is_told_and_the_others_with_it(world, addresses):
    world.crew = await crew(opa="admin", pim="admin")
    [(ann, _), (ben, _)] = await signed_in("annika", "bente")
    await follow(ben, ann)
    made = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    for _ in range(3):
        async with reading(ben) as r:
            await posts.shown(r, posts.Surface.API, [made.id])
    await seen.flush(current().pools["system"].fetch)
    assert len((await told(world, str(made.id))).sights) == 3
    await as_owner(addresses, "update access.seen set sealed = set_byte(sealed, length(sealed) - 1, "
                              "get_byte(sealed, length(sealed) - 1) # 1) "
                              "where (spool, place) = (select spool, place from access.seen order by until_at desc "
                              "limit 1)")
    answer = await told(world, str(made.id))
    assert len(answer.sights) == 2 and answer.changed == 1


async def test_what_is_not_answered_is_not_recorded_and_what_cannot_be_recorded_is_not_answered(monkeypatch):
    [(ann, _), (ben, _)] = await signed_in("anouk", "bas")
    await follow(ben, ann)
    made = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    kept = []
    monkeypatch.setattr(seen, "write_down", lambda viewer, pages: kept.append(pages))
    with pytest.raises(ZeroDivisionError):
        async with reading(ben) as r:
            await posts.shown(r, posts.Surface.API, [made.id])
            raise ZeroDivisionError
    async with reading(ann) as r:                                    # one's own
        await posts.shown(r, posts.Surface.API, [made.id])
    assert kept == []

    def full(*_args: object) -> None:
        raise OSError("no space")

    monkeypatch.undo()
    monkeypatch.setattr("petrel.core.spool.Segment.append", full)
    with pytest.raises(Exception, match="cannot be shown now"):
        async with reading(ben) as r:
            await posts.shown(r, posts.Surface.API, [made.id])


async def test_looks_of_the_crew_are_counted_by_month(world, addresses):
    world.crew = await crew(sam="admin", tia="admin")
    [(ann, _), (ben, _)] = await signed_in("alida", "berend")
    await follow(ben, ann)
    made = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    async with reading(ben) as r:
        await posts.shown(r, posts.Surface.API, [made.id])
    for _ in range(2):
        await told(world, str(made.id))
    rows = await as_owner(addresses, "select looks, month from access.look_count where account = $1", ann.account)
    assert [(row["looks"], row["month"].day) for row in rows] == [(2, 1)]


async def test_after_ninety_days_nobody_can_tell(world, addresses):
    world.crew = await crew(quin="admin", ron="admin")
    [(ann, _), (ben, _)] = await signed_in("aniek", "boris")
    await follow(ben, ann)
    made = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    async with reading(ben) as r:
        await posts.shown(r, posts.Surface.API, [made.id])
    assert len((await told(world, str(made.id))).sights) == 1
    await as_owner(addresses, "update access.seen set until_at = until_at - interval '89 days', "
                              "from_at = from_at - interval '89 days'")
    await jobs.forget_seen()
    assert (await as_owner(addresses, "select count(*) from access.seen"))[0][0] > 0
    await as_owner(addresses, "update access.seen set until_at = until_at - interval '2 days'")
    [key] = [row[0] for row in await as_owner(addresses, "select number from access.seen_key")]
    await as_owner(addresses, "update access.seen_key set made_at = made_at - interval '93 days'")
    assert "keys forgotten" in (await jobs.forget_seen() or "")
    assert (await as_owner(addresses, "select count(*) from access.seen"))[0][0] == 0
    assert (await as_owner(addresses, "select count(*) from access.seen_key"))[0][0] == 0
    assert await current().pools["keyring.reader"].fetchval("select count(*) from keyring.key where id = $1", key) == 0
