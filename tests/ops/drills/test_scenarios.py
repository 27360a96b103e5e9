"""The table of all scenarios, and what may be said of each. source: docs/law/SCENARIOS.md, rule of honesty."""

import re
from datetime import UTC, datetime

import pytest

from petrel.ops.drills import Broken, drills, listing, names, scenarios, table
from petrel.ops.drills.scenarios import parse
from petrel.storage.build import ROOT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXT = """
## A. Machines
| # | drill | the threat | what must exist | what the drill must show |
|--:|---|---|---|---|
| 6 | `toy` | It breaks. | A lock. | It holds. |
| 7 | `other` | It leaks. | A wall. | It stands. |
"""


def line_of(drill, *verdicts, build="b1", now=NOW):
    return table(parse(TEXT), {"toy": drill} if drill else {}, verdicts, build, now)[0]


@pytest.fixture
def pair(verdict):
    """The two verdicts that prove a row."""
    def made(**changes):
        return verdict("passed", **changes), verdict("failed", sabotage=True, harm=("x",), **changes)
    return made


def test_the_whole_document_is_read():
    rows = scenarios()
    assert {r.row for r in rows} == set(range(1, 65)) and len(rows) == 64
    database = next(r for r in rows if r.drill == "database")
    assert (database.row, database.section) == (6, "C. Incidents and the crew")
    assert "lost 0" in database.must_show and all(r.threat and r.must_show for r in rows)


def test_the_results_have_each_drill_once():
    rows = re.findall(r"^\| `([a-z-]+)` \(", (ROOT / "bench/RESULTS.md").read_text(), re.MULTILINE)
    assert sorted(rows) == names()


@pytest.mark.parametrize("text", ["", "| 6 | `toy` | a | b |", TEXT + "| 8 | `toy` | a | b | c |"])
def test_a_document_that_cannot_be_read_is_said(text):
    with pytest.raises(Broken):
        parse(text)


def test_without_a_drill_missing_without_verdicts_built(drill, verdict, pair):
    assert line_of(None).state == "missing"
    assert line_of(drill()).state == "built"
    passed, failed = pair()
    assert line_of(drill(), passed).state == line_of(drill(), failed).state == "built"


def test_proven_needs_the_whole_the_pass_and_the_failed_sabotage_on_this_build(drill, pair):
    assert line_of(drill(), *pair()).state == "proven"
    assert line_of(drill(), *pair(), build="b2").state == "proven on an older build"
    passed, failed = pair()[0], pair(build="b0")[1]
    assert line_of(drill(), passed, failed).state == "proven on an older build"


def test_a_part_stays_partly_and_says_what_is_left_out(drill, pair):
    line = line_of(drill(covers="part", left_out="standby"), *pair())
    assert (line.state, line.left_out) == ("partly", "standby")
    assert line_of(drill(covers="part"), *pair(), build="b2").state == "partly on an older build"


def test_a_simulated_drill_says_so_and_proves_no_component(drill, pair):
    assert line_of(drill(tier="simulated"), *pair()).state == "simulated"
    assert line_of(drill(tier="simulated"), *pair(), build="b2").state == "simulated on an older build"
    assert line_of(drill(tier="simulated"), pair()[0]).state == "built"


@pytest.mark.parametrize("word", ["failed", "broken", "impossible"])
def test_the_last_word_counts(drill, verdict, pair, word):
    line = line_of(drill(), *pair(), verdict(word, at="2026-11-20T11:00:00+00:00"))
    assert (line.state, line.verdict) == ("built", word)


@pytest.mark.parametrize("word", ["passed", "broken"])
def test_a_sabotage_run_that_did_not_fail_proves_nothing(drill, verdict, word):
    assert line_of(drill(), verdict("passed"), verdict(word, sabotage=True)).state == "built"


def test_past_its_shelf_life_a_verdict_is_stale(drill, pair):
    assert not line_of(drill(shelf_life_days=2), *pair()).is_stale
    assert line_of(drill(shelf_life_days=2), *pair(), now=datetime(2026, 11, 23, tzinfo=UTC)).is_stale
    older = pair()[0], pair(at="2026-11-16T10:00:00+00:00")[1]
    line = line_of(drill(shelf_life_days=2), *older)
    assert line.is_stale and line.until == "2026-11-18T10:00:00+00:00", "the run without protection counts too"


def test_the_listing_shows_every_row_and_counts(drill, pair):
    text = listing(table(parse(TEXT), {"toy": drill(shown=("kills",))}, pair(figures={"kills": 10}), "b1", NOW), "b1")
    assert "proven" in text and "kills=10" in text and "2026-11-20" in text
    assert text.splitlines()[-1] == "2 rows: 1 proven, 1 missing. This build is b1."


def test_the_drills_there_are_stand_in_the_document_and_none_claims_more_than_its_part():
    rows = {r.drill: r.row for r in scenarios()}
    found = drills()
    assert set(names()) == set(found) >= {"database", "message-leak"}
    for name, head in found.items():
        assert rows.get(name, 0) == head.row and head.harm and head.sabotage
        assert (head.covers == "part") == bool(head.left_out), name
