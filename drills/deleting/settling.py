"""The end of deletions as the site itself tells it: the ledger, receipts; and that what stays is whole."""

import asyncio
import time

from msgspec import Struct

from drills.deleting.planting import Planted
from petrel.core import chain
from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import deletions, privacy
from petrel.ops.drills import Clients, Site

SYSTEM = System("drill")
SETTLED_S = 150.0


class Settled(Struct):
    """Seconds after the last deletion. None: not within the limit. `remains`: what the site's own sweep found."""

    erased_s: float | None = None
    keys_s: float | None = None
    swept_s: float | None = None
    remains: list[str] = []
    shredding: str = ""


async def erase(planted: Planted) -> None:
    """Orders the erasure; the site's jobs do it. The doors are open."""
    async with writing(SYSTEM, cause="petrel drill") as w:
        await privacy.erasure.begin(w, planted.erased.id, by_crew=True)


async def settle(site: Site, planted: Planted, within_s: float = SETTLED_S) -> Settled:
    """Waits until the ledger says of everything that nothing remains; then has the keyring's files rewritten."""
    began, found = time.monotonic(), Settled()
    ids = [*(t.id for t in planted.doomed), planted.erased.id]
    while time.monotonic() - began < within_s:
        async with site.database() as owner:
            rows = await owner.fetch("select id, state, keys_gone_at, remains from deletions.deletion "
                                     "where id = any ($1::bigint[])", ids)
        now_s = round(time.monotonic() - began, 1)
        if found.erased_s is None and any(row["id"] == planted.erased.id for row in rows):
            found.erased_s = now_s
        if found.keys_s is None and len(rows) == len(ids) and all(row["keys_gone_at"] for row in rows):
            found.keys_s = now_s
        found.remains = [f"{row['id']}: {', '.join(row['remains'])}" for row in rows if row["remains"]]
        if found.keys_s is not None and all(row["state"] in (2, 3) for row in rows):
            found.swept_s = now_s
            break
        await asyncio.sleep(0.25)
    code, said = await site.petrel("deletions", "shred")
    found.shredding = said.strip() if code == 0 else f"failed: {said[-300:]}"
    return found


async def receipts(site: Site, planted: Planted) -> tuple[int, list[str]]:
    """How many receipts hold, and what is wrong with the others; by the command line too. The doors are open."""
    key = chain.load_key(site.data / "keys")
    public = chain.public_bytes(key.public_key()).hex()
    good, wrong = 0, []
    async with reading(SYSTEM) as r:
        for number in [*(t.id for t in planted.doomed), planted.erased.id]:
            receipt = await deletions.signed(r, await deletions.find(r, number), key, site.address)
            found, why = deletions.check(receipt, public)
            if why or found is None or found.keys_destroyed_at is None or found.key_bytes_gone_at is None:
                wrong.append(f"{number}: {why or 'it does not say that the key and its bytes are gone'}")
            else:
                good += 1
    one = planted.doomed[0].id
    code, said = await site.petrel("deletions", "verify", str(one))
    if code:
        wrong.append(f"petrel deletions verify {one}: {said[-200:]}")
    return good, wrong


async def control_intact(wire: Clients, planted: Planted, *, counted: bool = True) -> list[str]:
    """What is wrong with what was not deleted, as its author sees it; with `counted`, with its numbers too."""
    wrong = []
    for thing in planted.control:
        answer = await wire.ask("GET", f"/api/v1/statuses/{thing.id}", token=thing.owner.token)
        if answer.status != 200 or thing.shown.encode() not in answer.body:
            wrong.append(f"{thing.kind} {thing.id}: {answer.status}")
        elif counted and thing.kind in ("public", "tagged") and answer.json["favourites_count"] != 2:
            wrong.append(f"{thing.kind} {thing.id} has {answer.json['favourites_count']} likes, not 2")
    if not counted:
        return wrong
    mine = [t for t in planted.control if t.kind != "message"]
    # Ann has one more, which was open before the backup.
    for person, count in ((planted.ann, 1 + len([t for t in mine if t.kind != "private"])),
                          (planted.ben, len([t for t in mine if t.kind in ("public", "tagged")]))):
        answer = await wire.ask("GET", f"/api/v1/accounts/{person.id}", token=person.token)
        if answer.json["statuses_count"] != count:
            wrong.append(f"@{person.handle} has {answer.json['statuses_count']} posts by its count, not {count}")
    return wrong
