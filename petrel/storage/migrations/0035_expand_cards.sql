-- Cards of what public posts link to: fetched once for each address, whoever links to it.
create schema cards;

-- digest: keyed, of the address. state: 0 waits, 1 has a card, 2 has none. sealed_card: the address and, once it was
-- fetched, what the page says of itself, under a key of the site's.
create table cards.card (
  id          bigint      primary key,
  digest      bytea       not null unique,
  state       smallint    not null default 0 check (state between 0 and 2),
  tries       smallint    not null default 0,
  fetched_at  timestamptz,
  expires_at  timestamptz not null,
  sealed_card bytea       not null
);

-- The post's first link. No row for one whose post is gone.
create table cards.link (
  cell smallint not null,
  post bigint   not null,
  card bigint   not null,
  primary key (cell, post)
);
create index link_by_card on cards.link (card);
