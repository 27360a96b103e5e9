"""Copies of the keyring live seven days at most: what was deleted can be read as long as an old copy of its key is."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from petrel.core.doors import Writer, reading, writing
from petrel.core.jobs import every
from petrel.core.viewer import System
from petrel.ops.backups import places
from petrel.ops.backups.bring_back import Outcome
from petrel.ops.backups.predict import Rehearsal
from petrel.ops.backups.shapes import Manifest
from petrel.ops.backups.targets import Store

WHO = System("backups")

INSERT = """
insert into ops.backup (name, place, at, took_s, data_bytes, keyring_bytes, root, keys_until)
values ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6, $7, to_timestamp($8::float8 / 1000)) returning id
"""
DUE = "select distinct place from ops.backup where keys_gone_at is null and keys_until <= now()"
LEFT = "select id, name from ops.backup where keys_gone_at is null and place = $1"
GONE = "update ops.backup set keys_gone_at = now() where id = any ($1::bigint[])"


async def note(w: Writer, place: str, data: Manifest, keyring: Manifest) -> None:
    """That a backup was made."""
    took_s = (keyring.ended.at_ms - data.began.at_ms) / 1000
    [row] = await w.change(INSERT, data.backup, place, data.began.at_ms, took_s, data.stored_bytes,
                           keyring.stored_bytes, data.ended.root, keyring.until_ms)
    w.record("ops.backup.made", row["id"], cell=0, refs=[data.ended.root, data.stored_bytes, keyring.stored_bytes])


async def note_rehearsed(w: Writer, past: Rehearsal, outcome: Outcome) -> None:
    """That a backup was restored beside the site: `refs` are whether it passed, milliseconds, journal entries."""
    row = await w.fetch("select id from ops.backup where name = $1", past.backup)
    took_ms = int(sum(past.stages_s.values()) * 1000)
    w.record("ops.backup.rehearsed", row[0]["id"] if row else 0, cell=0,
             refs=[int(not outcome.checked.findings), took_ms, outcome.checked.entries])


Open = Callable[[str], Store]
_open: Open | None = None
_target = ""


def install(open_target: Open, target: str) -> None:
    """Says how targets are reached, and which one is in use; only the settings know."""
    global _open, _target
    _open, _target = open_target, target


async def expire(store: Store) -> list[str]:
    """Removes from one target what has lived its time; returns what. Errors: OSError."""
    gone = await asyncio.to_thread(places.expire, store)
    there = {one.backup for one in await asyncio.to_thread(places.listed, store) if one.keyring}
    async with writing(WHO, cause="backups.expire") as w:
        rows = await w.fetch(LEFT, store.url)
        ids = [row["id"] for row in rows if row["name"] not in there]
        if ids:
            await w.execute(GONE, ids)
            w.record("ops.backup.expired", ids[0], cell=0, refs=ids)
    return gone


@every(3600, "backups.expire")
async def expire_all() -> str | None:
    """Twice: finds nothing more. Late or never: deleted things can be read from the copies so much longer; `petrel
    backups list` says it. A target that cannot be reached is named."""
    async with reading(WHO) as r:
        due = {row["place"] for row in await r.fetch(DUE)} | ({_target} if _target else set())
    gone, away = [], []
    for place in sorted(due):
        try:
            if _open is None or (place.startswith("/") and not Path(place).is_dir()):
                raise FileNotFoundError
            store = await asyncio.to_thread(_open, place)
            try:
                gone += await expire(store)
            finally:
                await asyncio.to_thread(store.close)
        except OSError:
            away.append(place)
    said = [f"removed {len(gone)} copies of keys"] if gone else []
    said += [f"copies of keys are overdue in {', '.join(away)}, which cannot be reached"] if away else []
    return "; ".join(said) or None
