"""`petrel changes narrow` says what is believed, and what to type next."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from petrel.cli.changes import changes
from petrel.ops.changes import Asked
from petrel.ops.changes.narrowing import Narrowing
from tests.ops.changes.test_rules import change

WITH_IT = (frozenset({11, 12}), frozenset({12}), frozenset({13}))
NOTHING = Narrowing((11, 12, 13), WITH_IT, np.zeros((3, 3)), np.zeros((3, 3)))
NAMED = replace(NOTHING, along=np.array([[0, 0, 90], [0, 0, 0], [0, 0, 0.0]]), seen=np.full((3, 3), 40.0))


class Site:
    """Answers what it was told, in this order."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def settings(self, data: str | None = None) -> Any:
        return SimpleNamespace()

    def call(self, *_: Any) -> Any:
        return self._answers.pop(0)


def said(site: Site, *words: str) -> str:
    done = CliRunner().invoke(changes, ["narrow", *words], obj=site)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_round_is_proposed_and_planned_when_asked_for() -> None:
    asked = Asked(NOTHING, 0, 2, next={0: frozenset({11, 12}), 5: frozenset({13}), 7: frozenset()})
    first = said(Site(asked))
    assert "3 changes can be taken out of cells, 2 cannot. Rounds: 0." in first
    assert "Next: 3 changes out of some cells" in first
    assert "petrel changes narrow --by failed --reason" in first
    assert "petrel changes start 99" in said(Site(asked, (change(id=99), None)), "--reason", "a round", "--by", "slow")


def test_while_one_is_there_its_end_is_next() -> None:
    ripe = datetime(2026, 3, 4, 12, 10, tzinfo=UTC)
    text = said(Site(Asked(NOTHING, 1, 0, change(id=98), ripe)))
    assert "End it after 2026-03-04 12:10:00 UTC" in text and "petrel changes undo 98 --reason" in text


def test_the_guilty_are_named_the_one_first_with_which_fewer_go() -> None:
    text = said(Site(Asked(NAMED, 4, 0)))
    assert "11 together with 13" in text
    assert text.index("petrel changes revert 13") < text.index("petrel changes revert 11")


@pytest.mark.parametrize(("known", "words"), [
    (NOTHING, "It is none of these."), (Narrowing((), (), np.zeros((0, 0)), np.zeros((0, 0))), "nothing to try")])
def test_where_nobody_is_left_that_is_said(known: Narrowing, words: str) -> None:
    assert words in said(Site(Asked(known, 3, 1)))
