"""What is one incident, what probably did it, who is called and when, what is said: without a database."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from petrel.ops import changes
from petrel.ops.incidents import (
    HARM,
    Board,
    Card,
    Cell,
    Event,
    Incident,
    Page,
    Suspect,
    rota,
    screen,
    suspecting,
    telling,
)
from petrel.ops.incidents.grouping import below, roots
from petrel.ops.incidents.suspecting import ALIKE, Exposed, Part, fits, rank, symptom
from petrel.ops.incidents.tending import groups, hurts, parts
from petrel.ops.safeguards import components
from petrel.ops.watching import Alert, Owner, Rota, plan

NIGHT = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
ALL = components()


def alert(number: int, rule: str, *, value: float = 1.0, after_s: float = 0, target: str = "") -> Alert:
    at = NIGHT + timedelta(seconds=after_s)
    return Alert(number, rule, target, "crew", value, at, at, 1, None, None)


@pytest.mark.parametrize(("failing", "wanted"), [
    ({"followers", "main-database"}, {"followers": "main-database", "main-database": "main-database"}),
    ({"followers", "main-database", "disk"}, dict.fromkeys(("followers", "main-database", "disk"), "disk")),
    ({"mail", "followers"}, {"mail": "mail", "followers": "followers"}),
    ({"web", "certificates"}, dict.fromkeys(("web", "certificates"), "certificates")),
    ({"rule mine"}, {"rule mine": "rule mine"}),
    ({"web", "followers", "jobs"}, dict.fromkeys(("web", "followers", "jobs"), "keyring"))])
def test_what_fails_is_put_down_to_what_lies_deepest(failing: set[str], wanted: dict[str, str]) -> None:
    assert roots(ALL, dict.fromkeys(failing, NIGHT)) == wanted


def test_three_that_lean_on_one_silent_thing_but_at_other_times_have_no_one_cause() -> None:
    since = {name: NIGHT + timedelta(hours=at) for at, name in enumerate(("web", "followers", "jobs"))}
    assert roots(ALL, since)["followers"] == "followers"


def test_alerts_of_one_cause_are_one_group_of_the_worst_severity_and_tickets_are_none(tmp_path) -> None:
    rules = plan(tmp_path, Owner())
    found = {one.root: one for one in groups(rules, [
        alert(1, "canary", after_s=60), alert(2, "database", value=70), alert(3, "mail"), alert(4, "flag"),
        alert(5, "mine")])}
    assert found["main-database"].alerts == (1, 2) and found["main-database"].severity == 1
    assert found["main-database"].began_at < NIGHT, "a rule waits before it fires"
    assert found["mail"].alerts == (3,) and found["rule mine"].severity == 3 and len(found) == 3


def suspected(failing: dict[str, datetime]) -> set[str]:
    """The first three suspects of each incident that these make."""
    found, root_of = set[str](), roots(ALL, failing)
    for root in set(root_of.values()):
        hits = tuple(name for name, its in root_of.items() if its == root and name != root)
        found |= {one.name for one in rank([], parts(root, hits, [], {}), [], NIGHT, len(hits) + 1)[:3]}
    return found


def symptoms(name: str) -> list[str]:
    """What can say that it fails because of it."""
    return [other for other in ALL if name in below(ALL, other) and ALL[other].rules]


def test_whatever_fails_with_all_its_symptoms_is_among_the_first_three() -> None:
    for name, one in ALL.items():
        failing = {*symptoms(name), *([name] if one.rules else [])}
        assert not failing or name in suspected(dict.fromkeys(failing, NIGHT)), name


def test_so_it_is_with_half_of_them_and_a_second_fault_beside_nearly_always() -> None:
    known = [name for name, one in ALL.items() if one.rules]
    found, many = 0, 0
    for seed in range(100):
        rng, failing = random.Random(seed), dict[str, datetime]()       # noqa: S311 (a simulation)
        faults = [rng.choice(known) for _ in range(2 if seed % 3 == 0 else 1)]
        for at, name in enumerate(faults):
            half = rng.sample(symptoms(name), len(symptoms(name)) // 2)
            for part in (name, *half):
                failing.setdefault(part, NIGHT + timedelta(seconds=900 * at + rng.randrange(120)))
        found, many = found + len(set(faults) & suspected(failing)), many + len(set(faults))
    assert found / many >= .95


@pytest.mark.parametrize("seed", range(20))
def test_of_three_hundred_changes_the_guilty_one_comes_first(seed: int) -> None:
    rng = random.Random(seed)       # noqa: S311 (a simulation)
    cells = {number: frozenset(rng.sample(range(16), rng.choice((1, 4, 15)))) for number in range(300)}
    guilty = next(number for number in range(299, -1, -1) if len(cells[number]) == 4)
    bad = {cell: (sum(rng.random() < (.15 if cell in cells[guilty] else .02) for _ in range(400)), 400.0)
           for cell in range(16)}
    found = rank([Exposed(number, "flag", f"flag={number}", "going", 1, NIGHT - timedelta(minutes=2 * (300 - number)),
                          changes.score(had, bad) / ALIKE) for number, had in cells.items()], [], [], NIGHT, 1)
    assert found[0].change == guilty and found[0].do.startswith(f"petrel changes undo {guilty} ")


def test_what_began_before_is_likelier_than_what_began_long_ago_or_after() -> None:
    def change(number: int, minutes: float) -> Exposed:
        return Exposed(number, "setting", "x", "confirmed", 1, NIGHT + timedelta(minutes=minutes))

    disk = Part("disk", "", 1, False, "The disk is 90% full.", "Handbook: when the disk fills.")
    found = rank([change(1, -2), change(2, -2000), change(3, 10)], [disk], [("grows", "petrel ops drift")], NIGHT, 1)
    assert [one.name for one in found] == ["change 1", "disk", "growth", "change 2", "change 3"]
    assert sum(one.weight for one in found) == pytest.approx(1, abs=.01)
    assert found[0].change is None, "what is confirmed is not undone by a button"
    [first, *_] = rank([change(1, -2)], [replace(disk, does_fail=True)], [], NIGHT, 1)
    assert first.name == "disk", "the doctor finds something wrong with it as well"
    assert "began 0 min before" in rank([change(1, 0.1)], [], [], NIGHT, 1)[0].says, "not -0"
    assert rank([], [], [], NIGHT, 0) == []


def test_what_hurts_is_counted_since_it_began() -> None:
    counts = [(NIGHT + timedelta(seconds=s), {3: (100 + s, s // 2, 100, 0, 0, 0, 0, 0, s // 4, 0)})
              for s in (0, 60, 120)]
    assert suspecting.hurts(counts[1][1], counts[2][1], 5) == {3: (30 + 15, 60)}
    bad, usual = hurts(counts, NIGHT + timedelta(seconds=70))[3]
    assert bad == 45 and usual == pytest.approx(60 * .75, rel=.2), "as it was before"
    assert hurts([], NIGHT) == {}


def test_who_harms_less_than_cells_differ_by_is_named_by_when_it_came_to_them() -> None:
    rng = random.Random(11)         # noqa: S311 (a simulation)
    begun = NIGHT.timestamp()
    ways = [[(cell, begun + 60 * (at + 4 * (place > 0) + 8 * (place > 3)), None)
             for place, cell in enumerate(rng.sample(range(16), 15))] for at in range(5, 45)]
    level, counts, so_far = [rng.uniform(.02, .2) for _ in range(16)], [], {cell: (0, 0) for cell in range(16)}
    for minute in range(60):
        at = NIGHT + timedelta(minutes=minute, seconds=15)
        counts.append((at, dict(so_far)))
        for cell, (asked, failed) in so_far.items():
            harm = .06 if any(one == cell and since_s < at.timestamp() for one, since_s, _ in ways[20]) else 0
            so_far[cell] = asked + 80, failed + sum(rng.random() < level[cell] + harm for _ in range(80))
    late = NIGHT + timedelta(minutes=31)
    minutes = symptom(counts, 5)
    assert minutes is not None and symptom([], 5) is None
    logs = fits(hurts(counts, late), late, [minutes], ways)
    assert max(range(40), key=logs.__getitem__) == 20 and logs[20] > 5
    assert max(max(logs[:20]), max(logs[21:])) < logs[20] - 2, "that cells differ blames nobody"


TURNS = Rota(turns=("anna", "ben"), manager="carla", wait_s=300)


def test_turns_change_hands_once_a_week() -> None:
    monday = datetime(2026, 1, 12, 9, tzinfo=UTC)
    seen = [rota.on_call(TURNS, monday + timedelta(days=7 * week, seconds=second))
            for week in range(3) for second in (-1, 0)]
    assert seen == ["anna", "ben", "ben", "anna", "anna", "ben"]
    assert rota.on_call(TURNS, datetime(2020, 1, 1, tzinfo=UTC)) in TURNS.turns, "a clock of years ago"
    assert rota.leads(replace(TURNS, manager=""), monday) == "anna"


def call(step: int, who: str, at: datetime, why: str = "", *, taken: bool = True) -> Page:
    return Page(step, who, "webhook x", at, at if taken else None, why)


def escalated(severity: int, minutes: int, *, heard: bool = True) -> list[tuple[int, tuple[str, ...]]]:
    """Who is called at which minute, when nobody ever takes it."""
    calls: list[Page] = []
    found = []
    for minute in range(minutes):
        now = NIGHT + timedelta(minutes=minute)
        if (due := rota.due(TURNS, severity, calls, now, 0, by_day=rota.is_day(now))) is not None:
            found.append((minute, due[1]))
            calls += [call(due[0], who, now, "" if heard else "dead", taken=heard) for who in due[1]]
    return found


def test_nobody_answers_and_the_next_is_called_on_time() -> None:
    first = rota.on_call(TURNS, NIGHT)
    second = next(name for name in TURNS.turns if name != first)
    assert escalated(2, 31) == [(0, (first,)), (5, (second,)), (10, ("carla",)), (15, (*TURNS.turns, "carla")),
                                (30, (*TURNS.turns, "carla"))]
    assert escalated(1, 1) == [(0, (first, "carla"))], "the gravest has its manager at once"
    assert escalated(3, 60) == escalated(4, 60) == [], "nobody is woken for what can wait"


def test_whom_nobody_could_reach_is_not_waited_for() -> None:
    assert [minute for minute, _ in escalated(2, 12, heard=False)][:4] == [0, 1, 2, 3]


def test_a_clock_that_jumps_holds_up_nobody_and_one_that_is_ahead_calls_early_only_once() -> None:
    calls = [call(0, "anna", NIGHT)]
    back = NIGHT - timedelta(hours=3)
    assert rota.due(TURNS, 2, calls, back, 10, by_day=False) is None
    assert rota.due(TURNS, 2, calls, back, 301, by_day=False) is not None


def test_a_crew_of_one_is_called_again_and_again_and_not_twice_at_once() -> None:
    one = Rota(turns=("anna",))
    assert rota.order(one, 1, NIGHT) == [("anna",)]
    assert rota.due(one, 1, [call(0, "anna", NIGHT)], NIGHT + timedelta(minutes=16), 0, by_day=False) == (1, ("anna",))


def board(now: datetime = NIGHT, **more: object) -> Board:
    return Board(**{"at": now, "site": "birds.example", "measures": {"disk_used_ratio": .4}, **more})   # type: ignore


INCIDENT = Incident(7, NIGHT - timedelta(minutes=4), NIGHT - timedelta(minutes=5), "web", 2, (1,))
SUSPECT = Suspect("change", "change 9", "flag x: began 3 min before", .9, "petrel changes undo 9 --reason \"s\"", 9)
CARD = Card(INCIDENT, "The processes that answer.", HARM[2], (), ("desk",), (SUSPECT,),
            (Event(NIGHT, "alert", "answers fired"), Event(NIGHT, "note", "ben: I have undone 9")),
            (call(0, "anna", NIGHT),), "docs/runbooks/bad-push.md", (), SUSPECT.do, 9)


@pytest.mark.parametrize(("shown", "late_s", "word"), [
    (None, 0, "unknown"), (board(), 0, "well"), (board(), 61, "unknown"), (board(), -3600, "unknown"),
    (board(measures={}), 0, "unknown"), (board(is_blind=True), 0, "sick"), (board(open=(CARD,)), 0, "sick")])
def test_empty_or_old_is_never_well(shown: Board | None, late_s: float, word: str) -> None:
    assert telling.verdict(shown, NIGHT + timedelta(seconds=late_s))[0] == word


def test_the_brief_says_what_hurts_whom_since_when_what_did_it_what_was_done_and_what_is_next() -> None:
    other = replace(CARD, incident=replace(INCIDENT, id=8, root="mail"))
    said = telling.brief(CARD, board(open=(CARD, other)), NIGHT)
    for part in ("INCIDENT 7, severity 2: many people", "web (the processes that answer)", "5 minutes",
                 "called: anna; nobody has taken it", "90% change 9", "ben: I have undone 9",
                 "docs/runbooks/bad-push.md", "Next          petrel changes undo 9", "At the same time: 8 mail"):
        assert part in said
    assert "NOBODY COULD BE REACHED (anna)" in telling.brief(
        replace(CARD, pages=(call(0, "anna", NIGHT, "dead", taken=False),)), board(), NIGHT)
    assert "as they were before" in telling.brief(CARD, board(is_blind=True), NIGHT)


def test_the_hand_over_the_account_and_the_screen_hold_all_that_is_known() -> None:
    whole = board(open=(CARD,), frozen="we look", on_call="anna", manager="carla",
                  cells=tuple(Cell(n, 1.0, None if n else .31) for n in range(16)))
    card = telling.handover(whole, NIGHT)
    assert "On call anna; leads carla" in card and "ALL CHANGES ARE FROZEN: we look" in card and "- 7 web" in card
    ended = replace(CARD, incident=replace(INCIDENT, ended_at=NIGHT, why="undone", taken_by="ben", taken_at=NIGHT))
    account = telling.draft(ended)
    assert "ended 2026-03-03 04:00:00 UTC (5 minutes)" in account and "taken after 5 minutes by ben" in account
    text = screen(whole, NIGHT)
    assert text.startswith("SICK: ") and "0:31%" in text and "NEXT: petrel changes undo 9" in text
    assert "petrel ops take 7" in text and screen(None, NIGHT).startswith("UNKNOWN: ")


