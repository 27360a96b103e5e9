-- Accounts: who there is, how they sign in, which apps act for them.
-- `state` and `posts.post.flags` share the bit numbers of the law's states (see 0002).

create table accounts.account (
  cell            smallint    not null,
  id              bigint      not null,
  handle          text        not null,
  domain          text,
  role            text        not null default 'member' check (role in ('member', 'moderator', 'admin', 'owner')),
  state           integer     not null default 0,
  is_protected    boolean     not null default false,
  is_discoverable boolean     not null default false,
  is_indexable    boolean     not null default false,
  is_bot          boolean     not null default false,
  hides_network   boolean     not null default false,
  default_audience smallint   not null default 0,
  default_sensitive boolean   not null default false,
  default_language text,
  version         integer     not null default 1,
  sealed_profile  bytea,
  posts_count     integer     not null default 0,
  followers_count integer     not null default 0,
  following_count integer     not null default 0,
  last_post_on    date,
  joined_at       timestamptz not null default now(),
  primary key (cell, id)
) with (fillfactor = 85);
create index account_unconfirmed on accounts.account (joined_at) where state & 4096 <> 0;
create index account_crew on accounts.account (role) where role <> 'member';

-- The only link from a handle to a number; erasing an account deletes this row.
create table accounts.handle (
  handle  text   not null,
  domain  text   not null default '',
  account bigint not null,
  primary key (handle, domain)
);
create index handle_by_account on accounts.handle (account);
create index handle_by_domain on accounts.handle (domain) where domain <> '';

-- Where a remote account lives; local accounts' addresses follow from their number and the base URL.
create table accounts.remote (
  cell       smallint not null,
  account    bigint   not null,
  actor_uri  text     not null unique,
  inbox_uri  text     not null,
  shared_inbox_uri text,
  key_uri    text,
  public_key text,
  fetched_at timestamptz,
  primary key (cell, account)
);

create table accounts.actor_key (
  cell          smallint    not null,
  account       bigint      not null,
  public_key    text        not null,
  sealed_private bytea      not null,
  made_at       timestamptz not null default now(),
  primary key (cell, account)
);

-- How somebody signs in. `email_digest` is keyed (the key is in the keyring); several accounts may name one
-- address, but only one of them is signed in by it, so that signing up never tells whose address is taken.
create table accounts.credential (
  cell            smallint    not null,
  account         bigint      not null,
  email_digest    bytea,
  email_signs_in  boolean     not null default false,
  sealed_email    bytea,
  secret_hash     text,
  locale          text,
  confirmed_at    timestamptz,
  confirm_digest  bytea       unique,
  signed_in_at    timestamptz,
  primary key (cell, account)
);
create unique index credential_signs_in on accounts.credential (email_digest) where email_signs_in;
create index credential_by_email on accounts.credential (email_digest) where email_digest is not null;

create table accounts.app (
  id            bigint      primary key,
  name          text        not null,
  website       text,
  redirect_uris text[]      not null,
  scopes        text[]      not null,
  client_id     text        not null unique,
  client_digest bytea       not null,
  made_at       timestamptz not null default now()
);

-- Sessions (browser), access tokens (apps acting for an account) and app tokens (no account).
create table accounts.token (
  digest     bytea       primary key,
  kind       text        not null check (kind in ('session', 'access', 'app')),
  id         bigint      not null unique,
  account    bigint,
  app        bigint,
  scopes     text[]      not null,
  made_at    timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
create index token_by_account on accounts.token (account);

create table accounts.grant_code (
  digest         bytea       primary key,
  app            bigint      not null,
  account        bigint      not null,
  redirect_uri   text        not null,
  scopes         text[]      not null,
  code_challenge text,
  expires_at     timestamptz not null,
  used_at        timestamptz,
  token          bigint
);

create table accounts.invite (
  digest     bytea       primary key,
  maker      bigint,
  role       text        not null default 'member',
  uses_left  integer     not null default 1,
  expires_at timestamptz not null,
  made_at    timestamptz not null default now()
);

-- What the crew tells all members at once, and who has put it away.
create table accounts.announcement (
  id           bigint      primary key,
  text         text        not null,
  starts_at    timestamptz,
  ends_at      timestamptz,
  published_at timestamptz not null default now(),
  withdrawn_at timestamptz
);

create table accounts.announcement_read (
  cell         smallint not null,
  account      bigint   not null,
  announcement bigint   not null,
  primary key (cell, account, announcement)
);

-- What a viewer may know of an account: see accounts.cards.
create type accounts.card as (
  ord integer, id bigint, shell smallint, handle text, domain text, role text, state integer, version integer,
  is_protected boolean, is_discoverable boolean, is_indexable boolean, is_bot boolean, hides_network boolean,
  joined_at timestamptz, posts integer, followers integer, following integer, last_post_on date,
  relation integer, sealed_profile bytea);

create type law.session as (account bigint, kind text, scopes text[], role text, state integer, app bigint, token bigint);

-- Who is behind this digest? One row, all null when nobody is. The web process cannot say who it is acting
-- for; it can only show what it was shown.
create function law.viewer(p_digest bytea) returns law.session
language plpgsql stable security definer set search_path = '' as $$
declare s law.session;
begin
  if length(p_digest) <> 32 then return s; end if;
  select t.account, t.kind, t.scopes, a.role, a.state, t.app, t.id into s
    from accounts.token t
    left join accounts.account a on a.cell = law.cell(t.account) and a.id = t.account
   where t.digest = p_digest and t.revoked_at is null
     and (t.expires_at is null or t.expires_at > now())
     and (t.account is null or a.id is not null);
  return s;
end $$;
