-- What somebody may know of uploads and files. The verdict on what a post shows is the law's (posts/visibility.sql).

do $$ begin
  create type media.own_upload as (
    ord integer, id bigint, account bigint, use smallint, target bigint, purpose text, state smallint, kind smallint,
    why text, bytes bigint, taken bigint, sealed bytea);
exception when duplicate_object then null; end $$;

-- Uploads of the viewer's own, in the order asked, for an app that may upload or write.
create or replace function media.own(p_digest bytea, p_ids bigint[]) returns setof media.own_upload
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.state & 384 <> 0
     or not (v.kind = 'session' or v.scopes && array['write', 'write:media', 'write:statuses']) then
    return;
  end if;
  return query
  select c.ord::integer, u.id, u.account, u.use, u.target, u.purpose, u.state, u.kind, u.why, u.bytes, u.taken, u.sealed
    from unnest(p_ids) with ordinality c(id, ord)
    join media.upload u on u.cell = law.cell(c.id) and u.id = c.id
   where u.account = v.account order by 1;
end $$;

-- For commands that attach: p_accounts[i] wants p_ids[i], which is free or shown by p_targets[i] already. Locked until
-- the transaction ends, so that one upload comes into one post.
create or replace function media.wanted(p_writer text, p_accounts bigint[], p_ids bigint[], p_targets bigint[])
returns setof media.own_upload
language plpgsql security definer set search_path = '' as $$
begin
  perform from media.upload u
    join (select distinct law.cell(i) as cell, i as id from unnest(p_ids) i) c on c.cell = u.cell and c.id = u.id
   order by u.cell, u.id for update of u;
  return query
  select c.ord::integer, u.id, u.account, u.use, u.target, u.purpose, u.state, u.kind, u.why, u.bytes, u.taken, u.sealed
    from unnest(p_accounts, p_ids, p_targets) with ordinality c(account, id, target, ord)
    join media.upload u on u.cell = law.cell(c.id) and u.id = c.id and u.account = c.account
   where u.purpose = 'attachment' and (u.use = 0 or u.use = 1 and u.target = c.target) order by 1;
end $$;

-- For jobs: what is sealed of uploads, whoever's they are.
create or replace function media.of(p_writer text, p_ids bigint[]) returns setof media.own_upload
language sql stable security definer set search_path = '' as $$
  select c.ord::integer, u.id, u.account, u.use, u.target, u.purpose, u.state, u.kind, u.why, u.bytes, u.taken, u.sealed
    from unnest(p_ids) with ordinality c(id, ord)
    join media.upload u on u.cell = law.cell(c.id) and u.id = c.id order by 1
$$;

-- One rendition, when the viewer may have it: of a free upload its owner; of a post by the law, surface `media`; of an
-- avatar whoever sees the first line of the account, of a header whoever sees all of it; of an emoji everybody.
-- is_open: somebody not signed in may have it too, so that a cache may share it. source: visibility.md 4.5, 8, 9.
create or replace function media.found(p_digest bytea, p_upload bigint, p_name smallint)
returns table (file bigint, digest bytea, bytes bigint, type text, is_open boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  u media.upload;
  v law.session;
  v_code smallint;
  v_open boolean := false;
  v_states integer;
begin
  select * into u from media.upload o where o.cell = law.cell(p_upload) and o.id = p_upload and o.state = 2;
  if not found then return; end if;
  if u.use = 1 then
    select s.code, s.states into v_code, v_states
      from law.page(p_digest, 11::smallint, array[u.target], array[0::bigint], null, null) s where s.depth = 0;
    if coalesce(v_code, 0) < 3 then return; end if;
    -- What an open cache holds goes to everybody: only what is shown in full, and not withheld anywhere.
    v_open := v_states & (16 | 131072) = 0 and exists (
      select from law.page(''::bytea, 11::smallint, array[u.target], array[0::bigint], null, null) s
       where s.depth = 0 and s.code = 6);
  elsif u.use in (2, 3) then
    select c.shell into v_code from accounts.cards(p_digest, array[u.target], array[0]) c;
    if not (v_code = 2 or v_code = 1 and u.use = 2) or v_code is null then return; end if;
    select c.shell = 2 or c.shell = 1 and u.use = 2 into v_open
      from accounts.cards(''::bytea, array[u.target], array[0]) c;
  elsif u.use = 4 then
    v_open := true;
  else
    v := law.viewer(p_digest);
    if v.account is distinct from u.account or v.state & 384 <> 0
       or not (v.kind = 'session' or v.scopes && array['read', 'read:statuses', 'write', 'write:media']) then
      return;
    end if;
  end if;
  return query select f.id, f.digest, f.bytes, r.type, coalesce(v_open, false)
    from media.rendition r join media.file f on f.id = r.file
   where r.cell = u.cell and r.upload = u.id and r.name = p_name;
end $$;

-- The emoji that may be used.
create or replace function media.emojis(p_digest bytea)
returns table (name text, upload bigint, category text, moves boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select e.name, e.upload, e.category, e.moves from media.emoji e where not e.is_off order by 1;
end $$;
