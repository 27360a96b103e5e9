"""Keyword filters: what a member does not want to see. They only lower what the law allows, never raise it.

`matches` is the whole of the judging, pure; the rest keeps the filters. Titles and keywords are sealed under the
account's key, so the database can neither search nor compare them.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
from msgspec import Struct

from petrel.core import clock, seal
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of, new_id
from petrel.core.text import clean, named
from petrel.features.accounts import key_of
from petrel.features.relationships.rows import actor
from petrel.features.relationships.shapes import (
    CONTEXTS,
    Filter,
    FilterDraft,
    FilteredPost,
    FilterResult,
    Keyword,
    KeywordChange,
)

__all__ = ["Filter", "FilterDraft", "FilterResult", "FilteredPost", "Keyword", "KeywordChange", "change", "create",
           "delete", "get", "holding", "matches", "name_posts", "of"]

MOST_FILTERS = 100
MOST_KEYWORDS = 200
LONGEST_TITLE = 256
LONGEST_KEYWORD = 512
LONGEST_EXPIRY_S = 10 * 365 * 86400

ALL = "select * from relationships.filters($1)"
LOCK = """
select 1 from relationships.filter where cell = law.cell($1) and account = $1 order by id for update
"""
INSERT = """
insert into relationships.filter (cell, account, id, contexts, action, expires_at, sealed)
values (law.cell($1), $1, $2, $3, $4, $5, $6)
"""
UPDATE = """
update relationships.filter set contexts = $3, action = $4, expires_at = $5, sealed = $6
 where cell = law.cell($1) and account = $1 and id = $2
"""
DELETE = "delete from relationships.filter where cell = law.cell($1) and account = $1 and id = $2"


class Words(Struct, frozen=True):
    """What is sealed of a filter."""

    title: str
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredPost, ...] = ()


_decode = msgspec.json.Decoder(Words).decode


# Judging -------------------------------------------------------------------------------------------------------

@lru_cache(maxsize=4096)
def _pattern(keyword: str, whole_word: bool) -> re.Pattern[str]:
    """Word ends are asked for only where the keyword itself begins or ends with a letter of a word.

    source: the client API's own matching, so that apps that filter by themselves agree with us.
    """
    start = r"\b" if whole_word and re.match(r"\w", keyword) else ""
    end = r"\b" if whole_word and re.search(r"\w\Z", keyword) else ""
    return re.compile(start + re.escape(keyword) + end, re.IGNORECASE)


def matches(filters: Iterable[Filter], context: str, text: str, posts: Sequence[int] = ()) -> list[FilterResult]:
    """The filters that a post runs into where it is about to be shown, in the order of `filters`.

    `context`: home (lists too), notifications, public, thread or account. `text`: all that the post says, its
    warning and captions included, plain. `posts`: its id and the one it boosts, for filters that name posts.
    Filters that have ended match nothing.
    """
    now = clock.now()
    found = []
    for one in filters:
        if context not in one.contexts or (one.expires_at is not None and one.expires_at <= now):
            continue
        words = tuple(k.keyword for k in one.keywords if _pattern(k.keyword, k.whole_word).search(text))
        named = tuple(f.post for f in one.posts if f.post in posts)
        if words or named:
            found.append(FilterResult(one, words, named))
    return found


# Reading -------------------------------------------------------------------------------------------------------

async def of(r: Reader) -> list[Filter]:
    """All filters of the viewer, oldest first, ended ones too. One query, and one for the key if there are any."""
    found = await r.fetch(ALL, r.digest)
    key = await key_of(found[0]["account"]) if found else b""
    filters = []
    for row in found:
        words = _decode(seal.open_sealed(key, row["account"], row["sealed"]))
        filters.append(Filter(row["id"], words.title, tuple(row["contexts"]), row["action"], row["expires_at"],
                              words.keywords, words.posts))
    return filters


async def get(r: Reader, filter_id: int) -> Filter:
    """Errors: NotFound, also for somebody else's."""
    for one in await of(r):
        if one.id == filter_id:
            return one
    raise NotFound


async def holding(r: Reader, *, keyword: int | None = None, post: int | None = None) -> Filter:
    """The viewer's filter that holds the keyword, or the entry of a post, of this id. Errors: NotFound."""
    for one in await of(r):
        if any(k.id == keyword for k in one.keywords) or any(p.id == post for p in one.posts):
            return one
    raise NotFound


# Writing -------------------------------------------------------------------------------------------------------

async def create(w: Writer, draft: FilterDraft) -> Filter:
    """Errors: Invalid; NotFound, for keywords with an id."""
    account = await actor(w)
    if len(await of(w)) >= MOST_FILTERS:
        raise Invalid(message=f"Validation failed: At most {MOST_FILTERS} filters can be kept")

    filter_id = new_id(cell_of(account))
    made = _apply(Filter(filter_id, "", ()), draft, account)
    await _put(w, INSERT, account, made)

    w.record("relationships.filter.created", filter_id)

    return made


async def change(w: Writer, filter_id: int, draft: FilterDraft) -> Filter:
    """Errors: NotFound (the filter, or a keyword that is not in it), Invalid."""
    account = await actor(w)
    await w.fetch(LOCK, account)
    changed = _apply(await get(w, filter_id), draft, account)

    await _put(w, UPDATE, account, changed)

    w.record("relationships.filter.changed", filter_id)

    return changed


async def name_posts(w: Writer, filter_id: int, *, add: int | None = None, remove: int | None = None) -> Filter:
    """Adds a post, or removes the entry of one, by which a filter names single posts. Errors: NotFound, Invalid."""
    account = await actor(w)
    await w.fetch(LOCK, account)
    found = await get(w, filter_id)
    posts = tuple(p for p in found.posts if p.id != remove)
    if add is not None:
        if any(p.post == add for p in posts):
            raise Invalid("status", "has already been taken")
        if len(posts) >= MOST_KEYWORDS:
            raise Invalid("status", f"is one too many (maximum is {MOST_KEYWORDS})")
        posts += (FilteredPost(new_id(cell_of(account)), add),)
    changed = msgspec.structs.replace(found, posts=posts)

    await _put(w, UPDATE, account, changed)

    w.record("relationships.filter.changed", filter_id)

    return changed


async def delete(w: Writer, filter_id: int) -> None:
    """Errors: NotFound."""
    if not await w.execute(DELETE, await actor(w), filter_id):
        raise NotFound

    w.record("relationships.filter.removed", filter_id)


async def _put(w: Writer, sql: str, account: int, one: Filter) -> None:
    words = msgspec.json.encode(Words(one.title, one.keywords, one.posts))
    sealed = seal.seal(await key_of(account), account, words)
    await w.execute(sql, account, one.id, list(one.contexts), one.action, one.expires_at, sealed)


def _apply(one: Filter, draft: FilterDraft, account: int) -> Filter:
    """The filter as it will be. Errors: Invalid, NotFound."""
    title = one.title if draft.title is None else clean(draft.title, "title")
    contexts = one.contexts if draft.contexts is None else tuple(dict.fromkeys(draft.contexts))
    _check(title, contexts)
    keywords = one.keywords
    for change in draft.keywords:
        keywords = _changed(keywords, change, account)
    if len(keywords) > MOST_KEYWORDS:
        raise Invalid("keywords", f"are too many (maximum is {MOST_KEYWORDS})")
    return Filter(one.id, title, contexts, draft.action or one.action, _expiry(one.expires_at, draft.expires_in_s),
                  keywords, one.posts)


def _check(title: str, contexts: Sequence[str]) -> None:
    faults = []
    if not title:
        faults.append("Title can't be blank")
    if len(title) > LONGEST_TITLE:
        faults.append(f"Title is too long (maximum is {LONGEST_TITLE} characters)")
    if not contexts:
        faults.append("Context can't be blank")
    if not contexts or not set(contexts) <= set(CONTEXTS):
        faults.append("Context None or invalid context supplied")
    if faults:
        raise Invalid(message="Validation failed: " + ", ".join(faults))


def _expiry(before: datetime | None, expires_in_s: int | None) -> datetime | None:
    if expires_in_s is None:
        return before
    if not 0 <= expires_in_s <= LONGEST_EXPIRY_S:
        raise Invalid("expires_in", f"must be between 0 and {LONGEST_EXPIRY_S} seconds")
    return clock.now() + timedelta(seconds=expires_in_s) if expires_in_s else None


def _changed(keywords: tuple[Keyword, ...], change: KeywordChange, account: int) -> tuple[Keyword, ...]:
    if change.id is None:
        if change.remove:
            return keywords
        whole_word = True if change.whole_word is None else change.whole_word
        keyword = named(change.keyword or "", "keyword", LONGEST_KEYWORD)
        return (*keywords, Keyword(new_id(cell_of(account)), keyword, whole_word))
    found = next((k for k in keywords if k.id == change.id), None)
    if found is None:
        raise NotFound
    if change.remove:
        return tuple(k for k in keywords if k is not found)
    keyword = found.keyword if change.keyword is None else named(change.keyword, "keyword", LONGEST_KEYWORD)
    new = Keyword(found.id, keyword, found.whole_word if change.whole_word is None else change.whole_word)
    return tuple(new if k is found else k for k in keywords)
