"""Photos and films such as phones make: real JPEG and MP4 with so much noise in them that they have their sizes.

No two are alike. A film's frames are cut from one roll, each time in another order: filming each would take longer than
the drill.
"""

import io
import random
from pathlib import Path
from typing import Any

import av
import numpy as np
from msgspec import Struct
from PIL import Image

PICTURE = (2400, 1800)
FILM, ROLL, FRAMES, RATE = (1280, 720), 120, 75, 25
OLD_FRAMES = 40


class File(Struct, frozen=True):
    """`kind`: picture, film, or old: a film of a kind that no browser plays."""

    path: str
    type: str
    kind: str
    bytes: int


def made(folder: Path, pictures: int, films: int, old: int) -> list[File]:
    """Blocks for some ten seconds. In an order as they would come, always the same."""
    folder.mkdir()
    draw = random.Random(1)         # noqa: S311 (the same night each time, no secret)
    scene = _scene(PICTURE)
    roll = _roll()
    found = [_kept(folder / f"picture-{n}.jpg", "image/jpeg", "picture", _picture(scene, n)) for n in range(pictures)]
    found += [_kept(folder / f"film-{n}.mp4", "video/mp4", "film", _film(roll, draw)) for n in range(films)]
    found += [_kept(folder / f"old-{n}.mov", "video/quicktime", "old", _old(n)) for n in range(old)]
    draw.shuffle(found)
    return found


def _kept(path: Path, type: str, kind: str, body: bytes) -> File:
    path.write_bytes(body)
    return File(str(path), type, kind, len(body))


def _scene(size: tuple[int, int]) -> np.ndarray:
    """Soft light, and the noise of a phone at night."""
    width, height = size
    noise = np.random.default_rng(7).integers(0, 48, (height, width, 3), np.uint8)
    light = np.linspace(20, 180, width, dtype=np.uint8)[None, :, None]
    return noise + light


def _picture(scene: np.ndarray, number: int) -> bytes:
    moved = np.roll(scene, (37 * number + 1, 91 * number), axis=(0, 1))
    file = io.BytesIO()
    Image.fromarray(moved).save(file, "JPEG", quality=88)
    return file.getvalue()


def _roll() -> tuple[bytes, list[bytes]]:
    """A film in which each frame stands alone."""
    file, scene = io.BytesIO(), _scene(FILM)
    with av.open(file, "w", format="mp4") as target:
        coder: Any = target.add_stream("libx264", rate=RATE, options={
            "preset": "ultrafast", "crf": "23", "x264-params": "keyint=1:scenecut=0"})
        coder.width, coder.height, coder.pix_fmt = *FILM, "yuv420p"
        for n in range(ROLL):
            frame = av.VideoFrame.from_ndarray(np.roll(scene, (13 * n, 29 * n), axis=(0, 1)), format="rgb24")
            target.mux(coder.encode(frame))
        target.mux(coder.encode(None))
    with av.open(io.BytesIO(file.getvalue())) as source:
        return file.getvalue(), [bytes(packet) for packet in source.demux(video=0) if packet.size]


def _film(roll: tuple[bytes, list[bytes]], draw: random.Random) -> bytes:
    whole, frames = roll
    file = io.BytesIO()
    with av.open(io.BytesIO(whole)) as source, av.open(file, "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.time_base = source.streams.video[0].time_base
        step = int(1 / (RATE * stream.time_base))
        for place, one in enumerate(draw.sample(frames, FRAMES)):
            packet = av.Packet(one)
            packet.stream, packet.time_base = stream, stream.time_base
            packet.pts = packet.dts = place * step
            packet.duration, packet.is_keyframe = step, True
            target.mux(packet)
    return file.getvalue()


def _old(number: int) -> bytes:
    file, scene = io.BytesIO(), _scene((640, 480))
    with av.open(file, "w", format="mov") as target:
        coder: Any = target.add_stream("mjpeg", rate=RATE, options={"q:v": "4"})
        coder.width, coder.height, coder.pix_fmt = 640, 480, "yuvj420p"
        for n in range(OLD_FRAMES):
            moved = np.roll(scene, (11 * n + number, 17 * n), axis=(0, 1))
            target.mux(coder.encode(av.VideoFrame.from_ndarray(moved, format="rgb24")))
        target.mux(coder.encode(None))
    return file.getvalue()
