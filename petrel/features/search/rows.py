"""Named SQL of the index, in sets."""

# Whoever writes the index holds this lock until their commit: a post that is indexed anew while it is deleted stays
# deleted, because one of the two comes after the other. Says which index this is; null after a crash.
HOLD = "select pg_advisory_xact_lock(7022003), (select born from search.alive) as born"
BORN = "select born from search.alive"
SEALED = """
select id, author, audience, flags, mentions, reply_to, reply_to_account, language, sealed
  from posts.sealed_of('search', $1::bigint[])
"""
# Open to search is what is public and by an author who agreed to be found, and not written while protected.
# source: visibility.md section 4.1. The last three words are its eras: see functions.sql, search.era.
PUT_POSTS = """
insert into search.post_words (post, author, is_indexable, words, pairs)
select p.id, p.author, o.is_open, ($4::bigint[])[n.first:n.last] || case when o.is_open then array[$5::bigint] end
         || array[(1::bigint << 44) + (p.id >> 51), (2::bigint << 44) + (p.id >> 47), (3::bigint << 44) + (p.id >> 43)],
       ($8::smallint[])[n.first_pair:n.last_pair]
  from unnest($1::bigint[], $2::integer[], $3::integer[], $6::integer[], $7::integer[])
       n(post, first, last, first_pair, last_pair)
  join posts.post p on p.cell = law.cell(n.post) and p.id = n.post and p.flags & 512 = 0
  join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author
 cross join lateral (
   select p.audience = 0 and p.flags & 65536 = 0 and a.is_indexable and not a.is_protected) o(is_open)
on conflict (post) do update
   set is_indexable = excluded.is_indexable, words = excluded.words, pairs = excluded.pairs
"""
DROP_POSTS = "delete from search.post_words where post = any($1::bigint[]) returning words"
WORDS_OF = "select words from search.post_words where post = any($1::bigint[])"
# Names of tags that no public post has any more. The newest posts are looked through first: of a common tag the index
# would have to read all that have it.
FORGET_TAGS = """
delete from search.tag t where t.tag = any($1::bigint[])
   and not exists (select from (select w.words from search.post_words w where w.is_indexable
                                 order by w.post desc limit 500) n where n.words @> array[t.tag])
   and not exists (select from search.post_words w
                     join posts.post p on p.cell = law.cell(w.post) and p.id = w.post
                    where w.words @> array[t.tag] and p.audience = 0 and p.flags & 66048 = 0)
returning t.tag
"""
LEARN = """
insert into search.vocabulary (word, edges)
select n.word, ($4::bigint[])[n.first:n.last]
  from unnest($1::bigint[], $2::integer[], $3::integer[]) n(word, first, last)
on conflict do nothing
"""
NAME_TAGS = """
insert into search.tag (tag, sealed_name) select * from unnest($1::bigint[], $2::bytea[]) on conflict do nothing
"""
PUT_ACCOUNTS = """
insert into search.account_words (account, words)
select n.account, ($4::bigint[])[n.first:n.last]
  from unnest($1::bigint[], $2::integer[], $3::integer[]) n(account, first, last)
on conflict (account) do update set words = excluded.words
"""
# Posts of an account whose being open to search has changed with it.
REOPEN = """
with wrong as (
  select w.post, o.is_open from search.post_words w
    join posts.post p on p.cell = law.cell(w.post) and p.id = w.post
    join accounts.account a on a.cell = law.cell(w.author) and a.id = w.author
   cross join lateral (
     select p.audience = 0 and p.flags & 65536 = 0 and a.is_indexable and not a.is_protected) o(is_open)
   where w.author = $1 and w.post < $2 and w.is_indexable <> o.is_open
   order by w.post desc limit 1000)
update search.post_words w
   set is_indexable = wrong.is_open,
       words = case when wrong.is_open then w.words || $3::bigint else array_remove(w.words, $3::bigint) end
  from wrong where w.post = wrong.post returning w.post
"""
# The newest below an id, whatever cells there are: at least $2 of them, unless these are the last. So many are taken
# of each cell; what is below the last one of a cell that may have more has to wait.
_NEWEST = """
with recursive cells(cell) as (
  select min(t.cell) from {0} t
  union all
  select (select min(t.cell) from {0} t where t.cell > c.cell) from cells c where c.cell is not null
), found as materialized (
  select c.cell, s.id from cells c
   cross join lateral (select t.id from {0} t where t.cell = c.cell and t.id < $1 and {1}
                        order by t.id desc limit $2) s
   where c.cell is not null
), bound as (
  select coalesce(max(b.low), 0) as low
    from (select min(f.id) as low from found f group by f.cell having count(*) = $2) b)
select f.id from found f cross join bound b where f.id >= b.low
"""
POSTS_BELOW = _NEWEST.format("posts.post", "t.boost_of is null and t.flags & 512 = 0")
ACCOUNTS_BELOW = _NEWEST.format("accounts.account", "true")

# An index that was lost, or is of another format, is built from the newest post on.
BEGIN_BUILD = """
insert into search.build (name, at_id, born, format)
select name, 9223372036854775807, $1, $2 from (values ('posts'), ('accounts')) n(name)
on conflict (name) do update set at_id = excluded.at_id, born = excluded.born, format = excluded.format, done_at = null
"""
FORMATS = "select min(format) from search.build"
BEGIN_ALIVE = """
insert into search.alive (born) values ($1) on conflict (one) do update set born = excluded.born
"""
TO_BUILD = "select at_id, born from search.build where name = $1 and done_at is null"
BUILT_TO = "update search.build set at_id = $2, done_at = case when $3 then now() end where name = $1"
PROGRESS = """
select b.name, b.at_id as reached, b.done_at is not null and a.one is not null as is_done
  from search.build b left join search.alive a on a.born = b.born
"""
