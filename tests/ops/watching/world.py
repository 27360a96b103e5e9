"""A name server and certificates of our own."""

import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from petrel import watch

NAME = "birds.example"
ZONE = """$ORIGIN birds.example.
$TTL 60
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Names:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, *records: str) -> None:
        """Serves these lines of the zone, in place of what ran."""
        self.stop()
        self.folder.mkdir(exist_ok=True)
        (self.folder / "zone").write_text(ZONE + "\n".join(records or ("@ A 127.0.0.1",)) + "\n")
        (self.folder / "knot.conf").write_text(
            f"server:\n  rundir: {self.folder}\n  listen: 127.0.0.1@{self.port}\n  udp-workers: 1\n  tcp-workers: 1\n"
            f"  background-workers: 1\ndatabase:\n  storage: {self.folder}\n"
            f"zone:\n  - domain: {NAME}\n    file: {self.folder}/zone\n")
        self.process = subprocess.Popen(["knotd", "-c", str(self.folder / "knot.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                if watch.ask_name(self.address, f"ns.{NAME}", 1):
                    return
            except (OSError, watch.Wrong):
                time.sleep(0.05)
        raise AssertionError("knotd does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


def need_knot() -> None:
    if shutil.which("knotd") is None:
        pytest.skip("knotd is missing: apt-get install knot")


def certificate(folder: Path, days: float) -> Path:
    """Of NAME, signed by itself, as one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256()))
    path = folder / f"{days}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path
