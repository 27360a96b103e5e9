"""Applying again is safe on anything: what is missing, what is so already."""

from pathlib import Path

import pytest

from petrel import app
from petrel.core import restrictions
from petrel.core.doors import Doors, writing
from petrel.core.restrictions import Kept
from petrel.core.viewer import System
from petrel.ops.backups import NotNow, Wanted, create, keys, replay
from petrel.ops.backups.checks import law_as_written
from petrel.ops.backups.shapes import WrongKey
from petrel.outside import stores
from petrel.storage.pools import Addresses
from tests.people import people, publish

app.load_rooms()


def entry(kind: str, subject: int = 99, actor: int = 2, refs: tuple[int, ...] = (1, 2, *4 * (0,)), id: int = 1) -> Kept:
    return Kept(1, id, 1, 1, 0, kind, subject, actor, list(refs))


OF_THE_SITE = {"discovery.link.rejected", "discovery.publisher.rejected", "discovery.tag.rejected",
               "moderation.block.set", "signup.gate.shut"}
"""About no row of anybody's: these hold again whatever is there."""


@pytest.mark.parametrize("kind", sorted(restrictions.AGAIN))
async def test_what_it_is_about_may_be_missing(site: Doors, kind: str) -> None:
    """It was made after the backup."""
    async with writing(System("restore"), cause="tests") as w:
        is_done = await restrictions.AGAIN[kind](w, entry(kind))
        w.record("ops.job.retried", 0, cell=0)
    assert is_done == (kind in OF_THE_SITE), "what is not there is not taken away"


async def test_twice_is_as_once(site: Doors) -> None:
    [ann] = await people("ann")
    post = (await publish(ann, "hello")).id
    one = entry("posts.post.deleted", post, ann.account)
    async with writing(System("restore"), cause="tests") as w:
        assert await restrictions.AGAIN[one.kind](w, one)
        assert not await restrictions.AGAIN[one.kind](w, one)
        w.record(one.kind, post, actor=ann.account, refs=[0, 0, ann.account, 0])


async def test_a_kind_of_a_newer_release_is_refused(site: Doors) -> None:
    done = replay.Replayed(changed={}, locked_out=[])
    with pytest.raises(NotNow, match="Restore with the release that wrote it"):
        await replay._replay_some([entry("posts.post.scorched")], done)


async def test_what_the_backup_has_already_is_left_alone(site: Doors) -> None:
    """Or a post that was restored by hand, or a block that was lifted before the backup, would be lost."""
    async with writing(System("tests"), cause="tests") as w:
        w.record("relationships.block.created", 5, cell=1, actor=2, refs=[1, 2])
    async with writing(System("tests"), cause="tests") as w:
        [row] = await w.fetch("select cell, id, epoch, xid from journal.entry where subject = 5")
    done = replay.Replayed(changed={}, locked_out=[])
    known = Kept(row["cell"], row["id"], row["epoch"], row["xid"], 0, "posts.post.scorched", 5, 2, [1, 2])
    await replay._replay_some([known], done)
    assert (done.known, done.changed) == (1, {})


async def test_the_law_of_a_database_is_the_one_of_the_migrations(site: Doors) -> None:
    async with writing(System("tests"), cause="tests") as w:
        rows = await w.fetch("select name, codes from law.surface")
    assert {row["name"]: bytes(row["codes"]).hex() for row in rows} == law_as_written()
    assert len(law_as_written()) == 14


def test_keys_are_made_once_kept_private_and_read_from_any_text(tmp_path: Path) -> None:
    made, is_new = keys.load_or_make(tmp_path / "keys")
    again, is_new_again = keys.load_or_make(tmp_path / "keys")
    assert (made, is_new, is_new_again) == (again, True, False)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "keys").iterdir())
    text = "From: us\n" + "\n".join(keys.text_of(side, key) for side, key in made.items()) + "\nthat is all"
    assert keys.parsed(text, "a letter") == made
    with pytest.raises(WrongKey):
        keys.parsed("nothing here", "a letter")


async def test_data_and_keys_in_one_server_are_not_copied_together(addresses: Addresses, tmp_path: Path) -> None:
    """A physical copy is of a whole server: the law wants both apart. Nothing is left of the attempt."""
    both = Addresses(main=addresses.main, keyring=addresses.main)
    with pytest.raises(NotNow, match="a server of its own"):
        wanted = Wanted(stores.opened(str(tmp_path / "out")), tmp_path / "site")
        await create(both, wanted, lambda _what, _done, _expected: None)
    assert list((tmp_path / "out").rglob("*")) == []
