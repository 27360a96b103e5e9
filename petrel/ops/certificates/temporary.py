"""A certificate that nobody has signed, so that the port speaks TLS before the first real one has come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

DAYS = 3650


def self_signed(names: Sequence[str]) -> bytes:
    """Key and certificate, PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    said = f"Petrel, until there is a certificate: {serial:x}"[:64]     # whoever believes several tells them apart
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, said)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(serial).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=DAYS))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
            .sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    return private + made.public_bytes(serialization.Encoding.PEM)
