"""The commands that share transactions in this process: publishing and marking posts."""

from petrel.core.together import Together
from petrel.features import posts

publish: Together[posts.Ask, posts.Fresh] = Together(posts.create_together)
mark: Together[posts.MarkAsk, posts.Marked] = Together(posts.mark_together)
