"""What a window asks of the site."""

import numpy as np

from petrel.ops.replay import plan
from petrel.ops.replay.plan import NONE, Plan, first_post_key
from petrel.ops.replay.shapes import Kind
from petrel.ops.replay.trace import Trace

KINDS = {"RT": Kind.BOOST, "MT": Kind.MENTION, "RE": Kind.REPLY}


def recorded(*events: tuple[int, int, str]) -> Trace:
    actors, targets, kinds = zip(*events, strict=True)
    return Trace(
        actor=np.array(actors, np.int32),
        target=np.array(targets, np.int32),
        at=np.arange(len(events), dtype=np.int64) + 1000,
        kind=np.array([KINDS[kind] for kind in kinds], np.uint8),
    )


def planned(*events: tuple[int, int, str]) -> Plan:
    recording = recorded(*events)
    return plan.build(recording, recording.window(None, None))


def test_somebody_without_a_post_writes_one_before_the_first_boost_and_only_then() -> None:
    made = planned((1, 9, "RT"), (2, 9, "RT"), (3, 9, "RE"))
    assert made.key.tolist() == [first_post_key(9), 0, 1, 2]
    assert made.kind.tolist() == [Kind.FIRST, Kind.BOOST, Kind.BOOST, Kind.REPLY]
    assert made.actor.tolist() == [9, 1, 2, 3]
    assert made.answers.tolist() == [NONE, 0, 0, 0]
    assert made.at.tolist() == [1000, 1000, 1001, 1002]


def test_a_mention_needs_no_post_of_its_target_and_is_a_post_to_be_boosted() -> None:
    made = planned((9, 4, "MT"), (1, 9, "RT"))
    assert made.key.tolist() == [0, 1]
    assert made.answers.tolist() == [NONE, 0]


def test_a_reply_is_the_latest_post_of_its_author_and_a_boost_is_not() -> None:
    made = planned((9, 4, "MT"), (9, 9, "RE"), (9, 9, "RT"), (1, 9, "RT"))
    assert made.answers.tolist() == [NONE, 0, 1, 1]
    assert made.fallback.tolist() == [NONE, 0, NONE, NONE]


def test_all_that_one_account_does_is_chained_first_posts_included() -> None:
    made = planned((9, 4, "RT"), (1, 9, "RE"), (9, 1, "MT"))
    assert made.key.tolist() == [first_post_key(4), 0, first_post_key(9), 1, 2]
    assert made.before.tolist() == [NONE, NONE, 1, NONE, 2]


def test_rows_left_out_do_not_count_but_keep_their_names() -> None:
    recording = recorded((9, 4, "MT"), (1, 9, "RT"), (9, 4, "MT"), (2, 9, "RT"))
    made = plan.build(recording, np.array([1, 2, 3]))
    assert made.key.tolist() == [first_post_key(9), 1, 2, 3]
    assert made.answers.tolist() == [NONE, 0, NONE, 2]
