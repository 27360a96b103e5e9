-- Which flags are in force, for whoever serves: no secret, and nobody's.
create or replace function ops.flags_heard(p_digest bytea)
returns table (name text, is_on boolean, percent smallint, becomes boolean, becomes_percent smallint, cells smallint[])
language sql stable security definer set search_path = '' as $$
  select f.name, f.is_on, f.percent, coalesce(f.becomes, f.is_on), coalesce(f.becomes_percent, 0::smallint), f.cells
    from ops.flag f
$$;

-- And for whom alone: digests, of which whoever serves finds those of the accounts that ask.
create or replace function ops.flag_accounts_heard(p_digest bytea)
returns table (name text, account bytea, is_on boolean)
language sql stable security definer set search_path = '' as $$
  select f.flag, pg_catalog.sha256(pg_catalog.convert_to(f.flag || ' ' || f.account, 'UTF8')), f.is_on
    from ops.flag_account f where f.until >= current_date
$$;

-- Which release serves which cells beside the others, once it has shown that it can.
create or replace function ops.release_heard(p_digest bytea)
returns table (build text, cells smallint[])
language sql stable security definer set search_path = '' as $$
  select r.build, r.cells from ops.release r where r.state = 'serving'
$$;

-- Which steps of the database (migrations) were run since, for whoever asks what going back would take.
create or replace function ops.steps_since(p_system text, p_at timestamptz)
returns table (name text)
language sql stable security definer set search_path = '' as $$
  select d.name from petrel_migrations.done d where d.at >= p_at and d.name ~ '^[0-9]' order by d.name
$$;
