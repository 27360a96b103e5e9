-- Posts. What may be known about a post is here in the clear; what it says is sealed.
-- audience: 0 public, 1 unlisted, 2 followers, 3 direct, 4 self. Direct ones live in schema messages.
-- flags: bits 1-11 are the law's states (2 sensitive, 4 adult, 64 removed, 512 deleted, 1024 quarantined ...),
-- bit 16 (65536): written while the account was protected.

create table posts.post (
  cell             smallint not null,
  id               bigint   not null,
  author           bigint   not null,
  audience         smallint not null,
  flags            integer  not null default 0,
  version          integer  not null default 1,
  boost_of         bigint,
  reply_to         bigint,
  reply_to_account bigint,
  thread           bigint   not null,
  mentions         bigint[] not null default '{}',
  language         text,
  app              bigint,
  edited_at        timestamptz,
  deleted_at       timestamptz,
  replies          integer  not null default 0,
  boosts           integer  not null default 0,
  likes            integer  not null default 0,
  primary key (cell, id)
) with (fillfactor = 85);
create index post_by_author on posts.post (cell, author, id) include (boost_of, reply_to_account) where flags & 512 = 0;
create index post_by_thread on posts.post (thread, id) where boost_of is null;
create index post_public on posts.post (id) where audience = 0 and boost_of is null and reply_to is null and flags & 512 = 0;
create unique index post_one_boost on posts.post (cell, author, boost_of) where boost_of is not null and flags & 512 = 0;

-- Sealed under the post's own key; `version` follows posts.post. Emptied in the transaction that deletes the post.
create table posts.content (
  cell    smallint not null,
  id      bigint   not null,
  sealed  bytea    not null,
  primary key (cell, id)
);

create table posts.edit (
  cell    smallint    not null,
  post    bigint      not null,
  version integer     not null,
  at      timestamptz not null,
  flags   integer     not null,
  sealed  bytea       not null,
  primary key (cell, post, version)
);

-- What an account did with a post, seen from the account. bits: 1 like, 2 bookmark, 4 boost, 8 pin, 16 thread muted.
create table posts.mark (
  cell      smallint not null,
  account   bigint   not null,
  post      bigint   not null,
  bits      smallint not null,
  like_id   bigint,
  bookmark_id bigint,
  pin_id    bigint,
  boost     bigint,
  primary key (cell, account, post)
) with (fillfactor = 85);
create index mark_likes on posts.mark (cell, account, like_id) where like_id is not null;
create index mark_bookmarks on posts.mark (cell, account, bookmark_id) where bookmark_id is not null;
create index mark_pins on posts.mark (cell, account, pin_id) where pin_id is not null;

-- The same edge seen from the post: who liked (kind 1) and who boosted (kind 4) it. Lives in the post's cell.
create table posts.reaction (
  cell    smallint not null,
  post    bigint   not null,
  kind    smallint not null,
  id      bigint   not null,
  account bigint   not null,
  primary key (cell, post, kind, account)
);
create index reaction_newest on posts.reaction (cell, post, kind, id);

create table posts.once (
  cell    smallint    not null,
  account bigint      not null,
  key     bytea       not null,
  post    bigint      not null,
  at      timestamptz not null default now(),
  primary key (cell, account, key)
);
create index once_by_age on posts.once (at);
