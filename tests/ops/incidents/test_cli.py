"""`petrel ops` with the databases dead: what was said is kept for the brain of this machine."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from petrel.cli.ops import ops
from petrel.core.errors import Unavailable
from petrel.ops import incidents
from petrel.ops.incidents import HARM, Board, Card, Incident

NOW = datetime.now(UTC)


class Dead:
    """A site whose databases do not answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def settings(self, data: str | None = None) -> Any:
        return SimpleNamespace(folder=self.folder, alert_mail="", alert_webhook="")

    def call(self, *_: Any) -> Any:
        raise Unavailable


@pytest.fixture
def run(tmp_path: Path) -> Any:
    (tmp_path / "run").mkdir()
    cards = (Card(Incident(0, NOW, NOW, "main-database", 1, ()), "", HARM[1]),
             Card(Incident(7, NOW, NOW, "web", 2, ()), "", HARM[2]))
    incidents.board.write(tmp_path, Board(at=NOW, open=cards))

    def act(*words: str) -> Result:
        return CliRunner().invoke(ops, list(words), obj=Dead(tmp_path))
    return act


@pytest.mark.parametrize(("which", "root"), [("main-database", "main-database"), ("7", "web"), ("web", "web")])
def test_whoever_is_on_it_says_so_and_is_heard(run: Any, tmp_path: Path, which: str, root: str) -> None:
    assert run("take", which, "--as", "carla").exit_code == 0
    assert run("note", which, "the disk is gone", "--as", "carla").exit_code == 0
    board = incidents.board.read(tmp_path)
    assert board is not None
    assert {card.incident.root for card in board.open if card.incident.taken_by == "carla"} == {root}
    shown = run("show", which)
    assert "carla is on it" in shown.output and "carla: the disk is gone" in shown.output


def test_what_is_not_known_here_is_refused_and_leaves_nothing(run: Any, tmp_path: Path) -> None:
    for which in ("8", "nothing", "9" * 40):
        assert isinstance(run("take", which, "--as", "carla").exception, Unavailable)
        assert run("show", which).exit_code != 0
    assert incidents.slips.read(tmp_path) == []
