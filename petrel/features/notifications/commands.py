"""What a member can do about their notifications. Nobody else's are touched: every statement names
the actor."""

from collections.abc import Sequence

from petrel.core.doors import Writer
from petrel.core.errors import NotFound, Unauthenticated
from petrel.features.notifications.shapes import ALL_KINDS, STEPS, Group, Policy

DISMISS = """
with held as (delete from notifications.held where cell = law.cell($1) and account = $1 and id = $2 returning id),
     gone as (delete from notifications.notification
               where cell = law.cell($1) and account = $1 and kind = any ($3::smallint[]) and id = $2 returning id)
select id from gone union all select id from held
"""
DISMISS_GROUP = """
delete from notifications.notification where cell = law.cell($1) and account = $1 and kind = $2 and post = $3
   and id >= $4 and id < $5 returning id
"""
CLEAR = """
with held as (delete from notifications.held where cell = law.cell($1) and account = $1),
     requests as (delete from notifications.request where cell = law.cell($1) and account = $1)
insert into notifications.policy (cell, account, cleared_until)
select law.cell($1), $1, coalesce(max(s.id), 0) from unnest($2::smallint[]) k(kind) cross join lateral (
  select n.id from notifications.notification n where n.cell = law.cell($1) and n.account = $1 and n.kind = k.kind
   order by n.id desc limit 1) s
on conflict (cell, account) do update set cleared_until = greatest(notifications.policy.cleared_until,
                                                                   excluded.cleared_until)
returning cleared_until
"""
SET_POLICY = """
insert into notifications.policy (cell, account, not_following, not_followers, new_accounts, private_mentions,
                                  limited_accounts)
values (law.cell($1), $1, $2, $3, $4, $5, $6)
on conflict (cell, account) do update
  set not_following = excluded.not_following, not_followers = excluded.not_followers,
      new_accounts = excluded.new_accounts, private_mentions = excluded.private_mentions,
      limited_accounts = excluded.limited_accounts
"""
TAKE_REQUESTS = """
delete from notifications.request where cell = law.cell($1) and account = $1 and id = any ($2::bigint[])
returning id, actor
"""
PERMIT = """
insert into notifications.permission (cell, account, actor)
select law.cell($1), $1, actor from unnest($2::bigint[]) a(actor) on conflict do nothing
"""
RELEASE = """
with held as (delete from notifications.held where cell = law.cell($1) and account = $1 and actor = any ($2::bigint[])
              returning cell, account, kind, id, actor, post)
insert into notifications.notification (cell, account, kind, id, actor, post)
select cell, account, kind, id, actor, post from held on conflict do nothing
"""
DROP = "delete from notifications.held where cell = law.cell($1) and account = $1 and actor = any ($2::bigint[])"


async def actor(w: Writer) -> int:
    """Who acts, by the digest they showed. Errors: Unauthenticated (nobody, or somebody who may do nothing)."""
    me = await w.value("select notifications.me($1)", w.digest)
    if me is None:
        raise Unauthenticated
    return int(me)


async def dismiss(w: Writer, number: int) -> None:
    """Removes one. Errors: NotFound."""
    me = await actor(w)
    if not await w.change(DISMISS, me, number, [int(kind) for kind in ALL_KINDS]):
        raise NotFound
    w.record("notifications.notification.dismissed", me, refs=(number,))


async def dismiss_group(w: Writer, group: Group) -> None:
    """Removes all of a group. Nothing left of it: nothing happens."""
    me = await actor(w)
    if group.only:
        await dismiss(w, group.only)
    elif await w.change(DISMISS_GROUP, me, int(group.kind), group.post, *group.bounds):
        w.record("notifications.group.dismissed", me, refs=(int(group.kind), group.post, group.bounds[0]))


async def clear(w: Writer) -> None:
    """Removes all there are now, held ones too. They are gone at once; their rows go bit by bit."""
    me = await actor(w)
    until = (await w.change(CLEAR, me, [int(kind) for kind in ALL_KINDS]))[0][0]
    w.record("notifications.notification.cleared", me, refs=(until,))
    w.later("notifications.sweep", {"account": me, "until": until}, lane="bulk", once=f"notifications.sweep {me}")


async def set_policy(w: Writer, policy: Policy) -> None:
    """Holds for what comes from now on."""
    me = await actor(w)
    steps = [STEPS.index(getattr(policy, name)) for name in Policy.__struct_fields__]
    await w.execute(SET_POLICY, me, *steps)
    w.record("notifications.policy.changed", me, refs=steps)


async def accept(w: Writer, requests: Sequence[int]) -> int:
    """Shows what is held of these senders, and whatever they send from now on. Returns how many requests there were."""
    me = await actor(w)
    taken = await w.change(TAKE_REQUESTS, me, list(requests))
    if taken:
        actors = [row["actor"] for row in taken]
        await w.execute(PERMIT, me, actors)
        await w.execute(RELEASE, me, actors)
        w.record("notifications.request.accepted", me, refs=actors)
    return len(taken)


async def dismiss_requests(w: Writer, requests: Sequence[int]) -> int:
    """Removes what is held of these senders; what they send next is held again. Returns how many there were."""
    me = await actor(w)
    taken = await w.change(TAKE_REQUESTS, me, list(requests))
    if taken:
        actors = [row["actor"] for row in taken]
        await w.execute(DROP, me, actors)
        w.record("notifications.request.dismissed", me, refs=actors)
    return len(taken)
