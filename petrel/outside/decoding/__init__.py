"""Reading what people upload: pictures, films and sound of unknown make, in a process of its own.

    made = await Decoder().make(file, Wish())        # file: an open file in memory, its descriptor
    made.facts, made.bodies

The process is started when something has to be read, has limits of memory and time, runs with low priority, holds no
key, and ends when idle: nobody else loads a decoder. `Decoder` reads one file at a time. Errors: Refusal.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import msgspec
from msgspec import Struct

from petrel.outside.decoding.shapes import WHY, Answer, Kind, Limits, Made, Piece, Purpose, Refusal, Wish
from petrel.outside.decoding.sniffing import ACCEPTED, HEAD_BYTES, HEIC, Sort, sort_of

__all__ = ["ACCEPTED", "HEAD_BYTES", "HEIC", "WHY", "Decoder", "Kind", "Limits", "Made", "MadeOf", "Piece", "Purpose",
           "Refusal", "Sort", "Wish", "sort_of"]

SPARE_S = 5.0
ANSWER_BYTES = 65_536


class MadeOf(Struct, frozen=True):
    """`bodies`: descriptors of files in memory, in the order of the pieces; whoever takes them closes them."""

    facts: Made
    bodies: tuple[int, ...]


class Decoder:
    """One process, when there is need of it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: socket.socket | None = None
        self._turn = asyncio.Lock()

    async def make(self, given: int, wish: Wish) -> MadeOf:
        """`given`: a descriptor of the file, read from its beginning. Errors: Refusal."""
        async with self._turn:
            mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with mine, theirs:
                mine.setblocking(False)
                os.lseek(given, 0, os.SEEK_SET)
                self._send(msgspec.json.encode(wish), [given, theirs.fileno()])
                theirs.close()
                try:
                    async with asyncio.timeout(wish.limits.wall_s + SPARE_S):
                        return await self._answer(mine)
                except TimeoutError:
                    self.end()
                    raise Refusal("slow") from None
                except asyncio.CancelledError:
                    self.end()
                    raise

    def _send(self, message: bytes, files: list[int]) -> None:
        for _ in range(2):
            if self._process is None or self._process.poll() is not None:
                self._begin()
            assert self._asked is not None
            try:
                socket.send_fds(self._asked, [message], files)
                return
            except OSError:
                self.end()              # it ended just now, having been idle
        raise Refusal("slow")

    def _begin(self) -> None:
        self.end()
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__ + ".child", str(number)], pass_fds=[number], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                env={k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LANG", "HOME")})
        self._asked = mine

    async def _answer(self, mine: socket.socket) -> MadeOf:
        """Nothing comes from a process that was ended for using too much."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(mine, lambda: ready.done() or ready.set_result(None))
        try:
            await ready
        finally:
            loop.remove_reader(mine)
        message, files, _, _ = socket.recv_fds(mine, ANSWER_BYTES, 8)
        try:
            answer = msgspec.json.decode(message, type=Answer) if message else Answer(failed="slow")
        except msgspec.MsgspecError:
            answer = Answer(failed="unreadable")
        if answer.made is None or len(answer.made.pieces) > len(files):
            for one in files:
                os.close(one)
            raise Refusal(answer.failed if answer.failed in WHY else "unreadable")
        for one in files[len(answer.made.pieces):]:
            os.close(one)
        return MadeOf(answer.made, tuple(files[:len(answer.made.pieces)]))

    def end(self) -> None:
        """Now, with whatever it is doing."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._asked is not None:
            self._asked.close()
            self._asked = None
