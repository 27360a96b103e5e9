"""Small files of every kind that people upload, made here: nothing is downloaded or kept."""

import io
import math
import struct
from fractions import Fraction
from functools import cache
from typing import Any

PLACE = b"PLACE-48.8584N-2.2945E"          # what a camera would tell, in any metadata that can hold it


def picture(width: int = 64, height: int = 48, format: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """A gradient, so that something can be seen in it."""
    from PIL import Image

    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize((width, height)))
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


@cache
def placed_jpeg(width: int = 64, height: int = 48) -> bytes:
    """A photo that says where it was taken, held upright (orientation 6)."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = PLACE.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    return picture(width, height, exif=exif, comment=PLACE)


@cache
def gif(frames: int = 6, side: int = 32, lasts_ms: int = 80) -> bytes:
    from PIL import Image

    some = [Image.new("RGB", (side, side), (n * 40 % 256, 90, 160)) for n in range(frames)]
    out = io.BytesIO()
    some[0].save(out, "GIF", save_all=True, append_images=some[1:], duration=lasts_ms, loop=0, comment=PLACE)
    return out.getvalue()


def long_gif(frames: int) -> bytes:
    """So many frames of one pixel, written by hand: each costs some twenty bytes."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    frame = b"\x21\xf9\x04\0\x01\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return head + loop + frame * frames + b"\x3b"


def png_bomb(width: int, height: int) -> bytes:
    """A picture of so many pixels in very few bytes."""
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    line = b"\0" * ((width + 7) // 8 + 1)
    rows = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def _sound(stream: Any, container: Any, seconds: float, rate: int) -> None:
    import av

    made = 0
    while made < seconds * rate:
        count = stream.codec_context.frame_size or 1024
        values = [int(8000 * math.sin(2 * math.pi * 440 * (made + n) / rate)) for n in range(count)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(struct.pack(f"<{count}h", *values).ljust(frame.planes[0].buffer_size, b"\0"))
        frame.rate, frame.pts, frame.time_base = rate, made, Fraction(1, rate)
        container.mux(stream.encode(frame))
        made += count
    container.mux(stream.encode(None))


@cache
def film(format: str = "mp4", codec: str = "libx264", sound: str = "aac", *, seconds: float = 1.0, width: int = 64,
         height: int = 48, rate: int = 10) -> bytes:
    """A short film; `sound` "" for none. Where it was filmed stands in its metadata."""
    import av
    from PIL import Image

    out = io.BytesIO()
    with av.open(out, "w", format=format) as container:
        container.metadata.update({"location": PLACE.decode(), "title": PLACE.decode(), "comment": PLACE.decode()})
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.metadata["handler_name"] = PLACE.decode()
        heard = container.add_stream(sound, rate=48_000) if sound else None
        if heard is not None:
            heard.codec_context.layout = "mono"
        for n in range(int(seconds * rate)):
            frame = av.VideoFrame.from_image(Image.new("RGB", (width, height), (n * 25 % 256, 80, 120)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if heard is not None:
            _sound(heard, container, seconds, 48_000)
    return out.getvalue()


@cache
def sound(format: str = "mp3", codec: str = "libmp3lame", seconds: float = 1.0) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=format) as container:
        container.metadata.update({"title": PLACE.decode(), "comment": PLACE.decode()})
        stream: Any = container.add_stream(codec, rate=48_000)
        stream.codec_context.layout = "mono"
        _sound(stream, container, seconds, 48_000)
    return out.getvalue()
