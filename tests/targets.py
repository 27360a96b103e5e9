"""Real targets for backups on loopback: an sshd of our own, and an S3 server."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from petrel.outside.stores import Access

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
CONFIG = """\
ListenAddress 127.0.0.1:{port}
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


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def ssh_host(folder: Path) -> Iterator[tuple[str, Access]]:
    """An sshd that gives only SFTP: URL of a directory on it, and how to get in. Skips where there is none."""
    if SSHD is None or shutil.which("ssh") is None:
        pytest.skip("openssh-server is not installed: the target over SSH was not tried")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    port = free_port()
    (folder / "sshd").write_text(CONFIG.format(folder=folder, port=port))
    (folder / "known").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    (folder / "ssh").write_text(f"IdentityFile {folder}/user\nIdentitiesOnly yes\n"
                                f"UserKnownHostsFile {folder}/known\n")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd")], stderr=log)
    try:
        _wait_for(port)
        user = pwd.getpwuid(os.geteuid()).pw_name
        yield f"ssh://{user}@127.0.0.1:{port}{folder}/kept", Access(ssh_config=str(folder / "ssh"))
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    pytest.fail("the server of the test did not start")


@contextmanager
def s3_host() -> Iterator[tuple[str, Access]]:
    """A server that speaks S3, with an empty bucket: its URL, and how to get in."""
    try:
        from moto.server import ThreadedMotoServer
    except ImportError:
        pytest.skip("moto is not installed: the target S3 was not tried")
    import urllib.request

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/bucket", method="PUT"), timeout=10).close()
        yield "s3://bucket/site", Access(s3_endpoint=endpoint, s3_region="us-east-1", s3_key="key", s3_secret="secret")
    finally:
        server.stop()
