-- What waits for the crew and nobody has taken up: the heaviest first, then the oldest. Numbers and words of ours only:
-- who somebody is and what they wrote is read where it is answered. An alert that somebody said they look at, and a
-- case that somebody has taken, do not wait.
create or replace function ops.untaken()
returns table (kind text, number bigint, since timestamptz, weight integer, what text)
language sql stable security definer set search_path = '' as $$
  select * from (
    select 'breach', b.id, b.found_at, 100, b.surface from ops.breach b where b.state = 'open'
    union all
    select 'alert', a.id, a.fired_at, case when a.presses then 90 else 30 end, trim(a.rule || ' ' || a.target)
      from ops.alert a where a.cleared_at is null and (a.quiet_until is null or a.quiet_until < now())
    union all
    select 'case', c.id, c.opened_at, least(c.harm, 100), c.kind || case when c.reports > 1 then ', ' || c.reports || ' reports' else '' end
      from moderation.case_file c where c.state = 'open' and c.assigned is null
    union all
    select 'approval', q.id, q.asked_at, 45, q.kind
      from access.request q where q.state = 'asked' and q.expires_at > now()
    union all
    select 'appeal', p.id, p.made_at, 40, case when p.is_counter then 'counter-notice' else 'appeal' end
      from moderation.appeal p where p.state = 'waiting'
    union all
    select 'gate', 0, g.shut_at, 44, 'nobody more is taken, ' || g.why from signup.gate g
    union all
    select 'newcomers', 0, min(a.at), 42, count(*) || ' wait to be let in'
      from signup.arrival a join accounts.credential c on c.cell = a.cell and c.account = a.account
     where c.waits_for_crew and a.undone_at is null having count(*) > 0
  ) w (kind, number, since, weight, what)
  order by w.weight desc, w.since, w.number limit 500
$$;

create or replace function ops.waiting(p_system text)
returns table (kind text, number bigint, since timestamptz, weight integer, what text)
language sql stable security definer set search_path = '' as $$
  select * from ops.untaken()
$$;

-- The same for somebody of the crew; nothing for anybody else.
create or replace function ops.waiting_for(p_digest bytea)
returns table (kind text, number bigint, since timestamptz, weight integer, what text)
language sql stable security definer set search_path = '' as $$
  select u.* from law.viewer(p_digest) v cross join lateral ops.untaken() u
   where v.kind = 'session' and v.role in ('moderator', 'admin', 'owner')
$$;

-- How careful the site is: everybody may know.
create or replace function ops.caution(p_digest bytea) returns smallint
language sql stable security definer set search_path = '' as $$
  select coalesce((select a.mode from ops.attendance a), 0::smallint)
$$;
