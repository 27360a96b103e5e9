"""How other sites put a post of ours into their pages: its words as a quotation with a link, no script and no frame.

As somebody not signed in sees the post inside another page, whoever asks. source: oembed.com; visibility.md, `embd`.
"""

import html
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from petrel.api import present
from petrel.api.http import Call, Reply, route
from petrel.api.http.lenient import read_id
from petrel.core import limits
from petrel.core.doors import reading
from petrel.core.errors import NotFound
from petrel.core.viewer import anonymous_in
from petrel.features import media
from petrel.features.posts import Surface

WIDTH = 400
# As long as other copies of a post may live in shared caches. source: visibility.md section 11.
KEPT_S = 10


class OembedForm(Struct, frozen=True, kw_only=True):
    """`format`: JSON is the only one. A quotation is as high as its words, so `maxheight` asks for nothing."""

    url: str = ""
    format: Literal["json"] = "json"
    maxwidth: Annotated[int, Meta(ge=0)] | None = None
    maxheight: int | None = None


class _Author(Struct):
    display_name: str
    username: str
    url: str


class _File(Struct):
    type: str


class _Post(Struct):
    url: str
    content: str
    sensitive: bool
    spoiler_text: str
    account: _Author
    media_attachments: list[_File]


@route("GET", "/api/oembed", scope="public", surface="embd")
async def oembed(call: Call, form: OembedForm) -> Reply:
    """Errors: NotFound, for all that is no post's address here and for what anybody may not see."""
    number = _number(form.url)
    async with reading(anonymous_in(call.country)) as r:
        found = await present.entries(r, Surface.EMBD, [number])
    if not found:
        raise NotFound
    post = msgspec.json.decode(found[0][1], type=_Post)
    width = min(form.maxwidth or WIDTH, WIDTH)
    body: dict[str, Any] = {
        "type": "rich", "version": "1.0", "title": f"Post by {post.account.display_name or post.account.username}",
        "author_name": post.account.display_name or post.account.username, "author_url": post.account.url,
        "provider_name": limits.current().domain, "provider_url": f"{limits.current().base_url}/", "cache_age": KEPT_S,
        "html": _quotation(post), "width": width, "height": None}
    return Reply(body)          # not kept by others: what is withheld in a country depends on who asks


def _number(url: str) -> int:
    """Of a post's page. Errors: NotFound."""
    if not url.startswith(f"{limits.current().base_url}/@"):
        raise NotFound
    parts = urlsplit(url).path.strip("/").split("/")
    if len(parts) != 2:
        raise NotFound
    return read_id(parts[1])


def _quotation(post: _Post) -> str:
    """What stands behind a warning or a notice waits on its page."""
    waits = post.sensitive or bool(post.spoiler_text)
    instead = (post.spoiler_text or "Sensitive content") if waits else media.counted(
        one.type for one in post.media_attachments)
    words = f"<p>{html.escape(instead)}</p>" if waits or not post.content else post.content
    name = html.escape(post.account.display_name or post.account.username)
    return (f'<blockquote>{words}<p><a href="{html.escape(post.url)}" rel="noopener">{name} '
            f"(@{html.escape(post.account.username)})</a></p></blockquote>")
