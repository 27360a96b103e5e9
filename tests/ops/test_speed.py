"""Field measurement: what a browser may say, what is kept of it, and what the crew sees."""

import json
from typing import Any

import pytest

from petrel.core import limits, metrics
from petrel.core.doors import Doors, deriving, reading
from petrel.core.errors import Invalid, NotFound, Unavailable
from petrel.core.metrics import BUCKETS, Histograms, bucket, middle, quantile
from petrel.core.viewer import Anonymous, System
from petrel.ops import speed
from petrel.ops.speed import Beacon, collecting
from petrel.ops.speed.jobs import forget
from petrel.storage.build import VERSION
from tests.web.browser import Answer
from tests.web.someone import Someone, front_door, joined
from tests.web.test_desk import crew_of
from tests.web.test_rooms import text_of

OURS = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
SAID: dict[str, Any] = {"release": VERSION, "page": "home", "cell": 3,
                        "measures": {"first_content": 812.5, "shift": 0.01, "dropped": 0}}


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    collecting._field.take()
    metrics.ANSWERS.take()
    collecting._taken = 0


async def send(who: Someone, said: Any = SAID, headers: dict[str, str] = OURS) -> Answer:
    return await who.ask("POST", "/beacon", json.dumps(said).encode(), headers)


async def kept() -> list[Any]:
    async with reading(System("tests")) as r:
        return await r.fetch("select release, page, measure, cell, counts from ops.field_measure order by measure")


def test_a_number_is_found_again_to_a_tenth() -> None:
    for value in (1.2, 7, 55, 812.5, 30_000):
        assert abs(middle(bucket(value)) / value - 1) < 0.1
    assert (bucket(0), bucket(0.4), bucket(1e12), bucket(-3)) == (0, 0, BUCKETS - 1, 0)


def test_quantiles_are_read_off() -> None:
    counts = [0] * BUCKETS
    for value in range(1, 1001):
        counts[bucket(value)] += 1
    found = [quantile(counts, share) or 0 for share in (0.5, 0.75, 0.95)]
    assert all(abs(a / b - 1) < 0.12 for a, b in zip(found, (500, 750, 950), strict=True)), found
    assert quantile([0] * BUCKETS, 0.5) is None


def test_what_could_not_be_kept_is_added_to_what_came_since_and_names_are_bounded() -> None:
    of: Histograms[str] = Histograms(most=2)
    of.count("a", 5)
    taken = of.take()
    of.count("a", 5)
    of.count("b", 5)
    of.count("c", 5)
    of.give_back(taken)
    now = of.take()
    assert sum(now["a"]) == 2 and set(now) == {"a", "b"}


@pytest.mark.parametrize("wrong", [
    {"page": "/@mira"}, {"cell": 16}, {"cell": -1}, {"release": "9.9.9"}, {"measures": {}},
    {"measures": {"first_content": -1}}, {"measures": {"first_content": 1e9}}, {"measures": {"shift": float("nan")}},
    {"measures": {"heartbeat": 70}}])
def test_a_beacon_with_anything_wrong_is_refused_whole(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        speed.take(Beacon(**{**SAID, **wrong}))
    assert collecting._field.take() == {}


async def test_a_beacon_is_counted_and_nothing_else_of_it_is_kept(site: Doors) -> None:
    visitor = Someone(await front_door())
    assert (await send(visitor)).status == 204 and (await send(visitor)).status == 204
    await speed.flush()
    rows = await kept()
    assert [(row["measure"], row["page"], row["cell"], row["release"]) for row in rows] == [
        (measure, "home", 3, VERSION) for measure in ("dropped", "first_content", "shift")]
    assert rows[1]["counts"][bucket(812.5)] == 2 and rows[2]["counts"][bucket(10)] == 2
    await send(visitor)
    await speed.flush()
    assert (await kept())[1]["counts"][bucket(812.5)] == 3, "added to what is there"


@pytest.mark.parametrize("headers", [
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://elsewhere.example"}, {}])
async def test_other_sites_cannot_send_any(site: Doors, headers: dict[str, str]) -> None:
    visitor = Someone(await front_door())
    assert (await send(visitor, SAID, {"content-type": "application/json", **headers})).status == 403
    assert collecting._field.take() == {}


@pytest.mark.parametrize("said", [{}, [], {**SAID, "account": 1}, {**SAID, "cell": "3"}, {**SAID, "measures": [1]}])
async def test_garbage_is_refused(site: Doors, said: Any) -> None:
    answer = await send(Someone(await front_door()), said)
    assert answer.status in (400, 422) and collecting._field.take() == {}


async def test_a_session_does_not_make_a_difference_and_too_much_is_no_harm(site: Doors,
                                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    door = await front_door()
    [mia] = await joined(door, "spmia")
    mia.cookies["petrel_session"] = "nonsense"
    assert (await send(mia)).status == 204
    monkeypatch.setattr(collecting, "MOST_A_MINUTE", 2)
    for _ in range(5):
        assert (await send(mia)).status == 204
    assert sum(map(sum, collecting._field.take().values())) == 2 * 3
    limits.install(limits.Limits(field_percent=0))
    collecting._taken = 0
    assert (await send(mia)).status == 204 and collecting._field.take() == {}
    limits.install(limits.Limits())


async def test_nothing_is_lost_while_the_database_is_away(site: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    await send(Someone(await front_door()))
    before = (await kept())[0]["counts"]

    async def away(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as m:
        m.setattr(collecting, "_add", away)
        with pytest.raises(Unavailable):
            await speed.flush()
    await speed.flush()
    assert sum((await kept())[0]["counts"]) == sum(before) + 1


async def test_the_crew_sees_how_fast_the_site_is_and_nobody_else(site: Doors) -> None:
    door = await front_door()
    mod, [member] = await crew_of(door, "spmod"), await joined(door, "spann")
    await member.get("/@spann")
    await send(member)
    await speed.flush()
    page = await mod.get("/desk/speed")
    said = text_of(page)
    assert "First content" in said and "Answers" in said and "/@{handle}" in said and VERSION in said
    assert "<polyline" in page.text and not any(word in page.text for word in ("<script>", "style=", "NaN"))
    assert (await mod.get("/desk/speed?days=7")).status == 200
    assert (await member.get("/desk/speed")).status == 404
    async with reading(Anonymous()) as r:
        with pytest.raises(NotFound):
            await speed.seen_by_crew(r, 30)
        assert await r.fetch("select * from ops.speed_of_field($1, 30)", r.digest) == []


async def test_what_is_old_is_forgotten(site: Doors) -> None:
    async with deriving("tests") as w:
        for table, key in (("field_measure", "'x', 'home', 'shift', 0"), ("answer_time", "'x', '/'")):
            await w.execute(f"insert into ops.{table} values "
                            f"(current_date - 91, {key}, array_fill(1::bigint, array[81]))")
    assert await forget() == "2 rows of long ago forgotten"
    assert await forget() is None
