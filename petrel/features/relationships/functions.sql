-- Who stands how to whom. Reads take the digest of the viewer and let out only what the viewer may know
-- (source: docs/law/visibility.md section 9); `hold`, `keep` and `follow_many` are the locks and writes of commands.
--
-- Locks: the two rows of a pair are always taken in the order of (owner, other), smaller account first. Whoever
-- holds the first row holds the pair.

-- Who is behind this digest and may do things: null for nobody, for suspended and deactivated accounts, and for
-- whoever comes through an outdated program.
create or replace function relationships.me(p_digest bytea) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  return case when v.state & 384 = 0 and v.kind <> 'outdated' then v.account end;
end $$;

-- For commands -----------------------------------------------------------------------------------------------

-- Locks both sides between p_writer and p_other until the transaction ends, and tells how they stand: the row of
-- p_writer first, then the other's. `shell` is what p_digest may know of the other (as in accounts.cards).
-- With p_make missing sides are made (empty; `keep` removes what stays empty). Without it: no rows at all when
-- neither side exists. Nothing for an account that does not exist. Errors: PT401 unless p_digest is p_writer's.
create or replace function relationships.hold(p_writer bigint, p_digest bytea, p_other bigint, p_make boolean)
returns table (shell smallint, is_protected boolean, is_remote boolean, other_state integer, own_state integer,
  owner bigint, other bigint, bits integer, following_id bigint, followed_id bigint, requested_by_id bigint,
  blocking_id bigint, muting_id bigint, muting_until timestamptz)
language plpgsql security definer set search_path = '' as $$
declare
  v_first bigint := least(p_writer, p_other);
  v_second bigint := greatest(p_writer, p_other);
begin
  if relationships.me(p_digest) is distinct from p_writer then
    perform law.refuse((law.viewer(p_digest)).kind);
  end if;
  if not exists (select from accounts.account a where a.cell = law.cell(p_other) and a.id = p_other) then return; end if;
  if not p_make and not exists (select from relationships.relation r
      where r.cell = law.cell(v_first) and r.owner = v_first and r.other = v_second
         or r.cell = law.cell(v_second) and r.owner = v_second and r.other = v_first) then return; end if;
  loop
    perform from relationships.relation r
      where r.cell = law.cell(v_first) and r.owner = v_first and r.other = v_second for update;
    exit when found;
    insert into relationships.relation (cell, owner, other, bits)
      values (law.cell(v_first), v_first, v_second, 0) on conflict do nothing;
  end loop;
  loop
    perform from relationships.relation r
      where r.cell = law.cell(v_second) and r.owner = v_second and r.other = v_first for update;
    exit when found;
    insert into relationships.relation (cell, owner, other, bits)
      values (law.cell(v_second), v_second, v_first, 0) on conflict do nothing;
  end loop;
  return query
  select coalesce(k.shell, 0::smallint), o.is_protected, o.domain is not null, o.state, me.state, r.owner, r.other,
         r.bits, r.following_id, r.followed_id, r.requested_by_id, r.blocking_id, r.muting_id, r.muting_until
    from (values (1, p_writer, p_other), (2, p_other, p_writer)) side(ord, owner, other)
    join relationships.relation r on r.cell = law.cell(side.owner) and r.owner = side.owner and r.other = side.other
    join accounts.account me on me.cell = law.cell(p_writer) and me.id = p_writer
    join accounts.account o on o.cell = law.cell(p_other) and o.id = p_other
    left join accounts.cards(p_digest, array[p_other], array[0]) k on true
   order by side.ord;
end $$;

-- Writes sides that `hold` has locked, and removes those that say nothing any more: what ended leaves no trace.
create or replace function relationships.keep(p_writer bigint, p_owners bigint[], p_others bigint[], p_bits integer[],
  p_following bigint[], p_followed bigint[], p_requested_by bigint[], p_blocking bigint[], p_muting bigint[],
  p_until timestamptz[])
returns void language plpgsql security definer set search_path = '' as $$
begin
  update relationships.relation r
     set bits = n.bits, following_id = n.following, followed_id = n.followed, requested_by_id = n.requested_by,
         blocking_id = n.blocking, muting_id = n.muting, muting_until = n.until
    from unnest(p_owners, p_others, p_bits, p_following, p_followed, p_requested_by, p_blocking, p_muting, p_until)
           n(owner, other, bits, following, followed, requested_by, blocking, muting, until)
   where r.cell = law.cell(n.owner) and r.owner = n.owner and r.other = n.other;
  delete from relationships.relation r using unnest(p_owners, p_others) n(owner, other)
   where r.cell = law.cell(n.owner) and r.owner = n.owner and r.other = n.other
     and r.bits = 0 and r.sealed_note is null;
end $$;

-- Many follows in one statement; p_ids[i] becomes the id of the follow from p_followers[i] to p_followees[i].
-- Returns the rows that changed: a follow is new where it carries its id. Left out: oneself, accounts that do not exist or are suspended or deactivated,
-- pairs with a block or a waiting request, and whoever has to be asked (protected, limited, on another server).
create or replace function relationships.follow_many(p_writer bigint, p_followers bigint[], p_followees bigint[],
                                                     p_ids bigint[])
returns table (owner bigint, other bigint, following_id bigint)
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
begin
  return query
  with asked as (
    select f.follower, f.followee, min(f.id) as id
      from unnest(p_followers, p_followees, p_ids) f(follower, followee, id)
      join accounts.account a on a.cell = law.cell(f.follower) and a.id = f.follower
      join accounts.account b on b.cell = law.cell(f.followee) and b.id = f.followee
     where f.follower <> f.followee and a.state & 384 = 0
       and b.state & 392 = 0 and not b.is_protected and b.domain is null
     group by 1, 2
  ), sides as (
    select a.follower as owner, a.followee as other, 1 as bits, a.id as following_id, null::bigint as followed_id
      from asked a
    union all
    select a.followee, a.follower, 2, null, a.id from asked a
  )
    insert into relationships.relation as r (cell, owner, other, bits, following_id, followed_id)
    select law.cell(s.owner), s.owner, s.other, bit_or(s.bits), max(s.following_id), max(s.followed_id)
      from sides s group by s.owner, s.other order by s.owner, s.other
    on conflict on constraint relation_pkey do update set
      bits = r.bits | (case when r.bits & 5 = 0 then excluded.bits & 1 else 0 end)
                    | (case when r.bits & 10 = 0 then excluded.bits & 2 else 0 end),
      following_id = case when r.bits & 5 = 0 then coalesce(excluded.following_id, r.following_id)
                          else r.following_id end,
      followed_id = case when r.bits & 10 = 0 then coalesce(excluded.followed_id, r.followed_id)
                         else r.followed_id end
    where r.bits & 48 = 0
      and (excluded.bits & 1 <> 0 and r.bits & 5 = 0 or excluded.bits & 2 <> 0 and r.bits & 10 = 0)
    returning r.owner, r.other, r.following_id;
end $$;

-- For the viewer ---------------------------------------------------------------------------------------------

-- How the viewer stands to these accounts, in the order asked; no row for those that do not exist or are hidden
-- from the viewer, unless the viewer did something about them. Bit 32 (blocked by) never leaves the database.
create or replace function relationships.relations(p_digest bytea, p_ids bigint[])
returns table (id bigint, bits integer, muting_until timestamptz, sealed_note bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  if v_me is null then return; end if;
  return query
  select c.id, coalesce(r.bits, 0) & case when k.id is null then 2005 else ~32 end
                                    & case when r.muting_until <= now() then ~192 else -1 end,
         case when r.muting_until > now() then r.muting_until end, r.sealed_note
    from unnest(p_ids) with ordinality c(id, ord)
    left join accounts.cards(p_digest, p_ids, array[]::integer[]) k on k.ord = c.ord
    left join relationships.relation r
      on r.cell = law.cell(v_me) and r.owner = v_me and r.other = c.id
   where k.id is not null or r.bits & 2005 <> 0
   order by c.ord;
end $$;

-- Pages of one kind of edge of an owner: other end and cursor. Answers whoever calls it, so it is for the
-- functions below and granted to nobody.
create or replace function relationships.edges(p_owner bigint, p_column text, p_limit integer, p_max bigint,
                                               p_since bigint, p_min bigint)
returns table (edge bigint, account bigint, until timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query execute format(
    'select %1$I, other, muting_until from relationships.relation
      where cell = $1 and owner = $2 and %1$I is not null and %1$I < $3 and %1$I > $4
        and ($5 or muting_until is null or muting_until > now())
      order by %1$I %2$s limit $6', p_column, case when p_min is null then 'desc' else 'asc' end)
    using law.cell(p_owner), p_owner, coalesce(p_max, 9223372036854775807),
          greatest(coalesce(p_since, 0), coalesce(p_min, 0)), p_column <> 'muting_id', p_limit;
end $$;

-- The viewer's own edges: p_kind is requests, blocks or mutes.
create or replace function relationships.mine(p_digest bytea, p_kind text, p_limit integer, p_max bigint,
                                              p_since bigint, p_min bigint)
returns table (edge bigint, account bigint, until timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  if v_me is null then return; end if;
  return query select * from relationships.edges(v_me,
    case p_kind when 'requests' then 'requested_by_id' when 'blocks' then 'blocking_id' when 'mutes' then 'muting_id' end,
    p_limit, p_max, p_since, p_min);
end $$;

-- May this viewer see whom the account follows and who follows it? Its owner always; members who see the whole
-- profile, unless the owner hides it; nobody else, and nobody signed out.
create or replace function relationships.shows_network(p_digest bytea, p_account bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  if v_me is null then return false; end if;
  if v_me = p_account then return true; end if;
  return exists (select from accounts.cards(p_digest, array[p_account], array[]::integer[]) k
                  where k.shell = 2 and not k.hides_network);
end $$;

-- p_kind is following or followers. Empty when the viewer may not see them.
create or replace function relationships.network(p_digest bytea, p_account bigint, p_kind text, p_limit integer,
                                                 p_max bigint, p_since bigint, p_min bigint)
returns table (edge bigint, account bigint, until timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not relationships.shows_network(p_digest, p_account) then return; end if;
  return query select * from relationships.edges(p_account,
    case p_kind when 'following' then 'following_id' when 'followers' then 'followed_id' end,
    p_limit, p_max, p_since, p_min);
end $$;

-- Of those whom the viewer follows (the 2,000 newest), who follows these accounts? At most 40 for each, and only
-- where both ends show their network: the account asked about, and the one that follows it.
create or replace function relationships.familiar(p_digest bytea, p_ids bigint[])
returns table (id bigint, account bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := relationships.me(p_digest);
  v_id bigint;
begin
  if v_me is null then return; end if;
  foreach v_id in array p_ids loop
    continue when not relationships.shows_network(p_digest, v_id);
    return query
    select v_id, f.other
      from (select r.other from relationships.relation r
             where r.cell = law.cell(v_me) and r.owner = v_me and r.following_id is not null
             order by r.following_id desc limit 2000) f
      join relationships.relation t on t.cell = law.cell(v_id) and t.owner = v_id and t.other = f.other
      join accounts.account a on a.cell = law.cell(f.other) and a.id = f.other
     where t.bits & 2 <> 0 and not a.hides_network
     limit 40;
  end loop;
end $$;

-- Whom an account recommends on its profile, for whoever sees the whole profile.
create or replace function relationships.endorsed(p_digest bytea, p_account bigint, p_limit integer, p_max bigint,
                                                  p_since bigint, p_min bigint)
returns table (edge bigint, account bigint, until timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (select from accounts.cards(p_digest, array[p_account], array[]::integer[]) k where k.shell = 2) then
    return;
  end if;
  return query select r.following_id, r.other, null::timestamptz from relationships.relation r
    where r.cell = law.cell(p_account) and r.owner = p_account and r.following_id is not null and r.bits & 1024 <> 0
      and r.following_id < coalesce(p_max, 9223372036854775807)
      and r.following_id > greatest(coalesce(p_since, 0), coalesce(p_min, 0))
    order by case when p_min is null then -r.following_id else r.following_id end limit p_limit;
end $$;

-- Filters and tags -------------------------------------------------------------------------------------------

create or replace function relationships.filters(p_digest bytea)
returns table (account bigint, id bigint, contexts text[], action text, expires_at timestamptz, sealed bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select f.account, f.id, f.contexts, f.action, f.expires_at, f.sealed from relationships.filter f
    where f.cell = law.cell(v_me) and f.account = v_me order by f.id;
end $$;

create or replace function relationships.followed_tags(p_digest bytea, p_limit integer, p_max bigint, p_since bigint,
                                                       p_min bigint)
returns table (id bigint, account bigint, sealed_name bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select t.id, t.account, t.sealed_name from relationships.followed_tag t
    where t.cell = law.cell(v_me) and t.account = v_me
      and t.id < coalesce(p_max, 9223372036854775807) and t.id > greatest(coalesce(p_since, 0), coalesce(p_min, 0))
    order by case when p_min is null then -t.id else t.id end limit p_limit;
end $$;

create or replace function relationships.domain_blocks(p_digest bytea, p_limit integer, p_max bigint, p_since bigint,
                                                       p_min bigint)
returns table (id bigint, account bigint, sealed_name bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select d.id, d.account, d.sealed_name from relationships.domain_block d
    where d.cell = law.cell(v_me) and d.account = v_me
      and d.id < coalesce(p_max, 9223372036854775807) and d.id > greatest(coalesce(p_since, 0), coalesce(p_min, 0))
    order by case when p_min is null then -d.id else d.id end limit p_limit;
end $$;

-- Accounts of one server that the viewer follows, or asked to, and that follow the viewer or asked to.
create or replace function relationships.ties_with(p_digest bytea, p_domain text)
returns table (id bigint, is_followed boolean, follows boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select a.id, r.bits & 5 <> 0, r.bits & 10 <> 0
    from relationships.relation r
    join accounts.account a on a.cell = law.cell(r.other) and a.id = r.other
   where r.cell = law.cell(v_me) and r.owner = v_me and r.bits & 15 <> 0 and a.domain = p_domain order by a.id;
end $$;

-- The servers of these accounts; those of this site are left out.
create or replace function relationships.domains_of(p_digest bytea, p_ids bigint[])
returns table (id bigint, domain text)
language plpgsql stable security definer set search_path = '' as $$
begin
  if relationships.me(p_digest) is null then return; end if;
  return query select a.id, a.domain from unnest(p_ids) i(id)
    join accounts.account a on a.cell = law.cell(i.id) and a.id = i.id where a.domain is not null;
end $$;

-- Does the viewer follow, and feature, this tag?
create or replace function relationships.tag_standing(p_digest bytea, p_tag bigint)
returns table (is_followed boolean, is_featured boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select
    exists (select from relationships.followed_tag t
             where t.cell = law.cell(v_me) and t.account = v_me and t.tag = p_tag),
    exists (select from relationships.featured_tag t
             where t.cell = law.cell(v_me) and t.account = v_me and t.tag = p_tag);
end $$;

-- Tags on a profile, for whoever sees the whole profile. The numbers count what somebody not signed in may see,
-- among the account's 2,000 newest posts, and come from the search index: while that is rebuilt they are too low.
create or replace function relationships.featured_tags(p_digest bytea, p_account bigint)
returns table (account bigint, id bigint, sealed_name bytea, posts bigint, last_post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_tags bigint[];
  v_posts bigint[];
begin
  if not exists (select from accounts.cards(p_digest, array[p_account], array[]::integer[]) k where k.shell = 2) then
    return;
  end if;
  v_tags := array(select t.tag from relationships.featured_tag t
                   where t.cell = law.cell(p_account) and t.account = p_account);
  if v_tags = '{}' then return; end if;
  v_posts := array(
    select p.id from (select q.id from posts.post q
                       where q.cell = law.cell(p_account) and q.author = p_account and q.flags & 512 = 0
                       order by q.id desc limit 2000) p
      join search.post_words w on w.post = p.id where w.words && v_tags);
  return query
  select t.account, t.id, t.sealed_name, count(w.post), max(w.post)
    from relationships.featured_tag t
    left join (law.decide(array_fill(null::bigint, array[cardinality(v_posts)]),
                          array_fill(false, array[cardinality(v_posts)]), v_posts, 12::smallint) d
               join search.post_words w on w.post = d.id and d.code = 6) on t.tag = any (w.words)
   where t.cell = law.cell(p_account) and t.account = p_account
   group by t.cell, t.account, t.id, t.sealed_name order by t.id;
end $$;
