-- What a post carries beside its text. Which kinds: bits 18-23 of posts.post.flags, which are no states of the law
-- (262144 poll, 524288 quote, 1048576 card, 2097152 picture, 4194304 video, 8388608 audio).

alter table posts.post add column quote_of bigint;
