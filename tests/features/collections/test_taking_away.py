"""What is taken away again after a restore, and when somebody is erased."""

from datetime import UTC, datetime

import pytest

from petrel.core.doors import Doors, reading, writing
from petrel.core.restrictions import AGAIN, Kept
from petrel.core.viewer import Member, System
from petrel.features import accounts, collections
from petrel.features.collections import erasing
from tests.people import act, people

SYSTEM = System("test")


async def town(*handles: str) -> list[Member]:
    found = await people(*handles)
    async with writing(SYSTEM, cause="test") as w:
        for one in found:
            await accounts.set_flags(w, one.account, discoverable=True)
    return found


async def again(kind: str, subject: int, *refs: int) -> bool:
    entry = Kept(0, 1, 0, 1, int(datetime.now(UTC).timestamp() * 1e6), kind, subject, None, list(refs))
    async with writing(SYSTEM, cause="test") as w:
        done = await AGAIN[kind](w, entry)
        w.record(kind, subject, refs=refs)
    return done


async def within(number: int, viewer: Member) -> list[int | None]:
    async with reading(viewer) as r:
        return [item.account for item in (await collections.items(r, [number]))[number]]


async def test_a_restore_forgets_nobody_who_left(site: Doors) -> None:
    ann, ben, cid, dot = await town("tkann", "tkben", "tkcid", "tkdot")
    two = [ben.account, cid.account]
    made = await act(ann, collections.create, collections.Text("Birds"), collections.Marks(), two)
    assert await again("collections.item.revoked", made.id + 1, made.id, ben.account)
    assert not await again("collections.item.revoked", made.id + 1, made.id, ben.account)
    # The backup is from before dot was added: her no holds all the same.
    assert await again("collections.item.revoked", made.id + 2, made.id, dot.account)
    for one in (ben, dot):
        with pytest.raises(collections.CannotAdd):
            await act(ann, collections.add, made.id, one.account)
    assert await again("collections.item.removed", made.id + 3, made.id, cid.account)
    assert await within(made.id, ann) == []
    assert await again("collections.collection.taken_down", made.id, ann.account)
    async with reading(dot) as r:
        assert await collections.many(r, [made.id]) == []
    assert await again("collections.collection.deleted", made.id)
    assert not await again("collections.collection.deleted", made.id)
    async with reading(ann) as r:
        assert await collections.many(r, [made.id]) == []


async def test_a_restore_opens_no_collection_that_its_owner_had_narrowed(site: Doors) -> None:
    ann, ben = await town("tnann", "tnben")
    made = await act(ann, collections.create, collections.Text("Owls"), collections.Marks(is_discoverable=True), [])
    await act(ann, collections.change, made.id, collections.Change(name="Owls here"))
    await act(ann, collections.change, made.id, collections.Change(is_discoverable=False, is_sensitive=True))
    async with reading(SYSTEM) as r:
        kept = [list(row["refs"]) for row in await r.fetch(
            "select refs from journal.entry where subject = $1 and kind = 'collections.collection.narrowed'", made.id)]
    assert len(kept) == 1
    async with writing(SYSTEM, cause="test") as w:          # as the backup has it
        await w.execute("update collections.collection set is_discoverable = true, is_sensitive = false where id = $1",
                        made.id)
        w.record("collections.collection.changed", made.id)
    assert await again("collections.collection.narrowed", made.id, *kept[0])
    assert not await again("collections.collection.narrowed", made.id, *kept[0])
    async with reading(ben) as r:
        assert await collections.of_account(r, ann.account, 10) == []
        assert [one.marks.is_sensitive for one in await collections.many(r, [made.id])] == [True]


async def test_whoever_is_erased_leaves_no_row(site: Doors) -> None:
    ann, ben, cid = await town("erann", "erben", "ercid")
    hers = await act(ann, collections.create, collections.Text("Hers"), collections.Marks(), [ben.account])
    theirs = await act(ben, collections.create, collections.Text("Theirs"), collections.Marks(),
                       [ann.account, cid.account])
    assert (await erasing.erase(ann.account, "")).gone == 2
    assert (await erasing.erase_places(ann.account, "")).gone == 1
    assert await within(theirs.id, ben) == [cid.account] and await within(hers.id, ann) == []
    async with reading(SYSTEM) as r:
        assert not await r.value("select count(*) from collections.item where owner = $1 or account = $1", ann.account)
