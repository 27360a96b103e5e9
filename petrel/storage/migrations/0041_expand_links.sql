-- Links that are talked about. link: a number made of the keyed digest of the address, as in cards.card; of nobody.
create table discovery.link_day (
  link     bigint  not null,
  day      date    not null,
  uses     integer not null,
  accounts integer not null,
  primary key (link, day)
);
create index link_day_by_day on discovery.link_day (day);

-- Links that more people post than usual. publisher: a number made of the name of the link's host; null until the card
-- was opened once. samples: some of the newest posts, which whoever shows the link is asked about.
create table discovery.link_trend (
  link      bigint           primary key,
  card      bigint           not null,
  publisher bigint,
  score     double precision not null,
  accounts  integer          not null,
  samples   bigint[]         not null
);
