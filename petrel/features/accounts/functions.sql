-- What a viewer may know of accounts. `shell`: 0 nothing, 1 first line (handle, name, avatar), 2 all,
-- 3 tombstone. source: visibility.md section 9.

do $$ begin
  create type accounts.card as (
    ord integer, id bigint, shell smallint, handle text, domain text, role text, state integer, version integer,
    is_protected boolean, is_discoverable boolean, is_indexable boolean, is_bot boolean, hides_network boolean,
    joined_at timestamptz, posts integer, followers integer, following integer, last_post_on date,
    relation integer, sealed_profile bytea);
exception when duplicate_object then null; end $$;

-- The whole card of one account, for functions that have judged that it may be shown.
create or replace function accounts.card_of(p_ord integer, p_account bigint) returns accounts.card
language sql stable security definer set search_path = '' as $$
  select row(p_ord, a.id, 2::smallint, a.handle, a.domain, a.role, a.state, a.version, a.is_protected,
             a.is_discoverable, a.is_indexable, a.is_bot, a.hides_network, a.joined_at, a.posts_count,
             a.followers_count, a.following_count, a.last_post_on, 0, a.sealed_profile)::accounts.card
    from accounts.account a where a.cell = law.cell(p_account) and a.id = p_account
$$;

-- One row per account that exists and is not hidden, in the order asked. p_have[i] is the version that the
-- caller has: the sealed profile comes only when it is another.
create or replace function accounts.cards(p_digest bytea, p_ids bigint[], p_have integer[])
returns setof accounts.card
language plpgsql stable security definer set search_path = '' as $$
declare v law.session;
begin
  v := law.viewer(p_digest);
  return query
  select * from (
    select c.ord::integer, a.id,
      (case
         when a.id = v.account then 2
         when a.state & 256 <> 0 then 0
         when coalesce(r.bits, 0) & 32 <> 0 and (a.is_protected or a.state & 128 <> 0) then 0
         when a.state & 128 <> 0 then case when v.account is null then 0 else 3 end
         when coalesce(r.bits, 0) & 32 <> 0 then 1
         when a.is_protected and coalesce(r.bits, 0) & 1 = 0 then 1
         else 2 end)::smallint as shell,
      a.handle, a.domain, a.role, a.state, a.version, a.is_protected, a.is_discoverable, a.is_indexable, a.is_bot,
      a.hides_network, a.joined_at, a.posts_count, a.followers_count, a.following_count, a.last_post_on,
      coalesce(r.bits, 0),
      case when a.version <> coalesce(p_have[c.ord], 0) then a.sealed_profile end
    from unnest(p_ids) with ordinality c(id, ord)
    join accounts.account a on a.cell = law.cell(c.id) and a.id = c.id
    left join relationships.relation r on r.cell = law.cell(v.account) and r.owner = v.account and r.other = a.id
    offset 0) s where s.shell > 0 order by 1;
end $$;

-- The numbers behind handles, in the order asked; null for handles nobody has. Says nothing about the account.
create or replace function accounts.by_handles(p_digest bytea, p_handles text[], p_domains text[])
returns table (ord integer, id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select c.ord::integer, h.account
    from unnest(p_handles, p_domains) with ordinality c(handle, domain, ord)
    join accounts.handle h on h.handle = c.handle and h.domain = c.domain
   order by 1;
end $$;
