"""When a certificate is renewed and tried again, over months that pass in no time."""

from datetime import UTC, datetime, timedelta

import pytest

from petrel.ops.certificates.rules import again_s, findings, is_due, renew_at
from petrel.ops.certificates.shapes import Census, Certificate, Seen, State
from petrel.outside.acme import Window

BEGIN = datetime(2028, 1, 20, 11, 30, tzinfo=UTC)       # a leap day follows
DAY = timedelta(days=1)
NAMES = ("petrel.test",)


def certificate(begin: datetime, days: float, mark: str = "80000000" * 8) -> Certificate:
    return Certificate(fingerprint=mark, names=NAMES, not_before=begin, not_after=begin + days * DAY, issuer="CN=t")


def least_left_s(days: float, down_from: float, down_days: float, months: int = 4) -> float:
    """The least time that was ever left of the certificate served, with the issuer down for so long."""
    now, live, state = BEGIN, certificate(BEGIN, days), State()
    down = (BEGIN + down_from * DAY, BEGIN + (down_from + down_days) * DAY)
    least = live.left_s(now)
    while now < BEGIN + months * 30 * DAY:
        least = min(least, live.left_s(now))
        if is_due(live, NAMES, state, now):
            if down[0] <= now < down[1]:
                failures = state.failures + 1
                state = State(failures=failures, next_try_at=now + timedelta(seconds=again_s(failures, live, now)))
            else:
                live, state = certificate(now, days), State()
        now += timedelta(minutes=30)
    return least


@pytest.mark.parametrize("days", [90, 47])
def test_an_issuer_that_is_down_for_a_fortnight_lets_nothing_lapse(days: float) -> None:
    """Whenever it goes down: one of 47 days is renewed with 15.7 days left."""
    worst = min(least_left_s(days, down_from, 14) for down_from in range(0, days, 3))
    assert worst > 86_400


def test_without_trouble_a_third_is_always_left() -> None:
    assert least_left_s(90, 0, 0) > 29.9 * 86_400
    assert least_left_s(6, 0, 0) > 1.9 * 86_400


def test_tries_become_rarer_and_then_frequent_again_when_time_runs_out() -> None:
    live = certificate(BEGIN, 90)
    due = renew_at(live, None)
    assert due == live.not_after - 30 * DAY
    assert [again_s(n, live, due) for n in (1, 2, 3, 4, 5, 9)] == [60, 240, 960, 3840, 15_360, 21_600]
    assert again_s(9, live, live.not_after - DAY) == pytest.approx(86_400 / 50)
    assert again_s(9, live, live.not_after + DAY) == 900        # lapsed: every quarter of an hour, not every second
    assert again_s(1, None, BEGIN) == 60


def test_the_issuers_wish_counts_unless_it_is_imprudent() -> None:
    live = certificate(BEGIN, 90)
    soon = Window(BEGIN + 2 * DAY, BEGIN + 4 * DAY, BEGIN)
    assert renew_at(live, soon) == BEGIN + 3 * DAY              # the middle is this certificate's own point
    assert renew_at(certificate(BEGIN, 90, mark="00" * 32), soon) == soon.start
    late = Window(live.not_after - 2 * DAY, live.not_after - DAY, BEGIN)
    assert renew_at(live, late) == live.not_after - 30 * DAY


def test_a_wish_about_another_certificate_and_a_name_more() -> None:
    live = certificate(BEGIN, 90)
    past = Window(BEGIN - 2 * DAY, BEGIN - DAY, BEGIN)
    assert not is_due(live, NAMES, State(window=past, window_of="another"), BEGIN)
    assert is_due(live, NAMES, State(window=past, window_of=live.fingerprint), BEGIN)
    assert is_due(live, (*NAMES, "www.petrel.test"), State(), BEGIN)
    assert is_due(None, NAMES, State(), BEGIN)
    assert not is_due(None, NAMES, State(next_try_at=BEGIN + DAY), BEGIN)


def test_what_a_person_has_to_look_at() -> None:
    live, other = certificate(BEGIN, 90), certificate(BEGIN, 365, mark="66" * 32)
    seen = [Seen(address=f"a:{n}", name="petrel.test", certificate=one, is_ours=ours, is_declared=known)
            for n, (one, ours, known) in enumerate([(live, True, True), (other, True, False), (other, False, False)])]
    census = Census(at=BEGIN, seen=tuple(seen), failed=("a:9 (refused)",))
    assert findings(live, Census(at=BEGIN, seen=tuple(seen[:1])), State(), BEGIN) == []
    strange, failed = findings(live, census, State(), BEGIN)
    assert "a:1" in strange.what and "a:9" in failed.what
    lapses, = findings(live, None, State(said=("the issuer is away",)), live.not_after - 14 * DAY)
    assert "lapses at" in lapses.what and "the issuer is away" in lapses.what
    lapsed, = findings(live, None, State(), live.not_after + DAY)
    assert "has lapsed" in lapsed.what
    assert findings(None, None, State(), BEGIN)
