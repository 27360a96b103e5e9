-- Changes (petrel/ops/changes): one ledger of what alters the running site, and the flags that it alters first.

create table ops.change (
  id         bigint      primary key,
  cell       smallint    not null,
  kind       text        not null,
  what       jsonb       not null,
  inverse    jsonb       not null,
  plan       bytea       not null check (octet_length(plan) = 32),
  risk       smallint    not null check (risk between 0 and 3),
  visiting   smallint[]  not null check (cardinality(visiting) between 1 and 1024),
  reach      smallint    not null default 0,
  state      text        not null default 'planned'
             check (state in ('planned', 'going', 'paused', 'confirmed', 'undone', 'dropped')),
  reason     text        not null,
  why        text        not null default '',
  turn       integer     not null default 0,
  evidence   jsonb       not null default '{}',
  needs      bigint,
  made_at    timestamptz not null default now(),
  wave_at    timestamptz,
  confirm_by timestamptz,
  ended_at   timestamptz,
  check (reach <= cardinality(visiting))
);
create index change_open on ops.change (id) where state in ('going', 'paused');

-- Which cell had which change when: what the experiment is judged by, and by what suspects are ranked later.
create table ops.exposure (
  change bigint      not null,
  cell   smallint    not null,
  since  timestamptz not null default now(),
  until  timestamptz,
  primary key (change, cell, since)
);
create index exposure_since on ops.exposure (since);

-- What everybody has, the share of accounts that has the other, and the change that is under way.
create table ops.flag (
  name       text     primary key,
  is_on      boolean  not null,
  percent    smallint not null default 0 check (percent between 0 and 99),
  becomes    boolean,
  becomes_percent smallint check (becomes_percent between 0 and 99),
  change     bigint,
  cells      smallint[] not null default '{}'
);

create table ops.freeze (
  id     bigint      primary key generated always as identity,
  since  timestamptz not null default now(),
  until  timestamptz,
  why    text        not null
);
create unique index freeze_now on ops.freeze ((true)) where until is null;
