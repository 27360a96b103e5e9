"""Rows of sign-up: the statements, and nothing decided."""

from petrel.core.doors import Reader, Row, Writer

ARRIVED = """
insert into signup.arrival (cell, account, network, invite, sealed_answers) values (law.cell($1), $1, $2, $3, $4)
"""
COUNTS = """
select count(*) filter (where invite is null and at > now() - interval '1 hour') as an_hour,
       count(*) filter (where network = $1 and invite is null) as of_network,
       (select shut_at from signup.gate) as shut_at
  from signup.arrival where at > now() - interval '1 day'
"""
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('signup'))"
SHUT = """
insert into signup.gate (shut_at, since_at, why) select clock_timestamp(),
       coalesce((select min(at) from signup.arrival where invite is null and at > now() - interval '1 hour'), now()), $1
on conflict do nothing returning since_at
"""
OPEN = "delete from signup.gate"
SENIORS = """
select id from accounts.account where role in ('owner', 'admin') and domain is null and state & 4480 = 0 order by id
"""
WAVE = """
select g.shut_at, g.since_at, g.why, count(c.account) filter (where not c.waits_for_crew) as arrivals,
       count(c.account) filter (where c.waits_for_crew) as waiting
  from signup.gate g
  left join signup.arrival a on a.invite is null and a.undone_at is null and a.let_in_at is null
        and a.at between g.since_at and g.shut_at
  left join accounts.credential c on c.cell = a.cell and c.account = a.account
 group by g.shut_at, g.since_at, g.why
"""
LISTED = "select * from signup.arrivals($1, $2, $3)"
IN_WAVE = """
select account from signup.arrival a
 where a.invite is null and a.at between $1 and $2
   and (a.undone_at is not null) = $3 and ($4::bytea is null or a.network = $4)
   and ($3 or a.let_in_at is null and ($5 or not exists (select from accounts.credential c
              where c.cell = a.cell and c.account = a.account and c.waits_for_crew)))
   and not exists (select from accounts.account o where o.cell = a.cell and o.id = a.account and o.role <> 'member')
 order by a.account limit $6
"""
NETWORK_OF = "select network from signup.arrival where cell = law.cell($1) and account = $1"
LET_IN = "update signup.arrival set let_in_at = now() where cell = law.cell($1) and account = $1"
UNDONE_LATELY = """
select count(*) from signup.arrival where undone_at > now() - interval '10 minutes' and wave is null
"""
GATHER = """
update signup.arrival a set wave = $2 from unnest($1::bigint[]) g(id)
 where a.cell = law.cell(g.id) and a.account = g.id
"""
GATHERED = """
select account from signup.arrival a
 where wave = $1 and (undone_at is not null) = $2 and ($2 or let_in_at is null)
   and not exists (select from accounts.account o where o.cell = a.cell and o.id = a.account and o.role <> 'member')
 order by account
"""
NAMED = """
select o.handle, a.undone_at is not null as is_out from signup.arrival a
  join accounts.account o on o.cell = a.cell and o.id = a.account
 where a.wave = $1 order by a.account
"""
MEMBERS = "select count(*) from accounts.account where domain is null"
MARK = """
update signup.arrival a set undone_at = case when $2 then now() end from unnest($1::bigint[]) g(id)
 where a.cell = law.cell(g.id) and a.account = g.id
"""
SWEEP = """
delete from signup.arrival where (cell, account) in (select cell, account from signup.arrival
 where at < now() - make_interval(days => $1) limit 5000)
"""


async def counts(r: Reader, network: bytes | None) -> Row:
    row = await r.row(COUNTS, network)
    assert row is not None
    return row


async def arrived(w: Writer, account: int, network: bytes | None, invite: bytes | None, sealed: bytes | None) -> None:
    await w.execute(ARRIVED, account, network, invite, sealed)
