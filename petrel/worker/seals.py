"""The sealer's turn: every two seconds what was written is sealed into the chain and witnessed."""

import asyncio
from pathlib import Path

import structlog

from petrel.core import chain
from petrel.core.errors import PetrelError

log = structlog.get_logger("petrel.seals")

EVERY_S = 2.0


async def run(stop: asyncio.Event, data: Path) -> None:
    """Until `stop` is set. Of several processes that do this one seals at a time, the others pass."""
    key = chain.load_key(data / "keys")
    witness = chain.Witness(data / "witness")
    failures = 0
    while not stop.is_set():
        try:
            while await chain.seal_once(key, witness) == chain.BATCH_ENTRIES:
                pass
            failures = 0
        except (PetrelError, OSError) as e:
            failures += 1
            if failures in (1, 10) or failures % 100 == 0:
                log.error("the journal is not being sealed, trying again", failures=failures,
                          error=str(getattr(e, "detail", None) or e))
        try:
            await asyncio.wait_for(stop.wait(), EVERY_S)
        except TimeoutError:
            pass
