"""Copies of the keyring live seven days at most: what was deleted can be read as long as an old copy of its key is."""

from pathlib import Path

from petrel.core.doors import Writer, reading, writing
from petrel.core.jobs import every
from petrel.core.viewer import System
from petrel.ops.backups import places
from petrel.ops.backups.shapes import Manifest

WHO = System("backups")

INSERT = """
insert into ops.backup (name, place, at, took_s, data_bytes, keyring_bytes, root, keys_until)
values ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6, $7, to_timestamp($8::float8 / 1000)) returning id
"""
DUE = "select distinct place from ops.backup where keys_gone_at is null and keys_until <= now()"
LEFT = "select id, name from ops.backup where keys_gone_at is null and place = $1"
GONE = "update ops.backup set keys_gone_at = now() where id = any ($1::bigint[])"


async def note(w: Writer, place: Path, data: Manifest, keyring: Manifest) -> None:
    """That a backup was made."""
    took_s = (keyring.ended.at_ms - data.began.at_ms) / 1000
    [row] = await w.change(INSERT, data.backup, str(place.absolute()), data.began.at_ms, took_s, data.stored_bytes,
                           keyring.stored_bytes, data.ended.root, keyring.until_ms)
    w.record("ops.backup.made", row["id"], cell=0, refs=[data.ended.root, data.stored_bytes, keyring.stored_bytes])


async def expire(place: Path) -> list[str]:
    """Removes from one directory what has lived its time; returns what."""
    gone = places.expire(place)
    async with writing(WHO, cause="backups.expire") as w:
        rows = await w.fetch(LEFT, str(place.absolute()))
        ids = [row["id"] for row in rows if not places.folder_of(place, "keyring", row["name"]).exists()]
        if ids:
            await w.execute(GONE, ids)
            w.record("ops.backup.expired", ids[0], cell=0, refs=ids)
    return gone


@every(3600, "backups.expire")
async def expire_all() -> str | None:
    """Twice: finds nothing more. Late or never: deleted things can be read from the copies so much longer; `petrel
    backups list` says it. A directory that is not there (another machine, a disk put away) is named."""
    async with reading(WHO) as r:
        due = [Path(row["place"]) for row in await r.fetch(DUE)]
    gone, away = [], []
    for place in due:
        if place.is_dir():
            gone += await expire(place)
        else:
            away.append(str(place))
    said = [f"removed {len(gone)} copies of keys"] if gone else []
    said += [f"copies of keys are overdue in {', '.join(away)}, which cannot be reached"] if away else []
    return "; ".join(said) or None
