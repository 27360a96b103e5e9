"""Feeds of an account's posts and of a hashtag's, as RSS 2.0 and as Atom (RFC 4287): as somebody not signed in sees
them, whoever asks, and only of who agreed to be found outside. source: visibility.md, `prof` and `pub`."""

from datetime import UTC, datetime
from typing import Literal

from starlette.responses import RedirectResponse, Response

from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, anonymous_in
from petrel.web import look, markup, serve
from petrel.web.door import Visit
from petrel.web.outward import Feed
from petrel.web.pages.profile import handle_of
from petrel.web.pages.timelines import tag_of
from petrel.web.shapes import Gap, PostView, Tag, Timeline

POSTS = 40
Kind = Literal["rss", "atom"]
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


async def profile_rss(visit: Visit) -> Response:
    return await _profile(visit, "rss")


async def profile_atom(visit: Visit) -> Response:
    return await _profile(visit, "atom")


async def tag_rss(visit: Visit) -> Response:
    return await _tag(visit, "rss")


async def tag_atom(visit: Visit) -> Response:
    return await _tag(visit, "atom")


async def _profile(visit: Visit, kind: Kind) -> Response:
    anybody = _anybody(visit)
    profile = await visit.needs.profile(anybody, handle_of(visit))
    if isinstance(profile, Gap) or not profile.has_feed:
        raise NotFound
    account = profile.account
    if account.handle != visit.request.path_params["handle"]:
        return RedirectResponse(f"{account.url}.{kind}", status_code=301)
    shown = await visit.needs.profile_posts(anybody, account.id, Page(POSTS), "posts")
    posts = tuple(one for one in _posts(shown) if one.author.id == account.id and not one.boosted_by)
    return _feed(visit, kind, Feed(
        path=account.url, page=account.url, title=f"{account.label} (@{account.handle})",
        about=markup.plain(profile.html) or visit.says.t("feed.title", name=account.label), posts=posts,
        since=profile.joined_at or BEGINNING, at=_changed(posts),
        image=visit.door.base_url + (account.avatar if account.picture else f"/avatars/{account.id}.png")))


async def _tag(visit: Visit, kind: Kind) -> Response:
    name = tag_of(visit)
    shown = await visit.needs.tag(_anybody(visit), name, Page(POSTS))
    posts = tuple(one for one in _posts(shown) if one.author.is_indexable)
    address = Tag(name=name).url
    return _feed(visit, kind, Feed(
        path=address, page=address, title=f"#{name} · {visit.site.name}", posts=posts, since=BEGINNING,
        about=visit.says.t("tag.description", tag=name), at=_changed(posts)))


def _anybody(visit: Visit) -> Anonymous:
    return anonymous_in(visit.request.scope.get("petrel.country", ""))


def _posts(shown: Timeline) -> list[PostView]:
    return [one for one in shown.posts if isinstance(one, PostView)]


def _changed(posts: tuple[PostView, ...]) -> datetime | None:
    return max((one.edited_at or one.at for one in posts), default=None)


def _feed(visit: Visit, kind: Kind, feed: Feed) -> Response:
    """Programs ask again and again, so most get 304. What stands in it is for reading, and not for search engines."""
    text = look.render(f"{kind}.xml", reader=visit.says.language, feed=feed, base_url=visit.door.base_url)
    response = Response(markup.for_xml(text.lstrip()), media_type=f"{TYPES[kind]}; charset=utf-8",
                        headers={"x-robots-tag": "noindex"})
    response = serve.only_if_new(visit.request, response, feed.at)
    response.headers["cache-control"] = "no-cache"
    return response
