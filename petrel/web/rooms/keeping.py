"""What members keep for themselves: bookmarks, likes, lists; and what is talked about."""

from petrel.core.doors import reading
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.features import discovery, posts, timelines
from petrel.features import lists as own_lists
from petrel.features.posts import Mark, Surface
from petrel.web.kept import NamedList, OwnMark, TalkedAbout
from petrel.web.rooms import lists
from petrel.web.rooms.lists import Placed
from petrel.web.rooms.reading import member_of
from petrel.web.shapes import PostView, Tag, Timeline

KINDS = {"bookmark": Mark.BOOKMARK, "like": Mark.LIKE}
MOST_TAGS, MOST_POSTS = 10, 20


class KeepingRooms:
    """One per process."""

    async def marked(self, viewer: Viewer, mark: OwnMark, page: Page) -> Timeline:
        member_of(viewer)
        async with reading(viewer) as r:

            async def fetch(wanted: Page) -> list[Placed]:
                found = await posts.marked(r, KINDS[mark], wanted)
                views = dict(await lists.placed(r, Surface.API, [post for _, post in found]))
                return [(number, views[post]) for number, post in found if post in views]

            return lists.timeline(await lists.paged(r, page, fetch))

    async def lists(self, viewer: Viewer) -> tuple[NamedList, ...]:
        member_of(viewer)
        async with reading(viewer) as r:
            return tuple(NamedList(id=one.id, title=one.title) for one in await own_lists.mine(r))

    async def list_posts(self, viewer: Viewer, number: int, page: Page) -> tuple[NamedList, Timeline]:
        member_of(viewer)
        async with reading(viewer) as r:
            found = await own_lists.get(r, number)

            async def propose(wanted: Page) -> list[int]:
                return [post for post, _ in await timelines.of_list(r, number, wanted)]

            shown = await lists.by_candidates(r, Surface.LIST, page, propose)
        return NamedList(id=found.id, title=found.title), shown

    async def talked_about(self, viewer: Viewer) -> TalkedAbout:
        async with reading(viewer) as r:
            tags = await discovery.trending_tags(r, MOST_TAGS)
            found = await discovery.trending_posts(r, MOST_POSTS)
            shown = await lists.placed(r, Surface.PUB, [one.post for one in found])
        return TalkedAbout(tags=tuple(Tag(name=one.name) for one in tags),
                           posts=tuple(view for _, view in shown if isinstance(view, PostView)))
