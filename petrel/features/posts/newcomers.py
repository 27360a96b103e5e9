"""What an account may not do in its first hours, if it came without an invitation: what spam is made of.

No links to elsewhere, few names of people who do not follow it, no message to anybody who does not follow it and is not
being answered; while the crew has not looked at the wave that it came with, nothing that strangers see. Reading,
following, liking: all as everybody. source: SCENARIOS.md row 38, decision 0029.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

from petrel.core import clock, ids, limits
from petrel.core.doors import Reader
from petrel.core.errors import Invalid
from petrel.core.text.grammar import Link, Parsed
from petrel.features import accounts
from petrel.features.posts.shapes import Audience, Named

MOST_STRANGERS = 3
# Whom the author is known to: who follows them.
KNOWN = """
select r.owner, r.other from unnest($1::bigint[], $2::bigint[]) a(other, owner)
  join relationships.relation r on r.cell = law.cell(a.owner) and r.owner = a.owner and r.other = a.other
 where r.bits & 1 <> 0
"""


HELD = "select signup.held('posts', $1)"
IN_WAVE = ("So many people joined at once that new accounts cannot post publicly, or name people who do not follow "
           "them, until the crew has looked. Unlisted posts, and posts for followers, work")


class TooNew(Invalid):
    """New accounts cannot do this yet"""


class Written(Protocol):
    """A post about to be published, as far as this looks at it."""

    @property
    def author(self) -> int: ...
    @property
    def parsed(self) -> Parsed: ...
    @property
    def named(self) -> tuple[Named, ...]: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def answered(self) -> int | None:
        """Whose post it answers."""


async def among(r: Reader, authors: Sequence[int]) -> set[int]:
    """Who of them is a newcomer. Asks the database only about accounts that are young enough."""
    setting = limits.current()
    if not setting.newcomer_hours:
        return set()
    since = ids.id_at(clock.now() - timedelta(hours=setting.newcomer_hours))
    young = list({author for author in authors if author >= since})
    return await accounts.came_alone(r, young) if young else set()


async def refusals(r: Reader, written: Sequence[Written]) -> list[TooNew | None]:
    """For each, why it cannot be published yet; None where it can."""
    new = await among(r, [one.author for one in written])
    if not new:
        return [None] * len(written)
    pairs = [(one.author, n.account) for one in written if one.author in new for n in one.named]
    known = {(row["other"], row["owner"]) for row in
             await r.fetch(KNOWN, [a for a, _ in pairs], [b for _, b in pairs])} if pairs else set()
    held = await _held(r, sorted(new))
    return [_refusal(one, known, held) if one.author in new else None for one in written]


async def check_public(r: Reader, author: int) -> None:
    """For what is shown to more people afterwards. Errors: TooNew."""
    if await _held(r, list(await among(r, [author]))):
        raise TooNew(None, IN_WAVE)


async def _held(r: Reader, authors: Sequence[int]) -> set[int]:
    """Those who came with a wave that nobody of the crew has looked at."""
    return {int(row[0]) for row in await r.fetch(HELD, list(authors))} if authors else set()


async def check_links(r: Reader, author: int, parsed: Parsed) -> None:
    """For what is changed afterwards. Errors: TooNew."""
    if links_away(parsed) and await among(r, [author]):
        raise _too_new("post links")


def links_away(parsed: Parsed) -> bool:
    """Whether a text links to another site."""
    ours = limits.current().domain
    return any(urlsplit(span.url).netloc.lower() != ours for span in parsed.spans if type(span) is Link)


def _refusal(one: Written, known: set[tuple[int, int]], held: set[int]) -> TooNew | None:
    strangers = [n for n in one.named if (one.author, n.account) not in known and n.account not in
                 (one.author, one.answered)]
    if links_away(one.parsed):
        return _too_new("post links")
    if one.author in held and (one.audience == Audience.PUBLIC or strangers):
        return TooNew(None, IN_WAVE)
    if one.audience == Audience.DIRECT and strangers:
        return _too_new("write messages to people who do not follow them")
    if len(strangers) > MOST_STRANGERS:
        return _too_new(f"name more than {MOST_STRANGERS} people who do not follow them")
    return None


def _too_new(what: str) -> TooNew:
    hours = limits.current().newcomer_hours
    return TooNew(None, f"New accounts cannot {what} in their first {hours} hours. Who was invited by somebody can")
