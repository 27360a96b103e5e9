"""Going back from a change: each answer, and nothing is gone back from that must hold."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from petrel.core import flags
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid
from petrel.ops import changes, gate
from petrel.ops.changes import releasing
from petrel.ops.changes.reverting import answer, closure
from petrel.ops.changes.shapes import Back, Change, Step
from petrel.ops.doctor import work
from petrel.ops.processes import beside, this_release
from petrel.storage.build import build_of
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import as_owner
from tests.ops.changes import test_rules
from tests.ops.changes.test_changes import FLAG, WHO, Kept, act, now_of, plan

WALL = flags.Flag("wall", default=False, owner="crew", until=date(2027, 1, 1), why="tests",
                  holds="who is blocked sees no name")


def change(number: int, flag: str = "a", needs: int | None = None, state: str = "confirmed") -> Change:
    return test_rules.change(id=number, what={"flag": flag}, inverse={"flag": flag, "to": "off"}, needs=needs,
                             state=state)


def about(one: Change) -> str:
    return one.what["flag"]


def test_what_was_built_on_it_goes_first_the_newest_before_all() -> None:
    base = change(1)
    later = [change(2, "b", needs=1), change(3, "b"), change(4, "c", needs=3), change(5, "d"), change(6, "a"),
             change(7, "e", needs=5)]
    assert [one.id for one in closure(base, later, about)] == [6, 4, 3, 2]
    assert closure(change(5, "d"), [change(6, "a")], about) == []


def test_each_answer_in_words() -> None:
    base, top = change(1), change(2, "b", needs=1)
    alone = answer(base, [(base, Back(do="do this", stays=("9 rows stay.",)))])
    assert (alone.answer, alone.do, alone.why) == ("safe", ("do this",), ("9 rows stay.",))
    after = answer(base, [(top, Back(do="first this")), (base, Back(do="then this"))])
    assert (after.answer, after.first, after.do) == ("safe after", (2,), ("first this", "then this"))
    assert "1 change was made on top of it, and goes first: 2." in after.line
    waits = answer(base, [(base, Back(before=("Install it again.",), do="do this"))])
    assert waits.answer == "safe after" and "Install it again." in waits.line
    never = answer(base, [(top, Back(lost=("holds the wall.",), do="x")), (base, Back(do="y"))])
    assert never.answer == "one way" and never.do == () and "Change 2, made on top of it, holds the wall." in never.line


@pytest.mark.usefixtures("site")
class TestInTheLedger:
    @pytest.fixture(autouse=True)
    def alone(self, addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setitem(flags.FLAGS, WALL.name, WALL)
        yield
        loop().run_until_complete(as_owner(addresses, "truncate ops.flag, ops.exposure, ops.change"))
        flags.install({})

    async def way(self, number: int) -> changes.Way:
        async with reading(WHO) as r:
            return (await changes.way_of(r, number))[1]

    async def confirmed(self, flag: str = FLAG, to: str = "off", needs: int | None = None) -> Change:
        async with writing(WHO, cause="tests") as w:
            one, _ = await changes.plan(w, "flag", {"flag": flag, "to": to}, "to see what it does", needs)
        await act(changes.start, one.id)
        async with writing(WHO, cause="tests") as w:
            await w.execute("update ops.change set reach = 15 where id = $1", one.id)
            w.record("ops.change.planned", one.id)
        await act(changes.confirm, await now_of(one), "tests")
        return await now_of(one)

    async def test_from_the_plan_to_what_is_over(self) -> None:
        one = await plan()
        assert (await self.way(one.id)).do == (f"petrel changes drop {one.id}",)
        await act(changes.start, one.id)
        assert (await self.way(one.id)).do == (f"petrel changes undo {one.id} --reason ...",)
        await act(changes.undo, await now_of(one), "tests")
        assert (await self.way(one.id)).answer == "nothing"

    async def test_a_confirmed_one_and_those_on_top(self) -> None:
        one = await self.confirmed()
        assert (await self.way(one.id)).answer == "safe"
        other = await self.confirmed(WALL.name, "on", needs=one.id)
        found = await self.way(one.id)
        assert found.answer == "one way" and WALL.holds in found.line and str(other.id) in found.line
        with pytest.raises(Conflict, match="no change does"):
            await act(changes.plan, "flag", other.inverse, "back at any price")
        back = await self.confirmed(to="on")
        gone = await self.way(one.id)
        assert gone.answer == "nothing" and str(back.id) in gone.says

    async def test_what_has_a_path_of_its_own_is_noted_and_is_one_way(self) -> None:
        async with writing(WHO, cause="tests") as w:
            slip = changes.slips.new("policy", {"policy": "7"}, "names of the blocked are hidden", risk=2, how="raised")
            await changes.note(w, slip)
        async with reading(WHO) as r:
            [one] = await changes.listed(r, 5)
            found = await changes.suspects(r, one.made_at, one.made_at + timedelta(hours=1))
        assert (one.state, one.reach) == ("confirmed", 16) and found[0].change.id == one.id
        way = await self.way(one.id)
        assert way.answer == "one way" and "only moves forward" in way.line
        with pytest.raises(Invalid, match="petrel policy raise"):
            await act(changes.plan, "policy", {"policy": "8"}, "round the two people")

    async def test_a_setting_that_somebody_has_set_since(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = Kept()
        monkeypatch.setattr("petrel.core.choices._choices", kept)
        async with writing(WHO, cause="tests") as w:
            one, _ = await changes.plan(w, "setting", {"setting": "site_name", "value": "Gull"}, "a better name")
        await act(changes.start, one.id)
        await act(changes.confirm, await now_of(one), "tests")
        assert (await self.way(one.id)).answer == "safe"
        kept.values["site_name"] = "Tern"
        found = await self.way(one.id)
        assert found.answer == "safe after" and "ask them first" in found.line


@pytest.mark.parametrize(("carries", "asked", "state", "risk", "said"), [
    (True, {}, "older", 1, "opened for it on"),
    (False, {}, "older", 0, "gate=shut, which takes two people"),
    (False, {"gate": "shut"}, "older", 3, "is SHUT for it"),
    (True, {"gate": "shut"}, "older", 0, "is not shut"),
    (False, {}, "last good", 1, "served before"),
    (True, {"gate": "ajar"}, "older", 0, "open or shut")])
async def test_a_release_carries_the_verdict_of_the_gate_or_two_people_go_round_it(
        carries: bool, asked: dict[str, str], state: Any, risk: int, said: str, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch, site: None) -> None:
    build = build_of(tmp_path)
    release = this_release().__class__("p", str(tmp_path), build, "v", 99)
    if carries:
        gate.carry(tmp_path, gate.Judgement("open", [], [], {"executed": 9}))
    slot = releasing.releases.Slot("next", release, 0, state)
    monkeypatch.setattr(releasing.releases, "folder", lambda: tmp_path)
    monkeypatch.setattr(releasing.releases, "find", lambda _data, _name: slot)
    monkeypatch.setattr(releasing, "read_status", lambda _data: SimpleNamespace(release=this_release()))

    async def planned(*_: Any) -> Any:
        return SimpleNamespace(costs=[])

    monkeypatch.setattr(releasing, "_planned", planned)
    kind = releasing.ReleaseKind()
    async with reading(WHO) as r:
        if not risk:
            with pytest.raises((Conflict, Invalid), match=said):
                await kind.plan(r, {"to": "next", **asked})
            return
        found = await kind.plan(r, {"to": "next", **asked})
        assert found == await kind.plan(r, found.what), "as it is planned anew when it is started"
    assert (found.risk, said in found.effect, found.what.get("gate")) == (risk, True, asked.get("gate"))


async def test_what_went_round_the_gate_stays_in_its_first_cell_until_somebody_looks_or_the_proof_comes(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: None, addresses: Addresses) -> None:
    release = this_release().__class__("p", str(tmp_path), build_of(tmp_path), "v", 99)
    monkeypatch.setattr(releasing.releases, "folder", lambda: tmp_path)
    monkeypatch.setattr(releasing.releases, "find", lambda _data, _name: releasing.releases.Slot("next", release, 0))
    monkeypatch.setattr(releasing.releases, "what_ails", lambda _data, _release: "")
    one = test_rules.change(kind="release", what={"to": "next", "gate": "shut"}, state="going")
    await as_owner(addresses, "insert into ops.release (change, name, build, cells, state) "
                              "values ($1, 'next', 'b', '{1}', 'serving')", one.id)
    try:
        kind, on = releasing.ReleaseKind(), Step("widen", "nothing spoke against it", 4)
        assert (await kind.gate(one, on)).do == "pause"
        assert (await kind.gate(one, on)).do == "pause", "nobody has looked"
        assert (await kind.gate(replace(one, what={"to": "next"}), on)).do == "widen"
        await kind.gate(replace(one, state="paused"), Step("wait"))
        assert (await kind.gate(one, on)).do == "widen", "somebody said on"
        anew = releasing.ReleaseKind()
        assert (await anew.gate(one, on)).do == "pause"
        gate.carry(tmp_path, gate.Judgement("open", [], [], {"executed": 9}))
        assert (await anew.gate(one, on)).do == "widen", "what it owed is there"
    finally:
        await as_owner(addresses, "truncate ops.release")


async def test_what_went_round_the_gate_is_owed_from_its_first_cell_on_until_the_proof_is_there(
        tmp_path: Path, site: None, addresses: Addresses) -> None:
    release = this_release().__class__("p", str(tmp_path), build_of(tmp_path), "v", 99)

    async def told(serving: Any) -> Any:
        shipped = [(row["build"], row["said"]) for row in await as_owner(addresses, work.SHIPPED_ROUND)]
        status: Any = SimpleNamespace(release=serving)
        return work._check_gate(tmp_path, status, shipped)

    await as_owner(addresses, "insert into ops.change (id, cell, kind, what, inverse, plan, risk, visiting, state, "
                   """reason) values (7, 0, 'release', '{"gate": "shut"}', '{}', $1, 3, '{1}', 'paused', 'it burns')""",
                   bytes(32))
    await as_owner(addresses, "insert into ops.release (change, name, build) values (7, 'next', $1)", release.build)
    try:
        assert (await told(this_release())).ok, "nobody is served by it yet"
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "beside.json").write_bytes(msgspec.json.encode(release))
        found = await told(this_release())
        assert not found.ok and "it burns" in found.found and "Owed" in found.cure, "it has its first cell"
        beside.forget(tmp_path)
        assert not (await told(release)).ok, "it takes over"
        await as_owner(addresses, "delete from ops.release")
        await as_owner(addresses, "update ops.change set state = 'confirmed' where id = 7")
        assert not (await told(release)).ok, "it serves everybody"
        gate.carry(tmp_path, gate.Judgement("open", [], [], {"executed": 9}))
        assert (await told(release)).ok, "paid"
    finally:
        await as_owner(addresses, "truncate ops.release")
        await as_owner(addresses, "delete from ops.change where id = 7")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("policy", "steps", "found", "said"), [
    (99, (), "safe", "Safe"),
    (99, ("9001_expand_pushed.sql",), "one way", "9001_expand_pushed.sql"),
    (99, ("9001_contract_pushed.sql",), "one way", "to an end"),
    (0, (), "one way", "people have protected since")])
async def test_a_release(policy: int, steps: tuple[str, ...], found: str, said: str, tmp_path: Path,
                         monkeypatch: pytest.MonkeyPatch) -> None:
    older = releasing.releases.Slot("older", this_release().__class__("p", "r", "b", "v", policy), 0)
    monkeypatch.setattr(releasing.releases, "folder", lambda: tmp_path)
    monkeypatch.setattr(releasing.releases, "find", lambda _data, _name: older)
    one = test_rules.change(kind="release", state="confirmed", what={"to": "newer"}, inverse={"to": "older"})
    since = releasing._steps_since

    async def none_or_these(r: Any, at: Any) -> list[str]:
        assert await since(r, datetime.min.replace(tzinfo=UTC)) and not await since(r, datetime.max.replace(tzinfo=UTC))
        return list(steps)

    monkeypatch.setattr(releasing, "_steps_since", none_or_these)
    async with reading(WHO) as r:
        way = await changes.way_back(r, one)
    assert way.answer == found and said in way.line
