"""Named SQL of notifications, in sets: one statement for all that a batch of journal entries comes to."""

from collections.abc import Awaitable, Callable, Sequence

from petrel.core.doors import Row, Writer
from petrel.features.notifications.rules import Key

# For each (whom, kind, id, by whom, post, conversation): is it wanted? Not by accounts of other servers or such as
# cannot look, nor across a block, nor of somebody muted with their notifications, nor of a muted thread; then the
# policy says accept (0), filter (1) or drop (2). What somebody follows is never filtered, but by `not_followers`.
# What moderators decided (7) is always told, and so is the end of a poll (8) to whoever voted in it.
# source: visibility.md section 4; the client API's notification policy (a follower is new for 3 days, an account 30).
TELL = """
with judged as materialized (
  select c.*, law.cell(c.account) as cell,
         case when c.kind in (7, 8) then 0 when f.step > 0 and exists (
                select from notifications.permission x where x.cell = law.cell(c.account) and x.account = c.account
                   and x.actor = c.actor) then 0 else f.step end as step
    from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         c(account, kind, id, actor, post, conversation)
    join accounts.account a
      on a.cell = law.cell(c.account) and a.id = c.account and a.domain is null and a.state & 384 = 0
    join accounts.account o on o.cell = law.cell(c.actor) and o.id = c.actor and o.state & 384 = 0
    left join posts.post t on t.cell = law.cell(c.post) and t.id = c.post
    left join relationships.relation r on r.cell = law.cell(c.account) and r.owner = c.account and r.other = c.actor
    left join notifications.policy p on p.cell = law.cell(c.account) and p.account = c.account
    cross join lateral (select case when c.kind = 6 then 0 else greatest(
      case when coalesce(r.bits, 0) & 1 = 0 then greatest(
        coalesce(p.not_following, 0),
        case when o.joined_at > now() - interval '30 days' then coalesce(p.new_accounts, 0) end,
        case when o.state & 8 <> 0 then coalesce(p.limited_accounts, 1) end,
        case when c.conversation <> 0 and coalesce(p.private_mentions, 1) > 0 and not exists (
               select from notifications.conversation v where v.cell = law.cell(c.account)
                  and v.account = c.account and v.conversation = c.conversation)
             then coalesce(p.private_mentions, 1) end) end,
      case when p.not_followers > 0 and (coalesce(r.bits, 0) & 2 = 0
                or to_timestamp((r.followed_id >> 16) / 1000.0) > now() - interval '3 days')
           then p.not_followers end, 0) end) f(step)
   where coalesce(r.bits, 0) & 48 = 0
     and not (coalesce(r.bits, 0) & 128 <> 0 and coalesce(r.muting_until > now(), true))
     and (t.id is null or t.flags & 512 = 0 and not exists (
            select from notifications.muted_thread q
             where q.cell = law.cell(c.account) and q.account = c.account and q.thread = t.thread))
     -- An edit names again whom the post named before: what is held of it stays held.
     and not (c.kind = 1 and exists (
            select from notifications.held h where h.cell = law.cell(c.account) and h.account = c.account
               and h.actor = c.actor and h.kind = 1 and h.post = c.post))
), held as (
  insert into notifications.held (cell, account, actor, kind, post, id)
  select cell, account, actor, kind, post, id from judged where step = 1 on conflict do nothing
  returning cell, account, actor, id
), requests as (
  insert into notifications.request (cell, account, actor, id)
  select cell, account, actor, min(id) from held group by cell, account, actor on conflict do nothing
)
insert into notifications.notification (cell, account, kind, id, actor, post)
select cell, account, kind, id, actor, post from judged where step = 0 on conflict do nothing
returning account, kind, id
"""
UNTELL = """
with asked as (
  select law.cell(k.account) as cell, k.* from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[])
         k(account, kind, post, actor)
), held as (
  delete from notifications.held n using asked k
   where n.cell = k.cell and n.account = k.account and n.actor = k.actor and n.kind = k.kind and n.post = k.post
)
delete from notifications.notification n using asked k
 where n.cell = k.cell and n.account = k.account and n.kind = k.kind and n.post = k.post and n.actor = k.actor
"""
# Everything about posts that are gone: likes and boosts at their author, mentions at whom they name, bells. Whom an
# earlier version named, and all about messages, the journal says.
FORGET = """
with gone as materialized (
  select p.id, p.author, p.mentions, p.quote_of from unnest($1::bigint[]) g(id)
    join posts.post p on p.cell = law.cell(g.id) and p.id = g.id
  union all
  select e.subject, e.actor, case e.kind when 'posts.post.created' then e.refs[5:]
           when 'messages.message.created' then e.refs[2:] else e.refs end, null
    from unnest($1::bigint[]) g(id) join journal.entry e on e.cell = law.cell(g.id) and e.subject = g.id
   where e.kind in ('posts.post.created', 'posts.post.edited', 'messages.message.created', 'messages.message.edited')
), told as materialized (
  select g.author as account, k.kind, g.id from gone g cross join (values (4::smallint), (5::smallint)) k(kind)
  union all select m.account, 1, g.id from gone g cross join lateral unnest(g.mentions) m(account)
  union all select g.author, 8, g.id from gone g
  union all select q.author, 9, g.id from gone g
    join posts.post q on q.cell = law.cell(g.quote_of) and q.id = g.quote_of
  union all select q.author, 10, g.id from gone g join posts.post q on q.quote_of = g.id
  union all select v.account, 8, g.id from gone g join posts.vote v on v.cell = law.cell(g.id) and v.post = g.id
  union all select b.account, 6, g.id from gone g
    join notifications.bell b on b.cell = law.cell(g.author) and b.author = g.author
), held as (
  delete from notifications.held n using told t
   where n.cell = law.cell(t.account) and n.account = t.account and n.kind = t.kind and n.post = t.id
)
delete from notifications.notification n using told t
 where n.cell = law.cell(t.account) and n.account = t.account and n.kind = t.kind and n.post = t.id
"""
# 11 and 12: the kinds that are about a collection.
LEAVE = """
with asked as (
  select law.cell(k.account) as cell, k.* from unnest($1::bigint[], $2::bigint[]) k(account, collection)
), held as (
  delete from notifications.held n using asked k
   where n.cell = k.cell and n.account = k.account and n.post = k.collection and n.kind in (11, 12)
)
delete from notifications.notification n using asked k
 where n.cell = k.cell and n.account = k.account and n.post = k.collection and n.kind in (11, 12)
"""
ADD_BELLS = """
insert into notifications.bell (cell, author, account)
select law.cell(author), author, account from unnest($1::bigint[], $2::bigint[]) b(author, account)
on conflict do nothing
"""
DROP_BELLS = """
delete from notifications.bell n using unnest($1::bigint[], $2::bigint[]) b(author, account)
 where n.cell = law.cell(b.author) and n.author = b.author and n.account = b.account
"""
RINGS = """
select a.ord - 1 as place, b.account from unnest($1::bigint[]) with ordinality a(author, ord)
 cross join lateral (select b.account from notifications.bell b
                      where b.cell = law.cell(a.author) and b.author = a.author and b.account > $2
                      order by b.account limit $3) b
 order by a.ord, b.account
"""
QUOTERS = """
select distinct author as account from posts.post
 where quote_of = $1 and flags & 512 = 0 and author > $2 and author <> $4 order by author limit $3
"""
VOTERS = """
select account from posts.vote where cell = law.cell($1) and post = $1 and account > $2 order by account limit $3
"""
# A direct post is not among the posts: then the thread is the post itself.
MUTE_THREADS = """
insert into notifications.muted_thread (cell, account, thread)
select law.cell(m.account), m.account, coalesce(p.thread, m.post)
  from unnest($1::bigint[], $2::bigint[]) m(account, post)
  left join posts.post p on p.cell = law.cell(m.post) and p.id = m.post
on conflict do nothing
"""
UNMUTE_THREADS = """
delete from notifications.muted_thread n
 using unnest($1::bigint[], $2::bigint[]) m(account, post)
  left join posts.post p on p.cell = law.cell(m.post) and p.id = m.post
 where n.cell = law.cell(m.account) and n.account = m.account and n.thread = coalesce(p.thread, m.post)
"""
ADD_TALKS = """
insert into notifications.conversation (cell, account, conversation)
select law.cell(account), account, conversation from unnest($1::bigint[], $2::bigint[]) t(account, conversation)
on conflict do nothing
"""
SWEEP = """
with few as (
  select n.kind, n.id from notifications.notification n
   where n.cell = law.cell($1) and n.account = $1 and n.kind = any ($3::smallint[]) and n.id <= $2 limit 5000)
delete from notifications.notification n using few
 where n.cell = law.cell($1) and n.account = $1 and n.kind = few.kind and n.id = few.id
"""


Told = Callable[[Writer, Sequence[Row]], Awaitable[None]]
_TOLD: list[Told] = []


def told(f: Told) -> Told:
    """Registers `async def f(w, rows)`, for rooms above: in the transaction that makes notifications it gets what was
    made (account, kind, id). What is held back, and what comes out of that, is not among them."""
    _TOLD.append(f)
    return f


async def tell(w: Writer, keys: Sequence[Key], ids: Sequence[int], conversations: Sequence[int]) -> None:
    if not keys:
        return
    accounts, kinds, posts, actors = zip(*keys, strict=True)
    made = await w.change(TELL, accounts, kinds, ids, actors, posts, conversations)
    for f in _TOLD if made else ():
        await f(w, made)


async def untell(w: Writer, keys: Sequence[Key]) -> None:
    if keys:
        await w.execute(UNTELL, *zip(*keys, strict=True))


async def pairs(w: Writer, statement: str, rows: Sequence[tuple[int, int]]) -> None:
    """Runs a statement that takes two columns, unless there is nothing for it."""
    if rows:
        await w.execute(statement, *zip(*rows, strict=True))


async def rings(w: Writer, authors: Sequence[int], after: int, most: int) -> list[Row]:
    """(place of the author, account to tell), at most `most` of each author, by account number above `after`."""
    return await w.fetch(RINGS, authors, after, most)
