create index concurrently if not exists link_by_post on cards.link (post);
