-- A fourth kind of block: of one mail address, however it is spelled. Who may quote, by default. How busy the site was.
alter table moderation.block drop constraint block_kind_check,
  add constraint block_kind_check check (kind in ('server', 'mail', 'network', 'mailbox'));

-- Who may quote a post that does not say: 0 everybody, 1 followers, 2 nobody.
alter table accounts.account add column default_quote smallint not null default 0;

-- week: its Monday (UTC). sign_ins: accounts that signed in. counted_at: a week is counted until it is over.
create table discovery.week (
  week       date        primary key,
  posts      integer     not null,
  sign_ins   integer     not null,
  joined     integer     not null,
  counted_at timestamptz not null default now()
);
