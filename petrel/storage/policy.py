"""The number of the privacy policy that this program knows. What it is for: docs/decisions/0013."""

POLICY = 2
"""Raised in the commit that teaches the program a rule which an older one would break. Never lowered."""

SETTING = "petrel.policy"
"""The Postgres setting by which each session says the number of its program. A session that says none is of 1."""
