-- What watching reads. Numbers of the whole site, of nobody in particular.

-- For /health: how the canary fares, and what was measured last.
create or replace function ops.health(p_digest bytea)
returns table (canary_age_s float8, canary_took_ms integer, canary_failed_s float8, canary_said text,
               measured_age_s float8, measures text)
language sql stable security definer set search_path = '' as $$
  select extract(epoch from now() - c.seen_at)::float8, c.took_ms, extract(epoch from now() - c.failed_since)::float8,
         coalesce(c.said, ''), extract(epoch from now() - m.at)::float8, coalesce(m.measures::text, '[]')
    from (select 1) one left join ops.canary c on true left join ops.measured m on true
$$;

-- What the databases know. Each name ends in its unit.
create or replace function ops.measures(p_system text)
returns table (name text, target text, value float8)
language sql stable security definer set search_path = '' as $$
  select 'jobs_waiting', l.lane, (select count(*) from ops.job j where j.lane = l.lane and j.dead_at is null)::float8
    from (values ('urgent'), ('default'), ('bulk'), ('media')) l(lane)
  union all select 'jobs_dead', '', count(*) from ops.job where dead_at is not null
  union all select 'jobs_overdue_seconds', '', coalesce(extract(epoch from now() - min(run_at)), 0)
    from ops.job where dead_at is null and run_at < now() and coalesce(locked_until < now(), true)
  union all select 'schedules_late_seconds', '', coalesce(extract(epoch from now() - min(next_at)), 0)
    from ops.schedule where next_at < now()
  union all select 'journal_unsealed_seconds', '', coalesce(extract(epoch from now() - min(e.at)), 0)
    from journal.entry e
   where (e.epoch, e.xid) > (select coalesce(max((r.heads->'until'->>0)::int), 0),
                                    coalesce(max((r.heads->'until'->>1)::bigint), 0)
                               from (select heads from journal.root order by seq desc limit 1) r)
  union all select 'transaction_oldest_seconds', '', coalesce(extract(epoch from now() - min(a.xact_start)), 0)
    from pg_catalog.pg_stat_activity a where a.backend_xid is not null
  union all select 'connections_used_ratio', '',
                   sum(d.numbackends)::float8 / pg_catalog.current_setting('max_connections')::float8
    from pg_catalog.pg_stat_database d
  union all select 'database_bytes', '', pg_catalog.pg_database_size(pg_catalog.current_database())
  union all select 'canary_age_seconds', '', extract(epoch from now() - c.seen_at) from ops.canary c
             where c.seen_at is not null
  union all select 'canary_failed_seconds', '', coalesce(extract(epoch from now() - c.failed_since), 0)
    from ops.canary c
  union all select 'canary_unanswered_seconds', '', coalesce(extract(epoch from now() - c.failed_since), 0)
    from ops.canary c where c.said like 'no answer: %'
  union all select 'canary_seconds', '', c.took_ms / 1000.0 from ops.canary c where c.took_ms is not null
  union all select 'stranger_blind_seconds', '', coalesce(extract(epoch from now() - p.blind_since), 0) from ops.probe p
  union all select 'breaches_open', '', count(*) from ops.breach b where b.state = 'open'
  union all select 'surfaces_closed', '', count(*) from ops.closed(''::bytea)
  union all select 'deletions_remaining', '', count(*) from deletions.deletion d where d.state = 3
  -- Each try puts a letter off; the relay (no domain) has one row from the first try that failed to one that does not.
  union all select 'mail_overdue_seconds', '',
                   coalesce(extract(epoch from now() - least(min(l.next_at), min(b.since))), 0)
    from mail.letter l left join mail.breaker b on b.domain = ''
   where l.state = 'waiting' and (l.next_at < now() or b.domain is not null)
  union all select 'mail_refused_ratio', '',
                   (count(*) filter (where l.state = 'refused'))::float8 / greatest(count(*), 20)
    from mail.letter l where l.ended_at > now() - interval '1 day'
  union all select 'mail_complaints', '', count(*)
    from mail.refusal f where f.why = 'complaint' and f.at > now() - interval '1 day'
  union all select 'notices_waiting_seconds', '', coalesce(extract(epoch from now() - min(c.opened_at)), 0)
    from moderation.case_file c where c.state = 'open' and c.kind in ('legal', 'copyright')
  union all select 'reports_waiting_seconds', '', coalesce(extract(epoch from now() - min(c.opened_at)), 0)
    from moderation.case_file c where c.state = 'open' and c.assigned is null
  union all select 'appeals_waiting_seconds', '',
                   coalesce(extract(epoch from now() - min(greatest(p.made_at, p.not_before))), 0)
    from moderation.appeal p where p.state = 'waiting' and coalesce(p.not_before < now(), true)
  union all select 'speed_slower_ratio', c.said, c.is_now / greatest(c.was, 1e-6)
    from ops.speed_change c where c.since is not null
  union all select 'drift_left_days', d.said, d.left_days from ops.drift d
  union all select 'alerts_firing', '', count(*) from ops.alert a where a.cleared_at is null
$$;

-- For the page of the owner: what the doctor found last. No row for whoever has no business there.
create or replace function ops.examined(p_digest bytea) returns table (at timestamptz, checks text)
language sql stable security definer set search_path = '' as $$
  select e.at, e.checks::text from law.viewer(p_digest) v left join ops.examination e on true
   where v.role in ('owner', 'admin') and v.kind = 'session'
$$;

-- For the same page: the alerts that stand.
create or replace function ops.standing(p_digest bytea)
returns table (id bigint, rule text, target text, owner text, value float8, fired_at timestamptz, told_at timestamptz,
               told integer, quiet_until timestamptz, cleared_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select a.id, a.rule, a.target, a.owner, a.value, a.fired_at, a.told_at, a.told, a.quiet_until, a.cleared_at
    from law.viewer(p_digest) v join ops.alert a on a.cleared_at is null
   where v.role in ('owner', 'admin') and v.kind = 'session' order by a.fired_at
$$;
