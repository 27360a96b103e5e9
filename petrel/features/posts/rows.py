"""Named SQL of posts, in sets: one statement for all posts of a transaction."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.core.doors import Row, Writer
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member
from petrel.features.posts.shapes import State

STANDING = "select * from posts.writers($1::bytea[])"

JUDGE = "select * from law.judge($1::bytea[], $2::bigint[])"

TAKE_ONCE = """
insert into posts.once (cell, account, key, post)
select * from unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bigint[])
on conflict do nothing returning post
"""
FIND_ONCE = """
select o.account, o.key, o.post from unnest($1::smallint[], $2::bigint[], $3::bytea[]) a(cell, account, key)
  join posts.once o using (cell, account, key)
"""
GIVE_ONCE_BACK = "delete from posts.once where post = any($1::bigint[])"
INSERT_POSTS = """
insert into posts.post (cell, id, author, audience, flags, boost_of, reply_to, reply_to_account, thread,
                        mentions, language, app, quote_of)
select cell, id, author, audience, flags, boost_of, reply_to, reply_to_account, thread,
       string_to_array(mentions, ',')::bigint[], language, app, quote_of
  from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::integer[], $6::bigint[], $7::bigint[],
              $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::bigint[])
       p(cell, id, author, audience, flags, boost_of, reply_to, reply_to_account, thread, mentions, language, app,
         quote_of)
"""
INSERT_BOOSTS = (
    INSERT_POSTS
    + """
on conflict (cell, author, boost_of) where boost_of is not null and flags & 512 = 0 do nothing returning id
"""
)
FIND_BOOSTS = """
select p.author, p.boost_of, p.id from unnest($1::smallint[], $2::bigint[], $3::bigint[]) a(cell, author, boost_of)
  join posts.post p on p.cell = a.cell and p.author = a.author and p.boost_of = a.boost_of and p.flags & 512 = 0
"""
INSERT_CONTENT = """
insert into posts.content (cell, id, sealed) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
"""
BLOCKED_PAIRS = """
select r.owner, r.other from unnest($1::bigint[], $2::bigint[]) a(owner, other)
  join relationships.relation r on r.cell = law.cell(a.owner) and r.owner = a.owner and r.other = a.other
 where r.bits & 48 <> 0
"""
SET_MARKS = """
insert into posts.mark (cell, account, post, bits, like_id, bookmark_id, pin_id, boost)
select * from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::bigint[], $6::bigint[],
                     $7::bigint[], $8::bigint[])
on conflict (cell, account, post) do update
  set bits = posts.mark.bits | excluded.bits,
      like_id = coalesce(posts.mark.like_id, excluded.like_id),
      bookmark_id = coalesce(posts.mark.bookmark_id, excluded.bookmark_id),
      pin_id = coalesce(posts.mark.pin_id, excluded.pin_id),
      boost = coalesce(excluded.boost, posts.mark.boost)
  where posts.mark.bits & excluded.bits <> excluded.bits
returning account, post
"""
CLEAR_MARKS = """
update posts.mark m
   set bits = m.bits & ~a.bit, like_id = case when a.bit = 1 then null else m.like_id end,
       bookmark_id = case when a.bit = 2 then null else m.bookmark_id end,
       folder = case when a.bit = 2 then null else m.folder end,
       pin_id = case when a.bit = 8 then null else m.pin_id end, boost = case when a.bit = 4 then null else m.boost end
  from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::smallint[]) a(cell, account, post, bit)
 where m.cell = a.cell and m.account = a.account and m.post = a.post and m.bits & a.bit <> 0
returning m.account, m.post
"""
ADD_REACTIONS = """
insert into posts.reaction (cell, post, kind, id, account)
select * from unnest($1::smallint[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[]) on conflict do nothing
"""
DROP_REACTIONS = """
delete from posts.reaction r using unnest($1::smallint[], $2::bigint[], $3::smallint[], $4::bigint[])
    a(cell, post, kind, account)
 where r.cell = a.cell and r.post = a.post and r.kind = a.kind and r.account = a.account
"""
DELETE_POST = """
update posts.post set flags = flags | 512, deleted_at = now(), version = version + 1
 where cell = law.cell($1) and id = $1 and author = $2 and flags & 512 = 0
returning boost_of, reply_to, reply_to_account, thread, audience, flags, quote_of
"""
EMPTY_CONTENT = "delete from posts.content where cell = law.cell($1) and id = $1"
EMPTY_EDITS = "delete from posts.edit where cell = law.cell($1) and post = $1"


class NewPost(Struct, frozen=True):
    """A row of posts.post about to be inserted."""

    id: int
    author: int
    audience: int
    thread: int
    flags: int = 0
    boost_of: int | None = None
    reply_to: int | None = None
    reply_to_account: int | None = None
    mentions: Sequence[int] = ()
    language: str | None = None
    app: int | None = None
    quote_of: int | None = None


def columns(posts: Sequence[NewPost]) -> list[object]:
    return [
        [cell_of(p.id) for p in posts],
        [p.id for p in posts],
        [p.author for p in posts],
        [int(p.audience) for p in posts],
        [int(p.flags) for p in posts],
        [p.boost_of for p in posts],
        [p.reply_to for p in posts],
        [p.reply_to_account for p in posts],
        [p.thread for p in posts],
        [",".join(map(str, p.mentions)) for p in posts],
        [p.language for p in posts],
        [p.app for p in posts],
        [p.quote_of for p in posts],
    ]


class NewMark(Struct, frozen=True):
    """One mark about to be set or cleared."""

    account: int
    post: int
    bit: int
    boost: int | None = None


async def set_marks(w: Writer, marks: Sequence[NewMark]) -> set[tuple[int, int]]:
    """Sets marks, with their other side for likes and boosts. Returns the pairs (account, post) that were new."""
    if not marks:
        return set()
    marks = sorted(marks, key=lambda m: (m.account, m.post))  # one order of locks in every process
    ids = [new_id(cell_of(m.account)) for m in marks]
    new = await w.change(
        SET_MARKS,
        [cell_of(m.account) for m in marks],
        [m.account for m in marks],
        [m.post for m in marks],
        [int(m.bit) for m in marks],
        *([i if m.bit == bit else None for m, i in zip(marks, ids, strict=True)] for bit in (1, 2, 8)),
        [m.boost for m in marks],
    )
    pairs = {(r[0], r[1]) for r in new}
    seen = [(m, i) for m, i in zip(marks, ids, strict=True) if (m.account, m.post) in pairs and m.bit in (1, 4)]
    if seen:
        await w.execute(
            ADD_REACTIONS,
            [cell_of(m.post) for m, _ in seen],
            [m.post for m, _ in seen],
            [int(m.bit) for m, _ in seen],
            [i for _, i in seen],
            [m.account for m, _ in seen],
        )
    return pairs


async def clear_marks(w: Writer, marks: Sequence[NewMark]) -> set[tuple[int, int]]:
    """Clears marks and their other side. Returns the pairs that had been set."""
    if not marks:
        return set()
    marks = sorted(marks, key=lambda m: (m.account, m.post))
    gone = await w.change(
        CLEAR_MARKS,
        [cell_of(m.account) for m in marks],
        [m.account for m in marks],
        [m.post for m in marks],
        [int(m.bit) for m in marks],
    )
    pairs = {(r[0], r[1]) for r in gone}
    seen = [m for m in marks if (m.account, m.post) in pairs and m.bit in (1, 4)]
    if seen:
        await w.execute(
            DROP_REACTIONS,
            [cell_of(m.post) for m in seen],
            [m.post for m in seen],
            [int(m.bit) for m in seen],
            [m.account for m in seen],
        )
    return pairs


Standing = dict[tuple[int, bytes], Row]


def key_of(member: Member) -> tuple[int, bytes]:
    return member.account, member.digest


async def standing(w: Writer, members: Sequence[Member]) -> Standing:
    """How each of these stands now: no entry for whose digest is nobody's (any more), or who is suspended."""
    digests = list({m.digest for m in members})
    found = await w.fetch(STANDING, digests) if digests else []
    out = State.SUSPENDED | State.DEACTIVATED
    return {(r["account"], digests[r["ord"] - 1]): r for r in found if not r["state"] & out}


async def judged(w: Writer, digests: Sequence[bytes], ids: Sequence[int]) -> dict[int, Row]:
    """What the holders of the digests may do with these posts: by position, only those that they may see."""
    rows = await w.fetch(JUDGE, digests, ids) if ids else []
    return {r["ord"] - 1: r for r in rows if r["code"] > 3}
