"""A thread as pages show it: which replies stand on which page, and how they are nested there."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from petrel.web.shapes import Gap, PostView

DEEPEST = 4
"""Levels of indentation that a phone can show; deeper answers stand under "continue this thread"."""


class Thread(Struct, frozen=True, kw_only=True):
    """A post in its conversation. `ancestors` from the root down; `replies`, each directly after what it answers or
    after what is below that, flat, by `reply_to`: one page of them."""

    focus: PostView | Gap
    ancestors: tuple[PostView | Gap, ...] = ()
    replies: tuple[PostView | Gap, ...] = ()
    total: int = 0
    """How many replies this viewer may see in all, at any depth."""
    before: int = 0
    """How many of them stand on the pages before this one."""
    next: int = 0
    """How many the next page has."""
    after: int = 0
    """The last reply of this page: by it the next one is asked for."""
    more: Mapping[int, int] = {}
    """How many replies hang below those that stand as deep as a page goes."""
    is_cut: bool = False
    """There are more replies than were counted."""


class Branch(Struct, frozen=True):
    """A reply with what answers it. `more`: how many answers are left out below it."""

    post: PostView | Gap
    branches: "tuple[Branch, ...]" = ()
    more: int = 0


class Outline(Struct, frozen=True):
    """The order in which the replies to one post are shown, all pages together. `more`: of those as deep as a page
    goes, how many hang below. `total`: those too."""

    order: tuple[int, ...]
    more: dict[int, int]
    total: int


def outline(focus: int, replies: Sequence[tuple[int, int | None]]) -> Outline:
    """Each reply directly after what it answers, the oldest first among those that answer the same. `replies`: (number,
    what it answers) in the order of writing. Without recursion: a thread may be ten thousand deep. What answers
    something that is not there stands at the first level."""
    known = {number for number, _ in replies}
    under: dict[int, list[int]] = {}
    for number, answered in replies:
        under.setdefault(answered if answered in known and answered < number else focus, []).append(number)
    sizes: dict[int, int] = {}
    for number, _ in reversed(replies):         # what answers something is younger than it
        sizes[number] = sum(1 + sizes[one] for one in under.get(number, ()))
    order: list[int] = []
    more: dict[int, int] = {}
    waiting = [(number, 1) for number in reversed(under.get(focus, ()))]
    while waiting:
        number, level = waiting.pop()
        order.append(number)
        if level < DEEPEST:
            waiting += [(one, level + 1) for one in reversed(under.get(number, ()))]
        elif sizes[number]:
            more[number] = sizes[number]
    return Outline(tuple(order), more, len(replies))


def nest(focus: int | None, replies: Sequence[PostView | Gap], more: Mapping[int, int]) -> tuple[Branch, ...]:
    """The replies of one page under what they answer; one that answers what stands on another page, or nowhere, is at
    the first level. `more`: as in Outline."""
    known = {reply.id for reply in replies if reply.id is not None}
    under: dict[int | None, list[PostView | Gap]] = {}
    for reply in replies:
        answers_known = reply.reply_to in known and (reply.reply_to or 0) < (reply.id or 0)
        under.setdefault(reply.reply_to if answers_known else focus, []).append(reply)
    return _branches(under, focus, more, 1)


def _branches(under: dict[int | None, list[PostView | Gap]], parent: int | None, more: Mapping[int, int],
              level: int) -> tuple[Branch, ...]:
    """No deeper than a page goes, whatever it is given."""
    if level > DEEPEST:
        return ()
    return tuple(
        Branch(post, _branches(under, post.id, more, level + 1) if post.id is not None else (),
               more.get(post.id or 0, 0))
        for post in under.get(parent, ()))
