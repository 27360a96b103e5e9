-- Backups that were made: where, how much, and until when the copy of the keyring may live (petrel/ops/backups).

create table ops.backup (
  id            bigint      generated always as identity primary key,
  name          text        not null unique,
  place         text        not null,
  at            timestamptz not null,
  took_s        real        not null,
  data_bytes    bigint      not null,
  keyring_bytes bigint      not null,
  root          bigint      not null,
  keys_until    timestamptz not null,
  keys_gone_at  timestamptz
);
create index backup_keys_due on ops.backup (keys_until) where keys_gone_at is null;
