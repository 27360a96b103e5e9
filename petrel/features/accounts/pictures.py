"""The pictures of an account that has uploaded none: a small sea, drawn from its number.

Pure functions: one number always gives the same sea, as SVG (under 1.5 kB) and as PNG for apps that cannot
show SVG; both come from the same `Scene`. Any number gives a picture, so asking tells nobody whether an
account exists. Uploaded pictures are not here.
"""

import struct
import zlib
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

AVATAR_PIXELS = (200, 200)
HEADER_PIXELS = (900, 300)

Colour = tuple[int, int, int]


class Wave(NamedTuple):
    """A chain of parabolas: zero at `start + n * half`, alternately `swell / 2` above and below `level`."""

    level: float
    swell: float
    half: float
    start: float
    colour: int

    def height(self, x: float) -> float:
        arch, part = divmod((x - self.start) / self.half, 1.0)
        return self.level + (2 if arch % 2 else -2) * part * (1 - part) * self.swell


class Scene(NamedTuple):
    """Units: the picture is 80 high; colours are places in `palette`: sky, disc, then waves from far to near."""

    width: int
    palette: tuple[Colour, ...]
    disc: tuple[float, float, float]
    waves: tuple[Wave, ...]


# Sky, sun or moon, far water (or hills), middle water, near water.
SEAS = (
    "f6d9b8 e8704a 9db4ae 4f8087 1f4e5a",
    "cfe3e6 fbf3df 8ab6bd 4a8795 1d5266",
    "1d2b3e f1e6c8 31506b 22405a 132a3f",
    "f3c6b4 fdf1dc b0708a 744a73 3d2c55",
    "e9e2cf d99a3d a9b58a 6b8a64 35553f",
    "2b3350 f0b27a 5a5479 3f3f66 262a4a",
    "f8e7c9 f2b632 86bcae 3f8f8c 17606a",
    "d6dbe0 ffffff 9aa7b4 64788a 37495b",
    "f4d3c2 c9504a d8a48c a06a5c 5c3b3d",
    "16343c f4dfb0 24575c 1c4449 0f2b31",
    "dfe9d8 f4c95d 9cc4a4 5b9a86 2b6361",
    "fbe3d6 e58a6b 8fa8c4 5b78a3 2f4a78",
    "3a2b45 f3a6a0 6f4a72 523a60 342545",
    "e6eef0 ea7f52 b5cdd2 6fa0ad 2f6b7f",
)


@lru_cache(maxsize=512)
def _scene(account_id: int, width: int) -> Scene:
    digest = blake2b(account_id.to_bytes(8, "big", signed=True), digest_size=24, person=b"petrel.sea").digest()
    part = [byte / 255 for byte in digest]
    palette = tuple(_colour(word) for word in SEAS[digest[0] % len(SEAS)].split())
    disc = (width * (0.22 + 0.56 * part[1]), 18 + 22 * part[2], 9 + 8 * part[3])
    waves = []
    stretch = 1.0 if width == 80 else 1.8  # a wide sea has a longer swell
    for place, level in enumerate((42, 54, 66)):
        a, b, c, d = part[4 + 4 * place : 8 + 4 * place]
        tall = (26, 14, 9)[place]
        half = (34 + 30 * b, 22 + 14 * b, 15 + 10 * b)[place] * stretch
        waves.append(Wave(level - 3 + 6 * a, 5 + tall * d, half, -2 * half * c, 2 + place))
    return Scene(width, palette, disc, tuple(waves))


def _colour(word: str) -> Colour:
    red, green, blue = bytes.fromhex(word)
    return red, green, blue


def svg(account_id: int) -> bytes:
    """The avatar: square, drawn for a box of 80 by 80."""
    return _svg(_scene(account_id, 80))


def header_svg(account_id: int) -> bytes:
    """The header: three to one, the same sea wider."""
    return _svg(_scene(account_id, 240))


def _svg(scene: Scene) -> bytes:
    names = ["#" + bytes(colour).hex() for colour in scene.palette]
    x, y, radius = scene.disc
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width} 80">',
        f'<path fill="{names[0]}" d="M0 0h{scene.width}v80H0z"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{names[1]}"/>',
    ]
    for wave in scene.waves:
        arches = int((scene.width - wave.start) / wave.half) + 1
        chain = f"q{wave.half / 2:.2f} {-wave.swell:.1f} {wave.half:.2f} 0" + f"t{wave.half:.2f} 0" * (arches - 1)
        start = f"M{wave.start:.1f} {wave.level:.1f}"
        parts.append(f'<path fill="{names[wave.colour]}" d="{start}{chain}V80H{wave.start:.1f}z"/>')
    return "".join([*parts, "</svg>"]).encode()


@lru_cache(maxsize=256)
def png(account_id: int) -> bytes:
    """The avatar, 200 by 200 pixels."""
    return _png(_scene(account_id, 80), *AVATAR_PIXELS)


@lru_cache(maxsize=32)
def header_png(account_id: int) -> bytes:
    """The header, 900 by 300 pixels."""
    return _png(_scene(account_id, 240), *HEADER_PIXELS)


class _Ink:
    """Colours of an indexed picture; edges are smoothed in eighths, so at most 4 * 8 + 5 mixes per pair occur."""

    def __init__(self, palette: tuple[Colour, ...]):
        self.colours = list(palette)
        self.base = list(range(len(palette)))
        self.mixes: dict[tuple[int, int, int], int] = {}

    def mix(self, under: int, over: int, coverage: float) -> int:
        """The place of a colour that is `over` by `coverage` (0..1) and else what lies `under`."""
        key = (self.base[under], over, round(coverage * 8))
        if key not in self.mixes:
            below, above = self.colours[key[0]], self.colours[over]
            mixed = [round(b + (a - b) * key[2] / 8) for a, b in zip(above, below, strict=True)]
            self.mixes[key] = len(self.colours)
            self.colours.append((mixed[0], mixed[1], mixed[2]))
            self.base.append(over if key[2] >= 4 else key[0])
        return self.mixes[key]


def _png(scene: Scene, width: int, height: int) -> bytes:
    ink = _Ink(scene.palette)
    scale = height / 80
    columns = [_column(scene, ink, (x + 0.5) / scale, x + 0.5, height, scale) for x in range(width)]
    rows = b"".join(b"\0" + bytes(row) for row in zip(*columns, strict=True))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    plte = b"".join(bytes(colour) for colour in ink.colours)
    chunks = [(b"IHDR", head), (b"PLTE", plte), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _column(scene: Scene, ink: _Ink, unit_x: float, pixel_x: float, height: int, scale: float) -> bytes:
    """One column of palette places, from the top: sky, then the disc, then each wave down to the bottom."""
    column = bytearray(height)
    middle_x, middle_y, radius = (size * scale for size in scene.disc)
    if abs(pixel_x - middle_x) <= radius + 1:
        for y in range(max(0, int(middle_y - radius - 1)), min(height, int(middle_y + radius + 2))):
            distance = ((pixel_x - middle_x) ** 2 + (y + 0.5 - middle_y) ** 2) ** 0.5
            if (coverage := radius + 0.5 - distance) > 0:
                column[y] = 1 if coverage >= 1 else ink.mix(0, 1, coverage)
    for wave in scene.waves:
        top = min(max(wave.height(unit_x) * scale, 0.0), height - 1.0)
        row = int(top)
        column[row] = ink.mix(column[row], wave.colour, row + 1 - top)
        column[row + 1 :] = bytes([wave.colour]) * (height - row - 1)
    return bytes(column)
