"""Pictures, read by Pillow: turned the right way up, in sRGB, made anew without what else was in the file.

What a camera wrote (place, time, maker, thumbnail, colour profile) does not come through, since only pixels do.
Runs in the decoder's own process only (`child.py`).
"""

import io
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

from msgspec import Struct
from PIL import Image, ImageCms, ImageOps

from petrel.outside.decoding.blurhash import blurhash
from petrel.outside.decoding.shapes import Limits, Made, Piece, Purpose, Refusal
from petrel.outside.decoding.sniffing import Sort

SHOWN_PIXELS = 8_294_400
"""The large rendition; as 3840 by 2160. Source: the sizes that the API's first implementation makes."""

SMALL_PIXELS = 230_400      # as 640 by 360
HASH_SIDE = 32
BOX = {"avatar": (400, 400), "header": (1500, 500)}
EMOJI_SIDE = 128
QUALITY = 86

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None       # our own limit comes first, and says so in words


class Rendition(Struct):
    """A piece with its bytes."""

    piece: Piece
    body: bytes


def opened(file: BinaryIO, sort: Sort, limits: Limits) -> Image.Image:
    """The picture, not yet decoded. Errors: Refusal."""
    try:
        image = Image.open(file, formats=(sort.format,))
    except Refusal:
        raise
    except Exception as e:
        raise Refusal("unreadable") from e
    width, height = image.size
    if not width or not height:
        raise Refusal("empty")
    if width * height > limits.pixels or max(width, height) > 65_500:
        raise Refusal("pixels")
    return image


def is_moving(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception as e:
        raise Refusal("unreadable") from e


def still(image: Image.Image, purpose: Purpose) -> tuple[Made, list[bytes]]:
    """Errors: Refusal."""
    if purpose in BOX:
        return _boxed(image, BOX[purpose])
    if purpose == "emoji":
        return _emoji(image)
    whole = _within(_upright(image, SHOWN_PIXELS), SHOWN_PIXELS)
    large = _encoded(whole, "original", keeps_png=image.format in ("PNG", "GIF"))
    small_picture = _within(whole, SMALL_PIXELS)
    small = _encoded(small_picture, "small", keeps_png=False)
    return _made("image", [large, small], hash_of(small_picture))


def _made(kind: Any, made: list[Rendition], blurhash: str, **more: Any) -> tuple[Made, list[bytes]]:
    return Made(kind, tuple(one.piece for one in made), blurhash, **more), [one.body for one in made]


def _boxed(image: Image.Image, box: tuple[int, int]) -> tuple[Made, list[bytes]]:
    picture = _upright(image, 4 * box[0] * box[1])
    size = box if picture.width >= box[0] and picture.height >= box[1] else _fitting(picture.size, box)
    picture = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    return _made("image", [_encoded(picture, "original", keeps_png=False)], hash_of(picture))


def _fitting(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The largest size of the box's shape that needs no enlarging."""
    scale = min(size[0] / box[0], size[1] / box[1])
    return max(1, round(box[0] * scale)), max(1, round(box[1] * scale))


def _emoji(image: Image.Image) -> tuple[Made, list[bytes]]:
    """Animated ones stay so, as WebP; of those a still one too."""
    frames, lasts = [], []
    for frame, last_ms in each_frame(image, 200, EMOJI_SIDE * EMOJI_SIDE * 200 * 16):
        picture = frame.convert("RGBA")
        picture.thumbnail((EMOJI_SIDE, EMOJI_SIDE), Image.Resampling.LANCZOS)
        frames.append(picture)
        lasts.append(last_ms)
    first = frames[0]
    still_one = Rendition(Piece("small", "image/png", 0, *first.size), _saved(first, "PNG", optimize=True))
    large = Rendition(Piece("original", "image/png", 0, *first.size), still_one.body)
    if len(frames) > 1:
        body = _saved(first, "WEBP", save_all=True, append_images=frames[1:], duration=lasts, loop=0, quality=80)
        large = Rendition(Piece("original", "image/webp", 0, *first.size), body)
    return _made("image", [_sized(large), _sized(still_one)], "")


def each_frame(image: Image.Image, most: int, most_pixels: int) -> Iterator[tuple[Image.Image, int]]:
    """(frame, milliseconds it lasts). Errors: Refusal, for more frames or pixels of all frames than these."""
    for place in range(most + 1):
        try:
            image.seek(place)
            image.load()
        except EOFError:
            return
        except Exception as e:
            raise Refusal("unreadable") from e
        if place == most or (place + 1) * image.width * image.height > most_pixels:
            raise Refusal("frames")
        yield image, int(image.info.get("duration") or 0) or 100


def _upright(image: Image.Image, wanted_pixels: int) -> Image.Image:
    """Decoded, in sRGB or with transparency RGBA, turned as the camera was held."""
    scale = (wanted_pixels / (image.width * image.height)) ** 0.5
    try:
        if scale < 0.5:
            # A JPEG can be decoded at a half or a quarter, in so much less memory.
            image.draft(None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
        image.load()
        profile = image.info.get("icc_profile")
        image = ImageOps.exif_transpose(image) or image
        if image.mode in ("P", "PA", "LA", "La") or "transparency" in image.info:
            image = image.convert("RGBA")
        elif image.mode.startswith(("I", "F")):
            image = image.convert("F").point(lambda value: value / 257).convert("L").convert("RGB")
        image = _in_srgb(image, profile)
        return image if image.mode in ("RGB", "RGBA") else image.convert("RGB")
    except Refusal:
        raise
    except (MemoryError, Exception) as e:
        raise Refusal("large" if isinstance(e, MemoryError) else "unreadable") from e


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        return found or image
    except Exception:
        return image            # a broken profile: as if there were none


def _within(image: Image.Image, pixels: int) -> Image.Image:
    scale = (pixels / (image.width * image.height)) ** 0.5
    if scale >= 1:
        return image
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _is_clear(image: Image.Image) -> bool:
    extrema: Any = image.getchannel("A").getextrema() if image.mode == "RGBA" else (255, 255)
    return bool(extrema[0] < 255)


def _encoded(image: Image.Image, name: str, *, keeps_png: bool) -> Rendition:
    """PNG for drawings and what is partly transparent, JPEG for the rest; a drawing that is large as a PNG as well."""
    clear = _is_clear(image)
    kind, body = "image/jpeg", b""
    if clear or keeps_png:
        kind, body = "image/png", _saved(image if clear else image.convert("RGB"), "PNG", compress_level=6)
    if not clear and (not body or len(body) > 1_500_000):
        flat = _saved(image.convert("RGB"), "JPEG", quality=QUALITY, progressive=True, optimize=True)
        if not body or len(flat) * 2 < len(body):
            kind, body = "image/jpeg", flat
    return _sized(Rendition(Piece(name, kind, 0, *image.size), body))


def _sized(one: Rendition) -> Rendition:
    piece = one.piece
    return Rendition(Piece(piece.name, piece.type, len(one.body), piece.width, piece.height), one.body)


def _saved(image: Image.Image, format: str, **options: Any) -> bytes:
    """Nothing but pixels: what the picture carried along is dropped."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def jpeg_of(image: Image.Image, name: str, pixels: int) -> Rendition:
    """A frame of something that moves, as a picture."""
    return _encoded(_within(image.convert("RGB"), pixels), name, keeps_png=False)


def hash_of(image: Image.Image) -> str:
    """What apps blur until the picture is there."""
    tiny = image.convert("RGBA").convert("RGB") if image.mode != "RGB" else image
    tiny = tiny.resize((HASH_SIDE, HASH_SIDE), Image.Resampling.BOX)
    across, down = (4, 3) if image.width >= image.height else (3, 4)
    return blurhash(tiny, across, down)
