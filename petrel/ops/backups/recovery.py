"""The recovery key: opens the backup keys that lie beside the backups, and is kept by nobody alone.

At set-up it is made, split m of n (`shares.py`), printed and forgotten. What stays, in DATA/keys/recovery.json and in
the target, is each backup key wrapped under it. A new split makes a new recovery key, and the old shares open nothing
that is written from then on.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from petrel.core import clock, whole_file
from petrel.ops.backups import keys, shares, targets
from petrel.ops.backups.shapes import SIDES, NotNow, Side, WrongKey
from petrel.ops.backups.targets import Store

FILE = "recovery.json"


class Escrow(Struct, frozen=True):
    """`wrapped`: by side, nonce and ciphertext in hex. `group`: of the shares that open it, in hex."""

    needed: int
    count: int
    group: str
    made_ms: int
    wrapped: dict[Side, str]
    format: int = 1


def _said(side: Side) -> bytes:
    return b"petrel recovery " + side.encode()


def split(folder: Path, needed: int, count: int) -> list[shares.Share]:
    """Makes a recovery key for the backup keys in `folder` (DATA/keys) and forgets it; the shares are nowhere else.

    Errors: WrongKey (numbers that make no sense), NotNow.
    """
    secret = os.urandom(32)
    made = shares.split(secret, needed, count)
    known, _ = keys.load_or_make(folder)
    wrapped: dict[Side, str] = {}
    for side in SIDES:
        nonce = os.urandom(12)
        wrapped[side] = (nonce + AESGCM(secret).encrypt(nonce, known[side], _said(side))).hex()
    _write(folder, msgspec.json.encode(Escrow(needed, count, made[0].group.hex(), clock.now_ms(), wrapped)))
    return made


def _write(folder: Path, body: bytes) -> None:
    try:
        whole_file.write(folder / FILE, body)
    except OSError as e:
        raise NotNow(f"{folder / FILE} cannot be written: {e.strerror}") from e


def kept(folder: Path) -> bytes | None:
    """What goes into the target; None when no recovery key was ever made."""
    try:
        return (folder / FILE).read_bytes()
    except OSError:
        return None


def standing(folder: Path) -> Escrow | None:
    """How the recovery key is split; None when there is none."""
    body = kept(folder)
    try:
        return msgspec.json.decode(body, type=Escrow) if body else None
    except msgspec.MsgspecError:
        return None


def unlocked(store: Store, given: Sequence[shares.Share]) -> keys.Keys:
    """The backup keys of the site whose backups are in the target. Errors: WrongKey."""
    try:
        escrow = msgspec.json.decode(targets.taken(store, FILE), type=Escrow)
    except FileNotFoundError:
        raise WrongKey(f"{store.url} has no {FILE}: no recovery key was made for this site. Use --key-file with what "
                       "`petrel backups key` printed") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as e:
        raise WrongKey(f"{FILE} in {store.url} cannot be read: {e}") from e
    if given and given[0].group.hex() != escrow.group:
        raise WrongKey("These shares are of another split than the one that this target was written under. "
                       "Look for the set that was printed last")
    secret = shares.join(given)
    found: keys.Keys = {}
    try:
        for side, text in escrow.wrapped.items():
            raw = bytes.fromhex(text)
            found[side] = AESGCM(secret).decrypt(raw[:12], raw[12:], _said(side))
    except (InvalidTag, ValueError) as e:
        raise WrongKey("These shares together do not open the backup keys: one of them is forged, or of another "
                       "site. Try with other people") from e
    return found
