"""A push service and the app behind it, in one: what comes in is opened as RFC 8291 and the draft before it say, by the
app's private key, and the site's signature is checked. Written from the documents, apart from what seals.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from tests.outside.strangers import Stranger, names, said, stranger


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def expand(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF of one block, from its two lines in RFC 5869."""
    return hmac.digest(hmac.digest(salt, secret, hashlib.sha256), info + b"\x01", hashlib.sha256)[:length]


class App:
    """Holds the private key and the shared secret of one subscription."""

    def __init__(self, private: int | None = None, secret: bytes | None = None) -> None:
        curve = ec.SECP256R1()
        self.private = ec.generate_private_key(curve) if private is None else ec.derive_private_key(private, curve)
        self.secret = secret or os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": b64(point(self.private.public_key())), "auth": b64(self.secret)}

    def _shared(self, theirs: bytes) -> bytes:
        return self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))

    def open_standard(self, body: bytes) -> bytes:
        salt, record_size, key_length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21:21 + key_length], body[21 + key_length:]
        assert 18 <= len(sealed) <= record_size and key_length == 65 and len(body) <= 4096
        info = b"WebPush: info\x00" + point(self.private.public_key()) + theirs
        key = expand(self.secret, self._shared(theirs), info, 32)
        opened = AESGCM(expand(salt, key, b"Content-Encoding: aes128gcm\x00", 16)).decrypt(
            expand(salt, key, b"Content-Encoding: nonce\x00", 12), sealed, None)
        plain = opened.rstrip(b"\x00")
        assert plain[-1:] == b"\x02", "the last record ends so"
        return plain[:-1]

    def open_draft(self, body: bytes, headers: dict[str, str]) -> bytes:
        salt = unb64(re.search(r"salt=([\w-]+)", headers["encryption"])[1])             # type: ignore[index]
        theirs = unb64(re.search(r"dh=([\w-]+)", headers["crypto-key"])[1])             # type: ignore[index]
        mine = point(self.private.public_key())
        about = b"P-256\x00" + b"\x00\x41" + mine + b"\x00\x41" + theirs
        key = expand(self.secret, self._shared(theirs), b"Content-Encoding: auth\x00", 32)
        opened = AESGCM(expand(salt, key, b"Content-Encoding: aesgcm\x00" + about, 16)).decrypt(
            expand(salt, key, b"Content-Encoding: nonce\x00" + about, 12), body, None)
        padding = int.from_bytes(opened[:2], "big")
        assert padding == 0, "some apps cut off two bytes and no more"
        return opened[2:]


class Message(Struct):
    """As it came, and what it says."""

    headers: dict[str, str]
    said: dict[str, Any]


class Service:
    """`status` is what it answers. `server_key`: by which whoever sends has to sign."""

    def __init__(self, at: Stranger) -> None:
        self.at, self.app, self.status, self.server_key = at, App(), 201, ""
        self.came: list[Message] = []
        self.asked = 0
        at.answers["/send"] = self._take

    def subscription(self, *, standard: bool = True) -> dict[str, Any]:
        return {"endpoint": self.at.url("/send"), "keys": self.app.keys, "standard": standard}

    def _take(self, body: bytes, writer: Any) -> None:
        self.asked += 1
        lines = (line.split(": ", 1) for line in self.at.heads[-1].strip().split("\r\n")[1:])
        headers = {name.lower(): value for name, value in lines}
        if self.status < 300:
            self._check_signature(headers)
            opened = self.app.open_standard(body) if headers["content-encoding"] == "aes128gcm" else \
                self.app.open_draft(body, headers)
            self.came.append(Message(headers, json.loads(opened)))
        writer.write(said(self.status))

    def _check_signature(self, headers: dict[str, str]) -> None:
        """source: RFC 8292 sections 2 and 3."""
        if headers["content-encoding"] == "aes128gcm":
            token, key = re.fullmatch(r"vapid t=([\w.-]+),k=([\w-]+)", headers["authorization"]).groups()  # type: ignore[union-attr]
        else:
            token = headers["authorization"].removeprefix("WebPush ")
            key = re.search(r"p256ecdsa=([\w-]+)", headers["crypto-key"])[1]            # type: ignore[index]
        assert key == self.server_key
        head, claims, signature = token.split(".")
        assert json.loads(unb64(head)) == {"typ": "JWT", "alg": "ES256"}
        told = json.loads(unb64(claims))
        assert told["aud"] == self.at.url("") and time.time() < told["exp"] <= time.time() + 86400
        assert told["sub"].startswith(("mailto:", "http"))
        raw = unb64(signature)
        assert len(raw) == 64
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key)).verify(
            encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
            f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


@asynccontextmanager
async def service() -> AsyncIterator[Service]:
    """Listens on this machine, at a name that this process's resolver gives it."""
    with names():
        async with stranger("push.example") as at:
            yield Service(at)
