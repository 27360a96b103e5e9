"""Other hosts, as far as one machine can have them: an sshd of our own on loopback, which gives only SFTP; a disk."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from petrel.ops.drills import Broken, Impossible
from petrel.outside.stores import Access

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
SPARE_MIB = 500            # beside a disk, for what else a drill writes
CONFIG = """\
ListenAddress {address}:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
Subsystem sftp internal-sftp
ForceCommand internal-sftp
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
"""


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as one:
        one.bind((address, 0))
        return int(one.getsockname()[1])


@contextmanager
def ssh_host(folder: Path, address: str = "127.0.0.1") -> Iterator[tuple[str, Access]]:
    """The URL of a directory on it, and how to get in. Errors: Impossible (no sshd on this machine), Broken."""
    if SSHD is None or shutil.which("ssh") is None:
        raise Impossible("there is no sshd on this machine: install openssh-server")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    port = free_port(address)
    (folder / "sshd").write_text(CONFIG.format(folder=folder, address=address, port=port))
    (folder / "known").write_text(f"[{address}]:{port} {(folder / 'host.pub').read_text()}")
    (folder / "ssh").write_text(f"IdentityFile {folder}/user\nIdentitiesOnly yes\nUserKnownHostsFile {folder}/known\n")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd")], stderr=log)
    try:
        _wait_for(address, port)
        user = pwd.getpwuid(os.geteuid()).pw_name
        yield f"ssh://{user}@{address}:{port}{folder}/kept", Access(ssh_config=str(folder / "ssh"))
    finally:
        server.terminate()
        server.wait()


@contextmanager
def disk(place: Path, size_mib: int) -> Iterator[Path]:
    """A file system of its own at `place`, which nobody else may enter. What was written to this machine before is on
    its disk by then. Errors: Impossible, where nothing can be mounted or there is no room."""
    image, needed_mib = place.with_suffix(".img"), size_mib + SPARE_MIB
    place.mkdir(parents=True, mode=0o700)
    if shutil.disk_usage(place).free < needed_mib << 20:
        raise Impossible(f"it needs {needed_mib} MiB of room")
    # Whole and quiet from the start: each hole filled later waits for this machine's own journal, and so for all else
    # that anybody has written.
    with image.open("wb") as file:
        for _ in range(size_mib):
            file.write(bytes(1 << 20))
    os.sync()
    for command in (["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0",
                     str(image)], ["mount", "-o", "loop", str(image), str(place)]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Impossible(f"{command[0]}: {done.stderr.strip()}; run it as root, with loop devices")
    # Past this machine's cache of the image: else whoever makes one page durable waits for all that anybody wrote.
    where = subprocess.run(["findmnt", "-no", "SOURCE", str(place)], capture_output=True, text=True).stdout.strip()
    subprocess.run(["losetup", "--direct-io=on", where], capture_output=True, check=False)
    try:
        (place / "lost+found").rmdir()
        place.chmod(0o700)
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)
        image.unlink(missing_ok=True)


def _wait_for(address: str, port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((address, port), 1):
            return
        time.sleep(0.02)
    raise Broken("the sshd of the drill did not start")
