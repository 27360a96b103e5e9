-- How large what writes on the disk was, hour by hour (petrel/ops/disk): what grows, and when the disk will be full.
create table ops.disk_sample (
  at    timestamptz not null default now(),
  place text        not null,
  bytes bigint      not null,
  primary key (at, place)
);
