"""Files that are known to be such that nobody may have them: lists of their SHA-256, kept as keyed digests.

An upload that a list names is held: its sender is told what anybody is told whose file cannot be used, and no decoder
sees it. What was taken in before the list is not looked for.
"""

import hmac
import re
from collections.abc import Iterable

from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.viewer import System

SYSTEM = System("media")
DIGEST = re.compile(r"[0-9a-fA-F]{64}")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
SOME = 5_000

PUT = """
insert into media.known (digest, list) select d, $2 from unnest($1::bytea[]) d on conflict (digest) do nothing
"""
COUNT = "select count(*) from media.known where list = $1"
LISTS = "select list, count(*) as count, max(at) as at from media.known group by list order by list"
DROP = "delete from media.known where list = $1 returning 1 as one"


class List(Struct, frozen=True):
    """`at`: when it last grew."""

    name: str
    count: int
    at: str


def digests(text: Iterable[str]) -> list[bytes]:
    """From lines: a SHA-256 in hexadecimal first in each; empty ones and those that begin with # count for nothing.
    Errors: Invalid, naming the line."""
    found = []
    for number, line in enumerate(text, 1):
        word = line.split("#", 1)[0].replace(",", " ").split()
        if not word:
            continue
        if not DIGEST.fullmatch(word[0]):
            raise Invalid(message=f"line {number} does not begin with a SHA-256: 64 hexadecimal digits")
        found.append(bytes.fromhex(word[0]))
    return found


async def take(name: str, plain: list[bytes]) -> int:
    """For the crew. Returns how many were new. A digest that another list has stays with that one. Errors: Invalid."""
    if not NAME.fullmatch(name):
        raise Invalid(message=f"{name} is no name for a list: small letters, digits and -")
    secret = await seal.secret("media")
    keyed = [hmac.digest(secret, one, "sha256") for one in dict.fromkeys(plain)]
    async with writing(SYSTEM, cause="media known") as w:
        before = await w.value(COUNT, name)
        for start in range(0, len(keyed), SOME):
            await w.execute(PUT, keyed[start:start + SOME], name)
        count = int(await w.value(COUNT, name)) - int(before)
        w.record("media.known.taken", 0, refs=(count,))
    return count


async def forget(name: str) -> int:
    """Returns how many there were. Errors: NotFound."""
    async with writing(SYSTEM, cause="media known") as w:
        count = len(await w.change(DROP, name))
        if not count:
            raise NotFound(f"There is no list {name}")
        w.record("media.known.forgotten", 0, refs=(count,))
    return count


async def lists() -> list[List]:
    async with reading(SYSTEM) as r:
        return [List(row["list"], row["count"], f"{row['at']:%Y-%m-%d}") for row in await r.fetch(LISTS)]
