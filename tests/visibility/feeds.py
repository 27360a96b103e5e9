"""Feeds of an account and of a hashtag, of who agreed to be found, as those of the world did: what stands in them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.visibility.asking import Seen, marks_in
from tests.visibility.world import Planted

# What stands behind a warning has its warning there; a gap stands for nobody, and is left out.
FORMS = {"Y": {"full"}, "G": {"gate"}, "T": {"nothing"}}


def of_account(post: Planted) -> str:
    return f"/@{post.author.handle}"


def of_tag(post: Planted) -> str:
    """One that only this post has."""
    return f"/tags/{post.mark('tag')}"


FEEDS = (("an account", "prof", of_account), ("a hashtag", "pub", of_tag))


def seen(address: Callable[[Planted], str], kind: str) -> Callable[[Any, Planted], Awaitable[Seen]]:
    async def see(v: Any, post: Planted) -> Seen:
        answer = await v.ask.get(f"{address(post)}.{kind}", v.person, web=True)
        # The name of the tag that was asked for stands in its feed, whoever has used it.
        text = answer.body.decode().replace(post.mark("tag"), "")
        marks = marks_in(text, post.number)
        found = next((one for one in re.split(r"<(?:item|entry)\b", text)[1:] if f"{post.url}<" in one), None)
        if found is None:
            return Seen("nothing", "", marks)
        return Seen("full" if post.mark() in found else "gate", "", marks)

    return see
