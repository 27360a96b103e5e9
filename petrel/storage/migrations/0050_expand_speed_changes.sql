-- What became of speed with the release that runs (petrel/ops/speed/comparing.py): one row for each kind of page and
-- measure that both releases have numbers of, written anew every two minutes. `since`: when it was first found slower.
create table ops.speed_change (
  release text             not null,
  page    text             not null,
  measure text             not null,
  before  text             not null,
  counted bigint           not null,
  was     double precision not null,
  is_now  double precision not null,
  weight  double precision not null,
  since   timestamptz,
  said    text             not null default '',
  primary key (release, page, measure)
);
