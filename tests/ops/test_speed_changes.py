"""Is a release slower than the one before: what is noticed, how surely, and that nothing is said without reason."""

import math
import random
from html import unescape
from pathlib import Path
from typing import Any

from petrel.core.doors import Doors, deriving
from petrel.core.metrics import BUCKETS, bucket
from petrel.ops import watching
from petrel.ops.speed import changes, comparing, rules
from petrel.ops.speed.comparing import compare
from petrel.ops.watching import measuring
from petrel.storage.build import VERSION
from tests.web.someone import front_door
from tests.web.test_desk import crew_of
from tests.web.test_rooms import text_of

HOT = rules.MEASURES["hot_start"]


class Crowd:
    """Sessions with telephones of their own, faster and slower ones, that send few numbers or many."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)     # noqa: S311 (a crowd, no secret)
        self.cells: dict[int, list[int]] = {}

    def send(self, sessions: int, slower: float = 1.0) -> None:
        for _ in range(sessions):
            cell, own = self._draw.randrange(16), self._draw.lognormvariate(math.log(400), 0.5)
            counts = self.cells.setdefault(cell, [0] * BUCKETS)
            for _ in range(min(40, int(self._draw.paretovariate(1.2)))):
                counts[bucket(own * self._draw.lognormvariate(0, 0.25) * slower)] += 1


def test_a_release_like_the_one_before_raises_no_alarm_however_often_one_looks() -> None:
    """60 releases, each looked at 20 times as it grows; numbers of one session are alike. Not one, and not nearly."""
    alarms = 0
    for release in range(60):
        before, now = Crowd(2 * release), Crowd(2 * release + 1)
        before.send(400)
        said = False
        for _ in range(20):
            now.send(20)
            one = compare(before.cells, now.cells, HOT)
            said |= one is not None and one.weight >= comparing.SURE
        alarms += said
    assert alarms == 0


def test_three_tenths_more_are_noticed_and_less_is_no_alarm() -> None:
    before, now, faster = Crowd(1), Crowd(2), Crowd(3)
    before.send(3000)
    now.send(2000, slower=1.3)
    faster.send(2000, slower=0.7)
    one, other = compare(before.cells, now.cells, HOT), compare(before.cells, faster.cells, HOT)
    assert one and one.is_slower(HOT) and 1.2 < one.is_now / one.was < 1.4
    assert other and other.weight < -comparing.SURE and not other.is_slower(HOT)


def test_what_nobody_would_notice_is_not_said_however_sure_it_is() -> None:
    before, now = ({cell: [0] * BUCKETS for cell in range(16)} for _ in range(2))
    for cell in range(16):
        before[cell][bucket(100)] = before[cell][bucket(120)] = 10_000
        now[cell][bucket(100)], now[cell][bucket(120)] = 8_000, 12_000
    one = compare(before, now, HOT)
    assert one and one.weight > comparing.SURE and not one.is_slower(HOT)


def test_too_few_are_nothing_to_go_by() -> None:
    few, many, alone = Crowd(1), Crowd(2), Crowd(3)
    few.send(10)
    many.send(500)
    alone.send(500, slower=3)
    assert compare(many.cells, few.cells, HOT) is None
    assert compare(many.cells, {3: alone.cells[3], 4: alone.cells[4]}, HOT) is None, "two cells may be two sessions"


async def keep(release: str, crowd: Crowd, measure: str = "hot_start") -> None:
    async with deriving("tests") as w:
        for cell, counts in crowd.cells.items():
            await w.execute("insert into ops.field_measure values (current_date, $1, 'home', $2, $3, $4::bigint[])"
                            "on conflict (day, release, page, measure, cell) do update set counts = excluded.counts",
                            release, measure, cell, counts)


async def looked() -> list[Any]:
    async with deriving("tests") as w:
        await changes.look(w)
    return [one for one in await measuring.of_databases() if one.name == "speed_slower_ratio"]


async def test_the_watch_is_told_and_the_crew_reads_which_release_and_by_how_much(site: Doors, tmp_path: Path) -> None:
    before, same, now = Crowd(1), Crowd(2), Crowd(3)
    for crowd, slower in ((before, 1.0), (same, 1.0), (now, 1.8)):
        crowd.send(600, slower)
    await keep("0.0.9", before)
    await keep(VERSION, same)
    assert await looked() == []
    door = await front_door()
    mod = await crew_of(door, "spcmod")
    assert "no slower" in text_of(await mod.get("/desk/speed"))

    await keep(VERSION, now)
    [said] = await looked()
    assert said.target.startswith("hot_start p75 of home ") and said.target.endswith(f" ms since release {VERSION}")
    assert 1.6 < said.value < 2.0
    rule = watching.plan(tmp_path, watching.Owner()).rules["speed"]
    assert rule.measure == said.name and said.value > rule.limit
    now.send(30, 1.8)
    await keep(VERSION, now)
    assert [one.target for one in await looked()] == [said.target], "the same alert, not another with other numbers"
    page = unescape(text_of(await mod.get("/desk/speed")))
    assert "slower" in page and said.target in page and "0.0.9" in page

    await keep(VERSION, same)
    assert await looked() == [], "it is over when it is"


async def test_a_release_that_went_leaves_nothing_said(site: Doors) -> None:
    async with deriving("tests") as w:
        await w.execute("insert into ops.speed_change values "
                        "('0.0.9', 'home', 'shift', '0.0.8', 1, 1, 2, 9, now(), 'x')")
    assert await looked() == []
