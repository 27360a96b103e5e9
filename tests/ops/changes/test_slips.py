"""What is done by a path of its own comes into the ledger too, also when the databases were dead meanwhile."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from petrel.core import choices
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid
from petrel.ops import changes, upgrades
from petrel.ops.changes import commands, jobs, slips
from petrel.ops.changes.slips import Slip
from petrel.ops.processes import this_release
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.crew import as_owner
from tests.ops.changes.test_changes import WHO, Kept, act

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def data(addresses: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(jobs.releases, "folder", lambda: tmp_path)
    monkeypatch.setattr(jobs.releases, "is_installed", lambda: True)
    yield tmp_path
    loop().run_until_complete(as_owner(addresses, "truncate ops.exposure, ops.change"))


def restart(part: str = "web") -> Slip:
    return slips.new("restart", {"part": part}, "it hangs")


async def ledger() -> list[changes.Change]:
    async with reading(WHO) as r:
        return await changes.listed(r, 10)


async def way(one: changes.Change) -> changes.Way:
    async with reading(WHO) as r:
        return await changes.way_back(r, one)


async def test_a_restart_is_heard_once_with_who_why_what_and_how_it_ended(data: Path) -> None:
    slip = restart()
    with slips.doing(data, slip, lasts=False):
        assert await jobs.note() is None and await ledger() == [], "it is still at it"
    [lies] = slips.read(data)
    await asyncio.gather(*(jobs.note() for _ in range(3)))      # whoever hears it: one entry
    assert not slips.read(data)
    slips.leave(data, lies)             # as if this had ended between the ledger and the file
    assert await jobs.note() is None and not slips.read(data)
    [one] = await ledger()
    assert (one.kind, one.what, one.reason, one.state, one.risk) == ("restart", {"part": "web"}, "it hangs",
                                                                    "confirmed", 0)
    assert one.why.startswith(f"by {slip.who}: done in") and one.made_at == slip.at
    assert one.ended_at is not None and one.ended_at >= one.made_at
    async with reading(WHO) as r:
        found = await changes.suspects(r, slip.at, slip.at + timedelta(minutes=1))
        later = await changes.suspects(r, one.ended_at + timedelta(seconds=1), one.ended_at + timedelta(hours=1))
        given = await commands.given(r)     # type: ignore[arg-type]
    assert [it.change.id for it in found] == [one.id] and later == [], "it is over, and no suspect of what comes later"
    assert given == 0, "nobody noticed, so nobody has to wait for it"
    said = await way(one)
    assert said.answer == "nothing" and "petrel restart web" in said.says


async def test_two_who_hear_it_at_once_write_it_down_once(data: Path) -> None:
    slip = replace(restart(), how="done")
    async with writing(WHO, cause="tests") as w:
        first = await changes.note(w, slip)
        other = asyncio.create_task(act(changes.note, slip))
        await asyncio.wait([other], timeout=0.3)        # it waits for the first, which has not ended yet
    assert [one.id for one in await ledger()] == [first] and await other is None


async def test_one_that_failed_and_one_of_which_nobody_said_how_it_ended(data: Path) -> None:
    with pytest.raises(Conflict), slips.doing(data, restart("jobs"), lasts=False):
        raise Conflict("jobs did not come back")
    with pytest.raises(Invalid), slips.doing(data, restart("jbos"), lasts=False):
        raise Invalid("part", "is one of jobs")         # a slip of the fingers did nothing
    slips.leave(data, replace(restart("followers"), at=datetime.now(UTC) - slips.LONGEST - timedelta(seconds=1)))
    await jobs.note()
    found = {one.what["part"]: one for one in await ledger()}
    assert set(found) == {"jobs", "followers"}
    assert found["jobs"].state == "undone" and "failed: jobs did not come back" in found["jobs"].why
    assert "nobody said how it ended" in found["followers"].why


async def test_a_clock_that_was_set_and_files_that_make_no_sense(data: Path) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    slips.leave(data, replace(restart(), at=tomorrow, until=tomorrow))
    for number, text in enumerate((b"", b"{", b"[]", b'{"at":"2026-01-01T00:00:00Z","kind":"","what":{}}')):
        (data / "run" / f"changed-{number}.json").write_bytes(text)
    await jobs.note()
    [one] = await ledger()
    assert one.made_at < tomorrow - timedelta(hours=1)
    assert len(list(data.glob("run/changed-*"))) == 4, "nobody throws away what cannot be read"


def test_where_nothing_can_be_left_it_is_done_all_the_same(tmp_path: Path) -> None:
    done = []
    with slips.doing(tmp_path / "nowhere", restart(), lasts=False):
        done.append("restarted")
    assert done


async def test_steps_of_the_databases(data: Path) -> None:
    changes.migrated(data, ["0001_expand_first.sql", "0002_expand_law.sql", "functions"], "a new site")
    changes.migrated(data, ["functions:petrel/ops/x/functions.sql", "inventory:storage/inventory.sql"], "functions")
    assert not slips.read(data)
    changes.migrated(data, ["0098_expand_a.sql", "0099_index_b.sql", "grants.sql"], "0.2.1 (build abc)")
    await jobs.note()
    changes.migrated(data, ["0100_contract_c.sql"], "0.2.1 (build abc)")
    await jobs.note()
    ended, added = await ledger()
    assert added.what == {"steps": "0098_expand_a.sql, 0099_index_b.sql", "release": "0.2.1 (build abc)"}
    assert (added.risk, ended.risk) == (0, 2)
    assert (await way(added)).answer == "nothing"
    back = await way(ended)
    assert back.answer == "one way" and "0100_contract_c.sql" in back.line
    with pytest.raises(Invalid, match="petrel migrate"):
        await act(changes.plan, "migration", {"steps": "0101_expand_d.sql"}, "round the runner of migrations")


async def test_a_setting_set_by_hand_goes_back_and_no_secret_is_kept(data: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    monkeypatch.setattr(choices, "_choices", kept)
    slips.leave(data, changes.set_by_hand("site_name", "Petrel", "Gull", is_secret=False))
    slips.leave(data, changes.set_by_hand("rate_limits", "off", True, is_secret=False))
    slips.leave(data, changes.set_by_hand("mail_password", "sesame", "", is_secret=True))
    slips.leave(data, changes.set_by_hand("database_url", "", "postgresql://petrel:sesame@db/petrel", is_secret=False))
    assert not any(b"sesame" in path.read_bytes() for path in data.rglob("*.json"))
    await jobs.note()
    found = {one.what["setting"]: one for one in await ledger()}
    assert (await way(found["site_name"])).do == (f"petrel changes revert {found['site_name'].id} --reason ...",)
    assert (await way(found["rate_limits"])).do == ("petrel settings set rate_limits on",)
    assert "no ledger keeps" in (await way(found["mail_password"])).line
    async with writing(WHO, cause="tests") as w:
        back, _ = await changes.plan(w, "setting", found["site_name"].inverse, "the name was better")
    await act(changes.start, back.id)
    assert kept.values["site_name"] == "Gull"


async def test_what_only_a_newer_release_knows_stops_nobody(data: Path) -> None:
    slips.leave(data, slips.new("teleport", {"to": "elsewhere"}, "of a release to come", how="done"))
    await jobs.note()
    [one] = await ledger()
    assert "ask a newer one" in (await way(one)).says


async def test_a_release_by_hand_stands_there_with_its_way_back_and_whether_the_gate_was_asked(data: Path) -> None:
    here = this_release()
    newer = replace(here, build="newer", version="0.2.1", root=str(data))
    with changes.over_to(data, here, newer, is_step=True):
        pass
    assert not slips.read(data), "a step of a change stands in the ledger already"
    with changes.over_to(data, here, newer):
        pass
    upgrades.records.write(data, upgrades.Record(here, newer, "done", [], 0))
    with changes.back_over(data):
        pass
    await jobs.note()
    back, there = await ledger()
    assert there.what == {"to": "0.2.1-newer", "gate": "not asked"} and there.state == "confirmed" and there.risk == 2
    assert back.what == there.inverse and "gone back from it already" in (await way(there)).says
