"""Safeguards as they stand now: for the crew's page, for the command line, for whoever tells of an alert."""

from datetime import UTC, datetime
from pathlib import Path

from petrel.core.doors import Reader, current
from petrel.core.errors import NotFound
from petrel.ops import watching
from petrel.ops.safeguards import commands, declaring, proofs, rules
from petrel.ops.safeguards.shapes import Heard, Person, Proofs, View

DIRECTORIES = "directory "
"""The doctor names each directory that is open to others; they are one check."""


async def seen_by_crew(r: Reader) -> View:
    """For the page. Errors: NotFound, for whoever is not of the crew."""
    crew = await _people(r, "select * from ops.keepers_for($1)", r.digest)
    if not crew:
        raise NotFound
    data = data_of_site()
    return view(data, proofs.kept(data) if data else None, crew,
                await _heard(r, "select * from ops.signals_for($1)", r.digest))


def view(data: Path | None, proven: Proofs | None, crew: list[Person] | None, heard: Heard | None) -> View:
    """`crew`, `heard`: None where the databases are away. Errors: Invalid."""
    found = declaring.declared()
    plan = watching.plan(data or Path("/nonexistent"), watching.Owner())
    owners = None if crew is None else commands.owned(found, commands.named(data) if data else {}, crew)
    return rules.judge(found, proven, heard, owners, {name: one.cure for name, one in plan.rules.items()},
                       datetime.now(UTC))


async def crew_of(r: Reader) -> list[Person]:
    """Of the whole site, for the system."""
    return await _people(r, "select * from ops.keepers_of($1)", "safeguards")


async def heard_of(r: Reader) -> Heard:
    return await _heard(r, "select * from ops.signals_of($1)", "safeguards")


async def who_keeps(r: Reader, rule: str) -> tuple[int, ...]:
    """The accounts that are told when a rule fires, all owners of what it is about; empty for the site's owners."""
    data, found = data_of_site(), declaring.declared()
    if data is None or not (said := commands.named(data, found)):
        return ()
    known, proven = declaring.about(found, rule), proofs.kept(data)
    names = known.safeguards[:1] if known else ()
    if rule == PROOFS and proven is not None:
        names = tuple(rules.overdue(found, proven, datetime.now(UTC)))
    if not any(name in said for name in names):
        return ()
    owners = commands.owned(found, said, await crew_of(r))
    return tuple(dict.fromkeys(one.account for name in names for one in owners[name] if one.account))


PROOFS = "proofs"
"""The rule of watching that is about whatever was proven too long ago."""


def data_of_site() -> Path | None:
    """The data directory of the site whose doors are open."""
    run = current().run_directory
    return run.parent if run is not None else None


async def _people(r: Reader, query: str, who: object) -> list[Person]:
    return [Person(*row) for row in await r.fetch(query, who)]


async def _heard(r: Reader, query: str, who: object) -> Heard:
    alerts: dict[str, datetime] = {}
    checks: dict[str, datetime] = {}
    looked_at = None
    for kind, name, since in await r.fetch(query, who):
        if kind == "looked":
            looked_at = since
        elif kind == "alert":
            alerts[name] = since
        else:
            checks["directories" if name.startswith(DIRECTORIES) else name] = since
    return Heard(alerts, checks, looked_at)
