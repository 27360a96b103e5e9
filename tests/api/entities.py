"""The entities of the client API as its documentation has them: every field that must be there, every one that may be.

`read(answer, list[Status])` takes a whole answer apart and fails at the first field that is missing, unknown, or of
another kind. Optional ones are `| UnsetType`: there only for some viewers, or only in some places.
source: docs/law/mastodon_api.json names the operations; field sets as documented for release 4.6 of that API.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Id = Annotated[str, Meta(pattern=r"^[0-9]{1,19}$")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Url = Annotated[str, Meta(pattern=r"^https?://[^ ]+$")]
Html = Annotated[str, Meta(pattern=r"^(<p>(.|\n)*</p>)?$")]
Count = Annotated[int, Meta(ge=0)]
Visibility = Literal["public", "unlisted", "private", "direct"]

Kind = TypeVar("Kind")


def read(answer: Any, kind: type[Kind]) -> Kind:
    """The answer as this kind. It must be a good one, and JSON."""
    assert answer.status == 200, (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/json; charset=utf-8", answer.headers
    return msgspec.json.decode(answer.body, type=kind)


class Entity(Struct, forbid_unknown_fields=True):
    pass


class CustomEmoji(Entity):
    shortcode: str
    url: Url
    static_url: Url
    visible_in_picker: bool
    category: str | UnsetType | None = UNSET


class Field(Entity):
    name: str
    value: Html
    verified_at: Time | None


class Account(Entity, kw_only=True):
    id: Id
    username: str
    acct: str
    url: Url
    uri: Url
    display_name: str
    note: Html
    avatar: Url
    avatar_static: Url
    header: Url
    header_static: Url
    locked: bool
    fields: list[Field]
    emojis: list[CustomEmoji]
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    hide_collections: bool | None
    noindex: bool | UnsetType | None = UNSET
    roles: list[Any]
    created_at: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT00:00:00\.000Z$")]
    last_status_at: Day | None
    statuses_count: Count
    followers_count: Count
    following_count: Count
    suspended: bool | UnsetType = UNSET
    limited: bool | UnsetType = UNSET


class SourceField(Entity):
    name: str
    value: str
    verified_at: Time | None


class AccountSource(Entity):
    privacy: Literal["public", "unlisted", "private"]
    sensitive: bool
    language: str | None
    note: str
    fields: list[SourceField]
    follow_requests_count: Count
    discoverable: bool | None
    indexable: bool
    hide_collections: bool | None
    attribution_domains: list[str]
    quote_policy: Literal["public", "followers", "nobody"]


class Role(Entity):
    id: str
    name: str
    color: str
    permissions: str
    highlighted: bool


class CredentialAccount(Account, kw_only=True):
    source: AccountSource
    role: Role


class Mention(Entity):
    id: Id
    username: str
    url: Url
    acct: str


class StatusTag(Entity):
    name: str
    url: Url


class FilterKeyword(Entity):
    id: Id
    keyword: str
    whole_word: bool


class FilterStatus(Entity):
    id: Id
    status_id: Id


class NamedFilter(Entity):
    id: Id
    title: str
    context: list[Literal["home", "notifications", "public", "thread", "account"]]
    expires_at: Time | None
    filter_action: Literal["warn", "hide", "blur"]


class Filter(NamedFilter):
    keywords: list[FilterKeyword]
    statuses: list[FilterStatus]


class FilterResult(Entity):
    filter: NamedFilter
    keyword_matches: list[str] | None
    status_matches: list[Id] | None


class PublicStatus(Entity):
    """As anybody gets it."""

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
    media_attachments: list[Any]
    application: dict[str, Any] | None
    mentions: list[Mention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    replies_count: Count
    reblogs_count: Count
    favourites_count: Count
    quotes_count: Count
    in_reply_to_id: Id | None
    in_reply_to_account_id: Id | None
    poll: None
    card: None
    quote: None
    language: str | None
    reblog: "PublicStatus | None"


class Status(PublicStatus, kw_only=True):
    """As a member gets it. `pinned` on one's own."""

    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    pinned: bool | UnsetType = UNSET
    filtered: list[FilterResult]
    reblog: "Status | None"


class DeletedStatus(Status, kw_only=True):
    text: str


class StatusSource(Entity):
    id: Id
    text: str
    spoiler_text: str


class StatusEdit(Entity):
    content: Html
    spoiler_text: str
    sensitive: bool
    created_at: Time
    account: Account
    media_attachments: list[Any]
    emojis: list[CustomEmoji]


class Context(Entity):
    ancestors: list[Status]
    descendants: list[Status]


class Relationship(Entity):
    id: Id
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: Time | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class FamiliarFollowers(Entity):
    id: Id
    accounts: list[Account]


class Tag(Entity):
    id: str
    name: str
    url: Url
    history: list[Any]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET


class FeaturedTag(Entity):
    id: Id
    name: str
    url: Url
    statuses_count: Annotated[str, Meta(pattern=r"^[0-9]+$")]
    last_status_at: Day | None


class Search(Entity):
    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]


class UserList(Entity):
    id: Id
    title: str
    replies_policy: Literal["followed", "list", "none"]
    exclusive: bool


class Marker(Entity):
    last_read_id: Id
    version: Count
    updated_at: Time


class Preferences(Entity, rename=lambda name: name.replace("__", ":")):
    posting__default__visibility: Literal["public", "unlisted", "private"]
    posting__default__sensitive: bool
    posting__default__language: str | None
    reading__expand__media: Literal["default", "show_all", "hide_all"]
    reading__expand__spoilers: bool
    reading__autoplay__gifs: bool


class Announcement(Entity, kw_only=True):
    id: Id
    content: Html
    starts_at: Time | None
    ends_at: Time | None
    all_day: bool
    published: bool
    published_at: Time
    updated_at: Time
    read: bool | UnsetType = UNSET
    mentions: list[Any]
    statuses: list[Any]
    tags: list[Any]
    emojis: list[CustomEmoji]
    reactions: list[Any]


# -- Notifications --------------------------------------------------------------------------------------------------

NotificationType = Literal["mention", "status", "reblog", "follow", "follow_request", "favourite", "update"]


class Notification(Entity):
    id: Id
    type: NotificationType
    group_key: str
    created_at: Time
    account: Account
    status: Status | UnsetType = UNSET


class NotificationGroup(Entity):
    group_key: str
    notifications_count: Count
    type: NotificationType
    most_recent_notification_id: int
    page_min_id: Id
    page_max_id: Id
    latest_page_notification_at: Time
    sample_account_ids: list[Id]
    status_id: Id | None


class GroupedNotifications(Entity, kw_only=True):
    accounts: list[Account]
    partial_accounts: list[Any] | UnsetType = UNSET
    statuses: list[Status]
    notification_groups: list[NotificationGroup]


class UnreadCount(Entity):
    count: Count


class PolicySummary(Entity):
    pending_requests_count: Count
    pending_notifications_count: Count


class NotificationPolicy(Entity):
    for_not_following: Literal["accept", "filter", "drop"]
    for_not_followers: Literal["accept", "filter", "drop"]
    for_new_accounts: Literal["accept", "filter", "drop"]
    for_private_mentions: Literal["accept", "filter", "drop"]
    for_limited_accounts: Literal["accept", "filter", "drop"]
    summary: PolicySummary


class NotificationRequest(Entity):
    id: Id
    created_at: Time
    updated_at: Time
    notifications_count: str
    account: Account
    last_status: Status | None


class Conversation(Entity):
    id: Id
    unread: bool
    accounts: list[Account]
    last_status: Status | None


class Empty(Entity):
    pass
