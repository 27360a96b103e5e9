create index concurrently if not exists account_proposed on accounts.account (id) where is_discoverable;
