"""`petrel backups`: copies of the running site, data and keys apart, and the way back."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.backups import Listed, Manifest

SAY_EVERY_S = 2.0
MB = 1_000_000
with_place = click.argument("place", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
with_key_files = click.option("--key-file", "key_files", multiple=True, metavar="FILE",
                              type=click.Path(path_type=Path, dir_okay=False),
                              help="What `petrel backups key` printed, for when DATA is gone. May be given twice.")
with_backup = click.option("--backup", metavar="NAME", help="Which one.  [default: the newest that is whole]")
with_keys_from = click.option("--keys-from", metavar="NAME",
                              help="Take the keyring copy of a later backup: it opens what was not deleted until then.")


@click.group()
def backups() -> None:
    """Make backups, verify them, go back to one. The way back: docs/flows/restore.md."""


@backups.command()
@with_place
@with_data
@with_json
@click.option("--rate", "rate_mib", type=click.IntRange(0, 1024), default=0, show_default=True,
              help="MiB a second to read at most; 0: no limit.")
@click.option("--spread", is_flag=True, help="Begin without a burst of writing: takes minutes longer.")
@click.pass_obj
def create(wiring: Wiring, place: Path, data: str | None, as_json: bool, rate_mib: int, spread: bool) -> None:
    """Copy the running site into DIR: data and keyring apart, sealed under two keys. Nothing stops meanwhile.

    Copies of the keyring that are seven days old are removed from DIR.
    """
    from petrel.ops import backups as room

    now = wiring.settings(data)
    _be_gentle()

    async def work(addresses: Any) -> dict[str, Any]:
        from petrel.core.doors import writing
        from petrel.core.viewer import System

        gone = await room.expire(place) if place.is_dir() else []
        wanted = room.Wanted(place, now.folder, rate_mib, spread)
        made, keyring, is_new = await room.create(addresses, wanted, _progress())
        async with writing(System("backups"), cause="petrel backups create") as w:
            await room.note(w, place, made, keyring)
        return {"backup": made.backup, "data": made, "keyring": keyring, "expired": gone, "new_keys": is_new}

    done = wiring.owning(now, work, say)
    put(done, lambda: _made(done["data"], done["keyring"]), as_json)
    if done["new_keys"]:
        say("New backup keys were made. Keep them elsewhere, or this backup is lost with this machine:\n")
        say(_key_text(now.folder, None))


def _made(data: "Manifest", keyring: "Manifest") -> str:
    parts = [f"{part.name} {part.plain_bytes / MB:.1f} MB, {part.stored_bytes / MB:.1f} stored, {part.took_s:.1f} s"
             for part in (*data.parts, *keyring.parts)]
    return (f"{data.backup}: {'; '.join(parts)}.\n"
            f"It opens what is deleted from now on until {_day(keyring.until_ms)}, when its keyring copy goes.")


@backups.command(name="list")
@with_place
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, place: Path, data: str | None, as_json: bool) -> None:
    """What is in DIR, and until when each backup still opens what was deleted after it."""
    from petrel.ops import backups as room

    found = room.listed(place, room.keys.load(wiring.settings_or_defaults(data).folder / "keys"))
    rows = [(one.backup, _day(one.data.began.at_ms) if one.data else "", _size(one.data), _size(one.keyring),
             _opens(one), _state(one)) for one in found]
    put(found, lambda: table(rows, ("backup", "made", "data", "keyring", "opens deleted things until", "")), as_json)


def _size(manifest: "Manifest | None") -> str:
    return f"{manifest.stored_bytes / MB:.1f} MB" if manifest else "gone"


def _opens(one: "Listed") -> str:
    return _day(one.keyring.until_ms) if one.keyring else "no longer"


def _state(one: "Listed") -> str:
    if one.problem:
        return one.problem
    return "" if one.is_whole else "restore it with the keyring copy of a later one: --keys-from"


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%F %T} UTC"


@backups.command()
@with_place
@with_data
@with_json
@with_backup
@with_keys_from
@with_key_files
@click.pass_obj
def verify(wiring: Wiring, place: Path, data: str | None, as_json: bool, backup: str | None, keys_from: str | None,
           key_files: tuple[Path, ...]) -> None:
    """Read and open all of one backup: seals, digests, manifests, archives. Writes nothing."""
    from petrel.ops import backups as room

    known = _keys(wiring, data, key_files)
    pair = room.choose(place, known, backup, keys_from)
    began = time.monotonic()
    files = room.verify(pair, known, _progress())
    took_s = time.monotonic() - began
    stored = pair.data.stored_bytes + pair.keyring.stored_bytes
    put({"backup": pair.data.backup, "keyring": pair.keyring.backup, "files": files, "stored_bytes": stored,
         "took_s": round(took_s, 3)},
        f"{pair.data.backup} is whole and opens: {files} files, {stored / MB:.1f} MB read in {took_s:.1f} s.", as_json)


@backups.command()
@with_place
@click.option("--data", required=True, metavar="DIR", help="The new data directory: empty, or not there yet.")
@click.option("--witness", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR",
              help="The newest copy of DATA/witness: what was deleted or closed since the backup stays so.")
@click.option("--without-witness", is_flag=True, help="There is none left. Asks; every surface stays closed after it.")
@click.option("--keys", "key_folder", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR",
              help="Take the backup keys from the keys/ of an old data directory.")
@with_json
@with_backup
@with_keys_from
@with_key_files
@click.pass_obj
def restore(wiring: Wiring, /, place: Path, data: str, witness: Path | None, without_witness: bool,
            key_folder: Path | None, as_json: bool, backup: str | None, keys_from: str | None,
            key_files: tuple[Path, ...]) -> None:
    """Go back to a backup in DIR, into a new data directory. What was taken away since is taken away again first.

    Exit code 1 when a check found something: then the new directory cannot be served.
    """
    from petrel.ops import backups as room

    if (witness is None) != without_witness:
        raise click.UsageError("Say --witness DIR, or --without-witness when every copy of the witness is lost.")
    if without_witness and click.prompt(
            "Without a witness nobody knows what was deleted, blocked or closed since the backup. All of it comes "
            f'back, behind closed surfaces that two of the crew can open. Type "{room.PHRASE}"',
            err=True) != room.PHRASE:
        raise room.NotNow("Nothing was done.")
    known = dict(room.keys.load(key_folder)) if key_folder else dict(room.keys.from_files(key_files))
    pair = room.choose(place, known, backup, keys_from)
    began = time.monotonic()
    outcome = wiring.restore(room.Ask(pair, known, Path(data).absolute(), witness), say, _progress())
    put(outcome, lambda: _restored(outcome, data, time.monotonic() - began), as_json)
    sys.exit(1 if outcome.checked.findings else 0)


def _restored(outcome: Any, data: str, took_s: float) -> str:
    done, checked = outcome.replayed, outcome.checked
    lines = [f"Back at {outcome.backup}, in {took_s:.1f} s. Epoch {outcome.epoch} begins after root "
             f"{outcome.restored_to}; the lost past went on to root {outcome.lost_until}.",
             f"Taken away since, by the witness: {done.witnessed}; in the backup already: {done.known}; "
             f"done again: {sum(done.changed.values())}; keys destroyed: {done.keys_destroyed}.",
             *(f"  {kind}: {count}" for kind, count in sorted(done.changed.items()))]
    if done.locked_out:
        lines.append("These changed their password since; give them a new one: "
                     f"{', '.join(map(str, done.locked_out))}")
    if outcome.surfaces_closed:
        lines.append(f"{outcome.surfaces_closed} surfaces are closed: look first, then `petrel surfaces open`.")
    lines += [f"note: {remark}" for remark in checked.remarks]
    if checked.findings:
        lines += [*(f"FOUND: {finding}" for finding in checked.findings),
                  f"{data} cannot be served. Restore another backup, or find out first."]
    else:
        lines.append(f"{checked.entries} journal entries verified, {checked.live} posts and messages looked at. "
                     f"`petrel up --data {data}` serves it; search catches up by itself.")
    return "\n".join(lines)


@backups.command()
@with_data
@click.option("--only", type=click.Choice(["data", "keyring"]), help="One of the two, to keep them apart.")
@click.pass_obj
def key(wiring: Wiring, data: str | None, only: str | None) -> None:
    """Print the keys that open the backups of this site. Keep them elsewhere; whoever has them reads every backup."""
    click.echo(_key_text(wiring.settings_or_defaults(data).folder, only))


def _key_text(folder: Path, only: str | None) -> str:
    from petrel.ops import backups as room

    known, _ = room.keys.load_or_make(folder / "keys")
    return "\n".join(room.keys.text_of(side, key) for side, key in known.items() if only in (None, side))


def _keys(wiring: Wiring, data: str | None, key_files: tuple[Path, ...]) -> dict[Any, bytes]:
    from petrel.ops import backups as room

    if key_files:
        return dict(room.keys.from_files(key_files))
    return dict(room.keys.load(wiring.settings_or_defaults(data).folder / "keys"))


def _progress() -> Callable[[str, int, int], None]:
    """Says what is beginning and how much that is, and how far it is, every two seconds."""
    said_s = time.monotonic()

    def progress(what: str, done: int, expected: int) -> None:
        nonlocal said_s
        if done == 0 and expected:
            say(f"{what}: about {expected / MB:.0f} MB")
        elif time.monotonic() - said_s >= SAY_EVERY_S:
            said_s = time.monotonic()
            share = f" of about {expected / MB:.0f} ({min(99, 100 * done // expected)} %)" if expected else ""
            say(f"{what}: {done / MB:.0f} MB{share}")
    return progress


def _be_gentle() -> None:
    """The site comes first: we take what is left of the processor and of the disk."""
    import psutil

    me = psutil.Process()
    me.nice(10)
    me.ionice(psutil.IOPRIO_CLASS_BE, 7)
