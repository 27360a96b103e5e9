-- What is talked about, as numbers of nobody, and whom members do not want proposed.
create schema discovery;

-- How many public posts had a tag on a day (UTC), and by how many accounts. tag: its keyed hash, as in search.tag.
create table discovery.tag_day (
  tag      bigint  not null,
  day      date    not null,
  uses     integer not null,
  accounts integer not null,
  primary key (tag, day)
);
create index tag_day_by_day on discovery.tag_day (day);

-- Tags that are used more than usual. samples: some of the newest posts, which whoever shows the tag is asked about.
create table discovery.tag_trend (
  tag      bigint           primary key,
  score    double precision not null,
  accounts integer          not null,
  samples  bigint[]         not null
);

-- Public posts that somebody liked or boosted lately: score 0 until they are counted.
create table discovery.post_trend (
  post     bigint           primary key,
  author   bigint           not null,
  score    double precision not null default 0,
  accounts integer          not null default 0
);
create index post_trend_by_author on discovery.post_trend (author);
create index post_trend_best on discovery.post_trend (score desc) where score > 0;

-- What the crew said. kind: 1 tag, 2 post. author: of the post.
create table discovery.review (
  kind        smallint    not null,
  thing       bigint      not null,
  is_approved boolean     not null,
  author      bigint,
  at          timestamptz not null default now(),
  primary key (kind, thing)
);
create index review_by_author on discovery.review (author) where author is not null;
