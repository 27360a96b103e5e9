"""Keeping drafts, and giving them a time. Only their author can; what they say is sealed."""

from datetime import UTC, datetime, timedelta

from petrel.core import clock, seal
from petrel.core.doors import Writer
from petrel.core.errors import NotFound
from petrel.core.ids import cell_of, new_id
from petrel.features import posts
from petrel.features.drafts.reads import get
from petrel.features.drafts.shapes import (
    Kept,
    Saved,
    TooLongDraft,
    TooManyDrafts,
    TooManyInAll,
    TooManyThatDay,
    TooSoon,
)
from petrel.features.relationships import actor

AHEAD = timedelta(minutes=5)
MOST_A_DAY = 25
MOST_SCHEDULED = 300
MOST_DRAFTS = 100
LONGEST = 20_000

ONE_AT_A_TIME = "select pg_advisory_xact_lock($1)"
INSERT = """
insert into drafts.draft (cell, id, account, due_at, app, media, once, changed_at, sealed)
values (law.cell($1), $1, $2, $3, $4, $5, $6, $7, $8)
"""
BEFORE = """
select id from drafts.draft where cell = law.cell($1) and account = $1 and once = $2 and (due_at is not null) = $3
"""
COUNTS = """
select count(*) filter (where due_at is null) as drafts, count(due_at) as scheduled,
       count(*) filter (where due_at >= $2 and due_at < $2::timestamptz + interval '1 day') as that_day
  from drafts.draft where cell = law.cell($1) and account = $1 and id <> $3
"""
UPDATE = """
update drafts.draft set sealed = $3, media = $4, changed_at = $5
 where cell = law.cell($1) and id = $1 and account = $2 and due_at is null
"""
MOVE = """
update drafts.draft set due_at = $3, changed_at = $4
 where cell = law.cell($1) and id = $1 and account = $2 and due_at is not null
"""
DELETE = """
delete from drafts.draft where cell = law.cell($1) and id = $1 and account = $2 and (due_at is not null) = $3
"""


async def schedule(w: Writer, draft: posts.Draft, due_at: datetime, *, once: bytes | None = None) -> Saved:
    """Keeps a post until its time; with a key in `once`, once. Checked now as if it were published now, and again when
    it is; the audience that nobody named is that which the account's posts have by default now.

    Errors: TooSoon, TooManyThatDay, TooManyInAll, PostNotFound (what it answers), Empty, TooLong, Invalid.
    """
    owner = await actor(w)
    await w.fetch(ONE_AT_A_TIME, owner)
    if once is not None and (before := await w.value(BEFORE, owner, once, True)) is not None:
        return await get(w, before, is_due=True)
    await _check_time(w, owner, due_at)
    draft = await posts.settled(w, draft)
    return await _keep(w, owner, draft, due_at, once)


async def save(w: Writer, draft: posts.Draft, *, once: bytes | None = None) -> Saved:
    """Keeps a draft, which may be unfinished; with a key in `once`, in the place of what was kept under it: an answer
    may be lost on its way, and what is written go on. Errors: TooManyDrafts, TooLongDraft."""
    owner = await actor(w)
    await w.fetch(ONE_AT_A_TIME, owner)
    _check_length(draft)
    if once is not None and (before := await w.value(BEFORE, owner, once, False)) is not None:
        return await change(w, before, draft)
    if (await w.fetch(COUNTS, owner, clock.now(), 0))[0]["drafts"] >= MOST_DRAFTS:
        raise TooManyDrafts
    return await _keep(w, owner, draft, None, once)


async def _keep(w: Writer, owner: int, draft: posts.Draft, due_at: datetime | None, once: bytes | None) -> Saved:
    app = getattr(w.viewer, "app", None)
    saved = Saved(new_id(cell_of(owner)), draft, clock.now(), due_at, app)
    key = (await seal.new_keys([saved.id]))[saved.id]
    await w.execute(INSERT, saved.id, owner, due_at, app, _media(draft), once, saved.changed_at,
                    seal.seal(key, saved.id, Kept(draft).encode()))
    w.record("drafts.draft.created", saved.id, body=draft.text.encode())
    return saved


async def change(w: Writer, number: int, draft: posts.Draft) -> Saved:
    """Puts another text in a draft; one that could not be published is an ordinary draft again.
    Errors: NotFound (scheduled posts too), TooLongDraft."""
    owner = await actor(w)
    _check_length(draft)
    before = await get(w, number, is_due=False)
    key = (await seal.keys([number])).get(number)
    saved = Saved(number, draft, clock.now(), None, before.app)
    if key is None or not await w.execute(UPDATE, number, owner, seal.seal(key, number, Kept(draft).encode()),
                                          _media(draft), saved.changed_at):
        raise NotFound
    w.record("drafts.draft.changed", number, body=draft.text.encode())
    return saved


async def move(w: Writer, number: int, due_at: datetime) -> Saved:
    """Gives a scheduled post another time. Errors: NotFound, TooSoon, TooManyThatDay, TooManyInAll."""
    owner = await actor(w)
    await w.fetch(ONE_AT_A_TIME, owner)
    await get(w, number, is_due=True)
    await _check_time(w, owner, due_at, but=number)
    if not await w.execute(MOVE, number, owner, due_at, clock.now()):
        raise NotFound
    w.record("drafts.draft.moved", number, refs=(int(due_at.timestamp() * 1000),))
    return await get(w, number, is_due=True)


async def delete(w: Writer, number: int, *, is_due: bool) -> None:
    """Errors: NotFound."""
    if not await w.execute(DELETE, number, await actor(w), is_due):
        raise NotFound
    w.record("drafts.draft.deleted", number)
    w.later("drafts.destroy_keys", {"ids": [number]}, lane="urgent")


async def _check_time(w: Writer, owner: int, due_at: datetime, but: int = 0) -> None:
    if due_at < clock.now() + AHEAD:
        raise TooSoon
    day = due_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    [counts] = await w.fetch(COUNTS, owner, day, but)
    if counts["that_day"] >= MOST_A_DAY:
        raise TooManyThatDay
    if counts["scheduled"] >= MOST_SCHEDULED:
        raise TooManyInAll


def _check_length(draft: posts.Draft) -> None:
    if len(draft.text) + len(draft.spoiler) > LONGEST:
        raise TooLongDraft


def _media(draft: posts.Draft) -> list[int]:
    return list(draft.media)
