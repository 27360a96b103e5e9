-- Destroyed keys are to leave the files too. A deleted row stays in its page until something is written over it, so
-- tables are rewritten (`petrel/storage/shredding.py`): one part at a time, because a rewrite locks what it rewrites.

create table keyring.parted (
  id  bigint primary key,
  key bytea  not null check (length(key) = 32)
) partition by hash (id);

do $$
begin
  for i in 0..15 loop
    execute format('create table keyring.key_%s partition of keyring.parted for values with (modulus 16, remainder %s)',
                   to_char(i, 'FM00'), i);
  end loop;
end $$;

insert into keyring.parted (id, key) select id, key from keyring.key;
drop table keyring.key;
alter table keyring.parted rename to key;
alter index keyring.parted_pkey rename to key_pkey;

-- Parts in which keys were destroyed since they were rewritten.
create table keyring.unshredded (
  part text primary key,
  at   timestamptz not null default clock_timestamp()
);
insert into keyring.unshredded (part) select format('keyring.key_%s', to_char(i, 'FM00')) from generate_series(0, 15) i;

grant select on keyring.key to petrel_reader;
grant select, insert on keyring.key to petrel_writer;
grant select, insert, delete on keyring.key to petrel_system;
grant select, insert, update on keyring.unshredded to petrel_system;
