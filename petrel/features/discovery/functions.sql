-- What is proposed to people. Ids and numbers only: whoever shows a post, or a tag because of posts, asks the law again.
-- p_is_open: also what the crew has not looked at yet.

-- Tags that are used more than usual, first the most; p_is_crew: all of them, for the crew, whatever it said of them.
create or replace function discovery.tags(p_digest bytea, p_scopes text[], p_is_crew boolean, p_is_open boolean,
                                          p_limit integer, p_offset integer)
returns table (tag bigint, sealed_name bytea, is_approved boolean, samples bigint[])
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_is_crew and (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select t.tag, n.sealed_name, r.is_approved, t.samples from discovery.tag_trend t
    join search.tag n on n.tag = t.tag
    left join discovery.review r on r.kind = 1 and r.thing = t.tag
   where p_is_crew or coalesce(r.is_approved, p_is_open)
   order by t.score desc, t.tag limit p_limit offset p_offset;
end $$;

-- The same of posts: of each author the best one.
create or replace function discovery.posts(p_digest bytea, p_scopes text[], p_is_crew boolean, p_is_open boolean,
                                           p_limit integer, p_offset integer)
returns table (post bigint, is_approved boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_is_crew and (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select b.post, b.is_approved from (
    select distinct on (t.author) t.post, t.score, r.is_approved from discovery.post_trend t
      left join discovery.review r on r.kind = 2 and r.thing = t.post
     where t.score > 0 and (p_is_crew or coalesce(r.is_approved, p_is_open))
     order by t.author, t.score desc, t.post) b
   order by b.score desc, b.post limit p_limit offset p_offset;
end $$;

-- How tags were used on each of the last seven days on which they were.
create or replace function discovery.history(p_digest bytea, p_tags bigint[])
returns table (tag bigint, day date, uses integer, accounts integer)
language sql stable security definer set search_path = '' as $$
  select d.tag, d.day, d.uses, d.accounts from discovery.tag_day d
   where d.tag = any (p_tags) and d.day > (now() at time zone 'utc')::date - 7
$$;

-- What the crew said of one thing; no row where it has said nothing.
create or replace function discovery.said(p_digest bytea, p_kind smallint, p_thing bigint)
returns table (is_approved boolean)
language sql stable security definer set search_path = '' as $$
  select r.is_approved from discovery.review r where r.kind = p_kind and r.thing = p_thing
$$;

-- Links that more people post than usual, first the most. What the crew said of a link comes before what it said of
-- its publisher.
create or replace function discovery.links(p_digest bytea, p_scopes text[], p_is_crew boolean, p_is_open boolean,
                                           p_limit integer, p_offset integer)
returns table (link bigint, card bigint, sealed_card bytea, is_approved boolean, samples bigint[])
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_is_crew and (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select t.link, t.card, c.sealed_card, coalesce(r.is_approved, o.is_approved), t.samples
    from discovery.link_trend t
    join cards.card c on c.id = t.card and c.state = 1
    left join discovery.review r on r.kind = 3 and r.thing = t.link
    left join discovery.review o on o.kind = 4 and o.thing = t.publisher
   where p_is_crew or coalesce(r.is_approved, o.is_approved, p_is_open)
   order by t.score desc, t.link limit p_limit offset p_offset;
end $$;

-- Whose pages these are, each with the card of its first.
create or replace function discovery.publishers(p_digest bytea, p_scopes text[], p_limit integer, p_offset integer)
returns table (publisher bigint, card bigint, sealed_card bytea, is_approved boolean, said_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select b.publisher, b.card, c.sealed_card, r.is_approved, r.at from (
    select distinct on (t.publisher) t.publisher, t.card, t.score from discovery.link_trend t
     where t.publisher is not null order by t.publisher, t.score desc, t.link) b
    join cards.card c on c.id = b.card
    left join discovery.review r on r.kind = 4 and r.thing = b.publisher
   order by b.score desc, b.publisher limit p_limit offset p_offset;
end $$;

create or replace function discovery.link_history(p_digest bytea, p_links bigint[])
returns table (link bigint, day date, uses integer, accounts integer)
language sql stable security definer set search_path = '' as $$
  select d.link, d.day, d.uses, d.accounts from discovery.link_day d
   where d.link = any (p_links) and d.day > (now() at time zone 'utc')::date - 7
$$;

-- The card of an address, by its digest, when the link is shown as a trend.
create or replace function discovery.shown_link(p_digest bytea, p_address bytea, p_is_open boolean) returns bigint
language sql stable security definer set search_path = '' as $$
  select t.card from cards.card c
    join discovery.link_trend t on t.card = c.id
    left join discovery.review r on r.kind = 3 and r.thing = t.link
    left join discovery.review o on o.kind = 4 and o.thing = t.publisher
   where c.digest = p_address and c.state = 1 and coalesce(r.is_approved, o.is_approved, p_is_open)
$$;

-- Candidates of a link's timeline, newest first (p_back: the oldest above p_min): what is public, by whom wants to be
-- proposed to others. For a page 2,000 posts with the link are looked at, however many there are, one
-- by one: `offset 0` keeps the planner from beginning with another table.
create or replace function discovery.linking(p_digest bytea, p_card bigint, p_limit integer, p_max bigint, p_min bigint,
                                             p_back boolean)
returns table (post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_max bigint := coalesce(p_max, 9223372036854775807);
  v_min bigint := coalesce(p_min, 0);
begin
  if p_back then
    return query select s.post from (
      select n.post from (
        select l.cell, l.post from cards.link l where l.card = p_card and l.post < v_max and l.post > v_min
         order by l.post limit 2000) n
       cross join lateral (
        select from posts.post p
          join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author and a.is_discoverable
         where p.cell = n.cell and p.id = n.post and p.audience = 0 and p.flags & 512 = 0 offset 0) fits
       order by n.post limit p_limit) s order by s.post desc;
  else
    return query select n.post from (
        select l.cell, l.post from cards.link l where l.card = p_card and l.post < v_max and l.post > v_min
         order by l.post desc limit 2000) n
       cross join lateral (
        select from posts.post p
          join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author and a.is_discoverable
         where p.cell = n.cell and p.id = n.post and p.audience = 0 and p.flags & 512 = 0 offset 0) fits
       order by n.post desc limit p_limit;
  end if;
end $$;

-- Links whose publisher is not known yet.
create or replace function discovery.unnamed(p_system text)
returns table (link bigint, id bigint, sealed_card bytea)
language sql stable security definer set search_path = '' as $$
  select t.link, c.id, c.sealed_card from discovery.link_trend t join cards.card c on c.id = t.card
   where t.publisher is null
$$;

-- People -----------------------------------------------------------------------------------------------------

-- Whom the viewer could follow: by whom they follow, by the crew's recommendations, and by who is read most of those
-- who wrote lately. Nobody whom the viewer follows, asked, blocked, muted or dismissed, or who blocked the viewer, is in
-- a state of the law, or does not want to be proposed. At most 100 x 50 edges, 20 x 1,000 of the crew's and 2,000 posts
-- are read, however large the site is. source: decision 0051.
create or replace function discovery.suggestions(p_digest bytea, p_limit integer, p_offset integer)
returns table (account bigint, friends integer, is_picked boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  if v_me is null then return; end if;
  return query
  with friend as materialized (
    select r.other as id from relationships.relation r
     where r.cell = law.cell(v_me) and r.owner = v_me and r.following_id is not null
     order by r.following_id desc limit 100
  ), met as (
    select t.other as id, count(*)::integer as friends from friend f
      join accounts.account a on a.cell = law.cell(f.id) and a.id = f.id and not a.hides_network and a.state & 8190 = 0
     cross join lateral (
       select r.other from relationships.relation r
        where r.cell = law.cell(f.id) and r.owner = f.id and r.following_id is not null
        order by r.following_id desc limit 50) t
     group by t.other
  ), picked as (
    select distinct t.other as id from (
      select a.cell, a.id from accounts.account a where a.role <> 'member' and a.state & 8190 = 0 order by a.id limit 20) c
     cross join lateral (
       select r.other, r.bits from relationships.relation r
        where r.cell = c.cell and r.owner = c.id and r.following_id is not null order by r.following_id desc limit 1000) t
     where t.bits & 1024 <> 0
  ), heard as (
    select n.id from discovery.writing_lately(2000) n
      join accounts.account a on a.cell = law.cell(n.id) and a.id = n.id and a.is_discoverable
     order by a.followers_count desc, n.id limit 200
  ), proposed as (
    select c.id, max(c.friends) as friends, bool_or(c.is_picked) as is_picked, bool_or(c.is_heard) as is_heard from (
      select m.id, m.friends, false as is_picked, false as is_heard from met m
       union all select p.id, 0, true, false from picked p union all select h.id, 0, false, true from heard h) c
     group by c.id
  )
  select c.id, s.friends, c.is_picked from proposed c
    join accounts.account a on a.cell = law.cell(c.id) and a.id = c.id
   cross join lateral (select case when a.hides_network then 0 else c.friends end as friends) s
   where c.id <> v_me and a.is_discoverable and a.state & 8190 = 0 and (c.is_picked or c.is_heard or s.friends > 0)
     and not exists (select from relationships.relation r
                      where r.cell = law.cell(v_me) and r.owner = v_me and r.other = c.id
                        and (r.bits & 5 <> 0 or discovery.is_kept_apart(r.bits, r.muting_until)))
     and not exists (select from discovery.dismissed d
                      where d.cell = law.cell(v_me) and d.account = v_me and d.other = c.id)
   order by c.is_picked desc, s.friends desc, a.followers_count desc, c.id limit p_limit offset p_offset;
end $$;

-- Who wrote the p_most newest public posts, and each one's newest; none that is protected or in a state of the law.
create or replace function discovery.writing_lately(p_most integer) returns table (id bigint, post bigint)
language sql stable as $$
  select s.author, max(s.id) from (
    select p.author, p.id, p.flags from posts.post p
     where p.audience = 0 and p.boost_of is null and p.reply_to is null and p.flags & 512 = 0
     order by p.id desc limit p_most) s
    join accounts.account a on a.cell = law.cell(s.author) and a.id = s.author
     and not a.is_protected and a.state & 8190 = 0
   where s.flags & 69628 = 0 group by s.author
$$;

-- Whether a block, either way, or a mute that has not ended stands between two. Nothing stands where there is no row.
create or replace function discovery.is_kept_apart(p_bits integer, p_muting_until timestamptz) returns boolean
language sql stable as $$
  select coalesce(p_bits & 48 <> 0 or p_bits & 64 <> 0 and coalesce(p_muting_until > now(), true), false)
$$;

-- Accounts that want to be proposed: the newest, or (p_is_active) those who wrote one of the 10,000 newest public posts,
-- last written first. None whom the viewer blocked or muted, or who blocked the viewer.
create or replace function discovery.listed(p_digest bytea, p_is_active boolean, p_is_local boolean, p_limit integer,
                                            p_offset integer)
returns table (account bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := relationships.me(p_digest);
  v_most integer;
  v_found bigint[];
begin
  if not p_is_active then
    return query select a.id from accounts.account a
      left join relationships.relation r on r.cell = law.cell(v_me) and r.owner = v_me and r.other = a.id
     where a.is_discoverable and a.state & 8190 = 0 and (not p_is_local or a.domain is null)
       and not discovery.is_kept_apart(r.bits, r.muting_until)
     order by a.id desc limit p_limit offset p_offset;
    return;
  end if;
  foreach v_most in array array[500, 10000] loop
    v_found := array(
      select n.id from discovery.writing_lately(v_most) n
        join accounts.account a on a.cell = law.cell(n.id) and a.id = n.id and a.is_discoverable
        left join relationships.relation r on r.cell = law.cell(v_me) and r.owner = v_me and r.other = n.id
       where (not p_is_local or a.domain is null) and not discovery.is_kept_apart(r.bits, r.muting_until)
       order by n.post desc limit p_limit offset p_offset);
    exit when cardinality(v_found) = p_limit;
  end loop;
  return query select * from unnest(v_found);
end $$;

-- How much this site was used --------------------------------------------------------------------------------------

-- The weeks from p_first on that were counted, newest first.
create or replace function discovery.weeks(p_digest bytea, p_first date)
returns table (week date, posts integer, sign_ins integer, joined integer)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select w.week, w.posts, w.sign_ins, w.joined from discovery.week w where w.week >= p_first
                order by w.week desc;
end $$;

-- For the crew: by how many accounts that signed in then a language is read ('languages', by the first part of its code,
-- '' for not said) or an app is used ('sources', '' for the web).
create or replace function discovery.used(p_digest bytea, p_scopes text[], p_what text, p_from timestamptz,
                                          p_until timestamptz, p_limit integer)
returns table (name text, accounts bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select n.name, count(distinct t.account)
    from accounts.token t
    join accounts.account a on a.cell = law.cell(t.account) and a.id = t.account and a.state & 12288 = 0
    left join accounts.credential c on c.cell = a.cell and c.account = a.id
    left join accounts.app p on p.id = t.app
   cross join lateral (select case when p_what = 'languages' then lower(split_part(coalesce(c.locale, ''), '-', 1))
                                   else coalesce(p.name, '') end) n(name)
   where t.account is not null and t.made_at >= p_from and t.made_at < p_until
     and (p_what = 'languages' or t.kind = 'session' or p.id is not null)
   group by 1 order by 2 desc, 1 limit p_limit;
end $$;

-- For the crew: how many accounts came in each period (p_unit: day or month), by the period in which they were last here.
create or replace function discovery.cohorts(p_digest bytea, p_scopes text[], p_unit text, p_from timestamptz,
                                             p_until timestamptz)
returns table (joined date, last date, accounts bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select date_trunc(p_unit, a.joined_at at time zone 'utc')::date,
         date_trunc(p_unit, greatest(a.joined_at at time zone 'utc', c.signed_in_at at time zone 'utc',
                                     a.last_post_on::timestamp))::date, count(*)
    from accounts.account a
    left join accounts.credential c on c.cell = a.cell and c.account = a.id
   where a.domain is null and a.state & 14336 = 0 and a.joined_at >= p_from and a.joined_at < p_until
   group by 1, 2;
end $$;
