"""Between two requests: what a page keeps for us, so that we need not. Sealed under a key of the site's, for a while.

A sign-in whose password was right and whose code is still to come; the secret of an app for codes until its first code
was shown; the challenge that a passkey answers. None of them is written down before it counts.
"""

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
from msgspec import Struct

from petrel.core import clock, seal
from petrel.core.errors import NotFound, Refused

STEP_S, PROPOSAL_S, CHALLENGE_S = 5 * 60, 30 * 60, 30 * 60
SECRET = "steps"  # noqa: S105 (the name of one)
CHALLENGE_BYTES = 24


class StepEnded(NotFound):
    """This page was open for too long. Please begin again"""


class CodeNeeded(Refused):
    """The password was right, and this account asks for a code as well. `step` comes back with it."""

    def __init__(self, step: str) -> None:
        super().__init__("code needed", "This account asks for a code as well")
        self.step = step


class Step(Struct, frozen=True, array_like=True, tag="step"):
    """Whose password was right. `mark`: of that password, so that another one ends this."""

    account: int
    until_ms: int
    mark: bytes
    even_suspended: bool = False


class Proposal(Struct, frozen=True, array_like=True, tag="proposal"):
    """What codes would be made from."""

    account: int
    until_ms: int
    secret: str


class Challenge(Struct, frozen=True, array_like=True, tag="challenge"):
    """What a passkey is to answer. `account` 0: of nobody in particular, at sign-in."""

    account: int
    until_ms: int
    bytes: Any


async def keep(one: Step | Proposal | Challenge) -> str:
    """As a page carries it: nobody else can read it or make one."""
    plain = msgspec.msgpack.encode(one)
    return urlsafe_b64encode(seal.seal(await seal.secret(SECRET), 0, plain)).decode()


async def opened(kept: str, kind: Any) -> Any:
    """Errors: StepEnded: too old, of another kind, or none of ours."""
    try:
        plain = seal.open_sealed(await seal.secret(SECRET), 0, urlsafe_b64decode(kept[:1000].encode("ascii")))
        found = msgspec.msgpack.decode(plain, type=kind)
    except (ValueError, seal.Unreadable, msgspec.MsgspecError):
        raise StepEnded from None
    if found.until_ms < clock.now_ms():
        raise StepEnded
    return found


def until(seconds: int) -> int:
    return clock.now_ms() + seconds * 1000


def mark_of(secret_hash: str) -> bytes:
    return hashlib.sha256(secret_hash.encode()).digest()[:16]


def new_challenge() -> bytes:
    return os.urandom(CHALLENGE_BYTES)
