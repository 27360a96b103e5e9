"""A site that belongs to a user is not served as root."""

import ctypes
import os
import pwd
from pathlib import Path

PR_SET_DUMPABLE = 4                                     # source: prctl(2)


def user_of(place: Path) -> str:
    """The name, or else the number, of the user whom it belongs to; of the nearest directory above, where we may not
    look at it. Errors: FileNotFoundError."""
    while True:
        try:
            number = place.stat().st_uid
            break
        except PermissionError:
            place = place.parent
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"'#{number}'"              # as sudo takes it


def become_owner(data: Path) -> None:
    """Gives up root for the user whom the data directory belongs to, for good. Does nothing when we are not root, when
    there is no directory yet, or when it is root's own. Sockets that are open stay open."""
    if os.geteuid() != 0 or not data.exists():
        return
    state = data.stat()
    if state.st_uid == 0:
        return
    try:
        entry = pwd.getpwuid(state.st_uid)
        name, home, group = entry.pw_name, entry.pw_dir, entry.pw_gid
    except KeyError:
        name, home, group = "", str(data), state.st_gid
    os.initgroups(name, group) if name else os.setgroups([])
    os.setgid(group)
    os.setuid(state.st_uid)
    # As if this user had started us: without it nobody but root may look at our open files, `petrel doctor` included.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1)
    os.environ["HOME"], os.environ["USER"] = home, name
