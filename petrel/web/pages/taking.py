"""Settings: lists as files, in the form that Mastodon gives and takes. Brought in they are looked at first, and done
behind the page."""

from starlette.responses import Response

from petrel.core import room
from petrel.core.errors import Invalid, NotFound, PetrelError
from petrel.web import words
from petrel.web.door import Visit
from petrel.web.forms import as_id

KINDS = (("follows", "Whom you follow"), ("mutes", "Whom you mute"), ("blocks", "Whom you block"),
         ("domain blocks", "Servers that you block"), ("lists", "Lists"), ("bookmarks", "Bookmarks"))
FILES = (("following_accounts.csv", "Whom you follow"), ("muted_accounts.csv", "Whom you mute"),
         ("blocked_accounts.csv", "Whom you block"), ("blocked_domains.csv", "Servers that you block"),
         ("lists.csv", "Lists"), ("bookmarks.csv", "Bookmarks"))
CSV_HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff",
               "content-security-policy": "default-src 'none'; sandbox"}


async def show(visit: Visit) -> Response:
    visit.member()
    return _page(visit, dropped=visit.request.query_params.get("said") == "dropped")


async def bring(visit: Visit) -> Response:
    room.refuse("uploads")
    visit.member()
    kind, file = visit.sent.get("kind", ""), visit.form.files.get("file")
    try:
        if file is None or not file.size_bytes:
            raise Invalid(None, "Choose a file first")
        number = await visit.needs.bring(visit.viewer, kind, file, cause=visit.cause)
    except PetrelError as wrong:
        if words.status_of(wrong) >= 500:
            raise
        return _page(visit, kind=kind, message=words.said(wrong), status=words.status_of(wrong))
    return visit.go(f"/settings/lists/{number}")


async def one(visit: Visit) -> Response:
    """A file to take along, or a list that was brought: what it would do, and how it went."""
    visit.member()
    name = visit.request.path_params["name"]
    number = as_id(name)
    if number is None:
        text = await visit.needs.exported(visit.viewer, name)
        return Response(text.encode(), media_type="text/csv; charset=utf-8",
                        headers={**CSV_HEADERS, "content-disposition": f'attachment; filename="{name}"'})
    stands, difference = await visit.needs.brought(visit.viewer, number)
    return visit.page("list_brought.html", stands=stands, difference=difference, kinds=dict(KINDS))


async def answer(visit: Visit) -> Response:
    visit.member()
    number = as_id(visit.request.path_params["name"])
    if number is None:
        raise NotFound
    yes = visit.sent.get("act") == "yes"
    await visit.needs.take_brought(visit.viewer, number, yes=yes, cause=visit.cause)
    return visit.go(f"/settings/lists/{number}" if yes else "/settings/lists?said=dropped")


def _page(visit: Visit, *, kind: str = "", dropped: bool = False, message: str = "", status: int = 200) -> Response:
    return visit.page("in_and_out.html", status=status, kinds=KINDS, files=FILES, kind=kind, dropped=dropped,
                      message=message)
