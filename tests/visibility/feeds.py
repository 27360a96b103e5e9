"""An account's feed, which is there for who agreed to be found, as those of the world did: what it has of a post."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.visibility.asking import Seen, marks_in
from tests.visibility.world import Planted

# What stands behind a warning has its warning there; a gap stands for nobody, and is left out.
FORMS = {"Y": {"full"}, "G": {"gate"}, "T": {"nothing"}}


def seen(kind: str) -> Callable[[Any, Planted], Awaitable[Seen]]:
    async def see(v: Any, post: Planted) -> Seen:
        answer = await v.ask.get(f"/@{post.author.handle}.{kind}", v.person, web=True)
        text = answer.body.decode()
        marks = marks_in(text, post.number)
        found = next((one for one in re.split(r"<(?:item|entry)\b", text)[1:] if f"{post.url}<" in one), None)
        if found is None:
            return Seen("nothing", "", marks)
        return Seen("full" if post.mark() in found else "gate", "", marks)

    return see
