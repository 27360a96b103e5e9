"""Rate limits: what they allow, what their headers say, and that processes count together."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from petrel.api.http.counters import Counters
from petrel.api.http.limits import Limits, address_number
from petrel.api.http.wiring import client_address, proxies
from petrel.core import clock
from petrel.core.errors import Invalid, TooMany

START = datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[None]:
    clock.freeze(START)
    yield
    clock.freeze(None)


@pytest.fixture
def limited(make_gate: Callable[..., Any]) -> Any:
    return make_gate(limits=Limits(on=True))


def test_headers_tell_what_is_left_of_the_tightest_limit(ask: Callable[..., Any], limited: Any) -> None:
    answer = ask("GET", "/api/v1/things", gate=limited, as_="reader")
    assert answer.headers["x-ratelimit-limit"] == "300"
    assert answer.headers["x-ratelimit-remaining"] == "299"
    assert answer.headers["x-ratelimit-reset"] == "2026-11-20T12:05:00.000000Z"
    tight = ask("DELETE", "/api/v1/things/1", gate=limited, as_="full")
    assert tight.headers["x-ratelimit-limit"] == "30"
    assert tight.headers["x-ratelimit-reset"] == "2026-11-20T12:30:00.000000Z"


def test_errors_carry_the_headers_too(ask: Callable[..., Any], limited: Any) -> None:
    assert ask("DELETE", "/api/v1/things/1", gate=limited, as_="nobody").headers["x-ratelimit-limit"] == "30"
    assert ask("GET", "/api/v1/things/2", gate=limited).headers["x-ratelimit-remaining"] == "298"


def test_one_too_many_is_refused_until_the_window_ends(ask: Callable[..., Any], limited: Any) -> None:
    for _ in range(30):
        assert ask("DELETE", "/api/v1/things/1", gate=limited, as_="full").status == 200
    refused = ask("DELETE", "/api/v1/things/1", gate=limited, as_="full")
    assert (refused.status, refused.error) == (429, "Too many requests")
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["retry-after"] == "1799"
    assert ask("GET", "/api/v1/things", gate=limited, as_="full").status == 200
    clock.freeze(START + timedelta(minutes=30))
    assert ask("DELETE", "/api/v1/things/1", gate=limited, as_="full").status == 200


def test_guessing_tokens_uses_up_the_guessers_limit(ask: Callable[..., Any], limited: Any) -> None:
    statuses = [ask("GET", "/api/v1/whoami", gate=limited, as_=f"guess{n}").status for n in range(301)]
    assert statuses == [401] * 300 + [429]
    assert ask("GET", "/api/v1/whoami", gate=limited, as_="full").status == 200
    elsewhere = ask("GET", "/api/v1/whoami", gate=limited, as_="guess", client=("192.0.2.8", 1))
    assert elsewhere.status == 401


def test_paging_has_a_limit_of_its_own(ask: Callable[..., Any], limited: Any) -> None:
    ask("GET", "/api/v1/things?max_id=5", gate=limited, as_="full")
    clock.freeze(START + timedelta(minutes=5))
    assert ask("GET", "/api/v1/things?max_id=5", gate=limited, as_="full").headers["x-ratelimit-remaining"] == "298"
    assert ask("GET", "/api/v1/things", gate=limited, as_="full").headers["x-ratelimit-remaining"] == "298"


def test_switched_off_nothing_is_counted_and_nothing_claimed(ask: Callable[..., Any], make_gate: Any) -> None:
    gate = make_gate(limits=Limits(on=False))
    answers = [ask("DELETE", "/api/v1/things/1", gate=gate, as_="full") for _ in range(40)]
    assert {answer.status for answer in answers} == {200}
    assert "x-ratelimit-limit" not in answers[0].headers


def test_limits_by_hand_for_pages() -> None:
    limits = Limits(on=True)
    for _ in range(25):
        limits.take_key("signin_email", "Ann@Example.org ")
        limits.take_address("signin", "192.0.2.1")
    with pytest.raises(TooMany) as refused:
        limits.take_key("signin_email", "ann@example.org")
    assert refused.value.retry_after_s == 3599
    with pytest.raises(TooMany):
        limits.take_address("signin", "192.0.2.1")
    limits.take_address("signin", "192.0.2.2")


def test_addresses_of_one_network_count_as_one() -> None:
    assert address_number("2001:db8::1") == address_number("2001:db8::ffff:2")
    assert address_number("2001:db8:0:1::1") != address_number("2001:db8::1")
    assert address_number("::ffff:192.0.2.1") == address_number("192.0.2.1")
    assert address_number("nonsense") == address_number("")


def test_forwarded_addresses_count_only_from_our_own_proxies(ask: Callable[..., Any], make_gate: Any) -> None:
    gate = make_gate(settings={"trusted_proxies": proxies("10.0.0.1, 10.0.0.2")})
    forged = {"x-forwarded-for": "6.6.6.6, 203.0.113.5, 10.0.0.2"}

    def seen(client: tuple[str, int] | None) -> str:
        found = ask("GET", "/api/v1/whoami", gate=gate, as_="full", headers=forged, client=client).json["ip"]
        return str(found)

    assert seen(("10.0.0.1", 1)) == "203.0.113.5"
    assert seen(None) == "203.0.113.5"
    assert seen(("198.51.100.1", 1)) == "198.51.100.1"


@pytest.mark.parametrize(("peer", "said", "seen"), [
    ("10.1.2.3", "198.51.100.7", "198.51.100.7"),               # by a network
    ("::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"),        # a socket for both families says it so
    ("10.1.2.3", "203.0.113.9, 198.51.100.7:5123", "198.51.100.7"),
    ("10.1.2.3", "[2001:db8:9::1]:443", "2001:db8:9::1"),
    ("10.1.2.3", "198.51.100.7, <script>", "10.1.2.3"),         # what is no address is nobody's
    ("10.1.2.3", "198.51.100.7, , 2001:db8::5", "2001:db8::5"),
    ("203.0.113.5", "198.51.100.7", "203.0.113.5"),             # no proxy of ours: it may say what it likes
    ("2001:db9::1", "198.51.100.7", "2001:db9::1"),
])
def test_who_called_is_found_behind_networks_of_proxies(peer: str, said: str, seen: str) -> None:
    assert client_address((peer, 1), said.encode(), proxies("10.0.0.0/8, 2001:db8::/64")) == seen


def test_a_list_of_proxies_that_is_none_is_refused_by_name() -> None:
    for wrong in ("10.0.0.0/99", "10.1.2.3/8", "proxy.example", "10.0.0.1 10.0.0.2"):
        with pytest.raises(Invalid, match="trusted_proxies"):
            proxies(wrong)


def test_forked_processes_count_together() -> None:
    counters = Counters(1 << 10)
    children = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            for _ in range(50):
                counters.count(1, 12345, 1_800_000_000)
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    assert 50 < counters.count(1, 12345, 1_800_000_000) <= 201


def test_a_full_table_forgets_rather_than_refuses() -> None:
    """Never more than the truth, however many others there are; and exact while there is room."""
    roomy, small = Counters(1 << 16), Counters(1 << 6)
    truth: dict[int, int] = {}
    chance = random.Random(7)  # noqa: S311
    for _ in range(5000):
        who = int(chance.paretovariate(0.5)) % 2000
        truth[who] = truth.get(who, 0) + 1
        assert roomy.count(1, who, 1_800_000_000) == truth[who]
        assert small.count(1, who, 1_800_000_000) <= truth[who]


def test_a_window_that_ended_makes_room_first() -> None:
    counters = Counters(4)
    for who in range(3):
        counters.count(1, who, 1_800_000_300)
    counters.count(1, 99, 1_800_000_000)
    counters.count(1, 100, 1_800_000_300)
    assert [counters.count(1, who, 1_800_000_300) for who in (0, 1, 2, 100)] == [2, 2, 2, 2]
