-- Imports: one archive into one account, in batches that can be repeated, and taken back as a whole.
-- report: numbers by kind and reason, no text; it is what the import printed, without its examples.

create table archives.import (
  cell      smallint    not null,
  id        bigint      not null,
  account   bigint      not null,
  state     text        not null default 'running' check (state in ('running', 'done', 'undone')),
  report    jsonb       not null default '{}',
  begun_at  timestamptz not null default now(),
  ended_at  timestamptz,
  primary key (cell, id)
);
create index import_by_account on archives.import (cell, account, id);

-- What has been taken, so that it is taken once. source: a keyed digest of what the archive calls it, kind 1 a post
-- (object: its number here), 2 a follow (object: whom).
create table archives.item (
  cell    smallint not null,
  account bigint   not null,
  source  bytea    not null,
  kind    smallint not null,
  object  bigint   not null,
  import  bigint   not null,
  primary key (cell, account, source)
);
create index item_by_import on archives.item (cell, import, object);
