"""What is written and not published yet: scheduled posts, and drafts, which are our own."""

from typing import Any, Literal

from tests.api.schemas.base import Empty, Entity, Id, OneOf, Time
from tests.api.schemas.statuses import MediaAttachment, Status, Visibility


class PollParams(Entity):
    options: list[str]
    expires_in: int | None
    multiple: bool
    hide_totals: bool


class Params(Entity):
    """As they were sent. `scheduled_at` is always null: it stands beside."""

    text: str
    spoiler_text: str
    sensitive: bool
    visibility: Visibility | None
    in_reply_to_id: Id | None
    language: str | None
    application_id: Id | None
    media_ids: list[Id] | None
    poll: PollParams | None
    quoted_status_id: Id | None
    quote_approval_policy: Literal["public", "followers", "nobody"] | None
    reply_policy: Literal["everyone", "followers", "mentioned"]
    scheduled_at: None
    idempotency: str | None
    with_rate_limit: bool
    allowed_mentions: list[Id] | None


class ScheduledStatus(Entity):
    id: Id
    scheduled_at: Time
    params: Params
    media_attachments: list[MediaAttachment]


class SavedDraft(Entity):
    """An entity of ours. source: docs/own-api.md."""

    id: Id
    updated_at: Time
    refused: str | None
    params: Params
    media_attachments: list[MediaAttachment]


S, D = "/api/v1/scheduled_statuses", "/api/v1/petrel/drafts"
ANSWERS: dict[str, Any] = {
    f"GET {S}": list[ScheduledStatus],
    **{f"{method} {S}/:id": ScheduledStatus for method in ("GET", "PUT", "PATCH")},
    f"DELETE {S}/:id": Empty,
    "POST /api/v1/statuses": OneOf((Status, ScheduledStatus)),
    f"GET {D}": list[SavedDraft],
    f"POST {D}": SavedDraft,
    **{f"{method} {D}/:id": SavedDraft for method in ("GET", "PUT", "PATCH")},
    f"DELETE {D}/:id": Empty,
}
