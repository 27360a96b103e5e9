-- What the crew sees of speed. Counts of numbers, of nobody in particular; nothing for whoever is not of the crew.

-- Whether the viewer is of the crew, at the desk.
create or replace function ops.sees_speed(p_digest bytea) returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce((select v.role in ('owner', 'admin', 'moderator') and v.kind = 'session'
                     from law.viewer(p_digest) v), false)
$$;

-- What browsers measured, all cells together.
create or replace function ops.speed_of_field(p_digest bytea, p_days integer)
returns table (day date, release text, page text, measure text, counts bigint[])
language sql stable security definer set search_path = '' as $$
  select s.day, s.release, s.page, s.measure, array_agg(s.n order by s.o) from (
    select f.day, f.release, f.page, f.measure, c.o, sum(c.n)::bigint as n
      from ops.field_measure f cross join lateral unnest(f.counts) with ordinality c(n, o)
     where ops.sees_speed(p_digest) and f.day > (now() at time zone 'utc')::date - p_days
     group by 1, 2, 3, 4, 5) s
   group by 1, 2, 3, 4 order by 1, 2, 3, 4
$$;

-- How long answers took.
create or replace function ops.speed_of_answers(p_digest bytea, p_days integer)
returns table (day date, release text, endpoint text, counts bigint[])
language sql stable security definer set search_path = '' as $$
  select a.day, a.release, a.endpoint, a.counts from ops.answer_time a
   where ops.sees_speed(p_digest) and a.day > (now() at time zone 'utc')::date - p_days
   order by 1, 2, 3
$$;

-- What became of speed with the release that runs: what is slower first.
create or replace function ops.speed_changes(p_digest bytea)
returns table (release text, page text, measure text, before text, counted bigint, was float8, is_now float8,
               weight float8, since timestamptz, said text)
language sql stable security definer set search_path = '' as $$
  select c.release, c.page, c.measure, c.before, c.counted, c.was, c.is_now, c.weight, c.since, c.said
    from ops.speed_change c where ops.sees_speed(p_digest) order by c.weight desc, c.page, c.measure
$$;
