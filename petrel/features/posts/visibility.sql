-- Why can this viewer see this post? Here, and nowhere else.
--
-- law.decide takes pairs (viewer, post) and one surface, and answers with a code for each pair, by the tables
-- of docs/law/visibility.md (as rows: law.surface). Every surface asks it at the moment of showing; feeds,
-- caches, indexes and counters only propose ids. Everything else in this file wraps it.
--
-- One text serves a page (one viewer, many posts), a batch of writers (many viewers, one post each) and an
-- explanation (one pair). Left joins on primary keys; 25 candidates take about 0.2 ms.

-- Who is behind this digest? One row, all null when nobody is. The web process cannot say who it is acting
-- for; it can only show what it was shown. Two letters instead of a digest are somebody not signed in whose network
-- address is in that country. Whoever comes through a program older than the policy in force is 'outdated': still on
-- their side of every block, and allowed nothing but what is public. See decision 0013.
create or replace function law.viewer(p_digest bytea) returns law.session
language plpgsql stable security definer set search_path = '' as $$
declare
  s law.session;
  v_in_force integer;
begin
  if length(p_digest) <> 32 then return s; end if;
  -- law.is_older, within the query that is made anyway: every page begins here.
  select t.account, t.kind, t.scopes, a.role, a.state, t.app, t.id, (select max(p.version) from law.policy p)
    into s.account, s.kind, s.scopes, s.role, s.state, s.app, s.token, v_in_force
    from accounts.token t
    left join accounts.account a on a.cell = law.cell(t.account) and a.id = t.account
   where t.digest = p_digest and t.revoked_at is null
     and (t.expires_at is null or t.expires_at > now())
     and (t.account is null or a.id is not null);
  if v_in_force > coalesce(nullif(current_setting('petrel.policy', true), '')::integer, 1) then
    s.kind := 'outdated';
    s.scopes := '{}';
    s.role := 'member';
  end if;
  return s;
end $$;

-- For functions that change something: whoever comes through an older program is told so, and anybody else who may
-- not, that they are not signed in. Apps drop a token that is answered 401.
create or replace function law.refuse(p_kind text) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_kind = 'outdated' then
    raise exception 'This program is older than the site''s privacy policy; only what is public can be read until it is updated'
      using errcode = 'PT503';
  end if;
  raise exception 'no such session' using errcode = 'PT401';
end $$;

-- For commands: a higher number of the policy, in force at once and for ever (the trigger of migration 0009).
create or replace function law.raise_policy(p_writer text, p_version integer, p_reason text) returns integer
language sql security definer set search_path = '' as $$
  insert into law.policy (version, reason) values (p_version, p_reason) returning version
$$;

-- A surface through which something may leak is closed, and whoever asks for it is told so rather than guessed at.
-- source: docs/law/visibility.md section 2 (defaults). False when it was so already.
create or replace function law.close_surface(p_system text, p_surface smallint, p_why text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update law.surface set is_open = false, closed_at = now(), closed_why = p_why where surface = p_surface and is_open;
  return found;
end $$;

create or replace function law.open_surface(p_system text, p_surface smallint, p_why text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  update law.surface set is_open = true, closed_at = null, closed_why = p_why where surface = p_surface and not is_open;
  return found;
end $$;

create or replace function law.refuse_closed(p_surface smallint) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  raise exception 'This part of the site is closed while it is being examined; please try again later'
    using errcode = 'PT503', detail = 'surface ' || p_surface;
end $$;

-- Is this post withheld from this viewer? 16 when it is, 131072 when it may be and nobody knows the viewer's country.
-- The country is the one that the viewer's account has declared, or of somebody not signed in that of the address.
create or replace function law.withheld_from(p_id bigint, p_viewer bigint, p_country text) returns integer
language plpgsql stable security definer set search_path = '' as $$
declare v_country text := p_country;
begin
  if p_viewer is not null then
    select a.country into v_country from accounts.account a where a.cell = law.cell(p_viewer) and a.id = p_viewer;
  end if;
  return coalesce((
    select case when v_country is null then 131072 else 16 end from posts.withheld w
     where w.cell = law.cell(p_id) and w.post = p_id and w.until_at > now()
       and (v_country is null or w.country = v_country) limit 1), 0);
end $$;

do $$ begin
  create type law.decided as (
    ord integer, viewer bigint, id bigint, code smallint, who integer, states integer, audience smallint,
    author bigint, said smallint, boost_of bigint, reply_to bigint, reply_to_account bigint, thread bigint,
    language text, app bigint, edited_at timestamptz, replies integer, boosts integer, likes integer, stamp bigint,
    author_posts integer, author_followers integer, author_following integer, author_last_post_on date);
exception when duplicate_object then null; end $$;

-- p_viewers[i] is the account that wants to see p_ids[i]; null is somebody not signed in. p_private[i] is
-- false for an app whose token does not cover posts to followers. p_countries[i], where anything is known, is the
-- country of the address of somebody not signed in. Posts that do not exist bring no row. Errors: PT503 for a surface
-- that is closed.
--
-- Surface 15 is a list of the viewer's: the document's `home` covers home and list timelines, so the row of home
-- decides. Which replies belong into a list is the list's own policy, not that of the home timeline.
create or replace function law.decide(p_viewers bigint[], p_private boolean[], p_ids bigint[], p_surface smallint,
                                      p_countries text[] default null)
returns setof law.decided
language plpgsql stable security definer set search_path = '' as $$
declare
  v_codes bytea;
  v_open boolean;
begin
  select s.codes, s.is_open into strict v_codes, v_open from law.surface s
   where s.surface = case when p_surface = 15 then 5 else p_surface end;
  if not v_open then perform law.refuse_closed(p_surface); end if;
  return query
  select f.ord, f.viewer, f.id,
    (case
       when not f.belongs then 0
       when f.effective > 1 and not f.sees_private then 0
       when p_surface = 7 and f.relation_to_author & 136 = 0 and not f.is_indexable then 0
       else law.verdict(v_codes, f.effective, f.all_states, f.relation_to_author)
     end)::smallint,
    f.relation_to_author, f.all_states | f.carries | case when n.counts and f.quotes > 0 then 16777216 else 0 end, f.effective::smallint, f.author, f.audience, f.boost_of, f.reply_to,
    f.reply_to_account, f.thread, f.language, f.app, f.edited_at,
    case when n.counts then f.replies else 0 end, case when n.counts then f.boosts else 0 end,
    case when n.counts then f.likes else 0 end, f.stamp,
    f.posts_count, f.followers_count, f.following_count, f.last_post_on
  from (
    select c.ord::integer, p.id, p.author, p.audience, p.boost_of, p.reply_to, p.reply_to_account, p.thread,
      p.language, p.app, p.edited_at, p.replies, p.boosts, p.likes, (p.version::bigint << 32) | a.version as stamp,
      a.posts_count, a.followers_count, a.following_count, a.last_post_on, a.is_indexable,
      p_viewers[c.ord] as viewer, p_private[c.ord] as sees_private,
      case when p.audience < 3 and (a.is_protected or p.flags & 65536 <> 0) then 5
           when p.audience between 0 and 4 then p.audience::integer else 4 end as effective,
      ((p.flags | a.state) & 4078) | case when p.flags & 16 = 0 then 0
        else law.withheld_from(p.id, p_viewers[c.ord], p_countries[c.ord]) end
      -- An audience or a state that this text does not know is as purged: nothing, for everybody. source: section 2.
        | case when p.audience between 0 and 4 and p.flags & -519901183 = 0 and a.state & -16383 = 0 then 0 else 2048 end
        as all_states,
      p.flags & 519831552 as carries, p.quotes,
      (p.flags | a.state) & 4094 = 0 and p.audience < 4 as is_plain,
      case
        when p_viewers[c.ord] is null then 0
        when p_viewers[c.ord] = p.author then 129
        else 1 | (case when p_viewers[c.ord] = any (p.mentions) then 8 else 0 end) | (case when rel.bits is null then 0
          else (case when rel.bits & 4 <> 0 then 2 else 0 end)          -- pending
             | ((rel.bits & 1) << 2)                                     -- follower
             | (case when rel.bits & 64 <> 0 and coalesce(rel.muting_until > now(), true) then 16 else 0 end)
             | (rel.bits & 32)                                           -- blocked
             | ((rel.bits & 16) << 2) end)                               -- blocking
      end as relation_to_author,
      -- On the home timeline a reply shows only when it answers its author, the viewer, or somebody the viewer
      -- follows, and a boost only where the viewer wants boosts of that person. source: DESIGN section 6.
      case when p_surface not in (5, 15) or p_viewers[c.ord] = p.author then true
           when p.boost_of is not null then coalesce(rel.bits, 0) & 256 = 0
           when p_surface = 15 or p.reply_to_account is null or p.reply_to_account in (p.author, p_viewers[c.ord]) then true
           else exists (select from relationships.relation t where t.cell = law.cell(p_viewers[c.ord])
                         and t.owner = p_viewers[c.ord] and t.other = p.reply_to_account and t.bits & 1 <> 0)
      end as belongs
    from unnest(p_ids) with ordinality c(id, ord)
    join posts.post p on p.cell = law.cell(c.id) and p.id = c.id
    join accounts.account a on a.cell = law.cell(p.author) and a.id = p.author
    left join relationships.relation rel
      on rel.cell = law.cell(p_viewers[c.ord]) and rel.owner = p_viewers[c.ord] and rel.other = p.author
    offset 0) f
  -- Whoever sees a living post sees its numbers; of others, surface `cnt` says, which is looked up for those alone.
  cross join lateral (select f.is_plain or law.verdict((select s.codes from law.surface s where s.surface = 12),
                             f.effective, f.all_states, f.relation_to_author) > 0 as counts) n;
end $$;

do $$ begin
  create type law.entry as (
    ord integer, depth smallint, id bigint, code smallint, who integer, states integer, audience smallint,
    author bigint, boost_of bigint, reply_to bigint, reply_to_account bigint, edited_at timestamptz, language text,
    app bigint, replies integer, boosts integer, likes integer, marks smallint, stamp bigint,
    author_posts integer, author_followers integer, author_following integer, author_last_post_on date,
    sealed bytea, conversation bigint, card accounts.card, quote_of bigint, live text);
exception when duplicate_object then null; end $$;

-- What moves of what a post carries, as JSON, for this viewer, who may see the post: null when it carries nothing of
-- the kind. What is the same for everybody is sealed with the text. `p_states` as law.decide gives it.
create or replace function law.live(p_viewer bigint, p_id bigint, p_states integer) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_live jsonb := '{}';
begin
  if p_states & 262144 <> 0 then
    -- Own votes, nobody else's. source: section 9, "poll choices".
    v_live := v_live || coalesce((
      select jsonb_build_object('poll', jsonb_build_object(
               'ends_ms', (extract(epoch from p.expires_at) * 1000)::bigint, 'voters', p.voters, 'tallies', p.tallies,
               'own', (select v.choices from posts.vote v
                where v.cell = p.cell and v.post = p.id and v.account = p_viewer)))
        from posts.poll p where p.cell = law.cell(p_id) and p.id = p_id), '{}');
  end if;
  if p_states & 16777216 <> 0 then
    v_live := v_live || coalesce((select jsonb_build_object('quotes', p.quotes) from posts.post p
                                   where p.cell = law.cell(p_id) and p.id = p_id), '{}');
  end if;
  if p_states & 1048576 <> 0 then
    v_live := v_live || coalesce((
      select jsonb_build_object('card', jsonb_build_array(c.id, encode(c.sealed_card, 'base64')))
        from cards.link l join cards.card c on c.id = l.card
       where l.cell = law.cell(p_id) and l.post = p_id and c.state = 1), '{}');
  end if;
  return nullif(v_live, '{}')::text;
end $$;

-- Pages for whoever holds these sessions or tokens: p_ids[i] is asked for by the holder of p_digests[p_whose[i]], for
-- the surface p_surfaces[p_whose[i]].
-- p_have[i] is the stamp of the copy that the caller has rendered of p_ids[i], p_have_boosted[i] of the post that
-- p_ids[i] boosts (0: none): ciphertext and the author's card come only for what has changed since. A boost brings a
-- second row, depth 1: the boosted post, judged on its own as embedded content; with p_have_boosted null none is
-- looked for. A post that quotes, or one that is boosted and quotes, brings a row of depth 2 likewise: the quoted post,
-- p_have_quoted. In `who`, bit 65536 says that the viewer keeps filters. Direct messages only when one asks alone.
-- Many in one call, since half the cost of a page is beginning it. Errors: PT401 for a digest that nobody has; PT503
-- for a surface that is closed.
create or replace function law.pages(p_digests bytea[], p_whose integer[], p_surfaces smallint[], p_ids bigint[],
                                     p_have bigint[], p_have_boosted bigint[], p_have_quoted bigint[])
returns setof law.entry
language plpgsql stable security definer set search_path = '' as $$
declare
  v_accounts bigint[];
  v_private boolean[];
  v_out boolean[];
  v_filters integer[];
  v_viewers bigint[];
  v_sees boolean[];
  v_surfaces smallint[] := p_surfaces[:1];
  v_surface smallint;
  v_ids bigint[] := p_ids;
  v_asked bigint[];
  v_have bigint[] := p_have;
  v_boosted bigint[];
  v_quoted bigint[];
  v_nobody boolean;
  v_count integer;
  v_lands text[];
begin
  if p_surfaces[1] <> any (p_surfaces) then
    v_surfaces := array(select distinct s from unnest(p_surfaces) s);
  end if;
  if cardinality(p_digests) = 1 then             -- as below, without aggregates, which cost as much as the law
    select array[v.account], array[coalesce(v.kind = 'session' or v.scopes && array['read', 'read:statuses'], false)],
           array[coalesce(v.state, 0) & 384 <> 0 and p_surfaces[1] <> 13],
           array[case when exists (select from relationships.filter f where f.cell = law.cell(v.account)
                                      and f.account = v.account) then 65536 else 0 end],
           v.kind is null and length(p_digests[1]) not in (0, 2),
           array[case when length(p_digests[1]) = 2 then encode(p_digests[1], 'escape') end]
      into v_accounts, v_private, v_out, v_filters, v_nobody, v_lands from law.viewer(p_digests[1]) v;
  else
    select array_agg(v.account order by d.ord),
           array_agg(coalesce(v.kind = 'session' or v.scopes && array['read', 'read:statuses'], false) order by d.ord),
           -- Suspended, deactivated: only their own few pages, of which the export (surface 13) is one.
           array_agg(coalesce(v.state, 0) & 384 <> 0 and p_surfaces[d.ord] <> 13 order by d.ord),
           array_agg(case when exists (select from relationships.filter f where f.cell = law.cell(v.account)
                                         and f.account = v.account) then 65536 else 0 end order by d.ord),
           bool_or(v.kind is null and length(d.digest) not in (0, 2)),
           array_agg(case when length(d.digest) = 2 then encode(d.digest, 'escape') end order by d.ord)
      into v_accounts, v_private, v_out, v_filters, v_nobody, v_lands
      from unnest(p_digests) with ordinality d(digest, ord) cross join lateral law.viewer(d.digest) v;
  end if;
  if v_nobody then
    raise exception 'no such session' using errcode = 'PT401';
  end if;
  if array_remove(v_lands, null) = '{}' then
    v_lands := null;                             -- nobody's country is known: the same, and nothing to take along
  end if;
  if cardinality(p_digests) = 1 then
    v_viewers := array_fill(v_accounts[1], array[cardinality(p_ids)]);
    v_sees := array_fill(v_private[1], array[cardinality(p_ids)]);
    v_lands := case when v_lands is not null then array_fill(v_lands[1], array[cardinality(p_ids)]) end;
  else
    select array_agg(v_accounts[w.who] order by w.ord), array_agg(v_private[w.who] order by w.ord)
      into v_viewers, v_sees from unnest(p_whose) with ordinality w(who, ord);
    if v_lands is not null then
      v_lands := array(select v_lands[w.who] from unnest(p_whose) with ordinality w(who, ord) order by w.ord);
    end if;
  end if;
  for v_depth in 0 .. 2 loop
    if v_depth = 1 then
      exit when p_have_boosted is null and p_have_quoted is null;
      select array_agg(p.boost_of order by c.ord), array_agg(coalesce(b.quote_of, p.quote_of) order by c.ord)
        into v_boosted, v_quoted
        from unnest(p_ids) with ordinality c(id, ord)
        left join posts.post p on p.cell = law.cell(c.id) and p.id = c.id
        left join posts.post b on b.cell = law.cell(p.boost_of) and b.id = p.boost_of;
      v_surfaces := '{4}';
      continue when p_have_boosted is null or array_remove(v_boosted, null) = '{}';
      v_ids := v_boosted;
      v_have := p_have_boosted;
    elsif v_depth = 2 then
      exit when p_have_quoted is null or array_remove(v_quoted, null) = '{}';
      v_ids := v_quoted;
      v_have := p_have_quoted;
    end if;
    foreach v_surface in array v_surfaces loop
      v_asked := v_ids;
      if cardinality(v_surfaces) > 1 then
        v_asked := array(select case when p_surfaces[p_whose[c.ord]] = v_surface then c.id end
                           from unnest(v_ids) with ordinality c(id, ord) order by c.ord);
      end if;
      return query
      select d.ord, v_depth::smallint, d.id, d.code, d.who | v_filters[p_whose[d.ord]], d.states, d.audience, d.author,
        d.boost_of, d.reply_to, d.reply_to_account, d.edited_at, d.language, d.app, d.replies, d.boosts, d.likes,
        m.bits, d.stamp, d.author_posts, d.author_followers, d.author_following, d.author_last_post_on, c.sealed,
        null::bigint,
        case when d.stamp <> coalesce(v_have[d.ord], 0) then accounts.card_of(d.ord, d.author) end,
        case when d.states & 524288 <> 0 and d.code > 2
             then (select p.quote_of from posts.post p where p.cell = law.cell(d.id) and p.id = d.id) end,
        case when d.states & 18612224 <> 0 and d.code > 2 then law.live(d.viewer, d.id, d.states) end
      from law.decide(v_viewers, v_sees, v_asked, v_surface, v_lands) d
      left join posts.mark m on m.cell = law.cell(d.viewer) and m.account = d.viewer and m.post = d.id
      left join posts.content c on d.stamp <> coalesce(v_have[d.ord], 0) and d.code > 2
                               and c.cell = law.cell(d.id) and c.id = d.id
      where d.code > 0 and not v_out[p_whose[d.ord]];
      get diagnostics v_count = row_count;
      if v_depth = 0 and v_surface in (0, 1, 3, 7, 8, 9, 10, 11, 13) and v_private[1]
         and v_count < cardinality(array_remove(v_asked, null)) and p_digests[1] = all (p_digests)
         and not v_out[array_position(p_surfaces, v_surface)] then
        return query select * from messages.entries(p_digests[1], v_surface, v_asked, p_have);
      end if;
    end loop;
  end loop;
end $$;

-- A page for one, as other functions of the database want it.
create or replace function law.page(p_digest bytea, p_surface smallint, p_ids bigint[],
                                    p_have bigint[], p_have_boosted bigint[], p_have_quoted bigint[])
returns setof law.entry
language sql stable security definer set search_path = '' as $$
  select * from law.pages(array[p_digest], array_fill(1, array[cardinality(p_ids)]), array[p_surface], p_ids, p_have,
                          p_have_boosted, p_have_quoted)
$$;

-- For writers: may the holder of p_digests[i] see p_ids[i] by itself (surface `api`)? One row per pair that is
-- more than nothing, direct messages included. Apps need the scopes that reading needs: whoever may not see a post
-- cannot answer, like or boost it. Nothing for who is suspended or deactivated.
create or replace function law.judge(p_digests bytea[], p_ids bigint[])
returns setof law.decided
language plpgsql stable security definer set search_path = '' as $$
declare
  v_viewers bigint[];
  v_private boolean[];
  v_barred boolean[];
  v_count integer;
begin
  select array_agg(s.account order by s.ord), array_agg(s.sees order by s.ord), array_agg(s.barred order by s.ord)
    into v_viewers, v_private, v_barred from (
    select d.ord, v.account, v.kind = 'session' or v.scopes && array['read', 'read:statuses'] as sees,
           coalesce(v.state, 0) & 384 <> 0 as barred
      from unnest(p_digests) with ordinality d(digest, ord) cross join lateral law.viewer(d.digest) v) s;
  return query select * from law.decide(v_viewers, v_private, p_ids, 1::smallint) d
    where d.code > 0 and not v_barred[d.ord];
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_ids) then
    return query select * from messages.judge(p_digests, p_ids);
  end if;
end $$;

-- For `petrel why`: the code of every surface that is open for one pair, hidden ones included, with the facts and the
-- table it was found in. Never granted to the web's role.
create or replace function law.why(p_viewer bigint, p_id bigint, p_country text)
returns table (surface text, codes bytea, code smallint, who integer, states integer, audience smallint, said smallint,
               is_protected boolean, was_protected boolean, author bigint)
language sql stable security definer set search_path = '' as $$
  select s.name, s.codes, d.code, d.who, d.states, d.audience, d.said, a.is_protected, p.flags & 65536 <> 0, d.author
    from (select * from law.surface o where o.is_open offset 0) s
    cross join lateral law.decide(array[p_viewer], array[true], array[p_id], s.surface, array[p_country]) d
    join posts.post p on p.cell = law.cell(d.id) and p.id = d.id
    join accounts.account a on a.cell = law.cell(d.author) and a.id = d.author
   order by s.surface
$$;

-- What is about to be sent to open streams: p_ids[i] is proposed to the holder of p_digests[p_whose[i]]. It goes out
-- where `strm` (surface 9) gives it and the place that the stream stands for (p_place: home, a list, public,
-- notifications) gives it too; a pointer (code 2) is judged as `api` then, since apps know none (docs/law/visibility.md
-- section 14). Those for whom a post is the same come as one row: `ords` are their places in p_ids, `shown` is the row of
-- the first of them, as law.pages has it. A boost that goes out brings a row of what it boosts, depth 1, and what is
-- quoted one of depth 2. Who is nobody any more is passed over: no error, for the others' sake.
create or replace function law.streamed(p_digests bytea[], p_whose integer[], p_place smallint, p_ids bigint[],
                                        p_have bigint[], p_have_boosted bigint[])
returns table (ords integer[], shown law.entry)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_accounts bigint[];
  v_private boolean[];
  v_in boolean[];
  v_filters integer[];
  v_kept integer[];          -- places in p_ids of what is still in question
  v_viewers bigint[];
  v_sees boolean[];
  v_ids bigint[];
  v_given law.decided[];
  v_quoting integer[] := '{}';
  v_quoted bigint[] := '{}';
  v_more bigint[];
  v_who integer[];
begin
  select array_agg(v.account order by d.ord),
         array_agg(coalesce(v.kind = 'session' or v.scopes && array['read', 'read:statuses'], false) order by d.ord),
         array_agg(coalesce(v.account is not null and v.state & 384 = 0 and v.kind <> 'outdated', false) order by d.ord),
         array_agg(case when exists (select from relationships.filter f where f.cell = law.cell(v.account)
                                       and f.account = v.account) then 65536 else 0 end order by d.ord)
    into v_accounts, v_private, v_in, v_filters
    from unnest(p_digests) with ordinality d(digest, ord) cross join lateral law.viewer(d.digest) v;

  select array_agg(w.ord order by w.ord), array_agg(v_accounts[w.who] order by w.ord),
         array_agg(v_private[w.who] order by w.ord), array_agg(p_ids[w.ord] order by w.ord)
    into v_kept, v_viewers, v_sees, v_ids
    from unnest(p_whose) with ordinality w(who, ord) where v_in[w.who];
  if v_kept is null then return; end if;

  select array_agg(v_kept[d.ord] order by d.ord), array_agg(v_viewers[d.ord] order by d.ord),
         array_agg(v_sees[d.ord] order by d.ord), array_agg(d.id order by d.ord)
    into v_kept, v_viewers, v_sees, v_ids
    from law.decide(v_viewers, v_sees, v_ids, p_place) d where d.code > 1;
  if v_kept is null then return; end if;

  select array_agg(d order by d.ord) into v_given
    from law.decide(v_viewers, v_sees, v_ids, 9::smallint) d where d.code > 1;
  if exists (select from unnest(v_given) g where g.code = 2) then
    select array_agg(d order by d.ord) into v_given from (
      select g.* from unnest(v_given) g where g.code <> 2
      union all
      select d.* from law.decide(v_viewers, v_sees, v_ids, 1::smallint) d
       where d.code > 2 and d.ord in (select g.ord from unnest(v_given) g where g.code = 2)) d;
  end if;

  for v_depth in 0 .. 2 loop
    exit when v_given is null and v_depth = 0;
    return query
    with each as materialized (
      select g.ord, g.id, g.code, g.states, g.audience, g.who | v_filters[p_whose[v_kept[g.ord]]] as who, m.bits as marks,
             case when g.states & 18612224 <> 0 then law.live(g.viewer, g.id, g.states) end as live
        from unnest(v_given) g
        left join posts.mark m on m.cell = law.cell(g.viewer) and m.account = g.viewer and m.post = g.id
    ), alike as (
      select min(e.ord) as first, array_agg(v_kept[e.ord]) as ords, e.id, e.who, e.marks, e.live
        from each e group by e.id, e.code, e.states, e.audience, e.who, e.marks, e.live
    )
    select a.ords, row(v_kept[d.ord], v_depth, d.id, d.code, a.who, d.states, d.audience, d.author,
        d.boost_of, d.reply_to, d.reply_to_account, d.edited_at, d.language, d.app, d.replies, d.boosts, d.likes,
        a.marks, d.stamp, d.author_posts, d.author_followers, d.author_following, d.author_last_post_on, c.sealed,
        null::bigint, case when d.stamp <> h.have then accounts.card_of(d.ord, d.author) end,
        case when d.states & 524288 <> 0
             then (select p.quote_of from posts.post p where p.cell = law.cell(d.id) and p.id = d.id) end,
        a.live)::law.entry
      from alike a
      join unnest(v_given) d on d.ord = a.first
      cross join lateral (select coalesce(case v_depth when 0 then p_have[v_kept[d.ord]]
                                                       when 1 then p_have_boosted[v_kept[d.ord]] end, 0)) h(have)
      left join posts.content c on d.stamp <> h.have and d.code > 2 and c.cell = law.cell(d.id) and c.id = d.id;
    exit when v_depth = 2;

    select array_agg(v_kept[g.ord] order by g.ord), array_agg(p.quote_of order by g.ord) into v_who, v_more
      from unnest(v_given) g join posts.post p on p.cell = law.cell(g.id) and p.id = g.id
     where g.states & 524288 <> 0 and p.quote_of is not null;
    v_quoting := v_quoting || v_who;
    v_quoted := v_quoted || v_more;
    if v_depth = 0 then
      select array_agg(v_kept[g.ord] order by g.ord), array_agg(g.boost_of order by g.ord)
        into v_kept, v_ids from unnest(v_given) g where g.boost_of is not null;
    else
      v_kept := nullif(v_quoting, '{}');
      v_ids := v_quoted;
    end if;
    v_given := null;
    continue when v_kept is null;
    select array_agg(v_accounts[p_whose[k.place]] order by k.ord), array_agg(v_private[p_whose[k.place]] order by k.ord)
      into v_viewers, v_sees from unnest(v_kept) with ordinality k(place, ord);
    select array_agg(d order by d.ord) into v_given
      from law.decide(v_viewers, v_sees, v_ids, 4::smallint) d where d.code > 1;
  end loop;
end $$;
