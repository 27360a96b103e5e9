"""What is about many accounts at once is a change: it goes from cell to cell, and every account is as it was when it is
undone."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid, PetrelError
from petrel.core.ids import cell_of
from petrel.core.viewer import System
from petrel.features import accounts, signup
from petrel.features.accounts import NewAccount
from petrel.features.signup import rows as arrivals
from petrel.ops import access, changes
from petrel.ops.changes import Controller, controlling, for_waves, kinds, rules
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import approve, as_owner, ask, crew
from tests.ops.changes.test_changes import act, as_if_watched, now_of

pytestmark = pytest.mark.usefixtures("site", "alone")
WHO = System("tests")
HOUR = timedelta(hours=1)
NUMBERS = itertools.count()


@pytest.fixture
def alone(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = limits.current()
    limits.install(replace(before, accounts_at_once=3))
    monkeypatch.setattr(rules, "HOLD", timedelta(0))
    monkeypatch.setattr(for_waves, "WIDE", 2.0)         # else everything is wide in a site of so few
    monkeypatch.setattr(for_waves, "DESTRUCTIVE", 2.0)
    loop().run_until_complete(as_owner(addresses, "truncate signup.arrival"))
    yield
    limits.install(before)
    loop().run_until_complete(as_owner(
        addresses, "truncate ops.exposure, ops.change, ops.freeze, ops.alert, signup.arrival"))


async def came(count: int) -> list[int]:
    """So many who came alone just now, from cells all around."""
    async with writing(WHO, cause="tests") as w:
        found = await accounts.create_many(w, [NewAccount(handle=f"wave{next(NUMBERS)}") for _ in range(count)])
        for one in found:
            await arrivals.arrived(w, one, None, None, None)
    return found


def window() -> tuple[datetime, datetime]:
    return datetime.now(UTC) - HOUR, datetime.now(UTC) + HOUR


async def planned(to: str = "out") -> changes.Change:
    async with writing(WHO, cause="tests") as w:
        number = await signup.crew.gather(w, *window(), back=to == "in")
        return (await changes.plan(w, "wave", {"set": str(number), "to": to}, "they are not people"))[0]


async def started(to: str = "out") -> changes.Change:
    return await act(changes.start, (await planned(to)).id)


async def out(found: list[int]) -> set[int]:
    """Who of them nobody sees any more."""
    async with reading(WHO) as r:
        return {row[0] for row in await r.fetch("select id from accounts.account where id = any($1) "
                                                "and state & 128 <> 0", found)}


async def steps(one: changes.Change, turns: int) -> list[str]:
    did = []
    for _ in range(turns):
        await as_if_watched(one, 50)
        did += [step.do for _, step in await Controller(dict).turn()]
    return did


async def test_more_than_so_many_are_not_moved_at_once_nor_one_after_the_other() -> None:
    few = await came(2)
    assert await signup.crew.undo(WHO, *window(), cause="tests") == 2 and await out(few) == set(few)
    more = await came(2 + 1)
    with pytest.raises(signup.crew.TakesAChange, match="more than 3 accounts"):
        await signup.crew.undo(WHO, *window(), cause="tests")
    assert await out(more) == set(), "three more within ten minutes are five"
    with pytest.raises(signup.crew.TakesAChange):
        await came(4)
        await signup.crew.undo(WHO, *window(), cause="tests")


async def test_it_goes_from_cell_to_cell_and_back_with_everybody_as_before(addresses: Addresses) -> None:
    found = await came(20)
    one = await planned()
    assert await out(found) == set() and one.what["accounts"] == "20" and one.risk == 1
    async with reading(WHO) as r:
        listed = await signup.crew.named(r, int(one.what["set"]))
    assert len(listed) == 20 and not any(is_out for _, is_out in listed), "who is approved of can be read"
    assert (await act(changes.start, one.id)).reach == 1
    async def of(cells: tuple[int, ...]) -> set[int]:
        return {account for account in found if cell_of(account) in cells}
    assert await out(found) == await of(one.visiting[:1])
    assert await steps(one, 1) == ["widen"] and await out(found) == await of(one.visiting[:4])
    await act(changes.pause, await now_of(one), "is that somebody whom we know?")
    assert await steps(one, 2) == []
    await act(changes.resume, await now_of(one))
    assert await steps(one, 2) == ["widen", "confirm"] and await out(found) == set(found)
    async with reading(WHO) as r:
        _, way = await changes.way_of(r, one.id)
    assert way.answer == "safe"
    async with writing(WHO, cause="tests") as w:
        back, effect = await changes.plan(w, "wave", one.inverse, "they were people")
    assert "brings back 20" in effect.effect
    with pytest.raises(Conflict, match="once over within ten minutes"):
        await act(changes.start, back.id)               # the budget is everybody's, and a way back no shortcut
    await as_owner(addresses, "update ops.exposure set since = since - interval '10 minutes'")
    await act(changes.start, back.id)
    assert await steps(back, 3) == ["widen", "widen", "confirm"] and await out(found) == set()
    async with reading(WHO) as r:
        _, way = await changes.way_of(r, one.id)
    assert way.answer == "nothing"


async def test_undone_on_its_way_by_an_alert_with_nobody_awake(addresses: Addresses) -> None:
    found = await came(20)
    one = await started()
    assert await steps(one, 1) == ["widen"] and await out(found)
    await as_owner(addresses, "insert into ops.alert (rule, target, value, owner) values ('canary', '', 1, 'crew')")
    assert await steps(one, 1) == ["undo"] and await out(found) == set()


@pytest.mark.parametrize(("step", "at"), [
    ("widen", "put"), ("widen", "rows.give"), ("widen", "rows.put"), ("undo", "take"), ("undo", "rows.take"),
    ("confirm", "put"), ("confirm", "rows.give"), ("confirm", "_record")])
async def test_a_crash_in_a_step_moves_nobody_and_the_next_controller_goes_on(
        step: str, at: str, addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await came(20)
    one = await started()
    if step == "undo":
        await as_owner(addresses, "insert into ops.alert (rule, target, value, owner) values ('canary', '', 1, 'crew')")
    elif step == "confirm":
        assert await steps(one, 2) == ["widen", "widen"]
    await as_if_watched(one, 50)
    before = await out(found)

    def broken(*_: Any, **__: Any) -> Any:
        raise PetrelError("the power went")

    with monkeypatch.context() as m:
        owner: Any = kinds.KINDS["wave"] if at in ("put", "take") else controlling.commands
        owner, name = (owner.rows, at[5:]) if at.startswith("rows.") else (owner, at)
        real = getattr(owner, name)

        async def later(*args: Any, **more: Any) -> Any:
            await real(*args, **more)           # it had all been done, and nobody had said so
            broken()

        m.setattr(owner, name, broken if at == "_record" else later)
        assert await Controller(dict).turn() == []
    assert await out(found) == before
    assert [step.do for _, step in await Controller(dict).turn()] == [step]
    assert await out(found) == {"undo": set(), "confirm": set(found)}.get(
        step, {account for account in found if cell_of(account) in one.visiting[:4]})


async def test_it_is_about_just_those_who_were_approved(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(for_waves, "DESTRUCTIVE", 0.0)
    ida, jim = await crew(ida="admin", jim="admin")
    found = await came(5)
    one = await planned()
    assert one.risk == 3
    with pytest.raises(Invalid, match="two people"):
        await act(changes.start, one.id)
    request = await ask(ida, "change.start", change=str(one.id), plan=one.plan.hex()[:16])
    await approve(jim, request)
    async with writing(WHO, cause="tests") as w:        # the crew lets in one of them meanwhile
        await w.execute(arrivals.LET_IN, found[0])
        w.record("ops.change.planned", one.id)
    with pytest.raises(Conflict, match="Plan it anew"):
        await act(changes.start, one.id, request.id)
    again = await planned()
    with pytest.raises(access.NotAllowed):
        await act(changes.start, again.id, request.id)  # the yes was for those five
    assert await out(found) == set() and again.what["accounts"] == "4"


async def test_nobody_too_many_and_two_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="Nobody came so"):
        await planned()
    await came(5)
    with monkeypatch.context() as m:
        m.setattr(signup.crew, "GATHERED", 4)
        with pytest.raises(Invalid, match="too many for one change"):
            await planned()
    one = await planned()
    other = await planned()             # gathered anew: the first has nobody any more
    with pytest.raises(Invalid, match="gathered anew"):
        await act(changes.start, one.id)
    await act(changes.start, other.id)
    with pytest.raises(Conflict, match=f"change {other.id}"):
        await planned()
    for what in ({}, {"set": "x", "to": "out"}, {"set": "1", "to": "away"}, {"set": "1", "to": "out"},
                 {"set": "٣", "to": "out"}):
        with pytest.raises((Invalid, Conflict)):
            await act(changes.plan, "wave", what, "makes no sense")


async def test_while_all_is_frozen_none_begins() -> None:
    await came(5)
    one = await planned()
    await act(changes.freeze, "something is badly wrong")
    with pytest.raises(Conflict, match="badly wrong"):
        await act(changes.start, one.id)


async def test_three_controllers_at_once_move_everybody_once() -> None:
    found = await came(20)
    one = await started()
    await as_if_watched(one, 50)
    did = await asyncio.gather(*(Controller(dict).turn() for _ in range(3)))
    assert [step.do for turn in did for _, step in turn] == ["widen"]
    async with reading(WHO) as r:
        moved = await r.fetch("select unnest(refs) as account from journal.entry where kind = 'signup.wave.undone'")
    assert sorted(row["account"] for row in moved if row["account"] in found) == sorted(await out(found))
