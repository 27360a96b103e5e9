"""Running an import: what keeps others away first, then posts, then whom one follows. Opens its own doors, since it
takes long; what it has done stays done when it is interrupted, and the next run goes on from there.

Half of the time belongs to others: after each batch it waits as long as that took.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.ids import cell_of
from petrel.core.viewer import Member, System
from petrel.features import accounts, relationships
from petrel.features.archives import commands, mastodon, own, people, waiting
from petrel.features.archives.commands import Import
from petrel.features.archives.opening import Archive, meant, opened
from petrel.features.archives.shapes import BadArchive, Kind, Left, Old, Report, Teller
from petrel.features.posts import Audience

SYSTEM = System("archives")
CAUSE = "import"
PEOPLE: tuple[Kind, ...] = ("blocks", "mutes", "follows")
SCOPES = ("read", "write", "follow")
FILE = "select * from archives.waiting_file($1, $2, $3)"
BATCH = 250
UNDONE_AT_ONCE = 500

Say = Callable[[str], None]


async def bring_in(account: int, path: Path, say: Say, *, dry_run: bool = False, rests: bool = True) -> Report:
    """Imports an archive into an account. The whole of it is read and checked before anything is written; with
    `dry_run` that is all, and `taken` says what would be.

    Errors: BadArchive, Unauthenticated (the account may not act).
    """
    with opened(path) as archive:
        with meant():
            # Beside the loop, which has leases to renew: of a million posts this takes minutes.
            told, checked = await asyncio.to_thread(_looked, archive)
        if dry_run:
            return checked
        report = Report(who=told.who)
        say(f"{checked.taken['posts']:,} posts, {checked.taken['follows']:,} follows and "
            f"{checked.taken['blocks'] + checked.taken['mutes']:,} blocks and mutes to look at.")
        async with acting(account) as member:
            await _say_who_will_see(member, say)
            async with writing(SYSTEM, cause=CAUSE) as w:
                report.id = await commands.begin(w, account)
            imported = Import(report.id, member)
            try:
                await _all_of_it(told, imported, report, say, rests)
            except BaseException:
                await _note(report, "running")
                raise
            await _note(report, "done")
    return report


async def _say_who_will_see(member: Member, say: Say) -> None:
    async with reading(member) as r:
        own_account = await accounts.own(r)
    if own_account.account.is_protected:
        say("The account is protected: what comes in is for its followers, also when it is opened one day.")
    elif own_account.default_audience != Audience.PUBLIC:
        word = Audience(own_account.default_audience).name.lower()
        say(f"New posts of this account are {word} by default: nothing comes in wider than that.")


def _looked(archive: Archive) -> tuple[Teller, Report]:
    told = told_by(archive)
    return told, look(told)


def told_by(archive: Archive) -> Teller:
    """Errors: BadArchive."""
    return own.Exported(archive) if own.MANIFEST in archive.names else mastodon.Mastodons(archive)


def look(told: Teller) -> Report:
    """Reads everything that an import would; counts what would be taken, and why the rest would not.
    Errors: BadArchive."""
    found = Report(who=told.who)
    for left in told.left():
        found.leave(left)
    for one in told.posts():
        if isinstance(one, Left):
            found.leave(one)
        else:
            found.taken["posts"] += 1
            _leave_pictures(found, one)
    for kind in PEOPLE:
        for person in told.people(kind):
            found.leave(person) if isinstance(person, Left) else found.taken.update([kind])
    for _, listed in told.in_lists():
        found.leave(listed) if isinstance(listed, Left) else found.taken.update(["lists"])
    found.taken.update("bookmarks" for _ in told.bookmarks())
    found.taken.update("domain blocks" for _ in told.servers())
    if not found.taken and not found.left_count:
        raise BadArchive(message="This archive cannot be imported: there is nothing in it that is known here")
    return found


def _leave_pictures(report: Report, old: Old) -> None:
    if old.pictures:
        report.leave(Left("pictures", "not taken yet, the posts are", old.source))


async def _all_of_it(told: Teller, imported: Import, report: Report, say: Say, rests: bool) -> None:
    await people.keep_away(told, imported, report)
    await _posts(told.posts(), imported, report, say, rests)
    await people.follow(told, imported, report)
    await people.put_into_lists(told, imported, report)
    await people.bookmark(told.bookmarks(), imported, report)
    await people.block_servers(told.servers(), imported, report)
    for left in told.left():
        report.leave(left)


async def _posts(found: Iterator[Old | Left], imported: Import, report: Report, say: Say, rests: bool) -> None:
    told_s = time.monotonic()
    while batch := list(islice(found, BATCH)):
        began_s = time.monotonic()
        await _take(imported, batch, report)
        await asyncio.sleep(time.monotonic() - began_s if rests else 0)
        if time.monotonic() - told_s > 5:
            told_s = time.monotonic()
            say(f"{report.taken['posts']:,} posts taken.")


async def _take(imported: Import, batch: list[Old | Left], report: Report) -> None:
    """One batch, one transaction; the report is written when it has ended well."""
    olds = [one for one in batch if isinstance(one, Old)]
    if olds:
        async with writing(SYSTEM, cause=f"{CAUSE} {imported.id}") as w:
            answers = await commands.take_posts(w, imported, olds)
        for old, answer in zip(olds, answers, strict=True):
            if isinstance(answer, Left):
                report.leave(answer)
            else:
                (report.taken if answer == "taken" else report.already)["posts"] += 1
                if answer == "taken":
                    _leave_pictures(report, old)
    for one in batch:
        if isinstance(one, Left):
            report.leave(one)


async def _note(report: Report, state: str) -> None:
    async with writing(SYSTEM, cause=CAUSE) as w:
        await commands.end(w, report.id, report, state)


@asynccontextmanager
async def acting(account: int) -> AsyncIterator[Member]:
    """The member, by a token that nobody else has and that ends with the import: rules of members hold."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        issued = await accounts.issue(w, account, None, SCOPES)
    try:
        yield Member(account, accounts.digest_of(issued.token), frozenset(SCOPES), token=issued.id)
    finally:
        async with writing(SYSTEM, cause=CAUSE) as w:
            await accounts.revoke(w, issued.id)


async def take_list(account: int, number: int) -> None:
    """Does what a member brought in by a page and said yes to. Twice does what is left of it."""
    async with reading(SYSTEM) as r:
        row = await r.row(FILE, "archives", account, number)
    if row is None:
        return
    plain = seal.open_sealed(await accounts.key_of(account), account, row["sealed_file"])
    file = waiting.OneFile(row["kind"], plain)
    told, report = mastodon.Mastodons(file), Report(id=number)
    async with acting(account) as member:
        async with writing(SYSTEM, cause=CAUSE) as w:
            await commands.begin_as(w, account, number)
        imported = Import(number, member, f"list {number} ")
        await people.keep_away(told, imported, report)
        await people.follow(told, imported, report)
        await people.put_into_lists(told, imported, report)
        await people.bookmark(told.bookmarks(), imported, report)
        await people.block_servers(told.servers(), imported, report)
    async with writing(SYSTEM, cause=CAUSE) as w:
        await commands.end(w, number, report)
        await w.execute(waiting.DROP, cell_of(account), account, number, True)


async def undo(number: int, say: Say) -> int:
    """Deletes the posts of an import and ends the follows that it began; blocks, mutes, lists and bookmarks stay, for
    their owner may rely on them. Returns how many posts there were. Errors: ImportNotFound."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        account = await commands.account_of(w, number)
    gone = 0
    while True:
        began_s = time.monotonic()
        async with writing(SYSTEM, cause=f"undo {number}") as w:
            made = await commands.objects(w, number, commands.POST, UNDONE_AT_ONCE)
            if not made:
                break
            gone += await commands.take_back(w, number, account, made)
        say(f"{gone:,} posts deleted.")
        await asyncio.sleep(time.monotonic() - began_s)
    async with acting(account) as member:
        await _unfollow(number, member)
    async with writing(SYSTEM, cause=f"undo {number}") as w:
        await commands.forget(w, number)
        await commands.end(w, number, Report(), "undone")
    return gone


async def _unfollow(number: int, member: Member) -> None:
    while True:
        async with writing(SYSTEM, cause=f"undo {number}") as w:
            others = await commands.objects(w, number, commands.FOLLOW, UNDONE_AT_ONCE)
        if not others:
            return
        for other in others:
            async with writing(member, cause=f"undo {number}") as w:
                await relationships.unfollow(w, other)
                await commands.forget(w, number, [other])


async def imports(account: int) -> list[dict[str, object]]:
    """The newest hundred imports into an account."""
    async with reading(SYSTEM) as r:
        return [dict(row) for row in await r.fetch(commands.LISTED, cell_of(account), account)]
