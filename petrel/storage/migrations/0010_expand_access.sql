-- Requests that take a second person: bound to what exactly, asked, approved, used. The functions of the room are the
-- only way to change them (grants.sql). What was written in one is sealed under a key of its own.

create table access.request (
  cell             smallint    not null,
  id               bigint      not null,
  kind             text        not null,
  bound            bytea       not null check (length(bound) = 32),
  sealed           bytea       not null,
  least_role       text        not null check (least_role in ('moderator', 'admin', 'owner')),
  wants_other_role boolean     not null,
  asker            bigint      not null,
  asked_at         timestamptz not null default now(),
  expires_at       timestamptz not null,
  approval_minutes integer     not null check (approval_minutes between 1 and 1440),
  state            text        not null default 'asked'
                   check (state in ('asked', 'approved', 'refused', 'used', 'expired')),
  approver         bigint,
  is_alone         boolean     not null default false,
  approved_at      timestamptz,
  good_until       timestamptz,
  refuser          bigint,
  refused_at       timestamptz,
  uses_left        smallint    not null check (uses_left between 0 and 10),
  used_at          timestamptz,
  primary key (cell, id),
  constraint second_person check (approver <> asker),
  constraint approved_by_somebody check (state not in ('approved', 'used') or approver is not null or is_alone)
);
create index request_open on access.request (asked_at) where state in ('asked', 'approved');

-- Who came into the crew, left it or was barred, whoever wrote it: a crew of one has not become so a moment ago.
create table access.crew_change (
  cell        smallint    not null,
  account     bigint      not null,
  at          timestamptz not null default now(),
  role_before text        not null,
  role_after  text
);
create index crew_change_by_time on access.crew_change (at);

create function access.note_crew_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into access.crew_change (cell, account, role_before, role_after)
  values (old.cell, old.id, old.role, case when tg_op = 'UPDATE' then new.role end);
  return null;
end $$;
create trigger crew_changed after update of role, state on accounts.account
  for each row when (old.role <> 'member' and (old.role <> new.role or old.state <> new.state))
  execute function access.note_crew_change();
create trigger crew_left after delete on accounts.account
  for each row when (old.role <> 'member') execute function access.note_crew_change();
