"""Row 62: nobody of the crew answers for twelve hours, in which the disk fills, a crowd comes and spammers do.

The hours are simulated: all times of what waits for the crew and of sign-ups are put back in the database, an hour at
a time, while the site runs on by the real clock. Accounts stay as young as they are, which changes nothing: a newcomer
is one for longer than the night. Everything else is real: members read and post over HTTP for the whole time, spammers
sign up from many networks (the drill is their trusted proxy), the file system of the site fills with real bytes up to
where uploads are refused. Limits of calls are on.
"""

import asyncio
import os
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills import hosts
from drills.absence import night as nights
from drills.absence.members import Crowd, Members
from drills.absence.night import Item, Night
from drills.absence.spammers import Spammers
from drills.disk_full import DISK_MIB
from petrel.core.doors import writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, moderation
from petrel.features.moderation import NewReport, Plea, Verdict, Written
from petrel.ops.drills import (
    Broken,
    Clients,
    Drill,
    Lost,
    Outcome,
    Person,
    Phases,
    Site,
    Stage,
    clients,
    follow,
    make_people,
)

SPAMMED = "spam reached members while nobody answered"

DRILL = Drill(
    name="nobody-home", row=62, tier="simulated", covers="part", harm=SPAMMED,
    sabotage="attendance, and what sign-up asks of newcomers and forbids them,",
    left_out="twelve hours by the clock; a disk that is full to the last byte (disk-full); spam in plain words by few, "
             "who are no wave",
    shown=("answered", "p99_ms", "lost", "spam_let_in", "spam_per_1000_views", "reopened_s"), limit_s=420)

PEOPLE, EVERY_S, HOURS, STEP_S = 24, 1.0, 12, 3.0
FIRST_WAVE, LATER_WAVE, POSTING = 90, 10, 20
CROWD, CROWD_S, CROWD_HOURS = 24, 5.0, (6, 7, 8)
REPORTS_HOUR, APPEAL_HOUR = 2, 3
UPLOADS_MIB, POSTS_MIB, LEFT_MIB = 500, 100, 450
CAREFUL, SAFE = 4, 12
LATE_MIN, P99_MS, MOST_PER_1000, REOPEN_S = 2.0, 2000.0, 1.0, 60.0
WHO, CAUSE = System("drill"), "petrel drill"
# The disk is small: "little is left" is less here, and its forecast would cry for what a large one does not notice.
RULES = f"[rules.disk-soon-full]\nlimit = {UPLOADS_MIB << 20}\n\n[rules.disk-filling]\nis_on = false\n"


class Crew(Struct, frozen=True):
    """The one who is back first, and what they decided the day before."""

    member: Member
    cookie: str
    warned: Member
    decision: int


class Told(Struct):
    """What the night was like. Minutes since nobody answered, None for never."""

    ordinary_per_s: float = 0.0
    burst_per_s: float = 0.0
    careful_min: float | None = None
    safe_min: float | None = None
    alert_s: float = 0.0
    upload: str = ""
    joins: dict[str, str] = {}
    waits: list[Item] = []
    disordered: list[str] = []
    missing: list[str] = []
    page_differs: bool = False
    reopened_s: float | None = None
    undone: str = ""


async def run(stage: Stage) -> Outcome:
    settings = {"PETREL_RATE_LIMITS": "on", "PETREL_TRUSTED_PROXIES": "127.0.0.1",
                "PETREL_DISK_UPLOADS_MIB": str(UPLOADS_MIB), "PETREL_DISK_POSTS_MIB": str(POSTS_MIB)}
    program = ("drills.sabotaged", "let-everybody-in") if stage.sabotage else ("petrel",)
    with hosts.disk(stage.folder / "site", DISK_MIB) as disk:
        (disk / "alerts.toml").write_text(RULES)
        async with stage.site(program, settings) as site, clients(site.address, connections=PEOPLE + 60) as wire:
            async with stage.doors(site):
                people = await make_people([f"m{n:02}" for n in range(PEOPLE)])
                await follow([(people[a], people[(a + b) % PEOPLE]) for a in range(PEOPLE) for b in (1, 2, 3)])
                crew = await _day_before(wire, people)
            posts = [int((await _asked(wire, people[n], "/api/v1/statuses", {"status": f"day post {n}"}))["id"])
                     for n in range(PEOPLE)]
            if await nights.missing(site, []):
                raise Broken("something waits before the night")
            spammers, crowd = Spammers(wire, people), Crowd(wire, posts, CROWD)
            await spammers.prepare()
            async with Members(wire, people, every_s=EVERY_S) as members:
                told = await _night(stage, site, wire, disk, crew, members, spammers, crowd)
            stage.say(f"{len(members.acknowledged)} posts acknowledged; comparing ...")
            lost = await members.lost()
    return _outcome(stage, told, members, spammers, crowd, lost)


async def _day_before(wire: Clients, people: list[Person]) -> Crew:
    """A moderator takes a post of the first member down."""
    post = int((await _asked(wire, people[0], "/api/v1/statuses", {"status": "a rude word"}))["id"])
    async with writing(WHO, cause=CAUSE) as w:
        [number] = await accounts.create_many(w, [accounts.NewAccount(handle="mona", role="moderator")])
    mona, cookie = await _session(number)
    warned, _ = await _session(people[0].id)
    reporter, _ = await _session(people[PEOPLE // 2].id)
    async with writing(reporter, cause=CAUSE) as w:
        case = (await moderation.report(w, NewReport(people[0].id, "violation", (post,), (), Written("Rude")))).case
    async with writing(mona, cause=CAUSE) as w:
        made: Any = await moderation.decide(w, case, Verdict("take_down", "rules", "1. Be kind", "Rude.", (post,)))
    async with writing(mona, cause=CAUSE) as w:
        await moderation.close(w, case)
    return Crew(mona, cookie, warned, int(made[0]))


async def _session(account: int) -> tuple[Member, str]:
    async with writing(WHO, cause=CAUSE) as w:
        token = (await accounts.open_session(w, account)).token
    return Member(account, accounts.digest_of(token), is_session=True), f"petrel_session={token}"


async def _asked(wire: Clients, who: Person, target: str, form: Any) -> Any:
    answer = await wire.ask("POST", target, token=who.token, json=form)
    if answer.status != 200:
        raise Broken(f"{target}: {answer.status} {answer.body[:200]!r}")
    return answer.json


async def _night(stage: Stage, site: Site, wire: Clients, disk: Path, crew: Crew, members: Members,
                 spammers: Spammers, crowd: Crowd) -> Told:
    told, file = Told(), disk / "not-ours.bin"
    if await nights.doors(wire) != 0:
        raise Broken("nobody can join before the night")
    before = members.answered
    await asyncio.sleep(5)
    told.ordinary_per_s = (members.answered - before) / 5
    began = time.monotonic()
    await asyncio.to_thread(_fill, disk, file)
    while not await nights.missing(site, []):
        if time.monotonic() - began > 60:
            raise Broken("the disk fills and no alert fires")
        await asyncio.sleep(0.3)
    told.alert_s = time.monotonic() - began
    told.upload = await _upload(wire, members.people[1])
    stage.say(f"The disk fills: alert after {told.alert_s:.0f} s, uploads answered {told.upload}. The night begins.")
    night = Night(site, wire)
    for hour in range(1, HOURS + 1):
        await night.pass_hour()
        await asyncio.gather(asyncio.sleep(STEP_S), *_happens(stage, site, wire, hour, crew, members, spammers, crowd))
        if hour == CAREFUL:
            told.careful_min = await night.caution_shown(1, 2 if stage.sabotage else 45)
        if hour == SAFE:
            told.safe_min = await night.caution_shown(2, 2 if stage.sabotage else 45)
        stage.say(f"Hour {hour}: {len(spammers.let_in)} spammers are in, {members.spam_views} of {members.views} views "
                  "are spam")
    told.burst_per_s = sum(crowd.statuses.values()) / max(crowd.took_s, 0.1)
    told.joins["at hour 12"] = await spammers.sign_up("ingrid", 20_000)
    await _back(stage, site, wire, crew, file, told)
    told.joins["afterwards"] = await spammers.sign_up("henrik", 20_300)
    return told


def _happens(stage: Stage, site: Site, wire: Clients, hour: int, crew: Crew, members: Members, spammers: Spammers,
             crowd: Crowd) -> list[Awaitable[object]]:
    async def spam() -> None:
        await spammers.come(FIRST_WAVE if hour == 1 else LATER_WAVE)
        await spammers.post(POSTING)

    now: list[Awaitable[object]] = [spam()]
    if hour in CROWD_HOURS:
        now.append(crowd.come(CROWD_S))
    if hour == REPORTS_HOUR:
        now.append(_report(wire, members.people, spammers))
    if hour == APPEAL_HOUR:
        now.append(_appeal(stage, site, crew))
    return now


async def _report(wire: Clients, people: list[Person], spammers: Spammers) -> None:
    """Two cases: of a spammer, where one is in, and of something illegal."""
    spammer = next(iter(spammers.let_in), people[3].id)
    await _asked(wire, people[5], "/api/v1/reports", {"account_id": str(spammer), "category": "spam",
                                                      "comment": "Pills"})
    await _asked(wire, people[6], "/api/v1/reports", {"account_id": str(people[4].id), "category": "legal",
                                                      "comment": "This is against the law where I live"})


async def _appeal(stage: Stage, site: Site, crew: Crew) -> None:
    async with stage.doors(site), writing(crew.warned, cause=CAUSE) as w:
        await moderation.appeals.appeal(w, crew.decision, Plea("It was a quotation"))


async def _back(stage: Stage, site: Site, wire: Clients, crew: Crew, file: Path, told: Told) -> None:
    """The first person is back: reads the list, answers from above, takes the wave back, opens."""
    told.waits = await nights.listed(site)
    told.disordered = nights.wrong_order(told.waits)
    told.missing = await nights.missing(site, told.waits)
    shown = await nights.page(wire, crew.cookie)
    told.page_differs = nights.chips(shown) != [one.kind for one in told.waits]
    stage.say("Back: " + "; ".join(f"{one.kind} ({one.what})" for one in told.waits))
    began = time.monotonic()
    for one in told.waits:
        if one.kind == "alert":
            await site.petrel("alerts", "quiet", str(one.number))
        elif one.kind == "case":
            async with stage.doors(site), writing(crew.member, cause=CAUSE) as w:
                await moderation.assign(w, one.number, to_me=True)
    await asyncio.to_thread(file.unlink, missing_ok=True)
    if any(one.kind == "gate" for one in told.waits):
        _, told.undone = await site.petrel("signup", "undo")
        await site.petrel("signup", "open")
    same = 0
    while time.monotonic() - began < REOPEN_S and same < nights.SAME:
        same = same + 1 if await nights.doors(wire) == 0 else 0
        await asyncio.sleep(0.1)
    told.reopened_s = time.monotonic() - began if same == nights.SAME else None


def _fill(disk: Path, file: Path) -> None:
    """Real bytes, until uploads are refused."""
    with file.open("wb") as out:
        while (state := os.statvfs(disk)).f_bavail * state.f_frsize > LEFT_MIB << 20:
            out.write(bytes(4 << 20))
            out.flush()
            os.fsync(out.fileno())


async def _upload(wire: Clients, who: Person) -> str:
    try:
        answer = await wire.ask("PATCH", "/api/v1/accounts/update_credentials", token=who.token, form=b"x" * 70_000,
                                headers={"Content-Type": "multipart/form-data; boundary=b"})
        return str(answer.status)
    except Lost:
        return "no answer"


def _outcome(stage: Stage, told: Told, members: Members, spammers: Spammers, crowd: Crowd,
             lost: list[str]) -> Outcome:
    took = sorted(members.took_s)
    p50, p99 = (round(took[int(len(took) * share)] * 1000, 1) for share in (0.5, 0.99))
    per_1000 = round(1000 * members.spam_views / max(1, members.views), 2)
    late = [at is None or at > 60 * hour + LATE_MIN for at, hour in
            ((told.careful_min, CAREFUL), (told.safe_min, SAFE))]
    harm = {
        SPAMMED: per_1000 > MOST_PER_1000, "member could not read or post": members.refused,
        "acknowledged post lost": lost, "members waited long": p99 > P99_MS,
        "the site did not grow careful in time": any(late),
        "somebody could join at the twelfth hour": told.joins["at hour 12"] == "200",
        "uploads were taken while the disk filled": told.upload != "507",
        "what waits is not in order": told.disordered or told.page_differs,
        "what waits is not all in the list": told.missing or {"alert", "case", "appeal"} - {w.kind for w in told.waits},
        "the doors did not open again": told.reopened_s is None or told.joins["afterwards"] != "200"}
    figures: dict[str, Any] = {
        "answered": members.answered, "refused": len(members.refused), "p50_ms": p50, "p99_ms": p99,
        "acknowledged": len(members.acknowledged), "lost": len(lost), "statuses": dict(members.statuses),
        "ordinary_per_s": round(told.ordinary_per_s, 1), "burst_per_s": round(told.burst_per_s),
        "burst_times": round(told.burst_per_s / max(told.ordinary_per_s, 0.1), 1), "burst": dict(crowd.statuses),
        "signups_tried": sum(spammers.answers.values()), "signups": dict(spammers.answers),
        "spam_let_in": len(spammers.let_in), "spam_posts": dict(spammers.posted), "views": members.views,
        "spam_views": members.spam_views, "spam_per_1000_views": per_1000, "alert_s": round(told.alert_s, 1),
        "upload": told.upload, "careful_min": _r(told.careful_min), "safe_min": _r(told.safe_min),
        "joins": told.joins, "waits": [f"{w.weight} {w.kind}: {w.what}" for w in told.waits],
        "disordered": told.disordered, "missing": told.missing, "page_differs": told.page_differs,
        "reopened_s": _r(told.reopened_s), "undone": told.undone.strip()[:200],
        "examples": [*members.refused[:3], *lost[:3]]}
    phases = Phases(
        injected=f"{HOURS} simulated hours: a disk filled to {LEFT_MIB} MiB, a crowd of "
                 f"{told.burst_per_s:.0f} requests/s over {told.ordinary_per_s:.0f}, "
                 f"{sum(spammers.answers.values())} sign-ups of spammers",
        detected=f"alert after {told.alert_s:.0f} s; caution 1 after {_r(told.careful_min)} min, 2 after "
                 f"{_r(told.safe_min)} min",
        contained=f"members: {members.answered} answered, {len(members.refused)} not, p99 {p99} ms; "
                  f"{len(spammers.let_in)} spammers let in, {per_1000} of 1,000 views spam",
        recovered=f"{len(told.waits)} things in the list, {len(told.missing)} wrong; "
                  f"doors open {_r(told.reopened_s)} s after the first answer",
        lost=f"{len(lost)} of {len(members.acknowledged)} acknowledged posts")
    return Outcome(harm=tuple(name for name, cases in harm.items() if cases), exercised=members.answered,
                   phases=phases, figures=figures)


def _r(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
