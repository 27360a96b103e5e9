"""What members keep for themselves: bookmarks, likes, lists; and what is talked about."""

from petrel.core import seen
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.text.fold import fold
from petrel.core.viewer import Viewer
from petrel.features import discovery, posts, reasons, timelines
from petrel.features import lists as own_lists
from petrel.features.posts import Mark, Surface
from petrel.features.reasons import Reasons
from petrel.web import markup
from petrel.web.kept import Bookmark, Folder, NamedList, OwnMark, TalkedAbout
from petrel.web.rooms import lists
from petrel.web.rooms.lists import Placed
from petrel.web.rooms.reading import member_of
from petrel.web.shapes import PostView, Tag, Timeline

KINDS = {"bookmark": Mark.BOOKMARK, "like": Mark.LIKE}
MOST_TAGS, MOST_POSTS = 10, 20
MOST_LOOKED_THROUGH = 400
LONGEST = 100_000


class KeepingRooms:
    """One per process."""

    async def marked(self, viewer: Viewer, mark: OwnMark, page: Page, *, folder: int | None = None) -> Timeline:
        member_of(viewer)
        async with reading(viewer) as r:

            async def fetch(wanted: Page) -> list[Placed]:
                found = await _marks(r, mark, folder, wanted)
                views = dict(await lists.placed(r, Surface.API, [post for _, post in found]))
                return [(number, views[post]) for number, post in found if post in views]

            return lists.timeline(await lists.paged(r, page, fetch))

    async def look_through(self, viewer: Viewer, mark: OwnMark, words: str, *,
                           folder: int | None = None) -> tuple[PostView, ...]:
        member_of(viewer)
        wanted = fold(words).split()
        async with reading(viewer) as r:
            marks = await _marks(r, mark, folder, Page(MOST_LOOKED_THROUGH))
            views = [view for _, view in await lists.placed(r, Surface.API, [post for _, post in marks])]
            found = [one for one in views if isinstance(one, PostView) and _has(one, wanted)]
            seen.only(r, [one.id for one in found])
        return tuple(found)

    async def folders(self, viewer: Viewer) -> tuple[Folder, ...]:
        async with reading(member_of(viewer)) as r:
            return tuple(Folder(id=one.id, name=one.name) for one in await posts.folders.mine(r))

    async def bookmark(self, viewer: Viewer, post: int) -> Bookmark:
        async with reading(member_of(viewer)) as r:
            shown = await lists.placed(r, Surface.API, [post])
            view = shown[0][1] if shown else None
            if not isinstance(view, PostView) or not view.is_bookmarked:
                raise NotFound
            holding = await posts.folders.mine(r, holding=view.id)
        return Bookmark(post=view, folder=holding[0].id if holding else None)

    async def put_into(self, viewer: Viewer, post: int, folder: int | None, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            if folder is not None:
                await posts.folders.put(w, folder, [post])
            else:
                for one in await posts.folders.mine(w, holding=post):
                    await posts.folders.take(w, one.id, [post])

    async def make_folder(self, viewer: Viewer, name: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await posts.folders.create(w, name)

    async def rename_folder(self, viewer: Viewer, folder: int, name: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await posts.folders.rename(w, folder, name)

    async def end_folder(self, viewer: Viewer, folder: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await posts.folders.delete(w, folder)

    async def why(self, viewer: Viewer, post: int) -> Reasons:
        async with reading(member_of(viewer)) as r:
            return await reasons.why(r, post)

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


async def _marks(r: Reader, mark: OwnMark, folder: int | None, page: Page) -> list[tuple[int, int]]:
    return await (posts.marked(r, KINDS[mark], page) if folder is None else posts.folders.kept_in(r, folder, page))


def _has(post: PostView, words: list[str]) -> bool:
    """All of them somewhere: in what it says, in its warning, or in who said it."""
    said = fold(f"{markup.plain(post.html, LONGEST)} {post.warning} @{post.author.handle} {post.author.name}")
    return all(word in said for word in words)
