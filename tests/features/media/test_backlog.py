"""Nothing is taken in that would wait for long; and what reads files goes last."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from petrel.core import room
from petrel.core.errors import Unavailable
from petrel.features import media
from petrel.features.media import backlog
from petrel.outside.decoding import Decoder, Wish
from petrel.outside.decoding.child import NICE, SESSION_NICE
from tests import samples


def test_uploads_are_refused_while_many_have_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "LOOK_S", 0.0)
    monkeypatch.setattr(room, "_folder", tmp_path)
    media.install(tmp_path)
    try:
        room.refuse("uploads")
        coming = tmp_path / "coming"
        coming.mkdir()
        ago = time.time() - 2 * backlog.LATE_S
        for n in range(backlog.MOST_LATE + 1):
            (coming / f"{n:x}").write_bytes(b"")
            (coming / f"{n:x}.0").write_bytes(b"a piece of what comes bit by bit")
            os.utime(coming / f"{n:x}.0", (ago, ago))
        room.refuse("uploads")
        for n in range(backlog.MOST_LATE + 1):
            os.utime(coming / f"{n:x}", (ago, ago))
        with pytest.raises(Unavailable) as refused:
            room.refuse("uploads")
        assert "wait to be read" in refused.value.message and refused.value.retry_after_s >= 60
        room.refuse("posts")
        (coming / "0").unlink()
        room.refuse("uploads")
    finally:
        media.install(None)


async def test_the_decoder_gives_way_to_everything_also_where_sessions_are_weighed() -> None:
    decoder, given = Decoder(), os.memfd_create("given")
    try:
        os.write(given, samples.picture())
        for body in (await decoder.make(given, Wish())).bodies:
            os.close(body)
        process = decoder._process
        assert process is not None
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= NICE
        session = Path(f"/proc/{process.pid}/autogroup")
        if not session.exists():
            pytest.skip("this kernel does not weigh sessions")
        assert f"nice {SESSION_NICE}" in await asyncio.to_thread(session.read_text)
    finally:
        os.close(given)
        decoder.end()
