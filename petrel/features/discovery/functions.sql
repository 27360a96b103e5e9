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
