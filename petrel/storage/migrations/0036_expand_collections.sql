-- Collections: accounts that somebody recommends to others, for everybody to see.
create schema collections;

-- sealed_text: name, description and tag, under the owner's key. changed_at: of the text and its marks.
create table collections.collection (
  cell            smallint    not null,
  id              bigint      not null,
  owner           bigint      not null,
  language        text,
  is_sensitive    boolean     not null,
  is_discoverable boolean     not null,
  is_taken_down   boolean     not null default false,
  changed_at      timestamptz not null default now(),
  sealed_text     bytea       not null,
  primary key (cell, id)
);
create index collection_by_owner on collections.collection (owner, id);

-- owner: of the collection. is_refused: the account said no. The row stays, so that the owner cannot put it back.
create table collections.item (
  cell       smallint not null,
  collection bigint   not null,
  owner      bigint   not null,
  account    bigint   not null,
  id         bigint   not null,
  is_refused boolean  not null default false,
  primary key (cell, collection, account)
);
create index item_by_account on collections.item (account, id);
