-- How fast the site is (petrel/ops/speed): counts only, on the logarithmic scale of core/metrics.py, 90 days.

-- What browsers measured. `cell`: of 16, drawn by each session for itself, so that halves can be compared.
create table ops.field_measure (
  day     date     not null,
  release text     not null,
  page    text     not null,
  measure text     not null,
  cell    smallint not null check (cell between 0 and 15),
  counts  bigint[] not null check (cardinality(counts) = 81),
  primary key (day, release, page, measure, cell)
);

-- How long the web processes took to answer, by pattern of address.
create table ops.answer_time (
  day      date     not null,
  release  text     not null,
  endpoint text     not null,
  counts   bigint[] not null check (cardinality(counts) = 81),
  primary key (day, release, endpoint)
);
