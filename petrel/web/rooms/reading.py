"""What pages show: functions of `needs.Reading` over the real rooms."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import Reader, reading
from petrel.core.errors import NotFound, PetrelError, Unauthenticated
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member, Viewer
from petrel.features import about, accounts, mail, media, posts, relationships, timelines
from petrel.features.accounts import Card, Counts
from petrel.features.posts import Code, Surface
from petrel.features.relationships import Bit
from petrel.storage import build
from petrel.web.needs import Tab
from petrel.web.rooms import lists
from petrel.web.rooms.views import account_view, gap, html_of, signing, views_of
from petrel.web.shapes import Field, Gap, PostView, Profile, Relation, Site, Timeline
from petrel.web.threads import Thread, outline

COUNTS_KEPT_S, TEXTS_KEPT_S = 300, 10
MOST_ANCESTORS = 100
MOST_REPLIES, MOST_REPLIES_FOR_VISITORS = 120, 60
MOST_REPLIES_COUNTED = 10_001
LEAST_PASSWORD = 8


def member_of(viewer: Viewer) -> Member:
    """Errors: Unauthenticated."""
    if not isinstance(viewer, Member):
        raise Unauthenticated
    return viewer


async def card_of(r: Reader, handle: str) -> Card | None:
    """Whoever is called so, with "@domain" for accounts of other servers, as far as the viewer may see them."""
    user, _, domain = handle.partition("@")
    number = (await accounts.ids_by_handle(r, [user], domain.lower())).get(user)
    return (await accounts.cards_of(r, [number])).get(number) if number is not None else None


class ReadingRooms:
    """One per process."""

    def __init__(self) -> None:
        self._counts = Counts(0, 0, 0)
        self._counted_until_s = 0.0
        self._said = about.Summary()
        self._said_until_s = 0.0

    async def site(self) -> Site:
        setting, counts, said = limits.current(), await self._count(), await self._summary()
        return Site(
            name=setting.site_name,
            description=setting.site_description,
            contact=setting.contact_email,
            registration=setting.registrations,
            caution=setting.caution,
            asks_email=setting.email_confirmation,
            sends_mail=mail.is_on(),
            post_graphemes=setting.post_length,
            password_characters=LEAST_PASSWORD,
            version=build.VERSION,
            members=counts.accounts or None,
            posts=counts.posts or None,
            rules=tuple(rule.text for rule in said.rules),
            texts=said.kinds,
            is_try_out=setting.try_out,
            field_percent=setting.field_percent,
            is_kept_offline=setting.offline,
            crawlers=setting.crawlers,
            ai_crawlers=setting.ai_crawlers,
        )

    async def _summary(self) -> about.Summary:
        """The rules, and which texts there are, some seconds old at most; as `_count` otherwise."""
        if time.monotonic() >= self._said_until_s:
            self._said_until_s = time.monotonic() + TEXTS_KEPT_S
            try:
                async with reading(Anonymous()) as r:
                    self._said = await about.summary(r)
            except PetrelError:
                self._said_until_s = 0.0
        return self._said

    async def _count(self) -> Counts:
        """How large the site is, at most five minutes old. A site that cannot count is still a site."""
        if time.monotonic() >= self._counted_until_s:
            # Put off first, so that one request counts and the others go on with what was known.
            self._counted_until_s = time.monotonic() + COUNTS_KEPT_S
            try:
                async with reading(Anonymous()) as r:
                    self._counts = await accounts.counts(r)
            except PetrelError:
                self._counted_until_s = 0.0
        return self._counts

    async def home(self, viewer: Viewer, page: Page) -> Timeline:
        member_of(viewer)
        async with reading(viewer) as r:

            async def show(ids: list[int], _boosted: list[int | None]) -> Any:
                return await lists.placed(r, Surface.HOME, ids)

            async def fetch(wanted: Page) -> Any:
                return await timelines.home(r, wanted, show)

            return lists.timeline(await lists.paged(r, page, fetch))

    async def public(self, viewer: Viewer, page: Page) -> Timeline:
        async with reading(viewer) as r:
            return await lists.by_candidates(r, Surface.PUB, page, partial(posts.public, r))

    async def profile(self, viewer: Viewer, handle: str) -> Profile | Gap:
        async with reading(viewer) as r:
            card = await card_of(r, handle)
            if card is None:
                raise NotFound
            if card.shell == accounts.TOMBSTONE:
                return Gap(reason="suspended")
            return _profile(card, await _relation(r, card.id), await signing(r))

    async def profile_posts(self, viewer: Viewer, account: int, page: Page, tab: Tab) -> Timeline:
        async with reading(viewer) as r:

            async def propose(wanted: Page) -> list[int]:
                if tab == "media":
                    return await posts.with_media(r, wanted, author=account)
                return await posts.by_author(r, account, wanted, replies=tab == "replies")

            return await lists.by_candidates(r, Surface.PROF, page, propose)

    async def thread(self, viewer: Viewer, post: int, *, reveal: bool, after: int | None = None) -> Thread:
        async with reading(viewer) as r:
            found = await posts.shown(r, Surface.LINK, [post])
            if not found:
                raise NotFound
            if found[0].row["code"] == Code.TOMBSTONE:
                return Thread(focus=await _alone(r, gap(found[0].row)))
            [focus] = await views_of(r, found, Surface.LINK, reveal=reveal)
            assert focus is not None
            original = focus.id if isinstance(focus, PostView) and focus.boost is not None else post
            assert original is not None
            is_answer = not isinstance(focus, Gap) and focus.reply_to is not None
            above = (await posts.thread(r, original, most=MOST_REPLIES_COUNTED))[0] if is_answer else []
            below, is_cut = await posts.replies(r, original, most=MOST_REPLIES_COUNTED)
            drawn = outline(original, below)
            before = drawn.order.index(after) + 1 if after is not None and after in drawn.order else 0
            most = MOST_REPLIES_FOR_VISITORS if isinstance(viewer, Anonymous) else MOST_REPLIES
            ids = drawn.order[before:before + most]
            return Thread(
                focus=focus,
                ancestors=await _around(r, above[-MOST_ANCESTORS:]),
                replies=await _around(r, ids),
                total=drawn.total,
                before=before,
                next=min(most, len(drawn.order) - before - len(ids)),
                after=ids[-1] if ids else 0,
                more=drawn.more,
                is_cut=is_cut,
            )


async def _alone(r: Reader, focus: Gap) -> Gap:
    """A placeholder that is the whole page says more: of what is withheld, which order it is."""
    if focus.reason != "withheld" or focus.id is None:
        return focus
    case_number, notice_url = await posts.withholding(r, focus.id)
    return replace(focus, case_number=case_number, notice_url=notice_url)


async def _around(r: Reader, ids: Sequence[int]) -> tuple[PostView | Gap, ...]:
    return tuple(view for _, view in await lists.placed(r, Surface.THRD, ids))


async def _relation(r: Reader, account: int) -> Relation:
    if r.account is None:
        return Relation()
    if r.account == account:
        return Relation(is_self=True)
    one = await relationships.one(r, account)
    return Relation(
        is_following=one.has(Bit.FOLLOWING),
        is_requested=one.has(Bit.REQUESTED),
        is_followed_by=one.has(Bit.FOLLOWED_BY),
        is_muting=one.has(Bit.MUTING),
        is_blocking=one.has(Bit.BLOCKING),
    )


def _profile(card: Card, relation: Relation, sign: Callable[[int], str]) -> Profile:
    is_shell = card.shell != accounts.FULL
    profile = card.profile
    header = ""
    if profile.header and not is_shell:
        header = media.address(profile.header, sign(media.upload_of(profile.header)) if card.is_protected else "")
    return Profile(
        account=account_view(card),
        html="" if is_shell else html_of(profile.note),
        fields=() if is_shell else tuple(Field(name=f.name, html=html_of(f.value)) for f in profile.fields),
        posts=card.posts,
        following=None if is_shell else card.following,
        followers=None if is_shell else card.followers,
        joined_at=None if is_shell else card.joined_at,
        relation=relation,
        is_shell=is_shell,
        is_indexable=card.is_indexable,
        uploaded_header=header,
    )
