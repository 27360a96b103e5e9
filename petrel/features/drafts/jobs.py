"""Publishing what is due. A draft and its post are one transaction: the post is there and the draft gone, or neither;
so each is published once, whatever is killed meanwhile."""

import structlog

from petrel.core import clock, journal, seal
from petrel.core.doors import Writer, deriving, writing
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.jobs import every, job
from petrel.core.viewer import Member, System
from petrel.features import accounts, posts
from petrel.features.drafts.reads import opened
from petrel.features.drafts.shapes import Kept

log = structlog.get_logger("petrel.drafts")

SYSTEM = System("drafts")
CAUSE = "scheduled"
SCOPES = ("read:statuses", "write:statuses")
AT_ONCE = 500
FAULT = "Something went wrong on our side; please try again"

DUE = "select * from drafts.due('drafts', $1, $2::bigint[])"
DROP = "delete from drafts.draft where cell = law.cell($1) and id = $1"
KEEP = "update drafts.draft set due_at = null, once = null, sealed = $2, changed_at = $3 \
where cell = law.cell($1) and id = $1"


@every(5, "drafts.publish")
async def publish_due() -> str | None:
    """Twice at once: they take different ones. Late, or never while the site is down: published as soon as it is up."""
    done = 0
    left: list[int] = []
    while done + len(left) < AT_ONCE:
        found = await _one(left)
        if found is None:
            break
        done += found
    return f"{done} scheduled posts published" if done else None


async def _one(left: list[int]) -> int | None:
    """Publishes the first that is due: 1 when there is a post, 0 when there is none, None when nothing is due. What
    fails for a fault of ours goes to `left`, and is tried again at the next time."""
    number = 0
    try:
        async with writing(SYSTEM, cause=CAUSE) as w:
            row = await w.row(DUE, clock.now(), left)
            if row is None:
                return None
            number = row["id"]
            return await _publish(w, number, row["account"], row["app"], row["sealed"])
    except Unavailable:
        raise
    except Exception as e:
        if not number:
            raise
        log.error("a scheduled post could not be published; it will be tried again", draft=number, error=repr(e))
        left.append(number)
        return 0


async def _publish(w: Writer, number: int, account: int, app: int | None, sealed: bytes) -> int:
    key = (await seal.keys([number])).get(number)
    if key is None:         # deleted: its key goes first
        await w.execute(DROP, number)
        w.record("drafts.draft.deleted", number, actor=account)
        return 0
    kept = opened(key, number, sealed)
    answer = await _as_member(w, account, app, kept.draft)
    if isinstance(answer, posts.Fresh):
        await w.execute(DROP, number)
        w.record("drafts.draft.published", number, actor=account, refs=(answer.id,))
        w.later("drafts.destroy_keys", {"ids": [number]}, lane="urgent")
        return 1
    if isinstance(answer, Unavailable):
        raise answer
    refused = Kept(kept.draft, answer.message if type(answer) is not PetrelError else FAULT)
    await w.execute(KEEP, number, seal.seal(key, number, refused.encode()), clock.now())
    w.record("drafts.draft.refused", number, actor=account)
    return 0


async def _as_member(w: Writer, account: int, app: int | None, draft: posts.Draft) -> posts.Fresh | PetrelError:
    """Publishes it as its author, by a token that lives in this transaction only: what they may do now counts,
    whether or not the app that they used then is still let in."""
    issued = await accounts.issue(w, account, app, SCOPES)
    member = Member(account, accounts.digest_of(issued.token), frozenset(SCOPES), app=app, token=issued.id)
    [answer] = await posts.create_many(w, [posts.Ask(member, draft, CAUSE)])
    await accounts.revoke(w, issued.id)
    return answer


@job("drafts.destroy_keys")
async def destroy_keys(ids: list[int]) -> None:
    """Twice: no effect. Late or never: the row is gone, only copies elsewhere could be read meanwhile."""
    await seal.destroy(ids)
    async with deriving("drafts.destroy_keys") as w:
        for number in ids:
            await w.execute(journal.ERASE_SALTS, number)
