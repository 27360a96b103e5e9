"""Fills the site with the recording's people and who follows whom, by batch commands, and hands out their tokens.

Each batch is one transaction. Progress is noted after it; the one batch that a crash may leave committed but not
noted is recognised when it is done again (handles that exist, follows that stand).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from petrel.core.errors import Refused
from petrel.ops.replay.store import Progress, Store

BATCH = 1000
SCOPES = ("read", "write")
Report = Callable[[int], None]  # told how many more are done


class Rooms(Protocol):
    """The batch commands of the site that a replay needs; load.py is the real one."""

    async def existing(self, handles: Sequence[str]) -> dict[str, int]:
        """Account ids of those handles that are taken."""

    async def create(self, handles: Sequence[str]) -> list[int]:
        """New accounts without passwords, in this order, in one transaction."""

    async def follow(self, pairs: Sequence[tuple[int, int]]) -> int:
        """(follower, followee) account ids, in one transaction; returns how many did not stand before."""

    async def issue_tokens(self, accounts: Sequence[int], scopes: Sequence[str]) -> list[str]:
        """One bearer token for each account, in this order."""


def handle_of(person: int) -> str:
    return f"p{person}"


async def load_accounts(rooms: Rooms, store: Store, progress: Progress, report: Report) -> None:
    people, accounts = store.people(), store.accounts()
    unsure = True  # a crash may have left this batch committed but not noted
    report(progress.accounts_done)
    while progress.accounts_done < len(people):
        part = slice(progress.accounts_done, progress.accounts_done + BATCH)
        handles = [handle_of(person) for person in people[part].tolist()]
        known = await rooms.existing(handles) if unsure else {}
        missing = [handle for handle in handles if handle not in known]
        if missing:
            known.update(zip(missing, await rooms.create(missing), strict=True))
        unsure = False

        accounts[part] = [known[handle] for handle in handles]
        accounts.flush()
        progress.accounts_done += len(handles)
        store.save(progress)
        report(len(handles))


async def load_follows(rooms: Rooms, store: Store, progress: Progress, report: Report) -> None:
    follows = store.follows()
    accounts = np.array(store.accounts())
    ids = accounts[np.searchsorted(store.people(), follows)]
    unsure = True
    report(progress.follows_done)
    while progress.follows_done < len(ids):
        part = ids[progress.follows_done : progress.follows_done + BATCH]
        made = await rooms.follow([(follower, followee) for follower, followee in part.tolist()])
        if made != len(part) and not unsure:
            raise Refused("replay.follows", f"the site left out {len(part) - made} follows of accounts made for it")
        unsure = False
        progress.follows_done += len(part)
        store.save(progress)
        report(len(part))


async def load_tokens(rooms: Rooms, store: Store, needed: np.ndarray, report: Report) -> dict[int, bytes]:
    """Bearer tokens of these people (and of all who got one earlier), by person."""
    tokens = store.token_of()
    accounts, people = store.accounts(), store.people()
    missing = np.array([person for person in np.unique(needed).tolist() if person not in tokens], np.int64)
    report(len(np.unique(needed)) - len(missing))
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        ids = accounts[np.searchsorted(people, part)].tolist()
        issued = await rooms.issue_tokens(ids, SCOPES)
        for person, token in zip(part.tolist(), issued, strict=True):
            tokens[person] = token.encode("ascii")
            store.tokens.add((person, tokens[person]))
        store.tokens.flush()
        report(len(part))
    return tokens
