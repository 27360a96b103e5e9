"""`petrel backups`: copies of the running site, data and keys apart, and the way back."""

import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import MB, progress, put, say, table, with_data, with_json
from petrel.cli.restore import restore
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.backups import Listed, Manifest

with_place = click.argument("place", metavar="[TARGET]", default="")
with_key_files = click.option("--key-file", "key_files", multiple=True, metavar="FILE",
                              type=click.Path(path_type=Path, dir_okay=False),
                              help="What `petrel backups key` printed, for when DATA is gone. May be given twice.")
with_backup = click.option("--backup", metavar="NAME", help="Which one.  [default: the newest that is whole]")
with_keys_from = click.option("--keys-from", metavar="NAME",
                              help="Take the keyring copy of a later backup: it opens what was not deleted until then.")


@click.group()
def backups() -> None:
    """Make backups, verify them, rehearse the way back. TARGET is a directory, ssh://USER@HOST/DIR or s3://BUCKET/PREFIX;
    without one the setting backup_target. The way back: docs/flows/restore.md."""


@backups.command()
@with_place
@with_data
@with_json
@click.option("--rate", "rate_mib", type=click.IntRange(0, 1024), default=0, show_default=True,
              help="MiB a second to read at most; 0: no limit.")
@click.option("--spread", is_flag=True, help="Begin without a burst of writing: takes minutes longer.")
@click.pass_obj
def create(wiring: Wiring, place: str, data: str | None, as_json: bool, rate_mib: int, spread: bool) -> None:
    """Copy the running site into TARGET: data and keyring apart, sealed under two keys. Nothing stops meanwhile.

    Copies of the keyring that are seven days old are removed from TARGET.
    """
    now = wiring.settings(data)
    _be_gentle()
    done = _create(wiring, now, _store(wiring, now, place), rate_mib, spread)
    put(done, lambda: _made(done["data"], done["keyring"]), as_json)
    if done["new_keys"]:
        say("New backup keys were made. Keep them elsewhere, or this backup is lost with this machine:\n")
        say(_key_text(now.folder, None))


def _create(wiring: Wiring, now: Any, store: Any, rate_mib: int = 0, spread: bool = False) -> dict[str, Any]:
    from petrel.ops import backups as room

    async def work(addresses: Any) -> dict[str, Any]:
        from petrel.core.doors import writing
        from petrel.core.viewer import System

        gone = await room.expire(store)
        wanted = room.Wanted(store, now.folder, rate_mib, spread)
        made, keyring, is_new = await room.create(addresses, wanted, progress())
        async with writing(System("backups"), cause="petrel backups create") as w:
            await room.note(w, store.url, made, keyring)
        return {"backup": made.backup, "data": made, "keyring": keyring, "expired": gone, "new_keys": is_new}

    return wiring.owning(now, work, say)


def _store(wiring: Wiring, now: Any, place: str) -> Any:
    if not place and not now.backup_target:
        raise click.UsageError("Name a TARGET, or set one: petrel settings set backup_target TARGET")
    return wiring.store(now, place)


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
def list_(wiring: Wiring, place: str, data: str | None, as_json: bool) -> None:
    """What is in TARGET, and until when each backup still opens what was deleted after it."""
    from petrel.ops import backups as room

    now = wiring.settings_or_defaults(data)
    found = room.listed(_store(wiring, now, place), room.keys.load(now.folder / "keys"))
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
def verify(wiring: Wiring, place: str, data: str | None, as_json: bool, backup: str | None, keys_from: str | None,
           key_files: tuple[Path, ...]) -> None:
    """Read and open all of one backup: seals, digests, manifests, archives. Writes nothing."""
    from petrel.ops import backups as room

    known = _keys(wiring, data, key_files)
    pair = room.choose(_store(wiring, wiring.settings_or_defaults(data), place), known, backup, keys_from)
    began = time.monotonic()
    files = room.verify(pair, known, progress())
    took_s = time.monotonic() - began
    stored = pair.data.stored_bytes + pair.keyring.stored_bytes
    put({"backup": pair.data.backup, "keyring": pair.keyring.backup, "files": files, "stored_bytes": stored,
         "took_s": round(took_s, 3)},
        f"{pair.data.backup} is whole and opens: {files} files, {stored / MB:.1f} MB read in {took_s:.1f} s.", as_json)


backups.add_command(restore)


@backups.command()
@with_data
@click.option("--split", default="2of3", show_default=True, metavar="MofN", help="How many people of how many.")
@click.pass_obj
def shares(wiring: Wiring, data: str | None, split: str) -> None:
    """Make a new recovery key, split it, and print the shares. Once: they are kept nowhere.

    Any M of the N people together open the backups when the machine is gone; fewer cannot. An older split opens only
    what was written to the target before the next backup.
    """
    from petrel.ops import backups as room

    if (numbers := re.fullmatch(r"(\d{1,2})of(\d{1,2})", split)) is None:
        raise click.UsageError("Say --split as 2of3: how many people of how many.")
    folder = wiring.settings_or_defaults(data).folder
    made = room.recovery.split(folder / "keys", int(numbers[1]), int(numbers[2]))
    say(f"Any {numbers[1]} of these {numbers[2]} people bring the site back when its machine is gone. Print each share "
        "and give it to one person; it is shown only now. The next backup is written so that they open it.\n")
    for one in made:
        click.echo(f"Share {one.x} of {len(made)}:\n{room.shares.text_of(one)}\n")


@backups.command()
@with_place
@with_data
@with_json
@click.option("--pauses", type=int, hidden=True, help="Descriptor of pacing.clock: the nightly one, held back.")
@click.pass_obj
def rehearse(wiring: Wiring, place: str, data: str | None, as_json: bool, pauses: int | None) -> None:
    """Restore the newest backup and its log beside the running site, check all of it, and remove it again.

    Says how long going back would take now. Exit code 1 when a check found something.
    """
    from petrel.ops import backups as room

    now = wiring.settings(data)
    room.rehearsal.end_cleanly()
    if pauses is not None:
        _held_back(wiring, now, pauses)
        return
    _be_gentle()
    store = _store(wiring, now, place)
    outcome, past = _tried(wiring, now, store)
    _keep(wiring, now, store, outcome, past)
    took_s = sum(past.stages_s.values())
    put({"backup": past.backup, "stages_s": past.stages_s, "load": past.load, "checked": outcome.checked},
        lambda: "\n".join([f"{past.backup} comes back, in {took_s:.1f} s: {outcome.checked.entries} journal entries "
                           f"verified, {outcome.checked.live} posts and messages looked at.",
                           *(f"note: {one}" for one in outcome.checked.remarks),
                           *(f"FOUND: {one}" for one in outcome.checked.findings)]), as_json)
    sys.exit(1 if outcome.checked.findings else 0)


def _tried(wiring: Wiring, now: Any, store: Any, clock: Callable[[], float] = time.monotonic) -> tuple[Any, Any]:
    """Has nothing to do with the databases of the site that runs."""
    from petrel.ops import backups as room

    known = dict(room.keys.load(now.folder / "keys"))
    pair = room.choose(store, known)
    with room.rehearsal.alone(now.folder, say), \
            room.rehearsal.stage(now.folder, pair, known, progress(), clock) as staged:
        outcome = wiring.restore(staged.ready.ask, lambda _line: None, progress(), staged.meter)
    return outcome, room.rehearsal.showed(staged, outcome)


def _keep(wiring: Wiring, now: Any, store: Any, outcome: Any, past: Any) -> None:
    from petrel.ops import backups as room

    room.rehearsal.keep(now.folder, store, past, outcome)

    async def work() -> None:
        from petrel.core.doors import writing
        from petrel.core.viewer import System

        async with writing(System("backups"), cause="petrel backups rehearse") as w:
            await room.note_rehearsed(w, past, outcome)

    wiring.call(now, work, say)


def _held_back(wiring: Wiring, now: Any, pauses: int) -> None:
    """For `_rehearse_slowly`, which stops this process again and again: nothing here may make the site wait."""
    import msgspec

    from petrel.ops import backups as room

    try:
        shown = room.rehearsal.Shown(*_tried(wiring, now, _store(wiring, now, ""), room.pacing.clock(pauses)))
    except Exception as e:
        click.echo(msgspec.json.encode(room.rehearsal.Shown(problem=_reason(e))))
        raise
    click.echo(msgspec.json.encode(shown))


def _rehearse_slowly(wiring: Wiring, now: Any, store: Any, begun_s: float) -> Any:
    """What happens to the site itself happens here, in a process that nobody stops. `begun_s`: the processor time that
    its beginning took; its end takes about as much."""
    import msgspec

    from petrel.ops import backups as room

    command = [sys.executable, "-m", "petrel", "backups", "rehearse", "--data", str(now.folder), "--pauses"]
    shown, code = room.rehearsal.Shown(), None
    try:
        code, said = room.pacing.run(command, now.backup_rehearsal_share / 100, owed_s=2 * begun_s)
        shown = msgspec.json.decode(said, type=room.rehearsal.Shown) if said else shown
    finally:
        if code != 0:                   # it was killed, or we are told to end
            room.rehearsal.clear_left(now.folder)
    if code or shown.outcome is None:
        raise room.NotNow(shown.problem or f"The rehearsal ended before its end, with exit code {code}")
    _keep(wiring, now, store, shown.outcome, shown.past)
    return shown.outcome


def _reason(error: Exception) -> str:
    return str(getattr(error, "message", None) or error)


@backups.command()
@with_data
@click.pass_obj
def ship(wiring: Wiring, data: str | None) -> None:
    """Send what the target does not have yet, of a site that was stopped: before it moves to another machine.

    Where no archive of the log can go on, as on a site that was stopped soon after it came back, a full copy is made.
    """
    from petrel.core import clock
    from petrel.ops import backups as room

    now = wiring.settings(data)
    store = _store(wiring, now, "")
    wanted = room.archive.Wanted(now.folder, store.url, lambda: wiring.store(now))
    at_ms = clock.now_ms()

    def send(*, anew: bool = False) -> bool:
        return wiring.owning(now, lambda addresses: room.archive.ship_once(addresses, wanted, anew=anew), say)

    try:
        try:
            is_done = send()
        except room.archive.LogGone as e:
            say(f"No archive of the log goes on here ({e}): a full copy is made, and the log after it.")
            if is_done := send(anew=True):
                _create(wiring, now, store)
                send()
    except room.archive.LogGone as e:
        raise room.NotNow(f"The archive of the log has a gap ({e}). Run the same command again") from e
    except OSError as e:
        raise room.NotNow(str(e)) from e
    click.echo(f"All of it is in {store.url}: everything acknowledged before {_day(at_ms)}." if is_done else
               "The site runs, and sends it by itself.")


@backups.command()
@with_data
@click.pass_obj
def nightly(wiring: Wiring, data: str | None) -> None:
    """What the site does by itself each night: a full copy when one is due, old ones removed, a rehearsal."""
    from petrel.core import clock
    from petrel.ops import backups as room

    now, begun_s = wiring.settings(data), time.process_time()
    room.rehearsal.end_cleanly()
    _be_gentle()
    store = _store(wiring, now, "")
    plan = room.nightly.Plan(now.folder, store.url, now.backup_hour, now.backup_every_days)
    try:
        if room.nightly.needs_copy(plan, clock.now_ms()):
            _create(wiring, now, store)
            room.keep_newest(store, now.backup_keep)
        outcome = _rehearse_slowly(wiring, now, store, begun_s) if now.backup_rehearsal else None
    except Exception as e:
        room.standing.told(now.folder, problem=_reason(e))
        raise
    findings = outcome.checked.findings if outcome is not None else []
    room.standing.told(now.folder, night_at_ms=clock.now_ms(), problem="; ".join(findings)[:500])
    for finding in findings:
        say(f"FOUND: {finding}")
    sys.exit(1 if findings else 0)


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


def _be_gentle() -> None:
    """The site comes first: we take what is left of the processor and of the disk."""
    import psutil

    os.nice(10)
    psutil.Process().ionice(psutil.IOPRIO_CLASS_BE, 7)
