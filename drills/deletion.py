"""Row 47: what is deleted is gone from every surface, file, replica and backup, and no way back brings it again.

Some hundred posts, messages, edits, warnings, tags and an account with all its texts hold marks; half of them are
deleted while people post. Every surface is asked, at once and again; then raw bytes are looked through, every copied
ciphertext is tried with every key that is left, and a backup from before is restored.
"""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from drills.deleting.copies import Replica
from drills.deleting.planting import Planted, Sealed, checked, copied, keys_of, opened, plant, secrets_of
from drills.deleting.probing import Probe, Prober
from drills.deleting.restoring import Returned, close, go_back, open_doors, restored
from drills.deleting.scanning import Scan, scan
from drills.deleting.settling import SETTLED_S, Settled, control_intact, erase, receipts, settle
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts, timelines
from petrel.features.timelines import rings
from petrel.ops.drills import Broken, Clients, Drill, Outcome, Person, Phases, Site, Stage, clients, make_people

READABLE = "something deleted can be read with a key that is left"

DRILL = Drill(
    name="deletion", row=47, tier="real", covers="part", harm=READABLE, sabotage="the destruction of keys",
    left_out="attachments, quotes and link cards (not built); memory that processes have freed; a key backup that is "
             "younger than seven days opens copies from before; lists and filters deleted one by one, whose key is "
             "their account's",
    shown=("deleted", "survivors", "decryptable", "revived", "plain_marks", "key_bytes"), limit_s=900)

ROUNDS_S = (1.0, 10.0, 60.0)
CONTROL = "maintenance, as the drill announces it in the clear"


class Seen(Struct):
    """What was found, added up over the drill."""

    at_once: Probe
    rounds: dict[float, Probe]
    settled: Settled
    damaged: list[str]
    files: int = 0
    bytes: int = 0
    control: int = 0
    plain: dict[str, int] = {}
    keys: dict[str, int] = {}
    readable: int = 0
    tried: int = 0
    replica_rows: int = 0
    in_rings: int = 0
    receipts: int = 0
    wrong_receipts: list[str] = []
    returned: Returned = field(default_factory=Returned)
    examples: list[str] = []

    def add(self, found: Scan) -> None:
        self.files += found.files
        self.bytes += found.bytes
        self.control += found.control
        self.plain = dict(Counter(self.plain) + found.plain)
        self.keys = dict(Counter(self.keys) + found.keys)
        self.examples += found.examples[:10]


async def run(stage: Stage) -> Outcome:
    """What is left."""
    program = ("drills.sabotaged", "keep-keys") if stage.sabotage else ("petrel",)
    async with stage.site(program) as site, clients(site.address, timeout_s=30) as wire, stage.doors(site):
        ann, ben, cat, erased, busy, shy = await make_people(["ann", "ben", "cat", "eve", "busy", "shy"])
        planted = await plant(wire, ann, ben, cat, erased)
        doors = await open_doors(wire, ann, cat, shy)
        keys = await keys_of(site)
        copies = checked(planted, await copied(site), keys)
        async with writing(System("drill"), cause="petrel drill") as w:
            await accounts.announcements.announce(w, CONTROL)
        stage.say(f"{len(planted.doomed)} things and an account to delete, {len(planted.control)} things to stay; "
                  f"{len(copies)} ciphertexts copied, all of them open")
        replica = Replica(site, stage.folder / "replica")
        if not stage.sabotage:
            await replica.make()
            await site.told("backups", "create", str(stage.folder / "backups"))
        await close(wire, doors, ann, cat, shy)
        traffic = asyncio.create_task(_traffic(wire, busy))
        try:
            seen = await _deleted(stage, site, wire, planted)
            await _raw(stage, site, planted, copies, keys, replica, seen)
            seen.receipts, seen.wrong_receipts = await receipts(site, planted)
            if not stage.sabotage:
                seen.returned = await go_back(stage, site, stage.folder / "backups", planted, doors)
                seen.add(_scan({"restored": restored(stage)}, planted, keys))
        finally:
            replica.stop()
            traffic.cancel()
        return _outcome(planted, seen)


async def _traffic(wire: Clients, busy: Person) -> None:
    """Somebody posts and reads all the while."""
    number = 0
    while True:
        number += 1
        await wire.ask("POST", "/api/v1/statuses", token=busy.token, json={"status": f"still here, {number}"})
        await wire.ask("GET", "/api/v1/timelines/public", token=busy.token)
        await asyncio.sleep(0.2)


async def _deleted(stage: Stage, site: Site, wire: Clients, planted: Planted) -> Seen:
    """Deletes, asking for each at once; then asks everything after a while, and again."""
    prober, at_once = Prober(wire, planted), Probe(survivors=Counter())
    await erase(planted)
    for thing in planted.doomed:
        answer = await wire.ask("DELETE", f"/api/v1/statuses/{thing.id}", token=thing.owner.token)
        if answer.status != 200:
            raise Broken(f"{thing.kind} could not be deleted: {answer.status}")
        for person in (planted.ben, None):
            await prober.one(at_once, thing, person)
    began, rounds = time.monotonic(), {}
    for at_s in ROUNDS_S:
        await asyncio.sleep(max(0.0, began + at_s - time.monotonic()))
        rounds[at_s] = await prober.once(planted.doomed if at_s < 60 else planted.doomed[:20])
        stage.say(f"{at_s:.0f} s after the last deletion: {rounds[at_s].asked} answers, "
                  f"{rounds[at_s].survivors.total()} with something deleted")
    settled = await settle(site, planted, 20.0 if stage.sabotage else SETTLED_S)
    stage.say(f"Settled after {settled.swept_s} s more; {settled.shredding}")
    return Seen(at_once, rounds, settled, await control_intact(wire, planted))


async def _raw(stage: Stage, site: Site, planted: Planted, copies: list[Sealed], keys: dict[int, bytes],
               replica: Replica, seen: Seen) -> None:
    """Files as they lie there, of everything that runs; and every ciphertext with every key that is left."""
    roots = {"main": site.data / "main", "keyring": site.data / "keyring", "site": site.data, "console": site.console,
             "rings": rings.file_for(site.data / "run").parent}
    for cluster in ("main", "keyring"):
        async with site.database(cluster=cluster) as owner:     # type: ignore[arg-type]
            await owner.execute("checkpoint")
    if not stage.sabotage:
        await replica.catch_up()
        seen.replica_rows = await replica.rows_of(planted.doomed_ids)
        roots |= {"replica": replica.folder, "backups": stage.folder / "backups"}
    seen.add(_scan(roots, planted, keys))
    left = [*(await keys_of(site)).values(), *await secrets_of(site)]
    readable = await asyncio.to_thread(opened, copies, left)
    seen.readable, seen.tried = len(readable), len(copies) * len(left)
    seen.in_rings = sum(timelines.held_in_rings(site.data / "run", planted.doomed_ids).values())
    seen.examples += [f"{one.place} of {one.key_id} opens" for one in readable[:5]]
    stage.say(f"{seen.bytes / 1e6:.0f} MB in {seen.files} files looked through; {seen.tried} ciphertexts tried with "
              f"{len(left)} keys: {seen.readable} open")


def _scan(roots: dict[str, Path], planted: Planted, keys: dict[int, bytes]) -> Scan:
    return scan(roots, planted.stem, CONTROL, [keys[number] for number in planted.doomed_ids if number in keys])


def _outcome(planted: Planted, seen: Seen) -> Outcome:
    late = {f"{at_s:.0f} s": dict(probe.survivors) for at_s, probe in seen.rounds.items()}
    survivors = seen.at_once.survivors.total() + sum(p.survivors.total() for p in seen.rounds.values())
    harm = {
        READABLE: seen.readable,
        "something deleted is served": survivors,
        "a mark stands in a file in the clear": sum(seen.plain.values()),
        "the bytes of a destroyed key are in a file": sum(seen.keys.values()),
        "something deleted is in a replica": seen.replica_rows,
        "something deleted is in a timeline in memory": seen.in_rings,
        "the site's own sweep finds remains, or none was made": len(seen.settled.remains)
        + (seen.settled.swept_s is None),
        "a receipt does not hold": len(seen.wrong_receipts),
        "something that was not deleted is damaged": len(seen.damaged) + len(seen.returned.damaged),
        "a restore brought something back": seen.returned.revived,
        "a restore reopened something": len(seen.returned.reopened),
    }
    if not seen.control:
        raise Broken("what stands in files in the clear was not found: this drill does not look")
    figures: dict[str, Any] = {
        "deleted": len(planted.doomed_ids), "marks": len(planted.doomed_words), "stay": len(planted.control),
        "answers": seen.at_once.asked + sum(p.asked for p in seen.rounds.values()) + seen.returned.asked,
        "survivors": survivors, "survivors_at_once": dict(seen.at_once.survivors), "survivors_later": late,
        "decryptable": seen.readable, "tried": seen.tried, "files": seen.files, "megabytes": round(seen.bytes / 1e6),
        "plain_marks": dict(seen.plain), "key_bytes": dict(seen.keys), "replica_rows": seen.replica_rows,
        "in_rings": seen.in_rings, "erased_s": seen.settled.erased_s, "keys_gone_s": seen.settled.keys_s,
        "swept_s": seen.settled.swept_s, "shredding": seen.settled.shredding, "receipts": seen.receipts,
        "revived": seen.returned.revived, "reopened": len(seen.returned.reopened),
        "examples": seen.examples[:20] + seen.settled.remains[:5] + seen.wrong_receipts[:5] + seen.damaged[:5]
        + seen.returned.damaged[:5] + seen.returned.reopened + seen.returned.examples,
    }
    phases = Phases(
        injected=f"{len(planted.doomed)} posts and messages and an account with {len(planted.erased_ids)} deleted, "
                 f"{len(planted.doomed_words)} marks, a replica and a backup from before",
        detected=f"{figures['answers']} answers, {figures['megabytes']} MB of files, {seen.tried} tries to decrypt",
        contained=f"keys seen gone {seen.settled.keys_s} s after the last round, swept after {seen.settled.swept_s} s",
        recovered=f"{seen.receipts} receipts hold; restored: {seen.returned.revived} came back, "
                  f"{len(seen.returned.reopened)} reopened",
        lost=f"{len(seen.damaged)} of {len(planted.control)} things that were to stay")
    return Outcome(harm=tuple(name for name, count in harm.items() if count), phases=phases, figures=figures,
                   exercised=min(seen.tried, seen.files, seen.at_once.asked, len(planted.doomed)))
