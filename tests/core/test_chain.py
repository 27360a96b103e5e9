"""What somebody changes in the journal by hand is found, and named."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from petrel.core import chain, chain_check
from petrel.core.chain import Witness
from petrel.core.chain_check import Report
from petrel.core.doors import Doors, reading, writing
from petrel.core.viewer import System
from petrel.storage.pools import Addresses
from tests.conftest import loop

TESTER = System("test")


class Site:
    """A journal of its own for each test: sealed, and open to a hand that may do anything."""

    def __init__(self, folder: Path, addresses: Addresses) -> None:
        self.key = chain.load_key(folder / "keys")
        self.witness = Witness(folder / "witness")
        self.addresses = addresses

    async def write(self, count: int, cell: int = 3) -> None:
        for n in range(count):
            async with writing(TESTER, cause="test") as w:
                w.record("tests.thing.done", n + 1, cell=cell, refs=[n, 7], body=b"text")

    async def seal(self) -> int:
        return await chain.seal_once(self.key, self.witness)

    async def verify(self) -> Report:
        async with reading(TESTER) as r:
            return await chain_check.verify(r.fetch, self.key.public_key(), self.witness)

    @asynccontextmanager
    async def by_hand(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(**self.addresses.main["owner"])
        try:
            yield connection
        finally:
            await connection.close()

    async def entry(self, number: int) -> asyncpg.Record:
        async with self.by_hand() as hand:
            return await hand.fetchrow("select * from journal.entry order by epoch, xid, id offset $1 limit 1", number)


@pytest.fixture
def journal(site: Doors, addresses: Addresses, tmp_path: Path) -> Iterator[Site]:
    async def empty() -> None:
        connection = await asyncpg.connect(**addresses.main["owner"])
        await connection.execute("truncate journal.entry, journal.seal, journal.root")
        await connection.close()

    loop().run_until_complete(empty())
    yield Site(tmp_path, addresses)


async def test_an_untouched_journal_verifies(journal: Site) -> None:
    await journal.write(5)
    await journal.write(2, cell=9)
    assert await journal.seal() == 7
    await journal.write(3)
    assert await journal.seal() == 3
    await journal.write(1)
    report = await journal.verify()
    assert (report.entries, report.seals, report.roots, report.unsealed, report.witnessed) == (10, 3, 2, 1, 2)
    assert report.findings == []


async def test_nothing_to_seal_makes_no_root(journal: Site) -> None:
    assert await journal.seal() == 0
    assert (await journal.verify()).findings == []
    assert (await journal.verify()).roots == 0


@pytest.mark.parametrize("change", [
    "subject = 999", "kind = 'tests.thing.undone'", "actor = 5", "refs = '{1}'", "at = at + interval '1 us'",
    "cause = 'other'", "digest = '\\x00'", "inverse = '{}'", "refs = '{}'",
])
async def test_a_changed_entry_is_named(journal: Site, change: str) -> None:
    await journal.write(6)
    await journal.seal()
    entry = await journal.entry(3)
    async with journal.by_hand() as hand:
        await hand.execute(f"update journal.entry set {change} where id = $1", entry["id"])
    report = await journal.verify()
    assert [(f.what, f.cell, f.id) for f in report.findings] == [("changed", 3, entry["id"])]


async def test_erasing_a_salt_breaks_nothing(journal: Site) -> None:
    await journal.write(3)
    await journal.seal()
    async with journal.by_hand() as hand:
        await hand.execute("update journal.entry set salt = null")
    assert (await journal.verify()).findings == []


async def test_a_removed_entry_is_named(journal: Site) -> None:
    await journal.write(6)
    await journal.seal()
    entry = await journal.entry(2)
    async with journal.by_hand() as hand:
        await hand.execute("delete from journal.entry where id = $1", entry["id"])
    report = await journal.verify()
    assert [(f.what, f.cell, f.id) for f in report.findings] == [("removed", 3, entry["id"])]
    assert str(entry["id"]) in report.findings[0].text


async def test_an_entry_slipped_in_later_is_named(journal: Site) -> None:
    await journal.write(6)
    await journal.seal()
    old = await journal.entry(2)
    forged = old["id"] | 63          # of the maker that only imports use
    async with journal.by_hand() as hand:
        await hand.execute("insert into journal.entry (cell, id, epoch, xid, kind, subject, cause, digest) "
                           "values (3, $1, 1, $2, 'tests.thing.forged', 1, 'forged', '\\x00')",
                           forged, old["xid"])
        await hand.execute("insert into journal.entry (cell, id, epoch, xid, kind, subject, cause, digest) "
                           "values (5, 77, 1, $1, 'tests.thing.forged', 1, 'forged', '\\x00')", old["xid"])
    report = await journal.verify()
    assert {(f.what, f.cell, f.id, f.kind) for f in report.findings} == {
        ("inserted", 3, forged, "tests.thing.forged"), ("inserted", 5, 77, "tests.thing.forged")}


async def test_reordered_entries_are_named(journal: Site) -> None:
    await journal.write(4)
    await journal.seal()
    await journal.write(4)
    await journal.seal()
    early, late = await journal.entry(1), await journal.entry(6)
    async with journal.by_hand() as hand:
        await hand.execute("update journal.entry set xid = $2 where id = $1", early["id"], late["xid"])
        await hand.execute("update journal.entry set xid = $2 where id = $1", late["id"], early["xid"])
    report = await journal.verify()
    assert {(f.what, f.id) for f in report.findings} == {("moved", early["id"]), ("moved", late["id"])}


async def test_swapped_within_one_seal(journal: Site) -> None:
    await journal.write(4)
    await journal.seal()
    one, two = await journal.entry(1), await journal.entry(2)
    async with journal.by_hand() as hand:
        await hand.execute("update journal.entry set xid = $2 where id = $1", one["id"], two["xid"])
        await hand.execute("update journal.entry set xid = $2 where id = $1", two["id"], one["xid"])
    assert {f.id for f in (await journal.verify()).findings} == {one["id"], two["id"]}


async def test_a_changed_or_removed_seal_is_found(journal: Site) -> None:
    for _ in range(3):
        await journal.write(2)
        await journal.seal()
    async with journal.by_hand() as hand:
        await hand.execute("update journal.seal set prints = overlay(prints placing '\\x00'::bytea from 1) "
                           "where seq = 2")
    assert [(f.what, f.cell) for f in (await journal.verify()).findings] == [("seal", 3)]
    async with journal.by_hand() as hand:
        await hand.execute("delete from journal.seal where seq = 3")
    assert any("end at 2" in f.text for f in (await journal.verify()).findings)


async def test_a_history_rewritten_with_all_its_seals_is_found_by_the_signature(journal: Site, tmp_path: Path) -> None:
    await journal.write(4)
    await journal.seal()
    entry = await journal.entry(1)
    forger = Site(tmp_path / "forger", journal.addresses)
    async with journal.by_hand() as hand:
        await hand.execute("update journal.entry set subject = 999 where id = $1", entry["id"])
        await hand.execute("truncate journal.seal, journal.root")
    await forger.seal()
    found = {f.what for f in (await journal.verify()).findings}
    assert "root" in found and "set_back" in found


async def test_a_database_set_back_behind_its_witness_is_found(journal: Site) -> None:
    await journal.write(4)
    await journal.seal()
    await journal.write(4)
    await journal.seal()
    async with journal.by_hand() as hand:           # as a restore of an older copy would
        await hand.execute("delete from journal.root where seq = 2")
        await hand.execute("delete from journal.seal where seq = 2")
        await hand.execute("delete from journal.entry where xid > (select to_xid from journal.seal where seq = 1)")
    report = await journal.verify()
    assert [f.what for f in report.findings] == ["set_back"] and "root 2 was witnessed" in report.findings[0].text
    await journal.write(4)                           # and life goes on
    await journal.seal()
    assert [f.what for f in (await journal.verify()).findings] == ["set_back"]


@pytest.mark.parametrize("cut", [1, 2, 40, 200])
async def test_a_witness_cut_off_by_a_crash_is_completed(journal: Site, cut: int) -> None:
    for _ in range(3):
        await journal.write(1)
        await journal.seal()
    path = journal.witness.path
    path.write_bytes(path.read_bytes()[:-cut])
    torn = await journal.verify()
    assert torn.findings == [] and len(torn.notes) == (cut > 1)      # without its end of line it can be read
    with path.open("ab") as file:                # what a full disk took of the next attempt: the end of the line
        file.write(b"\n")
    assert (await journal.verify()).findings == []
    await journal.write(1)
    await journal.seal()
    report = await journal.verify()
    assert report.findings == [] and report.witnessed == 4
    assert len(report.notes) == (cut > 1) and all("was written again" in note for note in report.notes)
    path.unlink()
    assert [f.what for f in (await journal.verify()).findings] == ["witness"]


@pytest.mark.parametrize("hand", [
    lambda lines: [lines[0], lines[1][:-40] + b"\n", lines[2]],                    # cut, and not written again
    lambda lines: [lines[0], b'{"seq":\n', lines[2]],
    lambda lines: [lines[0], lines[1][:60] + b"x" + lines[1][61:-40] + b"\n", *lines[1:]],
    lambda lines: [lines[0], lines[2][:-40] + b"\n", *lines[1:]],
    lambda lines: [*lines[:2], lines[2].replace(b'"seq":3', b'"seq":"3"', 1)],
    lambda lines: [*lines[:2], b"nothing\n"],
])
async def test_a_line_of_the_witness_that_a_hand_changed_stays_damage(
        journal: Site, hand: Callable[[list[bytes]], list[bytes]]) -> None:
    for _ in range(3):
        await journal.write(1)
        await journal.seal()
    path = journal.witness.path
    path.write_bytes(b"".join(hand(path.read_bytes().splitlines(keepends=True))))
    for _ in range(2):
        assert "witness" in {f.what for f in (await journal.verify()).findings}
        await journal.write(1)                   # and life goes on
        await journal.seal()


async def test_a_slow_transaction_is_sealed_later_and_writers_go_on_meanwhile(journal: Site) -> None:
    async with journal.by_hand() as slow:
        await slow.execute("begin")
        await slow.execute("insert into journal.entry (cell, id, epoch, kind, subject, cause, digest) "
                           "values (3, 7, 1, 'tests.thing.done', 1, 'slow', '\\x00')")
        await journal.write(3)
        assert await journal.seal() == 0
        await journal.write(2)
        await slow.execute("commit")
    assert await journal.seal() == 6
    async with journal.by_hand() as hand:
        assert (await hand.fetchval("select ids from journal.seal where cell = 3 and seq = 1"))[0] == 7
    assert (await journal.verify()).findings == []


async def test_two_sealers_take_turns(journal: Site) -> None:
    await journal.write(5)
    sealed = await asyncio.gather(journal.seal(), journal.seal())
    assert sum(sealed) == 5
    assert (await journal.verify()).findings == []


async def test_a_large_transaction_is_sealed_whole(journal: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "BATCH_ENTRIES", 10)
    await journal.write(4)
    async with writing(TESTER, cause="test") as w:
        for n in range(25):
            w.record("tests.thing.done", n + 1, cell=n % 4)
    await journal.write(3)
    sealed = []
    while n := await journal.seal():
        sealed.append(n)
    assert sealed == [4, 25, 3]
    assert (await journal.verify()).findings == []


def test_the_key_is_private_and_stays(tmp_path: Path) -> None:
    key = chain.load_key(tmp_path / "keys")
    assert (tmp_path / "keys" / "journal.key").stat().st_mode & 0o777 == 0o600
    assert chain.load_key(tmp_path / "keys").private_bytes_raw() == key.private_bytes_raw()
