-- The keyring: a second, small cluster. One key per object; nothing here says what an object is.

create schema keyring;

create table keyring.key (
  id  bigint primary key,
  key bytea  not null check (length(key) = 32)
);

create table keyring.secret (
  name    text primary key,
  value   bytea not null,
  made_at timestamptz not null default now()
);

grant usage on schema keyring to petrel_reader, petrel_writer, petrel_system;
grant select on keyring.key, keyring.secret to petrel_reader;
grant select, insert on keyring.key, keyring.secret to petrel_writer;
grant select, insert, delete on keyring.key to petrel_system;
grant select, insert on keyring.secret to petrel_system;
