-- What a viewer may know of accounts. `shell`: 0 nothing, 1 first line (handle, name, avatar), 2 all,
-- 3 tombstone. source: visibility.md section 9. The type of a card is in migration 0003: the law's own types use it.

-- The whole card of one account, for functions that have judged that it may be shown.
create or replace function accounts.card_of(p_ord integer, p_account bigint) returns accounts.card
language sql stable security definer set search_path = '' as $$
  select row(p_ord, a.id, 2::smallint, a.handle, a.domain, a.role, a.state, a.version, a.is_protected,
             a.is_discoverable, a.is_indexable, a.is_bot, a.hides_network, a.joined_at, a.posts_count,
             a.followers_count, a.following_count, a.last_post_on, 0, a.sealed_profile)::accounts.card
    from accounts.account a where a.cell = law.cell(p_account) and a.id = p_account
$$;

-- One row per account that exists and is not hidden, in the order asked. p_have[i] is the version that the
-- caller has: the sealed profile comes only when it is another.
--
-- 4096 is this room's own state: the address is not confirmed yet, so nobody has been let in by that name.
-- Whom the account blocks is not told its totals either: a first line has none (and the law counts them as posts).
-- A viewer who is suspended or deactivated sees nobody but themselves. source: visibility.md section 1. One who comes
-- through an outdated program sees what a stranger does.
create or replace function accounts.cards(p_digest bytea, p_ids bigint[], p_have integer[])
returns setof accounts.card
language plpgsql stable security definer set search_path = '' as $$
declare v law.session;
begin
  v := law.viewer(p_digest);
  return query
  select * from (
    select c.ord::integer, a.id,
      (case
         when a.id = v.account then 2
         when a.state & 4352 <> 0 or coalesce(v.state, 0) & 384 <> 0 then 0
         when coalesce(r.bits, 0) & 32 <> 0 and (a.is_protected or a.state & 128 <> 0) then 0
         when a.state & 128 <> 0 then case when v.account is null then 0 else 3 end
         when coalesce(r.bits, 0) & 32 <> 0 then 1
         when a.is_protected and (coalesce(r.bits, 0) & 1 = 0 or v.kind = 'outdated') then 1
         else 2 end)::smallint as shell,
      a.handle, a.domain, a.role, a.state, a.version, a.is_protected, a.is_discoverable, a.is_indexable, a.is_bot,
      a.hides_network, a.joined_at,
      case when b.is_blocked then 0 else a.posts_count end, case when b.is_blocked then 0 else a.followers_count end,
      case when b.is_blocked then 0 else a.following_count end, case when not b.is_blocked then a.last_post_on end,
      coalesce(r.bits, 0),
      case when a.version <> coalesce(p_have[c.ord], 0) then a.sealed_profile end
    from unnest(p_ids) with ordinality c(id, ord)
    join accounts.account a on a.cell = law.cell(c.id) and a.id = c.id
    left join relationships.relation r on r.cell = law.cell(v.account) and r.owner = v.account and r.other = a.id
    cross join lateral (select coalesce(r.bits, 0) & 32 <> 0 and a.id <> v.account as is_blocked) b
    offset 0) s where s.shell > 0 order by 1;
end $$;

-- The numbers behind handles, in the order asked; null for handles nobody has. Says nothing about the account.
create or replace function accounts.by_handles(p_digest bytea, p_handles text[], p_domains text[])
returns table (ord integer, id bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select c.ord::integer, h.account
    from unnest(p_handles, p_domains) with ordinality c(handle, domain, ord)
    join accounts.handle h on h.handle = c.handle and h.domain = c.domain
   order by 1;
end $$;

-- An account as its own holder sees it. Nothing for anybody else, apps included.
create or replace function accounts.held(p_digest bytea)
returns table (id bigint, handle text, role text, state integer, is_protected boolean, is_discoverable boolean,
               is_indexable boolean, is_bot boolean, hides_network boolean, default_audience smallint,
               default_sensitive boolean, default_language text, default_quote smallint, locale text, version integer,
               requests integer, theme text, text_size text, is_calm boolean,
               sealed_profile bytea, sealed_email bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session;
begin
  v := law.viewer(p_digest);
  return query
  select a.id, a.handle, a.role, a.state, a.is_protected, a.is_discoverable, a.is_indexable, a.is_bot, a.hides_network,
    a.default_audience, a.default_sensitive, a.default_language, a.default_quote, c.locale, a.version,
    (select count(*)::integer from relationships.relation r
      where r.cell = law.cell(v.account) and r.owner = v.account and r.requested_by_id is not null),
    c.theme, c.text_size, coalesce(c.is_calm, false), a.sealed_profile, case when v.kind = 'session' then c.sealed_email end
  from accounts.account a
  left join accounts.credential c on c.cell = a.cell and c.account = a.id
  where a.cell = law.cell(v.account) and a.id = v.account;
end $$;

-- How the viewer's mail address stands: whether they are let in only once it is confirmed, and whether it is not yet.
create or replace function accounts.confirmation(p_digest bytea) returns table (awaits boolean, is_open boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  return query
  select a.state & 4096 <> 0 and coalesce(c.must_confirm and c.confirmed_at is null, false),
         coalesce(c.email_digest is not null and c.confirmed_at is null, false)
    from accounts.account a left join accounts.credential c on c.cell = a.cell and c.account = a.id
   where a.cell = law.cell(v.account) and a.id = v.account;
end $$;

-- Every session and token that acts for the viewer now, newest first, and the day of its last use. For sessions only:
-- an app does not learn of the others.
create or replace function accounts.ways_in(p_digest bytea)
returns table (account bigint, id bigint, kind text, app text, website text, scopes text[], made_at timestamptz,
               expires_at timestamptz, used_on date, is_current boolean, sealed_device bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session;
begin
  v := law.viewer(p_digest);
  if v.kind is distinct from 'session' then return; end if;
  return query
  select t.account, t.id, t.kind, p.name, p.website, t.scopes, t.made_at, t.expires_at, t.used_on, t.id = v.token,
         t.sealed_device
    from accounts.token t left join accounts.app p on p.id = t.app
   where t.account = v.account and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
   order by t.id desc;
end $$;

-- The viewer's app for codes and how many codes for its loss are left. For sessions only.
create or replace function accounts.own_codes(p_digest bytea)
returns table (made_at timestamptz, recovery_left integer)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query
  select c.made_at, (select count(*)::integer from accounts.recovery_code r
                      where r.cell = c.cell and r.account = c.account and r.used_at is null)
    from accounts.code_app c where c.cell = law.cell(v.account) and c.account = v.account;
end $$;

-- The viewer's passkeys, oldest first. For sessions only.
create or replace function accounts.own_passkeys(p_digest bytea)
returns table (account bigint, id bigint, credential bytea, sealed_name bytea, made_at timestamptz, used_on date)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query
  select k.account, k.id, k.credential, k.sealed_name, k.made_at, k.used_on
    from accounts.passkey k where k.cell = law.cell(v.account) and k.account = v.account order by k.id;
end $$;

-- The names of apps, for the line under a post, and one app by the name it calls itself by. Apps are public.
create or replace function accounts.apps(p_digest bytea, p_ids bigint[], p_client text)
returns table (id bigint, name text, website text, redirect_uris text[], scopes text[], client_id text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select p.id, p.name, p.website, p.redirect_uris, p.scopes, p.client_id
    from accounts.app p where p.id = any (p_ids) or p.client_id = p_client;
end $$;

-- The public half of the key pair of one of our accounts; no row for an account of another server or none.
create or replace function accounts.actor_key(p_digest bytea, p_account bigint)
returns table (account bigint, public_key text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select a.id, k.public_key from accounts.account a
    left join accounts.actor_key k on k.cell = a.cell and k.account = a.id
   where a.cell = law.cell(p_account) and a.id = p_account and a.domain is null;
end $$;

-- The role that an invitation gives, while it can still be used.
create or replace function accounts.invited_role(p_digest bytea, p_invite bytea) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select i.role from accounts.invite i
           where i.digest = p_invite and i.uses_left > 0 and i.expires_at > now());
end $$;

-- Whether a link that sets a new password can still be used.
create or replace function accounts.reset_holds(p_digest bytea, p_reset bytea) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from accounts.reset r
                  where r.digest = p_reset and r.used_at is null and r.expires_at > now());
end $$;

-- What the crew tells members now; nothing for somebody not signed in.
create or replace function accounts.announcements(p_digest bytea, p_dismissed boolean)
returns table (id bigint, text text, starts_at timestamptz, ends_at timestamptz, published_at timestamptz,
               is_dismissed boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session;
begin
  v := law.viewer(p_digest);
  return query
  select a.id, a.text, a.starts_at, a.ends_at, a.published_at, d.announcement is not null
    from accounts.announcement a
    left join accounts.announcement_read d
      on d.cell = law.cell(v.account) and d.account = v.account and d.announcement = a.id
   where v.account is not null and v.kind <> 'outdated' and a.withdrawn_at is null
     and coalesce(a.starts_at <= now(), true) and coalesce(a.ends_at > now(), true)
     and (p_dismissed or d.announcement is null)
   order by a.id;
end $$;

-- Which pictures members put under these announcements, oldest first, and whether the viewer did.
create or replace function accounts.announcement_reactions(p_digest bytea, p_ids bigint[])
returns table (announcement bigint, name text, count bigint, is_own boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.account is null or v.kind = 'outdated' then return; end if;
  return query
  select x.announcement, x.name, count(*), bool_or(x.account = v.account)
    from accounts.announcement_reaction x where x.announcement = any (p_ids)
   group by 1, 2 order by 1, min(x.made_at), 2;
end $$;

-- How large the site says it is. Reads every account: ask seldom.
create or replace function accounts.counts(p_digest bytea)
returns table (accounts bigint, active bigint, posts bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select count(*), count(*) filter (where a.last_post_on >= current_date - 28),
    coalesce(sum(a.posts_count), 0)::bigint
    from accounts.account a where a.domain is null and a.state & 12672 = 0;
end $$;

-- Other servers that accounts we know live on, and the account that answers for this site (its first owner).
create or replace function accounts.domains(p_digest bytea) returns setof text
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  with recursive step(domain) as (
    select min(h.domain) from accounts.handle h where h.domain <> ''
    union all
    select (select min(h.domain) from accounts.handle h where h.domain <> '' and h.domain > s.domain)
      from step s where s.domain is not null)
  select s.domain from step s where s.domain is not null;
end $$;

create or replace function accounts.contact(p_digest bytea) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select min(a.id) from accounts.account a where a.role = 'owner' and a.domain is null and a.state & 4480 = 0);
end $$;

-- For sign-in: what the password of this handle or address is compared with, and where codes are asked for as well what
-- these are made from. The first argument says why.
create or replace function accounts.secrets_of(p_writer text, p_handle text, p_email bytea, p_account bigint)
returns table (account bigint, handle text, role text, state integer, secret_hash text, sealed_secret bytea,
               last_step bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select a.id, a.handle, a.role, a.state, c.secret_hash, k.sealed_secret, k.last_step
    from (select coalesce(
            p_account,
            (select h.account from accounts.handle h where h.handle = p_handle and h.domain = ''),
            (select e.account from accounts.credential e where e.email_digest = p_email and e.email_signs_in)) as id) one
    join accounts.account a on a.cell = law.cell(one.id) and a.id = one.id
    left join accounts.credential c on c.cell = a.cell and c.account = a.id
    left join accounts.code_app k on k.cell = a.cell and k.account = a.id;
end $$;

-- For sending mail: where it goes. Erased accounts have no address any more.
create or replace function accounts.mail_addresses(p_system text, p_ids bigint[])
returns table (account bigint, handle text, state integer, digest bytea, confirmed_at timestamptz, sealed_email bytea)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select a.id, a.handle, a.state, c.email_digest, c.confirmed_at, c.sealed_email
    from unnest(p_ids) o(id)
    join accounts.account a on a.cell = law.cell(o.id) and a.id = o.id
    join accounts.credential c on c.cell = a.cell and c.account = a.id
   where c.sealed_email is not null;
end $$;

-- For followers and jobs: profiles to index, and the private key that signs what is sent to other servers.
create or replace function accounts.profiles(p_system text, p_ids bigint[])
returns table (id bigint, handle text, domain text, version integer, state integer, is_discoverable boolean,
               is_indexable boolean, sealed_profile bytea)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select a.id, a.handle, a.domain, a.version, a.state, a.is_discoverable, a.is_indexable, a.sealed_profile
    from unnest(p_ids) c(id) join accounts.account a on a.cell = law.cell(c.id) and a.id = c.id;
end $$;

create or replace function accounts.private_key(p_system text, p_account bigint) returns bytea
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select k.sealed_private from accounts.actor_key k
           where k.cell = law.cell(p_account) and k.account = p_account);
end $$;

-- A session or token by its digest, for who shows it. Nobody may select digests: whoever could, could read as anybody.
create or replace function accounts.token_of(p_writer bytea)
returns table (id bigint, account bigint, app bigint, kind text, age interval, is_good boolean)
language sql stable security definer set search_path = '' as $$
  select t.id, t.account, t.app, t.kind, now() - t.made_at,
         t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
    from accounts.token t where t.digest = p_writer
$$;

-- When a token was made, for whoever shows it.
create or replace function accounts.token_made_at(p_digest bytea) returns timestamptz
language sql stable security definer set search_path = '' as $$
  select t.made_at from accounts.token t where t.digest = p_digest and t.kind <> 'session'
$$;

-- Whether this digest is that of a session opened within so many seconds: by a browser, with the password.
create or replace function accounts.is_fresh(p_digest bytea, p_seconds integer) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  return coalesce(v.kind = 'session' and (select t.made_at > now() - make_interval(secs => p_seconds)
                                            from accounts.token t where t.digest = p_digest), false);
end $$;

-- For the sitemap: cells in which somebody agreed to be found outside. Nobody who is protected, limited, suspended,
-- deactivated or not confirmed; nobody of other servers.
create or replace function accounts.findable_cells(p_digest bytea) returns table (cell smallint)
language sql stable security definer set search_path = '' as $$
  select distinct a.cell::smallint from accounts.account a
   where a.is_indexable and not a.is_protected and a.state = 0 and a.domain is null order by 1
$$;

-- Those of one cell, the oldest first: handle, and day of the newest post.
create or replace function accounts.findable(p_digest bytea, p_cell integer, p_limit integer)
returns table (handle text, last_post_on date)
language sql stable security definer set search_path = '' as $$
  select a.handle::text, a.last_post_on from accounts.account a
   where a.cell = p_cell and a.is_indexable and not a.is_protected and a.state = 0 and a.domain is null
   order by a.id limit p_limit
$$;
