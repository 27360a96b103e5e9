"""Tags in the client API: one tag, those a member follows, those on a profile."""

from collections import Counter
from collections.abc import Sequence, Set
from datetime import UTC, datetime, time
from urllib.parse import quote

from msgspec import UNSET, Struct, UnsetType

from petrel.api.accounts_public import must_see
from petrel.api.http import Call, Id, Paged, Reply, listed, route
from petrel.core import seen
from petrel.core.doors import Reader, reading, writing
from petrel.core.limits import current
from petrel.core.pages import Page
from petrel.core.text import Hashtag, parse
from petrel.features import discovery, posts
from petrel.features.discovery import Day
from petrel.features.posts import Audience, Surface
from petrel.features.relationships import tags

NO_POSTS = "names of tags; no post"
LOOKED_AT, SUGGESTED = 100, 10


class Use(Struct):
    """On one day, told in seconds since 1970; all are text."""

    day: str
    uses: str
    accounts: str


class Tag(Struct):
    """`history`: the last seven days, today first. `following` and `featuring` only for somebody signed in."""

    id: str
    name: str
    url: str
    history: list[Use]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET


class FeaturedTag(Struct):
    """`statuses_count` is text, `last_status_at` a date: so apps know them."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


class Named(Struct, frozen=True, kw_only=True):
    name: str


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class FeatureForm(Struct, frozen=True, kw_only=True):
    name: str = ""


def _url(name: str) -> str:
    return f"{current().base_url}/tags/{quote(name)}"


def featured_entity(one: tags.FeaturedTag) -> FeaturedTag:
    last = one.last_post_at.date().isoformat() if one.last_post_at else None
    return FeaturedTag(str(one.id), one.name, _url(one.name), str(one.posts), last)


def use(one: Day) -> Use:
    start = datetime.combine(one.day, time(), UTC)
    return Use(str(int(start.timestamp())), str(one.uses), str(one.accounts))


def entity(name: str, history: Sequence[Day], following: bool | UnsetType = UNSET,
           featuring: bool | UnsetType = UNSET) -> Tag:
    """The id is the name as it is compared: the same however somebody wrote it."""
    return Tag(tags.tag_of(name).key, name, _url(name), [use(one) for one in history], following=following,
               featuring=featuring)


async def entities(r: Reader, names: Sequence[str], followed: Set[str] | None = None) -> list[Tag]:
    """With how the viewer stands to each: apps show it, and offer to follow. `followed`: the keys, where known."""
    histories = await discovery.history(r, names)
    if not names or r.account is None:
        return [entity(*one) for one in zip(names, histories, strict=True)]
    if followed is None:
        followed = {tags.tag_of(one.name).key for one in await tags.followed(r, Page(tags.MOST_FOLLOWED))}
    featured = {tags.tag_of(one.name).key for one in await tags.featured(r, r.account)}
    return [entity(name, history, tags.tag_of(name).key in followed, tags.tag_of(name).key in featured)
            for name, history in zip(names, histories, strict=True)]


async def _shown(r: Reader, typed: str) -> Tag:
    name, is_followed, is_featured = await tags.standing(r, typed)
    [history] = await discovery.history(r, [name])
    return entity(name, history) if r.account is None else entity(name, history, is_followed, is_featured)


@route("GET", "/api/v1/tags/:name", scope="public or read", surface="none", why_no_surface=NO_POSTS)
async def show(call: Call, form: Named) -> Tag:
    async with reading(call.viewer) as r:
        return await _shown(r, form.name)


@route("POST", "/api/v1/tags/:name/follow", scope="write:follows", surface="none", why_no_surface=NO_POSTS)
async def follow(call: Call, form: Named) -> Tag:
    async with writing(call.member, cause=call.id) as w:
        await tags.follow(w, form.name)
        return await _shown(w, form.name)


@route("POST", "/api/v1/tags/:name/unfollow", scope="write:follows", surface="none", why_no_surface=NO_POSTS)
async def unfollow(call: Call, form: Named) -> Tag:
    async with writing(call.member, cause=call.id) as w:
        await tags.unfollow(w, form.name)
        return await _shown(w, form.name)


@route("POST", "/api/v1/tags/:name/feature", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def feature_by_name(call: Call, form: Named) -> Tag:
    async with writing(call.member, cause=call.id) as w:
        await tags.feature(w, form.name)
        return await _shown(w, form.name)


@route("POST", "/api/v1/tags/:name/unfeature", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def unfeature_by_name(call: Call, form: Named) -> Tag:
    async with writing(call.member, cause=call.id) as w:
        await tags.unfeature(w, typed=form.name)
        return await _shown(w, form.name)


@route("GET", "/api/v1/followed_tags", scope="read:follows", surface="none", why_no_surface=NO_POSTS)
async def followed(call: Call, form: Paged) -> Reply:
    page = form.page(100)
    async with reading(call.viewer) as r:
        found = await tags.followed(r, page)
        shown = await entities(r, [t.name for t in found], {tags.tag_of(t.name).key for t in found})
    return listed(call, shown, [t.id for t in found], is_full=len(found) == page.limit, back_by="since_id")


@route("GET", "/api/v1/featured_tags", scope="read:accounts", surface="none", why_no_surface=NO_POSTS)
async def featured(call: Call) -> list[FeaturedTag]:
    async with reading(call.viewer) as r:
        return [featured_entity(one) for one in await tags.featured(r, call.member.account)]


@route("POST", "/api/v1/featured_tags", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def feature(call: Call, form: FeatureForm) -> FeaturedTag:
    async with writing(call.member, cause=call.id) as w:
        return featured_entity(await tags.feature(w, form.name))


@route("GET", "/api/v1/featured_tags/suggestions", scope="read:accounts", surface="none",
       why_no_surface="names of tags of one's own posts")
async def suggested(call: Call) -> list[Tag]:
    """What the member wrote about most in their newest posts and has not on their profile yet."""
    async with reading(call.viewer) as r:
        numbers = await posts.by_author(r, call.member.account, Page(LOOKED_AT), boosts=False)
        found = await posts.shown(r, Surface.PROF, numbers)
        seen.only(r, ())
        texts = (await posts.contents([one.row for one in found if one.row["audience"] == Audience.PUBLIC])).values()
        shown = {tags.tag_of(one.name).key for one in await tags.featured(r, call.member.account)}
        used = [span for one in texts for span in parse(one.text).spans if isinstance(span, Hashtag)]
        counts = Counter(tag.key for tag in used if tag.key not in shown)
        names = {tag.key: tag.name for tag in used}
        return await entities(r, [names[key] for key, _ in counts.most_common(SUGGESTED)])


@route("DELETE", "/api/v1/featured_tags/:id", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def unfeature(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await tags.unfeature(w, tag_id=form.id)


@route("GET", "/api/v1/accounts/:id/featured_tags", scope="public", surface="none", why_no_surface=NO_POSTS)
async def featured_by(call: Call, form: Address) -> list[FeaturedTag]:
    """Empty where only the first line of the profile shows."""
    async with reading(call.viewer) as r:
        await must_see(r, form.id)
        return [featured_entity(one) for one in await tags.featured(r, form.id)]
