-- What somebody will publish: drafts, which only their author sees, and those among them that have a time.
create schema drafts;

-- due_at: when it is to be published; null: a draft. sealed: what it will say, under a key of its own.
-- media: files that it holds, which nobody may sweep away meanwhile. once: digest of an app's idempotency key.
create table drafts.draft (
  cell       smallint    not null,
  id         bigint      not null,
  account    bigint      not null,
  due_at     timestamptz,
  app        bigint,
  media      bigint[]    not null default '{}',
  once       bytea,
  changed_at timestamptz not null default now(),
  sealed     bytea       not null,
  primary key (cell, id)
);
create index draft_by_account on drafts.draft (cell, account, id);
create index draft_due on drafts.draft (due_at) where due_at is not null;
create unique index draft_once on drafts.draft (cell, account, once) where once is not null;
