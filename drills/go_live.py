"""No row of its own: a site goes live, and then much of what other rows are about happens to it, in one run.

Hosts are network namespaces; names, certificates, mail and the backup's host are real servers of others on the wire
between them. The site is made by `petrel init` of an older release (going_live/older.py says which and why), found by
its name, and believed by its certificate alone. People write all the while, strangers ask for what is protected, and
somebody looks every 0.2 s whether it is there. systemd is not in it: it cannot be had inside a network namespace, so
`petrel up` is started by hand, and units are tried where they are made (tests/ops/setup). The hours in which nobody
answers are simulated, as in the drill nobody-home.
"""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.going_live import acts, measuring, older, unanswered, wave
from drills.going_live.browser import Browser
from drills.going_live.crowd import Onlookers, address, networks, way
from drills.going_live.machine import Machine, detach
from drills.going_live.measuring import Grown
from drills.going_live.world import ISSUER_NAME, RELAY_NAME, SITE_NAME, Relay, World, relay, world
from drills.hosts import disk, ssh_host
from petrel.core.viewer import Member
from petrel.features import accounts
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
)
from petrel.ops.drills.issuer import pebble
from petrel.ops.drills.load import Load, Record
from petrel.ops.drills.reckoning import Reckoning, Witness

LOST = "acknowledged and archived post lost"

DRILL = Drill(
    name="go-live", row=0, tier="real", covers="part", harm=LOST,
    sabotage="the archive elsewhere: the release that the site is upgraded to stores nothing there",
    left_out="systemd units, which a network namespace cannot have; release 0.1.0 as version N, which is stopped once "
             "(it is a commit of later); hours by the clock, which are simulated; what is acknowledged in the last "
             "moment before the loss; who fills the disk (disk-full); settings that the backup does not carry are "
             "given again on the second host; prices, which are guesses",
    shown=("accounts", "archived", "lost", "leaked", "down_minutes", "month_euros", "upgrade_per_s", "upgrade_refused",
           "longest_lock_s", "bots_left", "foretold_s", "restore_s"),
    limit_s=600)

ACCOUNTS, ACCOUNTS_SABOTAGED = 50_000, 2_000
PEOPLE, FOLLOWS, READERS, PER_S = 24, 4, 4, 1.0
SHY, MORSELS = 3, 4
OWNER = "ada"
LETTERS = 12
NEEDED = 2
DISK_MIB = 7_000
BOTS_MOST = 6                   # of one network a day. source: setting signups_per_network
WAVE_MOST = 60                  # an hour, alone. source: setting signups_an_hour
RUSH_LEAST, LOCK_MOST_S = 100, 1.0
LATE_MIN = 2.0
FIRST_S, SETTLE_S = 90.0, 10.0
CALM_S, MEASURED_S = 5.0, 8.0
COUNTED = "select count(*) from accounts.account where handle ~ '^m[0-9]{5}$'"


class Cast(Struct):
    """`words`: of protected posts, by number."""

    people: list[Person]
    follows: dict[int, list[int]]
    shy: list[Person]
    stranger: Person
    owner: Member
    cookie: str
    mail: dict[str, int]
    words: dict[int, str] = {}
    grown: Grown = Grown(0, 0, 0, 0)


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
        old = older.version_n(stage.folder / "older")
        machines = [Machine(globe.space(n + 1), disks[n] / "site", settings, old) for n in (0, 1)]
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
            "PETREL_MAIL_SERVER": RELAY_NAME, "PETREL_MAIL_PORT": str(office.port), "PETREL_MAIL_CA": str(office.root)}


async def _live(stage: Stage, globe: World, machines: list[Machine], disks: list[Path], office: Relay, roots: Path,
                target: str) -> Outcome:
    first, second = machines
    found: dict[str, Any] = {}
    papers = await _begin(stage, first, found)
    cast = await _people(stage, first)
    found |= {"accounts": cast.grown.accounts, "follows": cast.grown.follows}
    for verb in ("create", "rehearse"):
        found[f"{verb}_s"] = await _timed(first.on_site("backups", verb))
    stage.say(f"{found['accounts']} accounts, {found['follows']} follows on version N; backed up and "
              f"rehearsed ({found['rehearse_s']} s)")
    release = acts.next_release(stage.folder / "next", sabotage=stage.sabotage)
    staying = way(globe.address, roots, connections=PEOPLE + READERS + acts.GLANCERS)
    coming = way(globe.address, roots, connections=24, keeps=False, come_from=networks())
    alike = way(globe.address, roots, connections=8, keeps=False, come_from=lambda: "198.19.251.9")
    async with clients(address(), timeout_s=8, connector=staying) as wire, \
            clients(address(), timeout_s=4, connector=coming) as anew, \
            clients(address(), connector=alike) as one_network:
        await _plant(wire, cast)
        async with Onlookers(anew, cast.shy, cast.words, [cast.stranger.token, None]) as onlookers, \
                Load(wire, cast.people, per_s=PER_S, readers=READERS, seed=1) as load:
            await asyncio.sleep(CALM_S)
            found |= await acts.upgrade(first, wire, load, release)
            stage.say(f"Upgraded in {found['upgrade_s']} s over {len(found['migrations'])} migrations, "
                      f"{found['upgrade_per_s']} requests/s, {found['upgrade_refused']} refused, longest lock "
                      f"{found['longest_lock_s']} s, slowest write {found['slowest_s']} s")
            if not stage.sabotage:
                # So that a restore has a forecast by this release; at a calm moment, as a site does it at night.
                before, load.per_s = load.per_s, measuring.HARDLY_PER_S
                found["rehearse_after_s"] = await _timed(first.on_site("backups", "rehearse"))
                load.per_s = before
                await _cost(stage, first, load, [wire, anew], cast, found)
                await _troubles(stage, first, load, wave.Bots(anew, one_network), office, cast, disks[0], found)
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
    await machine.up()
    # Version N gives its keyring 20 connections, which are too few under this load. This release gives it 60.
    (machine.data / "keyring" / "local.conf").write_text("max_connections = 60\n")
    await machine.down()
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
    follows = {n: [(n + step) % PEOPLE for step in range(1, FOLLOWS + 1)] for n in range(PEOPLE)}
    made = await machine.ask(acts.PEOPLING, {
        "do": "cast", "people": [*(f"w{n:02}" for n in range(PEOPLE)), "stranger"],
        "follows": [(a, b) for a, some in follows.items() for b in some], "shy": [f"shy{n}" for n in range(SHY)],
        "mail": {name: f"{name}@post.golive" for name in (*(f"reader{n}" for n in range(LETTERS)), OWNER)},
        "owner": OWNER})
    *people, stranger = (Person(*one) for one in made["people"])
    session, mail = made["session"], {at: one for at, one in made["mail"].items() if one != made["owner"]}
    cast = Cast(people, follows, [Person(*one) for one in made["shy"]], stranger,
                Member(made["owner"], accounts.digest_of(session), is_session=True), session, mail)
    cast.grown = await acts.populate(machine, ACCOUNTS_SABOTAGED if stage.sabotage else ACCOUNTS, people)
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


async def _cost(stage: Stage, machine: Machine, load: Load, wires: list[Clients], cast: Cast,
                found: dict[str, Any]) -> None:
    """What the site takes while much is asked of it."""
    before, looks = load.per_s, []
    for load.per_s in (measuring.HARDLY_PER_S, measuring.MUCH_PER_S):
        await asyncio.sleep(1)
        looks.append(await measuring.look(machine, wires, len(load.record.acks)))
        await asyncio.sleep(MEASURED_S)
        looks.append(await measuring.look(machine, wires, len(load.record.acks)))
    load.per_s = before
    found |= measuring.month(cast.grown, looks, measuring.memory_bytes(machine))
    stage.say(f"{measuring.FIFTY_THOUSAND} active accounts would take {found['month']}: {found['month_euros']} euros a "
              "month")


async def _troubles(stage: Stage, machine: Machine, load: Load, bots: wave.Bots, office: Relay, cast: Cast, place: Path,
                    found: dict[str, Any]) -> None:
    found |= await wave.wave(machine, bots, office, Browser(bots.way, cast.cookie), load)
    stage.say(f"{found['bots']} bots signed up: {found['bots_in']} came in, the gate shut, the administrator was "
              f"{'told' if found['administrator_told'] else 'not told'}; {found['undone']} undone, "
              f"{found['bots_left']} left; {found['members_refused']} of {found['members_answered']} requests of "
              "members refused")
    for name, mib in (("disk_uploads_mib", "600"), ("disk_posts_mib", "400")):
        await machine.on_site("settings", "set", name, mib)
    away, alone = await asyncio.gather(
        acts.relay_away(machine, bots.way, office, cast.mail),
        unanswered.unanswered(stage, machine, bots, cast.people, cast.owner))
    found |= away | alone
    stage.say(f"The relay was away: {found['letters']} letters, {found['letters_lost']} lost. Nobody answered for "
              f"twelve hours: careful after {found['careful_min']} min, shut after {found['safe_min']}, open "
              f"{found['reopened_s']} s after the first answer")
    found |= await acts.disk_fills(bots.way, cast.stranger, place)
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
    expected = said["expected_s"]           # nothing, where this release has rehearsed nothing
    found |= {"restore_s": round(said["took_s"], 1),
              "foretold_s": None if expected is None else round(sum(expected.values()), 1),
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
        "away before its host was lost": found["down_before_s"],
        "protected post lost": found["protected_kept"] != SHY * MORSELS,
        "the next release does not serve": not found["upgraded"],
        "the upgrade ran no migration": not found["migrations"],
        "lock of a second while upgrading": found["longest_lock_s"] >= LOCK_MOST_S,
        "account lost": found["accounts_after"] != found["accounts"],
        "write never acknowledged": found["unfinished"],
        "home timeline without an acknowledged post": kept.homes_incomplete,
        "check after the restore found something": found["restore_findings"],
    }
    if not sabotage:
        harm |= {
            "less load than promised while upgrading": found["upgrade_per_s"] < RUSH_LEAST,
            "letter lost": found["letters_lost"], "letter twice": found["letters_twice"],
            "many bots of one network came in": found["bots_of_one_in"] > BOTS_MOST,
            "the gate did not shut in time": found["bots_in"] > WAVE_MOST,
            "the administrator was not told of the wave": not found["administrator_told"],
            "bots are left of the wave": found["bots_left"],
            "somebody honest went with the wave": not (found["let_in_stays"] and found["waiting_waits"]
                                                       and found["invited_in"]),
            "member refused while bots came": found["members_refused"],
            "the site did not grow careful in time":
                any(at is None or at > 60 * hours + LATE_MIN for at, hours in (
                    (found["careful_min"], unanswered.CAREFUL), (found["safe_min"], unanswered.SAFE))),
            "somebody could join at the twelfth hour": found["joined_at_12_h"] == "200",
            "the doors did not open again": found["reopened_s"] is None or found["joined_afterwards"] != "200",
            "posts were not refused as the disk filled, or not taken again":
                found["disk_refused_s"] is None or found["disk_back_s"] is None or found["disk_read"] != 200,
        }
    phases = Phases(
        injected=("" if sabotage else
                  f"relay away, {found['bots']} bots, twelve hours without an answer, a full disk; ")
                 + f"an upgrade over {len(found['migrations'])} migrations, the host destroyed, under "
                 f"{found['acknowledged']} acknowledged writes, "
                 f"{found['accounts']} accounts",
        detected="by people who look every 0.2 s",
        contained=f"upgrade refused {found['upgrade_refused']} of {found['upgrade_requests']} at "
                  f"{found['upgrade_per_s']}/s; letters lost {found.get('letters_lost')}; bots in "
                  f"{found.get('bots_in')}, left {found.get('bots_left')}",
        recovered=f"restored elsewhere in {found['restore_s']} s, foretold {found['foretold_s']} s",
        lost=f"lost {found['lost']} of {found['archived']} archived writes ({found['lost_in_the_window']} of "
             f"{found['in_the_window']} in the window), leaked {found['leaked']}, down {found['down_minutes']} minutes"
             + ("" if sabotage else f"; {found['month_euros']} euros a month for 50,000 active accounts"))
    return Outcome(harm=tuple(name for name, cases in harm.items() if cases), phases=phases, figures=found,
                   exercised=min(found["archived"], found["asked_by_strangers"]))
