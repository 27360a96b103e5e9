"""Messages for one app alone, through a service that cannot read them: Web Push, sealed in both forms that apps know,
and signed with the site's own key (VAPID).

source: RFC 8291 with RFC 8188 (aes128gcm); drafts httpbis-encryption-encoding-03 and webpush-encryption-04 (aesgcm);
RFC 8292 (VAPID); RFC 8030 (TTL, Urgency).
"""

import base64
import json
import os
import time
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from petrel.outside.fetch import Asked, place_of

RECORD_BYTES = 4096
MOST_BYTES = 3800
"""Of a message, so that services take it sealed."""

VALID_S = 12 * 3600
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Urgency = Literal["very-low", "low", "normal", "high"]


class Receiver(Struct, frozen=True):
    """`key`: the app's public key, uncompressed (65 bytes); `secret`: 16 bytes that it shares with us."""

    endpoint: str
    key: bytes
    secret: bytes
    is_standard: bool = True


class Sender(Struct, frozen=True):
    """The site. `key` signs; `contact`: an address of the web or of mail whom services may ask."""

    key: ec.EllipticCurvePrivateKey
    contact: str


def b64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def receiver(endpoint: str, p256dh: str, auth: str, *, is_standard: bool) -> Receiver:
    """From what an app sent, in base64 of either alphabet. Errors: ValueError for what is no key or secret."""
    key, secret = _bytes(p256dh), _bytes(auth)
    if len(key) != 65 or len(secret) != 16:
        raise ValueError("lengths")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    return Receiver(endpoint, key, secret, is_standard)


def _bytes(text: str) -> bytes:
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


def sender_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The site's key, from 32 bytes that only the keyring has."""
    number = int.from_bytes(_derived(32, secret, b"petrel", b"vapid key") + secret, "big")
    return ec.derive_private_key(number % (ORDER_P256 - 1) + 1, ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def message(plain: bytes, to: Receiver, sender: Sender, *, ttl_s: int, urgency: Urgency) -> Asked:
    """The request that hands a message to the service. Errors: ValueError for one that is too long."""
    if len(plain) > MOST_BYTES:
        raise ValueError("too long")
    once, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    token, public = _token(to.endpoint, sender), b64(public_bytes(sender.key))
    headers = {"TTL": str(ttl_s), "Urgency": urgency, "Content-Type": "application/octet-stream"}
    if to.is_standard:
        headers |= {"Content-Encoding": "aes128gcm", "Authorization": f"vapid t={token},k={public}"}
        body = seal_standard(plain, to, once, salt)
    else:
        headers |= {"Content-Encoding": "aesgcm", "Encryption": f"salt={b64(salt)}",
                    "Crypto-Key": f"dh={b64(public_bytes(once))};p256ecdsa={public}",
                    "Authorization": f"WebPush {token}"}
        body = seal_draft(plain, to, once, salt)
    return Asked(to.endpoint, "POST", headers, body)


def seal_standard(plain: bytes, to: Receiver, once: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """One record with its header. source: RFC 8291 section 3.4."""
    ours = public_bytes(once)
    key = _derived(32, _agreed(to, once), to.secret, b"WebPush: info\0" + to.key + ours)
    sealing = AESGCM(_derived(16, key, salt, b"Content-Encoding: aes128gcm\0"))
    sealed = sealing.encrypt(_derived(12, key, salt, b"Content-Encoding: nonce\0"), plain + b"\x02", None)
    return salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def seal_draft(plain: bytes, to: Receiver, once: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The record alone: key and salt travel in headers. Without padding, which not every app takes off."""
    ours = public_bytes(once)
    key = _derived(32, _agreed(to, once), to.secret, b"Content-Encoding: auth\0")
    about = b"P-256\0" + b"".join(len(one).to_bytes(2, "big") + one for one in (to.key, ours))
    sealing = AESGCM(_derived(16, key, salt, b"Content-Encoding: aesgcm\0" + about))
    return sealing.encrypt(_derived(12, key, salt, b"Content-Encoding: nonce\0" + about), b"\0\0" + plain, None)


def _agreed(to: Receiver, once: ec.EllipticCurvePrivateKey) -> bytes:
    return once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.key))


def _derived(length: int, secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _token(endpoint: str, sender: Sender) -> str:
    """Says to this service, for half a day, that it is us. source: RFC 8292 section 2."""
    place = place_of(endpoint)
    said = {"aud": f"{'https' if place.is_tls else 'http'}://{place.authority}", "exp": int(time.time()) + VALID_S,
            "sub": sender.contact}
    signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode())
                      for part in ({"typ": "JWT", "alg": "ES256"}, said))
    r, s = decode_dss_signature(sender.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
