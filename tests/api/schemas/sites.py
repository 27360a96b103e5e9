"""What the client API says of apps and of the site itself; read as `entities.py` says."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from tests.api.entities import Account, Count, Entity, Id, Url


class Application(Entity):
    id: Id
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application):
    client_id: str
    client_secret: str
    client_secret_expires_at: Literal[0]


class Token(Entity):
    access_token: str
    token_type: Literal["Bearer"]
    scope: str
    created_at: Annotated[int, Meta(gt=1_700_000_000)]


class AuthorizationServer(Entity):
    issuer: Url
    authorization_endpoint: Url
    token_endpoint: Url
    revocation_endpoint: Url
    userinfo_endpoint: Url
    app_registration_endpoint: Url
    scopes_supported: list[str]
    response_types_supported: list[Literal["code"]]
    response_modes_supported: list[Literal["query", "fragment", "form_post"]]
    grant_types_supported: list[Literal["authorization_code", "client_credentials"]]
    code_challenge_methods_supported: list[Literal["S256"]]
    token_endpoint_auth_methods_supported: list[Literal["client_secret_basic", "client_secret_post"]]
    service_documentation: Url


class AccountLimits(Entity):
    max_featured_tags: Count
    max_pinned_statuses: Count
    max_profile_fields: Count
    profile_field_name_limit: Count
    profile_field_value_limit: Count
    max_display_name_length: Count
    max_note_length: Count


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


class Configuration(Limits):
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
    id: str
    text: str
    hint: str


class Instance(Entity):
    domain: str
    title: str
    version: str
    source_url: Url
    description: str
    usage: Usage
    thumbnail: Thumbnail
    icon: list[Any]
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
    version: Literal["2.0"]
    software: Software
    protocols: list[Literal["activitypub"]]
    services: Services
    open_registrations: bool
    usage: NodeUsage
    metadata: dict[str, str]
