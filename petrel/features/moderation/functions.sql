-- What the crew and the people concerned may read of moderation. The database says who somebody is, by the digest of
-- what they show; p_scopes are those of which an app needs one. source: docs/law/visibility.md sections 6 and 9.

-- Somebody of the crew who may act; one null row for everybody else.
create or replace function moderation.crew(p_digest bytea, p_scopes text[] default '{}') returns law.session
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest); v_nobody law.session;
begin
  if v.role in ('moderator', 'admin', 'owner') and v.state & 4480 = 0
     and (v.kind = 'session' or v.scopes && p_scopes) then return v; end if;
  return v_nobody;
end $$;

-- Why somebody may not handle what is about an account; '' when they may. source: visibility.md section 6.
create or replace function moderation.conflict(p_digest bytea, p_about bigint) returns text
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := (law.viewer(p_digest)).account; v_bits integer;
begin
  if v_me = p_about then return 'own'; end if;
  select r.bits into v_bits from relationships.relation r
   where r.cell = law.cell(v_me) and r.owner = v_me and r.other = p_about;
  return case when v_bits & 1 <> 0 then 'follows' when v_bits & 2 <> 0 then 'followed'
              when v_bits & 16 <> 0 then 'blocks' else '' end;
end $$;

do $$ begin
  create type moderation.listed as (
    id bigint, about bigint, handle text, account_state integer, account_role text, is_protected boolean, kind text,
    harm smallint, reports integer, state text, assigned bigint, assigned_to text, opened_at timestamptz,
    closed_at timestamptz, conflict text);
exception when duplicate_object then null; end $$;

-- The queue (p_only null), worst first; closed ones newest first; or one case.
create or replace function moderation.cases(p_digest bytea, p_scopes text[], p_open boolean, p_only bigint,
                                            p_below bigint, p_limit integer)
returns setof moderation.listed
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select c.id, c.about, coalesce(a.handle || coalesce('@' || a.domain, ''), ''), coalesce(a.state, 0),
         coalesce(a.role, 'member'), coalesce(a.is_protected, false), c.kind, c.harm, c.reports, c.state, c.assigned,
         coalesce(s.handle, ''), c.opened_at, c.closed_at, moderation.conflict(p_digest, c.about)
    from moderation.case_file c
    left join accounts.account a on a.cell = law.cell(c.about) and a.id = c.about
    left join accounts.account s on s.cell = law.cell(c.assigned) and s.id = c.assigned
   where case when p_only is not null then c.cell = law.cell(p_only) and c.id = p_only
              else c.state = case when p_open then 'open' else 'closed' end
                   and (p_below is null or c.id < p_below) end
   order by case when p_open then -c.harm end, case when p_open then c.opened_at end, c.id desc
   limit p_limit;
end $$;

-- Who reported is for admins and owners.
create or replace function moderation.reports(p_digest bytea, p_scopes text[], p_case bigint)
returns table (id bigint, kind text, rules text[], posts bigint[], is_notice boolean, made_at timestamptz,
               sealed bytea, has_account boolean, reporter bigint, reporter_handle text)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := moderation.crew(p_digest, p_scopes);
begin
  if v.account is null then return; end if;
  return query
  select r.id, r.kind, r.rules, r.posts, r.is_notice, r.made_at, r.sealed, r.reporter is not null,
         case when v.role <> 'moderator' then r.reporter end,
         case when v.role <> 'moderator' then coalesce(a.handle, '') else '' end
    from moderation.report r
    left join accounts.account a on a.cell = law.cell(r.reporter) and a.id = r.reporter
   where r.cell = law.cell(p_case) and r.case_file = p_case order by r.id;
end $$;

-- Copies of what was reported. Of what is public now the copy comes freely; of anything else only to whoever has said
-- within the hour, in this case, why it has to be looked at (moderation.look), and may handle the case.
create or replace function moderation.evidence_of(p_digest bytea, p_case bigint, p_minutes integer)
returns table (id bigint, post bigint, author bigint, handle text, audience smallint, is_reported boolean,
               is_taken_down boolean, is_deleted boolean, is_public boolean, sealed bytea)
language plpgsql stable security definer set search_path = '' as $$
declare
  v law.session := moderation.crew(p_digest);
  v_about bigint;
  v_may boolean;
begin
  if v.account is null then return; end if;
  select c.about into v_about from moderation.case_file c where c.cell = law.cell(p_case) and c.id = p_case;
  v_may := moderation.conflict(p_digest, v_about) = '' and exists (
    select from moderation.look k where k.cell = law.cell(p_case) and k.case_file = p_case and k.staff = v.account
       and k.at > now() - make_interval(mins => p_minutes));
  return query
  select e.id, e.post, e.author, coalesce(a.handle || coalesce('@' || a.domain, ''), ''), e.audience, e.is_reported,
         coalesce(p.flags & 64 <> 0, l.is_taken_down, false),
         e.post <> 0 and e.audience < 3 and coalesce(p.flags & 512 <> 0, l.id is null),
         n.is_public, case when v_may or n.is_public then e.sealed end
    from moderation.evidence e
    left join accounts.account a on a.cell = law.cell(e.author) and a.id = e.author
    left join posts.post p on p.cell = law.cell(e.post) and p.id = e.post
    left join collections.collection l on l.cell = law.cell(e.post) and l.id = e.post
    cross join lateral (select e.audience = 0 and not coalesce(a.is_protected, true) and a.state & 2432 = 0
      and (e.post = 0 or p.audience = 0 and p.flags & 67136 = 0 or not l.is_taken_down) is true) n(is_public)
   where e.cell = law.cell(p_case) and e.case_file = p_case order by e.post, e.id;
end $$;

do $$ begin
  create type moderation.decided as (
    id bigint, case_file bigint, about bigint, post bigint, what text, ground text, is_of_notice boolean,
    decided_by bigint, by_handle text, decided_at timestamptz, undone_at timestamptz, sealed bytea);
exception when duplicate_object then null; end $$;

-- What was decided about an account; or one decision (p_only). By whom, moderators are told by initials (in Python).
create or replace function moderation.decisions(p_digest bytea, p_scopes text[], p_about bigint, p_only bigint)
returns setof moderation.decided
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select d.id, d.case_file, d.about, d.post, d.what, d.ground, d.is_of_notice, d.decided_by, coalesce(s.handle, ''),
         d.decided_at, d.undone_at, d.sealed
    from moderation.decision d
    left join accounts.account s on s.cell = law.cell(d.decided_by) and s.id = d.decided_by
   where case when p_only is not null then d.cell = law.cell(p_only) and d.id = p_only
              else d.cell = law.cell(p_about) and d.about = p_about end
   order by d.id desc limit 500;
end $$;

-- Numbers of what is over: copies (1) and what reporters wrote (2) of cases that were closed p_days ago.
create or replace function moderation.over(p_writer text, p_days integer, p_limit integer)
returns table (kind integer, id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  with old as (select c.cell, c.id from moderation.case_file c
                where c.state = 'closed' and c.closed_at < now() - make_interval(days => p_days))
  (select 1, e.id from old join moderation.evidence e on e.cell = old.cell and e.case_file = old.id limit p_limit)
  union all
  (select 2, r.id from old join moderation.report r on r.cell = old.cell and r.case_file = old.id
    where length(r.sealed) > 0 limit p_limit);
end $$;

-- How a report goes, for whoever holds its link.
create or replace function moderation.followed(p_digest bytea, p_link bytea)
returns table (id bigint, kind text, made_at timestamptz, answered_at timestamptz, is_restricted boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select r.id, r.kind, r.made_at, r.answered_at, exists (
      select from moderation.decision d where d.cell = r.cell and d.case_file = r.case_file and d.what <> 'nothing'
         and d.undone_at is null)
    from moderation.report r where r.link_digest = p_link;
end $$;

do $$ begin
  create type moderation.own_decision as (
    id bigint, post bigint, what text, ground text, is_of_notice boolean, decided_at timestamptz,
    undone_at timestamptz, sealed bytea, appeal bigint, is_counter boolean, appealed_at timestamptz, appeal_state text,
    answered_at timestamptz, not_before timestamptz, sealed_appeal bytea, sealed_answer bytea);
exception when duplicate_object then null; end $$;

-- What was decided about the holder of the digest, newest first; who is suspended sees it too. Never by whom.
create or replace function moderation.own(p_digest bytea, p_only bigint)
returns setof moderation.own_decision
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is null or not (v.kind = 'session' or v.scopes && array['read', 'read:notifications']) then return; end if;
  return query
  select d.id, d.post, d.what, d.ground, d.is_of_notice, d.decided_at, d.undone_at, d.sealed, p.id, p.is_counter,
         p.made_at, p.state, p.decided_at, p.not_before, p.sealed, p.sealed_answer
    from moderation.decision d left join moderation.appeal p on p.cell = d.cell and p.decision = d.id
   where d.cell = law.cell(v.account) and d.about = v.account and d.what <> 'nothing'
     and (p_only is null or d.id = p_only)
   order by d.id desc limit 200;
end $$;

-- How often the crew has looked at what the holder of the digest had not shown to everybody, by the kind of case; what
-- is thirty days old. source: visibility.md section 6.
create or replace function moderation.looks_at_own(p_digest bytea)
returns table (kind text, looks bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.kind <> 'session' then return; end if;
  return query
  select c.kind, count(*) from moderation.look k
    join moderation.case_file c on c.cell = k.cell and c.id = k.case_file
   where k.authors @> array[v.account] and k.at < now() - interval '30 days' group by c.kind order by c.kind;
end $$;

-- What the holder of the digest has reported, newest first.
create or replace function moderation.own_reports(p_digest bytea)
returns table (id bigint, kind text, made_at timestamptz, answered_at timestamptz, is_restricted boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.kind <> 'session' then return; end if;
  return query
  select r.id, r.kind, r.made_at, r.answered_at, exists (
      select from moderation.decision d where d.cell = r.cell and d.case_file = r.case_file and d.what <> 'nothing'
         and d.undone_at is null)
    from moderation.report r where r.reporter = v.account order by r.id desc limit 50;
end $$;

do $$ begin
  create type moderation.appealed as (
    id bigint, decision bigint, is_counter boolean, made_at timestamptz, not_before timestamptz, state text,
    decided_at timestamptz, sealed bytea, sealed_answer bytea, about bigint, handle text, decided_by bigint,
    conflict text);
exception when duplicate_object then null; end $$;

-- Appeals that wait, oldest first (p_only null), or one. `conflict` says 'decided' where the viewer made the decision.
create or replace function moderation.appeals(p_digest bytea, p_only bigint) returns setof moderation.appealed
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := moderation.crew(p_digest);
begin
  if v.account is null then return; end if;
  return query
  select p.id, p.decision, p.is_counter, p.made_at, p.not_before, p.state, p.decided_at, p.sealed, p.sealed_answer,
         d.about, coalesce(a.handle, ''), d.decided_by,
         case when d.decided_by = v.account then 'decided' else moderation.conflict(p_digest, d.about) end
    from moderation.appeal p
    join moderation.decision d on d.cell = p.cell and d.id = p.decision
    left join accounts.account a on a.cell = law.cell(d.about) and a.id = d.about
   where case when p_only is null then p.state = 'waiting' else p.cell = law.cell(p_only) and p.id = p_only end
   order by p.made_at limit 200;
end $$;

-- For letters: a decision with its reasons, and what came of an appeal.
create or replace function moderation.to_tell(p_writer text, p_decision bigint)
returns table (about bigint, what text, ground text, is_of_notice boolean, undone_at timestamptz, sealed bytea,
               appeal_state text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select d.about, d.what, d.ground, d.is_of_notice, d.undone_at, d.sealed, p.state
    from moderation.decision d left join moderation.appeal p on p.cell = d.cell and p.decision = d.id
   where d.cell = law.cell(p_decision) and d.id = p_decision;
end $$;

-- For letters: notices of a case, whose senders are told what was decided.
create or replace function moderation.notices_of(p_writer text, p_case bigint)
returns table (id bigint, kind text, reporter bigint, sealed bytea)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select r.id, r.kind, r.reporter, r.sealed from moderation.report r
    where r.cell = law.cell(p_case) and r.case_file = p_case and r.is_notice;
end $$;

-- Blocks ----------------------------------------------------------------------------------------------------------

-- The strictest standing block of these names, -1 for none. For whoever decides who may come in.
create or replace function moderation.level_of(p_digest bytea, p_kind text, p_widths smallint[], p_digests bigint[])
returns integer
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
    select max(b.level) from unnest(p_widths, p_digests) a(width, digest)
      join moderation.block b on b.kind = p_kind and b.width = a.width and b.digest = a.digest
     where b.lifted_at is null and (b.expires_at is null or b.expires_at > now())), -1);
end $$;

do $$ begin
  create type moderation.blocked as (
    id bigint, kind text, name text, level smallint, public_comment text, rejects_media boolean,
    rejects_reports boolean, is_obfuscated boolean, made_at timestamptz, expires_at timestamptz, sealed bytea);
exception when duplicate_object then null; end $$;

create or replace function moderation.blocks(p_digest bytea, p_scopes text[], p_kind text, p_only bigint,
                                             p_below bigint, p_limit integer)
returns setof moderation.blocked
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).role is null then return; end if;
  return query
  select b.id, b.kind, b.name, b.level, b.public_comment, b.rejects_media, b.rejects_reports, b.is_obfuscated,
         b.made_at, b.expires_at, b.sealed
    from moderation.block b
   where b.kind = p_kind and b.lifted_at is null and (b.expires_at is null or b.expires_at > now())
     and (p_only is null or b.id = p_only) and (p_below is null or b.id < p_below)
   order by b.id desc limit p_limit;
end $$;

-- The standing block of this name, for the crew.
create or replace function moderation.block_of(p_digest bytea, p_scopes text[], p_kind text, p_name bigint)
returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).role is null then return null; end if;
  return (select b.id from moderation.block b
           where b.kind = p_kind and b.width = 0 and b.digest = p_name and b.lifted_at is null
             and (b.expires_at is null or b.expires_at > now()));
end $$;

-- Blocked servers as everybody may read them.
create or replace function moderation.public_blocks(p_digest bytea) returns setof moderation.blocked
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select b.id, b.kind, b.name, b.level, b.public_comment, b.rejects_media, b.rejects_reports, b.is_obfuscated,
         b.made_at, b.expires_at, null::bytea
    from moderation.block b
   where b.kind = 'server' and b.level > 0 and b.lifted_at is null and b.name is not null
     and (b.expires_at is null or b.expires_at > now()) order by b.name;
end $$;

create or replace function moderation.lists(p_digest bytea)
returns table (id bigint, name text, made_at timestamptz, undone_at timestamptz, changes bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest)).role is null then return; end if;
  return query select l.id, l.name, l.made_at, l.undone_at,
                      (select count(*) from moderation.block_change c where c.block_list = l.id)
    from moderation.block_list l order by l.id desc limit 50;
end $$;

-- For the moderator's app ------------------------------------------------------------------------------------------

-- Accounts as the crew may know them without a case: whole where the profile is public, else the first line (visibility.md
-- section 9). Newest first. p_bits: states that are all set, p_without: that are not.
create or replace function moderation.accounts(p_digest bytea, p_scopes text[], p_only bigint[], p_local boolean,
  p_bits integer, p_without integer, p_handle text, p_domain text, p_crew boolean, p_below bigint, p_above bigint,
  p_limit integer)
returns setof accounts.card
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).role is null then return; end if;
  return query
  select 1, a.id, (case when a.is_protected or a.state & 4480 <> 0 then 1 else 2 end)::smallint, a.handle, a.domain,
         a.role, a.state, a.version, a.is_protected, a.is_discoverable, a.is_indexable, a.is_bot, a.hides_network,
         a.joined_at, a.posts_count, a.followers_count, a.following_count, a.last_post_on, 0, a.sealed_profile
    from accounts.account a
   where a.state & 10240 = 0 and (p_only is null or a.id = any (p_only))
     and (p_local is null or (a.domain is null) = p_local)
     and a.state & p_bits = p_bits and a.state & p_without = 0
     and (p_handle is null or starts_with(lower(a.handle), lower(p_handle)))
     and (p_domain is null or a.domain = p_domain) and (not p_crew or a.role <> 'member')
     and (p_below is null or a.id < p_below) and (p_above is null or a.id > p_above)
   order by a.id desc limit p_limit;
end $$;

-- Reports one by one, newest first, with how their case stands. Never who wrote them.
create or replace function moderation.report_list(p_digest bytea, p_scopes text[], p_only bigint, p_closed boolean,
                                                  p_about bigint, p_below bigint, p_above bigint, p_limit integer)
returns table (id bigint, case_file bigint, about bigint, kind text, rules text[], posts bigint[], made_at timestamptz,
               sealed bytea, state text, closed_at timestamptz, closed_by bigint, assigned bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).role is null then return; end if;
  return query
  select r.id, r.case_file, r.about, r.kind, r.rules, r.posts, r.made_at, r.sealed, c.state, c.closed_at, c.closed_by,
         c.assigned
    from moderation.report r join moderation.case_file c on c.cell = r.cell and c.id = r.case_file
   where r.about is not null and (p_only is null or r.cell = law.cell(p_only) and r.id = p_only)
     and (p_only is not null or (c.state = 'closed') = p_closed) and (p_about is null or r.about = p_about)
     and (p_below is null or r.id < p_below) and (p_above is null or r.id > p_above)
   order by r.id desc limit p_limit;
end $$;

-- Numbers of a stretch of time, for the yearly report: reports and notices by kind, decisions by what and ground, appeals
-- by how they ended, and how long it took at the median, in hours. Nobody is in them.
create or replace function moderation.numbers(p_digest bytea, p_from timestamptz, p_until timestamptz)
returns table (sort text, kind text, count bigint, hours float8)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select case when r.is_notice then 'notice' else 'report' end, r.kind, count(*),
         percentile_cont(0.5) within group (order by extract(epoch from c.closed_at - r.made_at)::float8) / 3600
    from moderation.report r join moderation.case_file c on c.cell = r.cell and c.id = r.case_file
   where r.made_at >= p_from and r.made_at < p_until group by 1, 2
  union all
  select 'decision', d.what || ' ' || d.ground, count(*), null from moderation.decision d
   where d.decided_at >= p_from and d.decided_at < p_until group by 2
  union all
  select 'origin', case when d.is_of_notice then 'notice' else 'report' end, count(*), null from moderation.decision d
   where d.decided_at >= p_from and d.decided_at < p_until and d.what <> 'nothing' group by 2
  union all
  select 'undone', d.what, count(*), null from moderation.decision d
   where d.undone_at >= p_from and d.undone_at < p_until group by 2
  union all
  select case when a.is_counter then 'counter-notice' else 'appeal' end, a.state, count(*),
         percentile_cont(0.5) within group (order by extract(epoch from a.decided_at - a.made_at)::float8) / 3600
    from moderation.appeal a where a.made_at >= p_from and a.made_at < p_until group by 1, 2
  union all
  select 'unheard', 'a week', count(*), null from moderation.appeal a
   where a.made_at >= p_from and a.made_at < p_until and not a.is_counter
     and coalesce(a.decided_at, now()) >= a.made_at + interval '7 days'
  having count(*) > 0
  order by 1, 2;
end $$;

-- How many accounts came, reports were made, and reports were closed with their case, on each day (UTC) on which some
-- did. An account's number says when it was made, so that of each cell only those of these days are read.
create or replace function moderation.measured(p_digest bytea, p_scopes text[], p_key text, p_from timestamptz,
                                               p_until timestamptz)
returns table (day date, value bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  if (moderation.crew(p_digest, p_scopes)).account is null then return; end if;
  return query
  select (m.at at time zone 'utc')::date, count(*) from (
    select a.joined_at as at from generate_series(0, 1023) k(cell)
      join accounts.account a on a.cell = k.cell::smallint
       and a.id >= (extract(epoch from p_from - interval '1 day') * 1000)::bigint << 16
       and a.id < (extract(epoch from p_until + interval '1 day') * 1000)::bigint << 16
     where p_key = 'new_users' and a.domain is null and a.joined_at >= p_from and a.joined_at < p_until
    union all
    select r.made_at from moderation.report r
     where p_key = 'opened_reports' and r.made_at >= p_from and r.made_at < p_until
    union all
    select c.closed_at from moderation.case_file c
      join moderation.report r on r.cell = c.cell and r.case_file = c.id
     where p_key = 'resolved_reports' and c.state = 'closed' and c.closed_at >= p_from and c.closed_at < p_until) m
   group by 1;
end $$;
