-- Flags of single accounts (petrel/ops/changes/for_accounts.py): whoever tries something out, until a day.
create table ops.flag_account (
  flag    text    not null,
  account bigint  not null,
  is_on   boolean not null,
  until   date    not null,
  change  bigint  not null,
  primary key (flag, account)
);
