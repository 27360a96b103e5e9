"""A member's own filters in the client API, version 2. Version 1: first_filters.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from petrel.api import present
from petrel.api.http import Call, Id, route
from petrel.api.present import sieve
from petrel.api.present.statuses import rfc3339
from petrel.core import seen
from petrel.core.doors import Writer, reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.features.posts import Surface
from petrel.features.relationships import filters

OWN = "a member's own filters; ids of posts only"


class FilterKeyword(Struct):
    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Struct):
    id: str
    status_id: str


class Filter(Struct):
    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword]
    statuses: list[FilterStatus]


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class Within(Struct, frozen=True, kw_only=True):
    filter_id: Id


class KeywordForm(Struct, frozen=True, kw_only=True):
    """One of `keywords_attributes`: with an id it changes or removes that keyword, without it adds one."""

    id: Id | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    remove: bool = msgspec.field(default=False, name="_destroy")

    def change(self) -> filters.KeywordChange:
        return filters.KeywordChange(self.id, self.keyword, self.whole_word, self.remove)


class FilterForm(Struct, frozen=True, kw_only=True):
    """What is not sent stays as it is. `expires_in` in seconds; null, empty or 0: never."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: Literal["warn", "hide", "blur"] | None = None
    expires_in: str | UnsetType | None = UNSET
    keywords_attributes: list[KeywordForm] = []

    def draft(self) -> filters.FilterDraft:
        contexts = None if self.context is None else tuple(self.context)
        changes = tuple(one.change() for one in self.keywords_attributes)
        return filters.FilterDraft(self.title, contexts, self.filter_action, seconds(self.expires_in), changes)


class ChangeForm(FilterForm, frozen=True, kw_only=True):
    id: Id


class AddKeywordForm(Within, frozen=True, kw_only=True):
    keyword: str = ""
    whole_word: bool = True


class ChangeKeywordForm(Address, frozen=True, kw_only=True):
    keyword: str | None = None
    whole_word: bool | None = None


class AddStatusForm(Within, frozen=True, kw_only=True):
    status_id: Id


def seconds(sent: str | UnsetType | None) -> int | None:
    if isinstance(sent, UnsetType):
        return None
    text = (sent or "0").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Invalid("expires_in", "is not a number of seconds")
    return int(text)


def keyword(one: filters.Keyword) -> FilterKeyword:
    return FilterKeyword(str(one.id), one.keyword, one.whole_word)


def status(one: filters.FilteredPost) -> FilterStatus:
    return FilterStatus(str(one.id), str(one.post))


def entity(one: filters.Filter) -> Filter:
    return Filter(
        str(one.id),
        one.title,
        list(one.contexts),
        rfc3339(one.expires_at) if one.expires_at else None,
        one.action,
        [keyword(k) for k in one.keywords],
        [status(p) for p in one.posts],
    )


@asynccontextmanager
async def changing(call: Call) -> AsyncIterator[Writer]:
    """Writes, and lets this process know. Others go on with the old filters for some seconds."""
    async with writing(call.member, cause=call.id) as w:
        yield w
    sieve.forget(call.member.account)


@route("GET", "/api/v2/filters", scope="read:filters", surface="none", why_no_surface=OWN)
async def mine(call: Call) -> list[Filter]:
    async with reading(call.viewer) as r:
        return [entity(one) for one in await filters.of(r)]


@route("POST", "/api/v2/filters", scope="write:filters", surface="none", why_no_surface=OWN)
async def create(call: Call, form: FilterForm) -> Filter:
    async with changing(call) as w:
        return entity(await filters.create(w, form.draft()))


@route("GET", "/api/v2/filters/:id", scope="read:filters", surface="none", why_no_surface=OWN)
async def show(call: Call, form: Address) -> Filter:
    async with reading(call.viewer) as r:
        return entity(await filters.get(r, form.id))


@route("PUT PATCH", "/api/v2/filters/:id", scope="write:filters", surface="none", why_no_surface=OWN)
async def change(call: Call, form: ChangeForm) -> Filter:
    async with changing(call) as w:
        return entity(await filters.change(w, form.id, form.draft()))


@route("DELETE", "/api/v2/filters/:id", scope="write:filters", surface="none", why_no_surface=OWN)
async def delete(call: Call, form: Address) -> None:
    async with changing(call) as w:
        await filters.delete(w, form.id)


@route("GET", "/api/v2/filters/:filter_id/keywords", scope="read:filters", surface="none", why_no_surface=OWN)
async def keywords(call: Call, form: Within) -> list[FilterKeyword]:
    async with reading(call.viewer) as r:
        return [keyword(k) for k in (await filters.get(r, form.filter_id)).keywords]


@route("POST", "/api/v2/filters/:filter_id/keywords", scope="write:filters", surface="none", why_no_surface=OWN)
async def add_keyword(call: Call, form: AddKeywordForm) -> FilterKeyword:
    new = filters.KeywordChange(keyword=form.keyword, whole_word=form.whole_word)
    async with changing(call) as w:
        return keyword((await filters.change(w, form.filter_id, filters.FilterDraft(keywords=(new,)))).keywords[-1])


@route("GET", "/api/v2/filters/keywords/:id", scope="read:filters", surface="none", why_no_surface=OWN)
async def show_keyword(call: Call, form: Address) -> FilterKeyword:
    async with reading(call.viewer) as r:
        found = await filters.holding(r, keyword=form.id)
    return next(keyword(k) for k in found.keywords if k.id == form.id)


@route("PUT PATCH", "/api/v2/filters/keywords/:id", scope="write:filters", surface="none", why_no_surface=OWN)
async def change_keyword(call: Call, form: ChangeKeywordForm) -> FilterKeyword:
    new = filters.KeywordChange(form.id, form.keyword, form.whole_word)
    async with changing(call) as w:
        held = await filters.holding(w, keyword=form.id)
        changed = await filters.change(w, held.id, filters.FilterDraft(keywords=(new,)))
    return next(keyword(k) for k in changed.keywords if k.id == form.id)


@route("DELETE", "/api/v2/filters/keywords/:id", scope="write:filters", surface="none", why_no_surface=OWN)
async def delete_keyword(call: Call, form: Address) -> None:
    gone = filters.KeywordChange(form.id, remove=True)
    async with changing(call) as w:
        held = await filters.holding(w, keyword=form.id)
        await filters.change(w, held.id, filters.FilterDraft(keywords=(gone,)))


@route("GET", "/api/v2/filters/:filter_id/statuses", scope="read:filters", surface="none", why_no_surface=OWN)
async def statuses(call: Call, form: Within) -> list[FilterStatus]:
    async with reading(call.viewer) as r:
        return [status(p) for p in (await filters.get(r, form.filter_id)).posts]


@route("POST", "/api/v2/filters/:filter_id/statuses", scope="write:filters", surface="none", why_no_surface=OWN)
async def add_status(call: Call, form: AddStatusForm) -> FilterStatus:
    async with changing(call) as w:
        if not await present.statuses(w, Surface.API, [form.status_id]):
            raise NotFound
        seen.only(w, ())  # it was looked for, and stays here
        return status((await filters.name_posts(w, form.filter_id, add=form.status_id)).posts[-1])


@route("GET", "/api/v2/filters/statuses/:id", scope="read:filters", surface="none", why_no_surface=OWN)
async def show_status(call: Call, form: Address) -> FilterStatus:
    async with reading(call.viewer) as r:
        found = await filters.holding(r, post=form.id)
    return next(status(p) for p in found.posts if p.id == form.id)


@route("DELETE", "/api/v2/filters/statuses/:id", scope="write:filters", surface="none", why_no_surface=OWN)
async def delete_status(call: Call, form: Address) -> None:
    async with changing(call) as w:
        held = await filters.holding(w, post=form.id)
        await filters.name_posts(w, held.id, remove=form.id)
