-- Why can this viewer see this post? Here, and nowhere else.
--
-- law.decide takes pairs (viewer, post) and one surface, and answers with a code for each pair, by the tables
-- of docs/law/visibility.md (as rows: law.surface). Every surface asks it at the moment of showing; feeds,
-- caches, indexes and counters only propose ids. Everything else in this file wraps it.
--
-- One text serves a page (one viewer, many posts), a batch of writers (many viewers, one post each) and an
-- explanation (one pair). Left joins on primary keys; 25 candidates take about 0.2 ms.

do $$ begin
  create type law.decided as (
    ord integer, depth smallint, viewer bigint, id bigint, code smallint, who integer, states integer,
    audience smallint, author bigint, said smallint, version integer, boost_of bigint, reply_to bigint,
    reply_to_account bigint, thread bigint, mentions bigint[], language text, app bigint, edited_at timestamptz,
    replies integer, boosts integer, likes integer, stamp bigint);
exception when duplicate_object then null; end $$;

-- p_viewers[i] is the account that wants to see p_ids[i]; null is somebody not signed in. p_private[i] is
-- false for an app whose token does not cover posts to followers. A boost brings a second row, depth 1: the
-- boosted post, judged on its own as embedded content. Posts that do not exist bring no row.
create or replace function law.decide(p_viewers bigint[], p_private boolean[], p_ids bigint[], p_surface smallint)
returns setof law.decided
language plpgsql stable security definer set search_path = '' as $$
declare
  v_codes bytea;
  v_embedded bytea;
begin
  select s.codes into strict v_codes from law.surface s where s.surface = p_surface;
  select s.codes into strict v_embedded from law.surface s where s.surface = 4;
  return query
  with asked as (
    select c.ord::integer, p_viewers[c.ord] as viewer, p_private[c.ord] as sees_private, p.*
      from unnest(p_ids) with ordinality c(id, ord)
      join posts.post p on p.cell = law.cell(c.id) and p.id = c.id
  ), rows as (
    select 0::smallint as depth, a.* from asked a
    union all
    select 1::smallint, a.ord, a.viewer, a.sees_private, o.*
      from asked a join posts.post o on o.cell = law.cell(a.boost_of) and o.id = a.boost_of
  ), facts as materialized (
    select r.*, a.version as account_version, coalesce(rel.bits, 0) as rel,
      case when r.audience < 2 and (a.is_protected or r.flags & 65536 <> 0) then 5::smallint
           when r.audience = 2 and (a.is_protected or r.flags & 65536 <> 0) then 5::smallint
           else r.audience end as effective,
      -- NOTE: 16 (withheld) needs the viewer's country, which nobody declares yet: section 2, defaults.
      ((r.flags & 4095) | (a.state & 4095)) & ~17 as all_states,
      (case when r.viewer is not null then 1 else 0 end)
        | (case when r.viewer = r.author then 128 else 0 end)
        | (case when rel.bits & 4 <> 0 then 2 else 0 end)
        | (case when rel.bits & 1 <> 0 then 4 else 0 end)
        | (case when r.viewer = any (r.mentions) then 8 else 0 end)
        | (case when rel.bits & 64 <> 0 and coalesce(rel.muting_until > now(), true) then 16 else 0 end)
        | (case when rel.bits & 32 <> 0 then 32 else 0 end)
        | (case when rel.bits & 16 <> 0 then 64 else 0 end) as relation_to_author,
      -- On the home timeline a reply shows only when it answers its author, the viewer, or somebody the viewer
      -- follows, and a boost only where the viewer wants boosts of that person. source: DESIGN section 6.
      case when p_surface <> 5 or r.depth = 1 or r.viewer = r.author then true
           when r.boost_of is not null then coalesce(rel.bits, 0) & 256 = 0
           when r.reply_to_account is null or r.reply_to_account in (r.author, r.viewer) then true
           else exists (select from relationships.relation t where t.cell = law.cell(r.viewer)
                         and t.owner = r.viewer and t.other = r.reply_to_account and t.bits & 1 <> 0)
      end as belongs,
      a.is_indexable
    from rows r
    join accounts.account a on a.cell = law.cell(r.author) and a.id = r.author
    left join relationships.relation rel
      on rel.cell = law.cell(r.viewer) and rel.owner = r.viewer and rel.other = r.author
  )
  select f.ord, f.depth, f.viewer, f.id,
    (case
       when not f.belongs then 0
       when f.effective > 1 and not f.sees_private then 0
       when p_surface = 7 and f.relation_to_author & 136 = 0 and not f.is_indexable then 0
       else law.verdict(case when f.depth = 0 then v_codes else v_embedded end,
                        f.effective, f.all_states, f.relation_to_author)
     end)::smallint,
    f.relation_to_author, f.all_states, f.effective, f.author, f.audience, f.version, f.boost_of, f.reply_to,
    f.reply_to_account, f.thread, f.mentions, f.language, f.app, f.edited_at, f.replies, f.boosts, f.likes,
    (f.version::bigint << 32) | f.account_version
  from facts f;
end $$;

do $$ begin
  create type law.shown as (
    ord integer, depth smallint, id bigint, code smallint, who integer, states integer, audience smallint,
    author bigint, boost_of bigint, reply_to bigint, reply_to_account bigint, edited_at timestamptz, language text,
    app bigint, replies integer, boosts integer, likes integer, marks integer, stamp bigint,
    author_posts integer, author_followers integer, author_following integer, author_last_post_on date,
    sealed bytea, conversation bigint, card accounts.card);
exception when duplicate_object then null; end $$;

-- A page for whoever holds the session or token with this digest. p_have[i] is the stamp of the copy that the
-- caller has rendered of p_ids[i], p_have_boosted[i] of the post that p_ids[i] boosts (0: none): ciphertext
-- and the author's card come only for what has changed since. No rows at all for a digest that nobody has.
create or replace function law.page(p_digest bytea, p_surface smallint, p_ids bigint[],
                                    p_have bigint[], p_have_boosted bigint[])
returns setof law.shown
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session;
  v_private boolean;
  v_count integer;
  n integer := cardinality(p_ids);
begin
  v := law.viewer(p_digest);
  if p_digest <> '' and v.kind is null then
    raise exception 'no such session' using errcode = 'PT401';
  end if;
  if v.state & 384 <> 0 then return; end if;      -- suspended or deactivated: nothing but their own few pages
  v_private := v.kind = 'session' or v.scopes && array['read', 'read:statuses'];
  return query
  select d.ord, d.depth, d.id, d.code, d.who, d.states, d.audience, d.author, d.boost_of, d.reply_to,
    d.reply_to_account, d.edited_at, d.language, d.app, d.replies, d.boosts, d.likes,
    coalesce(m.bits, 0)::integer, d.stamp,
    a.posts_count, a.followers_count, a.following_count, a.last_post_on, c.sealed, null::bigint,
    case when d.stamp <> coalesce(case when d.depth = 0 then p_have[d.ord] else p_have_boosted[d.ord] end, 0) then
      row(d.ord, a.id, 2::smallint, a.handle, a.domain, a.role, a.state, a.version, a.is_protected,
          a.is_discoverable, a.is_indexable, a.is_bot, a.hides_network, a.joined_at, a.posts_count,
          a.followers_count, a.following_count, a.last_post_on, 0, a.sealed_profile)::accounts.card end
  from law.decide(array_fill(v.account, array[n]), array_fill(coalesce(v_private, false), array[n]),
                  p_ids, p_surface) d
  join accounts.account a on a.cell = law.cell(d.author) and a.id = d.author
  left join posts.mark m on m.cell = law.cell(v.account) and m.account = v.account and m.post = d.id
  left join posts.content c
    on d.stamp <> coalesce(case when d.depth = 0 then p_have[d.ord] else p_have_boosted[d.ord] end, 0)
   and d.code > 1 and c.cell = law.cell(d.id) and c.id = d.id
  where d.code > 0;
  get diagnostics v_count = row_count;
  if v_count < n and v_private and p_surface in (0, 1, 3, 7, 8, 9, 10, 11, 13) then
    return query select * from messages.page(p_digest, p_surface, p_ids, p_have);
  end if;
end $$;

-- For writers: may the holder of p_digests[i] see p_ids[i] by itself (surface `api`)? One row per pair that is
-- more than nothing, direct messages included.
create or replace function law.judge(p_digests bytea[], p_ids bigint[])
returns setof law.decided
language plpgsql stable security definer set search_path = '' as $$
declare
  v_viewers bigint[];
  v_private boolean[];
  v_count integer;
begin
  select array_agg(s.account order by s.ord), array_agg(s.sees order by s.ord) into v_viewers, v_private from (
    select d.ord, v.account,
           v.state & 384 = 0 and (v.kind = 'session' or v.scopes && array['read', 'read:statuses', 'write',
             'write:statuses', 'write:favourites', 'write:bookmarks']) as sees
      from unnest(p_digests) with ordinality d(digest, ord) cross join lateral law.viewer(d.digest) v) s;
  return query select * from law.decide(v_viewers, v_private, p_ids, 1::smallint) d where d.code > 0 and d.depth = 0;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_ids) then
    return query select * from messages.judge(p_digests, p_ids);
  end if;
end $$;

-- For `petrel why`: every surface's code for one pair, hidden ones included. Never granted to the web's role.
create or replace function law.why(p_viewer bigint, p_id bigint)
returns table (surface text, depth smallint, code smallint, who integer, states integer, audience smallint)
language sql stable security definer set search_path = '' as $$
  select s.name, d.depth, d.code, d.who, d.states, d.audience
    from law.surface s cross join lateral
         law.decide(array[p_viewer], array[true], array[p_id], s.surface) d
   order by s.surface, d.depth
$$;
