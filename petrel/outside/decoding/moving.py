"""Video and sound, read by PyAV: streams that every browser plays are put into a fresh container as they are, all else
is made anew as H.264 and AAC.

Only one stream of pictures and one of sound go along: tracks of places, subtitles, covers and all that a camera noted
of itself stay behind. Runs in the decoder's own process only (`child.py`).
"""

import io
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.error
from PIL import Image

from petrel.outside.decoding import pictures
from petrel.outside.decoding.boxes import begin_first
from petrel.outside.decoding.pictures import Rendition
from petrel.outside.decoding.shapes import Limits, Made, Piece, Refusal
from petrel.outside.decoding.sniffing import Sort

SHOWN_PIXELS = 2_073_600        # of what is encoded here: as 1920 by 1080
EVEN = 2
COVER = 0x400           # of an album, which is no film
POSTER_AT_S = 1.0
# Codecs that go along as they are, by the container that they go in. source: what browsers play
AS_THEY_ARE = {"mp4": ({"h264"}, {"aac", "mp3"}), "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"})}
PIXEL_FORMATS = ("yuv420p", "yuvj420p")
SOUND = {"mp3": ("mp3", "audio/mpeg"), "aac": ("ipod", "audio/mp4"), "vorbis": ("ogg", "audio/ogg"),
         "opus": ("ogg", "audio/ogg"), "flac": ("flac", "audio/flac")}
TIME_BASE = Fraction(1, 1000)
BITEXACT = {"fflags": "+bitexact"}      # neither the time nor the name of what wrote it


class Limited(io.BytesIO):
    """Memory that is written to, no more than so much."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, piece: Any) -> int:
        if self.tell() + len(piece) > self._most:
            raise Refusal("large")
        return super().write(piece)


def played(file: BinaryIO, sort: Sort, limits: Limits) -> tuple[Made, list[bytes]]:
    """Errors: Refusal."""
    try:
        with av.open(file, format=sort.format, metadata_errors="ignore") as source:
            seen: list[Any] = [s for s in source.streams.video if not s.disposition & COVER]
            heard: list[Any] = list(source.streams.audio)
            video, audio = next(iter(seen), None), next(iter(heard), None)
            if video is None and audio is None:
                raise Refusal("empty")
            _check(source, video, limits)
            made = _sounding(source, audio, limits) if video is None else _video(source, video, audio, limits)
    except Refusal:
        raise
    except MemoryError as e:
        raise Refusal("large") from e
    except Exception as e:
        if isinstance(e.__context__, Refusal):          # from within a write of ours
            raise e.__context__ from e
        raise Refusal("unreadable") from e
    return made


def _check(source: Any, video: Any, limits: Limits) -> None:
    if source.duration and source.duration / av.time_base > limits.seconds:
        raise Refusal("seconds")
    if video is None:
        return
    width, height = video.codec_context.width, video.codec_context.height
    if not width or not height:
        raise Refusal("unreadable")
    if width * height > limits.moving_pixels:
        raise Refusal("pixels")
    if video.average_rate and video.average_rate > limits.rate and video.frames != 1:
        raise Refusal("rate")


def _video(source: Any, video: Any, audio: Any, limits: Limits) -> tuple[Made, list[bytes]]:
    box = _box_of(source, video, audio)
    out = Limited(limits.made_bytes)
    if box:
        lasts_s = _carried(source, [s for s in (video, audio) if s is not None], out, box, limits)
    else:
        lasts_s = _encoded(source, video, audio, out, limits)
    body = begin_first(out.getvalue())
    poster, rate = _poster(body, lasts_s)
    large = Rendition(Piece("original", f"video/{box or 'mp4'}", len(body), *poster.size), body)
    small = pictures.jpeg_of(poster, "small", pictures.SMALL_PIXELS)
    made = Made("video", (large.piece, small.piece), pictures.hash_of(poster), round(lasts_s, 3), rate,
                int(len(body) * 8 / lasts_s) if lasts_s else 0)
    return made, [large.body, small.body]


def _box_of(source: Any, video: Any, audio: Any) -> str:
    """The container in which both streams can stay as they are; "" when they cannot."""
    if video.codec_context.name == "h264" and video.codec_context.pix_fmt not in PIXEL_FORMATS:
        return ""
    for box, (seen, heard) in AS_THEY_ARE.items():
        if video.codec_context.name in seen and (audio is None or audio.codec_context.name in heard):
            return box
    if video.codec_context.name == "libdav1d" and (audio is None or audio.codec_context.name in ("opus", "vorbis")):
        return "webm"
    return ""


def _carried(source: Any, streams: list[Any], out: io.BytesIO, box: str, limits: Limits) -> float:
    """Packets into a fresh container. Returns how many seconds there are."""
    last_s, count = 0.0, 0
    with av.open(out, "w", format=box, options=BITEXACT) as target:
        to = {}
        for stream in streams:
            to[stream.index] = target.add_stream_from_template(stream, opaque=True)
            to[stream.index].metadata.clear()
        for packet in source.demux(streams):
            if packet.dts is None:
                continue
            count += 1
            last_s = max(last_s, float(((packet.pts or packet.dts) + (packet.duration or 0)) * packet.time_base))
            if last_s > limits.seconds + 5:
                raise Refusal("seconds")
            if count > limits.seconds * limits.rate * 4:
                raise Refusal("frames")
            packet.stream = to[packet.stream.index]
            target.mux(packet)
    if not count:
        raise Refusal("empty")
    return last_s


def _even(width: int, height: int, pixels: int) -> tuple[int, int]:
    scale = min(1.0, (pixels / (width * height)) ** 0.5)
    return max(EVEN, int(width * scale) // EVEN * EVEN), max(EVEN, int(height * scale) // EVEN * EVEN)


def _coder(target: Any, size: tuple[int, int]) -> Any:
    coder = target.add_stream("libx264", options={"preset": "veryfast", "crf": "24"})
    coder.width, coder.height, coder.pix_fmt = *size, "yuv420p"
    coder.codec_context.time_base = TIME_BASE
    coder.codec_context.thread_count = 2
    return coder


def _encoded(source: Any, video: Any, audio: Any, out: io.BytesIO, limits: Limits) -> float:
    """Everything decoded and encoded anew."""
    size = _even(video.codec_context.width, video.codec_context.height, SHOWN_PIXELS)
    last_s, count = 0.0, 0
    with av.open(out, "w", format="mp4", options=BITEXACT) as target:
        coder = _coder(target, size)
        sound = None if audio is None else target.add_stream("aac", rate=min(48_000, audio.codec_context.sample_rate))
        for frame in source.decode([s for s in (video, audio) if s is not None]):
            last_s = max(last_s, float(frame.time or 0))
            if last_s > limits.seconds:
                raise Refusal("seconds")
            if isinstance(frame, av.VideoFrame):
                count += 1
                if count > limits.seconds * limits.rate:
                    raise Refusal("frames")
                shown = frame.reformat(*size, "yuv420p")
                shown.pts, shown.time_base = int((frame.time or 0) * 1000), TIME_BASE
                target.mux(coder.encode(shown))
            elif sound is not None:
                target.mux(sound.encode(frame))
        target.mux(coder.encode(None))
        if sound is not None:
            target.mux(sound.encode(None))
    if not count:
        raise Refusal("empty")
    return max(last_s, 0.04)


def _poster(body: bytes, lasts_s: float) -> tuple[Image.Image, str]:
    """A picture from within the film, and how many frames a second it has. What is made is looked at again: it can be
    played, or it would not have a poster."""
    with av.open(io.BytesIO(body), "r") as made:
        stream = made.streams.video[0]
        stream.codec_context.thread_count = 1
        rate = str(Fraction(stream.average_rate or stream.guessed_rate or 0).limit_denominator(1001))
        found = None
        for frame in made.decode(stream):
            found = frame
            if (frame.time or 0) >= min(POSTER_AT_S, lasts_s / 2):
                break
        if found is None:
            raise Refusal("empty")
        return _turned(found), rate


def _turned(frame: Any) -> Image.Image:
    """As players show it: phones film lying, and say so beside the film."""
    picture: Image.Image = frame.to_image()
    turn = int(getattr(frame, "rotation", 0) or 0) % 360
    return picture.rotate(turn, expand=True) if turn else picture


def _sounding(source: Any, audio: Any, limits: Limits) -> tuple[Made, list[bytes]]:
    out = Limited(limits.made_bytes)
    name = audio.codec_context.name
    name = {"mp3float": "mp3", "libopus": "opus"}.get(name, name)
    if name in SOUND:
        box, type = SOUND[name]
        lasts_s = _carried(source, [audio], out, box, limits)
    else:
        type, lasts_s = "audio/mp4", _sound_encoded(source, audio, out, limits)
    body = begin_first(out.getvalue())
    bitrate = int(len(body) * 8 / lasts_s) if lasts_s else 0
    return Made("audio", (Piece("original", type, len(body)),), "", round(lasts_s, 3), "", bitrate), [body]


def _sound_encoded(source: Any, audio: Any, out: io.BytesIO, limits: Limits) -> float:
    last_s, count = 0.0, 0
    with av.open(out, "w", format="ipod", options=BITEXACT) as target:
        sound = target.add_stream("aac", rate=min(48_000, audio.codec_context.sample_rate))
        for frame in source.decode(audio):
            count += 1
            last_s = max(last_s, float(frame.time or 0) + frame.samples / frame.sample_rate)
            if last_s > limits.seconds:
                raise Refusal("seconds")
            target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    if not count:
        raise Refusal("empty")
    return last_s


def looped(image: Image.Image, limits: Limits) -> tuple[Made, list[bytes]]:
    """An animated picture as a film without sound: a tenth of its bytes, and it can be paused. Errors: Refusal."""
    size = _even(max(EVEN, image.width), max(EVEN, image.height), SHOWN_PIXELS)
    out = Limited(limits.made_bytes)
    at_ms, count, first = 0, 0, None
    most_pixels = limits.frames * 640 * 640
    with av.open(out, "w", format="mp4", options=BITEXACT) as target:
        coder = _coder(target, size)
        for frame, lasts_ms in pictures.each_frame(image, limits.frames, most_pixels):
            shown = _on_white(frame).resize(size)
            first = first or shown
            film: Any = av.VideoFrame.from_image(shown)     # type: ignore[no-untyped-call]
            film = film.reformat(format="yuv420p")
            film.pts, film.time_base = at_ms, TIME_BASE
            at_ms += lasts_ms
            count += 1
            if at_ms > limits.seconds * 1000:
                raise Refusal("seconds")
            target.mux(coder.encode(film))
        target.mux(coder.encode(None))
    if first is None:
        raise Refusal("empty")
    body, lasts_s = begin_first(out.getvalue()), at_ms / 1000
    large = Rendition(Piece("original", "video/mp4", len(body), *size), body)
    small = pictures.jpeg_of(first, "small", pictures.SMALL_PIXELS)
    made = Made("gifv", (large.piece, small.piece), pictures.hash_of(first), lasts_s,
                str(Fraction(count * 1000, at_ms).limit_denominator(1001)), int(len(body) * 8 / lasts_s))
    return made, [large.body, small.body]


def _on_white(frame: Image.Image) -> Image.Image:
    if frame.mode == "RGB":
        return frame
    clear = frame.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    white.alpha_composite(clear)
    return white.convert("RGB")
