"""The relay as a task of the followers' process (`relay.py`)."""

import asyncio
from collections.abc import Sequence
from functools import partial

from petrel.core import journal, tail
from petrel.core.doors import Row, Writer, current
from petrel.features import notifications
from petrel.features.streams.feed import SOCKET
from petrel.features.streams.relay import Listener
from petrel.features.timelines import current_fanout

_listeners: set[Listener] = set()


@notifications.told
async def told(w: Writer, rows: Sequence[Row]) -> None:
    """Never: what a job tells in another process (bells beyond the first of an author) is not streamed."""
    if _listeners:
        w.then(partial(say, [(row["account"], row["id"]) for row in rows]))


def say(rows: list[tuple[int, int]]) -> None:
    """Accounts, and numbers of notifications that are there for them now."""
    for listener in _listeners:
        listener.tell(rows)


@journal.task("streams", surface="strm")
async def run(stop: asyncio.Event) -> None:
    """Serves web processes at DATA/run/streams.sock."""
    run_directory = current().run_directory
    assert run_directory is not None
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener = Listener(current_fanout, tail.current(), reader, writer)
        _listeners.add(listener)
        try:
            await listener.run()
        except asyncio.CancelledError:
            pass        # the process ends: streams would log that as an error
        finally:
            _listeners.discard(listener)

    path = run_directory / SOCKET
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, str(path))
    path.chmod(0o600)
    try:
        await stop.wait()
    finally:
        server.close()
        path.unlink(missing_ok=True)
