-- Deletions: the ledger (one row for each deletion, of an account too; numbers and times, never content), and what
-- finding and ending the remains of a deleted thing needs.

-- kind: 1 post, 2 message, 3 account. (epoch, xid, entry): the journal's entry that it follows. `state`: 0 asked for,
-- 1 its key is gone, 2 nothing remains, 3 something remains, 4 the tombstone is gone too. `counts`: of an account, what
-- went with it.
create table deletions.deletion (
  cell         smallint    not null,
  id           bigint      not null,
  kind         smallint    not null,
  account      bigint      not null,
  asked_at     timestamptz not null,
  epoch        integer     not null,
  xid          bigint      not null,
  entry        bigint      not null,
  state        smallint    not null default 0,
  keys_gone_at timestamptz,
  shredded_at  timestamptz,
  swept_at     timestamptz,
  remains      text[]      not null default '{}',
  counts       bigint[]    not null default '{}',
  primary key (cell, id)
) with (fillfactor = 85);
create index deletion_by_account on deletions.deletion (account, asked_at, id);
create index deletion_with_key on deletions.deletion (asked_at) where keys_gone_at is null;
create index deletion_unshredded on deletions.deletion (keys_gone_at) where shredded_at is null;
create index deletion_unswept on deletions.deletion (asked_at) where swept_at is null;
create index deletion_remaining on deletions.deletion (asked_at) where state = 3;

-- Likes and boosts of a post are found from the post (posts.reaction); the other marks by this.
create index mark_by_post on posts.mark (post) where bits & 26 <> 0;
create index post_tombstones on posts.post (deleted_at) where flags & 512 <> 0;

-- Who looks for remains, and who ends tombstones, sees tombstones and nothing else of the messages.
create policy stones on messages.message for select
  using (flags & 512 <> 0 and current_setting('petrel.stones', true) = 'yes');
create policy purge on messages.message for delete
  using (flags & 512 <> 0 and deleted_at < now() - interval '90 days' and current_setting('petrel.stones', true) = 'yes');
create index message_tombstones on messages.message (deleted_at) where flags & 512 <> 0;
