-- Schemas of the rooms that keep what people are owed: deletions (the ledger and its receipts), privacy (exports,
-- erasure, consent), archives (what people bring along), access (who of the crew may look, and who agreed).

create schema deletions;
create schema privacy;
create schema archives;
create schema access;
