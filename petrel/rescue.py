"""petrel-rescue: what can still be done when nothing else of Petrel works.

One file that needs nothing but Python 3.11 and the site's data directory: no database, no network, no other program.
Copy it off the machine and print its instructions before they are needed: `petrel rescue copy`, `petrel rescue keys`.

    python3 rescue.py DATA status                  # what runs, what is full, what was changed last
    python3 rescue.py DATA freeze "why"            # no change of the running site begins or goes on
    python3 rescue.py DATA close SURFACE "why"     # home, srch, media ...: answers 503 (all: everything)
    python3 rescue.py DATA thaw                    # these take two of the three keys:
    python3 rescue.py DATA open SURFACE
    python3 rescue.py DATA pin DIRECTORY           # the release there starts next, or that of a name that status shows
    python3 rescue.py DATA unpin
    python3 rescue.py DATA restore [WORDS...]      # as `petrel restore`, by whichever release still begins
    python3 rescue.py DATA instructions            # to be printed, and kept beside the keys

What it says lies in DATA/rescue.json, which every process of the site looks at each second; what was done with it in
DATA/rescue.log, from where it comes into the journal once that works again. Keys are typed, or come one in a line.
"""

import getpass
import hashlib
import hmac
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

STATE, KEYS, LOG, SLOTS = "rescue.json", "rescue-keys.json", "rescue.log", "releases.json"
KEYS_MADE, KEYS_NEEDED = 3, 2
SURFACES = ("all", "link", "api", "prof", "thrd", "embd", "home", "pub", "srch", "ntf", "strm", "push", "media", "cnt",
            "exp")
WITH_KEYS = ("thaw", "open", "pin", "unpin", "restore")
SHORTEST_WHY = 5
TRY_S = 30
COST = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 32}


class Stop(Exception):
    """Cannot be done; the text says what to do instead"""


def read_state(folder: Path) -> dict[str, Any]:
    """What holds now; nothing where nothing was said. A file that cannot be read closes all: empty is no truth."""
    try:
        state = json.loads((folder / STATE).read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return {"closed": {"all": f"{STATE} cannot be read"}, "frozen": f"{STATE} cannot be read"}
    return state if isinstance(state, dict) else {"closed": {"all": f"{STATE} makes no sense"}}


def write_whole(path: Path, text: str) -> None:
    """The old file or the new one after a power cut, of the site's user whoever runs this."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        give_to_owner(path.parent, file.fileno())
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def give_to_owner(folder: Path, descriptor: int) -> None:
    if os.geteuid() == 0:
        home = folder.stat()
        os.fchown(descriptor, home.st_uid, home.st_gid)


def note(folder: Path, verb: str, about: str, keys: list[int]) -> None:
    """One line, on the disk before anything is done."""
    said = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "verb": verb, "about": about, "keys": keys}
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with os.fdopen(os.open(folder / LOG, flags, 0o600), "a") as file:
        give_to_owner(folder, file.fileno())
        file.write(json.dumps(said) + "\n")
        file.flush()
        os.fsync(file.fileno())


def digest(key: str, salt: str) -> str:
    return hashlib.scrypt(key.replace("-", "").strip().upper().encode(), salt=bytes.fromhex(salt), **COST).hex()


def make_keys(folder: Path) -> list[str]:
    """Three keys, of which only digests stay here. Errors: Stop where there are some."""
    if (folder / KEYS).exists():
        raise Stop(f"There are keys already. To make others, two of the old ones first: move {folder / KEYS} away.")
    signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    keys = ["".join(secrets.choice(signs) for _ in range(25)) for _ in range(KEYS_MADE)]
    salts = [secrets.token_hex(16) for _ in keys]
    kept = [{"number": n, "salt": salt, "digest": digest(key, salt)}
            for n, (key, salt) in enumerate(zip(keys, salts, strict=True), 1)]
    write_whole(folder / KEYS, json.dumps(kept, indent=1))
    return ["-".join(key[at:at + 5] for at in range(0, 25, 5)) for key in keys]


def shown_keys(folder: Path, typed: list[str]) -> list[int]:
    """The numbers of the keys that were typed. Errors: Stop, when these are not two different ones."""
    try:
        known = json.loads((folder / KEYS).read_text())
    except (OSError, ValueError):
        raise Stop("This site has no rescue keys (petrel rescue keys makes them), so nothing dangerous is done. "
                   "Whoever is root here can still do by hand what `instructions` says.") from None
    found = set()
    for key in typed:
        for one in known:
            if hmac.compare_digest(digest(key, one["salt"]), one["digest"]):
                found.add(one["number"])
    if len(found) < KEYS_NEEDED:
        raise Stop(f"This takes {KEYS_NEEDED} different keys of {KEYS_MADE}; {len(found)} fit.")
    return sorted(found)


def typed_keys() -> list[str]:
    if sys.stdin.isatty():
        return [getpass.getpass(f"Key {n} of {KEYS_NEEDED}: ") for n in range(1, KEYS_NEEDED + 1)]
    return [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]


def release_in(place: str) -> dict[str, str]:
    """How the release in a directory is started, tried. Errors: Stop."""
    root = Path(place).resolve()
    if not (root / "petrel" / "__main__.py").exists():
        raise Stop(f"{root} holds no release of Petrel: it has no petrel/__main__.py.")
    for python in (root / ".venv/bin/python", root / "bin/python", root.parent / "bin/python"):
        if os.access(python, os.X_OK) and begins(str(python), str(root)):
            return {"python": str(python), "root": str(root)}
    raise Stop(f"The release in {root} does not begin: no python in .venv/bin beside it runs `petrel --version`.")


def named(folder: Path, name: str) -> dict[str, str] | None:
    """The release of a slot (`petrel releases list`), tried; None where none is called so. Errors: Stop."""
    for one in slots(folder):
        if one.get("name") == name:
            release = one["release"]
            if not begins(release["python"], release["root"]):
                raise Stop(f"{name} does not begin: {release['python']} does not run what is in {release['root']}.")
            return {"python": release["python"], "root": release["root"]}
    return None


def slots(folder: Path) -> list[dict[str, Any]]:
    """Those that were made known; none where the list cannot be read."""
    try:
        found = json.loads((folder / SLOTS).read_text())["slots"]
        return [one for one in found if {"python", "root"} <= one["release"].keys()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def begins(python: str, root: str) -> bool:
    try:
        done = subprocess.run([python, "-P", "-m", "petrel", "--version"], env={**os.environ, "PYTHONPATH": root},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TRY_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def releases(folder: Path) -> list[dict[str, str]]:
    """Those that the data directory knows of, the pinned one first."""
    found = [read_state(folder).get("pin")]
    for name, parts in (("upgrade.json", ("taker", "giver")), ("run/status.json", ("release",))):
        try:
            said = json.loads((folder / name).read_text())
        except (OSError, ValueError):
            continue
        found += [said.get(part) for part in parts]
    names = {(one["release"]["python"], one["release"]["root"]): one.get("name", "") for one in slots(folder)}
    found += [one["release"] for one in slots(folder)]
    known = {(one["python"], one["root"]): one for one in reversed(found) if one and "python" in one and "root" in one}
    return [{**one, "name": names.get(place, "")} for place, one in reversed(list(known.items()))]


def command(folder: Path, release: dict[str, str], *words: str) -> str:
    return f"PYTHONPATH={release['root']} {release['python']} -P -m petrel {' '.join(words)} --data {folder}"


def is_alive(pid: Any) -> bool:
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, TypeError, ValueError):
        return False
    return True


def answers(address: str) -> str:
    host = address.split("//")[-1].split("/")[0]
    name, _, port = host.partition(":")
    port = port or ("443" if address.startswith("https") else "80")
    try:
        socket.create_connection((("127.0.0.1" if name == "localhost" else name), int(port)), timeout=2).close()
    except (OSError, ValueError) as e:
        return f"does not answer at {host} ({e})"
    return f"takes connections at {host}"


def status(folder: Path) -> list[str]:
    """Lines, the worst first where one can tell."""
    lines = []
    usage = shutil.disk_usage(folder)
    lines.append(f"disk      {usage.used / usage.total:.0%} full, {usage.free >> 20} MiB left")
    try:
        said = json.loads((folder / "run" / "status.json").read_text())
    except (OSError, ValueError):
        said = None
        lines.append("site      has never been started here, or says nothing")
    if said:
        alive = is_alive(said.get("pid"))
        lines.append(f"site      {'runs' if alive else 'DOES NOT RUN'} (process {said.get('pid')}, "
                     f"{said.get('state')}); {answers(said.get('address', ''))}")
        servers = {f"postgres {name}": server for name, server in said.get("postgres", {}).items()}
        for name, part in {**said.get("parts", {}), **servers}.items():
            pids = part.get("pids") or ([part["pid"]] if part.get("pid") else [])
            running = sum(map(is_alive, pids))
            lines.append(f"  {name:14}{part.get('state')}, {running} of {len(pids)} processes run, restarted "
                         f"{part.get('restarts', 0)} times {part.get('last_exit', '')}".rstrip())
    for release in releases(folder):
        state = "begins" if begins(release["python"], release["root"]) else "DOES NOT BEGIN"
        name = release["name"] or release.get("version", "")
        lines.append(f"release   {name} in {release['root']}: {state}")
    now = read_state(folder)
    lines.append(f"changes   {'FROZEN: ' + now['frozen'] if now.get('frozen') else 'may go on'}")
    for name, why in now.get("closed", {}).items():
        lines.append(f"CLOSED    {name}: {why}")
    if now.get("pin"):
        lines.append(f"pinned    {now['pin']['root']}")
    lines.append(f"keys      {'made' if (folder / KEYS).exists() else 'NONE: petrel rescue keys'}")
    return lines


def said_of(words: list[str], what: str) -> str:
    why = " ".join(words).strip()
    if len(why) < SHORTEST_WHY:
        raise Stop(f"Say why in a sentence: {what} \"...\"")
    return why


def act(folder: Path, verb: str, words: list[str], keys: list[int]) -> list[str]:
    """Does it; returns what to say. Errors: Stop."""
    state = read_state(folder)
    closed = dict(state.get("closed", {}))
    if verb == "freeze":
        state["frozen"] = said_of(words, "freeze")
        told = ["No change begins or goes on, within five seconds. Undoing works. To end this: thaw, with two keys."]
    elif verb == "thaw":
        state.pop("frozen", None)
        told = ["Changes may begin and go on."]
    elif verb in ("close", "open"):
        name = words[0] if words else ""
        if name not in SURFACES:
            raise Stop(f"{name or 'nothing'} is no surface. Known are: {', '.join(SURFACES)}")
        if verb == "close":
            closed[name] = said_of(words[1:], f"close {name}")
        elif closed.pop(name, None) is None:
            raise Stop(f"{name} is not closed by this. Closed are: {', '.join(closed) or 'none'}; what the site closed "
                       "itself is opened by petrel surfaces open.")
        state["closed"] = closed
        told = [f"{name} is {'closed: answers 503' if verb == 'close' else 'open'} within a second."]
    elif verb == "pin":
        word = words[0] if words else ""
        state["pin"] = named(folder, word) or release_in(word)
        told = ["It starts next, and nothing else does until unpin. Now:",
                "  systemctl restart petrel", "or, where there is no systemd, end the site and:",
                "  " + command(folder, state["pin"], "up")]
    else:
        state.pop("pin", None)
        told = ["The installed release starts next."]
    note(folder, verb, " ".join(words), keys)
    write_whole(folder / STATE, json.dumps(state, indent=1))
    return told


def restore(folder: Path, words: list[str], keys: list[int]) -> None:
    """Becomes `petrel restore`, by the first release that begins. Errors: Stop."""
    for release in releases(folder):
        if begins(release["python"], release["root"]):
            note(folder, "restore", " ".join(words), keys)
            sys.stdout.flush()
            os.execve(release["python"], [release["python"], "-P", "-m", "petrel", "restore", *words],
                      {**os.environ, "PYTHONPATH": release["root"]})
    raise Stop("No release that this directory knows of begins. Install one beside it, in a virtual environment of its "
               "own, then: restore.")


def instructions(folder: Path) -> str:
    me = Path(sys.argv[0]).resolve() if sys.argv[0] else "rescue.py"
    return f"""PETREL RESCUE                                      printed {time.strftime('%Y-%m-%d', time.gmtime())}

The site is dark, or does harm, and nothing else works. You need: this sheet, a terminal on
the machine as root or as the site's user, and, for what is dangerous, two of the three keys.

1  python3 {me} {folder} status
   Read it from the top. A full disk: make room first (rm what is not ours; petrel disk show).
2  Something leaks: close it. Everything: close all "why". One part: close home "why".
3  Somebody or something keeps changing the site: freeze "why".
4  A bad release, and going back does not work: pin NAME, with two keys, where NAME is the
   directory or the name of the last good one (status lists those it knows). Then start the site
   as it says.
5  The data is gone or broken: restore, with two keys; it asks where the backup is.
6  Afterwards: unpin, open, thaw, with two keys. What you did is in {folder / LOG}
   and comes into the site's journal by itself.

If this file is gone too: its copies are off the machine; `petrel rescue copy` of any release
prints it. By hand: {folder / STATE} holds {{"closed": {{"all": "why"}}, "frozen": "why"}}.

Key holders:   1 ______________________   2 ______________________   3 ______________________
"""


def main(words: list[str]) -> int:
    if len(words) < 2 or words[0] in ("-h", "--help"):
        print(__doc__)
        return 2
    folder, verb, rest = Path(words[0]).resolve(), words[1], words[2:]
    try:
        if not folder.is_dir():
            raise Stop(f"{folder} is no directory. Say where the site's data is.")
        if verb == "status":
            print("\n".join(status(folder)))
        elif verb == "instructions":
            print(instructions(folder))
        elif verb in ("freeze", "close"):
            print("\n".join(act(folder, verb, rest, [])))
        elif verb in WITH_KEYS:
            keys = shown_keys(folder, typed_keys())
            if verb == "restore":
                restore(folder, rest, keys)
            print("\n".join(act(folder, verb, rest, keys)))
        else:
            raise Stop(f"There is no {verb}. `python3 rescue.py` alone says what there is.")
    except Stop as e:
        print(e, file=sys.stderr)
        return 2
    except OSError as e:
        print(f"That could not be written: {e}. As root, and with room on the disk, it can.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
