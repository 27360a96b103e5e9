-- The second wall: these functions run as petrel_messages, which owns no table and is bound by the row
-- policies of the schema. Each resolves its viewer from the digest, sets it for the policies, and clears it.

-- Null, and nobody entered, for an app without one of the scopes, and for who is in one of the states p_out
-- (suspended 128, deactivated 256).
create or replace function messages.enter(p_digest bytea, p_scopes text[], p_out integer default 384) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v law.session := law.viewer(p_digest);
  v_me bigint;
begin
  if (v.kind = 'session' or v.scopes && p_scopes) and v.state & p_out = 0 then
    v_me := v.account;
  end if;
  perform set_config('petrel.delivering', '', true);
  perform set_config('petrel.account', coalesce(v_me::text, ''), true);
  return v_me;
end $$;

-- Who the viewer is towards a message: bits as in law.code. Blocks count only for somebody named in it.
create or replace function messages.who(p_viewer bigint, p_author bigint, p_named bigint[]) returns integer
language sql stable security definer set search_path = '' as $$
  select case when p_viewer = p_author then 129
    when p_viewer = any (p_named) then 9 | ((coalesce(r.bits, 0) & 1) << 2)
      | (case when coalesce(r.bits, 0) & 64 <> 0 and coalesce(r.muting_until > now(), true) then 16 else 0 end)
      | (case when coalesce(r.bits, 0) & 32 <> 0 then 32 else 0 end)
      | (case when coalesce(r.bits, 0) & 16 <> 0 then 64 else 0 end)
    else 1 end
  from (select 1) one left join relationships.relation r
    on r.cell = law.cell(p_viewer) and r.owner = p_viewer and r.other = p_author
$$;

-- The law's states of a message for this viewer: `withheld` (16) only where a legal order says so. One that is not
-- known is as purged: nothing, for everybody. source: visibility.md section 2, defaults.
create or replace function messages.states(p_id bigint, p_flags integer, p_viewer bigint) returns integer
language sql stable security definer set search_path = '' as $$
  select (p_flags & 4078) | case when p_flags & 16 = 0 then 0 else law.withheld_from(p_id, p_viewer, null) end
    | case when p_flags & -81919 = 0 then 0 else 2048 end
$$;

create or replace function messages.entries(p_digest bytea, p_surface smallint, p_ids bigint[], p_have bigint[])
returns setof law.entry
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := messages.enter(p_digest, array['read', 'read:statuses'], 0);
  v_codes bytea;
  v_open boolean;
begin
  select s.codes, s.is_open into strict v_codes, v_open from law.surface s where s.surface = p_surface;
  if not v_open then perform law.refuse_closed(p_surface); end if;
  return query
  select j.ord, 0::smallint, j.id, j.code::smallint,
    j.who | (select case when exists (select from relationships.filter f where f.cell = law.cell(v_me)
                                         and f.account = v_me) then 65536 else 0 end),
    j.states, 3::smallint, j.author, null::bigint, j.reply_to, j.reply_to_account, j.edited_at, j.language, j.app,
    0, 0, 0, mk.bits, j.stamp,
    j.posts_count, j.followers_count, j.following_count, j.last_post_on,
    case when j.stamp <> coalesce(p_have[j.ord], 0) and j.code > 2 then j.sealed end, j.conversation,
    case when j.stamp <> coalesce(p_have[j.ord], 0) then accounts.card_of(j.ord, j.author) end, null::bigint, null
  from (
    select c.ord::integer, m.*, a.posts_count, a.followers_count, a.following_count, a.last_post_on,
           w.who, st.states, law.verdict(v_codes, 3, st.states, w.who) as code,
           (m.version::bigint << 32) | a.version as stamp
      from unnest(p_ids) with ordinality c(id, ord)
      join messages.message m on m.cell = law.cell(c.id) and m.id = c.id
      join accounts.account a on a.cell = law.cell(m.author) and a.id = m.author
      cross join lateral messages.who(v_me, m.author, m.named) w(who)
      cross join lateral (select messages.states(m.id, m.flags | a.state, v_me)) st(states)
    offset 0) j
  left join posts.mark mk on mk.cell = law.cell(v_me) and mk.account = v_me and mk.post = j.id
  where j.code > 0;
  perform set_config('petrel.account', '', true);
end $$;

create or replace function messages.judge(p_digests bytea[], p_ids bigint[])
returns setof law.decided
language plpgsql stable security definer set search_path = '' as $$
declare
  i integer;
  v_me bigint;
  v_codes bytea;
  v_open boolean;
begin
  select s.codes, s.is_open into strict v_codes, v_open from law.surface s where s.surface = 1;
  if not v_open then perform law.refuse_closed(1::smallint); end if;
  for i in 1 .. cardinality(p_ids) loop
    v_me := messages.enter(p_digests[i], array['read', 'read:statuses']);
    continue when v_me is null;
    return query
    select i, v_me, m.id, law.verdict(v_codes, 3, st.states, w.who)::smallint, w.who, st.states,
      3::smallint, m.author, 3::smallint, null::bigint, m.reply_to, m.reply_to_account, m.conversation,
      m.language, m.app, m.edited_at, 0, 0, 0, (m.version::bigint << 32) | a.version,
      a.posts_count, a.followers_count, a.following_count, a.last_post_on
    from messages.message m
    join accounts.account a on a.cell = law.cell(m.author) and a.id = m.author
    cross join lateral messages.who(v_me, m.author, m.named) w(who)
    cross join lateral (select messages.states(m.id, m.flags | a.state, v_me)) st(states)
    where m.cell = law.cell(p_ids[i]) and m.id = p_ids[i]
      and law.verdict(v_codes, 3, st.states, w.who) > 0;
  end loop;
  perform set_config('petrel.account', '', true);
end $$;

-- Sends one message as the holder of the digest: the row, and the inbox of everybody in it.
create or replace function messages.send(p_digest bytea, p_id bigint, p_conversation bigint, p_reply_to bigint,
  p_reply_to_account bigint, p_named bigint[], p_flags integer, p_language text, p_app bigint, p_sealed bytea)
returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_me bigint := messages.enter(p_digest, array['write', 'write:statuses']);
  v_people bigint[];
begin
  if v_me is null then perform law.refuse((law.viewer(p_digest)).kind); end if;
  v_people := array(select distinct x from unnest(p_named || v_me) x order by x);
  insert into messages.message (cell, id, conversation, author, flags, reply_to, reply_to_account, named,
                                language, app, sealed)
  values (law.cell(p_id), p_id, p_conversation, v_me, p_flags, p_reply_to, p_reply_to_account, p_named,
          p_language, p_app, p_sealed);
  perform set_config('petrel.delivering', 'yes', true);
  insert into messages.inbox (cell, account, conversation, last_message, people, is_unread)
  select law.cell(x), x, p_conversation, p_id, v_people, x <> v_me from unnest(v_people) x
  on conflict (cell, account, conversation) do update
    set last_message = excluded.last_message, is_unread = excluded.is_unread,
        people = array(select distinct y from unnest(messages.inbox.people || excluded.people) y order by y);
  perform set_config('petrel.delivering', '', true);
  perform set_config('petrel.account', '', true);
end $$;

-- One's own message, for changing it, to an app that may write: as messages.entries gives it. No row for anybody else.
create or replace function messages.own_entry(p_writer text, p_digest bytea, p_id bigint)
returns setof law.entry
language plpgsql security definer set search_path = '' as $$
declare v_me bigint := messages.enter(p_digest, array['write', 'write:statuses']);
begin
  return query
  select 1, 0::smallint, m.id, s.code::smallint, 129, (m.flags | a.state) & 4078, 3::smallint, m.author, null::bigint,
    m.reply_to, m.reply_to_account, m.edited_at, m.language, m.app, 0, 0, 0, mk.bits, (m.version::bigint << 32) | a.version,
    a.posts_count, a.followers_count, a.following_count, a.last_post_on, m.sealed, m.conversation,
    accounts.card_of(1, m.author), null::bigint, null
  from messages.message m
  join accounts.account a on a.cell = law.cell(m.author) and a.id = m.author
  cross join lateral (select law.verdict(l.codes, 3, (m.flags | a.state) & 4078, 129) as code
                        from law.surface l where l.surface = 1) s
  left join posts.mark mk on mk.cell = law.cell(v_me) and mk.account = v_me and mk.post = m.id
  where m.cell = law.cell(p_id) and m.id = p_id and m.author = v_me and s.code > 3;
  perform set_config('petrel.account', '', true);
end $$;

-- Edits (new ciphertext) or deletes (p_sealed null: content emptied, tombstone kept) one's own message. Returns whom it
-- names; null when there is no such message. What was delivered before a block stays as it was: no edit while somebody
-- named is on the other side of one.
create or replace function messages.change(p_digest bytea, p_id bigint, p_flags integer, p_language text, p_sealed bytea)
returns bigint[]
language plpgsql security definer set search_path = '' as $$
declare
  v_me bigint := messages.enter(p_digest, array['write', 'write:statuses']);
  v_named bigint[];
begin
  if p_sealed is not null and exists (
      select from messages.message m join relationships.relation r
          on r.cell = law.cell(v_me) and r.owner = v_me and r.other = any (m.named) and r.bits & 48 <> 0
       where m.cell = law.cell(p_id) and m.id = p_id) then
    return null;
  end if;
  update messages.message set version = version + 1, flags = case when p_sealed is null then flags | 512 else flags & ~2 | p_flags end,
    language = p_language, sealed = coalesce(p_sealed, ''), edited_at = case when p_sealed is null then edited_at else now() end,
    deleted_at = case when p_sealed is null then now() end
   where cell = law.cell(p_id) and id = p_id and author = v_me and flags & 512 = 0 returning named into v_named;
  perform set_config('petrel.account', '', true);
  return v_named;
end $$;

-- Which of these are tombstones, and how many bytes of content they hold. Messages that live are not seen here.
create or replace function messages.stones(p_system text, p_ids bigint[])
returns table (id bigint, author bigint, content_bytes integer)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform set_config('petrel.account', '', true), set_config('petrel.stones', 'yes', true);
  return query select m.id, m.author, length(m.sealed) from unnest(p_ids) i(id)
    join messages.message m on m.cell = law.cell(i.id) and m.id = i.id;
  perform set_config('petrel.stones', '', true);
end $$;

-- Ends tombstones that are older than 90 days; the policy of the table says so too. source: visibility.md section 1.
create or replace function messages.purge(p_writer text, p_limit integer)
returns table (id bigint, author bigint)
language plpgsql security definer set search_path = '' as $$
begin
  perform set_config('petrel.account', '', true), set_config('petrel.stones', 'yes', true);
  return query
  delete from messages.message d using (
    select m.cell, m.id from messages.message m
     where m.flags & 512 <> 0 and m.deleted_at < now() - interval '90 days' order by m.deleted_at limit p_limit) old
   where d.cell = old.cell and d.id = old.id returning d.id, d.author;
  perform set_config('petrel.stones', '', true);
end $$;

-- After a restore: what its author had deleted is emptied again, and who had left a conversation leaves it again.
create or replace function messages.empty_again(p_writer text, p_id bigint, p_author bigint) returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_found boolean;
begin
  perform set_config('petrel.account', p_author::text, true);
  update messages.message set version = version + 1, flags = flags | 512, sealed = '', deleted_at = now()
   where cell = law.cell(p_id) and id = p_id and author = p_author and flags & 512 = 0 returning true into v_found;
  perform set_config('petrel.account', '', true);
  return coalesce(v_found, false);
end $$;

create or replace function messages.leave_again(p_writer text, p_conversation bigint, p_account bigint) returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_found boolean;
begin
  perform set_config('petrel.account', p_account::text, true);
  delete from messages.inbox
   where cell = law.cell(p_account) and account = p_account and conversation = p_conversation
  returning true into v_found;
  perform set_config('petrel.account', '', true);
  return coalesce(v_found, false);
end $$;

-- Conversations of the viewer by their last message, newest first (p_min: the ones just after it); p_only: that one.
-- `newest` is the last message that was not deleted. For sessions, and apps that may read posts (or change this one).
create or replace function messages.mailbox(p_digest bytea, p_limit integer, p_max bigint, p_since bigint, p_min bigint,
                                            p_only bigint)
returns table (conversation bigint, last_message bigint, newest bigint, people bigint[], is_unread boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := messages.enter(p_digest, array['read', 'read:statuses']
                 || case when p_only is null then array[]::text[] else array['write', 'write:conversations'] end);
  v_max bigint := coalesce(p_max, 9223372036854775807);
  v_min bigint := greatest(coalesce(p_since, 0), coalesce(p_min, 0));
begin
  if p_only is not null then
    return query select i.conversation, i.last_message, messages.newest(i.conversation), i.people, i.is_unread
      from messages.inbox i where i.cell = law.cell(v_me) and i.account = v_me and i.conversation = p_only;
  elsif p_min is null then
    return query select i.conversation, i.last_message, messages.newest(i.conversation), i.people, i.is_unread
      from messages.inbox i
     where i.cell = law.cell(v_me) and i.account = v_me and i.last_message < v_max and i.last_message > v_min
     order by i.last_message desc limit p_limit;
  else
    return query select s.conversation, s.last_message, messages.newest(s.conversation), s.people, s.is_unread from (
      select i.* from messages.inbox i
       where i.cell = law.cell(v_me) and i.account = v_me and i.last_message < v_max and i.last_message > v_min
       order by i.last_message limit p_limit) s order by s.last_message desc;
  end if;
  perform set_config('petrel.account', '', true);
end $$;

-- How many of the viewer's 200 latest conversations have something unread in them.
create or replace function messages.unread(p_digest bytea) returns integer
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := messages.enter(p_digest, array['read', 'read:statuses']);
  v_count integer;
begin
  select count(*) into v_count from (
    select i.is_unread from messages.inbox i where i.cell = law.cell(v_me) and i.account = v_me
     order by i.last_message desc limit 200) latest where latest.is_unread;
  perform set_config('petrel.account', '', true);
  return v_count;
end $$;

-- The newest message of a conversation that whoever has entered may read; null when all are deleted.
create or replace function messages.newest(p_conversation bigint) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select m.id from messages.message m where m.conversation = p_conversation and m.flags & 512 = 0
           order by m.id desc limit 1);
end $$;

create or replace function messages.set_read(p_digest bytea, p_conversation bigint, p_unread boolean) returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_me bigint := messages.enter(p_digest, array['write', 'write:conversations']); v_found boolean;
begin
  update messages.inbox set is_unread = p_unread
   where cell = law.cell(v_me) and account = v_me and conversation = p_conversation returning true into v_found;
  perform set_config('petrel.account', '', true);
  return coalesce(v_found, false);
end $$;

create or replace function messages.leave(p_digest bytea, p_conversation bigint) returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_me bigint := messages.enter(p_digest, array['write', 'write:conversations']); v_found boolean;
begin
  delete from messages.inbox
   where cell = law.cell(v_me) and account = v_me and conversation = p_conversation returning true into v_found;
  perform set_config('petrel.account', '', true);
  return coalesce(v_found, false);
end $$;

-- Ids of the messages around one message that the viewer was part of, oldest first (its thread view).
create or replace function messages.thread(p_digest bytea, p_conversation bigint, p_limit integer)
returns table (id bigint, reply_to bigint, author bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := messages.enter(p_digest, array['read', 'read:statuses']);
begin
  return query select m.id, m.reply_to, m.author from messages.message m
   where m.conversation = p_conversation order by m.id limit p_limit;
  perform set_config('petrel.account', '', true);
end $$;

-- For erasing an account: numbers of the messages that it wrote, whose keys go first, in a window of p_limit messages
-- of its cell behind p_after. The last row is the end of the window, with is_own false, as long as there may be more.
create or replace function messages.written_by(p_system text, p_account bigint, p_after bigint, p_limit integer)
returns table (id bigint, is_own boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform set_config('petrel.account', p_account::text, true);
  return query
  with few as (select m.id, m.author from messages.message m
                where m.cell = law.cell(p_account) and m.id > p_after order by m.id limit p_limit)
  select f.id, true from few f where f.author = p_account
  union all select max(f.id), false from few f having count(*) = p_limit;
  perform set_config('petrel.account', '', true);
end $$;

-- Erases what an account wrote among these messages: rows and all, since nobody keeps a letter whose key is gone.
create or replace function messages.erase_written(p_writer text, p_account bigint, p_ids bigint[]) returns integer
language plpgsql security definer set search_path = '' as $$
declare v_gone integer;
begin
  perform set_config('petrel.account', p_account::text, true);
  delete from messages.message m
   where m.cell = law.cell(p_account) and m.id = any (p_ids) and m.author = p_account;
  get diagnostics v_gone = row_count;
  perform set_config('petrel.account', '', true);
  return v_gone;
end $$;

-- Erases the inbox of an account. Others keep what they received of others, with the number of who was in it.
create or replace function messages.erase_inbox(p_writer text, p_account bigint) returns integer
language plpgsql security definer set search_path = '' as $$
declare v_gone integer;
begin
  perform set_config('petrel.account', p_account::text, true);
  delete from messages.inbox i where i.cell = law.cell(p_account) and i.account = p_account;
  get diagnostics v_gone = row_count;
  perform set_config('petrel.account', '', true);
  return v_gone;
end $$;

-- How many rows of this schema name an account, by table and column, as far as the policies let that account see them.
create or replace function messages.count_rows(p_system text, p_account bigint)
returns table ("table" text, "column" text, count bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform set_config('petrel.account', p_account::text, true);
  perform set_config('petrel.delivering', 'yes', true);
  return query
  select 'messages.message', 'author', count(*) from messages.message m where m.author = p_account
  union all select 'messages.message', 'named', count(*) from messages.message m where p_account = any (m.named)
  union all select 'messages.inbox', 'account', count(*) from messages.inbox i where i.account = p_account
  union all select 'messages.inbox', 'people', count(*) from messages.inbox i where p_account = any (i.people);
  perform set_config('petrel.delivering', '', true);
  perform set_config('petrel.account', '', true);
end $$;

-- The messages that the viewer wrote or received, behind p_after, as the law gives them in an export (surface 13):
-- also to who is suspended. Code 3 (history) is what was delivered before a block; numbers of others as they are.
create or replace function messages.export(p_digest bytea, p_after bigint, p_limit integer)
returns table (id bigint, code integer, val jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_me bigint := messages.enter(p_digest, array['read', 'read:statuses'], 0);
  v_codes bytea;
  v_open boolean;
begin
  select s.codes, s.is_open into strict v_codes, v_open from law.surface s where s.surface = 13;
  if not v_open then perform law.refuse_closed(13::smallint); end if;
  return query
  select j.id, j.code, j.val from (
    select m.id, to_jsonb(m) as val,
           law.verdict(v_codes, 3, (m.flags | a.state) & 4078, messages.who(v_me, m.author, m.named)) as code
      from messages.message m join accounts.account a on a.cell = law.cell(m.author) and a.id = m.author
     where m.id > p_after and v_me is not null order by m.id limit p_limit) j;
  perform set_config('petrel.account', '', true);
end $$;

create or replace function messages.export_inbox(p_digest bytea, p_after bigint, p_limit integer)
returns table (id bigint, val jsonb)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := messages.enter(p_digest, array['read', 'read:statuses'], 0);
begin
  return query select i.conversation, to_jsonb(i) from messages.inbox i
   where i.cell = law.cell(v_me) and i.account = v_me and i.conversation > p_after
   order by i.conversation limit p_limit;
  perform set_config('petrel.account', '', true);
end $$;

-- For `petrel why`: as law.why, for a message that p_author wrote. It enters as p_author, who alone is let near the row
-- whatever the viewer is to it; of what the message says it gives nothing.
create or replace function messages.why(p_system text, p_viewer bigint, p_author bigint, p_id bigint)
returns table (surface text, codes bytea, code smallint, who integer, states integer, audience smallint, said smallint,
               is_protected boolean, was_protected boolean, author bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform set_config('petrel.account', p_author::text, true);
  return query
  select s.name, s.codes, law.verdict(s.codes, 3, f.states, f.who)::smallint, f.who, f.states, 3::smallint, 3::smallint,
         a.is_protected, false, m.author
    from messages.message m
    join accounts.account a on a.cell = law.cell(m.author) and a.id = m.author
    cross join lateral (
      select (m.flags | a.state) & 4078,
             case when p_viewer is null then 0 else messages.who(p_viewer, m.author, m.named) end) f(states, who)
    cross join law.surface s
   where m.cell = law.cell(p_id) and m.id = p_id and s.is_open
   order by s.surface;
  perform set_config('petrel.account', '', true);
end $$;

-- For moderators: takes a message down (the law's state `removed`, 64) or gives it back. False when it is gone, or so
-- already. Entered as its author, for whom alone the policies let rows be changed.
create or replace function messages.set_removed(p_writer text, p_id bigint, p_author bigint, p_removed boolean)
returns boolean
language plpgsql security definer set search_path = '' as $$
declare v_found boolean;
begin
  perform set_config('petrel.account', p_author::text, true);
  update messages.message
     set flags = case when p_removed then flags | 64 else flags & ~64 end, version = version + 1
   where cell = law.cell(p_id) and id = p_id and author = p_author and flags & 512 = 0
     and (flags & 64 = 0) = p_removed returning true into v_found;
  perform set_config('petrel.account', '', true);
  return coalesce(v_found, false);
end $$;
