-- What the site says of itself: its texts, version by version, and its rules, each with a number that stays its own.
create schema about;

create table about.text (
  kind         text        not null check (kind in ('about', 'rules', 'imprint', 'privacy', 'terms', 'contact')),
  version      integer     not null,
  text         text        not null,
  effective_on date        not null,
  at           timestamptz not null default now(),
  primary key (kind, version)
);

-- place: where it stands in the rules in force, null for a rule that no longer counts. Reports name rules by number.
create table about.rule (
  id    integer generated always as identity primary key,
  place integer,
  text  text    not null,
  hint  text    not null
);
