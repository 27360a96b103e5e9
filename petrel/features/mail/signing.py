"""DKIM: a signature with which receivers can prove that a letter comes from this site and was not changed.

rsa-sha256, relaxed/relaxed. The key is made on first use and sealed under a secret of the site's; `in_dns` is what
belongs into DNS. source: RFC 6376, RFC 8301 (2048 bits).
"""

import asyncio
import base64
import re
import time
from hashlib import sha256
from typing import cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import Writer, deriving

BITS = 2048
SIGNED = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted", "MIME-Version", "Content-Type",
          "List-Unsubscribe", "List-Unsubscribe-Post")
"""RFC 8058 section 4: both headers of the unsubscribing have to be signed."""

SIGNING = "select * from mail.signing($1)"
INSERT = """
insert into mail.signing_key (selector, public_key, sealed_private) values ($1, $2, $3) on conflict do nothing
"""
_blanks = re.compile(rb"[ \t]+")


class Key(Struct, frozen=True):
    selector: str
    public: str                     # as DNS has it: base64 of SubjectPublicKeyInfo
    private: rsa.RSAPrivateKey

    def __repr__(self) -> str:
        return f"Key({self.selector})"


async def key() -> Key:
    """The key that signs now; made when there is none. Errors: Unavailable."""
    async with deriving("mail") as w:
        found = await _find(w)
        if found is None:
            made = await asyncio.to_thread(rsa.generate_private_key, 65537, BITS)
            await w.execute(INSERT, time.strftime("petrel%Y%m%d", time.gmtime()), _public(made), await _sealed(made))
            found = await _find(w)
    assert found is not None
    return found


def in_dns(one: Key, domain: str) -> tuple[str, str]:
    """Name and text of the DNS record (TXT) that receivers check signatures with."""
    return f"{one.selector}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={one.public}"


def sign(raw: bytes, domain: str, one: Key) -> bytes:
    """The DKIM-Signature line of a message with CRLF line ends, to be put in front of it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    present = {name.lower(): value for name, value in _fields(head)}
    names = [name for name in SIGNED if name.lower().encode() in present]
    hashed = base64.b64encode(sha256(_body(body)).digest()).decode()
    value = (f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={one.selector};\r\n t={int(time.time())};"
             f" h={':'.join(names)};\r\n bh={hashed};\r\n b=")
    lines = [_header(name.lower().encode(), present[name.lower().encode()]) for name in names]
    signed = b"\r\n".join([*lines, _header(b"dkim-signature", value.encode())])
    made = base64.b64encode(one.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode()
    folded = "\r\n ".join(made[i:i + 72] for i in range(0, len(made), 72))
    return f"DKIM-Signature: {value}{folded}\r\n".encode()


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head)
    parted = (line.partition(b":") for line in unfolded.split(b"\r\n"))
    return [(name.strip().lower(), value) for name, _, value in parted]


def _header(name: bytes, value: bytes) -> bytes:
    """source: RFC 6376 section 3.4.2."""
    return name + b":" + _blanks.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _body(body: bytes) -> bytes:
    """source: RFC 6376 section 3.4.4."""
    lines = [_blanks.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def _public(private: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)).decode()


async def _sealed(private: rsa.RSAPrivateKey) -> bytes:
    plain = private.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption())
    return seal.seal(await seal.secret("dkim"), 0, plain)


async def _find(w: Writer) -> Key | None:
    row = await w.row(SIGNING, "mail")
    if row is None:
        return None
    plain = seal.open_sealed(await seal.secret("dkim"), 0, row["sealed_private"])
    private = cast(rsa.RSAPrivateKey, serialization.load_der_private_key(plain, None))
    return Key(row["selector"], row["public_key"], private)
