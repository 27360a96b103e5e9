-- Moderation: reports, the cases they make, what was decided and why, appeals, blocks of servers and addresses.
-- What people write here is sealed, each thing under a key of its own; the rest is numbers and words of ours.

create schema moderation;

-- What is reported about one account goes into one open case. `harm` orders the queue, the worst first.
create table moderation.case_file (
  cell        smallint    not null,
  id          bigint      not null,
  about       bigint,                 -- null: about something that is no account of ours
  kind        text        not null check (kind in ('spam', 'other', 'violation', 'copyright', 'legal')),
  harm        smallint    not null,
  reports     integer     not null default 1,
  state       text        not null default 'open' check (state in ('open', 'closed')),
  assigned    bigint,
  opened_at   timestamptz not null default now(),
  closed_at   timestamptz,
  closed_by   bigint,
  primary key (cell, id)
);
create unique index case_open on moderation.case_file (cell, about) where state = 'open' and about is not null;
create index case_queue on moderation.case_file (harm desc, opened_at) where state = 'open';
create index case_about on moderation.case_file (cell, about, id);

-- `reporter` is null for somebody without an account, who follows what comes of it by the link.
create table moderation.report (
  cell        smallint    not null,
  id          bigint      not null,
  case_file   bigint      not null,
  reporter    bigint,
  about       bigint,
  kind        text        not null check (kind in ('spam', 'other', 'violation', 'copyright', 'legal')),
  rules       text[]      not null default '{}',
  posts       bigint[]    not null default '{}',
  is_notice   boolean     not null,   -- of something held to be illegal (DSA article 16), copyright included
  link_digest bytea       unique,
  made_at     timestamptz not null default now(),
  answered_at timestamptz,
  sealed      bytea       not null,
  primary key (cell, id)
);
create index report_by_case on moderation.report (cell, case_file, id);
create index report_by_reporter on moderation.report (reporter) where reporter is not null;

-- What was reported, as the reporter saw it then; of a direct message also the few around it. `post` 0: the profile.
create table moderation.evidence (
  cell        smallint    not null,
  id          bigint      not null,
  case_file   bigint      not null,
  report      bigint      not null,
  post        bigint      not null,
  author      bigint      not null,
  audience    smallint    not null,
  is_reported boolean     not null,
  sealed      bytea       not null,
  primary key (cell, id)
);
create index evidence_by_case on moderation.evidence (cell, case_file, id);
create index evidence_by_author on moderation.evidence (author);

-- One restriction, warning or nothing, with the statement of reasons. `post` null: of the whole account.
create table moderation.decision (
  cell        smallint    not null,
  id          bigint      not null,
  case_file   bigint      not null,
  about       bigint      not null,
  post        bigint,
  what        text        not null check (what in ('nothing', 'warn', 'take_down', 'limit', 'suspend')),
  ground      text        not null check (ground in ('none', 'rules', 'law', 'copyright')),
  is_of_notice boolean    not null,
  decided_by  bigint,
  decided_at  timestamptz not null default now(),
  undone_by   bigint,
  undone_at   timestamptz,
  sealed      bytea       not null,
  primary key (cell, id)
);
create index decision_about on moderation.decision (cell, about, id);
create index decision_by_case on moderation.decision (cell, case_file, id);
create index decision_by_time on moderation.decision (decided_at);

-- An appeal against one decision; of a copyright notice, the counter-notice. `not_before`: when what was taken down by
-- a notice may come back, unless the complainant has gone to court.
create table moderation.appeal (
  cell          smallint    not null,
  id            bigint      not null,
  decision      bigint      not null,
  account       bigint      not null,
  is_counter    boolean     not null default false,
  made_at       timestamptz not null default now(),
  not_before    timestamptz,
  state         text        not null default 'waiting' check (state in ('waiting', 'granted', 'refused')),
  decided_by    bigint,
  decided_at    timestamptz,
  sealed        bytea       not null,
  sealed_answer bytea,
  primary key (cell, id),
  unique (cell, decision)
);
create index appeal_waiting on moderation.appeal (made_at) where state = 'waiting';
create index appeal_by_account on moderation.appeal (cell, account, id);

-- A look of the crew's at what is not public: who, in which case, why (sealed), and what was shown.
create table moderation.look (
  cell        smallint    not null,
  id          bigint      not null,
  case_file   bigint      not null,
  staff       bigint      not null,
  at          timestamptz not null default now(),
  posts       bigint[]    not null,
  authors     bigint[]    not null,
  sealed      bytea       not null,
  primary key (cell, id)
);
create index look_by_case on moderation.look (cell, case_file, id);
create index look_at_authors on moderation.look using gin (authors);

-- A blocked server, a blocked domain of mail addresses, or a blocked network. Found by a keyed digest of the name, so
-- that the journal can carry it as a number and a restore can block again what it has no name for. `width`: how many
-- bits of a network address count (IPv6: 1,000 more). A block is lifted, never deleted.
create table moderation.block (
  id              bigint      primary key,
  kind            text        not null check (kind in ('server', 'mail', 'network')),
  digest          bigint      not null,
  width           smallint    not null default 0,
  level           smallint    not null,
  name            text,
  sealed          bytea,
  public_comment  text        not null default '',
  rejects_media   boolean     not null default false,
  rejects_reports boolean     not null default false,
  is_obfuscated   boolean     not null default false,
  made_by         bigint,
  made_at         timestamptz not null default now(),
  expires_at      timestamptz,
  lifted_at       timestamptz,
  unique (kind, width, digest)
);

-- A list of blocks that somebody brought in, and what it changed: by which it can be taken back.
create table moderation.block_list (
  id          bigint      primary key,
  name        text        not null,
  made_by     bigint,
  made_at     timestamptz not null default now(),
  undone_by   bigint,
  undone_at   timestamptz
);
create table moderation.block_change (
  block_list  bigint      not null,
  block       bigint      not null,
  before      jsonb,
  after       jsonb       not null,
  primary key (block_list, block)
);
