-- Quotes: how many there are, and finding them by what they quote. Who may quote and who may answer stand in
-- posts.post.flags: bits 25-26 (33554432: followers, 67108864: nobody) and 27-28 (134217728: followers, 268435456: who
-- is named); none: everybody.
alter table posts.post add column quotes integer not null default 0;
create index post_by_quote on posts.post (quote_of, id) where quote_of is not null and flags & 512 = 0;
