"""A site is lost and restored from its backup: nothing that was taken away since comes back, all else is there."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from petrel.core.witness import Witness
from petrel.ops import backups
from petrel.ops.drills.clients import Clients, clients
from petrel.ops.drills.site import Site, environment, private_site
from petrel.outside import stores
from petrel.storage.build import ROOT
from tests.conftest import loop
from tests.ops.backups.conftest import MARK, ROWS, Lost


def petrel(*args: str, given: str = "") -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "petrel", *args], capture_output=True, text=True, cwd=ROOT,
                          env=environment(), input=given, check=False)
    return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr


class Back:
    """The restored site, and people asking it."""

    def __init__(self, lost: Lost, site: Site, web: Clients, said: dict) -> None:
        self.lost, self.site, self.web, self.said = lost, site, web, said

    async def status(self, name: str, post: str) -> int:
        token = self.lost.people[name][1] if name else None
        return (await self.web.ask("GET", f"/api/v1/statuses/{self.lost.posts[post]}", token=token)).status

    async def get(self, name: str, target: str):
        return await self.web.ask("GET", target, token=self.lost.people[name][1])


@pytest.fixture(scope="module")
def back(lost: Lost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Back]:
    new = tmp_path_factory.mktemp("new") / "site"
    code, text = petrel("backups", "restore", str(lost.place), "--data", str(new), "--witness", str(lost.witness),
                        "--key-file", str(lost.key_file), "--json")
    assert code == 0, text
    said = json.loads(text)

    @asynccontextmanager
    async def up() -> AsyncIterator[Back]:
        async with private_site(new) as site, clients(site.address) as web:
            yield Back(lost, site, web, said)

    running = up()
    yield loop().run_until_complete(running.__aenter__())
    loop().run_until_complete(running.__aexit__(None, None, None))


async def test_what_was_deleted_stays_deleted(back: Back) -> None:
    for name in ("ann", "bob", "fay", ""):
        assert await back.status(name, "deleted") == 404
        assert await back.status(name, "message deleted") == 404
    async with back.site.database(cluster="keyring") as ring:
        gone = [back.lost.posts["deleted"], back.lost.posts["message deleted"]]
        assert await ring.fetch("select id from keyring.key where id = any ($1::bigint[])", gone) == []


async def test_what_was_closed_stays_closed(back: Back) -> None:
    assert await back.status("bob", "stays") == 200
    for name in ("cat", "dan", "eve", ""):                      # protected: for followers, of whom cat is none now
        assert await back.status(name, "stays") == 404
        assert await back.status(name, "narrowed") == 404
    assert (await back.get("eve", f"/api/v1/statuses/{back.lost.posts['boost']}")).status == 404
    dan, ann = back.lost.people["dan"][0].account, back.lost.people["ann"][0].account
    assert (await back.get("ann", f"/api/v1/accounts/relationships?id={dan}")).json[0]["blocking"]
    assert not (await back.get("cat", f"/api/v1/accounts/relationships?id={ann}")).json[0]["following"]
    eve = back.lost.people["eve"][0].account
    assert (await back.get("ann", f"/api/v1/accounts/relationships?id={eve}")).json[0]["muting"]
    assert (await back.get("ann", f"/api/v1/lists/{back.lost.posts['list']}/accounts")).json == []


async def test_tokens_passwords_and_roles_stay_taken(back: Back) -> None:
    assert (await back.get("hal", "/api/v1/accounts/verify_credentials")).status == 401
    assert (await back.get("bob", "/api/v1/accounts/verify_credentials")).status == 200
    async with back.site.database() as owner:
        row = await owner.fetchrow("select a.role, c.secret_hash from accounts.account a "
                                   "join accounts.credential c on c.account = a.id where a.handle = 'gus'")
    assert (row["role"], row["secret_hash"]) == ("member", None)
    assert back.said["replayed"]["locked_out"] == [back.lost.people["gus"][0].account]


SMALL = """
select r.bits & 4 = 0 as no_request, r.sealed_note is null as no_note from relationships.relation r
 where r.owner = $1 and r.other = any ($2::bigint[])
"""
ROWS_OF_FAY = """
select (select count(*) from relationships.featured_tag where account = $1)
     + (select count(*) from relationships.followed_tag where account = $1)
     + (select count(*) from relationships.filter where account = $1)
     + (select count(*) from lists.list where owner = $1)
     + (select count(*) from messages.inbox where account = $1)
     + (select count(*) from posts.mark where account = $1 and bits & 11 <> 0)
     + (select count(*) from posts.post where author = $1 and mentions <> '{}')
     + (select count(*) from posts.reaction where account = $1)
"""
KINDS = {
    "posts.post.deleted", "messages.message.deleted", "posts.post.narrowed", "posts.post.edited", "posts.boost.removed",
    "posts.like.removed", "posts.bookmark.removed", "posts.pin.removed", "posts.mute.created",
    "relationships.block.created", "relationships.follow.removed", "relationships.request.removed",
    "relationships.mute.created", "relationships.endorsement.removed", "relationships.note.changed",
    "relationships.tag.unfeatured", "relationships.tag.unfollowed", "relationships.filter.removed",
    "lists.member.removed", "lists.list.deleted", "messages.conversation.left", "notifications.policy.changed",
    "accounts.account.protected", "accounts.account.changed", "accounts.role.changed", "accounts.password.changed",
    "accounts.token.revoked", "accounts.invite.ended"}


async def test_every_kind_is_done_again_once_and_recorded(back: Back) -> None:
    assert back.said["replayed"]["changed"].keys() == KINDS
    async with back.site.database() as owner:
        found = await owner.fetch("select distinct kind from journal.entry where epoch = 2 and cause like 'restore%'")
    assert {row["kind"] for row in found} - {"ops.site.restored"} == KINDS


async def test_small_things_stay_taken_back_too(back: Back) -> None:
    fay = back.lost.people["fay"][0].account
    others = [back.lost.people[name][0].account for name in ("ann", "eve")]
    async with back.site.database() as owner:
        assert await owner.fetchval(ROWS_OF_FAY, fay) == 0
        assert all(row["no_request"] and row["no_note"] for row in await owner.fetch(SMALL, fay, others))
        row = await owner.fetchrow("select is_discoverable, is_indexable, hides_network from accounts.account "
                                   "where id = $1", fay)
        assert tuple(row) == (True, False, True)
        assert await owner.fetchval("select not_following from notifications.policy where account = $1", fay) == 2


async def test_everything_else_is_there_and_goes_on(back: Back) -> None:
    async def stays() -> dict:
        return (await back.get("bob", f"/api/v1/statuses/{back.lost.posts['stays']}")).json

    assert MARK in (await stays())["content"]
    async with asyncio.timeout(30):
        # What was taken back since is counted by a follower, whose end nothing tells.
        while (await stays())["favourites_count"] != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert (await back.get("bob", f"/api/v1/statuses/{back.lost.posts['message stays']}")).status == 200
    assert (await back.get("bob", f"/api/v1/statuses/{back.lost.posts['followers']}")).status == 200
    async with back.site.database() as owner:
        kept = [back.lost.posts["stays"], back.lost.posts["followers"]]
        assert await owner.fetchval(ROWS, kept) == back.lost.digest
    new = await back.web.ask("POST", "/api/v1/statuses", token=back.lost.people["bob"][1],
                             json={"status": "after the restore"})
    assert new.status == 200 and int(new.json["id"]) > back.lost.posts["lost"]
    assert await back.status("ann", "lost") == 404


async def test_search_catches_up(back: Back) -> None:
    async def found() -> list[str]:
        answer = await back.get("ann", f"/api/v2/search?q={MARK}&type=statuses")
        return [one["id"] for one in answer.json["statuses"]] if answer.status == 200 else []

    async with asyncio.timeout(30):
        while str(back.lost.posts["stays"]) not in (ids := await found()):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert str(back.lost.posts["deleted"]) not in ids


async def test_a_restore_is_an_event_of_the_journal_and_no_damage(back: Back) -> None:
    code, text = await back.site.petrel("journal", "verify", "--json")
    report = json.loads(text)
    assert (code, report["findings"]) == (0, [])
    assert [one["backup"] for one in report["restores"]] == [back.said["backup"]]
    assert back.said["lost_until"] > back.said["restored_to"]
    code, text = await back.site.petrel("journal", "show", "--kind", "ops.site.restored", "--json")
    assert len(json.loads(text)) == 1


async def test_old_data_is_opened_by_a_newer_copy_of_the_keyring_never_by_an_older_one(
        back: Back, tmp_path: Path) -> None:
    """Copies of keys go after seven days, and those of the data may be years old. The restored site uses its old
    backup keys."""
    place = tmp_path / "again"
    names = []
    for _ in range(2):
        code, text = await back.site.petrel("backups", "create", str(place), "--json")
        assert code == 0 and not json.loads(text)["new_keys"]
        names.append(json.loads(text)["backup"])
        async with back.site.database() as owner:       # a transaction between them: each is of a moment of its own
            await owner.execute("select pg_current_xact_id()")
    known = backups.keys.from_files([back.lost.key_file])
    store = stores.opened(str(place))
    pair = backups.choose(store, known, names[0], names[1])
    assert (pair.data.backup, pair.keyring.backup) == tuple(names)
    assert backups.verify(pair, known, lambda _what, _done, _expected: None) > 1000
    with pytest.raises(backups.BadBackup, match="older than the data"):
        backups.choose(store, known, names[1], names[0])


async def test_the_same_backup_can_be_gone_back_to_twice(back: Back, lost: Lost, tmp_path: Path) -> None:
    """With the witness of the restored site, which knows of the first restore, and of what was taken away after it."""
    new = await back.web.ask("POST", "/api/v1/statuses", token=lost.people["bob"][1], json={"status": "second life"})
    gone = await back.web.ask("DELETE", f"/api/v1/statuses/{lost.posts['message stays']}", token=lost.people["ann"][1])
    assert new.status == gone.status == 200
    witness = Witness(back.site.data / "witness")
    await back.site.until(lambda: (line := witness.last_line()) is not None
                          and line.entries[-1].subject == lost.posts["message stays"], 5, "the witness")
    shutil.copytree(back.site.data / "witness", tmp_path / "witness")
    code, text = petrel("backups", "restore", str(lost.place), "--data", str(tmp_path / "new"), "--json",
                        "--witness", str(tmp_path / "witness"), "--key-file", str(lost.key_file))
    assert code == 0, text
    said = json.loads(text)
    assert said["epoch"] == 3 and said["checked"]["findings"] == []
    assert said["replayed"]["changed"].keys() == KINDS and said["replayed"]["changed"]["messages.message.deleted"] == 2
    code, text = petrel("journal", "verify", "--data", str(tmp_path / "new"), "--json")
    assert code == 0 and len(json.loads(text)["restores"]) == 2


def test_the_list_says_until_when_and_the_keys_can_be_kept_apart(lost: Lost) -> None:
    code, text = petrel("backups", "list", str(lost.place), "--data", str(lost.data))
    assert code == 0 and json.loads(lost.created)["backup"] in text and "opens deleted things until" in text
    [one] = json.loads(petrel("backups", "list", str(lost.place), "--data", str(lost.data), "--json")[1])
    assert one["is_whole"] and one["problem"] == ""
    code, text = petrel("backups", "key", "--only", "keyring", "--data", str(lost.data))
    assert code == 0 and text.startswith("petrel-backup-keyring-1 ") and "backup-data" not in text
    assert text.strip() in lost.key_file.read_text()


def test_a_backup_holds_no_plain_word_and_no_key(lost: Lost) -> None:
    keys = [p.read_bytes().strip() for p in (lost.data / "keys").iterdir()]
    raw = [bytes.fromhex(k.decode()) for k in keys if len(k) == 64]
    assert len(keys) == 3 and raw
    files = [p for p in lost.place.rglob("*") if p.is_file()]
    assert len(files) == 5
    for path in files:
        stored = path.read_bytes()
        for secret in (MARK.encode(), *keys, *raw):
            assert secret not in stored, path
        assert path.stat().st_mode & 0o077 == 0
    assert lost.place.stat().st_mode & 0o077 == 0
