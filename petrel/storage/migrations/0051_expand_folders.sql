-- Folders of bookmarks: a name, sealed under its owner's key, and in each mark the folder that it lies in, if any.
create table posts.folder (
  cell        smallint not null,
  id          bigint   not null,
  account     bigint   not null,
  sealed_name bytea    not null,
  primary key (cell, id)
);
create index folder_by_account on posts.folder (cell, account);

alter table posts.mark add column folder bigint;
