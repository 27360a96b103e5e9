-- Whom a member does not want proposed any more.
create table discovery.dismissed (
  cell    smallint    not null,
  account bigint      not null,
  other   bigint      not null,
  at      timestamptz not null default now(),
  primary key (cell, account, other)
);
create index dismissed_by_other on discovery.dismissed (other);
