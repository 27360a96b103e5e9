"""What belongs to a member: lists, tags, places of reading, conversations; what is searched; what all are told."""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from tests.api.schemas.accounts import Account, CustomEmoji, SourceField
from tests.api.schemas.base import Count, Day, Digits, Empty, Entity, Html, Id, Seen, Text, Time, Url
from tests.api.schemas.statuses import Mention, PublicStatus, Status, StatusTag


class UserList(Entity):
    id: Id
    title: str
    replies_policy: Literal["followed", "list", "none"]
    exclusive: bool


class BookmarkFolder(Entity):
    """An entity of ours. source: docs/own-api.md."""

    id: Id
    name: str


class TagDay(Entity):
    """How a tag was used in a day, which is told in seconds since 1970. All are text."""

    day: Digits
    uses: Digits
    accounts: Digits


class PublicTag(Entity):
    id: str
    name: str
    url: Url
    history: list[TagDay]


class Tag(PublicTag):
    following: bool
    featuring: bool


class FeaturedTag(Entity):
    id: Id
    name: str
    url: Url
    statuses_count: Digits
    last_status_at: Day | None


class PublicSearch(Entity, kw_only=True):
    """Posts only where their address was asked for."""

    accounts: list[Account]
    statuses: list[PublicStatus]
    hashtags: list[PublicTag]


class Search(PublicSearch, kw_only=True):
    statuses: list[Status]
    hashtags: list[Tag]


class Marker(Entity):
    last_read_id: Id
    version: Count
    updated_at: Time


class Markers(Entity):
    home: Marker | UnsetType = UNSET
    notifications: Marker | UnsetType = UNSET


class UnreadTalks(Entity):
    """An entity of ours. source: docs/own-api.md."""

    count: Count


class Conversation(Entity):
    id: Id
    unread: bool
    accounts: list[Account]
    last_status: Status | None


class Reaction(Entity):
    """`me` for whoever is signed in; addresses for the site's own pictures."""

    name: str
    count: Count
    me: bool
    url: Url | UnsetType = UNSET
    static_url: Url | UnsetType = UNSET


class NamedAccount(Entity):
    id: Id
    username: str
    url: Url
    acct: str


class NamedStatus(Entity):
    id: Id
    url: Url


class Announcement(Entity):
    id: Id
    content: Html
    starts_at: Time | None
    ends_at: Time | None
    all_day: bool
    published: bool
    published_at: Time
    updated_at: Time
    read: bool
    mentions: list[Mention]
    statuses: list[NamedStatus]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]


class DomainTies(Entity):
    following_count: Count
    followers_count: Count


class AsyncRefresh(Entity):
    id: Text
    status: Literal["running", "finished"]
    result_count: Count | None


class AsyncRefreshAnswer(Entity):
    async_refresh: AsyncRefresh


class Profile(Entity):
    """One's own, as it was typed. Pictures are null where none was uploaded."""

    id: Id
    display_name: str
    note: str
    fields: list[SourceField]
    avatar: Url | None
    avatar_static: Url | None
    avatar_description: str
    header: Url | None
    header_static: Url | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[FeaturedTag]


F = "/api/v1/petrel/bookmark_folders"
ANSWERS: dict[str, Any] = {
    f"GET {F}": list[BookmarkFolder],
    f"POST {F}": BookmarkFolder,
    **{f"{method} {F}/:id": BookmarkFolder for method in ("GET", "PUT", "PATCH")},
    f"DELETE {F}/:id": Empty,
    **{f"{method} {F}/:id/statuses": Empty for method in ("POST", "DELETE")},
    **{f"{method} /api/v1/profile": Profile for method in ("GET", "PUT", "PATCH")},
    "GET /api/v1/lists": list[UserList],
    "POST /api/v1/lists": UserList,
    "GET /api/v1/lists/:id": UserList,
    "PUT /api/v1/lists/:id": UserList,
    "PATCH /api/v1/lists/:id": UserList,
    "DELETE /api/v1/lists/:id": Empty,
    "GET /api/v1/lists/:id/accounts": list[Account],
    "POST /api/v1/lists/:id/accounts": Empty,
    "DELETE /api/v1/lists/:id/accounts": Empty,
    "GET /api/v1/accounts/:id/lists": list[UserList],
    "GET /api/v1/tags/:name": Seen(Tag, PublicTag),
    **{f"POST /api/v1/tags/:name/{verb}": Tag for verb in ("follow", "unfollow", "feature", "unfeature")},
    "GET /api/v1/followed_tags": list[Tag],
    "GET /api/v1/featured_tags": list[FeaturedTag],
    "POST /api/v1/featured_tags": FeaturedTag,
    "DELETE /api/v1/featured_tags/:id": Empty,
    "GET /api/v1/accounts/:id/featured_tags": list[FeaturedTag],
    "GET /api/v2/search": Seen(Search, PublicSearch),
    "GET /api/v1/markers": Markers,
    "POST /api/v1/markers": Markers,
    "GET /api/v1/conversations": list[Conversation],
    "GET /api/v1/petrel/conversations/unread_count": UnreadTalks,
    "POST /api/v1/conversations/:id/read": Conversation,
    "POST /api/v1/conversations/:id/unread": Conversation,
    "DELETE /api/v1/conversations/:id": Empty,
    "GET /api/v1/domain_blocks": list[Text],
    "POST /api/v1/domain_blocks": Empty,
    "DELETE /api/v1/domain_blocks": Empty,
    "GET /api/v1/domain_blocks/preview": DomainTies,
    "GET /api/v1/featured_tags/suggestions": list[Tag],
    "GET /api/v1_alpha/async_refreshes/:id": AsyncRefreshAnswer,
    "PUT /api/v1/announcements/:id/reactions/:name": Empty,
    "DELETE /api/v1/announcements/:id/reactions/:name": Empty,
    "GET /api/v1/announcements": list[Announcement],
    "POST /api/v1/announcements/:id/dismiss": Empty,
}
