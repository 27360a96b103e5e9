"""What an app is told of a notification, as the law has it at this moment for who holds the app's own token.

The post is judged for surface `push`, by the digest of that token, so that an app gets its user's cell or less. What is
public comes with its text, or its warning where it has one; everything else as a pointer: what happened, and neither
names nor words. Nothing that is not public leaves here, so nothing is recorded as seen.
"""

from petrel.core import limits
from petrel.core.doors import Reader, reading
from petrel.core.errors import Unauthenticated
from petrel.core.viewer import Member
from petrel.features import accounts, media, posts
from petrel.features.notifications import OWN_POST, Kind
from petrel.features.posts import Code, Content, Shown, State, Surface, Who
from petrel.features.push import rules
from petrel.features.push.shapes import Due, Payload
from petrel.features.push.titles import titles
from petrel.features.relationships import filters


async def payload(due: Due) -> Payload | None:
    """None: they are not to be told, or the token is nobody's any more."""
    try:
        async with reading(Member(due.account, due.digest, due.scopes, token=due.token)) as r:
            return await _said(r, due)
    except Unauthenticated:
        return None


async def _said(r: Reader, due: Due) -> Payload | None:
    says = titles(due.locale)
    kind, icon = Kind(due.kind), f"{limits.current().base_url}/avatars/0.png"
    actor = (await accounts.cards_of(r, [due.actor])).get(due.actor)
    if actor is None:
        return None
    body = ""
    if due.post:
        surface = Surface.API if kind in OWN_POST else Surface.PUSH
        found = await posts.judged(r, surface, [due.post], (), None, None)
        if not found:
            return None
        row = found[0].row
        is_whole = rules.is_whole(kind, Code(row["code"]), row["audience"])
        if is_whole is None:
            return None
        content = (await posts.contents([row])).get(due.post) if row["sealed"] is not None else None
        sieved = await _sieved(r, due, found[0], content)
        if sieved is None:
            return None
        if not (is_whole and sieved) or content is None:
            return Payload("", due.locale, due.id, kind.word, icon, says.pointer(kind.word), says.open_it)
        said = content.text or says.counted(one.kind for one in content.media)
        body = rules.cut((content.spoiler or says.open_it) if row["states"] & State.SENSITIVE else said)
    name = actor.profile.display_name or f"@{actor.acct}"
    icon = limits.current().base_url + media.avatar(actor.id, actor.profile.avatar)
    return Payload("", due.locale, due.id, kind.word, icon, says.of(kind.word, name), body)


async def _sieved(r: Reader, due: Due, found: Shown, content: Content | None) -> bool | None:
    """The viewer's own filters take away: False what one of them warns of, None what one hides."""
    if not found.row["who"] & Who.FILTERING or found.row["who"] & Who.AUTHOR or content is None:
        return True
    hits = filters.matches(await filters.of(r), "notifications", f"{content.spoiler}\n{content.text}", [due.post])
    return None if any(one.filter.action == "hide" for one in hits) else not hits
