"""What members keep for themselves: bookmarks and their folders, likes, lists; and what is talked about."""

from starlette.responses import Response

from petrel.core.errors import Invalid, NotFound, PetrelError
from petrel.web import present, words
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.kept import OwnMark
from petrel.web.shapes import Timeline

MOST_WORDS = 500


async def bookmarks(visit: Visit) -> Response:
    return await _marks(visit, "bookmarks", "bookmark")


async def favourites(visit: Visit) -> Response:
    return await _marks(visit, "favourites", "like")


async def _marks(visit: Visit, sheet: str, mark: OwnMark) -> Response:
    """With words, what has them; of bookmarks, one folder or all."""
    visit.member()
    sought = visit.request.query_params.get("q", "").replace("\0", "").strip()[:MOST_WORDS]
    folder = as_id(visit.request.query_params.get("folder", "")) if mark == "bookmark" else None
    folders = await visit.needs.folders(visit.viewer) if mark == "bookmark" else ()
    if sought:
        found = Timeline(posts=await visit.needs.look_through(visit.viewer, mark, sought, folder=folder))
    else:
        found = await visit.needs.marked(visit.viewer, mark, visit.wanted_page(), folder=folder)
    return visit.page("kept.html", sheet=sheet, words=sought, folder=folder, folders=folders, timeline=found)


async def folders(visit: Visit, wrong: PetrelError | None = None, at: int = 0) -> Response:
    """`at`: the folder whose new name is wrong, 0 for one that was not made."""
    visit.member()
    return visit.page("folders.html", sheet="bookmarks", folders=await visit.needs.folders(visit.viewer), at=at,
                      typed=visit.sent.get("name", ""), wrong=words.said(wrong) if wrong else "",
                      status=422 if wrong else 200)


async def change_folders(visit: Visit) -> Response:
    """`act`: make, rename, end."""
    visit.member()
    act, name, number = visit.sent.get("act", ""), visit.sent.get("name", ""), as_id(visit.sent.get("folder", ""))
    try:
        if act == "make":
            await visit.needs.make_folder(visit.viewer, name, cause=visit.cause)
        elif act == "rename" and number is not None:
            await visit.needs.rename_folder(visit.viewer, number, name, cause=visit.cause)
        elif act == "end" and number is not None:
            await visit.needs.end_folder(visit.viewer, number, cause=visit.cause)
        else:
            raise Invalid(None, "That button is not known here")
    except Invalid as wrong:
        return await folders(visit, wrong, number or 0)
    return visit.go("/bookmarks/folders")


async def bookmark(visit: Visit) -> Response:
    """Which folder it lies in."""
    visit.member()
    return visit.page("bookmark.html", sheet="bookmarks", folders=await visit.needs.folders(visit.viewer),
                      one=await visit.needs.bookmark(visit.viewer, _number(visit)))


async def move(visit: Visit) -> Response:
    visit.member()
    folder = as_id(visit.sent.get("folder", ""))
    await visit.needs.put_into(visit.viewer, _number(visit), folder, cause=visit.cause)
    return visit.go(f"/bookmarks?folder={folder}" if folder else "/bookmarks")


async def why(visit: Visit) -> Response:
    """Why the member sees a post, and what changes it."""
    visit.member()
    number = as_id(visit.request.path_params["post"])
    if number is None:
        raise NotFound()
    found = await visit.needs.why(visit.viewer, number)
    return visit.page("why.html", found=found, at=f"/@{found.author.acct}/{found.post}")


async def lists(visit: Visit) -> Response:
    visit.member()
    return visit.page("lists.html", sheet="lists", found=await visit.needs.lists(visit.viewer))


async def one_list(visit: Visit) -> Response:
    visit.member()
    found, timeline = await visit.needs.list_posts(visit.viewer, _number(visit), visit.wanted_page())
    return visit.page("list.html", sheet="lists", title=found.title, timeline=timeline)


async def trends(visit: Visit) -> Response:
    meta = present.Meta(path="/trends", title=visit.says.t("frame.trends"), is_indexed=True,
                        description=visit.says.t("trends.about"))
    return visit.page("trends.html", sheet="trends", found=await visit.needs.talked_about(visit.viewer), meta=meta)


def _number(visit: Visit) -> int:
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound()
    return number
