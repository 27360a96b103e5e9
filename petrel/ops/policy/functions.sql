-- Whose sessions are connected, by what they say of themselves: the name of a session carries the number of the policy
-- that its program knows and the program's build. A session of our roles that says none is of the time of 1. Where the
-- servers are given by a URL without a password, sessions take our roles only after signing in, and are not seen here.
create or replace function ops.programs(p_system text)
returns table (program text, policy integer, sessions bigint, since timestamptz, is_outdated boolean)
language sql stable security definer set search_path = '' as $$
  select coalesce(substring(s.application_name from 'build=([0-9a-f]+)'), 'unknown'), n.policy, count(*),
         min(s.backend_start), n.policy < (select max(p.version) from law.policy p)
    from pg_catalog.pg_stat_activity s
    cross join lateral (
      select coalesce(substring(s.application_name from 'policy=([0-9]{1,9})')::integer, 1) as policy) n
   where s.datname = pg_catalog.current_database() and s.backend_type = 'client backend'
     and (s.usename in ('petrel_reader', 'petrel_writer', 'petrel_system') or s.application_name like 'petrel %')
   group by 1, 2
$$;
