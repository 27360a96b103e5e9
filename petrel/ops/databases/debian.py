"""Clusters as Debian keeps them: made by pg_createcluster, started by systemd where it runs, configured in /etc.

Only for root. Every step may be interrupted and done again; a half-made cluster is known by a mark and made anew.
"""

import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.ops.databases import authority
from petrel.ops.databases.shapes import LOGIN, Unfit
from petrel.ops.databases.tuning import conf, wishes
from petrel.storage.postgres import ClusterName, installed, this_machine

OWNER = "postgres"
NAMES: dict[ClusterName, str] = {"main": "petrel", "keyring": "petrelkeys"}
"""No dash: systemd would escape it."""

ROOM_MIB = 1024
START_S = 60.0
PARTS = "petrel_reader,petrel_writer,petrel_system"


class Homes(Struct, frozen=True):
    """Where Debian keeps things; `None` leaves the choice to it. Tests have places of their own."""

    conf: Path = Path("/etc/postgresql")
    data: Path | None = None
    sockets: Path = Path("/var/run/postgresql")
    log: Path | None = None
    ours: Path = Path("/etc/petrel/database")


class Wanted(Struct, frozen=True):
    """`listen`: addresses to listen on, `names`: under which others reach this machine. Without `listen` it stays as it
    was, at first the socket alone; ("none",) goes back to that."""

    major: int | None = None
    listen: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    homes: Homes = Homes()


class Made(Struct, frozen=True):
    """A running cluster, and how others reach it."""

    name: str
    major: int
    port: int
    sockets: Path
    authority: Path
    listen: tuple[str, ...]
    names: tuple[str, ...]


def make(cluster: ClusterName, wanted: Wanted, say: Callable[[str], None]) -> Made:
    """Finds or makes the cluster, configures and starts it. Errors: Unfit, with the cure; OSError (disk)."""
    major = _check_machine(wanted)
    name = NAMES[cluster]
    folder = wanted.homes.conf / str(major) / name
    wanted.homes.ours.mkdir(mode=0o755, parents=True, exist_ok=True)
    wanted = _as_before(name, wanted)
    mark = wanted.homes.ours / f"{major}-{name}.making"
    if mark.exists():
        say(f"Cluster {major}/{name} was left half made; making it anew.")
        _remove(major, name, wanted.homes)
    if not (folder / "postgresql.conf").exists() or mark.exists():
        _check_room(wanted.homes)
        mark.touch()
        say(f"Making cluster {major}/{name} ...")
        _create(major, name, wanted.homes)
        mark.unlink()
    changed, restart = _configure(cluster, folder, wanted)
    _start(major, name, wanted.homes, changed=changed, restart=restart)
    made = Made(name, major, port_of(folder), wanted.homes.sockets, wanted.homes.ours / authority.CERTIFICATE,
                wanted.listen, wanted.names)
    _wait(made)
    return made


def _as_before(name: str, wanted: Wanted) -> Wanted:
    """Whoever prepares again, or a newer version, need not say again where it listens: others rely on it."""
    path = wanted.homes.ours / f"{name}.json"
    if wanted.listen:
        listen = () if wanted.listen == ("none",) else wanted.listen
        authority.write(path, msgspec.json.encode([listen, wanted.names if listen else ()]), 0o644)
    if not path.exists():
        return wanted
    listen, names = msgspec.json.decode(path.read_bytes(), type=tuple[tuple[str, ...], tuple[str, ...]])
    return Wanted(wanted.major, listen, names, wanted.homes)


def for_others(homes: Homes = Homes()) -> tuple[ClusterName, ...]:
    """Which of both were prepared here to be reached from other machines."""
    return tuple(cluster for cluster, name in NAMES.items() if _as_before(name, Wanted(homes=homes)).listen)


def _check_machine(wanted: Wanted) -> int:
    if os.geteuid() != 0:
        raise Unfit("Setting up the distribution's Postgres takes root.",
                    "Run this with sudo, or name servers that somebody set up: --superuser-urls FILE.")
    found = {installed.major_of(one) for one in installed.system()}
    if not found or shutil.which("pg_createcluster") is None:
        raise Unfit("The distribution's Postgres is not installed.",
                    "apt install postgresql      (Debian 12 brings version 15)")
    major = wanted.major or max(found)
    if major not in found:
        raise Unfit(f"Postgres {major} is not installed; there is {', '.join(map(str, sorted(found)))}.",
                    f"apt install postgresql-{major}")
    if major < 15:
        raise Unfit(f"The distribution's Postgres is {major}; Petrel needs 15 or newer.",
                    "Upgrade the distribution, or use the embedded Postgres.")
    return major


def _check_room(homes: Homes) -> None:
    place = homes.data or Path("/var/lib/postgresql")
    here = next(p for p in (place, *place.parents) if p.exists())
    free_mib = shutil.disk_usage(here).free >> 20
    if free_mib < ROOM_MIB:
        raise Unfit(f"{here} has {free_mib} MB left, and two clusters begin with {ROOM_MIB} MB.", "Make room there.")


def _data(major: int, name: str, homes: Homes) -> Path:
    return (homes.data or Path("/var/lib/postgresql")) / str(major) / name


def _create(major: int, name: str, homes: Homes) -> None:
    more = ["--datadir", str(_data(major, name, homes))] if homes.data else []
    more += ["--logfile", str(homes.log / f"{name}.log")] if homes.log else []
    _run(homes, "pg_createcluster", str(major), name, "--user", OWNER, "--locale", "C.UTF-8", "--encoding", "UTF8",
         "--socketdir", str(homes.sockets), "--quiet", *more, "--", "--data-checksums", "--auth-local=peer",
         "--auth-host=scram-sha-256")


def _remove(major: int, name: str, homes: Homes) -> None:
    """What an interrupted `_create` left; nothing was ever in it."""
    subprocess.run(["pg_ctlcluster", str(major), name, "stop", "-m", "immediate"], env=_environment(homes),
                   capture_output=True, check=False)
    shutil.rmtree(homes.conf / str(major) / name, ignore_errors=True)
    shutil.rmtree(_data(major, name, homes), ignore_errors=True)


def _configure(cluster: ClusterName, folder: Path, wanted: Wanted) -> tuple[bool, bool]:
    """Whether a file changed, and whether that takes a restart."""
    user = pwd.getpwnam(OWNER)
    own = (user.pw_uid, user.pw_gid)
    certificate = _certificate(folder, wanted, own) if wanted.listen else False
    disk_mib = shutil.disk_usage(wanted.homes.data or "/var/lib/postgresql").total >> 20
    (folder / "conf.d").mkdir(exist_ok=True)
    text = conf(wishes(cluster, this_machine(), disk_mib), _lines(folder, wanted))
    server = authority.write(folder / "conf.d" / "petrel.conf", text.encode(), 0o644, own)
    doors = [authority.write(folder / "pg_hba.conf", access(bool(wanted.listen)).encode(), 0o640, own),
             authority.write(folder / "pg_ident.conf", f"petrel root {OWNER}\npetrel {OWNER} {OWNER}\n".encode(),
                             0o640, own)]
    return any([server, certificate, *doors]), server


def _lines(folder: Path, wanted: Wanted) -> list[tuple[str, str]]:
    lines = [("listen_addresses", ", ".join(wanted.listen)), ("unix_socket_directories", str(wanted.homes.sockets)),
             ("log_timezone", "UTC"), ("log_checkpoints", "off"), ("cluster_name", f"petrel {folder.name}")]
    if not wanted.listen:
        return [*lines, ("ssl", "off")]
    return [*lines, ("ssl", "on"), ("ssl_min_protocol_version", "TLSv1.2"),
            ("ssl_cert_file", str(folder / "server.crt")), ("ssl_key_file", str(folder / "server.key"))]


def access(over_network: bool) -> str:
    """pg_hba.conf. root and postgres of this machine look after the server; everybody else signs in with SCRAM."""
    who = f"{LOGIN},{PARTS}"
    lines = ["# Written by `petrel database prepare`.", f"local   all          {OWNER}  peer map=petrel"]
    for kind, address in [("local  ", "")] + ([("hostssl", " all")] if over_network else []):
        lines += [f"{kind} all          {who}{address}  scram-sha-256",
                  f"{kind} replication  {LOGIN}{address}  scram-sha-256"]
    return "\n".join(lines) + "\n"


def _certificate(folder: Path, wanted: Wanted, own: tuple[int, int]) -> bool:
    """A server certificate of our authority; the old one stays while it is good."""
    names = [*wanted.names, *(a for a in wanted.listen if a not in ("*", "0.0.0.0", "::"))]  # noqa: S104 (compared)
    there = folder / "server.crt"
    if there.exists() and (folder / "server.key").exists() and \
            authority.still_good(wanted.homes.ours, there.read_bytes(), names):
        return False
    certificate, key = authority.issue(wanted.homes.ours, names)
    authority.write(folder / "server.key", key, 0o600, own)
    return authority.write(there, certificate, 0o644, own)


def _start(major: int, name: str, homes: Homes, *, changed: bool, restart: bool) -> None:
    status = _run(homes, "pg_lsclusters", "--no-header")
    line = next((one for one in status.splitlines() if one.split()[:2] == [str(major), name]), "")
    runs = "online" in line
    if runs and not changed:
        return
    act = "start" if not runs else "restart" if restart else "reload"
    _run(homes, "pg_ctlcluster", str(major), name, act)


def port_of(folder: Path) -> int:
    found = re.search(r"^port\s*=\s*(\d+)", (folder / "postgresql.conf").read_text(), re.M)
    if found is None:
        raise Unfit(f"{folder}/postgresql.conf names no port.", "Add a line such as port = 5433.")
    return int(found[1])


def _wait(made: Made) -> None:
    until = time.monotonic() + START_S
    program = [*("pg_isready", "-q", "-h", str(made.sockets), "-p", str(made.port))]
    while subprocess.run(program, check=False, capture_output=True).returncode:
        if time.monotonic() > until:
            raise Unfit(f"Cluster {made.major}/{made.name} does not answer.",
                        f"Read its log: pg_lsclusters says where; then pg_ctlcluster {made.major} {made.name} start.")
        time.sleep(0.1)


def _environment(homes: Homes) -> dict[str, str]:
    # With PG_CLUSTER_CONF_ROOT Debian's programs pass systemd by: its restarts would find a cluster that it does not
    # know, and leave it stopped.
    other = {} if homes.conf == Homes().conf else {"PG_CLUSTER_CONF_ROOT": str(homes.conf)}
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **other}


def _run(homes: Homes, *command: str) -> str:
    done = subprocess.run(command, env=_environment(homes), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfit(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-600:]}", _cure(done.stderr))
    return done.stdout


def _cure(said: str) -> str:
    if "No space left" in said:
        return "Make room on that disk, and run this again."
    if "port" in said.lower() and "in use" in said.lower():
        return "Another server has its port: change `port` in postgresql.conf of that cluster, and run this again."
    return "See the message above; running this again goes on from there."


def remains(homes: Homes = Homes()) -> Sequence[Path]:
    """Marks of clusters that were left half made."""
    return sorted(homes.ours.glob("*.making"))
