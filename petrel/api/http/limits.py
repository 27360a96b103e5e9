"""How often somebody may call, and the headers that tell them.

The figures are the client API's own defaults (source: docs/law API notes, section 5). Windows are fixed and
begin at multiples of their length. Of several limits that apply, the headers show the one with least left.
"""

import ipaddress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple

from msgspec import Struct

from petrel.api.http.auth import Caller
from petrel.api.http.counters import Counters
from petrel.api.http.reply import Header
from petrel.core import clock
from petrel.core.errors import TooMany
from petrel.core.limits import current
from petrel.core.viewer import Member

MINUTE, HOUR, DAY = 60, 3600, 86400


class Limit(Struct, frozen=True):
    """At most `most` calls in `period_s`, for each account, token, network address, or key given by hand."""

    name: str
    most: int
    period_s: int
    per: Literal["user", "token", "ip", "key"]


# "token" is for apps, of which somebody has many. A session is none: our own app asks ten things for each page that is
# opened, and they count with the account.
ALWAYS_MEMBER = (Limit("user", 1500, 5 * MINUTE, "user"), Limit("token", 300, 5 * MINUTE, "token"))
ALWAYS_OTHERS = (Limit("ip", 300, 5 * MINUTE, "ip"),)
PAGING_MEMBER = (Limit("paging", 300, 15 * MINUTE, "user"),)
PAGING_OTHERS = (Limit("paging_ip", 300, 15 * MINUTE, "ip"),)

# What a route adds by its `limit=` word; "default" adds nothing.
EXTRA: dict[str, tuple[Limit, ...]] = {
    "default": (),
    "media": (Limit("media", 30, 30 * MINUTE, "user"),),
    "signup": (Limit("signup", 5, 30 * MINUTE, "ip"),),
    "delete": (Limit("delete", 30, 30 * MINUTE, "user"),),
    "confirmations": (Limit("confirmations", 5, HOUR, "user"),),
    "apps": (Limit("apps", 5, 10 * MINUTE, "ip"),),
    "statuses": (Limit("statuses", 300, 3 * HOUR, "user"),),
    "follows": (Limit("follows", 400, DAY, "user"),),
    "reports": (Limit("reports", 400, DAY, "user"),),
    "collections": (Limit("collections", 20, DAY, "user"),),
    "beacons": (Limit("beacons", 60, 5 * MINUTE, "ip"),),
    "notices": (Limit("notices", 20, HOUR, "ip"),),
    "signin": (Limit("signin", 25, 5 * MINUTE, "ip"),),
}

# Counted by the code that knows the key, such as the sign-in page: `limits.take_key("signin_email", address)`.
BY_KEY = {"signin_email": Limit("signin_email", 25, HOUR, "key"), "reset": Limit("reset", 5, HOUR, "key"),
          "second_step": Limit("second_step", 10, HOUR, "key"),
          "bring": Limit("bring", 10, HOUR, "key")}

_ALWAYS = (ALWAYS_MEMBER, ALWAYS_OTHERS, PAGING_MEMBER, PAGING_OTHERS)
_ALL = (limit for group in (*_ALWAYS, *EXTRA.values(), tuple(BY_KEY.values())) for limit in group)
_KINDS = {limit.name: number for number, limit in enumerate(_ALL, start=1)}


class Rule(NamedTuple):
    """A limit as it is counted: its number in the shared memory, its header made. A tuple: taken apart per call."""

    kind: int
    most: int
    period_s: int
    per: str
    header: Header


def rules_of(limits: tuple[Limit, ...]) -> tuple[Rule, ...]:
    return tuple(
        Rule(_KINDS[x.name], x.most, x.period_s, x.per, (b"x-ratelimit-limit", b"%d" % x.most)) for x in limits
    )


class RouteLimits(Struct, frozen=True):
    """The rules of one route, by who calls and whether they page."""

    member: tuple[Rule, ...]
    member_paging: tuple[Rule, ...]
    others: tuple[Rule, ...]
    others_paging: tuple[Rule, ...]


@lru_cache
def route_limits(word: str) -> RouteLimits | None:
    """None for "none". Errors: KeyError for a word not in the table, at import of the route."""
    if word == "none":
        return None
    extra = EXTRA[word]
    # Somebody without an account is counted by address for what is counted by account otherwise.
    for_others = tuple(Limit(x.name, x.most, x.period_s, "ip") if x.per == "user" else x for x in extra)
    return RouteLimits(
        rules_of(ALWAYS_MEMBER + extra),
        rules_of(ALWAYS_MEMBER + extra + PAGING_MEMBER),
        rules_of(ALWAYS_OTHERS + for_others),
        rules_of(ALWAYS_OTHERS + for_others + PAGING_OTHERS),
    )


class Limits:
    """Made before the web processes fork, so that all count together.

    `on`: whether anything is counted; None asks the site's setting each time, which may change.
    """

    def __init__(self, *, on: bool | None = None, counters: Counters | None = None) -> None:
        self._on = on
        self._counters = counters or Counters()
        self._resets: dict[int, Header] = {}

    @property
    def on(self) -> bool:
        return current().rate_limits if self._on is None else self._on

    def take(
        self, limits: RouteLimits, caller: Caller, ip: str, *, pages: bool
    ) -> tuple[tuple[Header, Header, Header], float]:
        """Counts one call. Returns its three headers, and the seconds to wait when it is one too many, else 0."""
        if type(caller) is Member:
            rules = limits.member_paging if pages else limits.member
        else:
            rules = limits.others_paging if pages else limits.others
        now_ms = clock.now_ms()
        now_s = now_ms // 1000
        count = self._counters.count
        least, tightest, ends_at_s = 1 << 62, rules[0].header, 0
        for kind, most, period_s, per, header in rules:
            if per == "user":
                who = caller.account  # type: ignore[union-attr]
            elif per == "token":
                if caller.is_session:       # type: ignore[union-attr]
                    continue
                who = int.from_bytes(caller.digest[:8])
            else:
                who = address_number(ip)
            ends = now_s - now_s % period_s + period_s
            left = most - count(kind, who, ends)
            if left < least:
                least, tightest, ends_at_s = left, header, ends
        wait_s = ends_at_s - now_ms / 1000 if least < 0 else 0.0
        return (tightest, _remaining(max(0, least)), self._reset(ends_at_s)), wait_s

    def take_key(self, name: str, key: str) -> None:
        """For limits by something only the caller knows, such as an e-mail address. Errors: TooMany."""
        self._take_one(BY_KEY[name], _number(key.strip().casefold().encode()))

    def take_address(self, name: str, ip: str) -> None:
        """For web pages: one of the limits by network address, "signin" or "signup". Errors: TooMany."""
        for limit in EXTRA[name]:
            self._take_one(limit, address_number(ip))

    def take_member(self, name: str, account: int) -> None:
        """For web pages: the limits by account behind a word such as "statuses". Errors: TooMany."""
        for limit in EXTRA[name]:
            self._take_one(limit, account)

    def _take_one(self, limit: Limit, who: int) -> None:
        if not self.on:
            return
        now_s = clock.now_ms() / 1000
        ends = (int(now_s) // limit.period_s + 1) * limit.period_s
        if self._counters.count(_KINDS[limit.name], who, ends) > limit.most:
            raise TooMany(ends - now_s)

    def _reset(self, at_s: int) -> Header:
        header = self._resets.get(at_s)
        if header is None:
            if len(self._resets) > 64:
                self._resets.clear()
            text = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            header = self._resets[at_s] = (b"x-ratelimit-reset", text.encode())
        return header


@lru_cache(maxsize=2048)
def _remaining(left: int) -> Header:
    return (b"x-ratelimit-remaining", b"%d" % left)


def _number(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=8).digest())


@lru_cache(maxsize=8192)
def address_number(ip: str) -> int:
    """An IPv4 address, or the /64 of an IPv6 one: whoever has one address has the whole /64."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return 0
    if address.version == 6:
        if address.ipv4_mapped is None:
            return (int(address) >> 64) | 1 << 65
        address = address.ipv4_mapped
    return int(address)
