"""Uploads made through commands: `number = await uploaded(member, samples.picture(), "a gradient")`."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from petrel import app
from petrel.core.viewer import Member
from petrel.features import media
from petrel.outside.decoding import Purpose
from petrel.worker import jobs
from tests import samples
from tests.people import publish


@contextmanager
def somewhere() -> Iterator[Path]:
    """A directory for files while it lasts."""
    with tempfile.TemporaryDirectory(prefix="petrel-files-") as folder:
        media.install(Path(folder))
        try:
            yield Path(folder)
        finally:
            media.install(None)


async def uploaded(member: Member, body: bytes, description: str = "", purpose: Purpose = "attachment") -> int:
    """Read, and shown by nothing yet."""
    app.load_rooms()
    number = await media.upload(member, io.BytesIO(body), len(body), description=description, purpose=purpose,
                                cause="tests")
    await jobs.drain()
    return number


async def posted(member: Member, text: str, description: str) -> str:
    """A post with a photo that says where it was taken; returns those words."""
    await publish(member, text, media=(await uploaded(member, samples.placed_jpeg(), description),))
    return samples.PLACE.decode()
