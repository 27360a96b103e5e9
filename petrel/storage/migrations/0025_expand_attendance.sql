-- Whether somebody of the crew answers what waits for them (petrel/ops/attendance). One row.
create table ops.attendance (
  is_one    boolean     primary key default true check (is_one),
  mode      smallint    not null default 0 check (mode between 0 and 2),
  since     timestamptz not null default now(),
  oldest_at timestamptz
);
