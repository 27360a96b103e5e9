"""Tells people, as the journal grows. A batch of a thousand entries takes a handful of statements."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from petrel.core.doors import Writer, deriving
from petrel.core.ids import cell_of, new_id
from petrel.core.jobs import every, job
from petrel.core.journal import Entry, follow
from petrel.features.notifications import digest, rows
from petrel.features.notifications.rules import TAKES, Batch, Key
from petrel.features.notifications.shapes import ALL_KINDS, Kind

RUNG_AT_ONCE = 500
IDS_AT_ONCE = 150
IDS_REST_S = 0.04


@follow("notifications", *TAKES, surface="ntf")
async def tell(w: Writer, entries: list[Entry]) -> None:
    """Twice: cannot be, the cursor moves in the same transaction. Late: people are told late. Never: they are not
    told of it; what they are shown is right all the same, since nothing here is authority."""
    batch = Batch(entries)
    added = [(place, key, conversation) for key, (place, conversation) in batch.add.items()]
    added += await _rung(w, batch)
    for post, (place, author) in batch.ended.items():
        added += [(place, (account, int(Kind.POLL), post, author), 0) for account in await _voters(w, author, post, 0)]
    for post, (place, author) in batch.edited.items():
        added += [(place, key, 0) for key in await _quoters(w, author, post, 0)]
    added.sort(key=lambda one: one[0])
    keys = [key for _, key, _ in added]
    ids = await ids_for([key[0] for key in keys])       # before anything is written: it may rest

    # The newest change stands for all.
    again = [key for key in keys if key[1] in (Kind.QUOTED_UPDATE, Kind.COLLECTION_UPDATE)]
    await rows.untell(w, [*batch.drop, *again])
    if batch.gone:
        await w.execute(rows.FORGET, batch.gone)
    await rows.pairs(w, rows.LEAVE, list(batch.left))
    await rows.pairs(w, rows.ADD_BELLS, [pair for pair, on in batch.bells.items() if on])
    await rows.pairs(w, rows.DROP_BELLS, [pair for pair, on in batch.bells.items() if not on])
    await rows.pairs(w, rows.MUTE_THREADS, [pair for pair, on in batch.muted.items() if on])
    await rows.pairs(w, rows.UNMUTE_THREADS, [pair for pair, on in batch.muted.items() if not on])
    await rows.pairs(w, rows.ADD_TALKS, list(batch.talks))
    await rows.tell(w, keys, ids, [conversation for _, _, conversation in added])


async def _rung(w: Writer, batch: Batch) -> list[tuple[int, Key, int]]:
    """Whom the batch's posts ring at: (place, key, 0). A mention says it already; where they are many a job goes on."""
    if not batch.rung:
        return []
    posts = [(post, place, author) for post, (place, author) in batch.rung.items()]
    found = [(row["place"], row["account"]) for row in await rows.rings(w, [a for _, _, a in posts], 0, RUNG_AT_ONCE)]
    for n, count in Counter(n for n, _ in found).items():
        if count == RUNG_AT_ONCE:
            _ring_on_later(w, posts[n][2], posts[n][0], max(account for m, account in found if m == n))
    # Bells set or taken away in this very batch.
    found += [(n, account) for n, (_, _, author) in enumerate(posts)
              for (rung, account), on in batch.bells.items() if on and rung == author]
    told = {(account, post) for account, kind, post, _ in batch.add if kind == Kind.MENTION}
    return [(posts[n][1], (account, int(Kind.STATUS), posts[n][0], posts[n][2]), 0)
            for n, account in dict.fromkeys(found)
            if batch.bells.get((posts[n][2], account), True) and (account, posts[n][0]) not in told]


async def _voters(w: Writer, author: int, post: int, after: int) -> list[int]:
    """Some who voted; where they are many a job tells the others."""
    found = [row["account"] for row in await w.fetch(rows.VOTERS, post, after, RUNG_AT_ONCE)]
    if len(found) == RUNG_AT_ONCE:
        w.later("notifications.poll", {"author": author, "post": post, "after": found[-1]}, lane="bulk")
    return found


async def _quoters(w: Writer, author: int, post: int, after: int) -> list[Key]:
    """Some who quote a post that was edited; where they are many a job tells the others."""
    found = [row["account"] for row in await w.fetch(rows.QUOTERS, post, after, RUNG_AT_ONCE, author)]
    if len(found) == RUNG_AT_ONCE:
        w.later("notifications.quoted", {"author": author, "post": post, "after": found[-1]}, lane="bulk")
    return [(account, int(Kind.QUOTED_UPDATE), post, author) for account in found]


@job("notifications.quoted")
async def tell_quoters(author: int, post: int, after: int) -> None:
    """Twice: told once more of the same. Late: they are told late. Never: the dead letter is listed."""
    async with deriving("notifications") as w:
        keys = await _quoters(w, author, post, after)
        ids = await ids_for([key[0] for key in keys])
        await rows.untell(w, keys)
        await rows.tell(w, keys, ids, [0] * len(keys))


@job("notifications.poll")
async def tell_voters(author: int, post: int, after: int) -> None:
    """Twice: no effect, a row exists once. Late: they are told late. Never: the dead letter is listed."""
    async with deriving("notifications") as w:
        accounts = await _voters(w, author, post, after)
        ids = await ids_for(accounts)
        await rows.tell(w, [(a, int(Kind.POLL), post, author) for a in accounts], ids, [0] * len(accounts))


def _ring_on_later(w: Writer, author: int, post: int, after: int) -> None:
    w.later("notifications.ring", {"author": author, "post": post, "after": after}, lane="bulk")


async def ids_for(accounts: Sequence[int]) -> list[int]:
    """New ids, one for each, growing within a cell. Rests when a cell has none left for the moment: waiting for the
    clock inside `new_id` would hold up everything else in this process."""
    made: dict[int, list[int]] = {}
    for cell, count in Counter(map(cell_of, accounts)).items():
        ids = made[cell] = []
        while len(ids) < count:
            if ids:
                await asyncio.sleep(IDS_REST_S)
            ids += [new_id(cell) for _ in range(min(IDS_AT_ONCE, count - len(ids)))]
        ids.sort(reverse=True)
    return [made[cell_of(account)].pop() for account in accounts]


@job("notifications.ring")
async def ring_on(author: int, post: int, after: int) -> None:
    """Twice: no effect, a row exists once. Late: they are told late. Never: the dead letter is listed."""
    async with deriving("notifications") as w:
        accounts = [row["account"] for row in await rows.rings(w, [author], after, RUNG_AT_ONCE)]
        ids = await ids_for(accounts)
        await rows.tell(w, [(a, int(Kind.STATUS), post, author) for a in accounts], ids, [0] * len(accounts))
        if len(accounts) == RUNG_AT_ONCE:
            _ring_on_later(w, author, post, accounts[-1])


@job("notifications.sweep")
async def sweep(account: int, until: int) -> None:
    """Removes what its owner has cleared. Twice: no effect. Late or never: it takes room, and is not shown."""
    gone = 1
    while gone:
        async with deriving("notifications") as w:
            gone = await w.execute(rows.SWEEP, account, until, [int(kind) for kind in ALL_KINDS])


@every(3600, "notifications.digest")
async def write_digests() -> str | None:
    """Twice in an hour: no second letter. Late or never: those whose hour it was get none this week."""
    asked = await digest.write_due()
    return f"{asked} letters asked for" if asked else None
