-- What members keep around posts: places in timelines, lists, notifications, search, followed tags, filters.

create table timelines.marker (
  cell       smallint    not null,
  account    bigint      not null,
  timeline   text        not null check (timeline in ('home', 'notifications')),
  last_read  bigint      not null,
  version    integer     not null default 1,
  changed_at timestamptz not null default now(),
  primary key (cell, account, timeline)
);

create table lists.list (
  cell           smallint not null,
  id             bigint   not null,
  owner          bigint   not null,
  sealed_title   bytea    not null,
  replies_policy text     not null default 'list' check (replies_policy in ('followed', 'list', 'none')),
  is_exclusive   boolean  not null default false,
  primary key (cell, id)
);
create index list_by_owner on lists.list (cell, owner);

create table lists.member (
  cell    smallint not null,
  list    bigint   not null,
  account bigint   not null,
  id      bigint   not null,
  primary key (cell, list, account)
);

-- kind: 1 mention, 2 follow, 3 follow_request, 4 reblog, 5 favourite, 6 status (bell). `post` is 0 where there is none.
-- Likes and boosts of one post, and follows, are shown as one group within twelve hours: by kind, post and id.
create table notifications.notification (
  account bigint   not null,
  id      bigint   not null,
  actor   bigint   not null,
  post    bigint   not null default 0,
  cell    smallint not null,
  kind    smallint not null,
  primary key (cell, account, kind, id) include (actor, post)
);
create unique index notification_once on notifications.notification (cell, account, kind, post, actor);

-- What an account wants of whom, in three steps: 0 accept, 1 filter (keep back as a request), 2 drop.
create table notifications.policy (
  cell          smallint not null,
  account       bigint   not null,
  not_following smallint not null default 0,
  not_followers smallint not null default 0,
  new_accounts  smallint not null default 0,
  private_mentions smallint not null default 1,
  limited_accounts smallint not null default 1,
  cleared_until bigint   not null default 0,
  primary key (cell, account)
);

-- What the policy keeps back, and from whom; `request.id` is the id of the first one kept back.
create table notifications.held (
  account bigint   not null,
  actor   bigint   not null,
  post    bigint   not null default 0,
  id      bigint   not null,
  cell    smallint not null,
  kind    smallint not null,
  primary key (cell, account, actor, kind, post)
);
create table notifications.request (
  cell    smallint not null,
  account bigint   not null,
  actor   bigint   not null,
  id      bigint   not null,
  primary key (cell, account, actor)
);
create index request_newest on notifications.request (cell, account, id);
-- Senders from whom everything is accepted, whatever the policy says.
create table notifications.permission (
  cell    smallint not null,
  account bigint   not null,
  actor   bigint   not null,
  primary key (cell, account, actor)
);

-- Projections of the journal that deciding needs: who asked to be told of an author's posts (in the author's cell),
-- threads that an account does not want to hear of, conversations that an account has written in.
create table notifications.bell (
  cell    smallint not null,
  author  bigint   not null,
  account bigint   not null,
  primary key (cell, author, account)
);
create table notifications.muted_thread (
  cell    smallint not null,
  account bigint   not null,
  thread  bigint   not null,
  primary key (cell, account, thread)
);
create table notifications.conversation (
  cell         smallint not null,
  account      bigint   not null,
  conversation bigint   not null,
  primary key (cell, account, conversation)
);

-- Search: keyed hashes of words, no text. Derived from content, so unlogged: in no log, backup or replica.
-- `words` are the terms of the post and marks that narrow a search: who wrote it, whom it names, and, where
-- `is_indexable` (public, by an author who agreed to be found), that anybody signed in may find it.
-- `pairs` are 16 bits for each two words that stand side by side, by which phrases are told from mere words.
-- The list of what is not yet merged into the index is read by every search, once for each word of a prefix: 128 kB
-- are 2 ms at most, and cost 10 us a post.
create unlogged table search.post_words (
  post         bigint   primary key,
  author       bigint   not null,
  is_indexable boolean  not null,
  words        bigint[] not null,
  pairs        smallint[] not null default '{}'
);
create index post_words_gin on search.post_words using gin (words)
  with (fastupdate = on, gin_pending_list_limit = 128);
create index post_words_newest on search.post_words (post) where is_indexable;
create index post_words_by_author on search.post_words (author, post);
-- Handles, names, and how these begin.
create unlogged table search.account_words (
  account bigint   primary key,
  words   bigint[] not null
);
create index account_words_gin on search.account_words using gin (words)
  with (fastupdate = on, gin_pending_list_limit = 128);
-- Every word there is, once, with its beginnings, so that a prefix needs no entry per post. In the order of first
-- use, which is nearly that of frequency: what a short prefix is completed to is what stands first.
create unlogged table search.vocabulary (
  word  bigint   primary key,
  edges bigint[] not null
);
create index vocabulary_gin on search.vocabulary using gin (edges)
  with (fastupdate = on, gin_pending_list_limit = 64);
-- Names of tags of public posts, sealed: only to complete what somebody types after a #.
create unlogged table search.tag (
  tag         bigint primary key,
  sealed_name bytea  not null
);
-- `build` survives a crash, the index does not: where `alive` is missing the index is built anew from the posts.
-- `born` names this index; what a process remembers of another one is void.
create table search.build (
  name    text   primary key check (name in ('posts', 'accounts')),
  at_id   bigint not null,
  born    bigint not null,
  done_at timestamptz
);
create unlogged table search.alive (
  one  boolean primary key default true check (one),
  born bigint  not null
);

create table relationships.followed_tag (
  cell    smallint not null,
  account bigint   not null,
  tag     bigint   not null,
  id      bigint   not null,
  sealed_name bytea not null,
  primary key (cell, account, tag)
);
create table relationships.featured_tag (
  cell    smallint not null,
  account bigint   not null,
  tag     bigint   not null,
  id      bigint   not null,
  sealed_name bytea not null,
  primary key (cell, account, tag)
);

-- Keyword filters: what the viewer wants to see. Title and keywords are sealed under the account's key.
create table relationships.filter (
  cell       smallint not null,
  account    bigint   not null,
  id         bigint   not null,
  contexts   text[]   not null,
  action     text     not null default 'warn' check (action in ('warn', 'hide', 'blur')),
  expires_at timestamptz,
  sealed     bytea    not null,
  primary key (cell, account, id)
);
