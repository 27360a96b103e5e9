-- Since when in a row it takes nothing: a row goes with the first letter that is taken (petrel/core/breakers.py).
alter table mail.breaker add column since timestamptz not null default now();
