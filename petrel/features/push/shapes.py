"""Shapes of push."""

from enum import IntEnum

from msgspec import Struct

ALERTS = ("mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote",
          "quoted_update", "admin.sign_up", "admin.report")
"""What an app can ask to hear of, by the names of the client API. The place of each is its stored bit: add at the
end only. Kinds of notifications that are none of these are not pushed."""


class Policy(IntEnum):
    """Of whom; stored numbers."""

    ALL = 0
    FOLLOWED = 1
    FOLLOWER = 2
    NONE = 3


class Way(Struct, frozen=True):
    """Where messages go, and who can read them: the service's address, the app's public key and secret, both in base64
    as the app gave them. `standard`: RFC 8291, else the draft before it. `locale`: which language the app asked in, for
    who has chosen none. Sealed as JSON under the account's key."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool = False
    locale: str = ""


class Subscription(Struct, frozen=True):
    """What an app has asked for. `alerts`: bits in the order of ALERTS."""

    token: int
    way: Way
    alerts: int
    policy: Policy

    @property
    def number(self) -> int:
        """Names it towards apps, some of which keep 31 bits. Nothing is found by it: each token has one."""
        return self.token >> 16 & 0x7FFFFFFF


class Due(Struct, frozen=True):
    """One notification to one app. `digest` is that of the app's token: what it may be shown, the law says."""

    account: int
    token: int
    digest: bytes
    scopes: frozenset[str]
    way: Way
    locale: str
    id: int
    kind: int
    actor: int
    post: int


class Payload(Struct, frozen=True):
    """What an app is told, as the client API has it. `access_token` is always empty: tokens are kept as digests, and
    none is sent through a third party. source: decision 0042."""

    access_token: str
    preferred_locale: str
    notification_id: int
    notification_type: str
    icon: str
    title: str
    body: str


def bit_of(alert: str) -> int:
    """0 for what is no alert."""
    return 1 << ALERTS.index(alert) if alert in ALERTS else 0
