"""The AccountWarning entity: the newest decision about the viewer, in a notification."""

from typing import Any

import msgspec
from msgspec import Raw

from petrel.api.present.cards import account
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import Reader
from petrel.features import moderation

ACTIONS = {"warn": "none", "take_down": "delete_statuses", "limit": "silence", "suspend": "suspend"}


async def newest_warning(r: Reader) -> bytes | None:
    """None where nothing stands, or the app may not read it."""
    found = [one for one in await moderation.appeals.own(r) if one.undone_at is None]
    if not found or r.account is None:
        return None
    one = found[0]
    appeal = {"text": one.plea.text, "state": STATES[one.appeal_state]} if one.plea else None
    entity: dict[str, Any] = {
        "id": str(one.id), "action": ACTIONS[one.what], "text": one.text,
        "status_ids": [str(one.post)] if one.post else None, "target_account": Raw(await account(r, r.account)),
        "appeal": appeal, "created_at": rfc3339(one.decided_at)}
    return msgspec.json.encode(entity)


STATES = {"waiting": "pending", "granted": "approved", "refused": "rejected"}
