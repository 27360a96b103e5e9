"""Streams: what opens, and what the payload of each event is."""

from typing import Any

from tests.api.schemas import belongings, notifications, statuses
from tests.api.schemas.base import Other

EVENTS = Other("text/event-stream")
ANSWERS: dict[str, Any] = {f"GET /api/v1/streaming{path}": EVENTS for path in (
    "", "/user", "/user/notification", "/public", "/public/local", "/public/remote", "/hashtag", "/hashtag/local",
    "/list", "/direct")} | {"GET /api/v1/streaming/health": Other("text/plain")}
PAYLOADS: dict[str, Any] = {
    "update": statuses.Status, "status.update": statuses.Status, "notification": notifications.Notification,
    "conversation": belongings.Conversation, "announcement": belongings.Announcement, "delete": int,
    "announcement.reaction": dict[str, Any],
    "announcement.delete": int, "notifications_merged": int}
