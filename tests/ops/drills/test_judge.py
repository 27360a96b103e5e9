"""What a drill found decides its verdict, and nothing that did not look can pass."""

import pytest

from petrel.ops.drills.judge import judge

HARM = "acknowledged post lost"


@pytest.mark.parametrize("harm, sabotage, word", [
    ((), False, "passed"),
    (("anything at all",), False, "failed"),
    ((HARM,), True, "failed"),
    (("a count is wrong", HARM), True, "failed"),
    ((), True, "broken"),
    (("a count is wrong",), True, "broken"),
])
def test_the_four_ways_a_drill_can_end_by_itself(drill, outcome, harm, sabotage, word):
    assert judge(drill(), outcome(*harm), sabotage=sabotage)[0] == word


@pytest.mark.parametrize("sabotage", [False, True])
@pytest.mark.parametrize("harm", [(), (HARM,)])
def test_an_empty_run_is_broken_whatever_it_says(drill, outcome, harm, sabotage):
    word, why = judge(drill(), outcome(*harm, exercised=0), sabotage=sabotage)
    assert word == "broken" and "empty run" in why


def test_a_sabotage_that_did_other_harm_says_what_was_seen(drill, outcome):
    _, why = judge(drill(), outcome("a count is wrong"), sabotage=True)
    assert "the lock" in why and HARM in why and "a count is wrong" in why
