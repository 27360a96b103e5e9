"""The line that somebody wished for: once a week, that there is something new. No number, name or text is in it.

Whether there is, the law says: the person's notifications are read as the person, with a token for that minute, and
what they are about is judged for the surface `push`, by which mail leaves. source: visibility.md sections 1 and 11.
"""

from datetime import timedelta

from petrel.core import clock, ids
from petrel.core.doors import Reader, reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Member, System
from petrel.features import accounts, mail, posts
from petrel.features.notifications import reads
from petrel.features.notifications.shapes import GROUPED, OWN_POST, Kind, Wanted
from petrel.features.posts import Code, Surface

SYSTEM = System("notifications.digest")
DAYS = 7
LOOKED_AT = 20
HOURS = DAYS * 24


async def write_due() -> int:
    """Asks for the letters of this hour of the week: everybody who wished for them has one. How many were asked for."""
    if not mail.is_on():
        return 0
    hour = int(clock.now().timestamp()) // 3600
    async with reading(SYSTEM) as r:
        wishing = await mail.wishing(r, "digest", hour % HOURS, HOURS)
    asked = 0
    for account in wishing:
        if await _has_news(account):
            async with writing(SYSTEM, cause="notifications.digest") as w:
                asked += await mail.queue(w, account, "digest", {}, once=f"digest {account} {hour // HOURS}")
    return asked


async def _has_news(account: int) -> bool:
    async with writing(SYSTEM, cause="notifications.digest") as w:
        digest, token = await accounts.issue_for_export(w, account)
    try:
        async with reading(Member(account, digest, frozenset(("read",)))) as r:
            return await has_news(r)
    finally:
        async with writing(SYSTEM, cause="notifications.digest") as w:
            await accounts.revoke(w, token)


async def has_news(r: Reader) -> bool:
    """Whether the viewer was told of something within a week that may be shown to them now, by mail too."""
    since = ids.id_at(clock.now() - timedelta(days=DAYS))
    leaders, _ = await reads.led(r, Page(LOOKED_AT, since_id=since), Wanted(), frozenset(GROUPED))
    found = [one.newest for one in leaders]
    people = await accounts.visible(r, list({one.actor for one in found}))
    about = [one for one in found if one.post and one.kind not in OWN_POST]
    judged = {one.row["id"]: Code(one.row["code"]) for one in
              await posts.judged(r, Surface.PUSH, list({one.post for one in about}))}
    for one in found:
        if one.actor not in people:
            continue
        code = judged.get(one.post, Code.NOTHING) if one.post and one.kind not in OWN_POST else Code.FULL
        if code > Code.TOMBSTONE and (code != Code.IF_ASKED or one.kind is Kind.STATUS):
            return True
    return False
