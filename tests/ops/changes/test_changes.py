"""A change goes from cell to cell, is undone by itself where it harms, and nobody has to be awake."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from petrel.core import choices, flags
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid, PetrelError
from petrel.core.ids import CELLS_IN_USE
from petrel.core.viewer import System
from petrel.ops import access, changes
from petrel.ops.changes import Controller, Counted, controlling, kinds, rules
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import approve, as_owner, ask, crew

pytestmark = pytest.mark.usefixtures("site", "alone")
WHO = System("tests")
FLAG = flags.PACKED_ANSWERS.name


@pytest.fixture
def alone(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No other test's changes; waves without a rest; nothing in force afterwards."""
    monkeypatch.setattr(rules, "HOLD", timedelta(0))
    yield
    loop().run_until_complete(as_owner(addresses, "truncate ops.flag, ops.exposure, ops.change, ops.freeze, ops.alert"))
    flags.install({})


class Traffic:
    """Answers of all cells, as the processes of a machine would count them: `turn` adds so many to each."""

    def __init__(self) -> None:
        self.cells = {cell: Counted() for cell in range(CELLS_IN_USE)}

    def turn(self, failing: tuple[int, ...] = (), slow: tuple[int, ...] = ()) -> None:
        for cell, now in self.cells.items():
            took = (0, 0, 0, 30, 0, 0, 0, 0) if cell in slow else (29, 1, 0, 0, 0, 0, 0, 0)
            self.cells[cell] = now.plus(Counted(30, 15 if cell in failing else 0, took))


async def plan(to: str = "off", **what: str) -> changes.Change:
    async with writing(WHO, cause="tests") as w:
        return (await changes.plan(w, "flag", {"flag": FLAG, "to": to, **what}, "to see what it does"))[0]


async def started(to: str = "off", **what: str) -> changes.Change:
    one = await plan(to, **what)
    async with writing(WHO, cause="tests") as w:
        return await changes.start(w, one.id)


async def now_of(one: changes.Change) -> changes.Change:
    async with reading(WHO) as r:
        return await changes.find(r, one.id)


async def act(what: Any, *args: Any) -> Any:
    async with writing(WHO, cause="tests") as w:
        return await what(w, *args)


async def fire(addresses: Addresses, rule: str) -> None:
    await as_owner(addresses, f"insert into ops.alert (rule, target, value, owner) values ('{rule}', '', 1, 'crew')")


async def cells_off() -> set[int]:
    """Those whose accounts have the flag off, as a web process hears it."""
    await changes.hear()
    return {cell for cell in range(CELLS_IN_USE) if not flags.PACKED_ANSWERS.is_on(1_700_000_000_000 << 16 | cell << 6)}


async def run(controller: Controller, traffic: Traffic, turns: int, **bad: tuple[int, ...]) -> list[str]:
    did = []
    for _ in range(turns):
        traffic.turn(**bad)
        did += [step.do for _, step in await controller.turn()]
    return did


async def test_a_plan_does_nothing_and_says_what_it_would() -> None:
    one = await plan()
    assert one.state == "planned" and sorted(one.visiting) == list(range(CELLS_IN_USE)) and one.cells == ()
    assert one.inverse == {"flag": FLAG, "to": "on", "percent": "100"}
    assert await cells_off() == set()


async def test_a_harmless_change_reaches_everybody_by_itself() -> None:
    traffic = Traffic()
    controller = Controller(lambda: traffic.cells)
    await run(controller, traffic, 12)
    one = await started()
    assert await cells_off() == {one.visiting[0]}
    did = await run(controller, traffic, 40)
    assert did == ["widen", "widen", "confirm"]
    last = await now_of(one)
    assert last.state == "confirmed" and len(await cells_off()) == CELLS_IN_USE
    async with reading(WHO) as r:
        assert [(f.is_on, f.change) for f in await changes.flags_now(r) if f.name == FLAG] == [(False, None)]


@pytest.mark.parametrize("signal", ["failing", "slow"])
async def test_a_harmful_one_is_undone_in_its_first_cell_with_nobody_awake(signal: str) -> None:
    traffic = Traffic()
    controller = Controller(lambda: traffic.cells)
    await run(controller, traffic, 12)
    one = await started()
    did = await run(controller, traffic, 11, **{signal: (one.visiting[0],)})
    assert did == ["undo"]
    last = await now_of(one)
    assert last.state == "undone" and last.reach == 1 and "in the cells that have it" in last.why
    assert await cells_off() == set()


async def test_what_goes_wrong_everywhere_is_not_taken_for_its_doing() -> None:
    traffic = Traffic()
    controller = Controller(lambda: traffic.cells)
    await run(controller, traffic, 12)
    await started()
    assert "undo" not in await run(controller, traffic, 9, slow=tuple(range(CELLS_IN_USE)))


async def test_an_alert_undoes_or_holds_it(addresses: Addresses) -> None:
    one = await started()
    controller = Controller(dict)
    await fire(addresses, "mail")
    assert [step.do for _, step in await controller.turn()] == ["pause"]
    assert await controller.turn() == []
    await act(changes.resume, await now_of(one))
    assert await controller.turn() == []
    await fire(addresses, "canary")
    assert [step.do for _, step in await controller.turn()] == ["undo"]
    assert await cells_off() == set()


async def test_what_is_wrong_with_200_undoes_it_in_its_first_cell() -> None:
    one = await started()

    async def look(cell: int) -> str:
        return "posts are missing" if cell in await cells_off() else ""

    controller = Controller(dict, changes.Looks(look))
    did: list[Any] = []
    while not did:
        did = [step for _, step in await controller.turn()]
    assert [(step.do, step.why) for step in did] == [
        ("undo", "in its cells, and in no other, something is wrong: posts are missing")]
    assert await cells_off() == set() and (await now_of(one)).reach == 1


async def test_two_controllers_and_one_that_was_killed_do_each_step_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one = await started()
    await as_if_watched(one, 50)

    async def broken(*_: Any) -> None:
        raise PetrelError("the power went")

    with monkeypatch.context() as m:
        m.setattr(controlling.commands.rows, "give", broken)
        assert await Controller(dict).turn() == []
    assert (await now_of(one)).reach == 1 and len(await cells_off()) == 1
    did = await asyncio.gather(*(Controller(dict).turn() for _ in range(3)))
    assert [step.do for turn in did for _, step in turn] == ["widen"]
    async with reading(WHO) as r:
        assert await r.value("select count(*) from ops.exposure") == 4


@pytest.mark.parametrize(("step", "state", "reach"), [("widen", "going", 4), ("undo", "undone", 1),
                                                      ("confirm", "confirmed", 16)])
@pytest.mark.parametrize("at", ["put", "take", "settle", "rows.give", "rows.take", "rows.put", "_record"])
async def test_a_crash_anywhere_in_a_step_leaves_all_or_nothing_and_the_next_goes_on(
        at: str, step: str, state: str, reach: int, addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await started()
    await as_if_watched(one, 50)
    if step == "undo":
        await fire(addresses, "canary")
    elif step == "confirm":
        await as_owner(addresses, "update ops.change set reach = 15")
        await as_owner(addresses, "update ops.flag set cells = array(select generate_series(0, 14))")
    before, had = await now_of(one), await cells_off()

    async def broken(*_: Any, **__: Any) -> None:
        raise PetrelError("the power went")

    def broken_too(*_: Any, **__: Any) -> None:
        raise PetrelError("the power went")

    with monkeypatch.context() as m:
        owner: Any = controlling.commands if "." in at or at == "_record" else kinds.KINDS["flag"]
        name = at.rpartition(".")[2]
        m.setattr(owner.rows if "." in at else owner, name, broken_too if at == "_record" else broken)
        died = await Controller(dict).turn() == []
    now = await now_of(one)
    if died:
        assert (now.state, now.reach, now.turn) == (before.state, before.reach, before.turn)
        assert await cells_off() == had
        await Controller(dict).turn()
        now = await now_of(one)
    assert (now.state, now.reach) == (state, reach)
    assert len(await cells_off()) == (0 if state == "undone" else reach)


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_clock_that_jumps_ends_no_wave_and_undoes_nothing(hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await started()
    controller = Controller(dict)
    assert await controller.turn() == []                # too little was seen
    wall, ticks = controller._clocks
    controller._clocks = wall - timedelta(hours=hours), ticks
    async with writing(WHO, cause="tests") as w:
        await w.execute("update ops.change set wave_at = wave_at - $2::interval, "
                        "confirm_by = confirm_by - $2::interval where id = $1", one.id, timedelta(hours=hours))
        w.record("ops.change.planned", one.id)
    assert await controller.turn() == []
    last = await now_of(one)
    assert last.state == "going" and last.reach == 1 and last.wave_at is not None and one.wave_at is not None
    assert last.wave_at >= one.wave_at
    assert last.confirm_by is not None and one.confirm_by is not None
    assert abs(last.confirm_by - one.confirm_by) < timedelta(minutes=1)


async def as_if_watched(one: changes.Change, trials: int) -> None:
    async with writing(WHO, cause="tests") as w:
        await w.execute("update ops.change set evidence = jsonb_build_object('exposed', $2::int, 'control', $2::int) "
                        "where id = $1", one.id, trials)
        w.record("ops.change.planned", one.id)


async def test_undoing_takes_one_person_and_gives_everybody_what_they_had() -> None:
    one = await started()
    await act(changes.undo, await now_of(one), "it looks wrong to me")
    assert await cells_off() == set() and (await now_of(one)).state == "undone"
    with pytest.raises(Conflict, match="is undone"):
        await act(changes.undo, await now_of(one), "once more")
    with pytest.raises(Conflict, match="Plan it anew"):
        await act(changes.start, one.id)


async def test_two_changes_of_one_flag_do_not_meet_and_old_plans_are_refused() -> None:
    first, second = await plan(), await plan(percent="10")
    await act(changes.start, first.id)
    with pytest.raises(Conflict, match="on its way"):
        await act(changes.start, second.id)
    controller = Controller(dict)
    for _ in range(3):
        await as_if_watched(await now_of(first), 50)
        await controller.turn()
    assert (await now_of(first)).state == "confirmed"
    with pytest.raises((Conflict, Invalid)):
        await act(changes.start, second.id)


async def test_frozen_is_frozen_by_one_and_thawed_by_two() -> None:
    ann, bob = await crew(ann="admin", bob="admin")
    waiting, going = await plan(percent="20"), await started()
    assert await act(changes.freeze, "something is badly wrong")
    assert not await act(changes.freeze, "said once more")
    with pytest.raises(Conflict, match="badly wrong"):
        await act(changes.start, waiting.id)
    await as_if_watched(going, 50)
    assert await Controller(dict).turn() == []
    await act(changes.undo, await now_of(going), "undoing goes on")
    async with reading(WHO) as r:
        frozen = await changes.frozen(r)
    assert frozen is not None
    request = await ask(ann, "change.thaw", since=f"{frozen.since:%Y-%m-%dT%H:%M:%S}")
    with pytest.raises(access.NotAllowed):
        await act(changes.thaw, request.id)
    await approve(bob, request)
    await act(changes.thaw, request.id)
    await act(changes.start, waiting.id)


async def test_what_takes_back_goes_on_while_all_is_frozen(addresses: Addresses) -> None:
    """Whoever is alone at night stops everything, and then takes back what was confirmed: it takes nobody else."""
    one, controller = await started(), Controller(dict)

    async def goes_through(change: changes.Change) -> str:
        for _ in range(3):
            await as_if_watched(await now_of(change), 50)
            await controller.turn()
        return (await now_of(change)).state

    assert await goes_through(one) == "confirmed" and len(await cells_off()) == 16
    await act(changes.freeze, "something is badly wrong")
    back, _ = await act(changes.plan, "flag", one.inverse, "it began with this")
    await act(changes.start, back.id)
    await fire(addresses, "answers")            # which harms, and is why it goes back
    assert await goes_through(back) == "confirmed" and not await cells_off()
    again = await plan()
    with pytest.raises(Conflict, match="badly wrong"):
        await act(changes.start, again.id)      # which would undo the undoing


async def test_an_approval_is_for_one_plan_only(monkeypatch: pytest.MonkeyPatch) -> None:
    cat, dee = await crew(cat="admin", dee="admin")
    monkeypatch.setattr(rules, "NEEDS_TWO", 1)
    one, other = await plan(), await plan(percent="30")
    with pytest.raises(Invalid, match="two people"):
        await act(changes.start, one.id)
    request = await ask(cat, "change.start", change=str(one.id), plan=one.plan.hex()[:16])
    await approve(dee, request)
    with pytest.raises(access.NotAllowed):
        await act(changes.start, other.id, request.id)
    await act(changes.start, one.id, request.id)
    assert (await now_of(one)).state == "going"
    await act(changes.undo, await now_of(one), "once more from the beginning")
    again = await plan()
    with pytest.raises(access.NotAllowed):
        await act(changes.start, again.id, request.id)          # a yes is used up, and was for that one


async def test_a_plan_that_somebody_altered_after_the_yes_is_refused(addresses: Addresses) -> None:
    one = await plan()
    other = (*one.visiting[1:], one.visiting[0])
    await as_owner(addresses, f"update ops.change set visiting = '{{{','.join(map(str, other))}}}'")
    with pytest.raises(Conflict, match="Plan it anew"):
        await act(changes.start, one.id)
    assert await cells_off() == set()


async def test_everybody_together_changes_the_site_once_over_in_ten_minutes() -> None:
    one = await started()
    await as_if_watched(one, 50)
    async with writing(WHO, cause="tests") as w:
        await w.execute("insert into ops.exposure (change, cell) select $1, generate_series(100, 112)", one.id)
        w.record("ops.change.planned", one.id)
    assert await Controller(dict).turn() == []
    assert "once over" in (await now_of(one)).why


class Kept:
    """Settings, as the wiring keeps them."""

    def __init__(self) -> None:
        self.values = {"site_name": "Petrel"}

    def read(self) -> dict[str, str]:
        return self.values

    def write(self, values: Any) -> None:
        self.values |= values


async def test_a_setting_goes_back_unless_somebody_confirms_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    choices.install(kept)
    try:
        async with writing(WHO, cause="tests") as w:
            one, _ = await changes.plan(w, "setting", {"setting": "site_name", "value": "Gull"}, "a better name")
        await act(changes.start, one.id)
        assert kept.values["site_name"] == "Gull"
        assert await Controller(dict).turn() == []
        monkeypatch.setattr(rules, "TIME", timedelta(0))
        async with writing(WHO, cause="tests") as w:
            await w.execute("update ops.change set confirm_by = now() where id = $1", one.id)
            w.record("ops.change.planned", one.id)
        assert [step.do for _, step in await Controller(dict).turn()] == ["undo"]
        assert kept.values["site_name"] == "Petrel"
        with pytest.raises(Invalid, match="petrel settings set"):
            await act(changes.plan, "setting", {"setting": "mail_password", "value": "x"}, "a secret in the ledger")
    finally:
        choices.install(None)


@pytest.mark.parametrize("what", [{}, {"flag": "none"}, {"flag": FLAG, "to": "perhaps"}, {"flag": FLAG, "to": "on"},
                                  {"flag": FLAG, "to": "off", "percent": "0"}, {"flag": FLAG, "to": "off", "x": "y"},
                                  {"flag": FLAG, "to": "off", "percent": "٣"}])
async def test_what_makes_no_sense_is_refused(what: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        await act(changes.plan, "flag", what, "to see what it does")
