-- Which format the index has that was built: an older one is written over, newest posts first, while it answers.
alter table search.build add column format smallint not null default 1;
