"""What a post shows of itself inside a quote: the doors of that."""

import re
from typing import TYPE_CHECKING

from tests.visibility.asking import NOTHING, Seen, chunk_seen, entity_seen, is_refused, marks_in
from tests.visibility.world import Planted

if TYPE_CHECKING:
    from tests.visibility.doors import Visitor


async def by_id(v: "Visitor", post: Planted) -> Seen:
    """In somebody's quote, which everybody may see."""
    answer = await v.ask.get(f"/api/v1/statuses/{post.quote}", v.person)
    marks = marks_in(answer.body.decode(), post.number)
    if is_refused(answer):
        return Seen("nothing", "", marks)
    inner = answer.json["quote"]["quoted_status"]
    assert inner is not None or str(post.id) not in answer.body.decode(), answer.body
    return Seen("nothing", "", marks) if inner is None else entity_seen(inner, post)


async def on_page(v: "Visitor", post: Planted) -> Seen:
    found = await v.ask.get(f"/@neighbour/{post.quote}", v.person, web=True)
    html = found.body.decode()
    if is_refused(found):
        return Seen("nothing", "", marks_in(html, post.number))
    chunk = re.search(r'<aside class="quote">.*?</aside>', html, re.S)
    assert chunk is not None, html
    seen = chunk_seen(chunk[0].replace('<article class="post"', f'<article class="post" id="p{post.id}"') + "</main>",
                      post, post.id)
    return Seen("nothing" if seen is NOTHING else seen.form, seen.why, marks_in(html, post.number))
