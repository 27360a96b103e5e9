"""The commands that share transactions in this process: publishing and marking posts, for every door of it."""

from petrel.core.together import Together
from petrel.features.posts.marking import mark_together
from petrel.features.posts.shapes import Ask, Fresh, MarkAsk, Marked
from petrel.features.posts.writing import create_together

publish: Together[Ask, Fresh] = Together(create_together, lanes=1)
mark: Together[MarkAsk, Marked] = Together(mark_together, lanes=1)
