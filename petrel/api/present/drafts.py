"""Drafts and scheduled posts as apps see them: what was asked for, not yet a Status."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct

from petrel.api.present import attachments
from petrel.api.present.rendered import rfc3339
from petrel.core.doors import Reader
from petrel.core.errors import Invalid
from petrel.features import drafts, media
from petrel.features.posts import Audience, Draft

VISIBILITY = {Audience.PUBLIC: "public", Audience.UNLISTED: "unlisted", Audience.FOLLOWERS: "private",
              Audience.DIRECT: "direct"}


class PollParams(Struct):
    options: list[str]
    expires_in: int | None
    multiple: bool
    hide_totals: bool


class Params(Struct):
    """`scheduled_at` is always null here: that API has it beside."""

    text: str
    spoiler_text: str
    sensitive: bool
    visibility: str | None
    in_reply_to_id: str | None
    language: str | None
    application_id: str | None
    media_ids: list[str] | None = None
    poll: PollParams | None = None
    quoted_status_id: str | None = None
    quote_approval_policy: str | None = None
    reply_policy: str = "everyone"
    scheduled_at: str | None = None
    idempotency: str | None = None
    with_rate_limit: bool = False
    allowed_mentions: list[str] | None = None


class ScheduledStatus(Struct):
    id: str
    scheduled_at: str
    params: Params
    media_attachments: list[attachments.Entity] = []


class SavedDraft(Struct):
    """An entity of ours. `refused`: why it could not be published when its time came, for one that had a time."""

    id: str
    updated_at: str
    refused: str | None
    params: Params
    media_attachments: list[attachments.Entity] = []


def _params(draft: Draft, app: int | None) -> Params:
    poll = draft.poll
    return Params(
        text=draft.text,
        spoiler_text=draft.spoiler,
        sensitive=draft.is_sensitive,
        visibility=None if draft.audience is None else VISIBILITY[draft.audience],
        in_reply_to_id=str(draft.reply_to) if draft.reply_to else None,
        language=draft.language,
        application_id=str(app) if app else None,
        media_ids=[str(number) for number in draft.media] or None,
        quoted_status_id=str(draft.quote_of) if draft.quote_of else None,
        quote_approval_policy=None if draft.quote_policy is None else draft.quote_policy.name.lower(),
        reply_policy=draft.reply_policy.name.lower(),
        allowed_mentions=None if draft.among is None else [str(number) for number in draft.among],
        poll=None if poll is None else PollParams(list(poll.options), poll.expires_in_s, poll.is_multiple,
                                                  poll.hides_totals),
    )


async def _files(r: Reader, found: Sequence[drafts.Saved]) -> dict[int, attachments.Entity]:
    """The files of these drafts that are there still, by their numbers; one query, none for none."""
    wanted = list(dict.fromkeys(number for one in found for number in one.draft.media))
    uploads = await media.own(r, wanted) if wanted else []
    return {one.id: await attachments.own(one, r.digest) for one in uploads}


async def scheduled(r: Reader, found: Sequence[drafts.Saved]) -> list[ScheduledStatus]:
    files = await _files(r, found)
    return [ScheduledStatus(str(one.id), rfc3339(one.due_at or one.changed_at), _params(one.draft, one.app),
                            [files[n] for n in one.draft.media if n in files]) for one in found]


async def saved(r: Reader, found: Sequence[drafts.Saved]) -> list[SavedDraft]:
    files = await _files(r, found)
    return [SavedDraft(str(one.id), rfc3339(one.changed_at), one.refused or None, _params(one.draft, one.app),
                       [files[n] for n in one.draft.media if n in files]) for one in found]


def moment(typed: str) -> datetime:
    """A time as ISO 8601 or as mail has it; without an offset in UTC. Errors: Invalid, "Record invalid"."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(typed.strip())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            pass
    raise Invalid
