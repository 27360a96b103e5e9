"""Files that arrive: room is kept for them, the line is shared, and what will not be here in time is not begun."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from petrel.api.http import arriving, pacing
from petrel.api.http.arriving import Arrival
from petrel.core import limits, room
from petrel.core.errors import Full, Unavailable

MIB = 1 << 20


def head(mib: float) -> dict[bytes, bytes]:
    return {b"content-length": b"%d" % int(mib * MIB)}


@pytest.fixture
def free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Free room as the tests say it, with two web processes and uploads refused below 200 MiB."""
    here, before = SimpleNamespace(mib=1_000), limits.current()
    limits.install(limits.Limits(disk_uploads_mib=200, web_workers=2))
    monkeypatch.setattr(room, "LOOK_S", 0.0)
    monkeypatch.setattr(room.os, "statvfs", lambda _: SimpleNamespace(f_bavail=here.mib, f_frsize=MIB, f_files=0))
    monkeypatch.setitem(room._guards, "uploads", [])
    room.install(tmp_path)
    yield here
    monkeypatch.setattr(room, "_folder", None)
    room._shut.clear()
    limits.install(before)


def test_what_is_being_sent_has_its_room_and_gives_it_back(free: SimpleNamespace) -> None:
    first = Arrival(head(99), 400 * MIB)        # 800 MiB may be taken: 99 twice, in two processes, is 396
    second = Arrival(head(99), 400 * MIB)
    with pytest.raises(Full) as refused:
        Arrival(head(99), 400 * MIB)
    assert refused.value.retry_after_s > 0
    Arrival(head(1), 400 * MIB).end()
    first.end()
    first.end()
    Arrival(head(99), 400 * MIB).end()
    second.end()
    assert room.coming_bytes() == 0
    room.refuse("uploads")


def test_a_length_that_nobody_said_is_taken_for_a_large_picture(free: SimpleNamespace) -> None:
    one = Arrival({}, 400 * MIB)
    assert room.coming_bytes() == 16 * MIB
    one.end()
    one = Arrival({}, MIB)
    assert room.coming_bytes() == MIB, "no more than may be sent"
    one.end()


def test_no_more_at_once_than_can_be_here_in_time(free: SimpleNamespace) -> None:
    limits.install(limits.Limits(web_workers=2, media_mbit=16))         # a MB a second for each process
    first = Arrival(head(70), 400 * MIB)
    with pytest.raises(Unavailable) as refused:
        Arrival(head(1), 400 * MIB)
    assert refused.value.retry_after_s > 10 and "try again" in refused.value.message
    first.end()
    many = [Arrival(head(0.1), 400 * MIB) for _ in range(arriving.MOST_AT_ONCE)]
    with pytest.raises(Unavailable):
        Arrival(head(0.1), 400 * MIB)
    Arrival(head(0.01), 400 * MIB).end()        # small forms are no files
    for one in many:
        one.end()


async def test_files_take_their_part_of_the_line_and_no_more(free: SimpleNamespace) -> None:
    limits.install(limits.Limits(web_workers=2, media_mbit=160))        # ten MB a second for each process
    came = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    async def send(arrival: Arrival, until: float) -> None:
        nonlocal came
        slowly = arrival.paced(receive)
        while time.monotonic() < until:
            came += len((await slowly())["body"])

    both = [Arrival(head(50), 400 * MIB) for _ in range(2)]
    await asyncio.gather(*(send(one, time.monotonic() + 0.4) for one in both))
    for one in both:
        one.end()
    assert 2_000_000 < came < 5_500_000
    assert [len(one) for one in pacing.parts(b"x" * 100_000)] == [16_384] * 6 + [1_696]
    limits.install(limits.Limits())
    assert len(list(pacing.parts(b"x" * 100_000))) == 1, "no bound: whole pieces"


def test_no_more_is_under_way_than_is_read(free: SimpleNamespace, served: tuple[str, int]) -> None:
    """Else a whole photo comes as fast as the line goes, and what others say waits behind it."""
    limits.install(limits.Limits(media_mbit=1))
    with socket.create_connection(served) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        client.sendall(b"POST /api/v2/media HTTP/1.1\r\nhost: petrel.test\r\nauthorization: Bearer full\r\n"
                       b"content-length: 4500000\r\ncontent-type: multipart/form-data; boundary=xyz\r\n\r\n"
                       b'--xyz\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n')
        client.settimeout(0.1)
        sent, until_s = 0, time.monotonic() + 0.6
        while time.monotonic() < until_s:
            with suppress(TimeoutError):
                sent += client.send(b"x" * 16_384)
    assert sent < 1_000_000, "of 4.5 MB: what the kernel keeps for both, and what was read meanwhile"
