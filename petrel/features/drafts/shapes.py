"""Shapes of drafts and scheduled posts."""

from datetime import datetime

import msgspec
from msgspec import Struct

from petrel.core.errors import Invalid
from petrel.features import posts


class Kept(Struct, frozen=True):
    """What is sealed of a draft, as JSON. `refused`: why it could not be published when its time came."""

    draft: posts.Draft
    refused: str = ""

    def encode(self) -> bytes:
        return msgspec.json.encode(self)


class Saved(Struct, frozen=True):
    """A draft as its author sees it. `due_at` None: it is published by nobody but them."""

    id: int
    draft: posts.Draft
    changed_at: datetime
    due_at: datetime | None = None
    app: int | None = None
    refused: str = ""


class TooSoon(Invalid):
    """Validation failed: Scheduled at must be at least 5 minutes in the future"""


class TooManyThatDay(Invalid):
    """Validation failed: You have exceeded the limit of 25 scheduled posts for that day"""


class TooManyInAll(Invalid):
    """Validation failed: You have exceeded the limit of 300 scheduled posts"""


class TooManyDrafts(Invalid):
    """Validation failed: You have reached the maximum number of 100 drafts"""


class TooLongDraft(Invalid):
    """Validation failed: A draft can have at most 20000 characters"""
