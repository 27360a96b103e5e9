-- Sign-up defence: who came when, by which way; whether the gate is shut.
create schema signup;

-- waits_for_crew: made, and let in by nobody yet. must_confirm: and its address has to be confirmed too.
-- came_alone: by the form, without an invitation; for a while it may do a little less.
alter table accounts.credential
  add column waits_for_crew boolean not null default false,
  add column must_confirm   boolean not null default false,
  add column came_alone     boolean not null default false;

-- network: keyed digest of the network somebody came from, null for this machine's own. invite: digest of the invitation.
-- sealed_answers: what they answered to the crew's question, under the account's key.
create table signup.arrival (
  cell           smallint    not null,
  account        bigint      not null,
  at             timestamptz not null default now(),
  network        bytea,
  invite         bytea,
  undone_at      timestamptz,
  sealed_answers bytea,
  primary key (cell, account)
);
create index arrival_by_time on signup.arrival (at);

-- One row while the site takes nobody who comes alone, because too many came.
create table signup.gate (
  is_one    boolean     primary key default true check (is_one),
  shut_at   timestamptz not null default now(),
  since_at  timestamptz not null,
  why       text        not null
);
