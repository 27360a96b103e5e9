"""Named SQL of trends. All of it counts what is there now; nothing here says who did what.

A post counts while it is public, not written or held by a protected account, and neither it nor its author is in a
state of the law but `sensitive`; a post is proposed only without that too, and only where its author wants to be
proposed to others. source: docs/law/visibility.md section 4, surface `pub` and `cnt`.
"""

# 69628: every state but sensitive (2), and written while protected; of an account 8190: every state, and unconfirmed.
_TAGS = """
select n.word as thing, s.post, s.author, a.is_discoverable
  from (select w.post, w.author, w.words from search.post_words w where w.post >= $1 and w.post < $2
         order by w.post desc limit $3) s
  join posts.post p on p.cell = law.cell(s.post) and p.id = s.post and p.audience = 0 and p.flags & 69628 = 0
  join accounts.account a on a.cell = law.cell(s.author) and a.id = s.author
   and not a.is_protected and a.state & 8190 = 0
 cross join lateral (select distinct x as word from unnest(s.words) x) n
  join search.tag t on t.tag = n.word
"""
# A link behind a warning is not counted. Its number is made of the card's digest: the same when the card goes and
# comes again.
LINK_NUMBER = "('x' || substr(encode(c.digest, 'hex'), 1, 15))::bit(60)::bigint"
_LINKS = f"""
select {LINK_NUMBER} as thing, s.card, s.post, p.author, a.is_discoverable
  from (select l.post, l.card from cards.link l where l.post >= $1 and l.post < $2 order by l.post desc limit $3) s
  join posts.post p on p.cell = law.cell(s.post) and p.id = s.post and p.audience = 0 and p.flags & 69630 = 0
  join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author
   and not a.is_protected and a.state & 8190 = 0
  join cards.card c on c.id = s.card and c.state = 1
"""


# $1, $2: the first ids of the day and of the next. $4: the day.
def _count_day(kind: str, used: str) -> str:
    return f"""
with counted as materialized (
  select u.thing, count(*)::integer as uses, count(distinct u.author)::integer as accounts from ({used}) u
   group by u.thing
), gone as (
  delete from discovery.{kind}_day d where d.day = $4 and not exists (select from counted c where c.thing = d.{kind})
)
insert into discovery.{kind}_day as d ({kind}, day, uses, accounts)
select c.thing, $4, c.uses, c.accounts from counted c
on conflict ({kind}, day) do update set uses = excluded.uses, accounts = excluded.accounts
 where (d.uses, d.accounts) <> (excluded.uses, excluded.accounts)
"""


# Each account once for each, by its newest use: it weighs half after each half-life ($7, in ids), and little when
# it is young (a number from $4 on: nothing; from $5 on: $6). Against what is usual on a day. `more`: a column of `used`
# that is one for each of them, and is kept.
def _count_risen(kind: str, used: str, more: str = "") -> str:
    one, newest, kept, found = (t.format(more) if more else "" for t in (
        ", {0}", ", max(u.{0}) as {0}", ", max(w.{0}) as {0}", ", {0} = excluded.{0}"))
    return f"""
with used as materialized (
  select u.thing, u.author, max(u.post) as post{newest} from ({used}) u where u.is_discoverable
   group by u.thing, u.author
), weighed as (
  select u.*, case when u.author >= $4 then 0.0 when u.author >= $5 then $6::float8 else 1.0 end as weight from used u
), risen as (
  select w.thing{kept}, sum(w.weight * power(0.5, ($2 - w.post) / $7::float8)) as seen,
         (array_agg(w.post order by w.post desc))[1:10] as samples
    from weighed w group by w.thing having sum(w.weight) >= $8::float8
), usual as (
  select d.{kind} as thing, sum(d.accounts) / 6.0 as accounts from discovery.{kind}_day d
   where d.day < $9 and d.day >= $9 - 6 group by d.{kind}
), scored as (
  select r.thing{one}, r.samples,
         (r.seen - coalesce(u.accounts, 0)) ^ 2 / (coalesce(u.accounts, 0) + 1) as score
    from risen r left join usual u on u.thing = r.thing where r.seen > coalesce(u.accounts, 0)
   order by score desc limit $10
), gone as (
  delete from discovery.{kind}_trend t where not exists (select from scored s where s.thing = t.{kind})
)
insert into discovery.{kind}_trend ({kind}{one}, score, samples)
select s.thing{one}, s.score, s.samples from scored s
on conflict ({kind}) do update set score = excluded.score, samples = excluded.samples{found}
"""


COUNT_TAG_DAY = _count_day("tag", _TAGS)
COUNT_LINK_DAY = _count_day("link", _LINKS)
COUNT_TAGS = _count_risen("tag", _TAGS)
COUNT_LINKS = _count_risen("link", _LINKS, "card")
# A link whose publisher is not known yet, and whose it is.
UNNAMED = "select link, id, sealed_card from discovery.unnamed('discovery')"
NAME = """
update discovery.link_trend t set publisher = n.publisher from unnest($1::bigint[], $2::bigint[]) n(link, publisher)
 where t.link = n.link
"""
# What may be proposed, of posts from $2 on.
_FITS = """
  join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author
 where p.audience = 0 and p.flags & 69630 = 0 and p.boost_of is null and p.reply_to is null and p.id >= $2
   and a.is_discoverable and not a.is_protected and a.state & 8190 = 0
"""
NOTE_POSTS = f"""
insert into discovery.post_trend (post, author)
select p.id, p.author from unnest($1::bigint[]) n(id) join posts.post p on p.cell = law.cell(n.id) and p.id = n.id
{_FITS} order by p.id on conflict do nothing
"""
# Beyond $1, those that weigh least.
DROP_POSTS = f"""
delete from discovery.post_trend t where not exists (
  select from (select * from posts.post q where q.cell = law.cell(t.post) and q.id = t.post) p {_FITS})
    or t.post in (select o.post from discovery.post_trend o order by o.score desc, o.post desc offset $1)
"""
# $1 now, as an id; $2, $3, $4: as $4 to $6 above; $5: the half-life, in ids; $6: so many reactions of each post.
COUNT_POSTS = """
update discovery.post_trend t set score = c.score
  from (select o.post,
               case when coalesce(sum(x.weight), 0) < $7::float8 then 0
                    else sum(x.weight) * power(0.5, ($1 - o.post) / $5::float8) end as score
          from discovery.post_trend o
          left join lateral (
            select case when d.account >= $2 then 0.0 when d.account >= $3 then $4::float8 else 1.0 end
                              as weight
              from (select distinct r.account from (
                      select k.account from posts.reaction k
                       where k.cell = law.cell(o.post) and k.post = o.post and k.kind in (1, 4)
                       order by k.id desc limit $6) r) d
              join accounts.account a on a.cell = law.cell(d.account) and a.id = d.account and a.state & 8190 = 0
             where d.account <> o.author) x on true
         group by o.post) c
 where t.post = c.post and t.score <> c.score
"""
EXPIRE_DAYS = tuple(f"delete from discovery.{kind}_day where day <= (now() at time zone 'utc')::date - 7"
                    for kind in ("tag", "link"))
CLEAR = tuple(f"delete from discovery.{table}" for table in (
    "tag_trend", "tag_day", "post_trend", "link_trend", "link_day"))
FORGET_REVIEWS = """
delete from discovery.review r where r.kind = 2 and not exists (
  select from posts.post p where p.cell = law.cell(r.thing) and p.id = r.thing and p.flags & 512 = 0)
"""
SAY = """
insert into discovery.review (kind, thing, is_approved, author) values ($1, $2, $3, $4)
on conflict (kind, thing) do update set is_approved = excluded.is_approved, at = now()
 where review.is_approved <> excluded.is_approved
"""
FORGET_WEEKS = "delete from discovery.week where week < $1"
COUNTED_WEEKS = "select week from discovery.week where counted_at >= (week + 7)::timestamp at time zone 'utc'"
# $1: Monday. $2, $3: the first ids of the week and of the next. $4, $5: their beginnings. 66048: deleted, and written
# while protected; 12288: not confirmed, and the site's own accounts, which count nowhere.
COUNT_WEEK = """
with recursive cells(cell) as (
  select min(t.cell) from posts.post t
  union all
  select (select min(t.cell) from posts.post t where t.cell > c.cell) from cells c where c.cell is not null
)
insert into discovery.week as w (week, posts, sign_ins, joined)
select $1,
  (select count(*) from cells c
    cross join lateral (select p.author from posts.post p
                         where p.cell = c.cell and p.id >= $2 and p.id < $3 and p.audience < 2 and p.boost_of is null
                           and p.flags & 66048 = 0) p
    where p.author not in (select a.id from accounts.account a where a.state & 8192 <> 0)),
  (select count(distinct t.account) from accounts.token t
     join accounts.account a on a.cell = law.cell(t.account) and a.id = t.account and a.state & 12288 = 0
    where t.account is not null and t.made_at >= $4 and t.made_at < $5),
  (select count(*) from accounts.account a
    where a.domain is null and a.state & 12288 = 0 and a.joined_at >= $4 and a.joined_at < $5)
on conflict (week) do update set posts = excluded.posts, sign_ins = excluded.sign_ins, joined = excluded.joined,
  counted_at = now()
"""
