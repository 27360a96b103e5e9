"""Row 18: a member who has used everything asks for a copy, and for an end.

The copy has to hold every column that the inventory calls theirs, and nothing of others. After the end nothing of them
may be found: in rows, by number; under any key that is left; in the clear in any file; in search. Nobody of the crew
lifts a hand. A column that nobody classified has to be stopped by the fence.
"""

import asyncio
import json
import tempfile
import time
import zipfile
from typing import Any

from msgspec import Struct

from drills.dossier import scan
from drills.dossier.walker import Dossier, people_columns, walk
from petrel.core import inventory
from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import privacy
from petrel.features.timelines.rings import file_for
from petrel.ops.drills import Broken, Clients, Drill, Outcome, Phases, Site, Stage, clients

LEFT = "data left after erasure"

DRILL = Drill(
    name="gdpr", row=18, tier="real", covers="part", harm=LEFT,
    sabotage="the steps that erase marks and lists, and the sweep that would notice",
    left_out="stopping one purpose of processing everywhere at once; replicas; locked backups (in `deletion`)",
    shown=("columns", "columns_exported", "third_persons_marks", "survivors", "human_minutes", "erased_s"), limit_s=600)

ERASED_S = 60.0
UNWRITTEN = {
    "accounts.account.domain": "of other servers' accounts",
    "accounts.account.country": "nobody declares one yet",
    "accounts.reset.used_at": "using the link would end the app that she asks with",
    "accounts.token.used_on": "noted once a day", "accounts.passkey.used_on": "no device of hers is here",
    "accounts.recovery_code.used_at": "she has lost nothing",
    "archives.waiting.begun_at": "she has not said yes",
    "accounts.credential.confirm_digest": "only while an address waits to be confirmed",
    "accounts.credential.confirmed_at": "only where addresses have to be confirmed",
    "journal.entry.inverse": "unused so far",
    "posts.poll.told_at": "a poll lasts five minutes at least",
    "posts.post.deleted_at": "what was deleted is in no copy",
    "messages.message.deleted_at": "what was deleted is in no copy",
    "deletions.deletion.keys_gone_at": "the ledger follows within seconds",
    "deletions.deletion.shredded_at": "the ledger follows within minutes",
    "deletions.deletion.swept_at": "the ledger follows within minutes",
    "mail.letter.ended_at": "nobody takes her letter in this drill",
    "mail.letter.locked_until": "while a letter is being sent",
    "signup.arrival.undone_at": "of a wave that was undone",
    "signup.arrival.wave": "of a wave that is undone by a change",
    "privacy.export.bytes": "of this very copy, while it is made",
    "privacy.export.digest": "of this very copy, while it is made",
    "privacy.export.done_at": "of this very copy, while it is made",
    "privacy.export.expires_at": "of this very copy, while it is made",
}
UNWRITTEN_TABLES = {
    "accounts.remote": "accounts of other servers",
    "access.request": "the crew's", "access.crew_change": "the crew's",
    "ops.flag_account": "the crew gives somebody a flag",
    "accounts.invite": "only the crew invites",
    "access.look_count": "looks of the crew; nobody of it looked",
    "posts.withheld": "legal orders; none here",
    "archives.import": "nothing was imported", "archives.item": "nothing was imported",
    "notifications.held": "depends on who else is new", "notifications.request": "as above",
    "notifications.permission": "as above",
    "privacy.erasure": "comes with the end",
    "discovery.post_trend": "a trend needs three accounts that are a week old", "discovery.review": "the crew's",
    "relationships.relation.requested_by_id": "protected accounts",
}


class Copy(Struct, frozen=True):
    """What is wrong with the copy; `filled` columns had something in them."""

    columns: int
    filled: int
    missing: list[str]
    empty: list[str]
    own_missing: list[str]
    foreign: list[str]


async def run(stage: Stage) -> Outcome:
    """From the first post to the last trace."""
    program = ("drills.sabotaged", "erase-without-marks") if stage.sabotage else ("petrel",)
    async with stage.site(program) as site, clients(site.address, timeout_s=30) as wire:
        async with stage.doors(site):
            dossier = await walk(wire)
            await _settled(wire, dossier)
            wanted = await people_columns()
        copy = await _copy(stage, site, dossier, wanted)
        stage.say(f"{copy.filled} of {copy.columns} columns filled; {len(copy.missing)} missing from the copy")
        fence = await _fence(site)
        numbers = [dossier.ada.id, *dossier.posts, *dossier.messages]
        async with site.database() as owner:
            await owner.execute("set row_security = off")
            before = await scan.sealed_of(owner, numbers)
        erased_s, steps = await _end(stage, site, dossier)
        left = await scan.everything_left(site, numbers)
        async with site.database(cluster="keyring") as keyring:
            opened, keys = await scan.opened_by_any_key(keyring, before)
            keys_left = await keyring.fetchval("select count(*) from keyring.key where id = any($1::bigint[])", numbers)
        words = [*dossier.marks, *dossier.gone]
        plain, looked_bytes = await asyncio.to_thread(scan.plain_in_files, site.data, words)
        ringed = scan.numbers_in(file_for(site.data / "run"), dossier.posts)
        found = await _found_by_others(wire, dossier)
        harmed = await _others_kept(wire, dossier)
    survivors = sum(left.values()) + len(opened) + keys_left + len(plain) + ringed + len(found)
    harm = {
        LEFT: survivors,
        "the copy lacks something that is hers": len(copy.missing) + len(copy.own_missing),
        "the copy holds something of others": len(copy.foreign),
        "an unclassified column passed the fence": 0 if fence else 1,
        f"erasure took longer than {ERASED_S:.0f} s": int(erased_s > ERASED_S),
        "others lost something of theirs": len(harmed),
    }
    figures: dict[str, Any] = {
        "columns": copy.columns, "columns_filled": copy.filled, "columns_exported": copy.columns - len(copy.missing),
        "third_persons_marks": len(copy.foreign), "survivors": survivors, "human_minutes": 0,
        "erased_s": round(erased_s, 1), "steps": len(steps), "gone": steps, "ciphertexts_kept": len(before),
        "keys_tried": keys, "opened": opened, "rows_left": left, "files_in_the_clear": plain[:5],
        "bytes_looked_at": looked_bytes, "in_rings": ringed, "found_by_others": found, "fence_said": fence,
        "missing": copy.missing[:10] + copy.own_missing[:10], "foreign": copy.foreign, "harmed": harmed,
        "never_written": sorted(UNWRITTEN) + sorted(UNWRITTEN_TABLES),
    }
    phases = Phases(
        injected=f"a member in {copy.filled} columns, {len(words)} marks; an unclassified column",
        detected=f"the fence said: {fence or 'nothing'}",
        contained=f"copy: {copy.columns - len(copy.missing)} of {copy.columns} columns, {len(copy.foreign)} of others",
        recovered=f"erased in {erased_s:.1f} s in {len(steps)} steps, by nobody's hand",
        lost=f"{survivors} survivors in rows, keys, {looked_bytes >> 20} MB of files, rings and search")
    return Outcome(harm=tuple(name for name, count in harm.items() if count), phases=phases, figures=figures,
                   exercised=min(copy.filled, len(before), keys, looked_bytes))


async def _settled(wire: Clients, dossier: Dossier) -> None:
    """Until followers of the journal have told, indexed and counted. Errors: Broken."""
    for _ in range(300):
        told = await wire.ask("GET", "/api/v1/notifications", token=dossier.ada.token)
        found = await wire.ask("GET", f"/api/v2/search?type=statuses&q={dossier.marks[0]}", token=dossier.ada.token)
        if {"favourite", "reblog"} <= {n["type"] for n in told.json} and found.json["statuses"]:
            return
        await asyncio.sleep(0.1)
    raise Broken("she is not told, or not found, within 30 s: the drill would look for what was never there")


async def _copy(stage: Stage, site: Site, dossier: Dossier, wanted: set[str]) -> Copy:
    with tempfile.TemporaryDirectory() as folder:
        said = await site.told("privacy", "export", "@" + dossier.ada.handle, folder, "--json")
        with zipfile.ZipFile(json.loads(said)["file"]) as archive:
            texts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(texts["data/manifest.json"])
    answered = {column["name"]: column for column in manifest["columns"]}
    missing = sorted(wanted - answered.keys())
    empty = []
    async with site.database() as owner:
        await owner.execute("set row_security = off")
        for name in sorted(wanted & answered.keys()):
            table, _, column = name.rpartition(".")
            if file := answered[name]["file"]:
                rows = json.loads(texts[file])
                if not any(row.get(column) is not None for row in rows):
                    empty.append(name)
            elif not await owner.fetchval(f"select count({column}) from {table}"):
                empty.append(name)
    unfilled = [name for name in empty if name not in UNWRITTEN and name.rpartition(".")[0] not in UNWRITTEN_TABLES
                and name not in UNWRITTEN_TABLES]
    if unfilled:
        raise Broken(f"the walker did not fill: {', '.join(unfilled)}")
    whole = b"\n".join(texts.values()).decode("utf-8", "replace")
    return Copy(len(wanted), len(wanted) - len(empty), missing, empty,
                [mark for mark in dossier.marks if mark not in whole],
                [mark for mark in (*dossier.others, *dossier.gone) if mark in whole])


async def _fence(site: Site) -> str:
    """What the inventory says of a column that nobody classified; the change is taken back."""
    async with site.database() as owner:
        change = owner.transaction()
        await change.start()
        await owner.execute("alter table accounts.credential add shoe_size integer")
        [found] = await inventory.read({"main": owner.fetch})
        await change.rollback()
    return next((fault for fault in found.faults if "shoe_size" in fault), "")


async def _end(stage: Stage, site: Site, dossier: Dossier) -> tuple[float, dict[str, int]]:
    """Asked for, and waited for; the site does it by itself."""
    async with stage.doors(site):
        began = time.monotonic()
        async with writing(System("drill"), cause="petrel drill gdpr") as w:
            secret = await privacy.erasure.begin(w, dossier.ada.id)
        while (told := await privacy.erasure.by_link(secret)).done_at is None:
            if time.monotonic() - began > 5 * ERASED_S:
                async with reading(System("drill")) as r:
                    jobs = await r.fetch("select name, attempts, last_error from ops.job")
                raise Broken(f"it was not done within {5 * ERASED_S:.0f} s: {[tuple(job) for job in jobs]}")
            await asyncio.sleep(0.1)
        return time.monotonic() - began, told.gone


async def _found_by_others(wire: Clients, dossier: Dossier) -> list[str]:
    """What somebody else still finds of her."""
    found = []
    for mark in dossier.marks:
        answer = await wire.ask("GET", f"/api/v2/search?q={mark}", token=dossier.bram.token)
        found += [mark] if answer.json["statuses"] or answer.json["accounts"] else []
    for path in (f"/api/v1/accounts/{dossier.ada.id}", *(f"/api/v1/statuses/{n}" for n in dossier.posts)):
        answer = await wire.ask("GET", path, token=dossier.bram.token)
        found += [path] if answer.status != 404 else []
    return found


async def _others_kept(wire: Clients, dossier: Dossier) -> list[str]:
    """What is no longer as it should be at others: their posts stand, with counts that fit."""
    answer = await wire.ask("GET", f"/api/v1/statuses/{dossier.of_bram}", token=dossier.ines.token)
    if answer.status != 200:
        return ["bram's post"]
    for _ in range(100):
        post = (await wire.ask("GET", f"/api/v1/statuses/{dossier.of_bram}", token=dossier.ines.token)).json
        counts = (post["replies_count"], post["reblogs_count"], post["favourites_count"])
        if counts == (0, 0, 0):
            return []
        await asyncio.sleep(0.1)
    return [f"counts of bram's post: {counts}"]
