"""Settings: lists as files, in the form that Mastodon gives and takes. Brought in they are looked at first, and done
behind the page."""

from starlette.responses import Response

from petrel.core import room
from petrel.core.errors import NotFound, PetrelError
from petrel.web import words
from petrel.web.door import Visit
from petrel.web.forms import as_id

KINDS = (("follows", "follows", "following_accounts.csv"), ("mutes", "mutes", "muted_accounts.csv"),
         ("blocks", "blocks", "blocked_accounts.csv"), ("servers", "domain blocks", "blocked_domains.csv"),
         ("lists", "lists", "lists.csv"), ("bookmarks", "bookmarks", "bookmarks.csv"))
"""(in the catalogues, in the room of archives, as a file)."""
CSV_HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff",
               "content-security-policy": "default-src 'none'; sandbox"}


async def show(visit: Visit) -> Response:
    visit.member()
    return _page(visit, dropped=visit.request.query_params.get("said") == "dropped")


async def bring(visit: Visit) -> Response:
    room.refuse("uploads")
    visit.member()
    kind, file = visit.sent.get("kind", ""), visit.form.files.get("file")
    if file is None or not file.size_bytes:
        return _page(visit, chosen=kind, message=visit.says.t("taking.choose_first"), status=422)
    try:
        number = await visit.needs.bring(visit.viewer, kind, file, cause=visit.cause)
    except PetrelError as wrong:
        if words.status_of(wrong) >= 500:
            raise
        return _page(visit, chosen=kind, message=words.said(wrong), status=words.status_of(wrong))
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
    code = next((code for code, kind, _ in KINDS if kind == stands.kind), "")
    return visit.page("list_brought.html", stands=stands, difference=difference, code=code)


async def answer(visit: Visit) -> Response:
    visit.member()
    number = as_id(visit.request.path_params["name"])
    if number is None:
        raise NotFound
    yes = visit.sent.get("act") == "yes"
    await visit.needs.take_brought(visit.viewer, number, yes=yes, cause=visit.cause)
    return visit.go(f"/settings/lists/{number}" if yes else "/settings/lists?said=dropped")


def _page(visit: Visit, *, chosen: str = "", dropped: bool = False, message: str = "", status: int = 200) -> Response:
    return visit.page("in_and_out.html", status=status, kinds=KINDS, chosen=chosen, dropped=dropped, message=message)
