-- How members answer what the crew tells them: one row for each picture that one of them puts under it.
create table accounts.announcement_reaction (
  cell         smallint    not null,
  account      bigint      not null,
  announcement bigint      not null,
  name         text        not null,
  made_at      timestamptz not null default now(),
  primary key (cell, account, announcement, name)
);
create index announcement_reaction_of on accounts.announcement_reaction (announcement);

-- Servers that a member wants nothing to do with. The name is sealed under the account's key.
create table relationships.domain_block (
  cell        smallint not null,
  account     bigint   not null,
  domain      bigint   not null,
  id          bigint   not null,
  sealed_name bytea    not null,
  primary key (cell, account, domain)
);
