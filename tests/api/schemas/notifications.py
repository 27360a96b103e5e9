"""What a member is told of, and whom they want to hear from."""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from tests.api.schemas.accounts import Account, AccountWarning, PartialAccount
from tests.api.schemas.base import Count, Digits, Empty, Entity, Id, Text, Time
from tests.api.schemas.collections import Collection
from tests.api.schemas.statuses import Status

NotificationType = Literal["mention", "status", "reblog", "follow", "follow_request", "favourite", "update",
                           "moderation_warning", "poll", "quote", "quoted_update", "added_to_collection",
                           "collection_update"]
Step = Literal["accept", "filter", "drop"]


class NotificationFallback(Entity):
    title: Text
    summary: Text | None
    details: Text | None


class Notification(Entity):
    """`fallback` of a type that the app does not know, where it said which it does."""

    id: Id
    type: NotificationType
    group_key: str
    created_at: Time
    account: Account
    status: Status | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET


class NotificationGroup(Entity):
    group_key: str
    notifications_count: Count
    type: NotificationType
    most_recent_notification_id: int
    page_min_id: Id
    page_max_id: Id
    latest_page_notification_at: Time
    sample_account_ids: list[Id]
    status_id: Id | None
    moderation_warning: AccountWarning | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET


class GroupedNotifications(Entity, kw_only=True):
    """`partial_accounts` when they are asked for."""

    accounts: list[Account]
    partial_accounts: list[PartialAccount] | UnsetType = UNSET
    statuses: list[Status]
    notification_groups: list[NotificationGroup]


class UnreadCount(Entity):
    count: Count


class PolicySummary(Entity):
    pending_requests_count: Count
    pending_notifications_count: Count


class NotificationPolicy(Entity):
    for_not_following: Step
    for_not_followers: Step
    for_new_accounts: Step
    for_private_mentions: Step
    for_limited_accounts: Step
    summary: PolicySummary


class FirstPolicy(Entity):
    """As version 1 has it."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: PolicySummary


class NotificationRequest(Entity):
    id: Id
    created_at: Time
    updated_at: Time
    notifications_count: Digits
    account: Account
    last_status: Status | None


class Merged(Entity):
    merged: bool


V1, V2 = "/api/v1/notifications", "/api/v2/notifications"
ANSWERS: dict[str, Any] = {
    f"GET {V1}": list[Notification],
    f"GET {V1}/:id": Notification,
    f"GET {V1}/unread_count": UnreadCount,
    f"POST {V1}/clear": Empty,
    f"POST {V1}/:id/dismiss": Empty,
    f"GET {V2}": GroupedNotifications,
    f"GET {V2}/:group_key": GroupedNotifications,
    f"GET {V2}/:group_key/accounts": list[Account],
    f"POST {V2}/:group_key/dismiss": Empty,
    f"GET {V2}/unread_count": UnreadCount,
    f"POST {V2}/clear": Empty,
    **{f"{method} {V2}/policy": NotificationPolicy for method in ("GET", "PATCH", "PUT")},
    **{f"{method} {V1}/policy": FirstPolicy for method in ("GET", "PATCH", "PUT")},
    f"GET {V1}/requests": list[NotificationRequest],
    f"GET {V1}/requests/:id": NotificationRequest,
    f"GET {V1}/requests/merged": Merged,
    **{f"POST {V1}/requests/{which}{verb}": Empty for which in ("", ":id/") for verb in ("accept", "dismiss")},
}
