"""Passwords: argon2id, on two threads per process, with a bounded queue.

Hashing takes about 20 ms of a core and 19 MiB, so it never happens inside a transaction, and a flood of sign-ins
is turned away before it can fill the memory. source: OWASP password storage (19 MiB, 2 rounds, 1 lane).
"""

import asyncio
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from petrel.core.errors import Invalid, Unavailable

THREADS = 2
MOST_WAITING = 64
LEAST_CHARACTERS = 8
MOST_CHARACTERS = 256

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of nothing anybody knows: an unknown name takes as long as a known one.
NOBODY = ("$argon2id$v=19$m=19456,t=2,p=1$cGV0cmVsLW5vYm9keS4uLg"
          "$MmEYIjFvGMWHOs5AUxTzlM4h3RrGsFBwDLmK3Yy8V5s")

_threads: ThreadPoolExecutor | None = None
_under_way = 0
Result = TypeVar("Result")


def _after_fork() -> None:
    global _threads, _under_way
    _threads, _under_way = None, 0


os.register_at_fork(after_in_child=_after_fork)


async def hash_password(password: str) -> str:
    """The hash to keep of a new password. Errors: Invalid for one too short or too long, Unavailable when too many
    are waiting."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise Invalid("password", f"must have {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters")
    return await rehash(password)


async def rehash(password: str) -> str:
    """The hash of a password that fitted, by today's costs."""
    return await _run(lambda: _hasher.hash(_normal(password)))


async def fits(secret_hash: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash; None (no such account) takes as long and never fits."""
    if len(password) > MOST_CHARACTERS:
        password, secret_hash = "", None
    return await _run(lambda: _fits(secret_hash or NOBODY, _normal(password))) and secret_hash is not None


def is_outdated(secret_hash: str) -> bool:
    """Whether the hash was made with other costs than today's, and should be made anew at sign-in."""
    return _hasher.check_needs_rehash(secret_hash)


def _normal(password: str) -> str:
    """One password, however the keyboard composes its letters. source: RFC 8265 section 4.2 (NFC)."""
    return unicodedata.normalize("NFC", password)


def _fits(secret_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(secret_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def _run(work: Callable[[], Result]) -> Result:
    global _threads, _under_way
    if _under_way >= MOST_WAITING:
        raise Unavailable("Too many people are signing in just now; please try again", retry_after_s=3)
    if _threads is None:
        _threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
    _under_way += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _under_way -= 1
