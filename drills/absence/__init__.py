"""Who takes part in the night in which nobody answers (drill nobody-home): members, a crowd, spammers, the hours."""
