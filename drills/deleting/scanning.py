"""Looking through raw bytes: database files, logs of the database and of the site, memory-backed files."""

import mmap
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct


class Scan(Struct):
    """`plain`: marks in the clear, by store. `keys`: destroyed keys whose bytes were found, by store."""

    files: int = 0
    bytes: int = 0
    plain: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    control: int = 0
    examples: list[str] = []


def spellings(word: str) -> list[bytes]:
    """A word as files may have it."""
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode().hex().encode()]


def scan(roots: Mapping[str, Path], stem: str, control: str, keys: Iterable[bytes]) -> Scan:
    """`roots`: stores by name. `control`: a word that is there in the clear, and has to be found."""
    found = Scan(plain=Counter(), keys=Counter(), examples=[])
    marks = re.compile(b"|".join(map(re.escape, spellings(stem))))
    destroyed = re.compile(b"|".join(re.escape(key) for key in keys)) if keys else None
    plain_control = control.encode()
    for name, root in roots.items():
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_symlink() or not path.is_file() or not path.stat().st_size:
                continue
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as contents:
                found.files += 1
                found.bytes += len(contents)
                for hit in marks.finditer(contents):
                    found.plain[name] += 1
                    found.examples.append(f"{name}: {path.relative_to(root)} at {hit.start()}")
                for hit in destroyed.finditer(contents) if destroyed else ():
                    found.keys[name] += 1
                    found.examples.append(f"{name}: key in {path.relative_to(root)} at {hit.start()}")
                found.control += contents.find(plain_control) >= 0
    return found
