-- Candidates for timelines. They propose ids; law.page decides at the moment of showing.

-- The newest candidates of an account's home timeline: own posts and boosts, posts of whom it follows (a reply only
-- when it answers its author, the account itself, or somebody it follows), boosts by whom it follows with boosts.
-- Any order. source: DESIGN section 6.
create or replace function timelines.candidates(p_account bigint, p_most integer)
returns table (id bigint, boost_of bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_authors bigint[];
  v_quiet boolean[];
  v_each integer;
  v_found bigint[];
  v_boosted bigint[];
  v_bound bigint;
begin
  select array_agg(f.other), array_agg(f.quiet) into v_authors, v_quiet from (
    select p_account as other, false as quiet
    union all
    select r.other, r.bits & 256 <> 0 from relationships.relation r
     where r.cell = law.cell(p_account) and r.owner = p_account and r.following_id is not null) f;
  -- Few of each author at first. What was taken is right unless some author could have had more above the cut.
  v_each := greatest(20, 3 * p_most / cardinality(v_authors));
  loop
    with taken as materialized (
      select a.author, a.quiet, p.id, p.boost_of, p.reply_to_account,
             row_number() over (partition by a.author order by p.id desc) as place
        from unnest(v_authors, v_quiet) a(author, quiet)
        cross join lateral (
          select q.id, q.boost_of, q.reply_to_account from posts.post q
           where q.cell = law.cell(a.author) and q.author = a.author and q.flags & 512 = 0
           order by q.id desc limit v_each) p
    ), fitting as (
      select t.id, t.boost_of from taken t
       where case when t.author = p_account then true
                  when t.boost_of is not null then not t.quiet
                  when t.reply_to_account is null or t.reply_to_account in (t.author, p_account) then true
                  else exists (select from relationships.relation r where r.cell = law.cell(p_account)
                                and r.owner = p_account and r.other = t.reply_to_account and r.bits & 1 <> 0) end
       order by t.id desc limit p_most)
    select array_agg(f.id), array_agg(f.boost_of),
           (select max(t.id) from taken t where t.place = v_each)
      into v_found, v_boosted, v_bound from fitting f;
    exit when v_bound is null or v_each >= 3200   -- no more of one author, however little of them fits
           or (cardinality(v_found) = p_most and v_bound <= (select min(x) from unnest(v_found) x));
    v_each := v_each * 4;
  end loop;
  return query select * from unnest(v_found, v_boosted);
end $$;

-- For whom the rings of this machine are kept (the system), and for a reader whose ring is not at hand.
create or replace function timelines.candidates_of(p_system text, p_account bigint, p_most integer)
returns table (id bigint, boost_of bigint)
language sql stable security definer set search_path = '' as $$
  select * from timelines.candidates(p_account, p_most)
$$;

create or replace function timelines.own_candidates(p_digest bytea, p_most integer)
returns table (id bigint, boost_of bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is not null then
    return query select * from timelines.candidates(v.account, p_most);
  end if;
end $$;

-- Candidates of a list of the viewer's, newest first: posts of its members, and replies by its policy
-- (followed: to anybody the viewer follows; list: to members; none). Boosts by members included.
create or replace function timelines.of_list(p_digest bytea, p_list bigint, p_limit integer, p_max bigint, p_min bigint)
returns table (id bigint, boost_of bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_policy text;
begin
  select l.replies_policy into v_policy from lists.list l
   where l.cell = law.cell(p_list) and l.id = p_list and l.owner = v.account and v.kind <> 'outdated';
  if v_policy is null then return; end if;
  -- The order is spelled out, so that of each member the newest (or, upwards, the oldest) are read and no more.
  return query execute format(
    'select s.id, s.boost_of from (
       select p.id, p.boost_of from lists.member m
         join relationships.relation f on f.cell = law.cell($1) and f.owner = $1 and f.other = m.account and f.bits & 1 <> 0
         cross join lateral (
           select q.id, q.boost_of from posts.post q
            where q.cell = law.cell(m.account) and q.author = m.account and q.flags & 512 = 0
              and q.id < $5 and q.id > $6
              and (q.reply_to_account is null or q.reply_to_account in (m.account, $1)
                or ($3 = ''list'' and exists (select from lists.member o where o.cell = m.cell and o.list = $2
                                             and o.account = q.reply_to_account))
                or ($3 = ''followed'' and exists (select from relationships.relation r where r.cell = law.cell($1)
                                                 and r.owner = $1 and r.other = q.reply_to_account and r.bits & 1 <> 0)))
            order by q.id %1$s limit $4) p
        where m.cell = law.cell($2) and m.list = $2
        order by p.id %1$s limit $4) s
     order by 1 desc', case when p_min is null then 'desc' else 'asc' end)
    using v.account, p_list, v_policy, p_limit, coalesce(p_max, 9223372036854775807), coalesce(p_min, 0);
end $$;

-- Whom accounts follow, for the fan-out: (owner, other, without boosts).
create or replace function timelines.edges(p_system text, p_owners bigint[])
returns table (owner bigint, other bigint, is_quiet boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select r.owner, r.other, r.bits & 256 <> 0 from unnest(p_owners) o(owner)
    join relationships.relation r on r.cell = law.cell(o.owner) and r.owner = o.owner
   where r.following_id is not null;
end $$;

-- Where the viewer stopped reading.
create or replace function timelines.markers(p_digest bytea, p_timelines text[])
returns table (timeline text, last_read bigint, version integer, changed_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  return query select m.timeline, m.last_read, m.version, m.changed_at from timelines.marker m
   where m.cell = law.cell(v.account) and m.account = v.account and m.timeline = any (p_timelines)
     and v.kind <> 'outdated';
end $$;

-- What of the viewer's own brings a post of p_author's before them: that they follow its author, whom it answers, lists
-- of theirs, and boosts by whom they follow with boosts (the newest first). Proposals, which the law has to judge.
create or replace function timelines.brought_by(p_digest bytea, p_post bigint)
returns table (kind text, account bigint, number bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := relationships.me(p_digest);
  v_post posts.post;
begin
  select * into v_post from posts.post p where p.cell = law.cell(p_post) and p.id = p_post;
  if v_me is null or v_post.id is null then
    return;
  end if;
  return query
    select 'follows', r.other, null::bigint from relationships.relation r
     where r.cell = law.cell(v_me) and r.owner = v_me and r.other = v_post.author and r.bits & 1 <> 0
    union all
    select 'answers', r.other, null from relationships.relation r
     where r.cell = law.cell(v_me) and r.owner = v_me and r.other = v_post.reply_to_account and r.bits & 1 <> 0
       and v_post.reply_to_account <> v_post.author
    union all
    select 'list', v_post.author, h.id from lists.holding(p_digest, v_post.author) h
    union all
    (select 'boost', r.other, m.boost from relationships.relation r
       join posts.mark m on m.cell = law.cell(r.other) and m.account = r.other and m.post = p_post
      where r.cell = law.cell(v_me) and r.owner = v_me and r.following_id is not null and r.bits & 256 = 0
        and m.boost is not null
      order by m.boost desc limit 20);
end $$;
