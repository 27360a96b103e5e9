-- Candidates for searches and hashtag timelines. They propose ids; law.page decides at the moment of showing.
-- Everything asked for comes as keyed hashes: no word ever reaches the database.

-- The newest posts with all of p_all, one of p_any and none of p_none, newest first (p_back: the oldest above p_min).
--
-- Two ways, because neither serves all words. Newest first through the posts themselves finds common words within a
-- few rows; the word index finds rare ones among any number. So the newest posts are read first, as many as cost
-- about what the index will at worst (the root of wanted times all), and only then the index is asked.
-- p_scope says what to read: open (posts that anybody signed in may find), author, all; or, where no order is kept,
-- only the index. p_mark is the mark that narrows the index likewise.
create or replace function search.newest(p_scope text, p_author bigint, p_mark bigint, p_all bigint[], p_any bigint[],
  p_none bigint[], p_limit integer, p_max bigint, p_min bigint, p_back boolean, p_window integer)
returns bigint[]
language plpgsql stable as $$
declare
  v_found bigint[] := '{}';
  v_edge bigint := p_max;
  v_marked bigint[] := case when p_mark is null then p_all else p_all || p_mark end;
  v_reach integer := greatest(p_window, sqrt(p_limit * greatest(0, (
      select c.reltuples from pg_catalog.pg_class c where c.oid = 'search.post_words'::pg_catalog.regclass)))::integer)
    / (1 + coalesce(cardinality(p_any), 0) / 8);
begin
  if not p_back and p_scope in ('open', 'author', 'all') then
    if p_scope = 'open' then
      v_found := array(
        select n.post from (select w.post, w.words from search.post_words w
                             where w.is_indexable and w.post < p_max and w.post > p_min
                             order by w.post desc limit v_reach) n
         where n.words @> p_all and (p_any is null or n.words && p_any) and not n.words && p_none limit p_limit);
      if cardinality(v_found) = p_limit then return v_found; end if;
      select w.post into v_edge from search.post_words w where w.is_indexable and w.post < p_max and w.post > p_min
       order by w.post desc offset v_reach limit 1;
    elsif p_scope = 'author' then
      v_found := array(
        select n.post from (select w.post, w.words from search.post_words w
                             where w.author = p_author and w.post < p_max and w.post > p_min
                             order by w.post desc limit v_reach) n
         where n.words @> p_all and (p_any is null or n.words && p_any) and not n.words && p_none limit p_limit);
      if cardinality(v_found) = p_limit then return v_found; end if;
      select w.post into v_edge from search.post_words w where w.author = p_author and w.post < p_max and w.post > p_min
       order by w.post desc offset v_reach limit 1;
    else
      v_found := array(
        select n.post from (select w.post, w.words from search.post_words w where w.post < p_max and w.post > p_min
                             order by w.post desc limit v_reach) n
         where n.words @> p_all and (p_any is null or n.words && p_any) and not n.words && p_none limit p_limit);
      if cardinality(v_found) = p_limit then return v_found; end if;
      select w.post into v_edge from search.post_words w where w.post < p_max and w.post > p_min
       order by w.post desc offset v_reach limit 1;
    end if;
    if v_edge is null then return v_found; end if;       -- everything has been read
    v_edge := v_edge + 1;
  end if;
  -- `+ 0` keeps the planner from the other indexes: it cannot know how rare a word is.
  if p_any is null then
    return v_found || array(
      with m as materialized (select w.post from search.post_words w
                               where w.words @> v_marked and not w.words && p_none
                                 and w.post + 0 < v_edge and w.post + 0 > p_min)
      select m.post from m order by case when p_back then m.post else -m.post end limit p_limit - cardinality(v_found));
  end if;
  return v_found || array(
    with m as materialized (select w.post from search.post_words w
                             where w.words @> v_marked and w.words && p_any and not w.words && p_none
                               and w.post + 0 < v_edge and w.post + 0 > p_min)
    select m.post from m order by case when p_back then m.post else -m.post end limit p_limit - cardinality(v_found));
end $$;

-- What somebody is typing, completed: the words that were used first of those that begin so, and the beginning itself.
create or replace function search.completed(p_word bigint, p_edge bigint) returns bigint[]
language plpgsql stable as $$
begin
  return array(select v.word from search.vocabulary v where v.edges @> array[p_edge] limit 64) || p_word;
end $$;

-- Posts for a member: among those that are open to search, their own, and those that name them; or, with p_author, by
-- one author. p_word and p_edge: the word still being typed, as a word and as a beginning. The marks are hashes of the
-- caller's: wrong ones propose posts that the law will not show.
create or replace function search.posts(p_digest bytea, p_all bigint[], p_word bigint, p_edge bigint, p_none bigint[],
  p_open bigint, p_by bigint, p_to bigint, p_author bigint, p_by_author bigint, p_limit integer, p_max bigint,
  p_min bigint, p_back boolean, p_window integer)
returns table (post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_any bigint[] := case when p_edge is not null then search.completed(p_word, p_edge) end;
  v_max bigint := coalesce(p_max, 9223372036854775806);
  v_min bigint := coalesce(p_min, 0);
  v_found bigint[];
begin
  if v.account is null or v.state & 384 <> 0
     or not (v.kind = 'session' or v.scopes && array['read', 'read:search']) then return; end if;
  if p_author is not null then
    v_found := search.newest('author', p_author, p_by_author, p_all, v_any, p_none, p_limit, v_max, v_min, p_back, p_window);
  elsif p_all = '{}' and v_any is null then
    return;
  else
    v_found := search.newest('open', null, p_open, p_all, v_any, p_none, p_limit, v_max, v_min, p_back, p_window)
      || search.newest('author', v.account, p_by, p_all, v_any, p_none, p_limit, v_max, v_min, p_back, p_window)
      || search.newest('named', null, p_to, p_all, v_any, p_none, p_limit, v_max, v_min, p_back, p_window);
  end if;
  return query select s.x from (
    select distinct x, case when p_back then x else -x end as place from unnest(v_found) x order by 2 limit p_limit) s
   order by 1 desc;
end $$;

-- Posts under hashtags, for whoever looks at public timelines.
create or replace function search.tagged(p_digest bytea, p_all bigint[], p_any bigint[], p_none bigint[],
  p_limit integer, p_max bigint, p_min bigint, p_back boolean, p_window integer)
returns table (post bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select x from unnest(search.newest('all', null, null, p_all, p_any, p_none, p_limit,
    coalesce(p_max, 9223372036854775806), coalesce(p_min, 0), p_back, p_window)) x order by x desc;
end $$;

-- Hashtags that begin so, with the newest posts under each: whoever shows a tag asks the law for those first.
create or replace function search.tags(p_digest bytea, p_word bigint, p_edge bigint, p_limit integer)
returns table (tag bigint, sealed_name bytea, posts bigint[])
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select t.tag, t.sealed_name,
         search.newest('all', null, null, array[t.tag], null, '{}', 5, 9223372036854775806, 0, false, 50)
    from (select p_word as word, 0 as place
          union all
          select v.word, 1 from (select s.word from search.vocabulary s where s.edges @> array[p_edge] limit 64) v) w
    join search.tag t on t.tag = w.word
   order by w.place limit p_limit;
end $$;

-- Accounts whose handle or name has words that begin so: p_exact first, then whom the viewer follows, then who has
-- most followers. Of very many, some. accounts.cards has the last word on each.
create or replace function search.accounts(p_digest bytea, p_terms bigint[], p_exact bigint[], p_following boolean,
                                           p_limit integer, p_offset integer)
returns table (account bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_found bigint[] := '{}';
begin
  if p_terms <> '{}' then
    v_found := array(select w.account from search.account_words w where w.words @> p_terms limit 1001);
    if cardinality(v_found) > 1000 or p_following then
      v_found := v_found || array(
        select r.other from (select f.other from relationships.relation f
                              where f.cell = law.cell(v.account) and f.owner = v.account and f.following_id is not null
                              order by f.following_id desc limit 5000) r
          join search.account_words w on w.account = r.other where w.words @> p_terms);
    end if;
  end if;
  return query
  select a.id from (select distinct x from unnest(v_found || p_exact) x) f(id)
    join accounts.account a on a.cell = law.cell(f.id) and a.id = f.id
    left join relationships.relation r on r.cell = law.cell(v.account) and r.owner = v.account and r.other = a.id
   where a.state & 4480 = 0 and coalesce(r.bits, 0) & 16 = 0
     and (not p_following or coalesce(r.bits, 0) & 1 <> 0)
   order by a.id = any (p_exact) desc, coalesce(r.bits, 0) & 1 desc, a.followers_count desc, a.id
   limit p_limit offset p_offset;
end $$;

-- How far the index of posts and of accounts is: what is newer than `reached` has been indexed, once it is done all.
create or replace function search.progress(p_digest bytea)
returns table (name text, reached bigint, is_done boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select b.name, b.at_id, b.done_at is not null and a.one is not null
    from search.build b left join search.alive a on a.born = b.born;
end $$;
