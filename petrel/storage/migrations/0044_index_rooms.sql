create index concurrently if not exists link_by_card_and_post on cards.link (card, post);
