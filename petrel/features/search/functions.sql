-- Candidates for searches and hashtag timelines. They propose ids; law.page decides at the moment of showing.
-- Everything asked for comes as keyed hashes: no word ever reaches the database.

-- How posts are found: with all of p_all, one of p_any and none of p_none, and with all of p_pairs side by side; null
-- where nothing of the kind is asked. Two ways, because neither serves all words. Newest first through the posts
-- themselves (`nearby`) finds common words within a few rows; the word index (`indexed`) finds rare ones among any
-- number. So the newest posts are read first, as many as cost about what the index will at worst (the root of wanted
-- times all), and the index is asked only for what is older. Measured: bench/search_bench.py.

-- That holds for words that are used evenly. One that was on everybody's lips last year, and is not now, has neither: so
-- the index gives so many posts at most, and when there are more it is asked era by era, newest first. The eras of a post
-- are marks among its words: numbers of its id's time alone, in three sizes: 400 days, 25 days, 37 hours. A hash of
-- a word is one of them by chance once in 2^47 words. Written by petrel/features/search/rows.py: PUT_POSTS.
create or replace function search.era(p_level integer, p_id bigint) returns bigint
language sql immutable parallel safe as $$
  select (p_level::bigint << 44) + (p_id >> case p_level when 1 then 51 when 2 then 47 else 43 end)
$$;

-- Reads the newest p_reach posts of a scope (open: those that anybody signed in may find; author; all) between p_max and
-- p_min, and stops when it has p_limit. `edge`: everything from there on is unread; null when there is nothing.
create or replace function search.nearby(p_scope text, p_author bigint, p_all bigint[], p_any bigint[], p_none bigint[],
  p_pairs smallint[], p_limit integer, p_max bigint, p_min bigint, p_reach integer, out ids bigint[], out edge bigint)
language plpgsql stable as $$
begin
  if p_scope = 'open' then
    ids := array(
      select n.post from (select w.post, w.words, w.pairs from search.post_words w
                           where w.is_indexable and w.post < p_max and w.post > p_min
                           order by w.post desc limit p_reach) n
       where n.words @> p_all and (p_any is null or n.words && p_any) and (p_none is null or not n.words && p_none)
         and (p_pairs is null or n.pairs @> p_pairs) limit p_limit);
    if cardinality(ids) < p_limit then
      select w.post + 1 into edge from search.post_words w where w.is_indexable and w.post < p_max and w.post > p_min
       order by w.post desc offset p_reach limit 1;
    end if;
  elsif p_scope = 'author' then
    ids := array(
      select n.post from (select w.post, w.words, w.pairs from search.post_words w
                           where w.author = p_author and w.post < p_max and w.post > p_min
                           order by w.post desc limit p_reach) n
       where n.words @> p_all and (p_any is null or n.words && p_any) and (p_none is null or not n.words && p_none)
         and (p_pairs is null or n.pairs @> p_pairs) limit p_limit);
    if cardinality(ids) < p_limit then
      select w.post + 1 into edge from search.post_words w where w.author = p_author and w.post < p_max and w.post > p_min
       order by w.post desc offset p_reach limit 1;
    end if;
  else
    ids := array(
      select n.post from (select w.post, w.words, w.pairs from search.post_words w
                           where w.post < p_max and w.post > p_min
                           order by w.post desc limit p_reach) n
       where n.words @> p_all and (p_any is null or n.words && p_any) and (p_none is null or not n.words && p_none)
         and (p_pairs is null or n.pairs @> p_pairs) limit p_limit);
    if cardinality(ids) < p_limit then
      select w.post + 1 into edge from search.post_words w where w.post < p_max and w.post > p_min
       order by w.post desc offset p_reach limit 1;
    end if;
  end if;
end $$;

-- Asks the word index for posts between p_below and p_min: p_most of them at most, whichever it meets. With p_author
-- only posts that are open or by this account. `+ 0` keeps the planner from other indexes: it cannot know how rare a
-- word is.
create or replace function search.some(p_all bigint[], p_any bigint[], p_none bigint[], p_pairs smallint[],
  p_author bigint, p_most integer, p_below bigint, p_min bigint)
returns bigint[]
language plpgsql stable set enable_seqscan = off as $$
begin
  if p_any is null then
    return array(select w.post from search.post_words w
                  where w.words @> p_all and (p_none is null or not w.words && p_none)
                    and (p_pairs is null or w.pairs @> p_pairs) and w.post + 0 < p_below and w.post + 0 > p_min
                    and (p_author is null or w.is_indexable or w.author = p_author) limit p_most);
  end if;
  return array(select w.post from search.post_words w
                where w.words @> p_all and w.words && p_any and (p_none is null or not w.words && p_none)
                  and (p_pairs is null or w.pairs @> p_pairs) and w.post + 0 < p_below and w.post + 0 > p_min
                  and (p_author is null or w.is_indexable or w.author = p_author) limit p_most);
end $$;

-- The same, sorted: the newest p_limit, or with p_back the oldest. p_level: the eras that were asked about already, 0 at
-- first. Of the smallest era all is sorted.
create or replace function search.indexed(p_level integer, p_all bigint[], p_any bigint[], p_none bigint[],
  p_pairs smallint[], p_author bigint, p_limit integer, p_below bigint, p_min bigint, p_back boolean)
returns bigint[]
language plpgsql stable as $$
declare
  v_most integer := case when p_level < 3 then greatest(1000, 4 * p_limit) end;
  v_shift integer := case p_level when 0 then 51 when 1 then 47 else 43 end;
  v_found bigint[] := search.some(p_all, p_any, p_none, p_pairs, p_author, v_most + 1, p_below, p_min);
  v_from bigint;
  v_to bigint;
  v_first bigint;
begin
  if v_most is null or cardinality(v_found) <= v_most then
    return array(select x from unnest(v_found) x order by case when p_back then x else -x end limit p_limit);
  end if;
  select greatest(p_min, min(w.post)) >> v_shift, least(p_below, max(w.post)) >> v_shift into v_from, v_to
    from search.post_words w;
  v_found := '{}';
  for i in 0 .. v_to - v_from loop
    exit when cardinality(v_found) >= p_limit;
    v_first := case when p_back then v_from + i else v_to - i end << v_shift;
    v_found := v_found || search.indexed(
      p_level + 1, p_all || search.era(p_level + 1, v_first), p_any, p_none, p_pairs, p_author,
      p_limit - cardinality(v_found), least(p_below, v_first + (1::bigint << v_shift)), greatest(p_min, v_first - 1),
      p_back);
  end loop;
  return v_found;
end $$;

-- How many of the newest posts to read first: fewer where many words would do, for each costs more; more for phrases,
-- whose words may be common and yet seldom stand side by side. Of one author only a window: the index narrows to those.
create or replace function search.reach(p_window integer, p_limit integer, p_any bigint[], p_pairs smallint[])
returns integer
language plpgsql stable as $$
begin
  return greatest(p_window, sqrt(p_limit * greatest(0, (
      select c.reltuples from pg_catalog.pg_class c where c.oid = 'search.post_words'::pg_catalog.regclass)))::integer)
    * case when p_pairs is null then 1 else 3 end / (1 + coalesce(cardinality(p_any), 0) / 8);
end $$;

-- One scope by both ways, newest first (p_back: the oldest above p_min, by the index alone).
create or replace function search.newest(p_scope text, p_author bigint, p_mark bigint, p_all bigint[], p_any bigint[],
  p_none bigint[], p_pairs smallint[], p_limit integer, p_max bigint, p_min bigint, p_back boolean, p_window integer)
returns bigint[]
language plpgsql stable as $$
declare
  v_near record;
  v_marked bigint[] := case when p_mark is null then p_all else p_all || p_mark end;
begin
  if p_back then
    return search.indexed(0, v_marked, p_any, p_none, p_pairs, null, p_limit, p_max, p_min, true);
  end if;
  v_near := search.nearby(p_scope, p_author, p_all, p_any, p_none, p_pairs, p_limit, p_max, p_min,
                          case when p_scope = 'author' then p_window
                               else search.reach(p_window, p_limit, p_any, p_pairs) end);
  if v_near.edge is null then return v_near.ids; end if;
  return v_near.ids || search.indexed(0, v_marked, p_any, p_none, p_pairs, null,
                                      p_limit - cardinality(v_near.ids), v_near.edge, p_min, false);
end $$;

-- What a member may find: open posts, their own, and posts that name them. Of many words for one (p_any) the index is
-- asked once for both of the first, and rows are looked at; of few, once for each, narrowed by its mark.
create or replace function search.of_member(p_account bigint, p_all bigint[], p_any bigint[], p_none bigint[],
  p_pairs smallint[], p_open bigint, p_by bigint, p_to bigint, p_limit integer, p_max bigint, p_min bigint,
  p_back boolean, p_window integer)
returns bigint[]
language plpgsql stable as $$
declare
  v_open record;
  v_own record;
  v_floor bigint := p_min;
  v_below bigint;
  v_found bigint[];
begin
  if p_back then
    if p_any is null then
      v_found := search.indexed(0, p_all || p_open, null, p_none, p_pairs, null, p_limit, p_max, p_min, true)
        || search.indexed(0, p_all || p_by, null, p_none, p_pairs, null, p_limit, p_max, p_min, true);
    else
      v_found := search.indexed(0, p_all, p_any, p_none, p_pairs, p_account, p_limit, p_max, p_min, true);
    end if;
    return v_found || search.indexed(0, p_all || p_to, p_any, p_none, p_pairs, null, p_limit, p_max, p_min, true);
  end if;
  v_open := search.nearby('open', null, p_all, p_any, p_none, p_pairs, p_limit, p_max, p_min,
                          search.reach(p_window, p_limit, p_any, p_pairs));
  if cardinality(v_open.ids) = p_limit then
    v_floor := v_open.ids[p_limit];           -- what is older than these no longer counts
  end if;
  v_own := search.nearby('author', p_account, p_all, p_any, p_none, p_pairs, p_limit, p_max, v_floor, p_window);
  v_found := v_open.ids || v_own.ids;
  if p_any is not null then
    v_below := greatest(v_open.edge, v_own.edge);
    if v_below is not null then
      v_found := v_found || search.indexed(0, p_all, p_any, p_none, p_pairs, p_account, p_limit, v_below, v_floor, false);
    end if;
  else
    if v_open.edge is not null then
      v_found := v_found || search.indexed(0, p_all || p_open, null, p_none, p_pairs, null, p_limit, v_open.edge,
                                           v_floor, false);
    end if;
    if v_own.edge is not null then
      v_found := v_found || search.indexed(0, p_all || p_by, null, p_none, p_pairs, null, p_limit, v_own.edge,
                                           v_floor, false);
    end if;
  end if;
  return v_found || search.indexed(0, p_all || p_to, p_any, p_none, p_pairs, null, p_limit, p_max, v_floor, false);
end $$;

-- Of what a member liked (1), bookmarked (2) or boosted (4). Rare words: the index, and whether the member marked it. All
-- others: the posts they marked, newest first, 20,000 at most; what is older is not found by such words.
create or replace function search.marked(p_account bigint, p_did integer, p_all bigint[], p_any bigint[],
  p_none bigint[], p_pairs smallint[], p_limit integer, p_max bigint, p_min bigint, p_back boolean)
returns bigint[]
language plpgsql stable set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare
  v_some bigint[];
begin
  if p_all <> '{}' then
    v_some := search.some(p_all, p_any, p_none, p_pairs, null, 501, p_max, p_min);
    if cardinality(v_some) <= 500 then
      return array(select m.post from unnest(v_some) s(post)
                     join posts.mark m on m.cell = law.cell(p_account) and m.account = p_account and m.post = s.post
                    where m.bits & p_did <> 0 order by case when p_back then m.post else -m.post end limit p_limit);
    end if;
  end if;
  if p_back then
    return array(select w.post
      from (select m.post from posts.mark m where m.cell = law.cell(p_account) and m.account = p_account
               and m.post < p_max and m.post > p_min and m.bits & p_did <> 0 order by m.post limit 20000) n
     cross join lateral (select w.post from search.post_words w where w.post = n.post and w.words @> p_all
        and (p_any is null or w.words && p_any) and (p_none is null or not w.words && p_none)
        and (p_pairs is null or w.pairs @> p_pairs)) w limit p_limit);
  end if;
  return array(select w.post
    from (select m.post from posts.mark m where m.cell = law.cell(p_account) and m.account = p_account
             and m.post < p_max and m.post > p_min and m.bits & p_did <> 0 order by m.post desc limit 20000) n
   cross join lateral (select w.post from search.post_words w where w.post = n.post and w.words @> p_all
      and (p_any is null or w.words && p_any) and (p_none is null or not w.words && p_none)
      and (p_pairs is null or w.pairs @> p_pairs)) w limit p_limit);
end $$;

-- One of several words: as they are, or also completed to the words that were used first of those that begin so.
create or replace function search.completed(p_words bigint[], p_edges bigint[]) returns bigint[]
language plpgsql stable as $$
begin
  if p_edges = '{}' then return nullif(p_words, '{}'); end if;
  return array(select v.word from search.vocabulary v where v.edges && p_edges limit 32) || p_words;
end $$;

-- Posts for a member. p_words, p_edges: a word in one or two spellings; when it is still being typed, its beginnings.
-- p_where: `all` (open to search, the member's own, and what names them), `public` (open), `library` (own, what names
-- them, what they liked, bookmarked or boosted), `did` (what they did p_did to), or `author`: by p_author. p_marks: hashes
-- of the marks open, by and to the member, by the author; wrong ones propose posts that the law will not show.
create or replace function search.posts(p_digest bytea, p_all bigint[], p_words bigint[], p_edges bigint[],
  p_none bigint[], p_pairs smallint[], p_where text, p_did integer, p_author bigint, p_marks bigint[], p_limit integer,
  p_max bigint, p_min bigint, p_back boolean, p_window integer)
returns table (post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_any bigint[] := search.completed(p_words, p_edges);
  v_none bigint[] := nullif(p_none, '{}');
  v_pairs smallint[] := nullif(p_pairs, '{}');
  v_found bigint[];
begin
  if v.account is null or v.state & 384 <> 0
     or not (v.kind = 'session' or v.scopes && array['read', 'read:search']) then return; end if;
  case p_where
  when 'author' then
    v_found := search.newest('author', p_author, p_marks[4], p_all, v_any, v_none, v_pairs, p_limit, p_max, p_min,
                             p_back, p_window);
  when 'public' then
    v_found := search.newest('open', null, p_marks[1], p_all, v_any, v_none, v_pairs, p_limit, p_max, p_min,
                             p_back, p_window);
  when 'did' then
    v_found := search.marked(v.account, p_did, p_all, v_any, v_none, v_pairs, p_limit, p_max, p_min, p_back);
  when 'library' then
    v_found := search.newest('author', v.account, p_marks[2], p_all, v_any, v_none, v_pairs, p_limit, p_max, p_min,
                             p_back, p_window)
      || search.indexed(0, p_all || p_marks[3], v_any, v_none, v_pairs, null, p_limit, p_max, p_min, p_back)
      || search.marked(v.account, 7, p_all, v_any, v_none, v_pairs, p_limit, p_max, p_min, p_back);
  else
    v_found := search.of_member(v.account, p_all, v_any, v_none, v_pairs, p_marks[1], p_marks[2], p_marks[3], p_limit,
                                p_max, p_min, p_back, p_window);
  end case;
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
  return query select x from unnest(search.newest('all', null, null, p_all, p_any, nullif(p_none, '{}'), null, p_limit,
    coalesce(p_max, 9223372036854775806), coalesce(p_min, 0), p_back, p_window)) x order by x desc;
end $$;

-- Hashtags that begin so, with the newest public posts under each: whoever shows a tag asks the law for those first.
-- Others are passed over here, up to 200 of them, so that what is written for few does not make a tag of all vanish.
create or replace function search.tags(p_digest bytea, p_word bigint, p_edge bigint, p_limit integer)
returns table (tag bigint, sealed_name bytea, posts bigint[])
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select t.tag, t.sealed_name,
         array(select p.id from unnest(search.newest('all', null, null, array[t.tag], null, null, null, 200,
                                                     9223372036854775806, 0, false, 200)) c(id)
                 join posts.post p on p.cell = law.cell(c.id) and p.id = c.id
                where p.audience = 0 and p.flags & 69600 = 0 order by p.id desc limit 5)
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
