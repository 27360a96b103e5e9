-- Rows of somebody by what the inventory says of a table, for exports, sweeps and dry runs. Never messages.*: those are
-- reached through functions of their own schema, past no wall. Nothing here is for the web's role.

-- How to tell that a row of p_table is somebody's ($1). p_column holds their number, or an array of numbers; with
-- p_target, the number of a row there, whose p_target_column it is.
create or replace function privacy.whose(p_table regclass, p_column text, p_target text, p_target_column text)
returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_is_array boolean;
  v_keys text[];
begin
  if p_table::text like 'messages.%' or p_target like 'messages.%' then
    raise exception 'messages have functions of their own';
  end if;
  select a.atttypid = 'bigint[]'::regtype into strict v_is_array
    from pg_catalog.pg_attribute a where a.attrelid = p_table and a.attname = p_column;
  if p_target is not null then
    return format('t.%I in (select p.id from %s p where p.cell = law.cell($1) and p.%I = $1)', p_column,
                  p_target::regclass, p_target_column);
  elsif v_is_array then
    return format('$1 = any (t.%I)', p_column);
  end if;
  v_keys := privacy.keys_of(p_table);
  return format('t.%I = $1', p_column)
         || case when v_keys[1] = 'cell' and v_keys[2] = p_column then ' and t.cell = law.cell($1)' else '' end;
end $$;

create or replace function privacy.keys_of(p_table regclass) returns text[]
language sql stable security definer set search_path = '' as $$
  select array_agg(a.attname::text order by k.ord)
    from pg_catalog.pg_index i cross join lateral unnest(i.indkey::smallint[]) with ordinality k(number, ord)
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
   where i.indrelid = p_table and i.indisprimary
$$;

create or replace function privacy.count_rows(p_system text, p_table text, p_column text, p_target text,
                                              p_target_column text, p_account bigint) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare v_count bigint;
begin
  execute format('select count(*) from %s t where %s', p_table::regclass,
                 privacy.whose(p_table::regclass, p_column, p_target, p_target_column))
     into v_count using p_account;
  return v_count;
end $$;

-- Rows of p_table in somebody's cell whose p_column leads to nothing any more: left behind by what they belonged to.
create or replace function privacy.count_orphans(p_system text, p_table text, p_column text, p_target text,
                                                 p_account bigint) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare v_count bigint;
begin
  execute format('select count(*) from %s t where t.cell = law.cell($1) and not exists
                  (select from %s p where p.cell = law.cell(t.%I) and p.id = t.%I)',
                 p_table::regclass, p_target::regclass, p_column, p_column) into v_count using p_account;
  return v_count;
end $$;

-- A page of somebody's rows in the order of the primary key, behind the key p_after (null: from the first), each with
-- its key as text and the asked columns as a list: numbers as text, since JSON has none of 63 bits, bytes as base64.
create or replace function privacy.table_rows(p_system text, p_table text, p_columns text[], p_column text,
  p_target text, p_target_column text, p_account bigint, p_after text[], p_limit integer)
returns table (key text[], val jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_table regclass := p_table::regclass;
  v_keys text[] := privacy.keys_of(p_table::regclass);
  v_shown text;
  v_behind text;
begin
  select string_agg(case
           when a.atttypid = 'bytea'::regtype then format('replace(encode(t.%I, ''base64''), E''\n'', '''')', a.attname)
           when a.atttypid = 'bigint'::regtype then format('t.%I::text', a.attname)
           when a.atttypid = 'bigint[]'::regtype then format('t.%I::text[]', a.attname)
           else format('t.%I', a.attname) end, ', ' order by c.ord)
    into v_shown
    from unnest(p_columns) with ordinality c(name, ord)
    join pg_catalog.pg_attribute a on a.attrelid = v_table and a.attname = c.name;
  select format('(%s) > (%s)', string_agg(format('t.%I', k.name), ', ' order by k.ord),
                string_agg(format('(($2::text[])[%s])::%s', k.ord, format_type(a.atttypid, a.atttypmod)), ', ' order by k.ord))
    into v_behind
    from unnest(v_keys) with ordinality k(name, ord)
    join pg_catalog.pg_attribute a on a.attrelid = v_table and a.attname = k.name;
  return query execute format(
    'select array[%s], jsonb_build_array(%s) from %s t where %s and ($2 is null or %s) order by %s limit $3',
    (select string_agg(format('t.%I::text', k.name), ', ' order by k.ord) from unnest(v_keys) with ordinality k(name, ord)),
    v_shown, v_table, privacy.whose(v_table, p_column, p_target, p_target_column), v_behind,
    (select string_agg(format('t.%I', k.name), ', ' order by k.ord) from unnest(v_keys) with ordinality k(name, ord)))
  using p_account, p_after, p_limit;
end $$;
