-- Lists that members bring in by a page.

-- A list of the viewer's that waits, sealed as it lies. No post stands in it. For sessions only.
create or replace function archives.own_waiting(p_digest bytea, p_id bigint)
returns table (account bigint, kind text, made_at timestamptz, begun_at timestamptz, file bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query select w.account, w.kind, w.made_at, w.begun_at, w.sealed_file from archives.waiting w
    where w.cell = law.cell(v.account) and w.account = v.account and w.id = p_id;
end $$;

-- An import of the viewer's, in numbers, and how much it has made so far. For sessions only.
create or replace function archives.own_import(p_digest bytea, p_id bigint)
returns table (state text, report text, begun_at timestamptz, ended_at timestamptz, made bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query select i.state, i.report::text, i.begun_at, i.ended_at,
      (select count(*) from archives.item t where t.cell = i.cell and t.import = i.id)
    from archives.import i where i.cell = law.cell(v.account) and i.account = v.account and i.id = p_id;
end $$;

-- What is to be done, for the job that does it.
create or replace function archives.waiting_file(p_system text, p_account bigint, p_id bigint)
returns table (kind text, sealed_file bytea)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select w.kind, w.sealed_file from archives.waiting w
    where w.cell = law.cell(p_account) and w.account = p_account and w.id = p_id and w.begun_at is not null;
end $$;
