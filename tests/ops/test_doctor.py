"""The doctor finds what is wrong, names it, and says what to do."""

import asyncio
import os
import pwd
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from petrel import settings
from petrel.core import whole_file
from petrel.core.errors import Invalid
from petrel.ops import certificates
from petrel.ops.doctor import Check, examine, machine, work
from petrel.ops.processes.status import PartStatus, Status, clock_offset_s, write_status
from petrel.storage.postgres import Storage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    storage = Storage.open(tmp_path_factory.mktemp("doctor") / "data", say=lambda line: None)
    yield storage
    storage.close()


def look(data: Path, **what) -> dict[str, Check]:
    checks = asyncio.run(examine(data=data, **{"host": "127.0.0.1", "port": 0, **what}))
    assert len({check.name for check in checks}) == len(checks)
    for check in checks:
        assert check.found
        assert bool(check.cure) is not check.ok, check
    return {check.name: check for check in checks}


def bad_ones(checks: dict[str, Check]) -> set[str]:
    return {check.name for check in checks.values() if not check.ok}


def report(data: Path, **changes) -> None:
    status = Status(os.getpid(), "ready", "http://localhost", "2026-01-01T00:00:00+00:00", clock_offset_s(), {}, {})
    write_status(data, msgspec.json.encode(msgspec.structs.replace(status, **changes)))


def test_a_fresh_machine_is_fit(tmp_path):
    checks = look(tmp_path / "data")
    assert bad_ones(checks) == set()
    assert "first start" in checks["postgres main"].found
    assert not (tmp_path / "data").exists()


@contextmanager
def closed(data: Path) -> Iterator[str]:
    """To whom the directory, which we may not look into inside, belongs."""
    (data / "run").mkdir(parents=True)
    (data / "settings.toml").write_text("port = 1")
    mine = os.geteuid()
    data.chmod(0o700 if mine == 0 else 0)
    try:
        if mine == 0:
            os.seteuid(65534)
        yield pwd.getpwuid(mine).pw_name
    finally:
        os.seteuid(mine)
        data.chmod(0o700)


def test_somebody_who_may_not_look_is_told_as_whom_to_ask(tmp_path):
    with closed(tmp_path / "data") as user:
        checks = look(tmp_path / "data")
        with pytest.raises(Invalid, match=f"cannot be read.* sudo -u {user} petrel"):
            settings.load(str(tmp_path / "data"), environment={})
    assert set(checks) == {"data directory"} and f"sudo -u {user} petrel doctor" in checks["data directory"].cure


@pytest.mark.parametrize(("said", "found", "ok"), [
    ("echo yes", "kept by NTP", True), ("echo no", "nothing keeps", False), ("exit 1", "see `timedatectl`", True)])
def test_where_the_kernel_may_not_be_asked_for_the_clock_systemd_is(tmp_path, monkeypatch, said, found, ok):
    (tmp_path / "timedatectl").write_text(f'#!/bin/sh\ntest "$2" = --property=NTPSynchronized && {said}\n')
    (tmp_path / "timedatectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(machine.ctypes, "CDLL", lambda *_, **__: SimpleNamespace(adjtimex=lambda buffer: -1))
    check = machine.check_kept_time()
    assert found in check.found and check.ok is ok


def test_a_certificate_that_is_not_renewed_is_told_of_with_what_its_issuer_said(tmp_path):
    where = certificates.places(tmp_path / "data")
    where.make()
    whole_file.write(where.state, b'{"said": ["the issuer is away"], "failures": 3}')
    assert "the issuer is away" in look(tmp_path / "data")["certificates"].found
    whole_file.write(where.live, certificates.self_signed(["petrel.test"]))
    assert look(tmp_path / "data")["certificates"].ok


def test_a_running_site_is_well(running):
    report(running.data)
    checks = look(running.data)
    assert bad_ones(checks) == set()
    assert checks["postgres main"].found.startswith("Postgres 18")
    assert checks["postgres keyring"].found.startswith("Postgres 18")
    assert "from this machine" in checks["postgres main clock"].found


def test_a_server_that_is_down_while_the_site_runs(running):
    report(running.data)
    keyring = running.clusters[1]
    keyring.stop()
    try:
        checks = look(running.data)
    finally:
        keyring.start()
        keyring.wait_ready()
    assert bad_ones(checks) == {"postgres keyring"}
    assert "postgres-keyring.log" in checks["postgres keyring"].cure


def test_an_external_server_that_cannot_be_reached(tmp_path):
    url = f"postgresql://petrel:hunter2@/petrel?host={tmp_path}"
    checks = look(tmp_path / "data", database_url=url)
    assert bad_ones(checks) == {"postgres main"}
    assert "PETREL_DATABASE_URL" in checks["postgres main"].cure
    assert "hunter2" not in str(checks)


def test_parts_that_keep_crashing_are_named(running):
    report(running.data, parts={"followers": PartStatus(1, [], "failing", 9, "exit code 1")})
    found = look(running.data)["processes"]
    assert not found.ok
    assert "followers (exit code 1)" in found.found


def test_invalid_settings(tmp_path):
    def load() -> None:
        raise ValueError("unknown setting: prot")

    found = look(tmp_path / "data", load_settings=load)["settings"]
    assert found.found == "unknown setting: prot"


def test_a_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=1024**3 // 2))
    assert "512 MiB free" in look(tmp_path / "data")["disk"].found


def test_directories_open_to_others(tmp_path):
    data = tmp_path / "data"
    for folder in (data, data / "keys", data / "run"):
        folder.mkdir()
        folder.chmod(0o700)
    assert bad_ones(look(data)) == set()
    (data / "keys").chmod(0o750)
    found = look(data)["directory keys"]
    assert "mode 750" in found.found
    assert found.cure == f"chmod 700 {data / 'keys'}"


def test_a_port_that_a_stranger_holds_and_one_that_is_ours(running):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        report(running.data, pid=1)
        found = look(running.data, port=port)["port"]
        assert f"process {os.getpid()}" in found.found
        assert f"--port {port + 1}" in found.cure

        report(running.data)
        assert look(running.data, port=port)["port"].found.endswith("in use by this site")
    assert "is free" in look(running.data, port=port)["port"].found


def test_an_address_of_another_machine(tmp_path):
    assert "--host" in look(tmp_path / "data", host="192.0.2.1", port=80)["port"].cure


def test_a_clock_that_was_stepped(running, monkeypatch):
    report(running.data, clock_offset_s=clock_offset_s() + 3600)
    assert "stepped by -3600" in look(running.data)["clock"].found

    report(running.data)
    os.utime(running.data / "run" / "status.json", (time.time() + 500, time.time() + 500))
    assert "behind the newest file" in look(running.data)["clock"].found

    report(running.data)
    monkeypatch.setattr(machine, "YEARS", range(1990, 1991))
    assert "the year is" in look(running.data)["clock"].found


def test_a_request_that_waits_for_twenty_days():
    late = work._check_requests(1)
    assert "the law gives a month" in late.found and "petrel jobs retry" in late.cure
    assert work._check_requests(0).cure == ""


def test_a_port_that_systemd_opened_for_the_site_is_the_sites(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        status = Status(os.getpid(), "ready", "http://localhost", "2026-01-01T00:00:00+00:00", clock_offset_s(), {}, {})
        monkeypatch.setattr(socket.socket, "bind", refuse)
        assert machine.check_port("127.0.0.1", port, status).ok
        stranger = machine.check_port("127.0.0.1", port, None)
    assert not stranger.ok and "systemd" in stranger.cure
