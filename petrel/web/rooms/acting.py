"""Forms that change something: functions of `needs.Acting` over the real rooms."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.multipart import Upload
from petrel.core.viewer import Viewer
from petrel.features import media, posts, relationships, timelines
from petrel.features.posts import Ask, Audience, MarkAsk, Surface
from petrel.web.asking import PollFields
from petrel.web.carried import MediaView
from petrel.web.needs import Mark
from petrel.web.rooms.reading import member_of
from petrel.web.rooms.views import media_view, signing, views_of
from petrel.web.shapes import Draft, PostView

AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "followers": Audience.FOLLOWERS,
    "direct": Audience.DIRECT,
}
MARKS = {"like": posts.Mark.LIKE, "boost": posts.Mark.BOOST, "bookmark": posts.Mark.BOOKMARK}


class Counting(Protocol):
    """How often somebody may do something; the API counts in the same place. Errors: TooMany."""

    def take_address(self, name: str, ip: str) -> None: ...
    def take_key(self, name: str, key: str) -> None: ...
    def take_member(self, name: str, account: int) -> None: ...


class ActingRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def create_post(self, viewer: Viewer, draft: Draft, *, cause: str) -> PostView:
        member = member_of(viewer)
        self._counting.take_member("statuses", member.account)
        if draft.audience not in AUDIENCES:
            raise Invalid("audience", "is not one a post can have")
        wanted = posts.Draft(draft.text, AUDIENCES[draft.audience], draft.reply_to, draft.warning,
                             poll=_poll(draft.poll), quote_of=draft.quote_of, media=draft.media)
        once = hashlib.sha256(b"web\0" + draft.once.encode()).digest() if draft.once else None
        made = await posts.publish(Ask(member, wanted, cause, once))
        async with reading(viewer) as r:
            [view] = await views_of(r, await posts.shown(r, Surface.LINK, [made.id]), Surface.LINK)
        assert isinstance(view, PostView)
        return view

    async def vote(self, viewer: Viewer, post: int, choices: Sequence[int], *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await posts.polls.vote(w, post, choices)

    async def take_file(self, viewer: Viewer, file: Upload, description: str, *, cause: str) -> int:
        member = member_of(viewer)
        self._counting.take_member("media", member.account)
        number = await media.upload(member, file.file, file.size_bytes, description=description, cause=cause)
        one = await media.settled(viewer, number)
        if one.state is not media.State.READY:
            raise media.rules.refused(one.why)
        return number

    async def own_files(self, viewer: Viewer, numbers: Sequence[int]) -> tuple[MediaView, ...]:
        async with reading(member_of(viewer)) as r:
            found = await media.own(r, numbers)
            sign = await signing(r)
        return tuple(media_view(media.told(one), sign(one.id)) for one in found
                     if one.use is media.Use.FREE and one.state is media.State.READY)

    async def delete_post(self, viewer: Viewer, post: int, *, cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_member("delete", member.account)
        async with writing(member, cause=cause) as w:
            await posts.delete(w, post)

    async def mark(self, viewer: Viewer, post: int, mark: Mark, *, on: bool, cause: str) -> None:
        member = member_of(viewer)
        if mark == "boost" and on:
            self._counting.take_member("statuses", member.account)
        await posts.mark(MarkAsk(member, post, MARKS[mark], on, cause))

    async def follow(self, viewer: Viewer, account: int, *, on: bool, cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_member("follows", member.account)
        async with writing(member, cause=cause) as w:
            await (relationships.follow(w, account) if on else relationships.unfollow(w, account))

    async def answer_request(self, viewer: Viewer, account: int, *, accept: bool, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await (relationships.accept(w, account) if accept else relationships.reject(w, account))

    async def mark_read(self, viewer: Viewer, until: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await timelines.set_marker(w, "notifications", until)


def _poll(fields: PollFields) -> posts.PollDraft | None:
    if not fields.options:
        return None
    return posts.PollDraft(fields.options, fields.minutes * 60, fields.is_multiple, fields.hides_totals)
