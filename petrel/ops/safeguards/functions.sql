-- What safeguards ask of the database: who could come, and what says that something is wrong. Of the crew, for the crew.

-- The crew, and who of it has used the site within thirty days. 14720: suspended, deactivated, purged, unconfirmed,
-- the site's own probes.
create or replace function ops.keepers()
returns table (handle text, account bigint, role text, is_awake boolean)
language sql stable security definer set search_path = '' as $$
  select a.handle, a.id, a.role,
         exists (select 1 from accounts.token t where t.account = a.id and t.revoked_at is null
                    and coalesce(t.used_on, t.made_at::date) > current_date - 30)
    from accounts.account a
   where a.role in ('owner', 'admin', 'moderator') and a.domain is null and a.state & 14720 = 0
   order by a.id
$$;

create or replace function ops.keepers_of(p_system text)
returns table (handle text, account bigint, role text, is_awake boolean)
language sql stable security definer set search_path = '' as $$
  select * from ops.keepers()
$$;

create or replace function ops.keepers_for(p_digest bytea)
returns table (handle text, account bigint, role text, is_awake boolean)
language sql stable security definer set search_path = '' as $$
  select k.* from law.viewer(p_digest) v cross join lateral ops.keepers() k
   where v.kind = 'session' and v.role in ('moderator', 'admin', 'owner')
$$;

-- What says that something is wrong: alerts that stand, and checks of the doctor; 'looked' is when it last looked.
create or replace function ops.signals() returns table (kind text, name text, since timestamptz)
language sql stable security definer set search_path = '' as $$
  select 'alert', a.rule, min(a.fired_at) from ops.alert a where a.cleared_at is null group by a.rule
  union all
  select 'check', c->>'name', e.at from ops.examination e cross join lateral jsonb_array_elements(e.checks) c
   where not (c->>'ok')::boolean
  union all
  select 'looked', '', e.at from ops.examination e
$$;

create or replace function ops.signals_of(p_system text) returns table (kind text, name text, since timestamptz)
language sql stable security definer set search_path = '' as $$
  select * from ops.signals()
$$;

create or replace function ops.signals_for(p_digest bytea) returns table (kind text, name text, since timestamptz)
language sql stable security definer set search_path = '' as $$
  select s.* from law.viewer(p_digest) v cross join lateral ops.signals() s
   where v.kind = 'session' and v.role in ('moderator', 'admin', 'owner')
$$;
