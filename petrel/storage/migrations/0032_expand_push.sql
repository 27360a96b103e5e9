-- Push: where apps want to be told of notifications, through a service of their choosing; hosts that are let rest.
create schema push;

-- One for each token. alerts: bits of what the app wants to hear of (features/push/shapes.py); policy: of whom.
-- sealed_way: the address at the service and the app's public key, under the account's key.
create table push.subscription (
  cell       smallint    not null,
  account    bigint      not null,
  token      bigint      not null unique,
  alerts     integer     not null,
  policy     smallint    not null check (policy between 0 and 3),
  made_at    timestamptz not null default now(),
  sealed_way bytea       not null,
  primary key (cell, account, token)
);

-- Strangers' hosts that failed, by a keyed digest of the name (core/asking.py).
create table ops.resting_host (
  domain     bytea       primary key,
  failures   integer     not null default 0,
  open_until timestamptz,
  code       text        not null default '',
  said_at    timestamptz not null default now()
);
