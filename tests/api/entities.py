"""The schemas of `schemas/` under one name, for tests that take answers apart: `e.read(answer, e.Status)`."""

from tests.api.schemas import decoded, read
from tests.api.schemas.accounts import (
    Account,
    CredentialAccount,
    CustomEmoji,
    FamiliarFollowers,
    Preferences,
    Relationship,
)
from tests.api.schemas.base import Count, Empty, Entity, Html, Id, Time, Url
from tests.api.schemas.belongings import (
    Announcement,
    Conversation,
    FeaturedTag,
    Marker,
    Markers,
    Search,
    Tag,
    UserList,
)
from tests.api.schemas.filters import Filter, FilterKeyword, FilterStatus
from tests.api.schemas.notifications import (
    GroupedNotifications,
    Notification,
    NotificationPolicy,
    NotificationRequest,
    UnreadCount,
)
from tests.api.schemas.statuses import Context, DeletedStatus, PublicStatus, Status, StatusEdit, StatusSource

__all__ = [
    "Account",
    "Announcement",
    "Context",
    "Conversation",
    "Count",
    "CredentialAccount",
    "CustomEmoji",
    "DeletedStatus",
    "Empty",
    "Entity",
    "FamiliarFollowers",
    "FeaturedTag",
    "Filter",
    "FilterKeyword",
    "FilterStatus",
    "GroupedNotifications",
    "Html",
    "Id",
    "Marker",
    "Markers",
    "Notification",
    "NotificationPolicy",
    "NotificationRequest",
    "Preferences",
    "PublicStatus",
    "Relationship",
    "Search",
    "Status",
    "StatusEdit",
    "StatusSource",
    "Tag",
    "Time",
    "UnreadCount",
    "Url",
    "UserList",
    "decoded",
    "read",
]
