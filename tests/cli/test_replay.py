"""The command `petrel replay`: what it accepts, prints and ends with."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from petrel.cli import petrel
from petrel.core.errors import Unavailable
from petrel.ops import replay as room
from petrel.ops.replay.report import FanOut, Loaded, Played, Report
from petrel.ops.replay.shapes import Checked, Difference, Options, Spread

NONE = Spread(0, 0.0, 0.0, 0.0)
WRONG = Difference(7, "never read", "missing", 11, 12, "boost by p1 of or to p2")


def report(*differences: Difference) -> Report:
    played = Played(1, 0, {"boost": 1}, {}, {}, {}, (), 1.0, 1.0, {"boost": NONE}, NONE)
    checked = Checked(1, 1, 5, 5, 0.1, 0, len(differences), differences)
    return Report("x", "a", "b", 60.0, Loaded(2, 1, 3, 0.1), played, FanOut(NONE, 0), checked)


class Settings:
    def __init__(self, folder: Path) -> None:
        self.folder = folder


class Wiring:
    def settings(self, data: str | None) -> Settings:
        return Settings(Path(data or "petrel-data"))

    @asynccontextmanager
    async def opened(self, data_dir: Path) -> AsyncIterator[None]:
        yield


def run(monkeypatch: pytest.MonkeyPatch, outcome: Report | Exception, *arguments: str) -> tuple[Result, list[Options]]:
    given: list[Options] = []

    @asynccontextmanager
    async def find_site(_data_dir: Path) -> AsyncIterator[str]:
        yield "http://localhost:1"

    async def play(options: Options, *_: Any) -> Report:
        given.append(options)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(room, "find_site", find_site)
    monkeypatch.setattr(room, "replay", play)
    return CliRunner().invoke(petrel, ["replay", *arguments], obj=Wiring()), given


def test_times_are_utc_and_the_report_is_for_people(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    times = ("--from", "2012-07-04T06:00:00", "--until", "2012-07-04T09:00:00+02:00")
    result, [options] = run(monkeypatch, report(), str(tmp_path), "--data", str(tmp_path / "new"), *times)
    assert result.exit_code == 0, result.output
    assert (options.from_at, options.until_at, options.speed) == (1341381600, 1341385200, 60.0)
    assert options.accounts is None and options.data_dir == tmp_path / "new"
    assert result.output.strip().endswith("GOOD")


def test_a_difference_is_printed_and_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    arguments = (str(tmp_path), "--data", str(tmp_path), "--accounts", "50", "--speed", "2.5")
    result, [options] = run(monkeypatch, report(WRONG), *arguments)
    assert result.exit_code == 1
    assert "missing: 11 (boost by p1 of or to p2) on p7, never read" in result.output
    assert (options.accounts, options.speed) == (50, 2.5)

    result, _ = run(monkeypatch, report(WRONG), *arguments, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["ok"] is False and told["checked"]["first"][0]["entry"] == 11


def test_what_went_wrong_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result, _ = run(monkeypatch, Unavailable("the site is gone"), str(tmp_path), "--data", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.strip() == "petrel: the site is gone"


@pytest.mark.parametrize(
    "wrong", [("--speed", "0"), ("--from", "yesterday"), ("--accounts", "1"), ("--connections", "0")]
)
def test_arguments_without_a_meaning_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: tuple[str, str]
) -> None:
    result, given = run(monkeypatch, report(), str(tmp_path), "--data", str(tmp_path), *wrong)
    assert result.exit_code == 2 and not given
    assert wrong[0] in result.output
