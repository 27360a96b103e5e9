"""The player against a small site: order, pacing, and what it does when answers get lost."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from petrel.core.errors import Unavailable
from petrel.ops.replay import deliver, plan, play
from petrel.ops.replay.play import Player
from petrel.ops.replay.run import Reached
from petrel.ops.replay.shapes import Kind
from petrel.ops.replay.tally import Tally
from petrel.ops.replay.trace import Trace, read_events

ACCOUNT = 1_000_000


class Kept(list[Any]):
    def add(self, record: object) -> None:
        self.append(record)


class Played:
    def __init__(self, made: plan.Plan, entries: np.ndarray) -> None:
        self.plan, self.entries = made, entries
        self.log = Kept()
        self.accepted_at: dict[int, float] = {}
        self.tally = Tally(int((entries == 0).sum()))
        self.seconds = 0.0


@asynccontextmanager
async def played(
    fake_site: Any, recording: Trace, *, speed: float = 1e6, earlier: dict[int, int] | None = None, workers: int = 32
) -> AsyncIterator[Played]:
    made = plan.build(recording, recording.window(None, None))
    entries = np.array([(earlier or {}).get(key, 0) for key in made.key.tolist()], np.int64)
    run = Played(made, entries)
    tokens = {person: b"token-%d" % (ACCOUNT + person) for person in recording.people().tolist()}
    async with fake_site.running():
        site = Reached(fake_site.base_url, workers, tokens)
        try:
            player = Player(made, entries, site, run.log, run.tally, "t:")
            started = time.perf_counter()
            await player.play(speed, workers, lambda number, _entry, at: run.accepted_at.update({number: at}))
            run.seconds = time.perf_counter() - started
            yield run
        finally:
            site.client.close()


def recorded(*events: tuple[int, int, int, Kind]) -> Trace:
    actor, target, at, kind = (np.array(column) for column in zip(*events, strict=True))
    return Trace(actor.astype(np.int32), target.astype(np.int32), at.astype(np.int64), kind.astype(np.uint8))


async def test_every_event_becomes_what_it_was(fake_site: Any) -> None:
    recording = recorded((1, 9, 100, Kind.BOOST), (2, 9, 100, Kind.MENTION), (3, 2, 101, Kind.REPLY))
    async with played(fake_site, recording) as run:
        pass
    first, boost, mention, reply = sorted(fake_site.rows.items(), key=lambda item: run.entries.tolist().index(item[0]))
    assert run.tally.accepted == {Kind.FIRST: 1, Kind.BOOST: 1, Kind.MENTION: 1, Kind.REPLY: 1}
    assert first[1]["author"] == ACCOUNT + 9
    assert boost[1] == {"author": ACCOUNT + 1, "reply_to": None, "under": first[0], "text": ""}
    assert "@p9" in mention[1]["text"] and mention[1]["reply_to"] is None
    assert reply[1]["text"].startswith("@p2 ") and reply[1]["reply_to"] == ACCOUNT + 2
    assert [(row[0], row[3], row[4]) for row in sorted(run.log)] == [(-10, 9, 9), (0, 1, 9), (1, 2, 9), (2, 3, 2)]


async def test_an_account_acts_in_its_order_and_answers_come_after_what_they_answer(
    fake_site: Any, sample_dir: Any
) -> None:
    fake_site.slow_s = lambda count: 0.01 * (count % 5)
    async with played(fake_site, read_events(sample_dir)) as run:
        pass
    assert len(run.plan) > 700 and not run.tally.errors and not run.tally.refused
    for number, before in enumerate(run.plan.before.tolist()):
        assert before < 0 or run.accepted_at[before] < run.accepted_at[number]
        assert before < 0 or run.entries[before] < run.entries[number] or run.plan.kind[number] == Kind.BOOST
    for number, of in enumerate(run.plan.answers.tolist()):
        row = fake_site.rows[int(run.entries[number])]
        if of >= 0 and run.plan.kind[number] == Kind.BOOST:
            assert row["under"] == run.entries[of]
    assert sorted(fake_site.rows) == np.unique(run.entries).tolist()


async def test_lost_answers_and_failures_are_tried_again_without_doing_anything_twice(
    fake_site: Any, sample_dir: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "WAITS_S", (0.001,) * 8)
    recording = read_events(sample_dir)
    fake_site.lose = lambda count, again: count % 3 == 0 and again < 2
    fake_site.refuse = lambda count, again: 503 if count % 7 == 1 and again < 2 else 0
    async with played(fake_site, recording) as run:
        pass
    assert run.tally.accepted.total() == len(run.plan) and not run.tally.errors
    assert run.tally.retries["503"] > 50
    assert sum(count for text, count in run.tally.retries.items() if text.startswith("no answer")) > 50
    assert sorted(fake_site.rows) == np.unique(run.entries).tolist()
    assert len(fake_site.received) > len({(account, key) for _, account, key in fake_site.received})


async def test_a_boost_made_twice_is_one_and_is_no_error(fake_site: Any) -> None:
    recording = recorded((1, 9, 100, Kind.BOOST), (1, 9, 105, Kind.BOOST))
    async with played(fake_site, recording) as run:
        pass
    assert run.tally.accepted[Kind.BOOST] == 2
    assert run.entries[1] == run.entries[2]


async def test_the_clock_of_the_recording_is_kept(fake_site: Any) -> None:
    recording = recorded(*[(1, 2, 1000 + 6 * n, Kind.MENTION) for n in range(11)])
    async with played(fake_site, recording, speed=120) as run:
        pass
    assert 0.5 <= run.seconds < 0.9
    times = [run.accepted_at[number] - run.accepted_at[0] for number in range(11)]
    assert times == pytest.approx([0.05 * n for n in range(11)], abs=0.045)
    assert max(run.tally.behind_s) < 0.045


async def test_a_resumed_play_goes_on_where_it_was_and_starts_at_once(fake_site: Any) -> None:
    earlier = fake_site.add(ACCOUNT + 9)
    recording = recorded((9, 1, 100, Kind.MENTION), (1, 9, 50_000, Kind.BOOST), (2, 9, 50_000, Kind.REPLY))
    async with played(fake_site, recording, speed=1, earlier={0: earlier}) as run:
        pass
    assert run.seconds < 1
    assert len(fake_site.received) == 2
    assert fake_site.rows[int(run.entries[1])]["under"] == earlier


async def test_what_answers_a_refused_post_takes_the_one_before_it(fake_site: Any) -> None:
    recording = recorded((9, 1, 1, Kind.MENTION), (9, 1, 2, Kind.MENTION), (1, 9, 3, Kind.BOOST))
    fake_site.refuse = lambda count, _again: 422 if count == 1 else 0
    async with played(fake_site, recording) as run:
        pass
    assert run.tally.refused == {"mention: 422 planted": 1}
    assert fake_site.rows[int(run.entries[2])]["under"] == run.entries[0]


async def test_without_any_post_to_answer_an_event_fails_and_says_so(fake_site: Any) -> None:
    fake_site.refuse = lambda count, _again: 422 if count == 0 else 0
    async with played(fake_site, recorded((1, 9, 1, Kind.BOOST))) as run:
        pass
    assert run.tally.errors == {"boost: the post it is of was not accepted": 1}


async def test_a_site_that_is_gone_ends_the_play(fake_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "WAITS_S", (0.001,))
    monkeypatch.setattr(play, "GIVE_UP_AFTER", 5)
    fake_site.lose = lambda _count, _again: True
    recording = recorded(*[(n, 0, 100, Kind.MENTION) for n in range(1, 100)])
    with pytest.raises(Unavailable, match="goes on from here"):
        async with played(fake_site, recording):
            pass
