"""What is next for a change, and how harm is told from chance: without a database."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from petrel.core import flags, ids
from petrel.core.flags import InForce
from petrel.ops.changes import evidence, rules
from petrel.ops.changes.evidence import Trials, Usual
from petrel.ops.changes.reads import score
from petrel.ops.changes.shapes import Around, Change, Evidence, Found

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SEEN = Evidence((0.0,) * 4, (0.0,) * 4, 50, 50)


def change(reach: int = 1, seen: Evidence = SEEN, since_s: float = 60, **more: Any) -> Change:
    at = NOW - timedelta(seconds=since_s)
    return Change(**{"id": 7, "kind": "flag", "what": {}, "inverse": {}, "plan": bytes(32), "risk": 1,
                     "visiting": tuple(range(16)), "reach": reach, "state": "going", "reason": "", "why": "", "turn": 1,
                     "evidence": seen, "needs": None, "made_at": at, "wave_at": at,
                     "confirm_by": NOW + timedelta(hours=1), "ended_at": None} | more)


def next_of(one: Change, *, itself: bool = True, **around: Any) -> tuple[str, int]:
    step = rules.next_step(one, Around(**{"now": NOW, "is_frozen": False, "given": 0} | around), itself)
    return step.do, step.reach


def test_it_goes_from_one_cell_to_a_quarter_to_all_but_the_control_and_is_confirmed() -> None:
    assert rules.waves(16) == (1, 4, 15, 16)
    assert rules.waves(1024) == (1, 64, 256, 1023, 1024)
    assert rules.waves(1) == (1,)
    assert next_of(change(1)) == ("widen", 4)
    assert next_of(change(4)) == ("widen", 15)
    assert next_of(change(15)) == ("confirm", 0)


def test_a_wave_lasts_until_enough_was_seen_but_not_for_ever() -> None:
    little = Evidence(exposed=3, control=50)
    assert next_of(change(since_s=10)) == ("wait", 0)
    assert next_of(change(seen=little)) == ("wait", 0)
    assert next_of(change(seen=little, since_s=601)) == ("widen", 4)


def test_what_holds_it_up_and_what_ends_it() -> None:
    assert next_of(change(), is_frozen=True) == next_of(change(15), is_frozen=True) == ("wait", 0)
    assert next_of(change(), given=14) == ("wait", 0)
    assert next_of(change(), given=13) == ("widen", 4)
    assert next_of(change(), alerts=(("canary", NOW),)) == ("undo", 0)
    assert next_of(change(), alerts=(("mail", NOW),)) == ("pause", 0)
    assert next_of(change(), alerts=(("canary", NOW - timedelta(hours=1)),)) == ("widen", 4)
    late = NOW - timedelta(seconds=1)
    assert next_of(change(4, confirm_by=late)) == ("undo", 0)
    assert next_of(change(15, confirm_by=late)) == ("confirm", 0)
    assert next_of(change(15, confirm_by=late), itself=False) == ("undo", 0)
    assert next_of(change(15), itself=False) == ("wait", 0)


def test_what_was_wrong_once_goes_no_further_until_it_was_looked_at_again() -> None:
    doubt = Found(is_doubtful=True)
    assert next_of(change(), found=doubt) == next_of(change(15), found=doubt) == ("wait", 0)
    assert next_of(change(4, confirm_by=NOW), found=doubt) == ("undo", 0)


def test_orders_differ_from_change_to_change() -> None:
    orders = {rules.order(True) for _ in range(50)}
    assert len(orders) > 45 and all(sorted(one) == list(range(16)) for one in orders)


def course(seed: int, harm: float, turns: int = 200) -> int:
    """In which turn a change is caught that makes a trial bad that much more often where it is; 0 for never. Cells
    differ in what is usual by half and more."""
    draw = random.Random(seed)     # noqa: S311 (only draws)
    usual = {cell: 0.01 + 0.03 * draw.random() for cell in range(16)}
    cells = {cell: Usual(400, usual[cell] * 400, 0) for cell in range(16)}
    whole = Usual(6400, sum(one.failed for one in cells.values()), 0)
    have = frozenset(draw.sample(range(16), 1))
    seen = Evidence()
    for turn in range(1, turns + 1):
        bad = {cell: int(draw.random() < min(1.0, usual[cell] + (harm if cell in have else 0))) for cell in range(16)}
        trials = Trials(dict.fromkeys(range(16), 1), bad, dict.fromkeys(range(16), 0))
        seen = evidence.after(seen, trials, have, frozenset(range(16)) - have, cells, whole)
        if evidence.speaks_against(seen):
            return turn
    return 0


def test_of_three_hundred_harmless_changes_none_is_undone_and_of_harmful_ones_all_within_a_minute() -> None:
    assert sum(course(seed, 0.0) > 0 for seed in range(300)) == 0
    caught = [course(seed, 0.9) for seed in range(100)]
    assert all(caught) and max(caught) <= 12, max(caught)


def test_a_client_that_fails_for_a_moment_undoes_nothing() -> None:
    bad = Trials({0: 1, 1: 1}, {0: 1, 1: 0}, {0: 0, 1: 0})
    seen = evidence.after(Evidence(), bad, frozenset((0,)), frozenset(range(1, 16)), {}, Usual(1000, 10, 10))
    assert not evidence.speaks_against(seen)


def test_of_twenty_answers_one_that_failed_makes_a_bad_trial_and_one_that_was_slow_does_not() -> None:
    assert evidence.is_bad(1, 20, evidence.FAILED) and not evidence.is_bad(1, 20)
    assert not evidence.is_bad(1, 100, evidence.FAILED)


def test_what_is_slow_follows_from_what_is_usual() -> None:
    usual = (700, 200, 60, 30, 10, 0, 0, 0)
    edge = evidence.edge_of(usual)
    assert evidence.Counted(took=usual).slow(edge) <= 0.05 * sum(usual)
    slower = evidence.Counted(1000, 0, (0, 0, 0, 0, 900, 60, 40, 0))
    assert evidence.is_bad(slower.slow(edge), 1000)
    assert not evidence.is_bad(evidence.Counted(took=usual).slow(edge), 1000)


@pytest.mark.parametrize("seed", range(5))
def test_of_two_hundred_changes_the_guilty_one_is_ranked_first(seed: int) -> None:
    draw = random.Random(seed)     # noqa: S311 (only draws)
    had = [frozenset(draw.sample(range(16), draw.choice((1, 4, 4, 15)))) for _ in range(200)]
    guilty = next(n for n in range(200) if len(had[n]) == 4 and had.count(had[n]) == 1)
    hurts = {cell: (float(draw.gauss(20, 4) + (60 if cell in had[guilty] else 0)), 1000.0) for cell in range(16)}
    scores = [score(cells, hurts) for cells in had]
    assert max(range(200), key=lambda n: scores[n]) == guilty


def test_a_flag_is_for_a_cell_a_share_or_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    flag = flags.PACKED_ANSWERS
    accounts = [(1_700_000_000_000 + n << 16) | (n % 16) << 6 for n in range(16_000)]
    monkeypatch.setattr(flags, "_in_force", {})
    assert flag.is_on(accounts[0]) and flag.is_on(None)
    flags.install({flag.name: InForce(True, becomes=False, cells=frozenset((3,)))})
    off = {ids.cell_of(one) for one in accounts if not flag.is_on(one)}
    assert off == {3} and flag.is_on(None)
    flags.install({flag.name: InForce(False, percent=10)})
    on = {one for one in accounts if flag.is_on(one)}
    assert 0.08 < len(on) / len(accounts) < 0.12 and not flag.is_on(None)
    flags.install({flag.name: InForce(False, percent=20)})
    assert all(flag.is_on(one) for one in on)
