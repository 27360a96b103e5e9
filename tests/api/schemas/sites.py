"""What the site says of itself."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from tests.api.schemas.accounts import Account
from tests.api.schemas.base import Count, Day, Digits, Entity, Other, Text, Time, Url


class AccountLimits(Entity):
    max_featured_tags: Count
    max_pinned_statuses: Count
    max_profile_fields: Count
    profile_field_name_limit: Count
    profile_field_value_limit: Count
    max_display_name_length: Count
    max_note_length: Count
    max_avatar_description_length: Count
    max_header_description_length: Count


class StatusLimits(Entity):
    max_characters: Annotated[int, Meta(ge=100)]
    max_media_attachments: Count
    characters_reserved_per_url: Literal[23]


class MediaLimits(Entity):
    supported_mime_types: list[str]
    description_limit: Count
    image_size_limit: Count
    image_matrix_limit: Count
    video_size_limit: Count
    video_frame_rate_limit: Count
    video_matrix_limit: Count


class PollLimits(Entity):
    max_options: Count
    max_characters_per_option: Count
    min_expiration: Count
    max_expiration: Count


class Limits(Entity):
    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits


class InstanceUrls(Entity):
    streaming: Annotated[str, Meta(pattern=r"^wss?://")]
    status: Url | None
    about: Url | None
    privacy_policy: Url | None
    terms_of_service: Url | None


class Vapid(Entity):
    public_key: str


class Enabled(Entity):
    enabled: bool


class FeedAccess(Entity):
    local: Literal["public", "authenticated", "disabled"]
    remote: Literal["public", "authenticated", "disabled"]


class TimelinesAccess(Entity):
    live_feeds: FeedAccess
    hashtag_feeds: FeedAccess
    trending_link_feeds: FeedAccess


class Configuration(Limits):
    timelines_access: TimelinesAccess
    urls: InstanceUrls
    vapid: Vapid
    translation: Enabled
    limited_federation: bool


class ActiveUsers(Entity):
    active_month: Count


class Usage(Entity):
    users: ActiveUsers


class Thumbnail(Entity):
    url: Url
    blurhash: str | UnsetType = UNSET
    versions: dict[str, Url] | UnsetType = UNSET


class Registrations(Entity):
    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None
    min_age: int | None
    url: Url | None


class Contact(Entity):
    email: str
    account: Account | None


class Rule(Entity):
    id: Digits
    text: Text
    hint: str


class Icon(Entity):
    src: Url
    size: str


class Instance(Entity):
    domain: str
    title: str
    version: str
    source_url: Url
    description: str
    usage: Usage
    thumbnail: Thumbnail
    icon: list[Icon]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    api_versions: dict[str, int]
    contact: Contact
    rules: list[Rule]


class V1Urls(Entity):
    streaming_api: Annotated[str, Meta(pattern=r"^wss?://")]


class V1Stats(Entity):
    user_count: Count
    status_count: Count
    domain_count: Count


class V1Instance(Entity):
    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: V1Urls
    stats: V1Stats
    thumbnail: Url | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: Limits
    contact_account: Account | None
    rules: list[Rule]


class NodeLink(Entity):
    rel: str
    href: Url


class NodeLinks(Entity):
    links: list[NodeLink]


class Software(Entity):
    name: str
    version: str


class Services(Entity):
    inbound: list[str]
    outbound: list[str]


class NodeUsers(Entity, rename="camel"):
    total: Count
    active_month: Count


class NodeUsage(Entity, rename="camel"):
    users: NodeUsers
    local_posts: Count


class NodeInfo(Entity, rename="camel"):
    version: Literal["2.0", "2.1"]
    software: Software
    protocols: list[Literal["activitypub"]]
    services: Services
    open_registrations: bool
    usage: NodeUsage
    metadata: dict[str, str]


class WrittenText(Entity):
    updated_at: Time
    content: str


class Description(Entity):
    """Empty where nothing was written."""

    updated_at: Time | None
    content: str


class Terms(Entity):
    effective_date: Day
    effective: bool
    content: str
    succeeded_by: Day | None


class PublicBlock(Entity):
    domain: Text
    digest: str
    severity: Literal["silence", "suspend"]
    comment: str


class FingerLink(Entity):
    rel: str
    href: Url
    type: str


class Finger(Entity):
    """source: RFC 7033 section 4.4."""

    subject: Annotated[str, Meta(pattern="^acct:[^@]+@[^@]+$")]
    aliases: list[Url]
    links: list[FingerLink]


class Health(Entity):
    status: Literal["ok", "starting", "failing"]
    canary_age_s: Count | None


class CrewHealth(Entity):
    """`measures`: name, target, value."""

    at: int
    status: Literal["ok", "starting", "failing"]
    canary_age_s: float | None
    canary_said: str
    measured_age_s: float | None
    measures: list[tuple[str, str, float]]
    seen_as: str
    forwarded: str


class Language(Entity):
    code: Annotated[str, Meta(pattern="^[a-z]{2,3}$")]
    name: Text


class Key(Entity, rename="camel"):
    id: Url
    owner: Url
    public_key_pem: Text


class Endpoints(Entity, rename="camel"):
    shared_inbox: Url


class Image(Entity, rename="camel"):
    type: Literal["Image"]
    media_type: Text
    url: Url


class PropertyValue(Entity):
    type: Literal["PropertyValue"]
    name: str
    value: str


class Actor(Entity, rename="camel", kw_only=True):
    """For other servers. Of an account that shows its first line only, the last ones are missing."""

    context: list[Any] = field(name="@context")
    id: Url
    type: Literal["Person", "Service"]
    preferred_username: Text
    name: Text
    url: Url
    inbox: Url
    outbox: Url
    followers: Url
    following: Url
    endpoints: Endpoints
    manually_approves_followers: bool
    icon: Image
    public_key: Key
    summary: str | UnsetType = UNSET
    published: str | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    image: Image | UnsetType = UNSET
    attachment: list[PropertyValue] | UnsetType = UNSET


class Week(Entity):
    """`week`: seconds since 1970, as text."""

    week: Digits
    statuses: Digits
    logins: Digits
    registrations: Digits


S = "/api/v1/instance"
ANSWERS: dict[str, Any] = {
    "GET /api/v2/instance": Instance,
    f"GET {S}": V1Instance,
    f"GET {S}/peers": list[Text],
    f"GET {S}/activity": list[Week],
    f"GET {S}/languages": list[Language],
    f"GET {S}/translation_languages": dict[str, list[str]],
    f"GET {S}/rules": list[Rule],
    f"GET {S}/domain_blocks": list[PublicBlock],
    f"GET {S}/extended_description": Description,
    f"GET {S}/privacy_policy": WrittenText,
    f"GET {S}/terms_of_service": Terms,
    f"GET {S}/terms_of_service/:date": Terms,
    "GET /.well-known/host-meta": Other("application/xrd+xml"),
    "POST /beacon": {204: Other("")},
    "GET /.well-known/nodeinfo": NodeLinks,
    "GET /nodeinfo/2.0": NodeInfo,
    "GET /nodeinfo/2.1": NodeInfo,
    "GET /.well-known/webfinger": Finger,
    "GET /ap/users/:id": Actor,
    "GET /health": {200: Health, 503: Health},
    "GET /health/crew": {200: CrewHealth, 503: CrewHealth},
}
