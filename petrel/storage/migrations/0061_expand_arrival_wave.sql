-- Which set of a change it was gathered into (petrel/ops/changes/for_waves.py): so each change knows whom it is about.
alter table signup.arrival add column wave bigint;
