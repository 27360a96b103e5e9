-- What a viewer may ask of their own notifications. Candidates: whoever shows one asks law.page for its post and
-- accounts.cards for its actor. Only sessions and apps that may read notifications get any.

-- Who acts by this digest; null for nobody, and for who may do nothing.
create or replace function notifications.me(p_digest bytea) returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  return case when v.state & 384 = 0 and v.kind <> 'outdated' then v.account end;
end $$;

-- Whose notifications the holder of this digest may read, and up to where they were cleared. No row for nobody.
create or replace function notifications.reader(p_digest bytea, out account bigint, out cleared_until bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is not null and v.state & 384 = 0
     and (v.kind = 'session' or v.scopes && array['read', 'read:notifications']) then
    account := v.account;
    select p.cleared_until into cleared_until from notifications.policy p
     where p.cell = law.cell(v.account) and p.account = v.account;
    cleared_until := coalesce(cleared_until, 0);
  end if;
end $$;

-- Does the reader still want to hear of this actor? Blocks hide whatever came before; so does a mute of somebody's
-- notifications; a bell (kind 6) counts as long as it is set.
create or replace function notifications.wants(p_account bigint, p_actor bigint, p_kind smallint) returns boolean
language plpgsql stable as $$
begin
  return coalesce((select r.bits & 48 = 0 and not (r.bits & 128 <> 0 and coalesce(r.muting_until > now(), true))
                          and (p_kind <> 6 or r.bits & 512 <> 0)
                     from relationships.relation r
                    where r.cell = law.cell(p_account) and r.owner = p_account and r.other = p_actor), p_kind <> 6);
end $$;

-- A page of candidates of the kinds asked for, newest first; with p_min the ones just after it. p_held brings what
-- the policy keeps back as well. Many rows may pass through here, so the rule of `wants` is written out.
create or replace function notifications.listed(p_digest bytea, p_limit integer, p_max bigint, p_since bigint,
  p_min bigint, p_kinds smallint[], p_actor bigint, p_held boolean)
returns table (id bigint, kind smallint, actor bigint, post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v record := notifications.reader(p_digest);
  v_cell smallint := law.cell(v.account);
  v_max bigint := coalesce(p_max, 9223372036854775807);
  v_min bigint := greatest(coalesce(p_since, 0), coalesce(p_min, 0), v.cleared_until);
begin
  if v.account is null then return; end if;
  if p_held then
    return query select s.* from (
      select merged.* from (
        select l.* from notifications.listed(p_digest, p_limit, p_max, p_since, p_min, p_kinds, p_actor, false) l
        union all (
          select h.id, h.kind, h.actor, h.post from notifications.held h
           where h.cell = v_cell and h.account = v.account and h.kind = any (p_kinds) and h.id < v_max and h.id > v_min
             and (p_actor is null or h.actor = p_actor) and notifications.wants(v.account, h.actor, h.kind))) merged
       order by case when p_min is null then -merged.id else merged.id end limit p_limit) s
     order by 1 desc;
  elsif p_min is null then
    return query select s.* from unnest(p_kinds) k(kind) cross join lateral (
      select n.id, n.kind, n.actor, n.post from notifications.notification n
        left join relationships.relation r on r.cell = v_cell and r.owner = v.account and r.other = n.actor
       where n.cell = v_cell and n.account = v.account and n.kind = k.kind and n.id < v_max and n.id > v_min
         and (p_actor is null or n.actor = p_actor)
         and (r.bits is null and k.kind <> 6
              or r.bits & 48 = 0 and not (r.bits & 128 <> 0 and coalesce(r.muting_until > now(), true))
                 and (k.kind <> 6 or r.bits & 512 <> 0))
       order by n.id desc limit p_limit) s
     order by 1 desc limit p_limit;
  else
    return query select page.* from (
      select s.* from unnest(p_kinds) k(kind) cross join lateral (
      select n.id, n.kind, n.actor, n.post from notifications.notification n
        left join relationships.relation r on r.cell = v_cell and r.owner = v.account and r.other = n.actor
       where n.cell = v_cell and n.account = v.account and n.kind = k.kind and n.id < v_max and n.id > v_min
         and (p_actor is null or n.actor = p_actor)
         and (r.bits is null and k.kind <> 6
              or r.bits & 48 = 0 and not (r.bits & 128 <> 0 and coalesce(r.muting_until > now(), true))
                 and (k.kind <> 6 or r.bits & 512 <> 0))
       order by n.id limit p_limit) s
       order by 1 limit p_limit) page order by 1 desc;
  end if;
end $$;

-- A page of groups: the newest id, actor and lowest id of each among the p_scan newest notifications (with p_min the
-- ones just after it), newest group first. Kinds that are not in p_grouped are a group each. `rest`: rows were left.
-- With p_actors, each group as a whole too, as notifications.groups has it.
create or replace function notifications.leaders(p_digest bytea, p_limit integer, p_max bigint, p_since bigint,
  p_min bigint, p_kinds smallint[], p_actor bigint, p_held boolean, p_grouped smallint[], p_scan integer,
  p_actors integer)
returns table (id bigint, kind smallint, actor bigint, post bigint, lowest bigint, rest boolean, total integer,
               newest bigint, actors bigint[])
language plpgsql stable security definer set search_path = '' as $$
declare v_beyond bigint;
begin
  if p_min is not null then
    -- Everything up to the first of the group that no longer fits, so that nothing is passed over.
    select min(s.first) into v_beyond from (
      select min(n.id) as first from notifications.listed(p_digest, p_scan, p_max, p_since, p_min, p_kinds, p_actor, p_held) n
       group by n.kind, n.post, case when n.kind = any (p_grouped) then (n.id >> 16) / 43200000 else -n.id end
       order by 1 offset p_limit) s;
  end if;
  return query
  with found as materialized (
    select n.* from notifications.listed(p_digest, p_scan, p_max, p_since, p_min, p_kinds, p_actor, p_held) n
     where v_beyond is null or n.id < v_beyond
  ), folded as materialized (
    select max(n.id) as newest, n.kind, (array_agg(n.actor order by n.id desc))[1] as actor, n.post,
           array_agg(n.id) as ids, row_number() over (order by max(n.id) desc) as place
      from found n
     group by n.kind, n.post, case when n.kind = any (p_grouped) then (n.id >> 16) / 43200000 else -n.id end
     order by 1 desc limit p_limit
  ), bound as (select min(f.newest) as last from folded f
  ), several as (
    select array_agg(f.place order by f.place) as places, array_agg(f.kind order by f.place) as kinds,
           array_agg(f.post order by f.place) as posts,
           array_agg((f.newest >> 16) / 43200000 * 43200000 << 16 order by f.place) as lowest,
           array_agg(((f.newest >> 16) / 43200000 + 1) * 43200000 << 16 order by f.place) as beyond
      from folded f where f.kind = any (p_grouped) and p_actors > 0
  ), whole as (
    select s.places[g.ord] as place, g.total, g.newest, g.actors
      from several s cross join lateral notifications.groups(p_digest, s.kinds, s.posts, s.lowest, s.beyond, p_actors) g
  )
  select f.newest, f.kind, f.actor, f.post, (select min(x) from unnest(f.ids) x where x >= b.last),
         (select count(*) from found) = p_scan or v_beyond is not null,
         coalesce(w.total, 1), coalesce(w.newest, f.newest), coalesce(w.actors, array[f.actor])
    from folded f cross join bound b left join whole w on w.place = f.place order by 1 desc;
end $$;

-- One candidate by id, held ones included.
create or replace function notifications.one(p_digest bytea, p_id bigint)
returns table (id bigint, kind smallint, actor bigint, post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v record := notifications.reader(p_digest);
begin
  if v.account is null or p_id <= v.cleared_until then return; end if;
  return query
  select n.id, n.kind, n.actor, n.post from generate_series(1, 12) k(kind)
    join notifications.notification n
      on n.cell = law.cell(v.account) and n.account = v.account and n.kind = k.kind and n.id = p_id
   where notifications.wants(v.account, n.actor, n.kind)
  union all
  select h.id, h.kind, h.actor, h.post from notifications.held h
   where h.cell = law.cell(v.account) and h.account = v.account and h.id = p_id
     and notifications.wants(v.account, h.actor, h.kind);
end $$;

-- Groups as a whole, in the order asked: how many (of the 500 newest only those still wanted count), the newest, and
-- the newest actors, at most p_actors. p_from and p_until bound the ids of a group.
create or replace function notifications.groups(p_digest bytea, p_kinds smallint[], p_posts bigint[], p_from bigint[],
                                                p_until bigint[], p_actors integer)
returns table (ord integer, total integer, newest bigint, actors bigint[])
language plpgsql stable security definer set search_path = '' as $$
declare v record := notifications.reader(p_digest);
begin
  if v.account is null then return; end if;
  return query
  select g.ord::integer, (a.total - n.hidden)::integer, n.newest, n.actors[:p_actors]
    from unnest(p_kinds, p_posts, p_from, p_until) with ordinality g(kind, post, lowest, beyond, ord)
    cross join lateral (
      select count(*) as total from notifications.notification t
       where t.cell = law.cell(v.account) and t.account = v.account and t.kind = g.kind and t.post = g.post
         and t.id >= g.lowest and t.id < g.beyond and t.id > v.cleared_until) a
    cross join lateral (
      select count(*) filter (where not w.wanted) as hidden, max(w.id) filter (where w.wanted) as newest,
             array_agg(w.actor order by w.id desc) filter (where w.wanted) as actors
        from (select t.id, t.actor, r.bits is null or r.bits & 48 = 0 and not (
                       r.bits & 128 <> 0 and coalesce(r.muting_until > now(), true)) as wanted
                from notifications.notification t
                left join relationships.relation r
                  on r.cell = law.cell(v.account) and r.owner = v.account and r.other = t.actor
               where t.cell = law.cell(v.account) and t.account = v.account and t.kind = g.kind and t.post = g.post
                 and t.id >= g.lowest and t.id < g.beyond and t.id > v.cleared_until
               order by t.id desc limit 500) w) n
   order by 1;
end $$;

-- The policy, as numbers (0 accept, 1 filter, 2 drop), and how much it keeps back. No row: the defaults.
create or replace function notifications.policy_of(p_digest bytea)
returns table (not_following smallint, not_followers smallint, new_accounts smallint, private_mentions smallint,
               limited_accounts smallint, requests integer, notifications integer)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  -- Whoever may change it learns what it was changed to.
  if v.account is null or v.state & 384 <> 0 or not (v.kind = 'session' or v.scopes && array['read',
       'read:notifications', 'write', 'write:notifications']) then return; end if;
  return query
  select coalesce(p.not_following, 0::smallint), coalesce(p.not_followers, 0::smallint),
         coalesce(p.new_accounts, 0::smallint), coalesce(p.private_mentions, 1::smallint),
         coalesce(p.limited_accounts, 1::smallint), h.requests, h.notifications
    from (select count(distinct d.actor)::integer as requests, count(*)::integer as notifications
            from notifications.held d where d.cell = law.cell(v.account) and d.account = v.account) h
    left join notifications.policy p on p.cell = law.cell(v.account) and p.account = v.account;
end $$;

-- Senders of whom something is held, newest request first; with p_only that one.
create or replace function notifications.requests(p_digest bytea, p_limit integer, p_max bigint, p_since bigint,
                                                  p_min bigint, p_only bigint)
returns table (id bigint, actor bigint, total integer, newest bigint, last_post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v record := notifications.reader(p_digest);
begin
  if v.account is null then return; end if;
  return query select s.id, s.actor, s.total, s.newest, s.last_post from (
    select q.id, q.actor, h.total, h.newest, h.last_post from notifications.request q
      cross join lateral (
        select count(*)::integer as total, max(d.id) as newest,
               coalesce(max(d.post) filter (where d.kind = 1), 0) as last_post
          from notifications.held d
         where d.cell = q.cell and d.account = q.account and d.actor = q.actor) h
     where q.cell = law.cell(v.account) and q.account = v.account and h.total > 0
       and q.id < coalesce(p_max, 9223372036854775807) and q.id > greatest(coalesce(p_since, 0), coalesce(p_min, 0))
       and (p_only is null or q.id = p_only) and notifications.wants(v.account, q.actor, 1::smallint)
     order by case when p_min is null then -q.id else q.id end limit p_limit) s
  order by 1 desc;
end $$;
