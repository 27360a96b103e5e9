"""The receipt that whoever deleted something is given: what was deleted, when its keys went, where was looked. Signed
with the site's key, so that it can be shown to somebody else and checked without us."""

from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from petrel.core import chain, clock
from petrel.core.doors import Reader
from petrel.core.viewer import System
from petrel.features.deletions import rows, rules
from petrel.features.deletions.shapes import Deletion, Kind

MEANING = {Kind.POST: "post", Kind.MESSAGE: "direct message", Kind.ACCOUNT: "account"}
HEAD = b"petrel deletion receipt 1\n"


class Receipt(Struct, frozen=True):
    """`readable_until`: until then, a backup of keys that was made before may open a copy made before; null while a key
    is there. `journal_root`: the last signed state of the journal when this was written, which covers the deletion."""

    site: str
    kind: str
    id: str
    account: str
    asked_at: datetime
    keys_destroyed_at: datetime | None
    key_bytes_gone_at: datetime | None
    looked_for_remains_at: datetime | None
    remains: tuple[str, ...]
    readable_until: datetime | None
    with_it: tuple[int, ...]
    journal_entry: str
    journal_root: int
    written_at: datetime


class Signed(Struct, frozen=True):
    """A receipt with the signature over exactly these bytes, and the public key that it is checked with."""

    receipt: msgspec.Raw
    key: str
    signature: str


async def signed(r: Reader, deletion: Deletion, key: Ed25519PrivateKey, site: str) -> bytes:
    """The receipt as JSON; `key` as core.chain.load_key gives it, `site` the address of ours."""
    statement = (rows.ROOT,) if isinstance(r.viewer, System) else ("select deletions.root($1)", r.digest)
    root = await r.value(*statement) or 0
    gone = deletion.keys_gone_at
    receipt = msgspec.json.encode(Receipt(
        site, MEANING[deletion.kind], str(deletion.id), str(deletion.account), deletion.asked_at, gone,
        deletion.shredded_at, deletion.swept_at, deletion.remains,
        gone and gone + timedelta(days=rules.KEY_BACKUPS_DAYS), deletion.counts, str(deletion.entry), root,
        clock.now()))
    return msgspec.json.encode(Signed(msgspec.Raw(receipt), chain.public_bytes(key.public_key()).hex(),
                                      key.sign(HEAD + receipt).hex()))


def check(contents: bytes, key: str | None = None) -> tuple[Receipt | None, str]:
    """The receipt, and what is wrong with it, "" when nothing is. `key`: the site's public key in hex, as somebody
    one trusts has it; without it only that the receipt fits the key it brings. Needs no site."""
    try:
        found = msgspec.json.decode(contents, type=Signed)
        receipt = msgspec.json.decode(found.receipt, type=Receipt)
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.key))
        public.verify(bytes.fromhex(found.signature), HEAD + bytes(found.receipt))
    except (msgspec.MsgspecError, ValueError) as e:
        return None, f"this is no receipt: {e}"
    except InvalidSignature:
        return None, "the signature does not fit: somebody changed this receipt"
    if key is not None and found.key != key.lower():
        return receipt, "it is signed with another key than the one given"
    return receipt, ""
