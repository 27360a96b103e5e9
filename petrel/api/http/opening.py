"""An answer that does not end: the connection, or one stream of HTTP/2, is a line's from then on.

An endpoint answers `Reply(Opening(...))`. Over HTTP/1.1 the line takes the connection over (`wire.py: TAKEN`), and
nothing of the request stays in memory; elsewhere what it writes goes through ASGI.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Protocol

from msgspec import Struct

from petrel.api.http.body import Receive
from petrel.api.http.call import Call
from petrel.api.http.cors import CORS
from petrel.api.http.pages import Send
from petrel.api.http.reply import Headers
from petrel.api.http.wire import TAKEN


class Pipe(Protocol):
    """What stands for a transport where there is none."""

    def pieces(self) -> AsyncIterator[bytes]: ...


class Opening(Struct, frozen=True):
    """`line`: an asyncio protocol. `greeting`: what it says first. `pipe`: makes a transport for the line, which gives
    what is to be sent; None where it must have the connection."""

    line: Any
    status: int
    headers: Headers
    greeting: bytes = b""
    pipe: Any = None


async def keep_open(send: Send, receive: Receive, call: Call, opening: Opening) -> None:
    """Over HTTP/1.1 returns at once, elsewhere when the line has ended."""
    headers = [*opening.headers, (b"x-request-id", call.id.encode()), *call.limit_headers, *CORS]
    line = opening.line
    if call.gives_away:
        await send({"type": TAKEN, "status": opening.status, "headers": headers, "line": line})
        if opening.greeting and line.transport is not None:
            line.transport.write(opening.greeting)
        return
    pipe = opening.pipe(line)
    line.connection_made(pipe)
    if opening.greeting:
        pipe.write(opening.greeting)
    await send({"type": "http.response.start", "status": opening.status, "headers": headers})
    leaving = asyncio.create_task(_left(receive, pipe))
    try:
        async for piece in pipe.pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        leaving.cancel()
        line.connection_lost(None)


async def _left(receive: Receive, pipe: Any) -> None:
    """Ends the line when the client goes."""
    while (await receive())["type"] != "http.disconnect":
        pass
    pipe.abort()
