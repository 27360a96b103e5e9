create index concurrently if not exists account_joined on accounts.account (joined_at) where domain is null;
