"""A certificate authority in memory, for what does not depend on how certificates are ordered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """`roots`: file with its own certificate. Issues by a link between, so that a chain can lack it."""

    def __init__(self, folder: Path) -> None:
        self._root_key, self._link_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = self._signed("Root", self._root_key, "Root", self._root_key, [])
        self._link = self._signed("Link", self._link_key, "Root", self._root_key, [])
        self.roots = folder / "authority.pem"
        self.roots.write_bytes(root)

    def issue(self, names: Sequence[str], *, days: float = 90, begun_days: float = 0, chain: bool = True) -> bytes:
        """Key and chain, PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        leaf = self._signed(names[0], key, "Link", self._link_key, names, days, begun_days)
        return private + leaf + (self._link if chain else b"")

    def _signed(self, subject: str, key: ec.EllipticCurvePrivateKey, by: str, by_key: ec.EllipticCurvePrivateKey,
                names: Sequence[str], days: float = 3650, begun_days: float = 0) -> bytes:
        begin = datetime.now(UTC) - timedelta(days=begun_days, minutes=1)
        made = (x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(by))
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(begin).not_valid_after(begin + timedelta(days=days))
                .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True))
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
        return made.sign(by_key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
