"""The sealer's turn: every two seconds what was written is sealed into the chain and witnessed; and what takes
something away is told the witness as soon as it is written, so that no restore gives it back."""

import asyncio
import time
from pathlib import Path

import structlog

from petrel.core import chain
from petrel.core.errors import PetrelError
from petrel.core.witness import Witness
from petrel.worker.hints import listening

log = structlog.get_logger("petrel.seals")

EVERY_S = 2.0
REST_S = 0.05
WHOLE_S = 30.0
"""As often everything is looked through although nothing was written: another process may have left its turn undone."""
LOOKS = 4
"""After a hint, with pauses that double: what was written lies below the horizon once the writes before it ended."""


async def run(stop: asyncio.Event, data: Path) -> None:
    """Until `stop` is set. Of several processes that do this one seals at a time, the others pass."""
    key = chain.load_key(data / "keys")
    witness = Witness(data / "witness")
    keeper = chain.Keeper(key, witness)
    hinted = asyncio.Event()
    failures, looks, sealed_s = 0, 0, 0.0
    done = (0, 0)                       # what was written until then is kept, sealed and witnessed
    with listening(data / "run", "sealer", hinted.set):
        while not stop.is_set():
            if hinted.is_set():
                hinted.clear()
                looks = LOOKS
            try:
                if time.monotonic() - sealed_s >= WHOLE_S or await chain.is_anything_after(done):
                    await keeper.keep_once()
                    if time.monotonic() - sealed_s >= EVERY_S:
                        until = keeper.until
                        while (count := await chain.seal_once(key, witness, keeper)) == chain.BATCH_ENTRIES:
                            pass
                        # A batch that ended before its last transaction leaves that one: only none is all.
                        done, sealed_s = done if count else until, time.monotonic()
                failures = 0
            except (PetrelError, OSError) as e:
                failures += 1
                if failures in (1, 10) or failures % 100 == 0:
                    log.error("the journal is not being sealed, trying again", failures=failures,
                              error=str(getattr(e, "detail", None) or e))
                looks = 0
            kept_s = time.monotonic()
            await _wait(REST_S * 2 ** (LOOKS - looks) if looks else EVERY_S, stop, hinted)
            await _wait(kept_s + REST_S - time.monotonic(), stop)
            looks = max(0, looks - 1)


async def _wait(most_s: float, *events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(e.wait()) for e in events]
    try:
        await asyncio.wait(waits, timeout=most_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
