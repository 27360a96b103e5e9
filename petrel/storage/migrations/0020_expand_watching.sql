-- How the site fares (petrel/ops/watching): its canary, what was last measured, alerts, what the doctor last found.

-- One row. A post of the site's own goes the whole way every minute: written, fanned out, seen by a follower, deleted.
create table ops.canary (
  is_one       boolean     primary key default true check (is_one),
  seen_at      timestamptz,            -- the last one came through
  took_ms      integer,                -- from the post to the follower's home
  failed_since timestamptz,            -- none has come through since
  said         text        not null default ''
);

-- One row: what was measured last.
create table ops.measured (
  is_one   boolean     primary key default true check (is_one),
  at       timestamptz not null,
  measures jsonb       not null
);

-- Each time that a rule said something is wrong. `target`: of several things of a kind, the one that it is about.
create table ops.alert (
  id         bigint generated always as identity primary key,
  rule       text        not null,
  target     text        not null default '',
  owner      text        not null,
  value      float8      not null,
  fired_at   timestamptz not null default now(),
  told_at    timestamptz not null default now(),
  told       integer     not null default 1,
  quiet_until timestamptz,
  cleared_at timestamptz
);
create unique index alert_firing on ops.alert (rule, target) where cleared_at is null;
create index alert_cleared on ops.alert (cleared_at) where cleared_at is not null;

-- One row: what the doctor found last, as the page shows it.
create table ops.examination (
  is_one boolean     primary key default true check (is_one),
  at     timestamptz not null default now(),
  checks jsonb       not null
);
