"""Checks of the work that follows from what members do: followers, jobs, the sealing of the journal."""

import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import msgspec
from msgspec import Struct

from petrel.ops import gate
from petrel.ops.doctor import asking, leaks
from petrel.ops.doctor.shapes import Check, bad, fine
from petrel.ops.processes import Status, beside
from petrel.storage import rights
from petrel.storage.postgres import Storage

LAG_MAX_MS = 60_000
OVERDUE_MAX_S = 120.0
UNSEALED_MAX_S = 60.0
UNSHREDDED_MAX_S = 3600.0
TRANSACTION_MAX_S = 60.0
SHOWN = 3
SILENT_S = 60.0
"""Followers say every five seconds that they live, and the brain every fifteen."""

LOOK = """
with sealed as (
  select (heads->'until'->>0)::int as epoch, (heads->'until'->>1)::bigint as xid
    from journal.root order by seq desc limit 1)
select (select count(*) from ops.job where dead_at is not null) as dead,
       (select extract(epoch from now() - min(run_at))::float8 from ops.job
         where dead_at is null and run_at < now() and coalesce(locked_until < now(), true)) as overdue_s,
       (select extract(epoch from now() - min(at))::float8 from journal.entry
         where (epoch, xid) > (coalesce((select epoch from sealed), 0), coalesce((select xid from sealed), 0)))
         as unsealed_s,
       (select extract(epoch from now() - min(xact_start))::float8 from pg_stat_activity
         where backend_xid is not null) as transaction_s,
       (select string_agg(format('%s (%s), made %s', r.id, r.kind, to_char(r.asked_at at time zone 'UTC', 'HH24:MI')),
                          '; ')
          from access.request r
         where r.state = 'asked' and r.expires_at > now() and access.is_alone(r.asker, r.least_role)) as alone,
       (select count(*) from privacy.request where done_at is null and asked_at < now() - interval '20 days')
         as late_requests,
       (select count(*) from deletions.deletion where state = 3) as remaining,
       (select count(*) from deletions.deletion where keys_gone_at is null and asked_at < now() - interval '60 s')
         as with_key,
       (select extract(epoch from now() - min(keys_gone_at))::float8 from deletions.deletion
         where shredded_at is null and keys_gone_at is not null) as unshredded_s
"""
# The release that serves ('' for its build), and one that has its first cells beside it or takes over just now.
SHIPPED_ROUND = """
select '' as build, format('change %s: %s', c.id, c.reason) as said
  from (select * from ops.change where kind = 'release' and state = 'confirmed' order by id desc limit 1) c
 where c.what->>'gate' = 'shut'
union all
select r.build, format('change %s: %s', c.id, c.reason)
  from ops.release r join ops.change c on c.id = r.change where c.what->>'gate' = 'shut'
"""


BOARD = Path("run") / "ops.json"
"""What the console shows, written after each look: `petrel/ops/incidents/board.py`."""


class _Follower(Struct):
    name: str
    lag_ms: int
    failures: int
    error: str


class _Followers(Struct):
    followers: list[_Follower]


async def check_work(storage: Storage, status: Status | None) -> list[Check]:
    """What the parts that run here are for; nothing for a site that does not run."""
    parts = status.parts if status else {}
    checks = [_check_followers(storage.data)] if "followers" in parts else []
    checks += [_check_brain(storage.data)] if "brain" in parts else []
    return checks + await _check_rows(storage, status) if status and "jobs" in parts else checks


def _check_followers(data: Path) -> Check:
    path = data / "run" / "followers.json"
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Followers).followers
    except (OSError, msgspec.MsgspecError):
        return bad("followers", f"{path} cannot be read", "See whether the followers' process runs; restart the site.")
    if (silent_s := _age_s(path)) > SILENT_S:
        return bad("followers", f"have said nothing for {silent_s:.0f} s", "They hang: `petrel restart followers`.")
    failing = [f"{one.name} ({one.error})" for one in found if one.failures]
    if failing:
        cure = "What they make stands still meanwhile. The log of the site has the entry that they fail on."
        return bad("followers", f"failing: {'; '.join(failing)}", cure)
    slowest = max(found, key=lambda one: one.lag_ms, default=None)
    if slowest is not None and slowest.lag_ms > LAG_MAX_MS:
        return bad("followers", f"{slowest.name} is {slowest.lag_ms / 1000:.0f} s behind",
                   "It catches up when there is less to do, or when Postgres has more time for it.")
    return fine("followers", f"{len(found)} up to date")


async def _check_rows(storage: Storage, status: Status) -> list[Check]:
    try:
        connection = await asking.connected(storage, "main")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return []                               # said by the check of that server
    try:
        row, guards = await connection.fetchrow(LOOK), await connection.fetchrow(leaks.LOOK)
        shipped = [(one["build"], one["said"]) for one in await connection.fetch(SHIPPED_ROUND)]
        given = await rights.changed(connection)
    except TimeoutError:
        return [asking.held("work")]
    except asyncpg.PostgresError as problem:
        return [bad("work", str(problem), "Bring the databases up to date: `petrel migrate`.")]
    finally:
        await asking.leave(connection)
    return [_check_jobs(status.parts["jobs"].silent_s(), row["dead"], row["overdue_s"] or 0.0),
            _check_sealing(row["unsealed_s"] or 0.0), _check_transactions(row["transaction_s"] or 0.0),
            _check_rights(given), _check_alone(row["alone"]), _check_requests(row["late_requests"]),
            _check_deletions(row["remaining"], row["with_key"]), _check_shredding(row["unshredded_s"] or 0.0),
            _check_gate(storage.data, status, shipped), *leaks.check_leaks(guards, status.started_at)]


def _check_brain(data: Path) -> Check:
    if (silent_s := _age_s(data / BOARD)) > SILENT_S:
        return bad("brain", f"nobody has measured for {silent_s:.0f} s", "It stands still: `petrel restart brain`.")
    return fine("brain", "measures")


def _check_jobs(silent_s: float, dead: int, overdue_s: float) -> Check:
    if silent_s > SILENT_S:
        return bad("jobs", f"have said nothing for {silent_s:.0f} s", "They hang: `petrel restart jobs`.")
    if dead:
        return bad("jobs", f"{dead} dead letters", "Read them with `petrel jobs dead`; `petrel jobs retry --all`. What "
                   "nobody handles any more: `petrel jobs drop --unknown`.")
    if overdue_s > OVERDUE_MAX_S:
        return bad("jobs", f"the oldest waits for {overdue_s:.0f} s",
                   "Where nothing of it is begun: `petrel restart jobs`.")
    return fine("jobs", "none overdue, no dead letters")


def _age_s(path: Path) -> float:
    """0 for one that is not there yet."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _check_sealing(unsealed_s: float) -> Check:
    if unsealed_s > UNSEALED_MAX_S:
        return bad("journal", f"not sealed for {unsealed_s:.0f} s",
                   "The log of the site says why; `petrel journal verify` whether somebody changed it.")
    return fine("journal", "sealed")


def _check_transactions(oldest_s: float) -> Check:
    if oldest_s > TRANSACTION_MAX_S:
        return bad("transactions", f"one writes for {oldest_s:.0f} s already, and followers wait for it",
                   "Whose is it: `petrel database sessions`; `petrel database sessions --end-blocking` ends it.")
    return fine("transactions", "none is long")


def _check_rights(changed: Sequence[rights.Changed]) -> Check:
    """Somebody at the database gave or took what this release did not."""
    if changed:
        first = "; ".join(f"{one.who} may {'not ' if one.is_missing else ''}{one.may} on {one.what}"
                          for one in changed[:SHOWN])
        more = f"; {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        return bad("rights", f"somebody changed who may do what in the database: {first}{more}",
                   "`petrel migrate` gives back what is missing, and takes what is too much.")
    return fine("rights", "in the database everybody may do what this release lets them, and nothing else")


def _check_gate(data: Path, status: Status, shipped: Sequence[tuple[str, str]]) -> Check:
    """What was shipped while the test gate was shut owes its proof from its first cell on, for as long as it serves.
    `shipped`: of SHIPPED_ROUND."""
    for build, change in shipped:
        for release in filter(None, (status.release, beside.wanted(data))):
            is_meant = release.build == build or (not build and release == status.release)
            if is_meant and gate.verdict(Path(release.root), release.build) is None:
                return bad("test gate", f"was shut for a release that serves, shipped all the same ({change})",
                           f"Owed: all tests of just this build (GATE_WHOLE=1 make test), and {gate.VERDICT} of them "
                           f"put into {release.root}; or a release that the gate opened for.")
    return fine("test gate", "no release is shipped round it")


def _check_alone(requests: str | None) -> Check:
    """What a crew of one asked for approves itself half an hour after: somebody else's doing must be seen."""
    if requests:
        return bad("access", f"will approve themselves 30 minutes after they were made (UTC): {requests}",
                   "If that was not you: petrel access refuse NUMBER --as HANDLE, and change your password.")
    return fine("access", "no request approves itself")


def _check_requests(late: int) -> Check:
    """The law gives a month. source: General Data Protection Regulation, article 12 (3)."""
    if late:
        return bad("data requests", f"{late} wait for an answer for 20 days; the law gives a month",
                   "See what failed with `petrel jobs dead`, then `petrel jobs retry --all`.")
    return fine("data requests", "none is late")


def _check_deletions(remaining: int, with_key: int) -> Check:
    if remaining or with_key:
        return bad("deletions", f"of {remaining} something remains, of {with_key} the key",
                   "See which with `petrel deletions list --remaining`, and where with `petrel deletions verify ID`.")
    return fine("deletions", "nothing that was deleted is known to remain")


def _check_shredding(oldest_s: float) -> Check:
    if oldest_s > UNSHREDDED_MAX_S:
        return bad("destroyed keys", f"may be found in the files of the keyring for {oldest_s / 3600:.1f} h already",
                   "`petrel deletions shred` says what stands in the way. On a server of your own its login needs the "
                   "role pg_checkpoint and the right to execute pg_switch_wal(), and wal_recycle = off.")
    return fine("destroyed keys", "have left the files of the keyring")
