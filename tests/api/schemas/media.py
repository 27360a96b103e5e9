"""Uploads, and the files themselves."""

from typing import Any

from tests.api.schemas.base import Count, Empty, Entity, Id, Other
from tests.api.schemas.statuses import MediaAttachment


class Coming(Entity):
    """An entity of ours. source: docs/own-api.md."""

    id: Id
    offset: Count
    size: Count


M = "/api/v1/media"
ANSWERS: dict[str, Any] = {
    **{f"POST {path}": {200: MediaAttachment, 202: MediaAttachment} for path in (M, "/api/v2/media")},
    **{f"{method} {M}/:id": {200: MediaAttachment, 206: MediaAttachment} for method in ("GET", "PUT")},
    f"DELETE {M}/:id": Empty,
    "POST /api/v1/petrel/uploads": Coming,
    "GET /api/v1/petrel/uploads/:id": Coming,
    "PATCH /api/v1/petrel/uploads/:id": Coming,
    # Of any kind, whole or in part, or only that it is as it was.
    "GET /media/:id/:name": {200: Other(""), 206: Other(""), 304: Other(""), 416: Other("")},
}
