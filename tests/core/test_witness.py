"""What takes something away is kept outside the database within moments, whole, and nobody can change it unnoticed."""

import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel import app
from petrel.core import chain, chain_check, restrictions
from petrel.core.doors import Doors, reading, writing
from petrel.core.restrictions import Kept
from petrel.core.viewer import System
from petrel.core.witness import BadWitness, Witness
from petrel.worker import seals

TESTER = System("test")
TAKES, GIVES = "relationships.block.created", "relationships.block.removed"


class Watched:
    def __init__(self, folder: Path) -> None:
        self.key = chain.load_key(folder / "keys")
        self.witness = Witness(folder / "witness")
        self.keeper = chain.Keeper(self.key, self.witness)

    def kept(self) -> list[Kept]:
        return [entry for line in self.witness.lines(self.key.public_key()) for entry in line.entries]

    async def begin(self) -> None:
        """As if all there is had been kept."""
        await self.keeper.keep_once()
        for path in self.witness.files():
            path.unlink()


@pytest.fixture
def watched(site: Doors, tmp_path: Path) -> Iterator[Watched]:
    app.load_rooms()
    yield Watched(tmp_path)


async def write(*kinds: str, subject: int = 77) -> None:
    async with writing(TESTER, cause="test") as w:
        for kind in kinds:
            w.record(kind, subject, cell=3, actor=5, refs=[5, 9])


async def test_only_what_takes_away_is_kept(watched: Watched) -> None:
    await watched.begin()
    await write(TAKES, GIVES, "posts.post.created")
    assert await watched.keeper.keep_once() == 1
    [entry] = watched.kept()
    assert (entry.kind, entry.subject, entry.actor, entry.refs, entry.cell) == (TAKES, 77, 5, [5, 9], 3)
    assert await watched.keeper.keep_once() == 0


async def test_a_kind_that_nobody_knows_is_kept(watched: Watched) -> None:
    await watched.begin()
    await write("tests.secret.scorched")
    assert await watched.keeper.keep_once() == 1
    assert restrictions.is_restricting("tests.secret.scorched")


async def test_whoever_begins_anew_keeps_nothing_twice_and_misses_nothing(watched: Watched, tmp_path: Path) -> None:
    await watched.begin()
    await write(TAKES, subject=1)
    await watched.keeper.keep_once()
    await write(TAKES, subject=2)
    another = chain.Keeper(watched.key, Witness(tmp_path / "witness"))
    await another.keep_once()
    await watched.keeper.keep_once()
    assert [entry.subject for entry in watched.kept()] == [1, 2]


async def test_a_slow_writer_is_kept_when_it_commits(watched: Watched) -> None:
    await watched.begin()
    async with writing(TESTER, cause="slow") as slow:
        await slow.fetch("select pg_current_xact_id()")
        await write(TAKES, subject=1)
        await watched.keeper.keep_once()
        assert watched.kept() == []                 # above the horizon: what is slow may still come before it
        slow.record(TAKES, 2, cell=3, actor=5, refs=[5, 9])
    await watched.keeper.keep_once()
    assert sorted(entry.subject for entry in watched.kept()) == [1, 2]


@pytest.mark.parametrize("room", [0, 1, 40, 200])
async def test_what_a_full_disk_cut_off_is_kept_when_there_is_room(watched: Watched, room: int) -> None:
    await watched.begin()
    await write(TAKES, subject=1)
    await watched.keeper.keep_once()
    [path] = watched.witness.files()
    await write(TAKES, subject=2)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, limits[1]))
    try:
        with pytest.raises(OSError):
            await watched.keeper.keep_once()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    await write(TAKES, subject=3)
    await watched.keeper.keep_once()
    assert [entry.subject for entry in watched.kept()] == [1, 2, 3]


async def test_much_at_once_makes_several_lines_of_whole_transactions(watched: Watched,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine whose witness is new."""
    await watched.begin()
    for subject in range(4):
        await write(TAKES, TAKES, GIVES, subject=subject)
    monkeypatch.setattr(chain, "KEEP_ENTRIES", 4)
    assert await watched.keeper.keep_once() == 8
    lines = [[entry.subject for entry in line.entries] for line in watched.witness.lines(watched.key.public_key())]
    assert lines == [[0, 0, 1, 1], [2, 2, 3, 3]]


async def test_a_root_says_how_far_the_restrictions_went(watched: Watched) -> None:
    await write(TAKES)
    await chain.seal_once(watched.key, watched.witness, watched.keeper)
    root, line = watched.witness.last(), watched.witness.last_line()
    assert isinstance(root, chain.Root) and line is not None
    assert root.restrictions == line.seq


@pytest.mark.parametrize("harm", ["changed", "removed", "foreign"])
async def test_a_witness_that_was_touched_is_not_believed(watched: Watched, tmp_path: Path, harm: str) -> None:
    for subject in (1, 2, 3):
        await write(TAKES, subject=subject)
        await watched.keeper.keep_once()
    [path] = watched.witness.files()
    lines = path.read_bytes().splitlines(keepends=True)
    if harm == "changed":
        lines[-2] = lines[-2].replace(b'"subject":2', b'"subject":4')
    elif harm == "removed":
        del lines[-2]
    else:
        watched.key = chain.load_key(tmp_path / "other keys")
    path.write_bytes(b"".join(lines))
    with pytest.raises(BadWitness):
        watched.kept()


async def test_the_check_of_the_journal_looks_at_them_too(watched: Watched) -> None:
    await write(TAKES, subject=1)
    await chain.seal_once(watched.key, watched.witness, watched.keeper)

    async def findings() -> list[str]:
        async with reading(TESTER) as r:
            report = await chain_check.verify(r.fetch, watched.key.public_key(), watched.witness)
        return [one.what for one in report.findings if "restrictions-" in one.text]

    assert await findings() == []
    [path] = watched.witness.files()
    path.write_bytes(path.read_bytes().replace(b'"subject":1', b'"subject":8'))
    assert await findings() == ["witness"]


async def test_a_line_that_a_crash_cut_off_costs_nothing(watched: Watched) -> None:
    await watched.begin()
    await write(TAKES, subject=1)
    await watched.keeper.keep_once()
    [path] = watched.witness.files()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    await write(TAKES, subject=2)
    await watched.keeper.keep_once()
    assert [entry.subject for entry in watched.kept()] == [1, 2]


async def test_the_sealer_is_woken_by_what_takes_away(watched: Watched, site: Doors, tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a fifth of a second: without the hint it would be two."""
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(site, "run_directory", tmp_path / "run")
    monkeypatch.setattr(site, "_hint_folder", str(tmp_path / "run"))
    stop = asyncio.Event()
    running = asyncio.create_task(seals.run(stop, tmp_path))
    try:
        while watched.witness.last() is None:       # noqa: ASYNC110 (a file)
            await asyncio.sleep(0.01)
        took = []
        for subject in range(100, 105):
            await asyncio.sleep(0.4)
            began = time.monotonic()
            await write(TAKES, subject=subject)
            while (line := watched.witness.last_line()) is None or line.entries[-1].subject != subject:
                await asyncio.sleep(0.002)
                assert time.monotonic() - began < 5
            took.append(time.monotonic() - began)
        assert sorted(took)[2] < 0.2, took
        print(f"kept after {[round(s * 1000) for s in took]} ms")
    finally:
        stop.set()
        await running


async def test_a_sealer_at_rest_asks_one_question_a_turn(watched: Watched, site: Doors, tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "EVERY_S", 0.1)
    (tmp_path / "run").mkdir(exist_ok=True)
    await write(TAKES, subject=1)
    stop = asyncio.Event()
    running = asyncio.create_task(seals.run(stop, tmp_path))
    try:
        async with asyncio.timeout(5):
            while watched.witness.last_seq() == 0:      # noqa: ASYNC110 (a file)
                await asyncio.sleep(0.01)
            while True:
                before = site.queries
                await asyncio.sleep(0.5)
                if (asked := site.queries - before) <= 6:
                    break
        assert asked >= 3
        await write(TAKES, subject=2)                   # and what is written then is kept and sealed all the same
        sealed = watched.witness.last_seq()
        async with asyncio.timeout(5):
            while watched.witness.last_seq() == sealed:  # noqa: ASYNC110 (a file)
                await asyncio.sleep(0.01)
        assert watched.kept()[-1].subject == 2
    finally:
        stop.set()
        await running
