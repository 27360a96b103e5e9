"""What somebody new reads off a page: the commands in its sentences, as far as the command line knows them."""

import pytest

from drills.exodus.faults import FAULTS
from drills.exodus.reading import commands, filled, only_looks
from petrel.ops.watching import Owner, plan


@pytest.mark.parametrize(("text", "found"), [
    ("petrel restart followers where it stands still; petrel doctor says whether it has too much to do.",
     [("restart", "followers"), ("doctor",)]),
    ("petrel jobs dead says why; petrel jobs retry --all once that is mended.",
     [("jobs", "dead"), ("jobs", "retry", "--all")]),
    ("They hang: `petrel restart jobs`.", [("restart", "jobs")]),
    ("petrel changes undo 17 --reason it", [("changes", "undo", "17", "--reason", "it")]),
    ("petrel changes undo NUMBER --reason", []),
    ("petrel is a network; petrel nonsense too; petrel jobs.", []),
    ("petrel restart", []),
])
def test_commands_end_where_their_words_do(text: str, found: list[tuple[str, ...]]) -> None:
    assert commands(text) == found


def test_capitals_are_filled_in_or_not_typed() -> None:
    assert filled(("changes", "undo", "NUMBER"), {"NUMBER": "17"}) == ("changes", "undo", "17")
    assert filled(("mail", "test", "YOUR-ADDRESS"), {}) is None
    assert only_looks(("jobs", "dead")) and not only_looks(("jobs", "retry", "--all"))


def test_what_each_rule_has_people_type_is_there(tmp_path) -> None:
    """A cure that begins with a command names one that exists."""
    rules = plan(tmp_path, Owner()).rules
    broken = [name for name, rule in rules.items() if rule.cure.startswith("petrel ") and not commands(rule.cure)]
    assert broken == [] and len({one.name for one in FAULTS}) == len(FAULTS) >= 8
