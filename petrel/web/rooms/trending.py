"""The desk's page of trends: functions of `needs.Trending` over the room discovery."""

from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.viewer import Viewer
from petrel.features import discovery, moderation
from petrel.features.discovery import Kind
from petrel.features.posts import Surface
from petrel.web.casework import DeskTrends, TrendingLink, TrendingPost, TrendingPublisher, TrendingTag
from petrel.web.rooms import lists
from petrel.web.rooms.moderating import staff
from petrel.web.rooms.reading import member_of
from petrel.web.shapes import PostView

MOST = 40


class TrendingRooms:
    """One per process."""

    async def desk_trends(self, viewer: Viewer) -> DeskTrends:
        async with reading(staff(viewer, "trends")) as r:
            await moderation.crew(r)
            tags = await discovery.trending_tags(r, MOST, for_crew=True)
            days = [history[0] for history in await discovery.history(r, [one.name for one in tags])]
            posts = {one.post: one for one in await discovery.trending_posts(r, MOST, for_crew=True)}
            links = await discovery.links.trending(r, MOST, for_crew=True)
            posted = [history[0] for history in await discovery.links.history(r, [one.number for one in links])]
            publishers = await discovery.links.publishers(r, MOST)
            shown = await lists.placed(r, Surface.PUB, list(posts))
        return DeskTrends(
            mode=limits.current().trends,
            tags=tuple(TrendingTag(one.name, one.is_approved, day.uses, day.accounts)
                       for one, day in zip(tags, days, strict=True)),
            links=tuple(TrendingLink(one.number, one.is_approved, one.card.url, one.card.title, day.uses, day.accounts)
                        for one, day in zip(links, posted, strict=True)),
            publishers=tuple(TrendingPublisher(one.number, one.is_approved, one.name) for one in publishers),
            posts=tuple(TrendingPost(number, posts[number].is_approved, view) for number, view in shown
                        if isinstance(view, PostView)))

    async def desk_say_of_trend(self, viewer: Viewer, kind: str, thing: int | str, *, approved: bool,
                                cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await discovery.review(w, Kind[kind.upper()], thing, approved=approved)
