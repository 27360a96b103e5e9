"""Posts, and what hangs on them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from tests.api.schemas.accounts import Account, CustomEmoji
from tests.api.schemas.base import Count, Empty, Entity, Html, Id, OneOf, Seen, Time, Url
from tests.api.schemas.filters import FilterResult

Visibility = Literal["public", "unlisted", "private", "direct"]


class Mention(Entity):
    id: Id
    username: str
    url: Url
    acct: str


class StatusTag(Entity):
    name: str
    url: Url


class Focus(Entity):
    x: Annotated[float, Meta(ge=-1, le=1)]
    y: Annotated[float, Meta(ge=-1, le=1)]


class Size(Entity):
    """Of a picture by its edges; of sound and video also by how long it plays."""

    width: Count | UnsetType = UNSET
    height: Count | UnsetType = UNSET
    size: str | UnsetType = UNSET
    aspect: float | UnsetType = UNSET
    frame_rate: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    bitrate: Count | UnsetType = UNSET


class MediaMeta(Entity):
    original: Size | UnsetType = UNSET
    small: Size | UnsetType = UNSET
    focus: Focus | UnsetType = UNSET


class MediaAttachment(Entity):
    id: Id
    type: Literal["image", "gifv", "video", "audio", "unknown"]
    url: Url | None
    preview_url: Url | None
    remote_url: Url | None
    preview_remote_url: Url | None
    text_url: Url | None
    meta: MediaMeta | None
    description: str | None
    blurhash: str | None


class PollOption(Entity):
    title: str
    votes_count: Count | None


class Poll(Entity, kw_only=True):
    """`voted` and `own_votes` for members."""

    id: Id
    expires_at: Time | None
    expired: bool
    multiple: bool
    votes_count: Count
    voters_count: Count | None
    voted: bool | UnsetType = UNSET
    own_votes: list[Count] | UnsetType = UNSET
    options: list[PollOption]
    emojis: list[CustomEmoji]


class CardAuthor(Entity):
    name: str
    url: str
    account: Account | None


class PreviewCard(Entity):
    url: Url
    title: str
    description: str
    language: str | None
    type: Literal["link", "photo", "video", "rich"]
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: Count
    height: Count
    image: Url | None
    image_description: str
    embed_url: str
    blurhash: str | None
    published_at: Time | None
    authors: list[CardAuthor]


class Application(Entity):
    name: str
    website: str | None


class Quote(Entity):
    """One of the two: the quoted post in a post, its id in a quoted one."""

    state: Literal["pending", "accepted", "rejected", "revoked", "deleted", "unauthorized", "blocked_account",
                   "blocked_domain", "muted_account"]
    quoted_status: "PublicStatus | UnsetType | None" = UNSET
    quoted_status_id: Id | UnsetType | None = UNSET


class QuoteApproval(Entity):
    automatic: list[Literal["public", "followers"]]
    manual: list[str]
    current_user: Literal["automatic", "manual", "denied", "unknown"]


class PublicStatus(Entity, kw_only=True):
    """As anybody gets it. `filtered` where a notice stands in place of the text; `reply_policy`, which is ours, where
    not everybody may reply."""

    id: Id
    uri: Url
    url: Url | None
    created_at: Time
    edited_at: Time | None
    account: Account
    content: Html
    visibility: Visibility
    sensitive: bool
    spoiler_text: str
    media_attachments: list[MediaAttachment]
    application: Application | None
    mentions: list[Mention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    replies_count: Count
    reblogs_count: Count
    favourites_count: Count
    quotes_count: Count
    in_reply_to_id: Id | None
    in_reply_to_account_id: Id | None
    poll: Poll | None
    card: PreviewCard | None
    quote: Quote | None
    quote_approval: QuoteApproval
    reply_policy: Literal["followers", "mentioned"] | UnsetType = UNSET
    language: str | None
    filtered: list[FilterResult] | UnsetType = UNSET
    reblog: "PublicStatus | None"


class MembersQuote(Quote, kw_only=True):
    quoted_status: "Status | UnsetType | None" = UNSET


class Status(PublicStatus, kw_only=True):
    """As a member gets it. `pinned` on one's own."""

    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    pinned: bool | UnsetType = UNSET
    filtered: list[FilterResult]
    quote: MembersQuote | None
    reblog: "Status | None"


class DeletedStatus(Status, kw_only=True):
    text: str


class StatusSource(Entity):
    id: Id
    text: str
    spoiler_text: str


class OptionOnce(Entity):
    title: str


class PollOnce(Entity):
    options: list[OptionOnce]


class StatusEdit(Entity, kw_only=True):
    """`poll` where there was one."""

    poll: PollOnce | UnsetType = UNSET
    content: Html
    spoiler_text: str
    sensitive: bool
    created_at: Time
    account: Account
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]


class PublicContext(Entity):
    ancestors: list[PublicStatus]
    descendants: list[PublicStatus]


class Context(Entity):
    ancestors: list[Status]
    descendants: list[Status]


class Translation(Entity):
    class Media(Entity):
        id: Id
        description: str

    class Poll(Entity):
        class Option(Entity):
            title: str

        id: Id
        options: list[Option]

    content: Html
    spoiler_text: str
    language: str
    media_attachments: list[Media]
    poll: Poll | None
    detected_source_language: str
    provider: str


S, T = "/api/v1/statuses", "/api/v1/timelines"
ONE, MANY = Seen(Status, PublicStatus), Seen(list[Status], list[PublicStatus])
class WhyReason(Entity):
    code: Literal["own", "mention", "reply_to_you", "follows", "boost", "list", "tag", "reply_to_followed", "public",
                  "link"]
    text: str
    account_id: Id | None
    acct: str | None
    list_id: Id | None
    name: str | None


class WhyFilter(Entity):
    id: Id
    title: str
    filter_action: Literal["warn", "hide", "blur"]


class Why(Entity):
    """An entity of ours. source: docs/own-api.md."""

    status_id: Id
    visibility: Visibility
    because: Literal["own", "named", "follows", "everybody"]
    text: str
    reasons: list[WhyReason]
    filters: list[WhyFilter]


ANSWERS: dict[str, Any] = {
    "GET /api/v1/petrel/statuses/:id/why": Why,
    f"GET {S}": MANY,
    f"GET {S}/:id": ONE,
    f"PUT {S}/:id": Status,
    f"PATCH {S}/:id": Status,
    f"DELETE {S}/:id": DeletedStatus,
    f"GET {S}/:id/context": Seen(Context, PublicContext),
    f"GET {S}/:id/source": StatusSource,
    f"POST {S}/:id/translate": Translation,
    f"GET {S}/:id/history": list[StatusEdit],
    "GET /api/v1/polls/:id": Poll,
    "POST /api/v1/polls/:id/votes": Poll,
    f"PUT {S}/:id/interaction_policy": Status,
    f"PATCH {S}/:id/interaction_policy": Status,
    f"GET {S}/:id/quotes": list[Status],
    f"POST {S}/:id/quotes/:quoting_status_id/revoke": OneOf((Status, Empty)),
    f"GET {S}/:id/favourited_by": list[Account],
    f"GET {S}/:id/reblogged_by": list[Account],
    **{f"POST {S}/:id/{prefix}{verb}": Status
       for verb in ("favourite", "reblog", "bookmark", "mute", "pin") for prefix in ("", "un")},
    f"GET {T}/public": MANY,
    f"GET {T}/tag/:hashtag": MANY,
    f"GET {T}/home": list[Status],
    f"GET {T}/list/:list_id": list[Status],
    "GET /api/v1/accounts/:id/statuses": MANY,
    "GET /api/v1/favourites": list[Status],
    "GET /api/v1/bookmarks": list[Status],
}
