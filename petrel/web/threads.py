"""From a flat list of replies to the nesting that a page shows."""

from msgspec import Struct

from petrel.web.shapes import Gap, PostView

DEEPEST = 4
"""Levels of indentation that a phone can show; deeper answers stand under "continue this thread"."""


class Branch(Struct, frozen=True):
    """A reply with what answers it. `more`: how many answers are left out below it."""

    post: PostView | Gap
    branches: "tuple[Branch, ...]" = ()
    more: int = 0


def nest(focus: int | None, replies: tuple[PostView | Gap, ...]) -> tuple[Branch, ...]:
    """Replies (oldest first) under what they answer; an orphan, whose parent is hidden, stands at the first level.

    Ids grow with time, so a reply whose parent is younger is an orphan too: no circle can be drawn.
    """
    known = {reply.id for reply in replies if reply.id is not None}
    under: dict[int | None, list[PostView | Gap]] = {}
    for reply in replies:
        answers_known = reply.reply_to in known and (reply.reply_to or 0) < (reply.id or 0)
        parent = reply.reply_to if answers_known else focus
        under.setdefault(parent, []).append(reply)
    sizes = _sizes(replies, under)
    return _branches(under, focus, 1, sizes)


def _branches(
    under: dict[int | None, list[PostView | Gap]], parent: int | None, level: int, sizes: dict[int, int]
) -> tuple[Branch, ...]:
    if level > DEEPEST:
        return ()
    branches = []
    for post in under.get(parent, ()):
        below = _branches(under, post.id, level + 1, sizes) if post.id is not None else ()
        cut = sizes.get(post.id or 0, 0) if level == DEEPEST else 0
        branches.append(Branch(post, below, cut))
    return tuple(branches)


def _sizes(replies: tuple[PostView | Gap, ...], under: dict[int | None, list[PostView | Gap]]) -> dict[int, int]:
    """How many replies hang below each, without recursion: a thread may be ten thousand deep."""
    sizes: dict[int, int] = {}
    for reply in sorted(replies, key=lambda reply: reply.id or 0, reverse=True):
        if reply.id is not None:
            sizes[reply.id] = sum(1 + sizes.get(child.id or 0, 0) for child in under.get(reply.id, ()))
    return sizes
