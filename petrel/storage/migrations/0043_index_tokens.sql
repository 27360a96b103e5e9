create index concurrently if not exists token_by_time on accounts.token (made_at) where account is not null;
