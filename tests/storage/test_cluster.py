"""The embedded databases as an operator meets them: started, killed, started again, by root and by others."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from petrel.storage.postgres import (
    ClusterFailed,
    PostgresTooOld,
    SiteBusy,
    Storage,
    StorageError,
    check_external,
    holder_of,
    leftovers,
    probe,
)
from petrel.storage.postgres import binaries as binaries_module
from petrel.storage.postgres import cluster as cluster_module
from petrel.storage.postgres import external as external_module
from petrel.storage.postgres import owner as owner_module

ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody").pw_uid
REPOSITORY = Path(__file__).resolve().parents[2]

SUPERVISOR = """
import sys, time
from pathlib import Path
from petrel.storage.postgres import Storage
storage = Storage.open(Path(sys.argv[1]), say=lambda line: None)
print("ready", *(cluster.pid for cluster in storage.clusters), flush=True)
sys.stdin.read()
storage.close()
print("closed", flush=True)
"""


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that was made and stopped; each test starts a copy, because making one takes a second."""
    data = tmp_path_factory.mktemp("pristine") / "data"
    storage = open_site(data)
    run(storage, "CREATE TABLE kept (n int)")
    storage.close()
    return data


@pytest.fixture
def data(pristine: Path, tmp_path: Path) -> Path:
    return copy_site(pristine, tmp_path / "data")


@pytest.fixture
def site(data: Path) -> Iterator[Storage]:
    storage = open_site(data)
    yield storage
    storage.close()


def open_site(data: Path) -> Storage:
    return Storage.open(data, say=lambda line: None)


def copy_site(source: Path, target: Path) -> Path:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    return target


def run(storage: Storage, sql: str, cluster: str = "main") -> list[asyncpg.Record]:
    async def go() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(**storage.connect_args(cluster))
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    return asyncio.run(go())


def processes(storage: Storage) -> list[int]:
    return [
        pid
        for cluster in storage.clusters
        for pid in leftovers.processes_of(leftovers.tag_of(cluster.name, cluster.folder), cluster.folder)
    ]


def living(pids: list[int]) -> list[int]:
    """A dead orphan may wait for init to collect it."""
    return [pid for pid in pids if (entry := leftovers.PROC / str(pid)).exists() and leftovers._is_alive(entry)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def until(condition, timeout_s: float = 15.0):
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)
    return found


def supervisor(data: Path, **how) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        **how,
    )


def test_first_and_second_start(tmp_path):
    data = tmp_path / "data"
    lines: list[str] = []
    first = Storage.open(data, say=lines.append)
    run(first, "CREATE TABLE kept AS SELECT 7 AS n")
    run(first, "CREATE TABLE keys AS SELECT 8 AS n", "keyring")
    first.close()
    assert lines == [f"Made the databases in {data}."]

    began = time.monotonic()
    second = open_site(data)
    took_s = time.monotonic() - began
    assert run(second, "SELECT n FROM kept")[0]["n"] == 7
    assert run(second, "SELECT n FROM keys", "keyring")[0]["n"] == 8
    second.close()
    assert took_s < 3


def test_settings_that_durability_and_sql_rest_on(site):
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "wal_compression": "pglz",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "jit": "off",
    }
    for cluster in ("main", "keyring"):
        rows = run(site, "SELECT name, setting FROM pg_settings", cluster)
        found = {row["name"]: row["setting"] for row in rows}
        assert {name: found[name] for name in wanted} == wanted
        assert run(site, "SELECT upper('äß')", cluster)[0]["upper"].startswith("Ä")


def test_directories_are_private_and_nothing_runs_as_root(site):
    for folder in ("", "run", "log", "main", "keyring", "run/pg-main", "run/pg-keyring"):
        assert mode(site.data / folder) == 0o700, folder
    assert mode(site.data / "log" / "postgres-main.log") == 0o600
    owners = set()
    for pid in processes(site):
        with suppress(FileNotFoundError):       # an autovacuum worker comes and goes
            owners.add(Path(f"/proc/{pid}").stat().st_uid)
    assert len(owners) == 1
    assert 0 not in owners


def test_stop_leaves_no_process_and_no_socket(data):
    storage = open_site(data)
    started = processes(storage)
    assert len(started) >= 2
    storage.close()
    assert processes(storage) == []
    assert living(started) == []
    assert not probe.socket_file(data / "run" / "pg-main").exists()
    assert holder_of(data) is None


def test_postmaster_killed_under_writes_loses_no_acknowledged_row(site):
    main = site.clusters[0]
    acknowledged: list[int] = []

    async def write_until_cut() -> None:
        connection = await asyncpg.connect(**site.connect_args("main"))
        with pytest.raises(Exception):  # noqa: B017 (asyncpg has many words for a server that vanished)
            for n in range(1_000_000):
                await connection.execute("INSERT INTO kept VALUES ($1)", n)
                acknowledged.append(n)
                if n == 300:
                    os.kill(main.pid, signal.SIGKILL)

    asyncio.run(write_until_cut())
    began = time.monotonic()
    news = until(lambda: main.mend())
    assert news == "signal 9"
    until(lambda: main.mend() is None and main.answer() is probe.Answer.READY)
    assert time.monotonic() - began < 10
    found = {row["n"] for row in run(site, "SELECT n FROM kept")}
    assert set(acknowledged) <= found
    assert len(acknowledged) >= 300


def test_a_second_supervisor_is_refused_and_told_what_to_do(site):
    assert holder_of(site.data) == os.getpid()
    with pytest.raises(SiteBusy) as refused:
        open_site(site.data)
    assert f"process {os.getpid()}" in str(refused.value)
    assert "--data" in refused.value.cure
    assert run(site, "SELECT 1")


def test_killed_supervisor_takes_its_servers_along_and_the_next_start_works(data):
    one = supervisor(data)
    pids = [int(word) for word in one.stdout.readline().split()[1:]]
    assert holder_of(data) == one.pid
    one.kill()
    one.wait()

    storage = open_site(data)
    assert run(storage, "SELECT count(*) FROM kept")
    assert not set(pids) & {cluster.pid for cluster in storage.clusters}
    storage.close()
    assert living(pids) == []


def test_a_server_left_over_in_our_directory_is_stopped_first(data):
    place = (data / "main").stat()
    stray = subprocess.Popen(
        [binaries_module.find().program("postgres"), "-D", "/proc/self/cwd", "-k", "/proc/self/cwd"],
        cwd=data / "main", stderr=subprocess.DEVNULL, **as_owner(place))
    until(lambda: (data / "main" / "postmaster.pid").exists() and "ready" in pid_file(data))
    for pid in leftovers.processes_of("", data / "main"):
        os.kill(pid, signal.SIGSTOP)                # whoever stopped it is gone, too
    lines: list[str] = []
    storage = Storage.open(data, say=lines.append)
    assert stray.wait(5) == 0
    assert f"process {stray.pid}; stopping it" in lines[0]
    assert run(storage, "SELECT count(*) FROM kept")
    storage.close()


def as_owner(place: os.stat_result) -> dict[str, Any]:
    return {"user": place.st_uid, "group": place.st_gid, "extra_groups": []} if ROOT else {}


def pid_file(data: Path) -> str:
    return (data / "main" / "postmaster.pid").read_text()


def test_a_lock_file_that_names_a_stranger_is_no_obstacle(data):
    """After a container restart the number in the lock file often belongs to another program of the same user."""
    owner = (data / "main").stat()
    stranger = subprocess.Popen(["sleep", "60"], **as_owner(owner))
    for stale in (data / "main" / "postmaster.pid", data / "run" / "pg-main" / ".s.PGSQL.5432.lock"):
        stale.write_text(f"{stranger.pid}\n/proc/self/cwd\n1\n5432\n\n\n        1         1\n")
        os.chown(stale, owner.st_uid, owner.st_gid)
    try:
        storage = open_site(data)
        assert run(storage, "SELECT 1")
        storage.close()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_making_starts_over(tmp_path):
    half = tmp_path / "data" / "main.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    storage = open_site(tmp_path / "data")
    assert run(storage, "SELECT 1")
    storage.close()
    assert not half.exists()


def test_foreign_and_newer_directories_are_left_alone(tmp_path, data):
    stranger = tmp_path / "other" / "main" / "thesis.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    with pytest.raises(ClusterFailed, match="holds no database"):
        open_site(tmp_path / "other")
    assert stranger.read_text() == "mine"

    (data / "main" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ClusterFailed, match="made by Postgres 17"):
        open_site(data)


def test_a_server_that_cannot_start_says_why(data):
    conf = data / "main" / "local.conf"
    conf.write_text("shared_buffers = 'plenty'\n")
    shutil.chown(conf, (data / "main").stat().st_uid)
    with pytest.raises(ClusterFailed, match="shared_buffers"):
        open_site(data)
    conf.unlink()
    open_site(data).close()


def test_a_long_wait_is_announced(site, monkeypatch):
    monkeypatch.setattr(cluster_module, "SAY_EVERY_S", 0.2)
    main = site.clusters[0]
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        os.kill(main.pid, signal.SIGCONT)

    main._say = hear
    main.stop()
    main.start()
    os.kill(main.pid, signal.SIGSTOP)
    main.wait_ready()
    assert lines[0].startswith("Postgres (main)")
    assert "so far" in lines[0]


def test_paths_too_long_for_a_socket(pristine, tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    storage = open_site(copy_site(pristine, deep / "data"))
    sockets = Path(storage.connect_args("main")["host"])
    assert run(storage, "SELECT 1")
    assert sockets.parent.parent == Path("/tmp")
    assert mode(sockets.parent) == 0o700
    storage.close()
    shutil.rmtree(sockets.parent)


def test_the_log_keeps_no_content(site):
    with pytest.raises(asyncpg.PostgresError):
        run(site, "SELECT 'zebrafish'::int")
    with pytest.raises(asyncpg.PostgresError):
        run(site, "SELECT zebrafish FROM kept WHERE n = 'zebrafish'")
    log = (site.data / "log" / "postgres-main.log").read_text()
    assert "ERROR" in log
    assert "'zebrafish'" not in log


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_root_below_a_closed_folder_leaves_its_doors_closed(pristine, tmp_path, monkeypatch):
    monkeypatch.setattr(owner_module, "CANDIDATES", ("nobody",))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    storage = open_site(closed / "data")
    assert (storage.data / "main").stat().st_uid == NOBODY
    assert mode(closed) == 0o700 and closed.stat().st_uid == 0
    assert mode(closed / "data") == 0o700 and (closed / "data").stat().st_uid == 0

    # Another program that runs as the same user reaches the socket only if root leads it there, and then not inside.
    psql = [storage.clusters[0]._binaries.program("psql"), "-h", "/proc/self/cwd", "-U", "petrel_admin", "petrel"]
    said = subprocess.run(
        [*psql, "-c", "select 1"], user=NOBODY, cwd=closed / "data" / "run" / "pg-main", capture_output=True, text=True
    )
    assert "Peer authentication failed" in said.stderr
    storage.close()


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_programs_unreadable_to_the_server_user_are_copied(data, tmp_path, monkeypatch):
    found = binaries_module.find()
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    package = hidden / binaries_module.PACKAGE
    shutil.copytree(found.root, package / binaries_module.INSTALL, ignore=shutil.ignore_patterns("include", "*.a"))
    shutil.copytree(found.root.parent.parent / binaries_module.LIBRARIES, hidden / binaries_module.LIBRARIES)
    unreadable = binaries_module.Binaries(package / binaries_module.INSTALL, found.version)
    monkeypatch.setattr(binaries_module, "find", lambda: unreadable)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as open_place:
        Path(open_place).chmod(0o755)
        monkeypatch.setattr(binaries_module, "COPY_HOMES", (Path(open_place) / "petrel",))
        lines: list[str] = []
        storage = Storage.open(data, say=lines.append)
        assert run(storage, "SELECT 1")
        storage.close()
        fresh = Storage.open(tmp_path / "fresh", say=lines.append)
        fresh.close()
        assert sum("Copied the Postgres programs" in line for line in lines) == 1
    assert mode(hidden) == 0o700


@pytest.mark.skipif(not ROOT, reason="needs root to become somebody else")
def test_an_ordinary_user_runs_a_site_and_root_can_take_over():
    nobody = owner_module.Owner(NOBODY, pwd.getpwuid(NOBODY).pw_gid, "nobody", borrowed=True)
    if not binaries_module._can_read(nobody, binaries_module.find().root):
        pytest.skip("the installed packages are not readable to user nobody")
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        os.chown(home, NOBODY, -1)
        data = Path(home) / "data"

        def ordinary_life() -> str:
            storage = open_site(data)
            run(storage, "CREATE TABLE kept AS SELECT 9 AS n")
            storage.close()
            return " ".join(sorted({str(path.stat().st_uid) for path in data.rglob("*")}))

        def ordinary_return() -> str:
            storage = open_site(data)
            found = run(storage, "SELECT n FROM kept")[0]["n"]
            storage.close()
            return str(found)

        assert as_user(nobody, ordinary_life) == str(NOBODY)

        storage = open_site(data)
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in processes(storage)} == {NOBODY}
        assert run(storage, "SELECT n FROM kept")[0]["n"] == 9
        storage.close()

        # What root touched meanwhile still serves the ordinary user.
        assert as_user(nobody, ordinary_return) == "9"


def as_user(user: owner_module.Owner, act: Callable[[], str]) -> str:
    """What `act` returns in a child that has become `user` for good (a fork: the interpreter may lie in /root)."""
    receive, give = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.gid)
            os.setuid(user.uid)
            answer = act()
        except BaseException as problem:
            answer = repr(problem)
        os.write(give, answer.encode())
        os._exit(0)
    os.close(give)
    with os.fdopen(receive) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def test_external_servers_are_used_and_checked(site, monkeypatch):
    address = site.connect_args("main")
    url = f"postgresql://petrel_admin@/petrel?host={address['host']}"
    assert asyncio.run(check_external("PETREL_DATABASE_URL", url)).startswith("18")

    run(site, "CREATE ROLE reader_of_test")
    given = Storage(site.data, database_url=url, keyring_url=url)
    assert given.connect_args("main")["dsn"] == url

    async def who() -> str:
        connection = await asyncpg.connect(**given.connect_args("main", "reader_of_test"))
        try:
            return await connection.fetchval("SELECT current_user")
        finally:
            await connection.close()

    assert asyncio.run(who()) == "reader_of_test"

    monkeypatch.setattr(external_module, "OLDEST", 99)
    with pytest.raises(PostgresTooOld, match="needs 99 or newer"):
        asyncio.run(check_external("PETREL_DATABASE_URL", url))


def test_an_external_server_starts_nothing(tmp_path, site):
    urls = [
        f"postgresql://petrel_admin@/{database}?host={site.connect_args(name)['host']}"
        for name, database in (("main", "petrel"), ("keyring", "keyring"))
    ]
    other = Storage.open(tmp_path / "other", database_url=urls[0], keyring_url=urls[1])
    assert other.clusters == []
    assert not (tmp_path / "other" / "main").exists()
    other.close()


def test_an_unreachable_external_server_is_named_without_its_password(tmp_path):
    url = f"postgresql://petrel:hunter2@/petrel?host={tmp_path}"
    with pytest.raises(StorageError) as failed:
        Storage.open(tmp_path / "data", database_url=url, keyring_url=url)
    assert "PETREL_DATABASE_URL" in str(failed.value)
    assert "hunter2" not in str(failed.value)
    assert holder_of(tmp_path / "data") is None
