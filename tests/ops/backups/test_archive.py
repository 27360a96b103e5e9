"""The archive of the log: no gap ever, the keyring before the data, old keys gone in time, nothing held for nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from petrel.core import clock
from petrel.ops.backups import archive, keys, nightly, places, reading_log, recovery, roll, shares, standing
from petrel.ops.backups.archive import Archive, LogGone, Wanted
from petrel.ops.backups.places import Piece
from petrel.ops.backups.shapes import WrongKey
from petrel.outside import stores
from petrel.storage.pools import Addresses
from tests.people import publish, signed_in

DAY_MS = 86_400_000
SEGMENTS = "select count(*) from pg_ls_waldir() where modification < now() and name < pg_walfile_name($1::pg_lsn)"


@asynccontextmanager
async def begun(addresses: Addresses, folder: Path) -> AsyncIterator[Archive]:
    for name in ("keys", "witness"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    store = stores.opened(str(folder / "kept"))
    wanted = Wanted(folder, store.url, lambda: store)
    known, _ = keys.load_or_make(folder / "keys")
    async with archive._sessions(addresses) as sessions:
        try:
            yield await archive._begun(wanted, store, known, sessions)
        finally:
            for session in sessions.values():
                await reading_log.release(session)


def stored(folder: Path, side: str, name: str) -> list[Piece]:
    return places.pieces(stores.opened(str(folder / "kept")), side, name)     # type: ignore[arg-type]


async def turned(one: Archive) -> None:
    while await one.turn():
        pass


async def test_each_turn_takes_what_was_written_and_leaves_no_gap(site: Any, addresses: Addresses,
                                                                  tmp_path: Path) -> None:
    [(ann, _)] = await signed_in("arcan")
    async with begun(addresses, tmp_path) as one:
        for number in range(4):
            await publish(ann, f"number {number}")
            await turned(one)
            assert standing.log_that_runs(tmp_path).archived_at_ms <= clock.now_ms()     # type: ignore[union-attr]
        for side in ("data", "keyring"):
            found = stored(tmp_path, side, one.name)
            assert len(found) >= 4
            assert places.chain(found, found[0].start) == [piece for piece in found if piece.end > piece.start]
            assert found[-1].end == one.logs[side].shipped      # type: ignore[index]


async def test_a_piece_of_data_is_never_there_before_its_keys(site: Any, addresses: Addresses, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    """The target goes away between the two: only the keys are there."""
    [(ann, _)] = await signed_in("arcben")
    async with begun(addresses, tmp_path) as one:
        await turned(one)
        before = {side: len(stored(tmp_path, side, one.name)) for side in ("data", "keyring")}
        said = standing.log_that_runs(tmp_path)
        await publish(ann, "then it went away")
        write = one._write

        def goes_away(side: Any, name: str, body: Any) -> None:
            if side == "data":
                raise stores.StoreError("the target went away")
            write(side, name, body)

        monkeypatch.setattr(one, "_write", goes_away)
        with pytest.raises(stores.StoreError):
            await one.turn()
        assert len(stored(tmp_path, "keyring", one.name)) > before["keyring"]
        assert len(stored(tmp_path, "data", one.name)) == before["data"]
        assert standing.log_that_runs(tmp_path) == said, "it promises what is not stored"


async def test_many_small_pieces_become_one_and_the_rest_is_removed(site: Any, addresses: Addresses, tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    [(ann, _)] = await signed_in("arccat")
    async with begun(addresses, tmp_path) as one:
        await turned(one)
        start = one.logs["data"].shipped
        monkeypatch.setattr(archive, "MERGE_COUNT", 5)
        for number in range(12):
            await publish(ann, f"number {number}")
            await turned(one)
        found = stored(tmp_path, "data", one.name)
        assert len(found) < 9
        assert places.chain(found, start)[-1].end == one.logs["data"].shipped


async def test_it_goes_on_where_it_ended_but_not_over_a_gap(site: Any, addresses: Addresses, tmp_path: Path) -> None:
    [(ann, _)] = await signed_in("arcdan")
    async with begun(addresses, tmp_path) as one:
        await publish(ann, "one")
        await turned(one)
        name = one.name
        async with archive._sessions(addresses) as sessions:
            store = stores.opened(str(tmp_path / "kept"))
            known = keys.load(tmp_path / "keys")
            again = Archive(Wanted(tmp_path, store.url, lambda: store), store, known, name)
            await again.begin(sessions)
            assert {side: log.shipped for side, log in again.logs.items()} == {
                side: log.shipped for side, log in one.logs.items()}
            await reading_log.release(sessions["keyring"])
            with pytest.raises(LogGone):
                await again.begin(sessions)
            other = await archive._begun(Wanted(tmp_path, store.url, lambda: store), store, known, sessions)
    assert other.name != name
    assert standing.log_of(tmp_path, store.url) == other.name


async def test_a_target_that_is_away_too_long_ends_the_archive_before_the_disk_is_full(
        site: Any, addresses: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [(ann, _)] = await signed_in("arceve")
    async with begun(addresses, tmp_path) as one:
        await turned(one)
        await publish(ann, "more than one may wait for")
        monkeypatch.setitem(archive.MOST_BEHIND, "keyring", 10)
        with pytest.raises(LogGone, match="away"):
            await one.turn()


def test_the_keyrings_log_goes_after_seven_days_and_the_datas_does_not(tmp_path: Path) -> None:
    store = stores.opened(str(tmp_path))
    now_ms = clock.now_ms()
    for side in ("data", "keyring"):
        for days in (0, 3, 7):
            stores.put(store, places.piece_name(side, "one", days * 100, days * 100 + 1,     # type: ignore[arg-type]
                                                now_ms - days * DAY_MS), b"")
    assert places.expire(store) == ["1 pieces of the keyring's log"]
    assert [len(places.pieces(store, side)) for side in ("data", "keyring")] == [3, 2]     # type: ignore[arg-type]
    clock.freeze(clock.now() + timedelta(days=7))
    try:
        places.expire(store)
        assert places.pieces(store, "keyring") == []
    finally:
        clock.freeze(None)


def test_a_chain_ends_at_the_first_gap_and_takes_long_pieces_before_short_ones() -> None:
    def piece(start: int, end: int) -> Piece:
        return Piece(f"{start}", "one", start, end, 0, 1)

    found = [piece(0, 10), piece(10, 20), piece(0, 20), piece(20, 25), piece(30, 40)]
    assert places.chain(found, 5) == [piece(0, 20), piece(20, 25)]
    assert places.chain(found, 26) == []
    assert places.chain(found, 40) == []


def test_the_log_is_put_over_what_the_copy_has_and_no_further(tmp_path: Path) -> None:
    """The copy may have more of a file of the log than the archive had by then."""
    rolled = roll.Rolled(tmp_path / "log", 64, {"main": (80, 150)}, 70, 1, 0, 0, 0, 0)
    (tmp_path / "log" / "main").mkdir(parents=True)
    for start, text in ((80, b"a" * 40), (120, b"b" * 30)):
        roll._write(tmp_path / "log" / "main", archive.Body(start, 64, text))
    wal = tmp_path / "new" / "main" / "pg_wal"
    wal.mkdir(parents=True)
    (tmp_path / "new" / "main" / "backup_label").write_text(
        "START WAL LOCATION: 0/28 (file 000000030000000000000001)\n")
    for number in (1, 2):
        (wal / f"00000003000000000000000{number}").write_bytes(b"." * 64)
    roll.apply(rolled, tmp_path / "new")
    whole = b"".join((wal / f"00000003000000000000000{number}").read_bytes() for number in (1, 2))
    assert whole == b"." * 16 + b"a" * 40 + b"b" * 30 + b"." * 42


def test_a_recovery_key_opens_the_backup_keys_for_enough_people_and_for_nobody_else(tmp_path: Path) -> None:
    made = recovery.split(tmp_path, 2, 3)
    known = keys.load(tmp_path)
    store = stores.opened(str(tmp_path / "kept"))
    with pytest.raises(WrongKey, match="no recovery key"):
        recovery.unlocked(store, made)
    stores.put(store, recovery.FILE, recovery.kept(tmp_path) or b"")
    assert recovery.unlocked(store, [made[2], made[0]]) == known
    with pytest.raises(WrongKey, match="1 more"):
        recovery.unlocked(store, made[:1])
    with pytest.raises(WrongKey, match="another split"):
        recovery.unlocked(store, shares.split(b"x" * 32, 2, 3))
    forged = msgspec.structs.replace(made[0], body=bytes(32))
    with pytest.raises(WrongKey, match="forged"):
        recovery.unlocked(store, [forged, made[1]])
    for name in ("backup-data.key", "backup-keyring.key"):
        assert (tmp_path / name).read_bytes() not in stores.taken(store, recovery.FILE)


def test_a_night_comes_once_a_day_and_a_new_archive_wants_a_copy_at_once(tmp_path: Path) -> None:
    plan = nightly.Plan(tmp_path, "/there", 3, 2)
    now_ms = 1_795_250_000_000                              # 2026-11-21 08:33:20 UTC
    night_ms = nightly.last_night_ms(3, now_ms)
    assert (now_ms - night_ms) // 60_000 == 5 * 60 + 33
    assert nightly.last_night_ms(9, now_ms) == night_ms - 18 * 3_600_000
    assert nightly.why_due(plan, now_ms) == "no backup in this target yet"
    standing.keep_log(tmp_path, standing.Log("first", "/there"))
    standing.made(tmp_path, "one", night_ms, "/there", "first")
    standing.told(tmp_path, night_at_ms=night_ms)
    assert nightly.why_due(plan, now_ms) == ""
    assert nightly.why_due(plan, night_ms + DAY_MS + 1) == "nightly"
    assert not nightly.needs_copy(plan, night_ms + DAY_MS + 1)
    assert nightly.needs_copy(plan, night_ms + 2 * DAY_MS)
    standing.keep_log(tmp_path, standing.Log("second", "/there"))
    assert nightly.why_due(plan, now_ms) == "the archive of the log began anew"
    assert nightly.needs_copy(plan, now_ms)
    assert nightly.why_due(nightly.Plan(tmp_path, "/elsewhere", 3, 2), now_ms) == "no backup in this target yet"
