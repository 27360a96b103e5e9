"""A brain that begins while the databases are dead: what it knew, who is next, what people say, and all of it as rows
once they are back."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from petrel.core import doors, limits, whole_file
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.ops import incidents
from petrel.ops.incidents import Board, Brain, Minder, calling, telling
from petrel.ops.watching import Look, Measure, Owner, Rota, Wanted, Watch, plan
from petrel.storage import pools
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import as_owner
from tests.ops.watching.serving import hook

WAIT_S = 300


@pytest.fixture
def line(addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the doors look for both servers: nothing is there until somebody links it to where they are. The doors are
    those of a brain."""
    real = addresses.main["reader"]["host"]
    if not str(real).startswith("/"):
        pytest.skip("the servers are not on a socket of this machine")
    folder = Path(tempfile.mkdtemp(prefix="petrel-line-"))
    monkeypatch.setattr(pools, "PATIENCE_S", 0.0)
    limits.install(limits.Limits())

    def over(logins: dict[str, Any], name: str) -> dict[str, Any]:
        (folder / f"{name} is at").write_text(str(logins["reader"]["host"]))
        return {role: {**args, "host": str(folder / name)} for role, args in logins.items()}

    loop().run_until_complete(doors.open_doors(
        Addresses(over(addresses.main, "main"), over(addresses.keyring, "keyring")), begins=False))
    yield folder
    loop().run_until_complete(doors.close_doors())
    loop().run_until_complete(as_owner(
        addresses, "truncate ops.incident, ops.incident_note, ops.page, ops.alert, ops.board"))
    shutil.rmtree(folder)


async def repaired(line: Path) -> None:
    for name in ("main", "keyring"):
        (line / name).symlink_to((line / f"{name} is at").read_text())
    await doors.current().begin(makers=1)


def begun(data: Path) -> tuple[Watch, Brain]:
    """As in a process that has just been started."""
    brain = Brain(data, Owner(), dict)
    return Watch(Wanted(data), None, (brain.think,)), brain


async def looked(watch: Watch, brain: Brain) -> Board:
    await watch.look()
    await watch.settled()
    await brain.settled()
    found = incidents.board.read(brain._data)
    assert found is not None
    return found


def later(data: Path) -> None:
    """As if the wait for whoever was called were over."""
    board = msgspec.json.decode((data / incidents.board.FILE).read_bytes(), type=Board)
    cards = tuple(replace(card, pages=tuple(replace(page, at=page.at - timedelta(seconds=WAIT_S + 1))
                                            for page in card.pages)) for card in board.open)
    incidents.board.write(data, replace(board, open=cards))


async def test_a_brain_begins_with_the_databases_dead_and_goes_on_where_the_last_one_was(
        line: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with hook() as anna, hook() as ben:
        (tmp_path / "alerts.toml").write_text(
            f'[rules.database]\nlimit = 0\n[owners.anna]\nwebhook = ["{anna.address}"]\n[owners.ben]\n'
            f'webhook = ["{ben.address}"]\n[rota]\nturns = ["anna", "ben"]\nmanager = "anna"\nwait_s = {WAIT_S}\n'
            f'begins = {datetime.now(UTC).date() - timedelta(days=1)}\n')
        first = begun(tmp_path)
        [card] = (await looked(*first)).open
        assert card.incident.root == "main-database"
        assert [len(one.told) for one in (anna, ben)] == [1, 0], "with doors that have never opened"
        [page] = card.pages
        assert page.taken_at is not None, "kept at once, and not with the next look"

        second = begun(tmp_path)
        assert [c.incident.root for c in second[1]._board.open] == ["main-database"]
        await looked(*second)
        assert [len(one.told) for one in (anna, ben)] == [1, 0], "whoever was called is not called again"
        later(tmp_path)
        third = begun(tmp_path)
        assert len((await looked(*third)).open[0].pages) == 2
        assert [len(one.told) for one in (anna, ben)] == [1, 1], "the next"

        taken = incidents.slip("main-database", "ben")
        incidents.slips.leave(tmp_path, taken)
        later(tmp_path)
        fourth = begun(tmp_path)
        board = await looked(*fourth)
        assert telling.on_it(board.open[0]).startswith("ben is on it") and board.is_blind
        assert [len(one.told) for one in (anna, ben)] == [1, 1], "somebody is on it"

        await repaired(line)
        fifth = begun(tmp_path)
        board = await looked(*fifth)
        [card] = board.open
        assert not board.is_blind and card.incident.id and card.incident.taken_by == "ben"
        assert [(one.who, one.taken_at is not None) for one in card.pages] == [("anna", True), ("ben", True)]
        assert incidents.slips.read(tmp_path) == []
        async with reading(System("tests")) as r:
            assert await r.value("select count(*) from journal.entry where kind = 'ops.incident.taken'") == 1


async def test_a_disk_that_takes_nothing_keeps_nobody_uncalled(line: Path, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file, "write", full)
    with hook() as anna:
        known = plan(tmp_path, Owner(webhook=(anna.address,)))
        brain = Brain(tmp_path, Owner(), dict)
        await brain.think(Look(datetime.now(UTC), replace(known, rota=Rota(turns=("crew",))),
                               (Measure("disk_used_ratio", 1.0),), {("disk-soon-full", ""): 0.0}, None))
        await brain.settled()
        assert len(anna.told) == 1 and "disk" in anna.told[0]["text"]


async def test_one_brain_works_for_a_directory_and_the_next_when_it_has_ended(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    stop, waited, works = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def second() -> None:
        async with incidents.alone(tmp_path, stop, waited.set):
            works.set()

    async with incidents.alone(tmp_path, stop, lambda: None):
        other = asyncio.create_task(second())
        waits = [asyncio.create_task(one.wait()) for one in (waited, works)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        assert not works.is_set()
    await other
    assert works.is_set()
    async with incidents.alone(tmp_path / "nowhere", stop, lambda: None):
        pass                                    # rather two than none


async def test_a_brain_that_measures_nothing_is_told_of_by_the_jobs(tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Owner, str, str]] = []

    async def call(owner: Owner, _number: int, subject: str, text: str) -> calling.Called:
        told.append((owner, subject, text))
        return calling.Called("webhook", taken=True)

    monkeypatch.setattr(calling, "call", call)
    crew = Owner(mail=("crew@birds.example",))
    minder = Minder(tmp_path, crew)
    assert [await minder.look(age_s) for age_s in (4000, None)] == [None, None], "a site that was down has only begun"
    minder._since_s -= 200
    (tmp_path / "alerts.toml").write_text("= broken")
    assert "crew called" in (await minder.look(200) or "")
    assert await minder.look(260) is None, "once, until nobody has come for long"
    minder._called_s -= 4000
    assert await minder.look(4000) is not None
    assert [owner for owner, _, _ in told] == [crew, crew] and "petrel restart brain" in told[0][2]
    assert await minder.look(3) is None
    assert await minder.look(None) is not None, "again, when it comes again"
