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

-- The columns of the primary key in their order; of a table that has none, the place of a row.
create or replace function privacy.keys_of(p_table regclass) returns text[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(a.attname::text order by k.ord), array['ctid'])
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
-- its key as text and the row without the columns p_without. Numbers are exact, bytes in hexadecimal.
-- Where no index leads to somebody, one pass through the primary key does for all pages: so it is told not to sort.
create or replace function privacy.table_rows(p_system text, p_table text, p_without text[], p_column text,
  p_target text, p_target_column text, p_account bigint, p_after text[], p_limit integer)
returns table (key text[], val jsonb)
language plpgsql stable security definer set search_path = '' set enable_sort = off set enable_seqscan = off as $$
declare
  v_table regclass := p_table::regclass;
  v_keys text;
  v_as_text text;
  v_behind text;
begin
  select string_agg(format('t.%I', k.name), ', ' order by k.ord), string_agg(format('t.%I::text', k.name), ', ' order by k.ord),
         format('(%s) > (%s)', string_agg(format('t.%I', k.name), ', ' order by k.ord),
                string_agg(format('(($2::text[])[%s])::%s', k.ord, format_type(a.atttypid, a.atttypmod)), ', ' order by k.ord))
    into v_keys, v_as_text, v_behind
    from unnest(privacy.keys_of(v_table)) with ordinality k(name, ord)
    join pg_catalog.pg_attribute a on a.attrelid = v_table and a.attname = k.name;
  return query execute format(
    'select array[%s], to_jsonb(t) - $4 from %s t where %s and %s order by %s limit $3',
    v_as_text, v_table, privacy.whose(v_table, p_column, p_target, p_target_column),
    case when p_after is null then 'true' else v_behind end, v_keys)
  using p_account, p_after, p_limit, p_without;
end $$;

-- What the law gives the holder of the digest in an export of their own posts: rows of posts.post and of what hangs on
-- it (p_column is the post), for those of p_ids that are theirs and not nothing on the surface `exp` (13).
create or replace function privacy.export_posts(p_digest bytea, p_table text, p_column text, p_ids bigint[])
returns table (id bigint, val jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := (law.viewer(p_digest)).account;
begin
  -- Only posts, and what hangs on them.
  if v_me is null or not (p_table like 'posts.%' or p_table = 'cards.link') then return; end if;
  return query execute format(
    'select s.id, to_jsonb(t) from law.page($1, 13::smallint, $2, array_fill(0::bigint, array[cardinality($2)]), null, null) s
       join %s t on t.cell = law.cell(s.id) and t.%I = s.id
      where s.author = $3 and s.code > 3 and s.conversation is null order by s.id', p_table::regclass, p_column)
  using p_digest, p_ids, v_me;
end $$;

-- The exports of whoever holds the digest of a browser's session, suspended people included: of the few pages that
-- these have, this is one. source: docs/law/visibility.md section 1.
create or replace function privacy.own_exports(p_digest bytea)
returns table (id bigint, asked_at timestamptz, done_at timestamptz, bytes bigint, expires_at timestamptz, digest bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query select e.id, e.asked_at, e.done_at, e.bytes, e.expires_at, e.digest from privacy.export e
   where e.cell = law.cell(v.account) and e.account = v.account order by e.id desc;
end $$;

create or replace function privacy.own_consents(p_digest bytea)
returns table (what text, version text, given boolean, at timestamptz, how text)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query select c.what, c.version, c.given, c.at, c.how from privacy.consent c
   where c.cell = law.cell(v.account) and c.account = v.account order by c.id desc;
end $$;
