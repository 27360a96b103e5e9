"""Posts in the client API: writing, reading, changing one."""

import hashlib
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from petrel.api import present
from petrel.api.http import Call, Id, Paged, Plain, Reply, route
from petrel.api.present.drafts import moment, scheduled
from petrel.api.present.rendered import candidates
from petrel.api.present.versions import Version, versions
from petrel.api.timelines import shown_page
from petrel.core.doors import Reader, Row, Writer, reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features import drafts, media, posts
from petrel.features.posts import Audience, Draft, Surface

AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "private": Audience.FOLLOWERS,
    "direct": Audience.DIRECT,
}
CONTEXT_MEMBER, CONTEXT_ANON = 4096, 60


class Address(Struct, frozen=True, kw_only=True):
    """One post by its number."""

    id: Id


class ReadForm(Address, frozen=True, kw_only=True):
    """`reveal`: the whole text of a post that waits behind a notice."""

    reveal: bool = False


class ManyForm(Struct, frozen=True, kw_only=True):
    id: list[Id] = []


Quoters = Literal["public", "followers", "nobody"]
Answerers = Literal["everyone", "followers", "mentioned"]
QUOTERS: dict[str, posts.QuotePolicy] = {one.name.lower(): one for one in posts.QuotePolicy}
ANSWERERS: dict[str, posts.ReplyPolicy] = {one.name.lower(): one for one in posts.ReplyPolicy}


class PollForm(Struct, frozen=True, kw_only=True):
    options: list[str] = []
    expires_in: int | None = None
    multiple: bool = False
    hide_totals: bool = False

    def draft(self) -> posts.PollDraft:
        return posts.PollDraft(tuple(self.options[:100]), self.expires_in, self.multiple, self.hide_totals)


class CreateForm(Struct, frozen=True, kw_only=True):
    """`reply_policy` is ours. `allowed_mentions`: a text that names anybody else is refused."""

    status: str = ""
    in_reply_to_id: Id | None = None
    sensitive: bool = False
    spoiler_text: str = ""
    visibility: Literal["public", "unlisted", "private", "direct"] | None = None
    language: str | None = None
    media_ids: list[Id] = []
    poll: PollForm | None = None
    scheduled_at: str | None = None
    quoted_status_id: Id | None = None
    quote_approval_policy: Quoters | None = None
    reply_policy: Answerers = "everyone"
    allowed_mentions: list[Id] | None = None

    def draft(self) -> Draft:
        return Draft(
            text=self.status,
            audience=AUDIENCES[self.visibility] if self.visibility else None,
            reply_to=self.in_reply_to_id,
            spoiler=self.spoiler_text,
            is_sensitive=self.sensitive,
            language=self.language or None,
            media=tuple(dict.fromkeys(self.media_ids)),
            poll=self.poll.draft() if self.poll is not None else None,
            quote_of=self.quoted_status_id,
            quote_policy=None if self.quote_approval_policy is None else QUOTERS[self.quote_approval_policy],
            reply_policy=ANSWERERS[self.reply_policy],
            among=None if self.allowed_mentions is None else tuple(self.allowed_mentions),
        )


class MediaForm(Struct, frozen=True, kw_only=True):
    """New words for one of a post's files."""

    id: Id
    description: str | None = None
    focus: str | None = None


class EditForm(Address, frozen=True, kw_only=True):
    """What is not sent stays as it is. `visibility`, which that API does not have here, narrows and never widens."""

    status: str | UnsetType = UNSET
    spoiler_text: str | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    language: str | None = None
    poll: PollForm | UnsetType | None = UNSET
    quote_approval_policy: Quoters | None = None
    reply_policy: Answerers | None = None
    visibility: Literal["public", "unlisted", "private", "direct"] | UnsetType = UNSET
    media_ids: list[Id] | UnsetType = UNSET
    media_attributes: list[MediaForm] | UnsetType = UNSET

    @property
    def is_new_text(self) -> bool:
        said = (self.status, self.spoiler_text, self.sensitive, self.media_ids, self.media_attributes, self.poll)
        return bool(self.language) or any(one is not UNSET for one in said)

    @property
    def is_new_policy(self) -> bool:
        return bool(self.quote_approval_policy or self.reply_policy)

    @property
    def new_poll(self) -> posts.PollDraft | UnsetType | None:
        return self.poll.draft() if isinstance(self.poll, PollForm) else self.poll

    def draft(self, old: posts.Content, was_sensitive: bool) -> Draft:
        return Draft(
            text=old.text if self.status is UNSET else self.status,
            spoiler=old.spoiler if self.spoiler_text is UNSET else self.spoiler_text,
            is_sensitive=was_sensitive if self.sensitive is UNSET else self.sensitive,
            language=self.language,
            media=tuple(dict.fromkeys([one.id for one in old.media] if self.media_ids is UNSET else self.media_ids)),
            described=() if self.media_attributes is UNSET else tuple(
                (one.id, one.description, media.rules.focus_of(one.focus)) for one in self.media_attributes),
        )


class PolicyForm(Address, frozen=True, kw_only=True):
    """`reply_policy` is ours."""

    quote_approval_policy: Quoters | None = None
    reply_policy: Answerers | None = None


class QuotesForm(Paged, frozen=True, kw_only=True):
    id: Id


class RevokeForm(Address, frozen=True, kw_only=True):
    quoting_status_id: Id


class BoostForm(Address, frozen=True, kw_only=True):
    visibility: Literal["public", "unlisted", "private"] | None = None


class Source(Struct):
    id: str
    text: str
    spoiler_text: str


@route("POST", "/api/v1/statuses", scope="write:statuses", surface="api", limit="statuses")
async def create(call: Call, form: CreateForm) -> bytes:
    """An Idempotency-Key publishes at most once; the answer is that first post's. With a time, a ScheduledStatus."""
    key = call.header(b"idempotency-key")
    once = hashlib.sha256(key.encode()).digest() if key else None
    if form.scheduled_at:
        due_at = moment(form.scheduled_at)
        async with writing(call.member, cause=call.id) as w:
            kept = await drafts.schedule(w, form.draft(), due_at, once=once)
            return msgspec.json.encode((await scheduled(w, [kept]))[0])
    made = await posts.publish(posts.Ask(call.member, form.draft(), call.id, once))
    async with reading(call.viewer) as r:
        return await present.fresh(r, made)


@route("GET", "/api/v1/statuses", scope="public or read:statuses", surface="api")
async def many(call: Call, form: ManyForm) -> Plain:
    async with reading(call.viewer) as r:
        return _list(await present.statuses(r, Surface.API, form.id[:40]))


@route("GET", "/api/v1/statuses/:id", scope="public or read:statuses", surface="api")
async def show(call: Call, form: ReadForm) -> bytes:
    async with reading(call.viewer) as r:
        return await present.status(r, form.id, reveal=form.reveal)


@route("PUT PATCH", "/api/v1/statuses/:id", scope="write:statuses", surface="api", limit="statuses")
async def edit(call: Call, form: EditForm) -> bytes:
    async with writing(call.member, cause=call.id) as w:
        before = old, row = await posts.own(w, form.id)
        said = old
        if form.visibility is not UNSET and AUDIENCES[form.visibility] != row["audience"]:
            await posts.narrow(w, form.id, AUDIENCES[form.visibility])
        await _set_policy(w, form.id, form.quote_approval_policy, form.reply_policy)
        if form.is_new_text or (form.visibility is UNSET and not form.is_new_policy):
            draft = form.draft(old, bool(row["states"] & posts.State.SENSITIVE))
            said = await posts.edit(w, form.id, draft, poll=form.new_poll, before=before)
        shown = await _with_quoted(w, await posts.own_row(w, form.id))
    return await present.status_with(shown, call.viewer.digest, present.Step(said=said))


async def _with_quoted(w: Writer, row: Row) -> posts.Shown:
    """One's own post, with what it quotes."""
    found = await posts.shown(w, Surface.API, [row["id"]]) if row["states"] & posts.Carries.QUOTE else []
    return posts.Shown(row, None, found[0].quoted if found else None)


async def _set_policy(w: Writer, number: int, quoters: str | None, answerers: str | None) -> None:
    await posts.quotes.set_policy(w, number, quote=QUOTERS[quoters] if quoters else None,
                                  reply=ANSWERERS[answerers] if answerers else None)


@route("PUT PATCH", "/api/v1/statuses/:id/interaction_policy", scope="write:statuses", surface="api")
async def set_policy(call: Call, form: PolicyForm) -> bytes:
    """Who may quote and who may answer from now on; quotes and answers that are there stay."""
    async with writing(call.member, cause=call.id) as w:
        said, _ = await posts.own(w, form.id)
        await _set_policy(w, form.id, form.quote_approval_policy, form.reply_policy)
        shown = await _with_quoted(w, await posts.own_row(w, form.id))
    return await present.status_with(shown, call.viewer.digest, present.Step(said=said))


@route("GET", "/api/v1/statuses/:id/quotes", scope="read:statuses", surface="thrd")
async def quotes(call: Call, form: QuotesForm) -> Reply:
    """Those of the posts that quote it that the viewer may see, as answers in its thread."""
    async def propose(r: Reader, page: Page) -> list[int]:
        return await posts.quotes.quoting(r, form.id, page)

    return await shown_page(call, form.page(20, 40), Surface.THRD, propose)


@route("POST", "/api/v1/statuses/:id/quotes/:quoting_status_id/revoke", scope="write:statuses", surface="api")
async def revoke(call: Call, form: RevokeForm) -> bytes:
    """Answers with the post that quoted, as it is now; with nothing in it for who may not see that post."""
    async with writing(call.member, cause=call.id) as w:
        await posts.own_row(w, form.id)
        await posts.quotes.revoke(w, form.id, form.quoting_status_id)
    async with reading(call.viewer) as r:
        try:
            return await present.status(r, form.quoting_status_id)
        except NotFound:
            return b"{}"


@route("DELETE", "/api/v1/statuses/:id", scope="write:statuses", surface="api", limit="delete")
async def delete(call: Call, form: Address) -> bytes:
    """Answers with the post as it was, and its plain text, so that an app can offer to write it anew. A boost of
    one's own is taken back."""
    try:
        async with writing(call.member, cause=call.id) as w:
            before = said, row = await posts.own(w, form.id)
            shown = await _with_quoted(w, row)
            await posts.delete(w, form.id, before=before)
            entity = await present.status_with(shown, call.viewer.digest, present.Step(said=said))
    except posts.PostNotFound:
        return await _take_back(call, form.id)
    return entity[:-1] + b',"text":' + msgspec.json.encode(said.text) + b"}"


async def _take_back(call: Call, number: int) -> bytes:
    """A boost, which has no text of its own. Errors: NotFound, for whatever else is not the viewer's."""
    async with reading(call.viewer) as r:
        found = await posts.judged(r, Surface.API, [number])
        if not found or found[0].boosted is None or found[0].row["author"] != call.member.account:
            raise posts.PostNotFound
        entity = await present.status(r, number)
    await _mark(call, number, posts.Mark.BOOST, False)
    return entity[:-1] + b',"text":""}'


@route("GET", "/api/v1/statuses/:id/source", scope="read:statuses", surface="api")
async def source(call: Call, form: Address) -> Source:
    async with reading(call.viewer) as r:
        content = await posts.source(r, form.id)
    return Source(str(form.id), content.text, content.spoiler)


@route("GET", "/api/v1/statuses/:id/context", scope="public or read:statuses", surface="thrd")
async def context(call: Call, form: Address) -> Plain:
    async with reading(call.viewer) as r:
        above, below = await posts.thread(r, form.id)
        most = CONTEXT_ANON if r.account is None else CONTEXT_MEMBER
        older, newer = above[-most:], below[:most]
        shown = dict(await present.entries(r, Surface.THRD, [*older, *newer]))      # one query for both
    ancestors, descendants = ([shown[one] for one in part if one in shown] for part in (older, newer))
    return Plain([b'{"ancestors":', *_list(ancestors), b',"descendants":', *_list(descendants), b"}"])


@route("GET", "/api/v1/statuses/:id/history", scope="public or read:statuses", surface="api")
async def history(call: Call, form: ReadForm) -> list[Version]:
    async with reading(call.viewer) as r:
        return await versions(r, form.id, reveal=form.reveal)


def _list(items: list[bytes]) -> Plain:
    return Plain([b"[", b",".join(items), b"]"])


async def _mark(call: Call, number: int, mark: posts.Mark, on: bool, audience: Audience | None = None) -> posts.Marked:
    return await posts.mark(posts.MarkAsk(call.member, number, mark, on, call.id, audience))


async def _after(call: Call, done: posts.Marked, mark: posts.Mark, on: bool) -> bytes:
    """The post after the mark. Its counts follow the journal; here they are what they will be in a moment. Never below
    0: what is taken back may not have been counted yet."""
    wanted, held = candidates(Surface.API, [done.post])
    async with reading(call.viewer) as r:
        [found] = await posts.shown_on(r, [wanted])
        if not found:
            raise NotFound
        step = 0 if not done.changed else 1 if on else -1
        return await present.status_with(found[0], call.viewer.digest, present.Step(
            likes=max(0, done.likes + step) if mark == posts.Mark.LIKE else None,
            boosts=max(0, done.boosts + step) if mark == posts.Mark.BOOST else None,
        ), held)


def _mark_routes(verb: str, mark: posts.Mark, on: bool, scope: str) -> None:
    @route("POST", f"/api/v1/statuses/:id/{verb}", scope=scope, surface="api")
    async def set_mark(call: Call, form: Address) -> bytes:
        return await _after(call, await _mark(call, form.id, mark, on), mark, on)


for _verb, _mark_of, _scope in (
    ("favourite", posts.Mark.LIKE, "write:favourites"),
    ("bookmark", posts.Mark.BOOKMARK, "write:bookmarks"),
    ("pin", posts.Mark.PIN, "write:accounts"),
    ("mute", posts.Mark.MUTE, "write:mutes"),
):
    _mark_routes(_verb, _mark_of, True, _scope)
    _mark_routes("un" + _verb, _mark_of, False, _scope)


@route("POST", "/api/v1/statuses/:id/reblog", scope="write:statuses", surface="api", limit="statuses")
async def boost(call: Call, form: BoostForm) -> bytes:
    """Answers with the boost; boosting again answers with the first one."""
    done = await _mark(call, form.id, posts.Mark.BOOST, True, AUDIENCES[form.visibility] if form.visibility else None)
    async with reading(call.viewer) as r:
        return await present.status(r, done.boost or done.post)


@route("POST", "/api/v1/statuses/:id/unreblog", scope="write:statuses", surface="api", limit="delete")
async def unboost(call: Call, form: Address) -> bytes:
    return await _after(call, await _mark(call, form.id, posts.Mark.BOOST, False), posts.Mark.BOOST, False)
