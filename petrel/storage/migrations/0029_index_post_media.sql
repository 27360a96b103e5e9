create index concurrently if not exists post_media_by_author on posts.post (cell, author, id) where flags & 14680064 <> 0;
create index concurrently if not exists post_media_public on posts.post (id) where flags & 14680064 <> 0 and audience = 0;
