"""Folders of a member's bookmarks: an API of our own (docs/own-api.md). What is in one: `bookmarks` in timelines.py."""

from msgspec import Struct

from petrel.api.http import Call, Id, route
from petrel.core.doors import reading, writing
from petrel.features.posts import Folder, folders

FOLDERS = "/api/v1/petrel/bookmark_folders"
OWN = "names of a member's own for what they kept; no post"


class BookmarkFolder(Struct):
    id: str
    name: str


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class ListForm(Struct, frozen=True, kw_only=True):
    """`status_id`: only the one that this post lies in."""

    status_id: Id | None = None


class CreateForm(Struct, frozen=True, kw_only=True):
    name: str = ""


class RenameForm(CreateForm, frozen=True, kw_only=True):
    id: Id


class ChooseForm(Address, frozen=True, kw_only=True):
    status_ids: list[Id] = []


def entity(one: Folder) -> BookmarkFolder:
    return BookmarkFolder(str(one.id), one.name)


@route("GET", FOLDERS, scope="read:bookmarks", surface="none", why_no_surface=OWN)
async def mine(call: Call, form: ListForm) -> list[BookmarkFolder]:
    async with reading(call.viewer) as r:
        return [entity(one) for one in await folders.mine(r, holding=form.status_id)]


@route("POST", FOLDERS, scope="write:bookmarks", surface="none", why_no_surface=OWN)
async def create(call: Call, form: CreateForm) -> BookmarkFolder:
    async with writing(call.member, cause=call.id) as w:
        return entity(await folders.create(w, form.name))


@route("GET", f"{FOLDERS}/:id", scope="read:bookmarks", surface="none", why_no_surface=OWN)
async def show(call: Call, form: Address) -> BookmarkFolder:
    async with reading(call.viewer) as r:
        return entity(await folders.get(r, form.id))


@route("PUT PATCH", f"{FOLDERS}/:id", scope="write:bookmarks", surface="none", why_no_surface=OWN)
async def rename(call: Call, form: RenameForm) -> BookmarkFolder:
    async with writing(call.member, cause=call.id) as w:
        return entity(await folders.rename(w, form.id, form.name))


@route("DELETE", f"{FOLDERS}/:id", scope="write:bookmarks", surface="none", why_no_surface=OWN)
async def delete(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await folders.delete(w, form.id)


@route("POST", f"{FOLDERS}/:id/statuses", scope="write:bookmarks", surface="none", why_no_surface=OWN)
async def put(call: Call, form: ChooseForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await folders.put(w, form.id, form.status_ids)


@route("DELETE", f"{FOLDERS}/:id/statuses", scope="write:bookmarks", surface="none", why_no_surface=OWN)
async def take(call: Call, form: ChooseForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await folders.take(w, form.id, form.status_ids)
