-- The ground every room stands on: roles, the journal, work to be done, settings.
-- Runs on bare core Postgres >= 15.

create schema law;
create schema journal;
create schema ops;
create schema accounts;
create schema relationships;
create schema posts;
create schema messages;
create schema timelines;
create schema lists;
create schema notifications;
create schema search;

create function law.cell(id bigint) returns smallint language sql immutable parallel safe
  return ((id >> 6) & 1023)::smallint;

-- Journal ---------------------------------------------------------------------------------------

create table journal.entry (
  cell    smallint    not null,
  id      bigint      not null,
  epoch   integer     not null,
  xid     bigint      not null default (pg_current_xact_id()::text::bigint),
  at      timestamptz not null default now(),
  kind    text        not null,
  subject bigint      not null,
  actor   bigint,
  refs    bigint[]    not null default '{}',
  cause   text        not null,
  salt    bytea,
  digest  bytea       not null,
  inverse jsonb,
  primary key (cell, epoch, xid, id)
);
create index entry_in_commit_order on journal.entry (epoch, xid, id);
create index entry_by_subject on journal.entry (cell, subject, id);

create table journal.epoch (
  epoch      integer primary key,
  began_at   timestamptz not null default now(),
  reason     text not null
);
insert into journal.epoch (epoch, reason) values (1, 'first start');

-- Whoever writes an entry has read the epoch, and holds that until the commit. An epoch begins between them: an entry
-- of the one before that appeared later would lie below every place in the journal, and nobody would ever look there.
create function journal.between_writers() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  lock table journal.epoch in access exclusive mode;
  return null;
end $$;
create trigger between_writers before insert on journal.epoch for each statement execute function journal.between_writers();

create table journal.seal (
  cell     smallint    not null,
  seq      bigint      not null,
  epoch    integer     not null,
  from_xid bigint      not null,
  to_xid   bigint      not null,
  ids      bigint[]    not null,
  prints   bytea       not null,
  hash     bytea       not null,
  primary key (cell, seq)
);

create table journal.root (
  seq       bigint primary key,
  at        timestamptz not null,
  heads     jsonb not null,
  hash      bytea not null,
  signature bytea not null
);

-- Work ------------------------------------------------------------------------------------------

create table ops.setting (
  name       text primary key,
  value      jsonb not null,
  changed_at timestamptz not null default now()
);

create table ops.maker (
  maker       smallint primary key check (maker between 0 and 63),
  holder      text,
  lease_until timestamptz not null default '-infinity',
  high_water  bigint not null default 0
);
insert into ops.maker (maker) select generate_series(0, 63);

create table ops.follower (
  name  text primary key,
  epoch integer not null,
  xid   bigint not null,
  id    bigint not null,
  at    timestamptz not null default now(),
  note  text
);

create table ops.job (
  id           bigint generated always as identity primary key,
  lane         text not null,
  name         text not null,
  args         jsonb not null,
  run_at       timestamptz not null default now(),
  attempts     smallint not null default 0,
  locked_until timestamptz,
  last_error   text,
  once         text unique,
  made_at      timestamptz not null default now(),
  dead_at      timestamptz
);
create index job_due on ops.job (lane, run_at) where dead_at is null;

create table ops.schedule (
  name     text primary key,
  next_at  timestamptz not null default now(),
  ran_at   timestamptz,
  note     text
);

create table ops.drill (
  id      bigint generated always as identity primary key,
  drill   text not null,
  verdict text not null,
  sabotage boolean not null,
  build   text not null,
  at      timestamptz not null default now(),
  report  jsonb not null
);
