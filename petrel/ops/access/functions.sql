-- What takes two people. rules.py decides and says why; here the same is enforced once more, by whoever holds the
-- sessions, and a row changes in no other way: nobody has the right to update or delete requests.

create or replace function access.rank(p_role text) returns integer
language sql immutable parallel safe return
  case p_role when 'moderator' then 1 when 'admin' then 2 when 'owner' then 3 else 0 end;

-- Has this account of ours such a role, or a higher one, and may it sign in?
create or replace function access.may(p_account bigint, p_least text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from accounts.account a
                  where a.cell = law.cell(p_account) and a.id = p_account and a.domain is null
                    and a.state & 4480 = 0 and access.rank(a.role) >= access.rank(p_least))
$$;

create or replace function access.role_of(p_account bigint) returns text
language sql stable security definer set search_path = '' as $$
  select a.role from accounts.account a where a.cell = law.cell(p_account) and a.id = p_account
$$;

-- Was this account given its role within a day by p_asker, or by somebody whom p_asker had given theirs? It would be
-- no second person. Roles given at the command line name no giver: whoever is on the machine can do all (decision 0015).
create or replace function access.is_puppet(p_account bigint, p_asker bigint) returns boolean
language sql stable security definer set search_path = '' as $$
  with recursive giver(account) as (
    select e.actor from journal.entry e
     where e.cell = law.cell(p_account) and e.subject = p_account and e.kind = 'accounts.role.changed'
       and e.actor is not null and e.at > now() - interval '24 hours'
    union
    select e.actor from giver g join journal.entry e on e.cell = law.cell(g.account) and e.subject = g.account
     where e.kind = 'accounts.role.changed' and e.actor is not null and e.at > now() - interval '24 hours')
  select exists (select from giver where account = p_asker)
$$;

-- How many besides p_asker could approve, by their roles.
create or replace function access.others(p_asker bigint, p_least text) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from accounts.account a
   where a.role <> 'member' and a.domain is null and a.state & 4480 = 0 and a.id <> p_asker
     and access.rank(a.role) >= access.rank(p_least)
$$;

-- A crew of one: nobody else could approve, and it has been so for a day. Else whoever may take roles away would be
-- alone whenever they like.
create or replace function access.is_alone(p_asker bigint, p_least text) returns boolean
language sql stable security definer set search_path = '' as $$
  select access.others(p_asker, p_least) = 0
     and not exists (select from access.crew_change c
                      where c.account <> p_asker and c.at > now() - interval '24 hours'
                        and access.rank(c.role_before) >= access.rank(p_least))
$$;

-- Who is behind this digest of a sign-in, for the rules; no row for nobody.
create or replace function access.who(p_writer text, p_session bytea)
returns table (account bigint, role text, state integer, is_session boolean, age_s float8)
language sql stable security definer set search_path = '' as $$
  select a.id, a.role, a.state, t.kind = 'session', extract(epoch from t.age)::float8
    from accounts.token_of(p_session) t join accounts.account a on a.cell = law.cell(t.account) and a.id = t.account
   where t.is_good
$$;

do $$ begin
  create type access.listed as (
    id bigint, kind text, bound bytea, sealed bytea, least_role text, wants_other_role boolean, asker bigint,
    asker_role text, asked_at timestamptz, expires_at timestamptz, state text, approver bigint, is_alone boolean,
    approved_at timestamptz, good_until timestamptz, refuser bigint, uses_left smallint, used_at timestamptz,
    now_at timestamptz, asker_may boolean, approver_may boolean, is_puppet boolean, crew_is_one boolean);
exception when duplicate_object then null; end $$;

-- Requests, and what the rules want to know of each as p_viewer (0: the site itself) meets it: one by number, or those
-- that wait, or all; newest first.
create or replace function access.requests(p_system text, p_id bigint, p_viewer bigint, p_open boolean, p_limit integer)
returns setof access.listed
language sql stable security definer set search_path = '' as $$
  select r.id, r.kind, r.bound, r.sealed, r.least_role, r.wants_other_role, r.asker, access.role_of(r.asker), r.asked_at,
    r.expires_at, r.state, r.approver, r.is_alone, r.approved_at, r.good_until, r.refuser, r.uses_left, r.used_at,
    now(), access.may(r.asker, r.least_role), coalesce(access.may(r.approver, r.least_role)
      and not (r.wants_other_role and access.role_of(r.approver) = access.role_of(r.asker)), false),
    access.is_puppet(p_viewer, r.asker), access.is_alone(r.asker, r.least_role)
  from access.request r
  where case when p_id is not null then r.cell = law.cell(p_id) and r.id = p_id
             else not p_open or r.state in ('asked', 'approved') end
  order by r.asked_at desc, r.id desc limit p_limit
$$;

-- One of them, for a command.
create or replace function access.look(p_writer text, p_id bigint, p_viewer bigint) returns setof access.listed
language sql stable security definer set search_path = '' as $$
  select * from access.requests(p_writer, p_id, p_viewer, false, 1)
$$;

create or replace function access.ask(p_digest bytea, p_id bigint, p_kind text, p_bound bytea, p_sealed bytea,
  p_least text, p_other boolean, p_minutes integer, p_approval_minutes integer, p_uses integer)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' or not access.may(v.account, p_least)
     or law.cell(p_id) <> law.cell(v.account) then             -- a request lives in its asker's cell
    return false;
  end if;
  insert into access.request (cell, id, kind, bound, sealed, least_role, wants_other_role, asker, expires_at,
                              approval_minutes, uses_left)
  values (law.cell(p_id), p_id, p_kind, p_bound, p_sealed, p_least, p_other, v.account,
          now() + make_interval(mins => p_minutes), p_approval_minutes, p_uses);
  return true;
end $$;

-- The account behind this digest, when it signed in within five minutes; null for any other.
create or replace function access.fresh(p_session bytea) returns bigint
language sql stable security definer set search_path = '' as $$
  select t.account from accounts.token_of(p_session) t
   where t.is_good and t.kind = 'session' and t.age < interval '5 minutes'
$$;

create or replace function access.approve(p_digest bytea, p_id bigint, p_bound bytea) returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_me bigint := access.fresh(p_digest);
begin
  update access.request r
     set state = 'approved', approver = v_me, approved_at = now(),
         good_until = now() + make_interval(mins => r.approval_minutes)
   where r.cell = law.cell(p_id) and r.id = p_id and r.state = 'asked' and r.bound = p_bound and r.expires_at > now()
     and r.asker <> v_me and access.may(v_me, r.least_role) and access.may(r.asker, r.least_role)
     and not (r.wants_other_role and access.role_of(v_me) = access.role_of(r.asker))
     and not access.is_puppet(v_me, r.asker);
  return found;
end $$;

-- Stopping takes one person of the crew, or the asker.
create or replace function access.refuse(p_digest bytea, p_id bigint) returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_me bigint := access.fresh(p_digest);
begin
  update access.request r set state = 'refused', refuser = v_me, refused_at = now()
   where r.cell = law.cell(p_id) and r.id = p_id and r.state in ('asked', 'approved')
     and (access.may(v_me, 'moderator') or r.asker = v_me);
  return found;
end $$;

-- Once, or as often as the kind allows: of two at one moment the second finds nothing left. p_session is of the person
-- who uses it, empty for the site itself, which does so for somebody at its command line.
create or replace function access.use(p_writer text, p_id bigint, p_kind text, p_bound bytea, p_session bytea)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_me bigint := (law.viewer(p_session)).account;
begin
  update access.request r
     set uses_left = r.uses_left - 1, used_at = now(), state = case when r.uses_left = 1 then 'used' else 'approved' end
   where r.cell = law.cell(p_id) and r.id = p_id and r.state = 'approved' and r.kind = p_kind and r.bound = p_bound
     and r.good_until > now() and r.uses_left > 0
     and (p_session = '' or r.asker = v_me) and access.may(r.asker, r.least_role)
     and (access.may(r.approver, r.least_role)
            and not (r.wants_other_role and access.role_of(r.approver) = access.role_of(r.asker))
          or r.is_alone and access.is_alone(r.asker, r.least_role));
  return found;
end $$;

-- What has waited half an hour with nobody there to approve it, and nobody who stopped it.
create or replace function access.approve_alone(p_writer text) returns table (id bigint, asker bigint)
language plpgsql security definer set search_path = '' as $$
begin
  return query
  update access.request r
     set state = 'approved', is_alone = true, approved_at = now(),
         good_until = now() + make_interval(mins => r.approval_minutes)
   where r.state = 'asked' and r.asked_at <= now() - interval '30 minutes' and r.expires_at > now()
     and access.may(r.asker, r.least_role) and access.is_alone(r.asker, r.least_role)
  returning r.id, r.asker;
end $$;

create or replace function access.expire(p_writer text) returns table (id bigint, asker bigint)
language plpgsql security definer set search_path = '' as $$
begin
  delete from access.crew_change c where c.at < now() - interval '7 days';
  return query
  update access.request r set state = 'expired'
   where r.state = 'asked' and r.expires_at <= now() or r.state = 'approved' and r.good_until <= now()
  returning r.id, r.asker;
end $$;

-- After a restore nobody knows which requests were used or refused since the backup.
create or replace function access.end_all(p_writer text) returns bigint
language plpgsql security definer set search_path = '' as $$
declare v_ended bigint;
begin
  update access.request r set state = 'expired' where r.state in ('asked', 'approved');
  get diagnostics v_ended = row_count;
  return v_ended;
end $$;

-- Reads of what is not public ---------------------------------------------------------------------------------------

-- The public half that reads are sealed for now; it is due for the next after a day.
create or replace function access.seen_key_now(p_digest bytea)
returns table (number bigint, public_half bytea, is_due boolean)
language sql stable security definer set search_path = '' as $$
  select k.number, k.public_half, k.made_at < now() - interval '1 day' from access.seen_key k
   order by k.made_at desc, k.number desc limit 1
$$;

-- Adds a pair, unless somebody has within the day; the number of the one that stands.
create or replace function access.add_seen_key(p_writer text, p_number bigint, p_public bytea, p_sealed bytea)
returns bigint
language plpgsql security definer set search_path = '' as $$
declare v_now record;
begin
  lock table access.seen_key in share row exclusive mode;
  select * into v_now from access.seen_key_now('');
  if v_now.number is not null and not v_now.is_due then
    return v_now.number;
  end if;
  insert into access.seen_key (number, public_half, sealed_private) values (p_number, p_public, p_sealed);
  return p_number;
end $$;

-- Keeps what a process has recorded from p_place on, exactly once: where the spool has been kept beyond that already,
-- nothing. Returns how far it is kept now.
create or replace function access.keep_seen(p_system text, p_spool bigint, p_place bigint, p_key bigint,
  p_ephemeral bytea, p_from timestamptz, p_until timestamptz, p_sealed bytea)
returns bigint
language plpgsql security definer set search_path = '' as $$
declare v_kept bigint;
begin
  perform pg_advisory_xact_lock(p_spool);
  v_kept := access.seen_until(p_system, p_spool);
  if p_place = v_kept and p_sealed <> '' then
    insert into access.seen (spool, place, key, ephemeral, from_at, until_at, sealed)
    values (p_spool, p_place, p_key, p_ephemeral, p_from, p_until, p_sealed);
    v_kept := p_place + length(p_sealed);
  end if;
  return v_kept;
end $$;

create or replace function access.seen_until(p_system text, p_spool bigint) returns bigint
language sql stable security definer set search_path = '' as $$
  select coalesce((select s.place + length(s.sealed) from access.seen s where s.spool = p_spool
                    order by s.place desc limit 1), 0)
$$;

-- Rows that touch these times, in the order of their end, from after (p_after, p_spool, p_place) on.
create or replace function access.seen_between(p_system text, p_from timestamptz, p_until timestamptz,
  p_after timestamptz, p_spool bigint, p_place bigint, p_limit integer)
returns setof access.seen
language sql stable security definer set search_path = '' as $$
  select * from access.seen s
   where s.until_at >= p_from and s.from_at <= p_until and (s.until_at, s.spool, s.place) > (p_after, p_spool, p_place)
   order by s.until_at, s.spool, s.place limit p_limit
$$;

-- The private halves of these times, to the asker of an approved request, in the moment of its use; nothing to anybody
-- else. What they open is what was asked for: Python holds the question to what the request is bound to.
create or replace function access.open_seen(p_digest bytea, p_id bigint, p_bound bytea, p_from timestamptz,
                                            p_until timestamptz)
returns table (number bigint, sealed_private bytea)
language plpgsql security definer set search_path = '' as $$
begin
  if (law.viewer(p_digest)).kind is distinct from 'session'
     or not access.use('access', p_id, 'privacy.who-saw', p_bound, p_digest) then
    return;
  end if;
  return query select k.number, k.sealed_private from access.seen_key k
    where k.number in (select s.key from access.seen s where s.until_at >= p_from and s.from_at <= p_until)
  union all select 0, ''::bytea;                                  -- it was used, though nothing was recorded then
end $$;

-- Removes what is older than 90 days, some thousand rows at a time, and names the pairs that nothing is sealed for any
-- more: their keys are destroyed, and then they are dropped.
create or replace function access.forget_seen(p_system text, p_days integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare v_count integer;
begin
  delete from access.seen where (spool, place) in (
    select s.spool, s.place from access.seen s where s.until_at < now() - make_interval(days => greatest(p_days, 1))
     order by s.until_at limit 5000);
  get diagnostics v_count = row_count;
  return v_count;
end $$;

create or replace function access.old_seen_keys(p_system text, p_days integer) returns setof bigint
language sql stable security definer set search_path = '' as $$
  select k.number from access.seen_key k
   where k.made_at < now() - make_interval(days => greatest(p_days, 1) + 2)
     and not exists (select from access.seen s where s.key = k.number)
$$;

create or replace function access.drop_seen_keys(p_system text, p_numbers bigint[], p_days integer) returns void
language sql security definer set search_path = '' as $$
  delete from access.seen_key k where k.number = any (p_numbers)
     and k.number in (select access.old_seen_keys(p_system, p_days))
$$;

create or replace function access.count_looks(p_writer text, p_accounts bigint[]) returns void
language sql security definer set search_path = '' as $$
  insert into access.look_count (cell, account, month, looks)
  select law.cell(x), x, date_trunc('month', now() at time zone 'UTC')::date, 1 from unnest(p_accounts) x
  on conflict (cell, account, month) do update set looks = look_count.looks + 1
$$;
