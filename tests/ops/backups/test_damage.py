"""A backup or witness that is not what it was, or not what is needed: refused with a message, nothing is served."""

import io
import json
import os
import shutil
import tarfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from petrel import app
from petrel.core import chain, clock, restrictions
from petrel.core.errors import PetrelError
from petrel.core.witness import Root, Witness
from petrel.ops import backups
from petrel.ops.backups import places, roll, trial
from petrel.ops.backups import restore as steps
from petrel.outside import stores
from petrel.program import Program
from tests.ops.backups.conftest import Lost
from tests.ops.backups.test_going_back import petrel


def silent(_what: str, _done: int, _expected: int) -> None:
    pass


class Copy:
    """A copy of the backup that a test may break; restored into `new`."""

    def __init__(self, lost: Lost, folder: Path) -> None:
        self.place, self.witness, self.new = folder / "backups", folder / "witness", folder / "new"
        shutil.copytree(lost.place, self.place, copy_function=os.link)
        shutil.copytree(lost.witness, self.witness)
        self.store = stores.opened(str(self.place))
        self.known = backups.keys.from_files([lost.key_file])
        [self.name] = [path.name for path in (self.place / "data").iterdir()]

    def file(self, part: str) -> Path:
        return self.place / places.file_of("keyring" if part == "keyring" else "data", self.name, part)

    def change(self, path: Path, stored: bytes) -> None:
        """A file of its own: the others share theirs."""
        path.unlink()
        path.write_bytes(stored)

    def prove(self, **changes: object) -> steps.Known:
        pair = backups.choose(self.store, self.known)
        return steps.prove(backups.Ask(**{"pair": pair, "known": self.known, "folder": self.new,
                                          "witness": self.witness, **changes}), silent)

    def refused(self, match: str, **changes: object) -> None:
        with pytest.raises(PetrelError, match=match):
            self.prove(**changes)
        assert not self.new.exists() or not any(self.new.iterdir()), "something was written"


@pytest.fixture
def copy(lost: Lost, tmp_path: Path) -> Copy:
    return Copy(lost, tmp_path)


def test_an_untouched_backup_is_proven(copy: Copy) -> None:
    known = copy.prove()
    assert sum(len(line.entries) for line in known.lines) >= 12
    assert not copy.new.exists()


@pytest.mark.parametrize("part", ["main", "site", "keyring"])
def test_a_flipped_byte_and_a_cut_file_are_found(copy: Copy, part: str) -> None:
    path, whole = copy.file(part), copy.file(part).read_bytes()
    middle = len(whole) // 2
    copy.change(path, whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1:])
    copy.refused("changed")
    copy.change(path, whole[:-100])
    copy.refused("ends early")
    path.unlink()
    copy.refused("cannot be read")


def test_the_wrong_key_and_half_a_key_are_refused(copy: Copy, lost: Lost, tmp_path: Path) -> None:
    copy.known = {side: os.urandom(32) for side in copy.known}
    copy.refused("does not fit this key")
    copy.known = {"data": backups.keys.from_files([lost.key_file])["data"]}
    copy.refused("keyring key is missing")
    mistyped = tmp_path / "typed"
    text = lost.key_file.read_text()
    at = text.index("data-1 ") + 9
    mistyped.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:])
    with pytest.raises(backups.WrongKey, match="mistyped"):
        backups.keys.from_files([mistyped])


def test_the_data_key_does_not_open_the_keyring(copy: Copy) -> None:
    copy.known = {"data": copy.known["data"], "keyring": copy.known["data"]}
    copy.refused("does not fit this key")


def test_a_manifest_that_was_changed_or_is_of_another_backup_is_refused(copy: Copy) -> None:
    path = copy.place / places.folder_of("data", copy.name) / places.MANIFEST
    written = json.loads(path.read_text())
    written["manifest"]["began"]["restrictions"] += 5           # would hide what was taken away since
    copy.change(path, json.dumps(written).encode())
    copy.refused("not as it was written")
    other = copy.place / places.folder_of("data", "20200101T000000Z-aaaaaa")
    shutil.copytree(path.parent, other)
    with pytest.raises(backups.BadBackup, match="belongs to"):
        places.read(copy.store, "data", other.name, None)


def test_a_keyring_of_another_day_is_refused(copy: Copy, lost: Lost) -> None:
    """An older one lacks keys; one that only stands in the place of the right one is not taken for it."""
    manifest = places.read(copy.store, "keyring", copy.name, copy.known["keyring"])
    older = manifest.began.xid - 1_000_000
    path = copy.place / places.folder_of("keyring", copy.name) / places.MANIFEST
    shutil.rmtree(path.parent)
    _forge(copy, manifest, began={"xid": older})
    copy.refused("older than the data")
    shutil.rmtree(path.parent)
    _forge(copy, manifest, parts=[{**msgspec.to_builtins(manifest)["parts"][0], "sha256": "0" * 64}])
    copy.refused("not the one that was made with it")


def _forge(copy: Copy, manifest: backups.Manifest, **changes: object) -> None:
    """Another manifest by whoever has the key."""
    body = msgspec.to_builtins(manifest)
    for name, value in changes.items():
        body[name] = {**body[name], **value} if isinstance(value, dict) else value
    places.finish(copy.store, msgspec.convert(body, backups.Manifest), copy.known[manifest.side])


def test_data_whose_keyring_copy_is_gone_says_what_to_do(copy: Copy) -> None:
    shutil.rmtree(copy.place / places.folder_of("keyring", copy.name))
    [one] = backups.listed(copy.store, copy.known)
    assert one.data is not None and not one.is_whole
    with pytest.raises(backups.BadBackup, match="--keys-from"):
        backups.choose(copy.store, copy.known, copy.name)


def test_only_an_empty_place_is_taken(copy: Copy) -> None:
    copy.new.mkdir()
    (copy.new / "run").mkdir()
    copy.prove()                        # all that a power cut leaves just before the mark is written
    (copy.new / "run").rmdir()
    (copy.new / "main").mkdir()
    with pytest.raises(backups.NotNow, match="not empty"):
        copy.prove()
    assert [path.name for path in copy.new.iterdir()] == ["main"]


def test_a_full_disk_is_seen_before_anything_is_written(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10_000_000))
    copy.refused("Make room")


def test_a_clock_that_is_behind_is_refused(copy: Copy) -> None:
    clock.freeze(clock.now() - timedelta(days=2))
    try:
        copy.refused("Set the clock")
    finally:
        clock.freeze(None)


def test_a_witness_that_is_older_incomplete_foreign_or_no_witness_is_refused(copy: Copy, tmp_path: Path) -> None:
    [lines] = sorted(copy.witness.glob("restrictions-*.jsonl"))
    root = Witness(copy.witness).last()
    assert isinstance(root, Root)
    # The site was killed: behind what the last root knows of there may be a line, or half of one.
    whole = lines.read_bytes().splitlines(keepends=True)[:root.restrictions]
    assert len(whole) > 2                           # of before the backup, of after it, of after that

    lines.write_bytes(b"".join(whole[:-1]))
    copy.refused("incomplete")
    lines.write_bytes(b"".join([*whole[:-2], whole[-1]]))
    copy.refused("missing")
    lines.write_bytes(b"".join(whole).replace(b'"kind":"', b'"kind":"x', 1))
    copy.refused("was changed")
    lines.unlink()
    copy.refused("incomplete")

    (tmp_path / "empty").mkdir()
    copy.refused("holds no witness", witness=tmp_path / "empty")
    foreign = Witness(tmp_path / "foreign")
    foreign.keep(chain.load_key(tmp_path / "keys"), [], root=1, until=(1, 1), at_ms=1)
    copy.refused("not signed by this site's key", witness=tmp_path / "foreign")


def test_another_major_version_is_said(copy: Copy) -> None:
    pair = backups.choose(copy.store, copy.known)
    old = backups.Pair(pair.store, msgspec.structs.replace(pair.data, postgres="12.10"), pair.keyring)
    copy.refused("Postgres 12.10, which is not on this machine. Install it", pair=old)


def test_an_interrupted_restore_is_never_served_and_is_begun_anew_here_without_a_witness(
        copy: Copy, lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a witness it asks, and every surface is closed afterwards."""
    pair = backups.choose(copy.store, copy.known)
    ask = backups.Ask(pair, copy.known, copy.new, copy.witness)
    extract, count = steps.extract, 0

    def dies(*args: object) -> None:
        nonlocal count
        count += 1
        if count == 1500:
            raise OSError(28, "No space left on device")
        extract(*args)      # type: ignore[arg-type]

    monkeypatch.setattr(steps, "extract", dies)
    with pytest.raises(backups.NotNow, match="No space left"):
        Program().restore(ask, lambda _line: None, silent, backups.Meter())
    assert (copy.new / "main").is_dir()
    for command in (("up", "--port", "0"), ("accounts", "list")):
        code, said = petrel(*command, "--data", str(copy.new))
        assert code == 2 and "half restored" in said and "again" in said

    again = ("backups", "restore", str(copy.place), "--data", str(copy.new), "--key-file", str(lost.key_file))
    code, said = petrel(*again)
    assert code == 2 and "--witness" in said
    code, said = petrel(*again, "--without-witness", given="yes\n")
    assert code == 2 and "Nothing was done" in said
    code, said = petrel(*again, "--without-witness", "--json", given=f"{backups.PHRASE}\n")
    assert code == 0, said
    assert json.loads(said[said.index("{"):])["surfaces_closed"] == 14
    code, said = petrel("surfaces", "list", "--data", str(copy.new), "--json")
    assert code == 0 and not any(one["is_open"] for one in json.loads(said))


def test_a_restore_that_a_check_finds_wrong_is_not_served(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a replay that forgets deletions."""
    app.load_rooms()

    async def forgets(_w: object, _entry: object) -> bool:
        return False

    monkeypatch.setitem(restrictions.AGAIN, "posts.post.deleted", forgets)
    ask = backups.Ask(backups.choose(copy.store, copy.known), copy.known, copy.new, copy.witness)
    outcome = Program().restore(ask, lambda _line: None, silent, backups.Meter())
    assert {text.partition(" since the backup ")[2].partition(":")[0] for text in outcome.checked.findings} == {
        "stand again", "have their key"}
    with pytest.raises(backups.NotNow, match="half restored"):
        steps.refuse_half_restored(copy.new)


def test_copies_of_keys_go_after_seven_days_and_the_list_says_so(copy: Copy) -> None:
    [one] = backups.listed(copy.store, copy.known)
    assert one.keyring is not None
    assert one.keyring.until_ms - one.keyring.began.at_ms == 7 * 86_400_000
    assert places.expire(copy.store) == []
    clock.freeze(clock.now() + timedelta(days=7, minutes=1))
    try:
        assert places.expire(copy.store) == [f"keyring/{copy.name}"]
    finally:
        clock.freeze(None)
    [one] = backups.listed(copy.store, copy.known)
    assert one.data is not None and one.keyring is None


@pytest.mark.parametrize(("name", "kind"), [
    ("../out", tarfile.REGTYPE), ("/tmp/out", tarfile.REGTYPE), ("base/../../out", tarfile.REGTYPE),
    ("../out", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("link", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE)])
def test_an_archive_that_wants_to_write_elsewhere(tmp_path: Path, name: str, kind: bytes) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "../out"
        tar.addfile(member)
    packed.seek(0)
    with tarfile.open(fileobj=packed, mode="r|") as tar:
        for member in tar:
            with pytest.raises(PetrelError, match="outside of its place"):
                steps.extract(tar, member, tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_the_beginning_of_a_copy_is_unpacked_for_trial_and_nothing_is_left(copy: Copy) -> None:
    """Beside what an interrupted restore fetched, which stays: it is the sign of that."""
    pair = backups.choose(copy.store, copy.known)
    before = sorted(copy.new.parent.iterdir())
    tried = trial.tried(pair, copy.known, copy.new, backups.Meter())
    assert tried.unpacked_bytes > tried.read_stored_bytes > 100_000
    assert tried.unpacked_s > 0
    assert sorted(copy.new.parent.iterdir()) == before
    roll.beside(copy.new).mkdir()
    fetched = roll.beside(copy.new) / "witness"
    fetched.write_text("")
    trial.tried(pair, copy.known, copy.new, backups.Meter())
    assert list(roll.beside(copy.new).iterdir()) == [fetched]


def test_a_trial_on_a_slow_line_ends_in_time(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "READ_S", 0.0)
    monkeypatch.setattr(trial, "UNPACKED_S", 0.0)
    tried = trial.tried(backups.choose(copy.store, copy.known), copy.known, copy.new, backups.Meter())
    assert tried.read_stored_bytes < 2 << 20 and tried.unpacked_bytes < 2 << 20
