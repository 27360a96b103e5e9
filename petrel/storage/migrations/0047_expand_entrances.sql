-- Coming in by more than a password: codes that an app makes, codes kept for when it is lost, keys of devices. When each
-- way in was last used, and on what. How somebody wants the pages to look.
alter table accounts.token add column used_on date, add column sealed_device bytea;

-- The app that makes codes: one for an account. last_step: of the code taken last, which is taken once.
create table accounts.code_app (
  cell          smallint    not null,
  account       bigint      not null,
  sealed_secret bytea       not null,
  last_step     bigint      not null,
  made_at       timestamptz not null default now(),
  primary key (cell, account)
);

create table accounts.recovery_code (
  cell    smallint    not null,
  account bigint      not null,
  place   smallint    not null,
  digest  bytea       not null,
  used_at timestamptz,
  primary key (cell, account, place)
);

-- uses: as the device counts them, 0 where it does not.
create table accounts.passkey (
  cell        smallint    not null,
  account     bigint      not null,
  id          bigint      not null,
  credential  bytea       not null unique,
  public_key  bytea       not null,
  uses        bigint      not null,
  sealed_name bytea       not null,
  made_at     timestamptz not null default now(),
  used_on     date,
  primary key (cell, account, id)
);

-- A challenge to a passkey is answered once: it stands here until it would be too old anyway.
create table accounts.used_challenge (
  digest     bytea       primary key,
  expires_at timestamptz not null
);

alter table accounts.credential
  add column theme text check (theme in ('light', 'dark', 'contrast')),
  add column text_size text check (text_size in ('small', 'large', 'largest')),
  add column is_calm boolean not null default false;

-- A list that a member sent by a page, until it is done or a week is over. begun_at: they have said yes.
create table archives.waiting (
  cell        smallint    not null,
  account     bigint      not null,
  id          bigint      not null,
  kind        text        not null,
  sealed_file bytea       not null,
  made_at     timestamptz not null default now(),
  begun_at    timestamptz,
  primary key (cell, account, id)
);
create index waiting_by_age on archives.waiting (made_at);
