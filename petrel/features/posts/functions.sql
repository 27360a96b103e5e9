-- What commands need to know of who acts, and the few changes that touch ciphertext in place.

-- One row per digest that belongs to an account, in the order asked. Errors: PT503 for an outdated program.
create or replace function posts.writers(p_digests bytea[])
returns table (ord integer, account bigint, state integer, is_protected boolean, default_audience smallint,
               default_sensitive boolean, default_language text, default_quote smallint, version integer, app bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if law.is_older() then perform law.refuse('outdated'); end if;
  return query
  select d.ord::integer, a.id, a.state, a.is_protected, a.default_audience, a.default_sensitive, a.default_language,
         a.default_quote, a.version, v.app
    from unnest(p_digests) with ordinality d(digest, ord)
    cross join lateral law.viewer(d.digest) v
    join accounts.account a on a.cell = law.cell(v.account) and a.id = v.account
   order by 1;
end $$;

-- Keeps the old text among the edits and puts the new one in its place. The new version, or null when the post is
-- not the viewer's own or gone.
create or replace function posts.rewrite(p_digest bytea, p_id bigint, p_sealed bytea, p_flags integer,
                                         p_language text, p_mentions bigint[])
returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_version integer;
begin
  if v.kind = 'outdated' then perform law.refuse(v.kind); end if;
  perform from posts.post p where p.cell = law.cell(p_id) and p.id = p_id for update;   -- one edit after the other
  insert into posts.edit (cell, post, version, at, flags, sealed)
  select p.cell, p.id, p.version, coalesce(p.edited_at, to_timestamp((p.id >> 16) / 1000.0)), p.flags, c.sealed
    from posts.post p join posts.content c on c.cell = p.cell and c.id = p.id
   where p.cell = law.cell(p_id) and p.id = p_id and p.author = v.account and p.flags & 512 = 0 and p.boost_of is null;
  update posts.post set version = version + 1, edited_at = now(), flags = (flags & ~15990786) | p_flags,
         language = p_language, mentions = p_mentions
   where cell = law.cell(p_id) and id = p_id and author = v.account and flags & 512 = 0 and boost_of is null
  returning version into v_version;
  if v_version is not null then
    update posts.content set sealed = p_sealed where cell = law.cell(p_id) and id = p_id;
  end if;
  return v_version;
end $$;

-- One's own post, for changing it, to an app that may write: as law.page gives it to one that may read, direct
-- messages included. No row for anybody else.
create or replace function posts.own_entry(p_writer text, p_digest bytea, p_id bigint)
returns setof law.entry
language plpgsql security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.state & 384 <> 0
     or not (v.kind = 'session' or v.scopes && array['write', 'write:statuses']) then
    return;
  end if;
  return query
  select d.ord, 0::smallint, d.id, d.code, d.who, d.states, d.audience, d.author, d.boost_of, d.reply_to,
    d.reply_to_account, d.edited_at, d.language, d.app, d.replies, d.boosts, d.likes, m.bits, d.stamp, d.author_posts,
    d.author_followers, d.author_following, d.author_last_post_on, c.sealed, null::bigint,
    accounts.card_of(1, d.author), p.quote_of,
    case when d.states & 18612224 <> 0 then law.live(d.viewer, d.id, d.states) end
  from law.decide(array[v.account], array[true], array[p_id], 1::smallint) d
  join posts.post p on p.cell = law.cell(d.id) and p.id = d.id
  join posts.content c on c.cell = law.cell(d.id) and c.id = d.id
  left join posts.mark m on m.cell = law.cell(v.account) and m.account = v.account and m.post = d.id
  where d.author = v.account and d.code > 3;
  if not found then
    return query select * from messages.own_entry(p_writer, p_digest, p_id);
  end if;
end $$;

-- Earlier versions of a post that the viewer may see (surface api), oldest first, the current one last. What waits
-- behind a notice does so here, until it is asked for with p_reveal.
create or replace function posts.history(p_digest bytea, p_id bigint, p_reveal boolean)
returns table (version integer, at timestamptz, flags integer, sealed bytea, audience smallint, author bigint, who integer)
language plpgsql stable security definer set search_path = '' as $$
declare v_post law.entry;
begin
  select * into v_post from law.page(p_digest, 1::smallint, array[p_id], array[0::bigint], array[0::bigint], null) s
   where s.depth = 0 and (s.code = 6 or s.code = 4 and p_reveal);
  if not found then
    return;
  end if;
  return query
  select e.version, e.at, e.flags, e.sealed, v_post.audience, v_post.author, v_post.who
    from posts.edit e where e.cell = law.cell(p_id) and e.post = p_id
  union all
  select p.version, coalesce(p.edited_at, to_timestamp((p.id >> 16) / 1000.0)), p.flags, c.sealed,
         v_post.audience, v_post.author, v_post.who
    from posts.post p join posts.content c on c.cell = p.cell and c.id = p.id
   where p.cell = law.cell(p_id) and p.id = p_id
  order by 1;
end $$;

-- The legal order for which this viewer is shown a notice instead of the post: no row for anybody else.
create or replace function posts.withholding(p_digest bytea, p_id bigint)
returns table (case_number text, notice_url text)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_country text := case when length(p_digest) = 2 then encode(p_digest, 'escape') end;
begin
  if not exists (select from law.page(p_digest, 1::smallint, array[p_id], array[0::bigint], null, null) s
                  where s.code = 1 and s.states & 16 <> 0) then
    return;
  end if;
  if v.account is not null then
    select a.country into v_country from accounts.account a where a.cell = law.cell(v.account) and a.id = v.account;
  end if;
  return query select w.case_number, w.notice_url from posts.withheld w
   where w.cell = law.cell(p_id) and w.post = p_id and w.country = v_country and w.until_at > now();
end $$;

-- Ids of the thread of a post that the viewer may see, in the order of writing; candidates only.
create or replace function posts.thread(p_digest bytea, p_id bigint, p_limit integer)
returns table (id bigint, reply_to bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (select from law.page(p_digest, 1::smallint, array[p_id], array[0::bigint], null, null) s
                  where s.code > 1) then
    return;
  end if;
  return query select p.id, p.reply_to from posts.post p
   where p.thread = (select o.thread from posts.post o where o.cell = law.cell(p_id) and o.id = p_id)
     and p.boost_of is null order by p.id limit p_limit;
end $$;

-- Replies below a post that the viewer may see, at any depth, and others of its thread that are younger, in the order of
-- writing: numbers, and whether the viewer is shown each on surface `thrd`. A thread may have ten thousand, so this
-- brings verdicts and nothing else; what is shown of them is judged again where it is.
create or replace function posts.outline(p_digest bytea, p_id bigint, p_limit integer)
returns table (id bigint, reply_to bigint, is_shown boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_ids bigint[];
  v_many integer[];
begin
  if not exists (select from law.page(p_digest, 1::smallint, array[p_id], array[0::bigint], null, null) s
                  where s.code > 1) then
    return;
  end if;
  v_ids := array(select p.id from posts.post p
    where p.thread = (select o.thread from posts.post o where o.cell = law.cell(p_id) and o.id = p_id)
      and p.boost_of is null and p.id > p_id order by p.id limit p_limit);
  if v_ids = '{}' then
    return;
  end if;
  v_many := array[cardinality(v_ids)];
  return query
  select d.id, d.reply_to, d.code > 0
    from law.decide(array_fill(v.account, v_many),
                    array_fill(coalesce(v.kind = 'session' or v.scopes && array['read', 'read:statuses'], false), v_many),
                    v_ids, 3::smallint,
                    array_fill(case when length(p_digest) = 2 then encode(p_digest, 'escape') end, v_many)) d
   order by d.ord;
end $$;

-- Posts of one author, newest first; candidates only (id, boosted id). To somebody not signed in not even the number
-- of a post that is for nobody but followers.
create or replace function posts.of_author(p_digest bytea, p_author bigint, p_limit integer, p_max bigint, p_min bigint,
                                           p_replies boolean, p_boosts boolean)
returns table (id bigint, boost_of bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_is_anon boolean := v.account is null or v.kind = 'outdated';
begin
  if v_is_anon and (select a.is_protected from accounts.account a
                     where a.cell = law.cell(p_author) and a.id = p_author) then
    return;
  end if;
  if p_min is not null then
    return query select * from (
      select p.id, p.boost_of from posts.post p
       where p.cell = law.cell(p_author) and p.author = p_author and p.flags & 512 = 0 and (p.audience < 2 or not v_is_anon)
         and p.id > p_min and p.id < coalesce(p_max, 9223372036854775807)
         and (p_replies or p.reply_to_account is null or p.reply_to_account = p_author)
         and (p_boosts or p.boost_of is null)
       order by p.id limit p_limit) s order by 1 desc;
  else
    return query select p.id, p.boost_of from posts.post p
     where p.cell = law.cell(p_author) and p.author = p_author and p.flags & 512 = 0 and (p.audience < 2 or not v_is_anon)
       and p.id < coalesce(p_max, 9223372036854775807)
       and (p_replies or p.reply_to_account is null or p.reply_to_account = p_author)
       and (p_boosts or p.boost_of is null)
     order by p.id desc limit p_limit;
  end if;
end $$;

-- Posts with pictures, video or sound, of one author or (null) of everybody's public ones; as the two beside it.
create or replace function posts.with_media(p_digest bytea, p_author bigint, p_limit integer, p_max bigint,
                                            p_min bigint, p_replies boolean)
returns table (id bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_is_anon boolean := v.account is null or v.kind = 'outdated';
  v_top bigint := coalesce(p_max, 9223372036854775807);
begin
  if p_author is null then
    return query select * from (
      (select p.id from posts.post p
        where p_min is null and p.audience = 0 and p.flags & 14680064 <> 0 and p.reply_to is null and p.flags & 512 = 0
          and p.id < v_top order by p.id desc limit p_limit)
      union all
      (select p.id from posts.post p
        where p.id > p_min and p.audience = 0 and p.flags & 14680064 <> 0 and p.reply_to is null and p.flags & 512 = 0
          and p.id < v_top order by p.id limit p_limit)) s order by 1 desc;
  elsif not v_is_anon or not exists (select from accounts.account a where a.cell = law.cell(p_author)
                                        and a.id = p_author and a.is_protected) then
    return query select * from (
      (select p.id from posts.post p
        where p_min is null and p.cell = law.cell(p_author) and p.author = p_author and p.flags & 14680064 <> 0
          and p.flags & 512 = 0 and (p.audience < 2 or not v_is_anon) and p.id < v_top
          and (p_replies or p.reply_to_account is null or p.reply_to_account = p_author)
        order by p.id desc limit p_limit)
      union all
      (select p.id from posts.post p
        where p.id > p_min and p.cell = law.cell(p_author) and p.author = p_author and p.flags & 14680064 <> 0
          and p.flags & 512 = 0 and (p.audience < 2 or not v_is_anon) and p.id < v_top
          and (p_replies or p.reply_to_account is null or p.reply_to_account = p_author)
        order by p.id limit p_limit)) s order by 1 desc;
  end if;
end $$;

-- Public posts of everybody, newest first; candidates only.
create or replace function posts.public(p_digest bytea, p_limit integer, p_max bigint, p_min bigint)
returns table (id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_min is not null then
    return query select s.id from (
      select p.id from posts.post p
       where p.audience = 0 and p.boost_of is null and p.reply_to is null and p.flags & 512 = 0
         and p.id > p_min and p.id < coalesce(p_max, 9223372036854775807) order by p.id limit p_limit) s order by 1 desc;
  else
    return query select p.id from posts.post p
     where p.audience = 0 and p.boost_of is null and p.reply_to is null and p.flags & 512 = 0
       and p.id < coalesce(p_max, 9223372036854775807) order by p.id desc limit p_limit;
  end if;
end $$;

-- The viewer's own marked posts (1 likes, 2 bookmarks, 8 pins of p_account), newest mark first: (mark id, post).
create or replace function posts.marked(p_digest bytea, p_kind integer, p_account bigint, p_limit integer, p_max bigint,
                                        p_min bigint)
returns table (mark bigint, post bigint)
language plpgsql stable security definer set search_path = '' set enable_sort = off as $$
declare
  v law.session := law.viewer(p_digest);
  v_account bigint := case when p_kind = 8 then p_account when v.kind <> 'outdated' then v.account end;
begin
  -- Each kind has its index (mark_likes ...), which only an order by its own column can use. Where most have few marks,
  -- the planner would take all of somebody's and sort them: it is told not to.
  return query execute format(
    'select %1$I, post from posts.mark
      where cell = $1 and account = $2 and %1$I is not null and %1$I < $3 and %1$I > $4
      order by %1$I %2$s limit $5',
    case p_kind when 1 then 'like_id' when 2 then 'bookmark_id' else 'pin_id' end,
    case when p_min is null then 'desc' else 'asc' end)
    using law.cell(v_account), v_account, coalesce(p_max, 9223372036854775807), coalesce(p_min, 0), p_limit;
end $$;

-- The viewer's own folders of bookmarks, oldest first; with p_post the one that it lies in.
create or replace function posts.folders(p_digest bytea, p_post bigint)
returns table (account bigint, id bigint, sealed_name bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select f.account, f.id, f.sealed_name from posts.folder f
    where f.cell = law.cell(v_me) and f.account = v_me and (p_post is null or f.id = (
      select m.folder from posts.mark m
       where m.cell = law.cell(v_me) and m.account = v_me and m.post = p_post and m.bookmark_id is not null))
    order by f.id;
end $$;

-- One page of the bookmarks in a folder of the viewer's, as posts.marked gives them.
create or replace function posts.kept_in(p_digest bytea, p_folder bigint, p_limit integer, p_max bigint, p_min bigint)
returns table (mark bigint, post bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select m.bookmark_id, m.post from posts.mark m
    where m.cell = law.cell(v_me) and m.account = v_me and m.folder = p_folder and m.bookmark_id is not null
      and m.bookmark_id < coalesce(p_max, 9223372036854775807) and m.bookmark_id > coalesce(p_min, 0)
    order by case when p_min is null then -m.bookmark_id else m.bookmark_id end limit p_limit;
end $$;

-- Who liked (1) or boosted (4) a post that counts for the viewer (surface cnt): (reaction id, account), newest first. Boosts are posts
-- with an audience of their own. Nobody is named to somebody not signed in. source: visibility.md sections 4 and 9.
create or replace function posts.reactions(p_digest bytea, p_id bigint, p_kind integer, p_limit integer, p_max bigint)
returns table (reaction bigint, account bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_private boolean := coalesce(v.kind = 'session' or v.scopes && array['read', 'read:statuses'], false);
begin
  if v.account is null or v.kind = 'outdated'
     or not exists (select from law.page(p_digest, 12::smallint, array[p_id], array[0::bigint], null, null) s
                     where s.code > 3) then
    return;
  end if;
  return query select r.id, r.account from posts.reaction r
   where r.cell = law.cell(p_id) and r.post = p_id and r.kind = p_kind and r.id < coalesce(p_max, 9223372036854775807)
     and (p_kind <> 4 or exists (
       select from posts.mark m
         cross join lateral law.decide(array[v.account], array[v_private], array[m.boost], 12::smallint) d
        where m.cell = law.cell(r.account) and m.account = r.account and m.post = p_id and d.code > 3))
   order by r.id desc limit p_limit;
end $$;

-- For jobs and followers: what is sealed of these posts, and whom they name.
create or replace function posts.sealed_of(p_system text, p_ids bigint[])
returns table (id bigint, author bigint, audience smallint, flags integer, mentions bigint[], is_indexable boolean,
               version integer, sealed bytea, reply_to bigint, reply_to_account bigint, language text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select p.id, p.author, p.audience, p.flags, p.mentions, a.is_indexable, p.version, c.sealed,
                      p.reply_to, p.reply_to_account, p.language
    from unnest(p_ids) i(id)
    join posts.post p on p.cell = law.cell(i.id) and p.id = i.id
    join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author
    join posts.content c on c.cell = p.cell and c.id = p.id
   where p.flags & 512 = 0;
end $$;

-- Whom one's own post is for, for its author (an app needs to read or to write posts): as it was written, whether the
-- account is protected now, what its parent is for (null: gone, or not for the author), and whom a change concerns.
create or replace function posts.audience_of(p_digest bytea, p_id bigint)
returns table (wrote smallint, is_protected boolean, reply_to bigint, reply_to_account bigint, thread bigint,
               parent smallint, followers integer, named integer, replies integer, boosts integer)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.state & 384 <> 0
     or not (v.kind = 'session' or v.scopes && array['read', 'read:statuses', 'write', 'write:statuses']) then
    return;
  end if;
  return query
  select greatest(p.audience, case when p.flags & 65536 <> 0 then 2 else 0 end)::smallint, a.is_protected, p.reply_to,
         p.reply_to_account, p.thread,
         (select case when d.audience = 5 then 2 else d.audience end
            from law.decide(array[v.account], array[true], array[p.reply_to], 1::smallint) d where d.code > 3)::smallint,
         a.followers_count, cardinality(p.mentions), p.replies, p.boosts
    from posts.post p join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author
   where p.cell = law.cell(p_id) and p.id = p_id and p.author = v.account and p.flags & 512 = 0 and p.boost_of is null;
end $$;

-- Gives one's own post another audience, one that is strictly narrower or, with p_widens, strictly wider than it was
-- written for; who was not said to widen cannot. False when that is no longer so, or the post is gone. An app needs
-- the scope to write. Widening releases what was written while protected.
create or replace function posts.set_audience(p_digest bytea, p_id bigint, p_audience smallint, p_widens boolean)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_count integer;
begin
  if v.account is null or v.state & 384 <> 0
     or not (v.kind = 'session' or not p_widens and v.scopes && array['write', 'write:statuses']) then
    return false;
  end if;
  update posts.post p
     set audience = p_audience, version = p.version + 1,
         flags = case when p_widens then p.flags & ~65536 else p.flags end
   where p.cell = law.cell(p_id) and p.id = p_id and p.author = v.account and p.flags & 512 = 0 and p.boost_of is null
     and case when p_widens then greatest(p.audience, case when p.flags & 65536 <> 0 then 2 else 0 end) > p_audience
              else greatest(p.audience, case when p.flags & 65536 <> 0 then 2 else 0 end) < p_audience end;
  get diagnostics v_count = row_count;
  return v_count = 1;
end $$;

-- What would become of the viewer's own posts if the account were protected no longer. Reads all of them: ask seldom.
create or replace function posts.if_opened(p_digest bytea)
returns table (listed bigint, unlisted bigint, stay bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
begin
  return query
  select count(*) filter (where p.audience = 0 and p.flags & 65536 = 0),
         count(*) filter (where p.audience = 1 and p.flags & 65536 = 0),
         count(*) filter (where p.audience > 1 or p.flags & 65536 <> 0)
    from posts.post p
   where p.cell = law.cell(v.account) and p.author = v.account and p.flags & 512 = 0 and p.boost_of is null;
end $$;

-- Polls ------------------------------------------------------------------------------------------------------

-- Votes as the holder of the digest, who was found to see the post: 'voted', or why not: 'missing', 'ended', 'own',
-- 'again', 'no option'. The poll's row is locked, so votes are counted one after the other.
create or replace function posts.cast_vote(p_digest bytea, p_id bigint, p_choices smallint[]) returns text
language plpgsql security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_poll posts.poll;
  v_author bigint;
begin
  if v.account is null or v.kind = 'outdated' or v.state & 384 <> 0
     or not (v.kind = 'session' or v.scopes && array['write', 'write:statuses']) then
    perform law.refuse(v.kind);
  end if;
  select p.* into v_poll from posts.poll p where p.cell = law.cell(p_id) and p.id = p_id for update;
  select t.author into v_author from posts.post t where t.cell = law.cell(p_id) and t.id = p_id and t.flags & 512 = 0;
  if v_poll.id is null or v_author is null then return 'missing'; end if;
  if v_poll.expires_at <= now() then return 'ended'; end if;
  if v_author = v.account then return 'own'; end if;
  if cardinality(p_choices) = 0 or 0 > any (p_choices) or cardinality(v_poll.tallies) <= any (p_choices) then
    return 'no option';
  end if;
  if cardinality(p_choices) > 1 and not v_poll.is_multiple then return 'again'; end if;
  insert into posts.vote (cell, post, account, choices) values (v_poll.cell, p_id, v.account, p_choices)
    on conflict do nothing;
  if not found then return 'again'; end if;
  update posts.poll p set voters = p.voters + 1, tallies = array(
    select t.n + case when (t.i - 1) = any (p_choices) then 1 else 0 end
      from unnest(p.tallies) with ordinality t(n, i) order by t.i)
   where p.cell = v_poll.cell and p.id = p_id;
  return 'voted';
end $$;

-- Ends votes of posts that are gone, at most p_limit; returns how many there were.
create or replace function posts.drop_votes(p_writer text, p_posts bigint[], p_limit integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare v_count integer;
begin
  delete from posts.vote v using (
    select o.cell, o.post, o.account from unnest(p_posts) g(id)
      join posts.vote o on o.cell = law.cell(g.id) and o.post = g.id limit p_limit) few
   where v.cell = few.cell and v.post = few.post and v.account = few.account;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- Takes back votes of an account that is being erased, at most p_limit; returns how many there were. What they were
-- for counts no more.
create or replace function posts.take_back_votes(p_writer text, p_account bigint, p_limit integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  v_vote record;
  v_count integer := 0;
begin
  for v_vote in
    delete from posts.vote v using (
      select o.cell, o.post from posts.vote o where o.account = p_account order by o.post limit p_limit) few
     where v.cell = few.cell and v.post = few.post and v.account = p_account
    returning v.cell, v.post, v.choices
  loop
    v_count := v_count + 1;
    update posts.poll p set voters = greatest(0, p.voters - 1), tallies = array(
      select greatest(0, t.n - case when (t.i - 1) = any (v_vote.choices) then 1 else 0 end)
        from unnest(p.tallies) with ordinality t(n, i) order by t.i)
     where p.cell = v_vote.cell and p.id = v_vote.post;
  end loop;
  return v_count;
end $$;

-- Quotes -----------------------------------------------------------------------------------------------------

-- Posts that quote one that the viewer may see, newest first; candidates only.
create or replace function posts.quoting(p_digest bytea, p_id bigint, p_limit integer, p_max bigint, p_min bigint)
returns table (id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not exists (select from law.page(p_digest, 1::smallint, array[p_id], array[0::bigint], null, null) s
                  where s.code > 3) then
    return;
  end if;
  if p_min is null then
    return query select p.id from posts.post p
     where p.quote_of = p_id and p.flags & 512 = 0 and p.id < coalesce(p_max, 9223372036854775807)
     order by p.id desc limit p_limit;
  else
    return query select s.id from (
      select p.id from posts.post p
       where p.quote_of = p_id and p.flags & 512 = 0 and p.id > p_min and p.id < coalesce(p_max, 9223372036854775807)
       order by p.id limit p_limit) s order by s.id desc;
  end if;
end $$;
