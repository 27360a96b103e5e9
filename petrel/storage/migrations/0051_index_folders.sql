create index concurrently if not exists mark_folders on posts.mark (cell, account, folder, bookmark_id)
  where folder is not null;
