"""Certificates and what is noted of them, read from files."""

from pathlib import Path
from typing import TypeVar

import msgspec

from petrel.core import whole_file
from petrel.ops.certificates.places import Places
from petrel.ops.certificates.shapes import Census, Certificate, State

T = TypeVar("T")


def parsed(content: bytes) -> Certificate:
    """The first certificate of a PEM, or one in DER. Errors: ValueError."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    begin = content.find(b"-----BEGIN CERTIFICATE")
    one = x509.load_pem_x509_certificate(content[begin:]) if begin >= 0 else x509.load_der_x509_certificate(content)
    try:
        names = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        listed = tuple(name.lower() for name in names.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        listed = ()
    return Certificate(fingerprint=one.fingerprint(hashes.SHA256()).hex(), names=listed,
                       not_before=one.not_valid_before_utc, not_after=one.not_valid_after_utc,
                       issuer=one.issuer.rfc4514_string())


def read(path: Path) -> Certificate | None:
    """None for a file that is not there or holds no certificate."""
    try:
        return parsed(path.read_bytes())
    except (OSError, ValueError):
        return None


def state(places: Places) -> State:
    return _noted(places.state, State) or State()


def keep(places: Places, now: State) -> None:
    whole_file.write(places.state, msgspec.json.encode(now))


def census(places: Places) -> Census | None:
    return _noted(places.seen, Census)


def _noted(path: Path, kind: type[T]) -> T | None:
    """Notes that cannot be read are as good as none: everything in them is found out again."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None
