-- Polls. What the options say is sealed with the post's text; here is what is counted.
-- tallies: votes for each option, in the order of the options. voters: how many people voted.
-- told_at: when author and voters were told that it has ended.
create table posts.poll (
  cell       smallint    not null,
  id         bigint      not null,
  is_multiple  boolean   not null default false,
  hides_totals boolean   not null default false,
  expires_at timestamptz not null,
  told_at    timestamptz,
  voters     integer     not null default 0,
  tallies    integer[]   not null,
  primary key (cell, id)
) with (fillfactor = 85);
create index poll_ending on posts.poll (expires_at) where told_at is null;

-- Who voted: one row for each, whatever arrives at once. `choices`, for which options, are read by functions alone and
-- given to nobody but the voter.
create table posts.vote (
  cell    smallint   not null,
  post    bigint     not null,
  account bigint     not null,
  choices smallint[] not null,
  primary key (cell, post, account)
);
create index vote_by_account on posts.vote (account, post);
