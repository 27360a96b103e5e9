"""The schedule that has the table of drills made, the measure of what is overdue, and who is told of an alert."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

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


watching.explains("safeguards_unproven", lambda: ", ".join(_overdue))
watching.alerts.kept_by(reads.who_keeps)
