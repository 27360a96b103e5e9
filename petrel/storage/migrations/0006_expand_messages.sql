-- Direct messages: a schema of its own behind forced row-level security. Only functions owned by
-- petrel_messages reach these tables; they resolve the viewer themselves and the policies check it again.

create table messages.message (
  cell         smallint not null,
  id           bigint   not null,
  conversation bigint   not null,
  author       bigint   not null,
  flags        integer  not null default 0,
  version      integer  not null default 1,
  reply_to     bigint,
  reply_to_account bigint,
  named        bigint[] not null,
  language     text,
  app          bigint,
  edited_at    timestamptz,
  deleted_at   timestamptz,
  sealed       bytea    not null,
  primary key (cell, id)
);
create index message_by_conversation on messages.message (conversation, id);

-- A conversation as one of its people sees it. Lives in that person's cell.
create table messages.inbox (
  cell         smallint not null,
  account      bigint   not null,
  conversation bigint   not null,
  last_message bigint   not null,
  people       bigint[] not null,
  is_unread    boolean  not null default true,
  primary key (cell, account, conversation)
);
create index inbox_newest on messages.inbox (cell, account, last_message);

create function messages.me() returns bigint language sql stable
  return nullif(current_setting('petrel.account', true), '')::bigint;

alter table messages.message enable row level security;
alter table messages.message force row level security;
alter table messages.inbox enable row level security;
alter table messages.inbox force row level security;
create policy mine on messages.message using (author = messages.me() or messages.me() = any(named))
  with check (author = messages.me());
create policy mine on messages.inbox using (account = messages.me()) with check (account = messages.me());
-- Delivering a message writes into the inbox of each person named in it: allowed while sending, and only then.
create policy delivery on messages.inbox as permissive for all
  using (current_setting('petrel.delivering', true) = 'yes' and messages.me() = any(people))
  with check (current_setting('petrel.delivering', true) = 'yes' and messages.me() = any(people));
