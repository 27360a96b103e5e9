"""Words that every room shares. No room is imported here."""
