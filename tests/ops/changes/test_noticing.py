"""What tells of harm that no answer counts: wrong with 200, new lines in the log, memory."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from petrel.core import asker
from petrel.ops.changes import noticing, proving
from petrel.ops.changes.noticing import Looks, Noticing, new_line
from petrel.ops.changes.proving import Proving
from petrel.ops.releases import Slope, memory
from petrel.ops.watching import KindOfLine, Lines, seen_lines
from tests.ops.changes.test_rules import change

WRONG = "3 of 8 posts are not on their follower's home"


def account(cell: int, number: int = 1) -> int:
    return (1_700_000_000_000 + number) << 16 | cell << 6


def kind(text: str = "request failed", level: str = "error", **cells: int) -> dict[str, KindOfLine]:
    return {text: KindOfLine(level, text, {int(cell[1:]): count for cell, count in cells.items()})}


@pytest.mark.parametrize(("wrong_in", "found"), [
    ({0}, WRONG),                       # where the change is
    (set(), ""),
    (set(range(16)), ""),               # everywhere: somebody else's to say
    ({5}, "")])                         # where it is not
async def test_what_is_wrong_only_where_the_change_is_is_its_doing(wrong_in: set[int], found: str) -> None:
    async def look(cell: int) -> str:
        return WRONG if cell in wrong_in else ""

    assert await Proving(look).prove(change(1)) == found


async def test_wrong_once_is_not_wrong_and_of_two_changes_in_a_cell_the_other_is_let_alone() -> None:
    said = iter((WRONG, "", ""))

    async def once(_cell: int) -> str:
        return next(said)

    async def guilty_is_in_3(cell: int) -> str:
        return WRONG if cell == 3 else ""

    assert await Proving(once).prove(change(1)) == ""
    proved = [await Proving(guilty_is_in_3).prove(change(15)) for _ in range(40)]
    assert not any(proved)


async def test_a_look_that_lasts_or_fails_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "EVERY_S", 0.0)
    goes_on = asyncio.Event()

    async def slow(_cell: int) -> str:
        await goes_on.wait()
        raise RuntimeError("the probe is broken, not the change")

    one = Proving(slow)
    assert not one.doubts
    assert one.turn([change(1)]) == {} and one.turn([change(1)]) == {}
    goes_on.set()
    await asyncio.sleep(0)
    assert one.turn([change(1)]) == {} and one.turn([]) == {}


def test_a_new_kind_of_line_counts_when_only_its_cells_write_it_and_more_than_one_member_met_it() -> None:
    one = change(1)
    assert new_line(one, [kind(c0=3)], set()) is not None
    assert new_line(one, [kind(c0=2)], set()) is None
    assert new_line(one, [kind(c0=9, c5=1)], set()) is None
    assert new_line(one, [kind(c0=9)], {"request failed"}) is None
    assert new_line(one, [kind(c0=9), kind(c5=1)], set()) is None         # the release that serves writes it as well
    assert new_line(change(4), [kind(c0=3)], set()) is None               # a quarter of all cells: more by chance
    assert new_line(change(4), [kind(c0=3, c1=2)], set()) is not None
    assert new_line(change(1, visiting=(3,)), [kind(c3=99)], set()) is None


def test_an_error_undoes_and_a_warning_waits_for_somebody() -> None:
    now: list[dict[str, KindOfLine]] = [kind("usual", c0=9)]
    watch = Noticing(Looks(lines=lambda: now))
    assert watch.turn([change(1)])[7] == noticing.Found()
    now[:] = [kind("usual", c0=99) | kind("odd", "warning", c0=9)]
    assert "odd" in watch.turn([change(1)])[7].strange
    assert watch.turn([change(1)])[7] == noticing.Found()           # said once: somebody has looked, and it goes on
    now.append(kind("broken", c0=9))
    assert "broken" in watch.turn([change(1)])[7].wrong


def test_lines_are_counted_by_kind_and_cell_without_what_anybody_typed(tmp_path: Path) -> None:
    path = tmp_path / "run" / "lines"
    lines = Lines(path)

    def ask(who: int | None, name: str, error: BaseException | None = None) -> None:
        asker.is_now(who)
        lines.saw("error", {"event": "request failed", "place": name, "exc_info": error})

    for n in range(4):
        ask(account(3, n), "/home", KeyError(f"a secret of number {n}\n\x1b[31m"))
    ask(account(4), "/home", KeyError("x"))
    for _ in range(9):
        ask(account(5), "/one-client")
    ask(None, "/visitors")
    lines.saw("info", {"event": "not of interest"})
    asker.is_now(None)
    found = seen_lines(path)
    assert {text: kind.cells for text, kind in found.items()} == {
        "request failed /home KeyError: *": {3: 4, 4: 1}, "request failed /one-client": {5: 1},
        "request failed /visitors": {}}
    assert b"secret" not in path.read_bytes()
    Lines(path)                                         # the next start goes on with it
    assert seen_lines(path) == found
    path.write_bytes(b"somebody else's")
    assert seen_lines(path) == {}
    Lines(path)
    assert path.stat().st_size > 100_000


def test_a_flood_of_kinds_ends_at_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    lines = Lines(path)
    for n in range(1_100):
        lines.saw("error", {"event": "".join(chr(97 + int(sign)) for sign in str(n))})
    assert len(seen_lines(path)) == 1_024
    Lines(path)
    assert seen_lines(path) == {}


def test_memory_is_compared_with_what_was_usual_before(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {1: 100, 2: 100}

    status = SimpleNamespace(parts={"web": SimpleNamespace(pids=[1, 2])})
    monkeypatch.setattr(memory, "read_status", lambda _data: status)
    monkeypatch.setattr(memory, "_resident", held.get)

    def passed(mib_before: int, mib_after: int) -> str:
        """Five minutes of either, a look every five seconds."""
        slope = Slope()
        for second in range(0, 600, 5):
            held[1] += mib_before if second < 300 else mib_after
            slope.look(Path(), second)
        return slope.since(300)

    assert passed(0, 0) == "" and passed(0, 1) == ""
    assert "has taken on 118 MiB since it began, and before it 0 MiB" in passed(0, 2)
    assert passed(5, 5) == "" and "has taken on" in passed(5, 11)
