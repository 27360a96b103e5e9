"""Filters as version 1 has them, for older apps: each keyword of a filter of version 2 by itself, under its own id."""

from msgspec import UNSET, Struct, UnsetType

from petrel.api.filters import OWN, Address, changing, seconds
from petrel.api.http import Call, route
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import reading
from petrel.core.errors import Invalid, NotFound
from petrel.features.relationships import filters

F = "/api/v1/filters"
SHARED = ("These parameters cannot be changed from this application because they apply to more than one filter "
          "keyword. Use a more recent application or the web interface.")


class FirstFilter(Struct):
    """`irreversible`: what version 2 calls hide."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class NewForm(Struct, frozen=True, kw_only=True):
    phrase: str = ""
    context: list[str] = []
    irreversible: bool = False
    whole_word: bool = False
    expires_in: str | UnsetType | None = UNSET


class ChangeForm(Address, frozen=True, kw_only=True):
    """What is not sent stays as it is."""

    phrase: str | None = None
    context: list[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: str | UnsetType | None = UNSET


def entity(one: filters.Filter, keyword: filters.Keyword) -> FirstFilter:
    return FirstFilter(str(keyword.id), keyword.keyword, list(one.contexts), keyword.whole_word,
                       rfc3339(one.expires_at) if one.expires_at else None, one.action == "hide")


def _of(one: filters.Filter, keyword: int) -> FirstFilter:
    """Errors: NotFound."""
    for k in one.keywords:
        if k.id == keyword:
            return entity(one, k)
    raise NotFound


@route("GET", F, scope="read:filters", surface="none", why_no_surface=OWN, deprecated=True)
async def mine(call: Call) -> list[FirstFilter]:
    async with reading(call.viewer) as r:
        return [entity(one, keyword) for one in await filters.of(r) for keyword in one.keywords]


@route("GET", f"{F}/:id", scope="read:filters", surface="none", why_no_surface=OWN, deprecated=True)
async def show(call: Call, form: Address) -> FirstFilter:
    async with reading(call.viewer) as r:
        return _of(await filters.holding(r, keyword=form.id), form.id)


@route("POST", F, scope="write:filters", surface="none", why_no_surface=OWN, deprecated=True)
async def create(call: Call, form: NewForm) -> FirstFilter:
    """The phrase is the filter's title too."""
    if not form.phrase.strip():
        raise Invalid("phrase", "can't be blank")
    new = filters.KeywordChange(keyword=form.phrase, whole_word=form.whole_word)
    async with changing(call) as w:
        made = await filters.create(w, filters.FilterDraft(
            form.phrase[:filters.LONGEST_TITLE], tuple(form.context), "hide" if form.irreversible else "warn",
            seconds(form.expires_in), (new,)))
    return entity(made, made.keywords[0])


@route("PUT PATCH", f"{F}/:id", scope="write:filters", surface="none", why_no_surface=OWN, deprecated=True)
async def change(call: Call, form: ChangeForm) -> FirstFilter:
    new = filters.KeywordChange(form.id, form.phrase, form.whole_word)
    contexts = None if form.context is None else tuple(form.context)
    action = None if form.irreversible is None else "hide" if form.irreversible else "warn"
    expires_in_s = seconds(form.expires_in)
    async with changing(call) as w:
        held = await filters.holding(w, keyword=form.id)
        changes_all = (contexts not in (None, held.contexts) or expires_in_s is not None
                       or (action is not None and (action == "hide") != (held.action == "hide")))
        if len(held.keywords) > 1 and changes_all:
            raise Invalid(message=f"Validation failed: {SHARED}")
        kept = action if action == "hide" or held.action == "hide" else None    # "blur" stays what it is
        return _of(await filters.change(w, held.id, filters.FilterDraft(None, contexts, kept, expires_in_s, (new,))),
                   form.id)


@route("DELETE", f"{F}/:id", scope="write:filters", surface="none", why_no_surface=OWN, deprecated=True)
async def delete(call: Call, form: Address) -> None:
    """The keyword; with its last one the filter, unless that names posts too."""
    async with changing(call) as w:
        held = await filters.holding(w, keyword=form.id)
        _of(held, form.id)
        if len(held.keywords) == 1 and not held.posts:
            await filters.delete(w, held.id)
        else:
            gone = filters.KeywordChange(form.id, remove=True)
            await filters.change(w, held.id, filters.FilterDraft(keywords=(gone,)))
