"""What is secret about accounts, and how it is kept: account keys, addresses, bearer tokens.

Texts of an account (profile, address, lists, notes) are sealed under its own key, made when something is first
sealed. Bearer strings leave here once; only their digest is kept.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from petrel.core import seal

TOKEN_BYTES = 32


def new_token() -> str:
    """43 letters that can stand in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(bearer: str) -> bytes:
    """What the database keeps of a bearer string. It is random, so a plain hash is enough."""
    return hashlib.sha256(bearer.encode("utf-8", "surrogateescape")).digest()


async def key_of(account: int) -> bytes:
    """The key of an account's texts; made, and durable, when it has none yet."""
    return (await keys_of([account]))[account]


async def keys_of(accounts: Iterable[int]) -> dict[int, bytes]:
    """As `key_of`, for many."""
    keys: dict[int, bytes] = {}
    missing = list(dict.fromkeys(accounts))
    for attempt in range(3):
        keys.update(await seal.keys(missing))
        missing = [account for account in missing if account not in keys]
        if not missing:
            break
        try:
            keys.update(await seal.new_keys(missing))
            break
        except Exception:
            # Another process made one of them in between, so none was made here: look again.
            if attempt == 2:
                raise
    return keys


async def seal_text(account: int, plain: bytes) -> bytes:
    return seal.seal(await key_of(account), account, plain)


async def email_digest(address: str) -> bytes:
    """Keyed, so that a copy of the table cannot be searched for addresses."""
    return hmac.digest(await seal.secret("email"), normal_email(address).encode(), "sha256")


def normal_email(address: str) -> str:
    """The form in which addresses are compared. Case is ignored in both parts, as practically every server does."""
    return address.strip().casefold()
