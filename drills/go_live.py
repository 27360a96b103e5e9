"""No row of its own: a site goes live, and then much of what other rows are about happens to it, in one run.

Hosts are network namespaces; names, certificates, mail and the backup's host are real servers of others on the wire
between them. The site is made by `petrel init`, found by its name, and believed by its certificate alone. People write
all the while, strangers ask for what is protected, and somebody looks every 0.2 s whether it is there.
"""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.going_live import acts
from drills.going_live.crowd import Onlookers, address, way
from drills.going_live.machine import Machine, detach
from drills.going_live.world import ISSUER_NAME, RELAY_NAME, SITE_NAME, Relay, World, relay, world
from drills.hosts import disk, ssh_host
from petrel.ops import backups, certificates
from petrel.ops.drills import (
    Broken,
    Clients,
    Drill,
    Outcome,
    Person,
    Phases,
    Stage,
    clients,
    follow,
    make_people,
    make_person,
)
from petrel.ops.drills.issuer import pebble
from petrel.ops.drills.load import Load, Record
from petrel.ops.drills.reckoning import Reckoning, Witness

LOST = "acknowledged and archived post lost"

DRILL = Drill(
    name="go-live", row=0, tier="real", covers="part", harm=LOST,
    sabotage="the archive elsewhere: the release that the site is upgraded to stores nothing there",
    left_out="an old site of version 0.1.0 as the beginning, which cannot hand over (it begins with this build); "
             "systemd units; an absent crew, whose waiting is counted in hours; monthly cost; what is acknowledged "
             "in the last moment before the loss; bots of many networks and undoing them; who fills the disk; heavy "
             "load while upgrading; settings that the backup does not carry are given again on the second host",
    shown=("accounts", "archived", "lost", "leaked", "down_s", "upgrade_refused", "foretold_s", "restore_s"),
    limit_s=600)

ACCOUNTS, ACCOUNTS_SABOTAGED = 50_000, 2_000
PEOPLE, FOLLOWS, READERS, PER_S = 24, 4, 2, 1.0
SHY, MORSELS = 3, 4
LETTERS = 12
NEEDED = 2
DISK_MIB = 7_000
BOTS_MOST = 6                   # of one network a day. source: setting signups_per_network
FIRST_S, SETTLE_S = 90.0, 10.0
CALM_S = 5.0
COUNTED = "select count(*) from accounts.account where handle ~ '^m[0-9]{5}$'"


class Cast(Struct):
    """`words`: of protected posts, by number."""

    people: list[Person]
    follows: dict[int, list[int]]
    shy: list[Person]
    stranger: Person
    mail: dict[str, int]
    words: dict[int, str] = {}
    count: int = 0
    graph: int = 0


class Gone(Struct, frozen=True):
    """`claimed_at`, `at`: monotonic; what was acknowledged before the first was archived."""

    claimed_at: float
    at: float


async def run(stage: Stage) -> Outcome:
    async with AsyncExitStack() as stack:
        globe = stack.enter_context(world(stage.folder))
        globe.lead_to(1)
        for number in (1, 2):
            globe.add_host(number)
        office = await stack.enter_async_context(relay(globe.address, stage.folder))
        issuer = await stack.enter_async_context(pebble(
            stage.folder / "issuer", http_port=80, tls_port=443, host=ISSUER_NAME, names=f"{globe.address}:53"))
        target, access = stack.enter_context(ssh_host(stage.folder / "elsewhere", globe.address))
        disks = [stack.enter_context(disk(stage.folder / name, DISK_MIB)) for name in ("first", "second")]
        settings = _settings(office, issuer.directory, issuer.roots, target, access.ssh_config)
        machines = [Machine(globe.space(n + 1), disks[n] / "site", settings) for n in (0, 1)]
        for one in machines:
            stack.push_async_callback(one.destroy)
        return await _live(stage, globe, machines, disks, office, issuer.roots, target)


async def _timed(work: Any) -> float:
    began = time.monotonic()
    await work
    return round(time.monotonic() - began, 1)


def _settings(office: Relay, directory: str, roots: Path, target: str, ssh_config: str) -> dict[str, str]:
    return {"PETREL_ACME_DIRECTORY": directory, "PETREL_ACME_ROOTS": str(roots),
            "PETREL_BACKUP_TARGET": target, "PETREL_BACKUP_SSH_CONFIG": ssh_config, "PETREL_REGISTRATIONS": "open",
            "PETREL_MAIL_SERVER": RELAY_NAME, "PETREL_MAIL_PORT": str(office.port), "PETREL_MAIL_CA": str(office.root),
            "PETREL_DISK_UPLOADS_MIB": "600", "PETREL_DISK_POSTS_MIB": "400"}


async def _live(stage: Stage, globe: World, machines: list[Machine], disks: list[Path], office: Relay, roots: Path,
                target: str) -> Outcome:
    first, second = machines
    found: dict[str, Any] = {}
    papers = await _begin(stage, first, found)
    cast = await _people(stage, first)
    found |= {"accounts": cast.count, "follows": cast.graph}
    for verb in ("create", "rehearse"):
        found[f"{verb}_s"] = await _timed(first.on_site("backups", verb))
    stage.say(f"{cast.count} accounts, {cast.graph} follows; backed up and rehearsed ({found['rehearse_s']} s)")
    release = acts.next_release(stage.folder / "next", sabotage=stage.sabotage)
    staying = way(globe.address, roots, connections=PEOPLE + READERS)
    coming = way(globe.address, roots, connections=8, keeps=False)
    async with clients(address(), timeout_s=8, connector=staying) as wire, \
            clients(address(), timeout_s=4, connector=coming) as anew:
        await _plant(wire, cast)
        async with Onlookers(anew, cast.shy, cast.words, [cast.stranger.token, None]) as onlookers, \
                Load(wire, cast.people, per_s=PER_S, readers=READERS, seed=1) as load:
            await asyncio.sleep(CALM_S)
            found |= await acts.upgrade(first, load, release)
            stage.say(f"Upgraded in {found['upgrade_s']} s, {found['upgrade_requests']} requests, "
                      f"{found['upgrade_refused']} refused")
            if not stage.sabotage:
                await _troubles(stage, first, anew, office, cast, disks[0], found)
            await asyncio.sleep(CALM_S)
            found["down_before_s"] = round(onlookers.down_s(), 1)
            gone = await _destroy(stage, globe, first, disks[0])
            await _restore(stage, second, release, target, papers, found)
            globe.lead_to(2)
            await load.all_back(time.monotonic(), 30)
            found["back_s"] = round(time.monotonic() - gone.at, 1)
            stage.say(f"Everybody writes again {found['back_s']} s after the loss")
            await asyncio.sleep(CALM_S)
            found["unfinished"] = await load.drained(30)
        return await _judge(stage, second, wire, cast, load.record, onlookers, gone, found)


async def _begin(stage: Stage, machine: Machine, found: dict[str, Any]) -> list[Path]:
    """From nothing to a site with a certificate, a first backup and the key on paper."""
    began = time.monotonic()
    await machine.on_site("init", SITE_NAME, "--for-ever", "--contact", f"crew@{SITE_NAME}", "--https", "own",
                          "--database", "embedded", "--by-hand")
    await machine.on_site("settings", "set", "rate_limits", "off")
    site = await machine.up()
    where = certificates.places(site.data)
    await site.until(lambda: certificates.read(where.live) is not None and certificates.state(where).proven, FIRST_S,
                     "the first certificate")
    found["live_s"] = round(time.monotonic() - began, 1)
    stage.say(f"Live with a certificate {found['live_s']} s after `petrel init` began")
    await site.until(lambda: backups.newest(site.data), FIRST_S, "the first backup")
    text = await machine.on_site("backups", "shares", "--split", f"{NEEDED}of3")
    papers = []
    for number, line in enumerate(line for line in text.splitlines() if line.startswith("petrel-share-1")):
        papers.append(stage.folder / f"share {number}")
        papers[-1].write_text(line)
    return papers[1:]


async def _people(stage: Stage, machine: Machine) -> Cast:
    assert machine.site is not None
    async with stage.doors(machine.site):
        people = await make_people([f"w{n:02}" for n in range(PEOPLE)])
        follows = {n: [(n + step) % PEOPLE for step in range(1, FOLLOWS + 1)] for n in range(PEOPLE)}
        await follow([(people[a], people[b]) for a, some in follows.items() for b in some])
        shy = await make_people([f"shy{n}" for n in range(SHY)], protected=True)
        [stranger] = await make_people(["stranger"])
        mail = {}
        for n in range(LETTERS):
            one = await make_person(f"reader{n}", "long enough to be one", email=f"reader{n}@post.golive")
            mail[f"reader{n}@post.golive"] = one.id
        cast = Cast(people, follows, shy, stranger, mail)
        cast.count = ACCOUNTS_SABOTAGED if stage.sabotage else ACCOUNTS
        cast.graph = await acts.populate(cast.count, people)
    return cast


async def _plant(wire: Clients, cast: Cast) -> None:
    for n in range(MORSELS):
        for one in cast.shy:
            word = f"zq{one.handle}x{n}kept"
            answer = await wire.ask("POST", "/api/v1/statuses", token=one.token,
                                    json={"status": f"for my followers: {word}", "visibility": "private"})
            if answer.status != 200:
                raise Broken(f"a protected post was answered {answer.status}: {answer.body[:200]!r}")
            cast.words[int(answer.json["id"])] = word


async def _troubles(stage: Stage, machine: Machine, wire: Clients, office: Relay, cast: Cast, place: Path,
                    found: dict[str, Any]) -> None:
    found |= await acts.relay_away(machine, wire, office, cast.mail)
    stage.say(f"The relay was away: {found['letters']} letters, {found['letters_lost']} lost")
    found |= await acts.bots(machine, wire, "bot")
    stage.say(f"{found['bots']} bots signed up at once: {found['bots_in']} came in")
    found |= await acts.disk_fills(wire, cast.stranger, place)
    stage.say(f"The disk filled: posts refused after {found['disk_refused_s']} s, taken {found['disk_back_s']} s after "
              "there was room")


async def _destroy(stage: Stage, globe: World, machine: Machine, place: Path) -> Gone:
    note = backups.newest(machine.data)
    if note is None or not note.archived_at_ms:
        raise Broken("the site says nothing of an archive")
    at, offset_s = time.monotonic(), time.time() - time.monotonic()
    await machine.destroy()
    globe.remove_host(1)
    detach(place)
    gone = Gone(note.archived_at_ms / 1000 - offset_s, at)
    stage.say(f"The host is gone; its archive had all until {at - gone.claimed_at:.2f} s before")
    return gone


async def _restore(stage: Stage, machine: Machine, release: Path, target: str, papers: list[Path],
                   found: dict[str, Any]) -> None:
    machine.root = release
    words = [word for paper in papers for word in ("--share-file", str(paper))]
    said = json.loads(await machine.on_site("restore", target, "--json", *words))
    found |= {"restore_s": round(said["took_s"], 1), "foretold_s": round(sum(said["expected_s"].values()), 1),
              "restore_findings": [*said["checked"]["findings"], *said["checked"]["remarks"]]}
    stage.say(f"Restored in {found['restore_s']} s, foretold {found['foretold_s']} s")
    await machine.up()


async def _judge(stage: Stage, machine: Machine, wire: Clients, cast: Cast, record: Record, onlookers: Onlookers,
                 gone: Gone, found: dict[str, Any]) -> Outcome:
    stage.say("Comparing ...")
    promised, window = _some(record, lambda at, sent: at <= gone.claimed_at or sent > gone.at), _some(
        record, lambda at, sent: at > gone.claimed_at and sent <= gone.at)
    kept = await Witness(wire, cast.people, promised, cast.follows).look(settle_s=SETTLE_S)
    late = await Witness(wire, cast.people, window, cast.follows).look(settle_s=0)
    found["protected_kept"] = await _own_words(wire, cast)
    assert machine.site is not None
    await machine.on_site("journal", "verify")
    async with machine.site.database() as owner:
        found["accounts_after"] = await owner.fetchval(COUNTED)
    found |= {"acknowledged": len(record.acks), "archived": len(promised.acks), "lost": _count(kept),
              "in_the_window": len(window.acks), "lost_in_the_window": _count(late),
              "window_s": round(gone.at - gone.claimed_at, 2), "asked_by_strangers": onlookers.asked,
              "leaked": len(onlookers.leaked), "down_s": round(onlookers.down_s(), 1),
              "down_minutes": round(onlookers.down_s() / 60, 2), "not_answered": dict(onlookers.refused.most_common(6)),
              "examples": [*kept.posts_lost[:3], *kept.likes_lost[:2], *onlookers.leaked[:3]]}
    return _outcome(found, kept, sabotage=stage.sabotage)


async def _own_words(wire: Clients, cast: Cast) -> int:
    """How many protected posts their authors still read."""
    answers = [await wire.ask("GET", f"/api/v1/statuses/{post}", token=one.token)
               for post, word in cast.words.items() for one in cast.shy if one.handle in word]
    return sum(answer.status == 200 and any(word.encode() in answer.body for word in cast.words.values())
               for answer in answers)


def _some(record: Record, wanted: Any) -> Record:
    """Acknowledgements by when they came and when the wish was sent; nothing of what was seen."""
    some = Record()
    for ack in record.acks:
        if wanted(ack.at, ack.sent_at):
            some.note(ack)
    return some


def _count(found: Reckoning) -> int:
    """Each post once: one that is nowhere has no source either."""
    return len({line.partition(")")[0] for line in found.posts_lost}) + len(found.likes_lost) + len(found.boosts_lost)


def _outcome(found: dict[str, Any], kept: Reckoning, *, sabotage: bool) -> Outcome:
    harm: dict[str, Any] = {
        LOST: kept.posts_lost, "acknowledged and archived like or boost lost": kept.likes_lost + kept.boosts_lost,
        "acknowledged post changed": kept.posts_changed, "post published twice": kept.posts_doubled,
        "protected post shown to a stranger": found["leaked"],
        "request refused by the upgrade": found["upgrade_refused"],
        "protected post lost": found["protected_kept"] != SHY * MORSELS,
        "the next release does not serve": not found["upgraded"],
        "account lost": found["accounts_after"] != found["accounts"],
        "write never acknowledged": found["unfinished"],
        "home timeline without an acknowledged post": kept.homes_incomplete,
        "check after the restore found something": found["restore_findings"],
    }
    if not sabotage:
        harm |= {
            "letter lost": found["letters_lost"], "letter twice": found["letters_twice"],
            "bots came in": found["bots_in"] > BOTS_MOST,
            "posts were not refused as the disk filled, or not taken again":
                found["disk_refused_s"] is None or found["disk_back_s"] is None or found["disk_read"] != 200,
        }
    phases = Phases(
        injected=("" if sabotage else f"relay away, {found['bots']} bots, a full disk; ")
                 + f"an upgrade, the host destroyed, under {found['acknowledged']} acknowledged writes, "
                 f"{found['accounts']} accounts",
        detected="by people who look every 0.2 s",
        contained=f"upgrade refused {found['upgrade_refused']} of {found['upgrade_requests']}; letters lost "
                  f"{found.get('letters_lost')}; bots in {found.get('bots_in')}; leaked {found['leaked']}",
        recovered=f"restored elsewhere in {found['restore_s']} s, foretold {found['foretold_s']} s; down "
                  f"{found['down_minutes']} minutes in all",
        lost=f"{found['lost']} of {found['archived']} archived writes; {found['lost_in_the_window']} of "
             f"{found['in_the_window']} in the window")
    return Outcome(harm=tuple(name for name, cases in harm.items() if cases), phases=phases, figures=found,
                   exercised=min(found["archived"], found["asked_by_strangers"]))
