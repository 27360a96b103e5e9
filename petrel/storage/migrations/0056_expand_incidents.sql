-- Signals (petrel/ops/signals): what was measured, kept so that today can be compared with the days before; incidents
-- (petrel/ops/incidents): what is wrong as one thing with one cause, who was called, what was said.

-- A number for each thing that is measured, so that a look is one short row.
create table ops.series (
  id     smallint primary key generated always as identity,
  name   text     not null,
  target text     not null default '',
  unique (name, target)
);

-- One moment. `numbers`: at the place of each series' number; where nothing was measured, null. `most`: of a row that
-- stands for several looks, the largest. `grain`: seconds that it stands for, 1, 15 or 300.
create table ops.look (
  grain   smallint    not null check (grain in (1, 15, 300)),
  at      timestamptz not null,
  numbers real[]      not null,
  most    real[],
  primary key (grain, at)
);

-- What grows a little every day at the same hour. `hour`: of the day, UTC; 24 where the day as a whole grows.
create table ops.drift (
  series    smallint    not null,
  hour      smallint    not null check (hour between 0 and 24),
  found_at  timestamptz not null default now(),
  days      smallint    not null,
  first     float8      not null,
  last      float8      not null,
  per_day   float8      not null,
  objective float8,
  left_days float8      not null,
  said      text        not null,
  primary key (series, hour)
);

-- One thing that is wrong. `root`: the component that lies deepest of those that fail; `alerts`: all that it explains.
create table ops.incident (
  id        bigint      primary key generated always as identity,
  opened_at timestamptz not null default now(),
  began_at  timestamptz not null,
  root      text        not null,
  severity  smallint    not null check (severity between 1 and 4),
  alerts    bigint[]    not null,
  quiet_at  timestamptz,
  taken_by  text        not null default '',
  taken_at  timestamptz,
  joined    bigint,
  ended_at  timestamptz,
  why       text        not null default ''
);
create unique index incident_open on ops.incident (root) where ended_at is null;

-- What people said while it went on. What was done and what fired stands in the journal and in its own rows.
create table ops.incident_note (
  id       bigint      primary key generated always as identity,
  incident bigint      not null,
  at       timestamptz not null default now(),
  who      text        not null,
  said     text        not null
);

-- Each call to somebody. `taken_at`: the address took it; `why`: why it did not.
create table ops.page (
  id       bigint      primary key generated always as identity,
  incident bigint      not null,
  step     smallint    not null,
  who      text        not null,
  way      text        not null,
  at       timestamptz not null default now(),
  taken_at timestamptz,
  why      text        not null default '',
  unique (incident, step, who)
);

-- One row: the whole state as the console shows it, written at each look.
create table ops.board (
  is_one boolean     primary key default true check (is_one),
  at     timestamptz not null,
  board  jsonb       not null
);
