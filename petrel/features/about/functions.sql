-- What the site says of itself, for everybody.

-- The version in force, or the one named; none where there is none. Named ones are not in force before their day.
create or replace function about.text_of(p_digest bytea, p_kind text, p_effective_on date)
returns table (kind text, version integer, text text, at timestamptz, effective_on date, succeeded_on date,
               is_in_force boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select t.kind, t.version, t.text, t.at, t.effective_on,
         (select min(s.effective_on) from about.text s where s.kind = t.kind and s.version > t.version),
         t.version = (select max(n.version) from about.text n
                       where n.kind = t.kind and n.effective_on <= (now() at time zone 'utc')::date)
    from about.text t
   where t.kind = p_kind
     and (case when p_effective_on is null then t.effective_on <= (now() at time zone 'utc')::date
               else t.effective_on = p_effective_on end)
   order by t.version desc limit 1;
end $$;

create or replace function about.versions(p_digest bytea, p_kind text)
returns table (kind text, version integer, at timestamptz, effective_on date)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select t.kind, t.version, t.at, t.effective_on from about.text t
                where t.kind = p_kind order by t.version desc;
end $$;

-- Rules in force, in their order; with p_ids those of these numbers, also when they no longer count.
create or replace function about.rules(p_digest bytea, p_ids integer[])
returns table (id integer, text text, hint text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select u.id, u.text, u.hint from about.rule u
                where case when p_ids is null then u.place is not null else u.id = any (p_ids) end
                order by u.place nulls last, u.id;
end $$;

create or replace function about.kinds(p_digest bytea) returns setof text
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select distinct t.kind from about.text t
                where t.effective_on <= (now() at time zone 'utc')::date and t.text <> '';
end $$;

-- What somebody agreed to at a time: the versions of rules, privacy and terms that were in force.
create or replace function about.agreed_at(p_system text, p_at timestamptz)
returns table (kind text, version integer)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select t.kind, max(t.version) from about.text t
                where t.kind in ('rules', 'privacy', 'terms') and t.at <= p_at
                  and t.effective_on <= (p_at at time zone 'utc')::date
                group by t.kind order by t.kind;
end $$;
