"""The file protocol of SSH, version 3, over the pipes of an `ssh` that asked for the subsystem `sftp`.

Writes and reads are sent ahead of their answers, so that a far host is as fast as its line. source:
draft-ietf-secsh-filexfer-02; extensions (fsync, posix-rename, statvfs): OpenSSH's PROTOCOL file.
"""

import struct
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Any

from petrel.outside.stores.shapes import StoreError

INIT, VERSION, OPEN, CLOSE, READ, WRITE = 1, 2, 3, 4, 5, 6
OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, STAT, EXTENDED = 11, 12, 13, 14, 15, 17, 200
STATUS, HANDLE, DATA, NAME, ATTRS, REPLY = 101, 102, 103, 104, 105, 201
OK, EOF, NO_SUCH_FILE = 0, 1, 2
FOR_READING, FOR_WRITING = 0x01, 0x02 | 0x08 | 0x10          # write, make, empty
DIRECTORY = 0o040000
PIECE_BYTES = 32 << 10
AHEAD = 64
RENAME, FSYNC, STATVFS = b"posix-rename@openssh.com", b"fsync@openssh.com", b"statvfs@openssh.com"
Answer = tuple[int, bytes]


class Failed(StoreError):
    """The other host refused."""


def _text(value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(raw)) + raw


class Sftp:
    """One connection. Not for two threads at once."""

    def __init__(self, command: list[str], name: str, cure: Callable[[str], str]) -> None:
        self._name, self._cure = name, cure
        try:
            # A session of its own: an interrupt at the terminal is for us, who close it.
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=subprocess.PIPE, start_new_session=True)
        except FileNotFoundError:
            raise StoreError("There is no program ssh on this machine: install openssh-client") from None
        self._out: IO[bytes] = self._process.stdin      # type: ignore[assignment]
        self._in: IO[bytes] = self._process.stdout      # type: ignore[assignment]
        self._said: deque[str] = deque(maxlen=8)
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()
        self._number = 0
        self._early: dict[int, Answer] = {}
        try:
            self._put(bytes([INIT]) + struct.pack(">I", 3))
            kind, body = self._packet()
            if kind != VERSION:
                raise self._lost("it speaks no SFTP")
        except BaseException:
            self.close()
            raise
        self._can = body

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line.decode(errors="replace").strip())

    def close(self) -> None:
        for pipe in (self._out, self._in):
            try:
                pipe.close()
            except OSError:
                pass
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._ear.join(2)
        assert self._process.stderr is not None
        self._process.stderr.close()

    # The wire

    def _lost(self, why: str) -> StoreError:
        try:
            self._process.wait(2)       # what ssh has to say comes with its end
        except subprocess.TimeoutExpired:
            pass
        self._ear.join(2)
        said = "; ".join(line for line in self._said if line) or why
        return StoreError(f"{self._name} cannot be reached: {said}. {self._cure(said)}")

    def _put(self, packet: bytes) -> None:
        try:
            self._out.write(struct.pack(">I", len(packet)) + packet)
            self._out.flush()
        except (OSError, ValueError) as e:
            raise self._lost("the connection is gone") from e

    def _take(self, count: int) -> bytes:
        try:
            found = self._in.read(count)
        except (OSError, ValueError) as e:
            raise self._lost("the connection is gone") from e
        if len(found) != count:
            raise self._lost("the connection ended")
        return found

    def _packet(self) -> Answer:
        [length] = struct.unpack(">I", self._take(4))
        if not 1 <= length <= 1 << 20:
            raise self._lost("it speaks no SFTP")
        packet = self._take(length)
        return packet[0], packet[1:]

    def ask(self, kind: int, body: bytes) -> int:
        """Sends a question; its number."""
        self._number = (self._number + 1) & 0xFFFFFFFF
        self._put(bytes([kind]) + struct.pack(">I", self._number) + body)
        return self._number

    def answer(self, number: int) -> Answer:
        """To the question of this number; answers may come in another order."""
        while number not in self._early:
            kind, body = self._packet()
            self._early[struct.unpack(">I", body[:4])[0]] = kind, body[4:]
        return self._early.pop(number)

    def check(self, answer: Answer, wanted: int, path: str) -> bytes:
        """Errors: FileNotFoundError, Failed."""
        kind, body = answer
        if kind == wanted and not (kind == STATUS and body[:4] != struct.pack(">I", OK)):
            return body
        code = struct.unpack(">I", body[:4])[0] if kind == STATUS else -1
        if code == NO_SUCH_FILE:
            raise FileNotFoundError(2, "is not there", path)
        text = body[8:8 + struct.unpack(">I", body[4:8])[0]].decode(errors="replace") if len(body) >= 8 else ""
        raise Failed(f"{self._name} refused {path}: {text or f'code {code}'} (no right, or no room?)")

    def _call(self, kind: int, body: bytes, wanted: int, path: str) -> bytes:
        return self.check(self.answer(self.ask(kind, body)), wanted, path)

    # Files and folders

    def exists(self, path: str) -> bool:
        try:
            self._call(STAT, _text(path), ATTRS, path)
        except FileNotFoundError:
            return False
        return True

    def mkdir(self, path: str) -> None:
        self._call(MKDIR, _text(path) + struct.pack(">II", 4, 0o700), STATUS, path)

    def rmdir(self, path: str) -> bool:
        """False where it is not empty, or not ours."""
        try:
            self._call(RMDIR, _text(path), STATUS, path)
        except (FileNotFoundError, Failed):
            return False
        return True

    def remove(self, path: str) -> None:
        self._call(REMOVE, _text(path), STATUS, path)

    def rename(self, old: str, new: str) -> None:
        """Replaces what is there, as one step."""
        self._call(EXTENDED, _text(RENAME) + _text(old) + _text(new), STATUS, new)

    def free_bytes(self, path: str) -> int | None:
        if STATVFS not in self._can:
            return None
        fields = struct.unpack(">11Q", self._call(EXTENDED, _text(STATVFS) + _text(path), REPLY, path))
        return int(fields[1] * fields[4])

    def open(self, path: str, flags: int) -> bytes:
        """A handle, as it goes into questions."""
        attributes = struct.pack(">II", 4, 0o600) if flags & FOR_WRITING & ~1 else struct.pack(">I", 0)
        return self._call(OPEN, _text(path) + struct.pack(">I", flags) + attributes, HANDLE, path)

    def shut(self, handle: bytes, path: str) -> None:
        self._call(CLOSE, handle, STATUS, path)

    def make_durable(self, handle: bytes, path: str) -> None:
        if FSYNC in self._can:
            self._call(EXTENDED, _text(FSYNC) + handle, STATUS, path)

    def listed(self, path: str) -> list[tuple[str, int, int]]:
        """Names with mode and size. Errors: FileNotFoundError."""
        handle = self._call(OPENDIR, _text(path), HANDLE, path)
        found = []
        try:
            while True:
                kind, body = self.answer(self.ask(READDIR, handle))
                if kind == STATUS and body[:4] == struct.pack(">I", EOF):
                    break
                found += _names(self.check((kind, body), NAME, path))
        finally:
            self.shut(handle, path)
        return [one for one in found if one[0] not in (".", "..")]

    def reading(self, path: str, start: int = 0) -> "_Reading":
        return _Reading(self, path, start)

    def writing(self, path: str) -> "_Writing":
        return _Writing(self, path)


class _Writing:
    def __init__(self, sftp: Sftp, path: str) -> None:
        self._sftp, self._path = sftp, path
        self._handle = sftp.open(path, FOR_WRITING)
        self._at = 0
        self._asked: deque[int] = deque()

    def write(self, piece: bytes) -> None:
        for start in range(0, len(piece), PIECE_BYTES):
            part = piece[start:start + PIECE_BYTES]
            self._asked.append(self._sftp.ask(WRITE, self._handle + struct.pack(">Q", self._at) + _text(part)))
            self._at += len(part)
            self._settle(AHEAD)

    def close(self) -> None:
        self._settle(0)
        self._sftp.make_durable(self._handle, self._path)
        self._sftp.shut(self._handle, self._path)

    def _settle(self, left: int) -> None:
        while len(self._asked) > left:
            self._sftp.check(self._sftp.answer(self._asked.popleft()), STATUS, self._path)


class _Reading:
    def __init__(self, sftp: Sftp, path: str, start: int) -> None:
        self._sftp, self._path = sftp, path
        self._handle = sftp.open(path, FOR_READING)
        self._asked: deque[tuple[int, int, int]] = deque()
        self._next = start
        self._is_over = False
        self._ready = b""

    def read(self, count: int, /) -> bytes:
        parts, missing = [], count
        while missing and (self._ready or self._turn()):
            parts.append(self._ready[:missing])
            self._ready = self._ready[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _turn(self) -> bool:
        while not self._is_over and len(self._asked) < AHEAD:
            self._ask(self._next, PIECE_BYTES)
            self._next += PIECE_BYTES
        if not self._asked:
            return False
        number, at, wanted = self._asked.popleft()
        kind, body = self._sftp.answer(number)
        if kind == STATUS and body[:4] == struct.pack(">I", EOF):
            self._is_over = True
            return self._turn()
        self._ready = self._sftp.check((kind, body), DATA, self._path)[4:]
        if len(self._ready) < wanted:           # a short answer, in the middle or at the end: the rest once more
            rest = at + len(self._ready)
            number = self._sftp.ask(READ, self._handle + struct.pack(">QI", rest, wanted - len(self._ready)))
            self._asked.appendleft((number, rest, wanted - len(self._ready)))
        return True

    def _ask(self, at: int, count: int) -> None:
        number = self._sftp.ask(READ, self._handle + struct.pack(">QI", at, count))
        self._asked.append((number, at, count))

    def close(self) -> None:
        while self._asked:
            self._sftp.answer(self._asked.popleft()[0])
        self._sftp.shut(self._handle, self._path)

    def __enter__(self) -> "_Reading":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _names(body: bytes) -> list[tuple[str, int, int]]:
    [count] = struct.unpack_from(">I", body)
    at, found = 4, []
    for _ in range(count):
        texts = []
        for _ in range(2):                      # the name, and a line for people
            [length] = struct.unpack_from(">I", body, at)
            texts.append(body[at + 4:at + 4 + length])
            at += 4 + length
        mode, size, at = _attributes(body, at)
        found.append((texts[0].decode(errors="surrogateescape"), mode, size))
    return found


def _attributes(body: bytes, at: int) -> tuple[int, int, int]:
    """Mode, size, and where it goes on."""
    [flags] = struct.unpack_from(">I", body, at)
    at, mode, size = at + 4, 0, 0
    if flags & 1:
        [size] = struct.unpack_from(">Q", body, at)
        at += 8
    if flags & 2:
        at += 8
    if flags & 4:
        [mode] = struct.unpack_from(">I", body, at)
        at += 4
    if flags & 8:
        at += 8
    if flags & 0x80000000:
        [pairs] = struct.unpack_from(">I", body, at)
        at += 4
        for _ in range(2 * pairs):
            at += 4 + struct.unpack_from(">I", body, at)[0]
    return mode, size, at
