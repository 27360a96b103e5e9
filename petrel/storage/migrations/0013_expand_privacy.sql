-- What people may ask for: erasure with its places, exports, consents, the clock of requests; handles of erased
-- accounts, which nobody may take at once.

create table accounts.retired_handle (
  digest     bytea       primary key,
  retired_at timestamptz not null default now()
);

-- An account that is being erased, or was. `places` is how far each step has come, `gone` how many rows or keys went
-- in each; `link_digest` opens the page that tells how it ended, to whoever holds the link.
create table privacy.erasure (
  account     bigint      primary key,
  link_digest bytea       not null unique,
  asked_at    timestamptz not null default now(),
  by_crew     boolean     not null,
  places      jsonb       not null default '{}',
  gone        jsonb       not null default '{}',
  done_at     timestamptz,
  swept_at    timestamptz,
  remains     jsonb       not null default '{}'
);

-- A file made for somebody. `places` is how far each table has come. The file is sealed under the key with this id.
create table privacy.export (
  cell       smallint    not null,
  account    bigint      not null,
  id         bigint      not null,
  asked_at   timestamptz not null default now(),
  places     jsonb       not null default '{}',
  done_at    timestamptz,
  bytes      bigint,
  digest     bytea,
  expires_at timestamptz,
  primary key (cell, account, id)
);

-- What somebody agreed to, and took back: one row for each change, never changed itself.
create table privacy.consent (
  cell    smallint    not null,
  account bigint      not null,
  id      bigint      not null,
  what    text        not null check (what in ('terms', 'indexable', 'discoverable')),
  version text        not null,
  given   boolean     not null,
  at      timestamptz not null default now(),
  how     text        not null check (how in ('sign-up', 'settings', 'crew')),
  primary key (cell, account, id)
);

-- What was asked of us by the law, with its month. Of whom is forgotten with the account; that it was answered stays.
create table privacy.request (
  id       bigint      primary key,
  account  bigint,
  kind     text        not null check (kind in ('export', 'erasure', 'rectification', 'objection', 'question')),
  asked_at timestamptz not null default now(),
  due_at   timestamptz not null default now() + interval '1 month',
  done_at  timestamptz
);
create index request_open on privacy.request (due_at) where done_at is null;
create index request_by_account on privacy.request (account) where account is not null;
