"""The site's own certificate authority: it says which servers are the site's databases, and nothing else.

Ten years for both: a certificate that runs out at night stops the site, and its key lies only where the database is.
`petrel database check` and `petrel doctor` say so 90 days before the end; `petrel database prepare` makes a new one.
source: our choice, decision 0023.
"""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from petrel.core import whole_file
from petrel.ops.databases.shapes import Unfit

LIFE = timedelta(days=3650)
RENEW_BEFORE = timedelta(days=90)
BACKDATED = timedelta(days=1)
CERTIFICATE, KEY = "ca.crt", "ca.key"


def load_or_make(folder: Path) -> tuple[Any, Any]:
    """Certificate and key of the authority in `folder`. Errors: Unfit (half of it is missing)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificate, key = folder / CERTIFICATE, folder / KEY
    if not key.exists():
        if certificate.exists():
            raise Unfit(f"{certificate} is there and its key {KEY} is not: nothing new can be signed.",
                        f"Put {KEY} back, or move {certificate} away to begin with a new authority.")
        _make(folder)
    return x509.load_pem_x509_certificate(certificate.read_bytes()), load_pem_private_key(key.read_bytes(), None)


def issue(folder: Path, names: list[str], now: datetime | None = None) -> tuple[bytes, bytes]:
    """A new certificate for a server of these names and addresses, and its key, as PEM."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority, signer = load_or_make(folder)
    key, builder = _builder(names[0], authority.subject, now or datetime.now(UTC))
    certificate = (builder
                   .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
                   .sign(signer, _sha256()))
    return _pem(certificate), _pem_key(key)


def still_good(folder: Path, certificate: bytes, names: list[str], now: datetime | None = None) -> bool:
    """Whether this server certificate was signed here, is for all of `names`, and is not near its end."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    authority, _ = load_or_make(folder)
    try:
        one = x509.load_pem_x509_certificate(certificate)
        one.verify_directly_issued_by(authority)
        held = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return one.not_valid_after_utc - (now or datetime.now(UTC)) > RENEW_BEFORE and \
        all(_name(name) in list(held) for name in names)


def _make(folder: Path) -> None:
    """The certificate first: a key without one is no authority yet, and is made again."""
    from cryptography import x509

    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Databases of a Petrel site")])
    key, builder = _builder("", subject, datetime.now(UTC))
    usage = x509.KeyUsage(key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False,
                          key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                          decipher_only=False)
    certificate = (builder.subject_name(subject)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                   .add_extension(usage, critical=True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
                   .sign(key, _sha256()))
    making = folder / (KEY + ".new")
    write(making, _pem_key(key), 0o600)
    write(folder / CERTIFICATE, _pem(certificate), 0o644)
    making.rename(folder / KEY)


def _builder(name: str, issuer: Any, now: datetime) -> tuple[Any, Any]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    builder = (x509.CertificateBuilder().issuer_name(issuer).public_key(key.public_key())
               .serial_number(x509.random_serial_number())
               .not_valid_before(now - BACKDATED).not_valid_after(now + LIFE))
    if name:
        builder = builder.subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])]))
    return key, builder


def _name(name: str) -> Any:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _sha256() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256
    return SHA256()


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding
    return bytes(certificate.public_bytes(Encoding.PEM))


def _pem_key(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write(path: Path, content: bytes, mode: int, owner: tuple[int, int] | None = None) -> bool:
    """All or nothing and durable; false when it was so already."""
    if path.exists() and path.read_bytes() == content and path.stat().st_mode & 0o777 == mode:
        return False
    whole_file.write(path, content, mode, owner=owner)
    return True
