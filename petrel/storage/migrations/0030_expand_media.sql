-- Files that people upload. What a file is called, where it lies and who may have it are three tables: an upload is
-- somebody's, and shown by a post, an account or nobody; its renditions are files, and a file is the renditions' that
-- have the same content. Nothing but numbers here: what is said of a file is sealed, the bytes lie in DATA/media.

create schema media;

-- use: 0 nobody yet, 1 a post, 2 an avatar, 3 a header, 4 an emoji; target: number of the post or account.
-- state: 0 its bytes are coming, 1 it waits to be read, 2 ready, 3 refused (why: a word), 4 held back by the crew's lists.
-- bytes: as it came; taken: how much of it is here, while it comes.
create table media.upload (
  cell     smallint    not null,
  id       bigint      not null,
  account  bigint      not null,
  use      smallint    not null default 0,
  target   bigint,
  purpose  text        not null default 'attachment',
  state    smallint    not null default 1,
  kind     smallint    not null default 0,
  why      text,
  bytes    bigint      not null,
  taken    bigint      not null default 0,
  sealed   bytea,
  at       timestamptz not null default now(),
  primary key (cell, id)
);
create index upload_by_account on media.upload (cell, account, id);
create index upload_by_target on media.upload (target) where target is not null;
create index upload_unused on media.upload (at) where use = 0;

-- digest: keyed, of the bytes as they are served; whoever uploads what is here already gets no sign of it.
create table media.file (
  id      bigint      not null primary key,
  digest  bytea       not null unique,
  bytes   bigint      not null,
  at      timestamptz not null default now()
);

-- name: 0 original, 1 small.
create table media.rendition (
  cell    smallint not null,
  upload  bigint   not null,
  name    smallint not null,
  account bigint   not null,
  file    bigint   not null,
  type    text     not null,
  primary key (cell, upload, name)
);
create index rendition_by_file on media.rendition (file);

create table media.emoji (
  name     text        not null primary key,
  upload   bigint      not null,
  category text,
  is_off   boolean     not null default false,
  moves    boolean     not null default false,
  at       timestamptz not null default now()
);

-- Content that is known to be such that nobody may have it: keyed digests of files as they come.
create table media.known (
  digest  bytea       not null primary key,
  list    text        not null,
  at      timestamptz not null default now()
);
