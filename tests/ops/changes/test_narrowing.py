"""Which change harms, or which two together, found by rounds that take some of them out of some cells."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import pytest

from petrel.core import flags
from petrel.core.doors import reading
from petrel.core.errors import Conflict, Invalid
from petrel.core.ids import CELLS_IN_USE
from petrel.ops import changes
from petrel.ops.changes import narrowing, without
from petrel.ops.changes.blaming import Symptom
from petrel.ops.changes.shapes import Change
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import as_owner
from tests.ops.changes.test_changes import WHO, act, now_of
from tests.ops.changes.test_reverting import WALL

BEFORE, LASTS = 60, 10
ON_TOP: dict[int, frozenset[int]] = {number: frozenset({number + 1} if number % 5 == 0 else ()) for number in range(30)}


class Site:
    """Thirty changes that all cells have; what cells go through is higher by one where all of `guilty` are."""

    def __init__(self, seed: int, guilty: tuple[int, ...]) -> None:
        self._draw, self._guilty = np.random.default_rng(seed), guilty
        self.had, self.values = np.ones((0, len(ON_TOP), CELLS_IN_USE)), np.empty((0, CELLS_IN_USE))
        self.stay({}, BEFORE)

    def stay(self, out: narrowing.Round, minutes: int) -> None:
        had = np.ones((len(ON_TOP), CELLS_IN_USE))
        for cell, its in out.items():
            had[sorted(its), cell] = 0
        harm = had[list(self._guilty)].min(axis=0) if self._guilty else np.zeros(CELLS_IN_USE)
        self.had = np.concatenate([self.had, np.repeat(had[None], minutes, axis=0)])
        self.values = np.concatenate([self.values, self._draw.normal(size=(minutes, CELLS_IN_USE)) + harm])

    def asked(self) -> narrowing.Narrowing:
        return narrowing.known(ON_TOP, Symptom(self.values, 0.0), self.had)


def narrowed(seed: int, guilty: tuple[int, ...], most: int = 10) -> tuple[tuple[int, ...], list[narrowing.Round]]:
    site, rounds = Site(seed, guilty), list[narrowing.Round]()
    while len(rounds) < most and (out := narrowing.propose(site.asked(), seed)):
        rounds.append(out)
        site.stay(out, LASTS)
        site.stay({}, 2)
    return site.asked().guilty, rounds


@pytest.mark.parametrize("guilty", [(3, 17), (10, 12), (8,), (0, 29)])
def test_one_or_two_together_are_found_within_ten_rounds(guilty: tuple[int, ...]) -> None:
    for seed in range(2):
        found, rounds = narrowed(seed, guilty)
        assert found == guilty and 1 <= len(rounds) <= 10


def test_what_stands_on_a_change_goes_with_it_and_who_is_cleared_stays() -> None:
    _, [first, *_] = narrowed(4, (3, 17))
    assert all(ON_TOP[number] <= its for its in first.values() for number in its)
    assert len(set(first.values())) > 10, "each cell says something else"
    along, seen = np.full((30, 30), -60.0), np.full((30, 30), 40.0)
    along[5, 9] = along[9, 9] = 60.0
    left = narrowing.Narrowing(tuple(ON_TOP), tuple(ON_TOP[n] | {n} for n in ON_TOP), along, seen)
    last = narrowing.propose(left, 1)
    assert frozenset[int]().union(*last.values()) == {5, 6, 9}, "nothing else is taken out of any cell"


def test_where_it_is_none_of_them_nobody_is_named() -> None:
    found, rounds = narrowed(1, ())
    assert found == () and rounds


def test_what_ends_in_all_cells_at_once_tells_nothing() -> None:
    ways = np.zeros((CELLS_IN_USE, 2 * narrowing.DRAWN), bool)
    ways[:, :narrowing.DRAWN] = True
    assert narrowing._tells(ways) == 0
    ways[3, :narrowing.DRAWN] = False
    assert narrowing._tells(ways) > 0


def test_of_two_that_are_guilty_the_one_goes_with_which_fewer_go() -> None:
    nothing = np.zeros((30, 30))
    along, seen = nothing.copy(), nothing.copy()
    along[5, 9], seen[5, 9] = 60, 40
    one = narrowing.Narrowing(tuple(ON_TOP), tuple(ON_TOP[n] | {n} for n in ON_TOP), along, seen)
    assert one.guilty == (5, 9) and one.cheapest == (9, 5)


def test_a_round_reads_as_it_was_written() -> None:
    out = {4: frozenset({1}), 0: frozenset({1, 77}), 9: frozenset[int]()}
    assert without.written(changes.by_change(out)) == "1:0,4 77:0"
    assert without.read("1:0,4 77:0") == changes.by_change(out)
    for wrong in ("", "1", "1:", "1:16", "1:-1", "x:1", "1:0,"):
        with pytest.raises(Invalid):
            without.read(wrong)


NAMES = ("alpha", "beta", "gamma", "delta")


@pytest.mark.usefixtures("site")
class TestInTheLedger:
    @pytest.fixture(autouse=True)
    def alone(self, addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.addresses = addresses
        for name in NAMES:
            flag = flags.Flag(name, default=False, owner="crew", until=date(2027, 1, 1), why="tests")
            monkeypatch.setitem(flags.FLAGS, name, flag)
        monkeypatch.setitem(flags.FLAGS, WALL.name, WALL)
        yield
        self.owner("truncate ops.flag, ops.exposure, ops.change, ops.look")
        flags.install({})

    def owner(self, sql: str, *args: object) -> None:
        loop().run_until_complete(as_owner(self.addresses, sql, *args))

    async def confirmed(self, flag: str, needs: int | None = None, to: str = "on") -> Change:
        """In all cells since half a day."""
        one, _ = await act(changes.plan, "flag", {"flag": flag, "to": to}, "to see what it does", needs)
        await act(changes.start, one.id)
        await as_owner(self.addresses, "update ops.change set reach = 15 where id = $1", one.id)
        await act(changes.confirm, await now_of(one), "tests")
        await as_owner(self.addresses, "delete from ops.exposure where change = $1", one.id)
        await as_owner(self.addresses, "insert into ops.exposure (change, cell, since) select $1, n, now() - interval "
                       "'12 hours' from generate_series(0, 15) n", one.id)
        return await now_of(one)

    async def in_force(self) -> dict[str, tuple[bool, bool, set[int]]]:
        return {row["name"]: (row["is_on"], row["becomes"], set(row["cells"])) for row in await as_owner(
            self.addresses, "select name, is_on, becomes, cells from ops.flag")}

    async def test_they_are_out_of_these_cells_for_as_long_as_the_round_is_there(self) -> None:
        one, other = await self.confirmed("alpha"), await self.confirmed("beta")
        out, _ = await act(changes.plan, "without", {"without": f"{one.id}:0,1,2,3,4,5,6,7 {other.id}:9"}, "a round")
        out = await act(changes.start, out.id)
        [first] = out.cells
        assert await self.in_force() == {"alpha": (True, False, {first} & set(range(8))),
                                         "beta": (True, False, {first} & {9})}
        with pytest.raises(Conflict):
            await act(changes.plan, "flag", {"flag": "alpha", "to": "off"}, "while the round is there")
        await as_owner(self.addresses, "update ops.change set reach = 15 where id = $1", out.id)
        with pytest.raises(Conflict, match="not confirmed"):
            await act(changes.confirm, await now_of(out), "tests")
        await act(changes.undo, await now_of(out), "the round is over")
        assert await self.in_force() == {name: (True, None, set()) for name in ("alpha", "beta")}

    async def test_what_cannot_be_taken_out_is_said_with_why(self) -> None:
        one = await self.confirmed("alpha")
        other = await self.confirmed("beta", needs=one.id)
        holds = await self.confirmed(WALL.name)
        under_way, _ = await act(changes.plan, "flag", {"flag": "gamma", "to": "on"}, "to see what it does")
        await act(changes.start, under_way.id)
        for what, why in ((f"{one.id}:1", f"change {other.id} stands on change {one.id}"), (f"{holds.id}:1", "holds"),
                          (f"{under_way.id}:1", "is going"), (f"{one.id}:1,2 {other.id}:1", "same cells")):
            with pytest.raises(Invalid, match=why):
                await act(changes.plan, "without", {"without": what}, "a round")
        async with reading(WHO) as r:
            asked = await changes.narrow(r, "failed", datetime.now(UTC))
        assert set(asked.known.changes) == {one.id, other.id} and asked.others == 2
        assert await act(changes.plan, "without", {"without": f"{one.id}:1 {other.id}:1,2"}, "a round")

    async def test_what_was_overtaken_and_what_that_stands_on_stay_where_they_are(self) -> None:
        one = await self.confirmed("alpha")
        other = await self.confirmed("beta", needs=one.id)
        newest = await self.confirmed("beta", to="off")
        for number, why in ((one.id, "one overtook another"), (other.id, f"overtaken by change {newest.id}")):
            with pytest.raises(Invalid, match=why):
                await act(changes.plan, "without", {"without": f"{number}:1"}, "a round")
        async with reading(WHO) as r:
            asked = await changes.narrow(r, "failed", datetime.now(UTC))
        assert asked.known.changes == (newest.id,) and asked.others == 2

    async def test_two_that_harm_together_are_found_from_what_was_kept(self) -> None:
        made = [await self.confirmed(name) for name in NAMES]
        guilty = {made[1].id, made[3].id}
        start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3, minutes=30)
        draw, at = np.random.default_rng(1), start
        await as_owner(self.addresses, "insert into ops.series (name, target) select 'cell_failed_ratio', n::text from "
                       "generate_series(0, 15) n on conflict do nothing")
        places = {int(row["target"]): row["id"] for row in await as_owner(
            self.addresses, "select id, target from ops.series where name = 'cell_failed_ratio'")}

        async def goes_on(minutes: int, free: frozenset[int]) -> None:
            nonlocal at
            looks = []
            for minute in range(minutes):
                numbers = np.full(max(places.values()), -1.0)
                for cell, place in places.items():
                    numbers[place - 1] = abs(.02 + .01 * draw.normal() + (.05 if cell not in free else 0))
                looks.append({"at": (at + timedelta(minutes=minute)).isoformat(), "numbers": numbers.tolist()})
            await as_owner(self.addresses, "insert into ops.look (grain, at, numbers) select 15, one.at, one.numbers "
                           "from jsonb_to_recordset($1::text::jsonb) one(at timestamptz, numbers real[])",
                           msgspec.json.encode(looks).decode())
            at += timedelta(minutes=minutes)

        await goes_on(60, frozenset())
        for _ in range(6):
            async with reading(WHO) as r:
                asked = await changes.narrow(r, "failed", at)
            if asked.known.guilty:
                break
            text = without.written(changes.by_change(asked.next))
            out, _ = await act(changes.plan, "without", {"without": text}, "a round")
            await act(changes.start, out.id)
            await as_owner(self.addresses, "delete from ops.exposure where change = $1", out.id)
            await as_owner(self.addresses, "insert into ops.exposure (change, cell, since, until) select $1, n, $2, $3 "
                           "from generate_series(0, 15) n", out.id, at, at + timedelta(minutes=10))
            async with reading(WHO) as r:
                now = await changes.narrow(r, "failed", at + timedelta(minutes=1))
            assert now.open_round is not None and now.open_round.id == out.id and not now.next
            await act(changes.undo, await now_of(out), "the round is over")
            await goes_on(10, frozenset(cell for number, cells in without.read(text).items() if number in guilty
                                        for cell in cells))
            await goes_on(2, frozenset())
        assert set(asked.known.guilty) == guilty and 1 <= asked.rounds <= 6
        async with reading(WHO) as r:
            assert {one.change.id for one in await changes.suspects(r, at - timedelta(hours=1), at)} >= guilty
