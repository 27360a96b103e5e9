"""What a target promises, the same for a directory, a real sshd and a real S3 server."""

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from petrel import cli
from petrel.outside import stores
from petrel.outside.stores import s3
from tests.targets import s3_host, ssh_host


@pytest.fixture(params=["directory", "ssh", "s3"], scope="module")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str,
                                                                                                    stores.Access]]:
    folder = tmp_path_factory.mktemp("target")
    if request.param == "directory":
        yield str(folder / "kept"), stores.Access()
        return
    with ssh_host(folder / "sshd") if request.param == "ssh" else s3_host() as found:
        yield found


@pytest.fixture
def store(target: tuple[str, stores.Access]) -> Iterator[stores.Store]:
    store = stores.opened(*target)
    try:
        yield store
    finally:
        for item in list(store.items("")):
            store.remove(item.name)
        store.close()


def test_an_object_comes_back_as_it_was_put(store: stores.Store) -> None:
    stores.put(store, "data/one/manifest.json", b"{}")
    assert stores.taken(store, "data/one/manifest.json") == b"{}"
    stores.put(store, "data/one/manifest.json", b"other")
    assert stores.taken(store, "data/one/manifest.json") == b"other"
    stores.put(store, "empty", b"")
    assert stores.taken(store, "empty") == b""


def test_large_objects_stream_both_ways(store: stores.Store) -> None:
    body = os.urandom(1 << 20) * 21 + b"the end"
    writing = store.write("data/large")
    for start in range(0, len(body), 1_000_003):
        writing.write(body[start:start + 1_000_003])
    writing.close()
    digest = hashlib.sha256()
    with store.read("data/large") as reading:
        assert reading.read(10) == body[:10]
        digest.update(body[:10])
        while piece := reading.read(777_777):
            digest.update(piece)
    assert digest.digest() == hashlib.sha256(body).digest()


def test_what_was_not_closed_never_was(store: stores.Store) -> None:
    writing = store.write("data/half")
    writing.write(b"x" * 100_000)
    assert list(store.items("data")) == []
    writing.abandon()
    assert list(store.items("data")) == []
    with pytest.raises(FileNotFoundError):
        stores.taken(store, "data/half")


def test_items_are_listed_by_folder_and_sorted(store: stores.Store) -> None:
    for name in ("keyring/b/2", "data/a/10", "data/a/02", "data/b/1"):
        stores.put(store, name, name.encode())
    assert [item.name for item in store.items("data")] == ["data/a/02", "data/a/10", "data/b/1"]
    assert [item.size for item in store.items("keyring")] == [11]
    assert list(store.items("nothing/there")) == []
    store.remove("data/a/02")
    store.remove("data/a/02")
    assert [item.name for item in store.items("data/a")] == ["data/a/10"]


def test_reading_may_stop_early(store: stores.Store) -> None:
    stores.put(store, "long", b"y" * 3_000_000)
    with store.read("long") as reading:
        assert len(reading.read(5)) == 5
    assert stores.taken(store, "long") == b"y" * 3_000_000


def test_a_host_that_is_not_known_or_not_there_is_said_with_its_cure(tmp_path: Path) -> None:
    with ssh_host(tmp_path / "sshd") as (url, access):
        (tmp_path / "sshd" / "known").write_text("")
        with pytest.raises(stores.StoreError, match="ssh-keyscan"):
            stores.opened(url, access)
        (tmp_path / "sshd" / "ssh").write_text(
            (tmp_path / "sshd" / "ssh").read_text().replace(f"{tmp_path}/sshd/user", "/dev/null")
            + "StrictHostKeyChecking no\n")
    with pytest.raises(stores.StoreError, match="cannot be reached"):
        stores.opened(url, access)


def test_a_bucket_that_is_not_there_is_said() -> None:
    with s3_host() as (_, access):
        store = stores.opened("s3://nowhere/x", access)
        with pytest.raises(stores.StoreError, match="no bucket of that name"):
            stores.put(store, "one", b"")


def test_a_store_that_does_not_answer_is_said_in_words() -> None:
    error = "Generic S3 error: ... client error (Connect): tcp connect error: Connection refused (os error 111)"
    assert s3._cause(error) == "backup_s3_endpoint does not answer"


def test_a_command_says_it_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    class Away:
        def settings_or_defaults(self, _data: object) -> NoReturn:
            raise stores.StoreError("s3://x could not be listed: there is no bucket of that name")

    with pytest.raises(SystemExit):
        cli.main(Away(), ["backups", "list"])
    assert capsys.readouterr().err.startswith("petrel: s3://x could not be listed")


@pytest.mark.parametrize("url", ["ftp://host/dir", "ssh:///dir", "s3://", "ssh://user:hunter2@host/dir"])
def test_what_is_no_target_is_refused(url: str) -> None:
    with pytest.raises(stores.StoreError) as refused:
        stores.opened(url)
    assert "hunter2" not in str(refused.value)


def test_reading_may_begin_anywhere(store: stores.Store) -> None:
    body = os.urandom(100_000)
    stores.put(store, "some/part", body)
    assert store.has("some/part") and not store.has("some/other")
    for start in (0, 1, 40_000, 99_999):
        with store.read("some/part", start) as reading:
            assert reading.read(200_000) == body[start:]


@pytest.mark.parametrize(("number", "cure"), [
    (errno.EACCES, "install -d -o"), (errno.EROFS, "unit"), (errno.EIO, "error$")])
def test_a_directory_that_cannot_be_made_is_said_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                               number: int, cure: str) -> None:
    def refused(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(stores.StoreError, match=cure):
        stores.opened(str(tmp_path / "kept"), stores.Access())
