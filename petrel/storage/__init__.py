"""Where things are kept: Postgres and its migrations."""
