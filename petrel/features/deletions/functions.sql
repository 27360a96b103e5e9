-- Looking for the numbers of deleted things in every table there is.

-- The tables that a sweep looks through: those of all rooms that have a column that can hold a number. Messages stand
-- behind their wall, and answer for themselves (messages.stones).
create or replace function deletions.tables(p_system text)
returns setof text
language sql stable security definer set search_path = '' as $$
  select distinct n.nspname || '.' || c.relname
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relkind in ('r', 'p') and a.atttypid in ('bigint'::pg_catalog.regtype, 'bigint[]'::pg_catalog.regtype)
     and n.nspname not in ('pg_catalog', 'information_schema', 'messages', 'journal', 'petrel_migrations', 'law')
   order by 1
$$;

-- Where in one table these numbers stand: column, number, in how many rows. Of posts and boosts only those that live
-- count: a tombstone is what has to stay of them. One pass over the table, unless an index serves.
create or replace function deletions.held(p_system text, p_table text, p_ids bigint[])
returns table (place text, id bigint, count bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_ones text;
  v_many text;
  v_where text;
begin
  if p_table not in (select t from deletions.tables('deletions') t) then
    raise exception 'no such table: %', p_table;
  end if;
  select string_agg(format('(%L, %s)', a.attname, case
             when p_table = 'posts.post' and a.attname in ('id', 'boost_of')
             then format('case when t.flags & 512 = 0 then t.%I end', a.attname) else format('t.%I', a.attname) end), ', ')
           filter (where a.atttypid = 'bigint'::pg_catalog.regtype),
         string_agg(format('select %L, x from unnest(t.%I) x', a.attname, a.attname), ' union all ')
           filter (where a.atttypid = 'bigint[]'::pg_catalog.regtype),
         string_agg(case when a.atttypid = 'bigint'::pg_catalog.regtype then format('t.%I = any ($1)', a.attname)
                         else format('t.%I && $1', a.attname) end, ' or ')
    into v_ones, v_many, v_where
    from pg_catalog.pg_attribute a
   where a.attrelid = p_table::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped
     and a.atttypid in ('bigint'::pg_catalog.regtype, 'bigint[]'::pg_catalog.regtype);
  return query execute format(
    'select %L || v.c, v.i, count(*) from %s t cross join lateral (%s) v(c, i) where (%s) and v.i = any ($1) group by 1, 2',
    p_table || '.', p_table::pg_catalog.regclass,
    concat_ws(' union all ', 'select * from (values ' || v_ones || ') o', v_many), v_where)
    using p_ids;
end $$;

-- One's own deletions, the newest first; for sessions only.
create or replace function deletions.mine(p_digest bytea, p_limit integer, p_max bigint)
returns setof deletions.deletion
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' or v.account is null then return; end if;
  return query select d.* from deletions.deletion d
    where d.account = v.account and (p_max is null or (d.asked_at, d.id) < (
      select m.asked_at, m.id from deletions.deletion m where m.cell = law.cell(p_max) and m.id = p_max))
    order by d.asked_at desc, d.id desc limit p_limit;
end $$;

create or replace function deletions.own(p_digest bytea, p_id bigint)
returns setof deletions.deletion
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query select d.* from deletions.deletion d
    where d.cell = law.cell(p_id) and d.id = p_id and d.account = v.account;
end $$;

-- The last signed state of the journal.
create or replace function deletions.root(p_digest bytea)
returns bigint
language sql stable security definer set search_path = '' as $$
  select max(r.seq) from journal.root r
$$;
