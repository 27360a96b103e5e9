"""How the stranger asks the site."""

import asyncio

from petrel.ops.stranger import Wire


async def test_of_a_stream_without_end_it_takes_the_beginning_and_asks_on() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if b"/stream" in asked:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n:)\n")
            await asyncio.sleep(0)
            writer.write(b"event: update\ndata: {}\n\n")
            await reader.read()
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        wire = Wire(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", {})
        found = await wire.ask("GET", "/stream")
        assert (found.status, found.body) == (200, b":)\nevent: update\ndata: {}\n\n")
        assert (await wire.ask("GET", "/other")).body == b"ok"
        wire.close()
