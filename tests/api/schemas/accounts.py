"""Accounts, and how somebody stands to them."""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from tests.api.schemas.base import Count, Day, Empty, Entity, Html, Id, Midnight, Text, Time, Url

Audience = Literal["public", "unlisted", "private"]


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


class FeatureApproval(Entity):
    automatic: list[Literal["public", "followers"]]
    manual: list[Literal["public", "followers"]]
    current_user: Literal["automatic", "denied"]


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
    avatar_description: str
    header: Url
    header_static: Url
    header_description: str
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    locked: bool
    fields: list[Field]
    emojis: list[CustomEmoji]
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    hide_collections: bool | None
    noindex: bool
    roles: list[Any]
    created_at: Midnight
    last_status_at: Day | None
    statuses_count: Count
    followers_count: Count
    following_count: Count
    feature_approval: FeatureApproval
    suspended: Literal[True] | UnsetType = UNSET
    limited: Literal[True] | UnsetType = UNSET


class SourceField(Entity):
    name: str
    value: str
    verified_at: Time | None


class AccountSource(Entity):
    privacy: Audience
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
    collection_limit: Count


class CredentialAccount(Account, kw_only=True):
    source: AccountSource
    role: Role


class MutedAccount(Account, kw_only=True):
    mute_expires_at: Time | None


class PartialAccount(Entity):
    """PartialAccountWithAvatar."""

    id: Id
    acct: str
    url: Url
    avatar: Url
    avatar_static: Url
    locked: bool
    bot: bool


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


class Preferences(Entity, rename=lambda name: name.replace("__", ":")):
    posting__default__visibility: Audience
    posting__default__sensitive: bool
    posting__default__language: str | None
    posting__default__quote_policy: Literal["public", "followers", "nobody"]
    reading__expand__media: Literal["default", "show_all", "hide_all"]
    reading__expand__spoilers: bool
    reading__autoplay__gifs: bool
    petrel__theme: Literal["light", "dark", "contrast"] | None
    petrel__text_size: Literal["small", "large", "largest"] | None
    petrel__reduce_motion: bool
    petrel__language: Literal["en", "de", "ja"] | None


class Report(Entity):
    id: Id
    action_taken: bool
    action_taken_at: Time | None
    category: Literal["spam", "legal", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: Time
    status_ids: list[Id] | None
    rule_ids: list[Id] | None
    collection_ids: list[Id] | None
    target_account: Account


class AnnualReportState(Entity):
    state: Literal["available", "generating", "eligible", "ineligible"]


class AccountWarning(Entity):
    """What the crew decided about the viewer."""

    class Appeal(Entity):
        text: Text
        state: Literal["pending", "approved", "rejected"]

    id: Id
    action: Literal["none", "disable", "mark_statuses_as_sensitive", "delete_statuses", "sensitive", "silence",
                    "suspend"]
    text: str
    status_ids: list[Id] | None
    target_account: Account
    appeal: Appeal | None
    created_at: Time


A = "/api/v1/accounts"
ANSWERS: dict[str, Any] = {
    "GET /api/v1/custom_emojis": list[CustomEmoji],
    "POST /api/v1/emails/confirmations": Empty,
    "GET /api/v1/annual_reports/:year/state": AnnualReportState,
    "GET /api/v1/emails/check_confirmation": bool,
    f"GET {A}/verify_credentials": CredentialAccount,
    f"PATCH {A}/update_credentials": CredentialAccount,
    **{f"DELETE /api/v1/profile/{which}": CredentialAccount for which in ("avatar", "header")},
    f"GET {A}/:id": Account,
    f"GET {A}": list[Account],
    f"GET {A}/:id/followers": list[Account],
    f"GET {A}/:id/following": list[Account],
    f"GET {A}/:id/endorsements": list[Account],
    f"GET {A}/search": list[Account],
    f"GET {A}/lookup": Account,
    f"GET {A}/relationships": list[Relationship],
    f"GET {A}/familiar_followers": list[FamiliarFollowers],
    **{f"POST {A}/:id/{verb}": Relationship for verb in (
        "follow", "unfollow", "remove_from_followers", "block", "unblock", "mute", "unmute", "pin", "unpin",
        "endorse", "unendorse", "note")},
    "GET /api/v1/endorsements": list[Account],
    "GET /api/v1/blocks": list[Account],
    "GET /api/v1/mutes": list[MutedAccount],
    "GET /api/v1/follow_requests": list[Account],
    "POST /api/v1/follow_requests/:id/authorize": Relationship,
    "POST /api/v1/follow_requests/:id/reject": Relationship,
    "GET /api/v1/preferences": Preferences,
    "POST /api/v1/reports": Report,
}
