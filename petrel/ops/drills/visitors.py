"""Visitors of a site under TLS, who believe nothing but the authorities in a file: some come anew all the time, some
keep a connection open, over HTTP/1.1 and over HTTP/2. They write down what they met."""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

NEW_PER_S = 20
KEPT = 4                        # of each kind
EVERY_S = 0.25
ANSWER_S = 15.0
TARGET = "/api/v2/instance"


class Visitors:
    """`async with`; then `end` before looking. `failed`: by what the visitor was told. `lapsed`: how many of them met
    a certificate whose time was over. `shown`: fingerprints. `dropped`: connections that ended while kept open."""

    def __init__(self, address: tuple[str, int], name: str, roots: Path) -> None:
        self._address, self._name = address, name
        self._believing = {protocol: ssl.create_default_context(cafile=roots) for protocol in ("http/1.1", "h2")}
        for protocol, context in self._believing.items():
            context.set_alpn_protocols([protocol])
        self.handshakes = self.requests = self.kept = self.dropped = self.lapsed = 0
        self.failed: Counter[str] = Counter()
        self.shown: set[bytes] = set()
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Visitors":
        self._tasks = [asyncio.create_task(self._come())]
        self._tasks += [asyncio.create_task(self._keep(kind)) for kind in (self._stay, self._stay_h2)
                        for _ in range(KEPT)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def end(self) -> None:
        """They finish what they have begun."""
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _connect(self, protocol: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.handshakes += 1
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_connection(
                    *self._address, ssl=self._believing[protocol], server_hostname=self._name)
        except (OSError, TimeoutError) as e:
            why = getattr(e, "verify_message", "") or type(e).__name__
            self.failed[why] += 1
            self.lapsed += "expired" in why
            raise
        self.shown.add(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        return reader, writer

    async def _come(self) -> None:
        """Somebody new every 50 ms, whatever becomes of those before."""
        here: set[asyncio.Task[None]] = set()
        while not self._stop.is_set():
            task = asyncio.create_task(self._visit())
            here.add(task)
            task.add_done_callback(here.discard)
            await self._pause(1 / NEW_PER_S)
        await asyncio.gather(*here)

    async def _visit(self) -> None:
        try:
            reader, writer = await self._connect("http/1.1")
        except (OSError, TimeoutError):
            return
        try:
            await self._asked(reader, writer, "close")
        except (OSError, EOFError, TimeoutError, ValueError) as e:
            self.failed[f"no answer: {type(e).__name__}"] += 1
        finally:
            writer.close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: str) -> None:
        writer.write(f"GET {TARGET} HTTP/1.1\r\nHost: {self._name}\r\nConnection: {connection}\r\n\r\n".encode())
        async with asyncio.timeout(ANSWER_S):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise ValueError(head.split(b"\r\n")[0].decode())
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        self.requests += 1

    async def _keep(self, stay: Any) -> None:
        """One connection to the end; another in its place when it is dropped."""
        while not self._stop.is_set():
            try:
                self.kept += 1
                await stay()
            except (OSError, EOFError, TimeoutError, ValueError):
                self.kept -= 1
                self.dropped += 1
                await self._pause(1.0)

    async def _stay(self) -> None:
        reader, writer = await self._connect("http/1.1")
        try:
            while not self._stop.is_set():
                await self._asked(reader, writer, "keep-alive")
                await self._pause(EVERY_S)
        finally:
            writer.close()

    async def _stay_h2(self) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.events import DataReceived, StreamEnded

        reader, writer = await self._connect("h2")
        h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        h2.initiate_connection()
        head = [(":method", "GET"), (":scheme", "https"), (":authority", self._name), (":path", TARGET)]
        try:
            while not self._stop.is_set():
                number, is_whole = h2.get_next_available_stream_id(), False
                h2.send_headers(number, head, end_stream=True)
                while not is_whole:
                    writer.write(h2.data_to_send())
                    async with asyncio.timeout(ANSWER_S):
                        data = await reader.read(65_536)
                    if not data:
                        raise EOFError
                    for event in h2.receive_data(data):
                        is_whole |= isinstance(event, StreamEnded)
                        if isinstance(event, DataReceived):
                            h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self.requests += 1
                await self._pause(EVERY_S)
        finally:
            writer.close()
