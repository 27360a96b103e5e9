"""A backup from before the deletions, what was closed after it, and the way back."""

import hashlib
from pathlib import Path

from msgspec import Struct

from drills.deleting.planting import Planted
from drills.deleting.probing import Prober
from drills.deleting.settling import control_intact
from petrel.core.doors import writing
from petrel.core.viewer import Member
from petrel.features import posts
from petrel.ops.drills import Broken, Clients, Person, Site, Stage, clients
from petrel.ops.drills.people import SCOPES
from petrel.ops.drills.site import private_site


class Door(Struct, frozen=True):
    """Something that was open when the backup was made, and is closed since: who asks for what."""

    said: str
    token: str | None
    target: str


class Returned(Struct):
    """What a restored site shows. `revived`: of what was deleted. `reopened`: of what was closed since the backup."""

    asked: int = 0
    revived: int = 0
    reopened: list[str] = []
    damaged: list[str] = []
    examples: list[str] = []
    said: str = ""


async def open_doors(wire: Clients, ann: Person, cat: Person, shy: Person) -> list[Door]:
    """Posts that are open before the backup. Errors: Broken."""
    doors = []
    for said, person, asker in (("a post of somebody who blocks the asker since", ann, cat),
                                ("a post of an account that is protected since", shy, cat),
                                ("a post that was narrowed since", ann, None)):
        made = await wire.ask("POST", "/api/v1/statuses", token=person.token, json={"status": f"open: {said}"})
        doors.append(Door(said, asker.token if asker else None, f"/api/v1/statuses/{made.json['id']}"))
    if still := [d.said for d in doors if (await wire.ask("GET", d.target, token=d.token)).status != 200]:
        raise Broken(f"not open before: {still}")
    return doors


async def close(wire: Clients, doors: list[Door], ann: Person, cat: Person, shy: Person) -> None:
    """After the backup: a block, a protected account, a narrowed post. Takes the site's doors. Errors: Broken."""
    await wire.ask("POST", f"/api/v1/accounts/{cat.id}/block", token=ann.token)
    await wire.ask("PATCH", "/api/v1/accounts/update_credentials", token=shy.token, json={"locked": True})
    member = Member(ann.id, hashlib.sha256(ann.token.encode()).digest(), frozenset(SCOPES))
    async with writing(member, cause="petrel drill") as w:
        await posts.narrow(w, int(doors[2].target.rpartition("/")[2]), posts.Audience.FOLLOWERS)
    if still := await standing_open(wire, doors):
        raise Broken(f"open after it was closed: {still}")


async def standing_open(wire: Clients, doors: list[Door]) -> list[str]:
    return [d.said for d in doors if (await wire.ask("GET", d.target, token=d.token)).status == 200]


async def go_back(stage: Stage, site: Site, place: Path, planted: Planted, doors: list[Door]) -> Returned:
    """Restores the backup beside the running site, serves it, and asks everything again. Errors: Broken."""
    folder, found = restored(stage), Returned()
    code, found.said = await site.petrel_elsewhere(
        "backups", "restore", str(place), "--data", str(folder), "--witness", str(site.data / "witness"), "--keys",
        str(site.data / "keys"))
    if code:
        raise Broken(f"the backup could not be restored: {found.said[-600:]}")
    async with private_site(folder) as again, clients(again.address, timeout_s=30) as wire:
        probe = await Prober(wire, planted).once(planted.doomed)
        found.asked, found.revived, found.examples = probe.asked, probe.survivors.total(), probe.examples[:10]
        found.reopened = await standing_open(wire, doors)
        found.damaged = await control_intact(wire, planted, counted=False)
        await again.petrel("deletions", "shred")
    return found


def restored(stage: Stage) -> Path:
    return stage.folder / "restored"
