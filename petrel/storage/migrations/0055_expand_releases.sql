-- The release that serves the members of some cells beside the one that serves all others (decision 0072): one at a time.

create table ops.release (
  is_one boolean     primary key default true check (is_one),
  change bigint      not null,
  name   text        not null,
  build  text        not null,
  cells  smallint[]  not null default '{}',
  state  text        not null default 'starting' check (state in ('starting', 'serving', 'handing over')),
  why    text        not null default '',
  since  timestamptz not null default now()
);
