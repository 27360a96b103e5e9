"""Conversations worth reading, in the order in which they were begun; and some posts that nobody answered.

Everybody and everything in them is invented. `threads.py` holds them; here is what one is made of.
"""

from msgspec import Struct

NEW, LAST = -2, -1


class Line(Struct, frozen=True):
    """One post. `to`: the place of the line it answers (LAST: the one before; NEW: none). Minutes count from the
    line before. Replies name whom they answer by themselves: `text` need not."""

    who: str
    text: str
    after_min: float = 9
    to: int = LAST
    audience: str = "public"
    warning: str = ""
    language: str = ""
    likes: str = ""
    boosts: str = ""
    is_deleted: bool = False
    edited_to: str = ""


class Talk(Struct, frozen=True):
    """A conversation; its first line was written `ago_h` hours before the demo was made."""

    ago_h: float
    lines: tuple[Line, ...]


def talk(ago_h: float, *lines: Line) -> Talk:
    return Talk(ago_h, lines)
