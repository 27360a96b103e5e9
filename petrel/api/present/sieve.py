"""The viewer's own filters on posts about to leave through the client API. They only take away: what a filter
matches is marked in `filtered`, and left out where its action is "hide". source: docs/law/visibility.md section 2.4.

A post is filtered by the place where it is shown: a timeline, a thread, a profile, the notifications. Opened by
itself, or found among one's own marks, it is not; nor is one's own post anywhere.
"""

from collections.abc import Sequence
from time import monotonic

import msgspec
from msgspec import Struct

from petrel.api.present.kept import Kept
from petrel.api.present.rendered import rfc3339
from petrel.core.doors import Reader
from petrel.features.posts import Shown, Surface, Who
from petrel.features.relationships import filters

CONTEXTS = {
    Surface.HOME: "home",
    Surface.LIST: "home",
    Surface.PUB: "public",
    Surface.THRD: "thread",
    Surface.PROF: "account",
    Surface.NTF: "notifications",
}
KEEP_S = 5.0  # how long another process may go on with filters that were changed in this one


class Held(Struct, frozen=True):
    until: float  # of `monotonic`
    all: tuple[filters.Filter, ...]


class Named(Struct):
    """A filter as the posts that it matched name it."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str


class Match(Struct):
    filter: Named
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class Sieve(Struct, frozen=True):
    """The filters of one viewer in one place."""

    all: tuple[filters.Filter, ...]
    context: str

    def judge(self, shown: Shown, text: str) -> bytes | None:
        """The entries of `filtered` with commas between, b"" for none; None when the post is to be left out.

        `text`: what the post says.
        """
        row = shown.row if shown.boosted is None else shown.boosted
        if row["who"] & Who.AUTHOR:
            return b""
        found = filters.matches(self.all, self.context, text, (row["id"], shown.row["id"]))
        if any(one.filter.action == "hide" for one in found):
            return None
        return b",".join(_entry(one) for one in found)


def _entry(found: filters.FilterResult) -> bytes:
    one = found.filter
    expires_at = rfc3339(one.expires_at) if one.expires_at else None
    named = Named(str(one.id), one.title, list(one.contexts), expires_at, one.action)
    return msgspec.json.encode(Match(named, list(found.keywords) or None, [str(p) for p in found.posts] or None))


_held: Kept[Held] = Kept(5_000)
_changes = 0


async def sieve_for(r: Reader, found: Sequence[Shown], context: str | None) -> Sieve | None:
    """What to hold these posts against, or None. The database says with the page whether there are filters at all,
    so that nobody without them pays for them; those who have some pay one query in `KEEP_S`.
    """
    if not context or not found or not found[0].row["who"] & Who.FILTERING or r.account is None:
        return None
    held = _held.get(r.account)
    if held is None or held.until < monotonic():
        before = _changes
        held = Held(monotonic() + KEEP_S, tuple(await filters.of(r)))
        if before == _changes:
            _held.put(r.account, held)
    here = tuple(one for one in held.all if context in one.contexts)
    return Sieve(here, context) if here else None


def forget(account: int) -> None:
    """After the account's filters have changed, when that is committed."""
    global _changes
    _changes += 1
    _held.drop(account)
