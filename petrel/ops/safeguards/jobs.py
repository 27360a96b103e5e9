"""The schedule that has the table of drills made, the measure of what is overdue, and who is told of an alert."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from petrel.core import limits
from petrel.core.jobs import every
from petrel.ops import watching
from petrel.ops.safeguards import declaring, proofs, reads, rules
from petrel.ops.watching import Measure

_overdue: list[str] = []


@every(900, "safeguards.look")
async def look() -> str | None:
    """Missed times: the page says of when its table is."""
    data = reads.data_of_site()
    return await asyncio.to_thread(proofs.renew, data) if data is not None else None


@watching.source
def unproven(data: Path) -> Iterator[Measure]:
    """How many proofs count no longer; nothing where nobody ever looked."""
    if (found := proofs.kept(data)) is not None:
        _overdue[:] = rules.overdue(declaring.declared(), found, datetime.now(UTC))
        yield Measure("safeguards_unproven", len(_overdue))


def way(rule: str) -> str:
    """What a letter about this rule adds: where to read what to do, while the site is dark as well."""
    known = declaring.about(declaring.declared(), rule)
    overdue = [", ".join(_overdue)] if rule == reads.PROOFS and _overdue else []
    if known is None:
        return "".join(overdue)
    page = f"{limits.current().base_url}/desk/runbooks/{Path(known.runbook).stem}, on the machine "
    is_page = known.runbook == declaring.runbook_of(known.safeguards[0])
    return "\n".join([*overdue, f"Runbook: {page if is_page else ''}{known.runbook}"])


for _name, _rule in watching.shipped().items():
    watching.explains(_rule["measure"], partial(way, _name))
watching.alerts.kept_by(reads.who_keeps)
