"""The decoder's own process: `python -m petrel.outside.decoding.child`, with a socket as standard input.

It loads the decoders once, then forks for each file: a child of its own with limits of memory and processor, which may
open nothing any more (no file, no connection), knows no key, and ends with the file. It ends by itself when nobody asks
for a while, or when whoever started it is gone.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from petrel.outside.decoding.shapes import Answer, Made, Refusal, Wish
from petrel.outside.decoding.sniffing import HEAD_BYTES, HEIC, sort_of

IDLE_S = 20.0
NICE = 15
SESSION_NICE = 5        # a third of what any other gets: on a busy machine 15 would be hardly anything
MESSAGE_BYTES = 65_536
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38


def made_of(file: BinaryIO, wish: Wish) -> tuple[Made, list[bytes]]:
    """What becomes of a file. Errors: Refusal."""
    from petrel.outside.decoding import moving, pictures

    head = file.read(HEAD_BYTES)
    file.seek(0)
    sort = sort_of(head)
    if sort is HEIC:
        raise Refusal("heic")
    if sort is None:
        raise Refusal("kind" if head else "empty")
    if not sort.is_picture:
        if wish.purpose != "attachment":
            raise Refusal("still")
        return moving.played(file, sort, wish.limits)
    image = pictures.opened(file, sort, wish.limits)
    if wish.purpose == "attachment" and pictures.is_moving(image):
        return moving.looped(image, wish.limits)
    return pictures.still(image, wish.purpose)


def _shut_in(wish: Wish) -> None:
    """From here on nothing can be opened, and too much memory or processor ends us."""
    limits = wish.limits
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_s)
    # Room for the pieces that are made, as files in memory, before the door is shut: see `_answer`.
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _perform(wish: Wish, given: int, reply: socket.socket) -> None:
    """In the forked child: one file, one answer."""
    places = [os.memfd_create("piece", os.MFD_CLOEXEC) for _ in range(2)]
    highest = max(given, reply.fileno(), *places) + 1
    os.closerange(3, min(given, reply.fileno(), *places))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
    for free in set(range(3, highest)) - {given, reply.fileno(), *places}:
        try:
            os.close(free)
        except OSError:
            pass
        os.dup2(1, free)            # no number below the limit is left to open anything as
    _shut_in(wish)
    try:
        with os.fdopen(given, "rb", closefd=False) as file:
            made, bodies = made_of(file, wish)
        for body, place in zip(bodies, places, strict=False):
            view = memoryview(body)
            while view:
                view = view[os.write(place, view):]
        answer = Answer(made)
    except Refusal as refusal:
        answer = Answer(failed=refusal.why)
    except MemoryError:
        answer = Answer(failed="large")
    except Exception:
        answer = Answer(failed="unreadable")
    socket.send_fds(reply, [msgspec.json.encode(answer)], places)


def _step_back() -> None:
    """Linux weighs sessions against each other before the processes within one, and this process has a session of its
    own: there its low priority counts for nothing. source: sched(7), "The autogroup feature"."""
    with suppress(OSError):         # a kernel that does not weigh sessions
        Path("/proc/self/autogroup").write_text(str(SESSION_NICE))


def _load() -> None:
    """Everything that is imported when it is first needed: later no file can be opened."""
    import io

    from PIL import Image, ImageCms

    exif = Image.Exif()
    exif[0x0112] = 6            # a camera held upright
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    one, other = Image.new("RGB", (64, 64)), Image.new("RGB", (64, 64), "white")
    options: dict[str, dict[str, object]] = {
        "JPEG": {"exif": exif, "icc_profile": profile}, "PNG": {"exif": exif}, "WEBP": {"exif": exif}, "AVIF": {},
        "GIF": {"save_all": True, "append_images": [other]}}
    for format, more in options.items():
        file = io.BytesIO()
        one.save(file, format, **more)
        for purpose in ("attachment", "emoji"):
            file.seek(0)
            made_of(file, Wish(purpose))


def serve(asked: socket.socket) -> None:
    """Until nobody asks."""
    _load()
    _step_back()
    asked.settimeout(IDLE_S)
    while True:
        try:
            message, given, _, _ = socket.recv_fds(asked, MESSAGE_BYTES, 2)
        except TimeoutError:
            return
        if not message:
            return
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _perform(msgspec.json.decode(message, type=Wish), given[0], socket.socket(fileno=given[1]))
                code = 0
            finally:
                os._exit(code)
        for one in given:
            os.close(one)
        os.waitpid(child, 0)


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    serve(socket.socket(fileno=int(sys.argv[1])))
