-- Mail: letters that wait or went, what people want to be sent, addresses and domains that refuse, keys that sign.
create schema mail;

-- account: null for an address of the crew. sealed_letter: address and facts, under a key of the letter's own, which is
-- destroyed when the letter has ended. code: as the relay said it, without its text.
create table mail.letter (
  cell         smallint    not null,
  id           bigint      not null,
  account      bigint,
  template     text        not null,
  state        text        not null default 'waiting' check (state in ('waiting', 'sent', 'refused', 'ended')),
  once         text        unique,
  attempts     smallint    not null default 0,
  next_at      timestamptz not null default now(),
  locked_until timestamptz,
  made_at      timestamptz not null default now(),
  until_at     timestamptz not null,
  ended_at     timestamptz,
  code         text        not null default '',
  sealed_letter bytea,
  primary key (cell, id)
);
create index letter_due on mail.letter (next_at) where state = 'waiting';
create index letter_ended on mail.letter (ended_at) where ended_at is not null;
create index letter_by_account on mail.letter (account) where account is not null;

-- What somebody asked to be sent, beyond what they must know. No row: nothing.
create table mail.wish (
  cell      smallint    not null,
  account   bigint      not null,
  topic     text        not null,
  wished_at timestamptz not null default now(),
  primary key (cell, account, topic)
);

-- An address that refused our mail, or whose holder called it unwanted. digest: of that address; another one is another
-- address.
create table mail.refusal (
  cell       smallint    not null,
  account    bigint      not null,
  digest     bytea       not null,
  why        text        not null check (why in ('bounce', 'complaint')),
  code       text        not null default '',
  count      integer     not null default 1,
  at         timestamptz not null default now(),
  primary key (cell, account)
);

-- Domains that take nothing just now; the empty one stands for the relay.
create table mail.breaker (
  domain     bytea       primary key,
  failures   integer     not null default 0,
  open_until timestamptz,
  code       text        not null default '',
  said_at    timestamptz not null default now()
);

-- Keys that letters are signed with (DKIM); the newest that is not retired signs.
create table mail.signing_key (
  selector       text        primary key,
  public_key     text        not null,
  made_at        timestamptz not null default now(),
  retired_at     timestamptz,
  sealed_private bytea       not null
);

-- Links to set a new password, by their digest.
create table accounts.reset (
  digest     bytea       primary key,
  account    bigint      not null,
  made_at    timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index reset_by_account on accounts.reset (account);
