"""A whole replay, step by step: read, load, sample, play, measure, compare."""

import time
from datetime import UTC, datetime

import msgspec
import numpy as np

from petrel.core.errors import Invalid
from petrel.ops.replay import bulk, homes, plan, probes, sample, trace
from petrel.ops.replay.client import Client
from petrel.ops.replay.follows import Follows
from petrel.ops.replay.oracle import Oracle, contradictions
from petrel.ops.replay.play import Player
from petrel.ops.replay.report import FanOut, Loaded, Played, Report
from petrel.ops.replay.shapes import Checked, Kind, Options
from petrel.ops.replay.show import Show
from petrel.ops.replay.store import Sampled, Store
from petrel.ops.replay.tally import Tally, spread
from petrel.ops.replay.wire import Requests

PROBE_CONNECTIONS = 8


class Reached:
    """The site through one set of connections."""

    def __init__(self, base_url: str, connections: int, tokens: dict[int, bytes]) -> None:
        self.client = Client(base_url, connections)
        self.requests = Requests(self.client.netloc)
        self.ask = self.client.ask
        self.tokens = tokens


class Scene(msgspec.Struct, frozen=True):
    """What is settled before the play."""

    recording: trace.Trace
    digest: str
    rows: np.ndarray  # of the recording, to be played in this window
    plan: plan.Plan  # of these rows and of all played earlier
    entries: np.ndarray  # the site's id of each operation of the plan; 0 = still to play
    follows: Follows

    @property
    def in_window(self) -> np.ndarray:
        """Mask of the plan's operations that belong to this window."""
        at = self.recording.at[self.rows]
        return (self.plan.at >= at[0]) & (self.plan.at <= at[-1])


async def replay(options: Options, base_url: str, rooms: bulk.Rooms, show: Show) -> Report:
    """Stopped at any moment, the same call goes on. Errors: Invalid, Refused, Unavailable."""
    store = Store(options.data_dir)
    try:
        return await _replay(options, base_url, rooms, show, store)
    finally:
        store.close()


async def _replay(options: Options, base_url: str, rooms: bulk.Rooms, show: Show, store: Store) -> Report:
    recording = trace.read_events(options.trace_dir)
    rows = _choose(options, recording, store)
    loaded = await _load(rooms, store, show)

    scene = _set_scene(recording, rows, store)
    rng = np.random.default_rng(options.seed)
    sampled = _sample(options, scene, store, rng)
    to_play = np.flatnonzero(scene.entries == 0)
    unread = set(sampled.never_read)
    awaited = probes.choose(scene.plan, to_play, scene.follows, unread, options.probe_every, rng)

    acting = scene.plan.actor[to_play].tolist()
    needed = np.array([*acting, *sampled.read_before, *sampled.never_read, *awaited.values()], np.int64)
    with show.phase("tokens", len(np.unique(needed))) as phase:
        tokens = await bulk.load_tokens(rooms, store, needed, phase.advance)

    site = Reached(base_url, options.connections, tokens)
    watch = Reached(base_url, PROBE_CONNECTIONS, tokens)
    try:
        await _warm(site, store, show, {*sampled.read_before, *awaited.values()})
        played, fan_out = await _play(options, scene, site, probes.Probes(watch, awaited), store, show)
        checked = await _compare(options, scene, site, sampled, store, show)
    finally:
        site.client.close()
        watch.client.close()
    at = recording.at[rows]
    return Report(
        trace=scene.digest,
        from_at=_iso(int(at[0]) if options.from_at is None else options.from_at),
        until_at=_iso(int(at[-1]) + 1 if options.until_at is None else options.until_at),
        speed=options.speed,
        loaded=loaded,
        played=played,
        fan_out=fan_out,
        checked=checked,
    )


def _choose(options: Options, recording: trace.Trace, store: Store) -> np.ndarray:
    """The rows to be played; settles the people in the store. Errors: Invalid, Refused."""
    rows = recording.window(options.from_at, options.until_at)
    people = recording.people()
    if options.accounts is not None:
        people = trace.busiest(recording, rows, options.accounts)
        rows = rows[np.isin(recording.actor[rows], people) & np.isin(recording.target[rows], people)]
    if not len(rows):
        raise Invalid(None, "the recording has no events to play between these times")

    def follows() -> np.ndarray:
        pairs = trace.read_follows(options.trace_dir)
        return pairs[trace.among(people, pairs)]

    store.choose(recording.digest(), people, follows)
    return rows


async def _load(rooms: bulk.Rooms, store: Store, show: Show) -> Loaded:
    progress, started = store.progress(), time.perf_counter()
    people, follows = len(store.people()), len(store.follows())
    fresh = people - progress.accounts_done + follows - progress.follows_done
    if fresh:
        with show.phase("accounts", people) as phase:
            await bulk.load_accounts(rooms, store, progress, phase.advance)
        with show.phase("follows", follows) as phase:
            await bulk.load_follows(rooms, store, progress, phase.advance)
    return Loaded(accounts=people, follows=follows, fresh=fresh, seconds=round(time.perf_counter() - started, 2))


def _set_scene(recording: trace.Trace, rows: np.ndarray, store: Store) -> Scene:
    log = store.log.all()
    whole = plan.build(recording, np.union1d(rows, log["key"][log["key"] >= 0]))
    entries = np.zeros(len(whole), np.int64)
    if len(log):
        log = log[np.argsort(log["key"])]
        place = np.minimum(np.searchsorted(log["key"], whole.key), len(log) - 1)
        entries = np.where(log["key"][place] == whole.key, log["entry"][place], 0)
    return Scene(
        recording=recording,
        digest=recording.digest(),
        rows=rows,
        plan=whole,
        entries=entries,
        follows=Follows(store.follows()),
    )


def _sample(options: Options, scene: Scene, store: Store, rng: np.random.Generator) -> Sampled:
    window = (int(scene.rows[0]), int(scene.rows[-1]))
    sampled = store.sampled(window)
    if sampled is None:
        sampled = sample.draw(
            scene.follows,
            scene.plan,
            store.read.all(),
            window=window,
            count=options.sample,
            widest=options.widest,
            rng=rng,
        )
        store.keep_sample(sampled)
    return sampled


async def _warm(site: Reached, store: Store, show: Show, people: set[int]) -> None:
    for person in people:
        store.read.add(person)
    store.read.flush()
    with show.phase("first reads", len(people)) as phase:
        await homes.read_first_pages(site, sorted(people), phase.advance)


async def _play(
    options: Options, scene: Scene, site: Reached, watch: probes.Probes, store: Store, show: Show
) -> tuple[Played, FanOut]:
    left = int((scene.entries == 0).sum())
    tally = Tally(left)
    player = Player(scene.plan, scene.entries, site, store.log, tally, f"replay-{scene.digest}:")

    def look() -> tuple[int, str]:
        rate = tally.settled / max(1e-6, time.perf_counter() - started)
        wrong = tally.refused.total() + tally.errors.total()
        return tally.settled, f"{rate:,.0f}/s, behind {player.behind_s():.1f} s, {wrong} refused or failed"

    started = time.perf_counter()
    try:
        async with show.watching("events", left, look):
            await player.play(options.speed, options.connections, watch.on_accepted)
        seconds = time.perf_counter() - started
        await watch.finish()
    finally:
        watch.cancel()
    return _played(scene, tally, seconds, store), FanOut(lag=spread(watch.lags_s), unseen=len(watch.unseen))


def _played(scene: Scene, tally: Tally, seconds: float, store: Store) -> Played:
    log = store.log.all()
    is_boost = log["kind"] == Kind.BOOST
    contrary = contradictions(log["entry"], log["under"], log["actor"], is_boost)
    mine = log[np.isin(log["key"], scene.plan.key[scene.in_window])]
    of_kind = {kind.word: mine[mine["kind"] == kind] for kind in Kind}
    operations = int(scene.in_window.sum())
    return Played(
        operations=operations,
        earlier=operations - tally.total,
        accepted={word: len(rows) for word, rows in of_kind.items()},
        refused=dict(tally.refused),
        errors=dict(tally.errors),
        retries=dict(tally.retries),
        contradictions=tuple(contrary[:100]),
        seconds=round(seconds, 2),
        per_s=round(tally.settled / max(seconds, 1e-6), 1),
        latency={word: spread(rows["latency_us"] / 1e6) for word, rows in of_kind.items()},
        behind=spread(tally.behind_s),
    )


async def _compare(
    options: Options, scene: Scene, site: Reached, sampled: Sampled, store: Store, show: Show
) -> Checked:
    log = store.log.all()
    answered = np.where(log["kind"] == Kind.REPLY, log["target"], -1)
    oracle = Oracle(log["entry"], log["under"], log["actor"], answered, scene.follows.pairs)
    for person in sampled.never_read:
        store.read.add(person)
    store.read.flush()
    with show.phase("timelines", len(sampled.read_before) + len(sampled.never_read)) as phase:
        checked = await homes.Homes(site, oracle, log, phase.advance).check(sampled, options.settle_s)
    store.sample_used()
    return checked


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
