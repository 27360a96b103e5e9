"""The loop: what is measured, who is told, what happens when databases or addresses are away."""

import asyncio
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from petrel import app
from petrel.core import whole_file
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import NotFound, Unavailable
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import certificates, watching
from petrel.ops.certificates.shapes import Census, Seen
from petrel.ops.processes import PartStatus, Status, clock_offset_s
from petrel.ops.processes.status import write_status
from petrel.ops.watching import Owner, Tally, Wanted, Watch, alerts, measuring
from petrel.ops.watching.judging import Judge
from petrel.outside import webhooks
from petrel.worker import jobs
from tests.crew import as_owner
from tests.features.mail.post_office import office
from tests.ops.watching.serving import hook
from tests.ops.watching.world import certificate

pytestmark = pytest.mark.usefixtures("site")

ONLY = """
[rules.%s]
measure = "jobs_dead"
limit = 0
says = "{value:.0f} dead"
cure = "look"
"""


async def dead(name: str) -> None:
    async with deriving("tests") as w:
        await w.execute("insert into ops.job (lane, name, args, dead_at) values ('bulk', $1, '{}', now())", name)


async def looked(watch: Watch) -> None:
    await watch.look()
    await watch.settled()


async def standing() -> list[watching.Alert]:
    async with reading(System("tests")) as r:
        return await alerts.standing(r)


async def clean() -> None:
    async with deriving("tests") as w:
        await w.execute("delete from ops.job")
        await w.execute("delete from ops.alert")


async def test_an_owner_is_told_once_when_it_begins_and_once_when_it_ends(tmp_path: Path) -> None:
    await clean()
    with hook() as told:
        wanted = Wanted(tmp_path, Owner(webhook=(told.address,)), told.address)
        watches = [Watch(wanted), Watch(wanted)]        # of a fleet: both look, one tells
        await dead("x")
        for watch in watches * 2:
            await looked(watch)
        mine = [t for t in told.told if t["rule"] == "dead-letters"]
        assert [(t["what"], t["value"]) for t in mine] == [("fired", 1)] and "petrel jobs dead" in mine[0]["text"]
        [stands] = [one for one in await standing() if one.rule == "dead-letters"]
        async with writing(System("tests"), cause="tests") as w:
            await alerts.quiet(w, stands.id, 60)
        await clean_jobs()
        for watch in watches:
            await looked(watch)
        assert [t["what"] for t in told.told if t["rule"] == "dead-letters"] == ["fired", "cleared"]
        assert told.beats == 2, "each says once a minute that it lives"
        with pytest.raises(NotFound):
            async with writing(System("tests"), cause="tests") as w:
                await alerts.quiet(w, stands.id, 60)


async def clean_jobs() -> None:
    async with deriving("tests") as w:
        await w.execute("delete from ops.job")


async def test_what_an_address_does_not_take_is_tried_again(tmp_path: Path) -> None:
    await clean()
    with hook() as told:
        watch = Watch(Wanted(tmp_path, Owner(webhook=(told.address,))))
        await dead("y")
        for status in (500, 302):
            told.status = status
            await looked(watch)
        assert told.told == []
        told.status = 200
        await looked(watch)
        assert [t["rule"] for t in told.told].count("dead-letters") == 1
    await clean()


async def test_an_address_that_hangs_keeps_nobody_from_looking(tmp_path: Path) -> None:
    await clean()
    with socket.create_server(("127.0.0.1", 0)) as deaf, hook() as told:      # takes whoever comes, and says nothing
        hangs = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        watch = Watch(Wanted(tmp_path, Owner(webhook=(hangs, told.address)), hangs))
        await dead("v")
        began_s = time.monotonic()
        for _ in range(3):
            await watch.look()
        assert time.monotonic() - began_s < webhooks.BOUNDS.seconds, "nobody waited for it"
        async with asyncio.timeout(10):
            while not told.told:        # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0.01)
        assert len(watch._messenger._sending) == 1, "it is asked once at a time"
    await watch.settled()                       # it hung up
    await clean()


async def test_letters_go_to_the_owners_named_or_else_to_those_of_the_site(tmp_path: Path, addresses: Any) -> None:
    app.load_rooms()
    await clean()
    async with writing(System("tests"), cause="tests") as w:
        await accounts.create(w, accounts.NewAccount("olga", email="olga@nest.example"))
    await as_owner(addresses, "update accounts.account set role = 'owner' where handle = 'olga'")
    for named, wanted in (((), "olga@nest.example"), (("crew@birds.example",), "crew@birds.example")):
        async with office() as post:
            await dead("w")
            await looked(Watch(Wanted(tmp_path, Owner(mail=named))))
            await jobs.drain()
            [(envelope, _)] = [t for t in post.taken if "dead-letters" in str(t[1])]
            assert envelope.rcpt_tos == [wanted]
            assert "petrel alerts quiet" in post.text() and "1 jobs failed" in post.text()
        await clean()


async def test_databases_that_are_away_are_told_of_without_them(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await clean()

    async def away() -> list[watching.Measure]:
        raise Unavailable(detail="gone")

    (tmp_path / "alerts.toml").write_text("[rules.database]\nlimit = 0\n")
    with hook() as told:
        watch = Watch(Wanted(tmp_path, Owner(webhook=(told.address,))))
        with monkeypatch.context() as patched:
            patched.setattr(measuring, "of_databases", away)
            for _ in range(3):
                await looked(watch)
                await asyncio.sleep(0.001)
        assert [(t["what"], t["rule"]) for t in told.told] == [("fired", "database")]
        await looked(watch)
        assert [t["what"] for t in told.told if t["rule"] == "database"] == ["fired", "cleared"]
        assert [one.rule for one in await standing()] == []


async def test_rules_are_taken_over_while_it_runs_and_a_broken_file_changes_nothing(tmp_path: Path) -> None:
    await clean()
    await dead("z")
    watch = Watch(Wanted(tmp_path), Tally([]))
    for text, wanted in (("[rules.dead-letters]\nis_on = false" + ONLY % "a", {"a"}), ("= broken", {"a"}),
                         ("[rules.dead-letters]\nis_on = false" + ONLY % "b", {"b"})):
        (tmp_path / "alerts.toml").write_text(text)
        watch._plan_of = None
        await looked(watch)
        assert {one.rule for one in await standing()} == wanted
    await clean()


async def test_the_crew_is_told_of_letters_and_people_that_wait(tmp_path: Path, addresses: Any) -> None:
    await clean()
    number, old = 7 << 16, "now() - interval '3 days'"
    for sql in (
            f"insert into mail.letter (cell, id, template, next_at, until_at) "
            f"values (0, {number}, 'notice', {old}, now())",
            f"insert into moderation.case_file (cell, id, kind, harm, opened_at) "
            f"values (0, {number}, 'legal', 60, {old})",
            f"insert into moderation.appeal (cell, id, decision, account, made_at, sealed) "
            f"values (0, {number}, 1, 1, {old}, '')"):
        await as_owner(addresses, sql)
    watch = Watch(Wanted(tmp_path), Tally([]))
    mine = {"mail", "notices", "reports", "appeals"}
    (tmp_path / "alerts.toml").write_text("[rules.mail]\nfor_s = 0")
    await looked(watch)
    assert {one.rule for one in await standing()} >= mine
    await as_owner(addresses, "update moderation.appeal set not_before = now() + interval '1 day'")
    await as_owner(addresses, "update moderation.case_file set state = 'closed'")
    await as_owner(addresses, "update mail.letter set state = 'sent', ended_at = now()")
    await looked(watch)
    assert not {one.rule for one in await standing()} & mine
    for table in ("mail.letter", "moderation.case_file", "moderation.appeal"):
        await as_owner(addresses, f"delete from {table} where id = {number}")
    await clean()


async def test_measures_cover_what_the_rules_ask_for(tmp_path: Path) -> None:
    await clean()
    watch = Watch(Wanted(tmp_path), Tally([]))
    await looked(watch)
    found = {one.name for one in watch.measures}
    elsewhere = {"canary_failed_seconds", "canary_unanswered_seconds", "canary_age_seconds",
                 "stranger_blind_seconds", "follower_lag_seconds", "process_failing",
                 "jobs_silent_seconds", "web_silent_seconds",
                 "clock_step_seconds", "certificate_left_days", "backup_age_seconds",
                 "backup_proven_age_seconds", "backup_archived_age_seconds",
                 "watcher_silent_seconds", "certificates_undeclared",
                 "disk_full_in_seconds", "disk_over_budget_ratio",
                 "flag_overdue_days", "safeguards_unproven", "drift_left_days",
                 "speed_slower_ratio"}      # of what does not run here, or is well
    assert {rule.measure for rule in watching.plan(tmp_path, Owner()).rules.values()} - found <= elsewhere
    page: Any = watch.page()
    assert "petrel_disk_free_bytes" in page and "petrel_database_bytes" in page


def test_followers_that_say_nothing_any_more_are_behind(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "followers.json"
    path.write_text('{"followers": [{"name": "homes", "lag_ms": 0, "failures": 0}]}')
    assert [m.target for m in measuring.followers(tmp_path) if m.value > 0] == []
    os.utime(path, (0, time.time() - 120))
    [behind] = [m for m in measuring.followers(tmp_path) if m.value > 0]
    assert behind.name == "follower_lag_seconds" and behind.value > 100, "a process that hangs keeps its last word"


def test_jobs_that_hang_fire_within_a_look_or_two_and_name_the_cure(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    rules, judge = watching.plan(tmp_path, Owner()).rules, Judge()
    for silent_s, wanted in ((None, set()), (20, set()), (31, {"jobs-silent"})):
        since = None if silent_s is None else time.monotonic() - silent_s
        parts = {"jobs": PartStatus(1, [], "running", 0, silent_since=since), "web": PartStatus(2, [], "running", 0)}
        write_status(tmp_path, msgspec.json.encode(Status(1, "ready", "", "", clock_offset_s(), parts, {})))
        found = [m for m in measuring.processes(tmp_path) if "silent" in m.name]
        assert {name for name, _ in judge.firing(rules, found, 0.0)} == wanted
    assert "petrel restart jobs" in rules["jobs-silent"].cure


def test_how_long_jobs_took_is_measured_while_they_say_it(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "jobs.json"
    assert list(measuring.jobs(tmp_path)) == []
    path.write_text('{"took_s": {"trends.count": 2.5}}')
    assert list(measuring.jobs(tmp_path)) == [watching.Measure("schedule_seconds", 2.5, "trends.count")]
    os.utime(path, (0, time.time() - 120))
    assert list(measuring.jobs(tmp_path)) == [], "of before, which is not now"


def test_certificates_that_nobody_ordered_count(tmp_path: Path) -> None:
    where = certificates.places(tmp_path)
    where.make()
    live, other = (certificates.self_signed(["petrel.test"]) for _ in range(2))
    seen = []
    for pem, is_declared in ((live, True), (other, False)):
        whole_file.write(where.live, pem)
        found = certificates.read(where.live)
        assert found is not None
        seen.append(Seen(address="a:1", name="petrel.test", certificate=found, is_ours=True, is_declared=is_declared))
    whole_file.write(where.seen, msgspec.json.encode(Census(at=datetime.now(UTC), seen=tuple(seen), failed=())))
    assert {one.name: one.value for one in measuring.certificates(tmp_path)}["certificates_undeclared"] == 1


def test_of_certificates_the_one_that_is_served_counts(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    certificate(folder, 3).rename(folder / "previous.pem")
    assert list(measuring.certificates(tmp_path)) == []
    certificate(folder, 60).rename(folder / "live.pem")
    [found] = measuring.certificates(tmp_path)
    assert found.name == "certificate_left_days" and 59 < found.value <= 60
