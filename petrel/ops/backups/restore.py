"""Going back to a backup, in an empty place. Steps, in this order: prove all of it, unpack, begin a new epoch, replay
what was taken away since, check, and only then take the mark away that keeps the site from being served.

The mark is DATA/restoring.json. Interrupted anywhere, a restore is begun anew with the same command. The databases
are started by `petrel.program`, which calls these steps; see docs/flows/restore.md.
"""

import os
import re
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO, cast

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from petrel.core import clock, emergency, whole_file
from petrel.core.witness import BadWitness, Line, Restored, Root, Witness
from petrel.ops.backups import keys, roll
from petrel.ops.backups.create import SITE_FILES, SITE_FOLDERS, Progress
from petrel.ops.backups.shapes import BadBackup, NotNow
from petrel.ops.backups.verify import Pair, opened, verify
from petrel.storage.postgres import MAJOR, BinariesMissing, SiteLock, hand_over, installed, stop_leftovers

MARK = "restoring.json"
OURS = {MARK, "main", "keyring", "run", "log", *SITE_FILES, *SITE_FOLDERS}
NOTHING_YET = {"run", f"{MARK}.new"}
"""All that a restore leaves that was interrupted before it wrote the mark."""
PHRASE = "bring deleted things back"
ADDRESSES = re.compile(r"^\s*(database_url|keyring_url)\s*=", re.M)
MARGIN_BYTES = 256 << 20


class Ask(Struct, frozen=True):
    """`folder`: the new data directory. `witness`: the newest copy there is, None when all are lost. `rolled`: the log
    to go on with. `reads_first`: all of the backup is read before anything is written; where it comes over a network
    it is proven while it is unpacked instead."""

    pair: Pair
    known: keys.Keys
    folder: Path
    witness: Path | None
    rolled: roll.Rolled | None = None
    reads_first: bool = True


class Mark(Struct, frozen=True):
    backup: str
    began_ms: int


class Known(Struct, frozen=True):
    """What the witness knows: lines of restrictions after the backup, the last root, and the last moment."""

    lines: list[Line]
    root: int
    epoch: int
    at_ms: int


def refuse_half_restored(folder: Path) -> None:
    """Errors: NotNow while a restore has begun and not ended."""
    path, beside = folder / MARK, roll.beside(folder)
    if not (folder / "main").exists() and (beside / "witness").is_dir():
        raise NotNow(f"A restore into {folder} was interrupted while it fetched the log, into {beside}: what was "
                     "deleted since may be readable in that. Run the same `petrel restore` again, which begins anew, "
                     f"or remove {beside}")
    if path.exists():
        try:
            backup = msgspec.json.decode(path.read_bytes(), type=Mark).backup
        except (msgspec.MsgspecError, UnicodeDecodeError):
            backup = "a backup"
        raise NotNow(f"{folder} is half restored, from {backup}: what was deleted since may be readable in it. Run the "
                     "same `petrel restore` again, which begins anew, or remove the directory, and "
                     f"{beside} if it is there")


def prove(ask: Ask, progress: Progress) -> Known:
    """Reads, writes nothing. Errors: NotNow (the place is not empty, no room), BadBackup, BadWitness."""
    _check_place(ask.folder)
    _check_programs(ask)
    _check_room(ask)
    known = _witnessed(ask)
    if known.at_ms > clock.now_ms():
        raise NotNow("The clock of this machine is behind the last moment of the lost site: new numbers would be as "
                     "old ones. Set the clock")
    if ask.reads_first:
        verify(ask.pair, ask.known, progress)
    return known


def _check_place(folder: Path) -> None:
    there = {path.name for path in folder.iterdir()} - NOTHING_YET if folder.is_dir() else set()
    if folder.exists() and not folder.is_dir():
        raise NotNow(f"{folder} is a file. Choose another directory")
    if (folder / "main").exists() and MARK not in there:
        raise NotNow(f"{folder} is not empty: there is a site in it. If you have just restored it, that restore has "
                     f"ended, and `petrel init NAME` serves it (set up by hand: `petrel up --data {folder}`). Else "
                     "choose another directory, or move this one away")
    if there and (MARK not in there or there - OURS):
        raise NotNow(f"{folder} is not empty, and a restore writes into an empty place only. Choose another directory, "
                     "or move this one away")


def _major(ask: Ask) -> int:
    return int(re.match(r"\d+", ask.pair.data.postgres)[0])      # type: ignore[index]


def _check_programs(ask: Ask) -> None:
    """A copy is started by the version that made it. Errors: NotNow."""
    try:
        installed.of_major(_major(ask))
    except BinariesMissing as e:
        raise NotNow(f"This copy is of Postgres {ask.pair.data.postgres}, which is not on this machine. Install it, "
                     f"and run the same command again: apt install postgresql-{_major(ask)}") from e


def _check_room(ask: Ask) -> None:
    here = next(p for p in (ask.folder, *ask.folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(here).free
    needed = sum(part.plain_bytes for _, part in ask.pair.parts()) + MARGIN_BYTES
    if free < needed:
        raise NotNow(f"{here} has {free >> 20} MB left, the backup needs {needed >> 20} MB. Make room, or choose "
                     "another directory")


def _witnessed(ask: Ask) -> Known:
    data = ask.pair.data
    if ask.witness is None:
        return Known([], data.ended.root, data.ended.epoch, ask.pair.keyring.ended.at_ms)
    if not (ask.witness / "roots.jsonl").exists() and not list(ask.witness.glob("restrictions-*.jsonl")):
        raise BadWitness(f"{ask.witness} holds no witness: roots.jsonl and restrictions-*.jsonl are missing")
    witness = Witness(ask.witness)
    lines = list(witness.lines(Ed25519PublicKey.from_public_bytes(bytes.fromhex(data.site))))
    root = witness.last()
    first, last = (lines[0].seq, lines[-1].seq) if lines else (data.began.restrictions + 1, data.began.restrictions)
    if first > data.began.restrictions + 1 or last < data.began.restrictions:
        raise BadWitness(f"{ask.witness} has lines {first} to {last} of restrictions; the backup was made after line "
                         f"{data.began.restrictions}: what was taken away since is missing. Copy the whole directory")
    if isinstance(root, Root) and root.restrictions > last:
        raise BadWitness(f"{ask.witness} is incomplete: its last root knows of line {root.restrictions} of "
                         f"restrictions, and the last there is {last}. Copy restrictions-*.jsonl again")
    if witness.last_seq() + 1 < data.ended.root and not isinstance(root, Restored):
        raise BadWitness(f"{ask.witness} is older than the backup: its last root is {witness.last_seq()}, the backup's "
                         f"{data.ended.root}. Take a newer copy")
    later = [line for line in lines if line.seq > data.began.restrictions]
    entries = [entry for line in later for entry in line.entries]
    epoch = max([data.ended.epoch, *(e.epoch for e in entries), *([root.epoch] if isinstance(root, Restored) else [])])
    at_ms = max([data.ended.at_ms, *(line.at_ms for line in later), *([root.at_ms] if root else [])])
    return Known(later, witness.last_seq(), epoch, at_ms)


def unpack(ask: Ask, progress: Progress) -> None:
    """Writes the mark first. Errors: NotNow, BadBackup, SiteBusy (another restore, here and now), OSError (disk)."""
    folder = ask.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Older servers walk to their files by name; where another user runs them, that one is let through, and no further.
    folder.chmod(0o711 if _major(ask) != MAJOR and os.geteuid() == 0 else 0o700)
    lock = SiteLock(folder)
    lock.take()
    try:
        _unpack(ask, progress)
    finally:
        lock.release()


def _unpack(ask: Ask, progress: Progress) -> None:
    folder = ask.folder
    if (folder / MARK).exists():
        stop_leftovers(folder)          # of an interrupted restore, whose databases may still run
    whole_file.write(folder / MARK, msgspec.json.encode(Mark(ask.pair.data.backup, clock.now_ms())))
    for name in OURS - {MARK, "run", "log"}:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    total = sum(part.plain_bytes for _, part in ask.pair.parts())
    done = 0
    for manifest, part in ask.pair.parts():
        target = folder if part.name == "site" else folder / part.name
        with opened(ask.pair.store, manifest, part, ask.known) as (tar, opener):
            for member in tar:
                extract(tar, member, target)
                progress(f"unpacking {part.name}", done + opener.plain_bytes, total)
        done += part.plain_bytes
    if ask.rolled is not None:
        roll.apply(ask.rolled, folder)
    _make_private(folder)
    keys.write(folder / "keys", ask.known)
    _drop_addresses(folder / "settings.toml")
    emergency.unpin(folder)             # the release is on the lost host
    if ask.witness is not None:
        _take_witness(ask.witness, folder / "witness")
    for name in ("main", "keyring"):
        if _major(ask) != MAJOR:        # of a server of the distribution: what was set there is for that one
            (folder / name / "postgresql.auto.conf").unlink(missing_ok=True)
        hand_over(folder / name)        # Postgres itself makes them durable, when it recovers


def extract(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Files and directories below `target`, nothing else. By hand, because the Python of Debian 12 has no filters."""
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or not (member.isreg() or member.isdir()):
        raise BadBackup(f"The archive wants to write outside of its place: {member.name}")
    place = target / name
    if member.isdir():
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        shutil.copyfileobj(cast(IO[bytes], tar.extractfile(member)), file, 1 << 20)


def _make_private(folder: Path) -> None:
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def _drop_addresses(settings: Path) -> None:
    """The restored databases are in this directory; those of the lost site must not be touched."""
    if settings.exists():
        lines = settings.read_text().splitlines(keepends=True)
        settings.write_text("".join(f"# {line}" if ADDRESSES.match(line) else line for line in lines))


def _take_witness(source: Path, target: Path) -> None:
    """The copy is newer than what the backup has of it."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    for path in sorted(source.glob("*.jsonl")):
        with path.open("rb") as file, (target / path.name).open("xb") as copy:
            shutil.copyfileobj(file, copy)
        (target / path.name).chmod(0o600)


def finish(ask: Ask) -> None:
    """From now on the site may be served; all of it is on the disk. What was fetched goes first: as long as it is there
    the restore has not ended."""
    folder = ask.folder
    if ask.rolled is not None:
        roll.forget(ask.rolled.folder)
    for place in (folder / name for name in (*SITE_FOLDERS, *SITE_FILES)):
        for path in (*place.rglob("*"), place):
            if path.exists():
                whole_file.settle(path)
    (folder / MARK).unlink()
    whole_file.settle(folder)
