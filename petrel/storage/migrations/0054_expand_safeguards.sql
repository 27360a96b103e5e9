-- Safeguards (petrel/ops/safeguards): what is told within the hours of an office only does not press.

alter table ops.alert add column presses boolean not null default true;
