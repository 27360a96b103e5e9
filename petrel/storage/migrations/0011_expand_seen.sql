-- Reads of what is not public: who saw what and when, sealed for a pair of keys whose private half is given out to two
-- people only (petrel/core/seen.py, decision 0015). A row is what one process recorded within a moment; in the clear
-- it says when, and how much.

create table access.seen_key (
  number         bigint      primary key,
  public_half    bytea       not null check (length(public_half) = 32),
  sealed_private bytea       not null,
  made_at        timestamptz not null default now()
);

create table access.seen (
  spool     bigint      not null,
  place     bigint      not null,
  key       bigint      not null,
  ephemeral bytea       not null check (length(ephemeral) = 32),
  from_at   timestamptz not null,
  until_at  timestamptz not null,
  sealed    bytea       not null,
  primary key (spool, place)
);
alter table access.seen alter column sealed set storage external;
create index seen_by_time on access.seen (until_at, spool, place);

-- How often the crew looked at what an account shows to some people only, by month.
create table access.look_count (
  cell    smallint not null,
  account bigint   not null,
  month   date     not null,
  looks   integer  not null,
  primary key (cell, account, month)
);
