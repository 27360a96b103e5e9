"""The site's backup keys, one for each side: files in DATA/keys, and a text to keep elsewhere.

Whoever has DATA/keys needs nothing else. When DATA is gone, the text is what opens a backup: `petrel backups key`.
They are the only keys that do not go into a backup.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Sequence
from pathlib import Path

from petrel.ops.backups.shapes import SIDES, NotNow, Side, WrongKey

CHECK_BYTES = 3
Keys = dict[Side, bytes]
LINE = re.compile(r"petrel-backup-(data|keyring)-1\s+([A-Z2-7-]+)")


def file_of(keys: Path, side: Side) -> Path:
    return keys / f"backup-{side}.key"


def text_of(side: Side, key: bytes) -> str:
    """One line, in letters that can be read aloud, with a check."""
    letters = base64.b32encode(key + _check(side, key)).decode()
    return f"petrel-backup-{side}-1 " + "-".join(letters[i:i + 4] for i in range(0, len(letters), 4))


def _check(side: Side, key: bytes) -> bytes:
    return hashlib.sha256(b"petrel backup key " + side.encode() + key).digest()[:CHECK_BYTES]


def parsed(text: str, where: str) -> Keys:
    """The keys in a text, whatever stands around them. Errors: WrongKey (none, or mistyped)."""
    found: Keys = {}
    for side in SIDES:
        for match in LINE.finditer(text):
            if match[1] == side:
                found[side] = _decoded(side, match[2], where)
    if not found:
        raise WrongKey(f"{where} holds no backup key: lines that begin with petrel-backup-data-1 or -keyring-1")
    return found


def _decoded(side: Side, letters: str, where: str) -> bytes:
    try:
        raw = base64.b32decode(letters.replace("-", ""))
    except ValueError:
        raw = b""
    if len(raw) != 32 + CHECK_BYTES or not hmac.compare_digest(raw[32:], _check(side, raw[:32])):
        raise WrongKey(f"{where}: the {side} key is mistyped. Compare it letter by letter with what was printed")
    return raw[:32]


def load(keys: Path) -> Keys:
    """Those that there are."""
    found: Keys = {}
    for side in SIDES:
        path = file_of(keys, side)
        if path.exists():
            found |= parsed(path.read_text(errors="replace"), str(path))
    return found


def load_or_make(keys: Path) -> tuple[Keys, bool]:
    """Both, made on the first call; and whether one was made."""
    found = load(keys)
    made: Keys = {side: os.urandom(32) for side in SIDES if side not in found}
    write(keys, made)
    return found | made, bool(made)


def write(keys: Path, new: Keys) -> None:
    """Durable when it returns. An existing file is never replaced. Errors: NotNow."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    for side, key in new.items():
        try:
            descriptor = os.open(file_of(keys, side), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            raise NotNow(f"{file_of(keys, side)} is there already. Move it away first") from None
        with os.fdopen(descriptor, "w") as file:
            file.write(text_of(side, key) + "\n")
            file.flush()
            os.fsync(file.fileno())


def from_files(paths: Sequence[Path]) -> Keys:
    """Errors: WrongKey, NotNow."""
    found: Keys = {}
    for path in paths:
        try:
            found |= parsed(path.read_text(), str(path))
        except (OSError, UnicodeDecodeError) as e:
            raise NotNow(f"{path} cannot be read: {e}") from e
    return found


def mac_of(key: bytes, text: bytes) -> str:
    """Of a manifest; under a key that follows from the backup key."""
    return hmac.digest(hmac.digest(key, b"petrel backup manifest", "sha256"), text, "sha256").hex()
