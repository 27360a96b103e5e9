-- Collections are for everybody who may see their owner; who is in one is shown to those who may see that account, as
-- long as it lets itself be proposed (accounts.account.is_discoverable) and nobody stands between it and the owner.
-- All of it is judged at the moment of showing: whoever withdraws their consent is out at once.
-- source: docs/law/visibility.md section 9; decision 0048.

-- Those of these collections that the viewer may see, in the order asked. Who is in one sees it too where the owner is
-- protected, so that nobody is recommended behind their back.
create or replace function collections.shown(p_digest bytea, p_ids bigint[])
returns table (ord integer, id bigint, owner bigint, is_own boolean, language text, is_sensitive boolean,
               is_discoverable boolean, is_taken_down boolean, changed_at timestamptz, sealed_text bytea)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := relationships.me(p_digest);
  v_owners bigint[];
begin
  select array_agg(distinct l.owner) into v_owners
    from unnest(p_ids) c(id) join collections.collection l on l.cell = law.cell(c.id) and l.id = c.id;
  return query
  select c.ord::integer, l.id, l.owner, coalesce(l.owner = v_me, false), l.language, l.is_sensitive, l.is_discoverable,
         l.is_taken_down, l.changed_at, l.sealed_text
    from unnest(p_ids) with ordinality c(id, ord)
    join collections.collection l on l.cell = law.cell(c.id) and l.id = c.id
    join accounts.cards(p_digest, v_owners, array[]::integer[]) k on k.id = l.owner
   where l.owner = v_me
      or not l.is_taken_down and (k.shell = 2 or k.shell = 1 and k.relation & 32 = 0 and exists (
           select from collections.item i
            where i.cell = l.cell and i.collection = l.id and i.account = v_me and not i.is_refused))
   order by c.ord;
end $$;

-- Who is in them, in the order in which they were added. `consents` is false only for the eyes of the owner and of the
-- account itself; `account` is null where the owner may not see who it is. Limited accounts are proposed to nobody.
create or replace function collections.items(p_digest bytea, p_ids bigint[])
returns table (collection bigint, id bigint, account bigint, consents boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := relationships.me(p_digest);
  v_accounts bigint[];
begin
  select array_agg(distinct i.account) into v_accounts
    from unnest(p_ids) c(id) join collections.item i on i.cell = law.cell(c.id) and i.collection = c.id;
  return query
  select s.id, i.id, case when f.is_seen then i.account end, f.is_seen and f.consents
    from collections.shown(p_digest, p_ids) s
    join collections.item i on i.cell = law.cell(s.id) and i.collection = s.id and not i.is_refused
    left join accounts.cards(p_digest, v_accounts, array[]::integer[]) k on k.id = i.account
    left join relationships.relation r on r.cell = law.cell(s.owner) and r.owner = s.owner and r.other = i.account
   cross join lateral (select coalesce(k.shell in (1, 2), false) as is_seen,
                              coalesce(k.is_discoverable and k.state & 8 = 0, false) as consents) f
   where coalesce(r.bits, 0) & 48 = 0
     and (s.is_own or i.account = v_me or f.is_seen and f.consents and k.relation & 48 = 0)
   order by s.ord, i.id;
end $$;

-- Numbers of an account's collections, newest first: for others those that it wants found.
create or replace function collections.of_account(p_digest bytea, p_account bigint, p_limit integer, p_offset integer)
returns table (id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select s.id from collections.shown(p_digest, (select array_agg(l.id order by l.id desc)
                                                  from collections.collection l where l.owner = p_account)) s
   where s.is_own or s.is_discoverable
   order by s.ord limit p_limit offset p_offset;
end $$;

-- Numbers of the collections that the viewer is in, the one they were added to last first; of the newest 2,000.
create or replace function collections.holding(p_digest bytea, p_limit integer, p_offset integer)
returns table (id bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query
  select s.id from collections.shown(p_digest, array(
      select i.collection from collections.item i where i.account = v_me and not i.is_refused
       order by i.id desc limit 2000)) s
   order by s.ord limit p_limit offset p_offset;
end $$;
