-- The site's own stranger (petrel/ops/stranger) and what it finds (petrel/ops/breaches).

-- A door of no surface of the law through which something leaked: closed by itself.
create table ops.closed_door (
  door      text        primary key,
  closed_at timestamptz not null default now(),
  why       text        not null
);

-- What the stranger must not find: accounts, posts and other things by name. Their marks come from a secret of the
-- keyring and stand nowhere.
create table ops.decoy (
  name   text   primary key,
  number bigint not null
);

-- How the stranger fares: one row.
create table ops.probe (
  is_one      boolean     primary key default true check (is_one),
  asked_at    timestamptz,            -- a round was finished
  clean_at    timestamptz,            -- every question had been asked since the one before, and nothing found
  blind_since timestamptz,            -- those who may see the decoys do not find them either, or nothing answers
  said        text        not null default ''
);

-- Something was seen by somebody who must not. `first_at`: the last moment at which this very question was answered as
-- it should be; `until_at`: when the door was shut.
create table ops.breach (
  cell        smallint    not null,
  id          bigint      not null,
  state       text        not null default 'open' check (state in ('open', 'assessed', 'notified', 'closed')),
  surface     text        not null,
  door        text        not null,
  viewer      text        not null,
  kinds       text[]      not null,
  policy      integer     not null,
  build       text        not null,
  first_at    timestamptz,
  found_at    timestamptz not null default now(),
  until_at    timestamptz,
  due_at      timestamptz not null default now() + interval '72 hours',
  primary key (cell, id)
);
create index breach_open on ops.breach (due_at) where state <> 'closed';

create table ops.breach_note (
  cell   smallint    not null,
  breach bigint      not null,
  at     timestamptz not null default now(),
  state  text        not null,
  sealed bytea       not null
);
create index breach_note_of on ops.breach_note (cell, breach, at);
