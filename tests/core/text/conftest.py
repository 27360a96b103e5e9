"""Examples are not timed: two busy cores would make a slow one of any. Speed has tests and a bench of its own."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
