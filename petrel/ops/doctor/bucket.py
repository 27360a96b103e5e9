"""Check of the bucket that photos and films lie in: can it be written, read, and emptied again?"""

import os
import time
from pathlib import Path

from petrel.features import media
from petrel.ops.doctor.shapes import Bucket, Check, bad, fine
from petrel.outside import stores

NAME, SLOW_S = "petrel-doctor", 2.0
CURE = "Until then files in it are not served. petrel settings show; handbook: media-in-a-bucket."
MOVE = "petrel media move, which may be cut off and run again; handbook: media-in-a-bucket."


def check_bucket(data: Path, bucket: Bucket) -> Check:
    """Writes one small object, and removes it. Blocking, for a thread."""
    began, body = time.monotonic(), os.urandom(64)
    name = f"{NAME}-{body[:6].hex()}"
    try:
        store = bucket.open()
        stores.put(store, name, body)
        with store.read(name, 32) as reading:
            found = reading.read(64)
        store.remove(name)
    except OSError as e:
        return bad("bucket", str(e), CURE)
    if found != body[32:]:
        return bad("bucket", f"{store.url} gives back something else than what was put there", CURE)
    took_s = time.monotonic() - began
    if took_s > SLOW_S:
        return bad("bucket", f"{store.url} took {took_s:.1f} s for a few bytes: photos open as slowly",
                   "Choose a keeper near this machine, or look at the line to it.")
    near = data / media.FOLDER
    left = media.moving.lying(stores.opened(str(near))).count if bucket.is_chosen and near.exists() else 0
    if left:
        return bad("bucket", f"{left} files still lie in the data directory, and new ones go to {store.url}", MOVE)
    return fine("bucket", f"{store.url} is written and read in {took_s * 1000:.0f} ms")
