from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from petrel.features.relationships import rules
from petrel.features.relationships.shapes import Bit, Pair, Side, Standing

ANN, BEN = 1, 2
STRANGERS = Pair(Side(ANN, BEN), Side(BEN, ANN))
OPEN = Standing(shell=2, is_protected=False, is_remote=False, other_state=0, own_state=0)

TRANSITIONS = [
    lambda p, n: rules.followed(p, n),
    lambda p, n: rules.requested(p, n) if not p.mine.bits & Bit.FOLLOWING else p,
    lambda p, n: rules.unfollowed(p),
    lambda p, n: rules.blocked(p, n),
    lambda p, n: rules.unblocked(p),
    lambda p, n: Pair(rules.muted(p.mine, n, None, notifications=True), p.theirs),
    lambda p, n: Pair(rules.unmuted(p.mine), p.theirs),
    lambda p, n: rules.swapped(p),
]


@given(st.lists(st.sampled_from(TRANSITIONS), max_size=12))
def test_both_sides_always_say_the_same(steps):
    pair = STRANGERS
    for n, step in enumerate(steps, start=1):
        pair = step(pair, n)
    for one, other in ((pair.mine, pair.theirs), (pair.theirs, pair.mine)):
        assert bool(one.bits & Bit.FOLLOWING) == bool(other.bits & Bit.FOLLOWED_BY)
        assert bool(one.bits & Bit.REQUESTED) == bool(other.bits & Bit.REQUESTED_BY)
        assert bool(one.bits & Bit.BLOCKING) == bool(other.bits & Bit.BLOCKED_BY)
        assert one.following_id == other.followed_id
        assert (one.following_id is not None) == bool(one.bits & Bit.FOLLOWING)
        assert (one.requested_by_id is not None) == bool(one.bits & Bit.REQUESTED_BY)
        assert (one.blocking_id is not None) == bool(one.bits & Bit.BLOCKING)
        assert (one.muting_id is not None) == bool(one.bits & Bit.MUTING)


def test_a_block_ends_follows_and_requests_both_ways_but_no_mute():
    pair = rules.followed(STRANGERS, 10)
    pair = rules.swapped(rules.requested(rules.swapped(pair), 11))
    pair = Pair(rules.muted(pair.mine, 12, None, notifications=False), pair.theirs)

    after = rules.blocked(pair, 13)

    assert after.mine.bits == Bit.BLOCKING | Bit.MUTING
    assert after.theirs.bits == Bit.BLOCKED_BY


def test_whoever_must_be_asked_is_asked():
    assert not rules.must_ask(OPEN)
    for change in ({"is_protected": True}, {"is_remote": True}, {"other_state": 8}, {"own_state": 8}):
        assert rules.must_ask(Standing(**{f: getattr(OPEN, f) for f in OPEN.__struct_fields__} | change))


def test_refusals_name_their_reason_for_the_log():
    assert rules.refusal_of_follow(STRANGERS, OPEN) is None
    assert rules.refusal_of_follow(rules.blocked(STRANGERS, 1), OPEN) == "deny.blocking"
    assert rules.refusal_of_follow(rules.swapped(rules.blocked(STRANGERS, 1)), OPEN) == "deny.blocked"


def test_a_timed_mute_ends():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    side = rules.muted(STRANGERS.mine, 1, now + timedelta(hours=1), notifications=True)
    assert rules.is_muting(side, now)
    assert not rules.is_muting(side, now + timedelta(hours=1))


def test_whoever_is_not_muted_is_not():
    assert not rules.is_muting(STRANGERS.mine, datetime(2026, 1, 1, tzinfo=UTC))


def test_wishes_that_come_with_a_follow_are_set_and_taken_back_one_by_one():
    for bit, wanting, not_wanting in ((Bit.WITHOUT_BOOSTS, {"boosts": False}, {"boosts": True}),
                                      (Bit.BELL, {"bell": True}, {"bell": False})):
        for others in (Bit.FOLLOWING, Bit.FOLLOWING | Bit.MUTING):
            for before in (others, others | bit):
                assert rules.flags_of(before, **{"boosts": None, "bell": None} | wanting) == others | bit
                assert rules.flags_of(before, **{"boosts": None, "bell": None} | not_wanting) == others
                assert rules.flags_of(before, None, None) == before


def test_the_journal_hears_of_a_follow_and_its_wishes_and_of_nothing_else():
    for told in (Bit.FOLLOWING, Bit.REQUESTED, Bit.WITHOUT_BOOSTS, Bit.BELL, Bit.FOLLOWING | Bit.BELL, Bit(0)):
        side = Side(ANN, BEN, bits=told | Bit.BLOCKED_BY | Bit.MUTING | Bit.FOLLOWED_BY)
        assert rules.told_of(side) == told
