"""What is looked at after a restore, before anything is served. A finding keeps the site closed; a remark is told."""

import re
from importlib.resources import files
from typing import Any

from msgspec import Struct

from petrel.core import chain, chain_check
from petrel.core.doors import reading
from petrel.core.policy import POLICY
from petrel.core.viewer import System
from petrel.core.witness import Witness
from petrel.ops.backups.restore import Ask, Known

WHO = System("restore")
AT_ONCE = 20_000
NAMED = 20

LIVE = {
    "posts": "select p.id from posts.post p join posts.content c on c.cell = p.cell and c.id = p.id "
             "where p.flags & 512 = 0 and p.id > $1 order by p.id limit $2",
    "messages": "select id from messages.message where flags & 512 = 0 and id > $1 order by id limit $2",
}
KEYS = "select id from keyring.key where id = any ($1::bigint[])"
DELETED = """
select p.id from posts.post p where p.flags & 512 <> 0 and exists
       (select from posts.content c where c.cell = p.cell and c.id = p.id) union all
select m.id from messages.message m where m.flags & 512 <> 0 and m.sealed <> ''
"""
TOMBSTONES = """
select id from posts.post where flags & 512 <> 0 union all select id from messages.message where flags & 512 <> 0
"""
STANDING = """
select id from posts.post where id = any ($1::bigint[]) and flags & 512 = 0 union all
select id from messages.message where id = any ($1::bigint[]) and flags & 512 = 0
"""
DELETED_KINDS = ("posts.post.deleted", "posts.boost.removed", "messages.message.deleted")
LAW = re.compile(r"^  \(\d+, '(\w+)', '\\x([0-9a-f]+)'\)", re.M)


class Checked(Struct):
    """`findings` keep the site closed, `remarks` are for people to know."""

    findings: list[str] = []
    remarks: list[str] = []
    entries: int = 0
    live: int = 0


async def check(ask: Ask, known: Known, owner: Any, ring: Any) -> Checked:
    """`owner`, `ring`: connections that see every row of the main cluster and of the keyring."""
    found = Checked(findings=[], remarks=[])
    await _chain(ask, found)
    await _keys_of_the_living(owner, ring, found)
    await _no_key_of_the_dead(owner, ring, found)
    await _what_the_witness_saw_deleted(known, owner, ring, found)
    await _counts(ask, owner, found)
    await _rolled(ask, owner, found)
    await _law(ask, owner, found)
    return found


async def _chain(ask: Ask, found: Checked) -> None:
    key = chain.load_key(ask.folder / "keys").public_key()
    async with reading(WHO) as r:
        report = await chain_check.verify(r.fetch, key, Witness(ask.folder / "witness"))
    found.entries = report.entries
    found.findings += [f"journal: {one.text}" for one in report.findings]


async def _keys_of_the_living(owner: Any, ring: Any, found: Checked) -> None:
    """A key may be missing where something was deleted between both copies, and nothing tells so without a witness."""
    for noun, sql in LIVE.items():
        missing: list[int] = []
        after = 0
        while ids := [row[0] for row in await owner.fetch(sql, after, AT_ONCE)]:
            there = {row[0] for row in await ring.fetch(KEYS, ids)}
            missing += [i for i in ids if i not in there]
            found.live += len(ids)
            after = ids[-1]
        if missing:
            found.remarks.append(f"{len(missing)} {noun} have no key and cannot be read by anybody: "
                                 f"{', '.join(map(str, missing[:NAMED]))}{' ...' if len(missing) > NAMED else ''}")


async def _no_key_of_the_dead(owner: Any, ring: Any, found: Checked) -> None:
    if left := [row[0] for row in await owner.fetch(DELETED)]:
        found.findings.append(f"{len(left)} deleted posts and messages still have content: {left[:NAMED]}")
    ids = [row[0] for row in await owner.fetch(TOMBSTONES)]
    for start in range(0, len(ids), AT_ONCE):
        if keys := [row[0] for row in await ring.fetch(KEYS, ids[start:start + AT_ONCE])]:
            found.findings.append(f"{len(keys)} deleted posts and messages still have a key: {keys[:NAMED]}")


async def _what_the_witness_saw_deleted(known: Known, owner: Any, ring: Any, found: Checked) -> None:
    """Asked of the rows and of the keyring, whatever the replay believes to have done."""
    ids = [e.subject for line in known.lines for e in line.entries if e.kind in DELETED_KINDS]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start:start + AT_ONCE]
        for what, rows in (("stand again", await owner.fetch(STANDING, some)),
                           ("have their key", await ring.fetch(KEYS, some))):
            if rows:
                found.findings.append(f"{len(rows)} posts and messages that were deleted since the backup {what}: "
                                      f"{[row[0] for row in rows][:NAMED]}")


async def _counts(ask: Ask, owner: Any, found: Checked) -> None:
    """The copy is of one moment between both counts. The restore itself wrote some entries of the journal."""
    for name, bounds in ask.pair.data.rows.items():
        count = await owner.fetchval(f"select count(*) from {name}")     # names of the manifest, which was proven
        if name == "journal.entry":
            count -= await owner.fetchval("select count(*) from journal.entry where epoch = "
                                          "(select max(epoch) from journal.epoch)")
        if ask.rolled is not None and ask.rolled.until_ms:
            if name == "journal.entry" and count < min(bounds):
                found.findings.append(f"{name} has {count} rows, and had {bounds[0]} when the copy began")
        elif not min(bounds) <= count <= max(bounds):
            text = f"{name} has {count} rows, and had {bounds[0]} when the copy began, {bounds[1]} when it ended"
            (found.findings if name == "journal.entry" else found.remarks).append(text)


async def _rolled(ask: Ask, owner: Any, found: Checked) -> None:
    """The last entry of the journal that the archive knows of has to be there."""
    if ask.rolled is None:
        return
    if ask.rolled.entry and not await owner.fetchval("select exists (select from journal.entry where id = $1)",
                                                     ask.rolled.entry):
        found.findings.append(f"the log was not replayed to its end: entry {ask.rolled.entry} of the journal is not "
                              "there")
    if ask.rolled.gap:
        found.remarks.append(f"{ask.rolled.gap} pieces of the archive lie behind a gap and were not used: what is in "
                             "them is lost")


async def _law(ask: Ask, owner: Any, found: Checked) -> None:
    written = law_as_written()
    rows = {row["name"]: bytes(row["codes"]).hex() for row in await owner.fetch("select name, codes from law.surface")}
    if rows != written:
        wrong = sorted(name for name in written.keys() | rows.keys() if written.get(name) != rows.get(name))
        found.findings.append(f"the law in the database is not the one of this release: {', '.join(wrong)}")
    policy = await owner.fetchval("select max(version) from law.policy")
    if policy < ask.pair.data.policy:
        found.findings.append(f"the policy's number is {policy}, and was {ask.pair.data.policy} in the backup")
    if policy > POLICY:
        found.findings.append(f"the site's policy is number {policy}, and this program knows {POLICY}: restore with a "
                              "newer release")


def law_as_written() -> dict[str, str]:
    """The codes of each surface, as the migrations put them down; a test compares those with the law's text."""
    found: dict[str, str] = {}
    for path in sorted((files("petrel.storage") / "migrations").iterdir(), key=lambda p: p.name):
        found |= dict(LAW.findall(path.read_text()))
    return found
