-- Relationships: one row per pair, seen from `owner`; each edge is stored at both ends in one transaction.
-- Bits: 1 following, 2 followed by, 4 requested, 8 requested by, 16 blocking, 32 blocked by, 64 muting,
-- 128 muting notifications too, 256 without boosts, 512 bell (told of each post), 1024 endorsed.
-- The *_id columns hold an id made when the edge began; lists page by them, newest first.

create table relationships.relation (
  cell         smallint not null,
  owner        bigint   not null,
  other        bigint   not null,
  bits         integer  not null,
  following_id bigint,
  followed_id  bigint,
  requested_by_id bigint,
  blocking_id  bigint,
  muting_id    bigint,
  muting_until timestamptz,
  sealed_note  bytea,
  primary key (cell, owner, other)
) with (fillfactor = 85);
create index relation_following on relationships.relation (cell, owner, following_id) include (other, bits) where following_id is not null;
create index relation_followers on relationships.relation (cell, owner, followed_id) include (other) where followed_id is not null;
create index relation_requests on relationships.relation (cell, owner, requested_by_id) where requested_by_id is not null;
create index relation_blocks on relationships.relation (cell, owner, blocking_id) where blocking_id is not null;
create index relation_mutes on relationships.relation (cell, owner, muting_id) where muting_id is not null;
