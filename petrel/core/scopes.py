"""What an app may be allowed to do: the words, and which word covers which.

Scopes are hierarchical: `read` covers `read:statuses`. `follow` (old) covers reading and writing of blocks,
follows and mutes. `profile` and `push` cover only themselves; there is no bare `admin`.
NOTE: `api/http/scopes.py` asks the same question from the other side (which scopes cover this one) with
`covering`; it may import it from here.
source: docs/law, API notes section 6.
"""

from collections.abc import Iterable
from functools import cache

_READ = "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses"
_WRITE = ("accounts blocks bookmarks collections conversations favourites filters follows lists media mutes "
          "notifications reports statuses")
_ADMIN = "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks"

# In the order in which they are told to people and machines.
KNOWN: tuple[str, ...] = (
    "profile",
    "read", *(f"read:{noun}" for noun in _READ.split()),
    "write", *(f"write:{noun}" for noun in _WRITE.split()),
    "follow", "push",
    *(scope for verb in ("admin:read", "admin:write") for scope in (verb, *(f"{verb}:{n}" for n in _ADMIN.split()))),
)
DEFAULT = ("read",)
EVERYTHING_A_MEMBER_MAY = ("profile", "read", "write", "follow", "push")
BY_FOLLOW = frozenset(f"{verb}:{noun}" for verb in ("read", "write") for noun in ("blocks", "follows", "mutes"))
_PLACE = {scope: number for number, scope in enumerate(KNOWN)}


@cache
def covering(scope: str) -> frozenset[str]:
    """Every scope that covers this one, itself included."""
    parts = scope.split(":")
    found = {":".join(parts[: n + 1]) for n in range(len(parts))} - {"admin"}
    if scope in BY_FOLLOW:
        found.add("follow")
    return frozenset(found)


def covers(held: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether everything wanted is covered by what is held."""
    have = frozenset(held)
    return all(have & covering(scope) for scope in wanted)


def parse(text: str) -> tuple[str, ...]:
    """The scopes of a list with spaces (or commas, or pluses) between, each once, in the order of KNOWN.

    Nothing asked is `read`. Errors: ValueError, with the first word nobody knows.
    """
    asked = set(text.replace("+", " ").replace(",", " ").split())
    for scope in sorted(asked):
        if scope not in _PLACE:
            raise ValueError(scope)
    return tuple(sorted(asked, key=_PLACE.__getitem__)) or DEFAULT
