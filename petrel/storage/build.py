"""Which release this is, and which build: a digest over the sources of the program and of the drills."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""Where `petrel/`, `drills/` and `docs/` stand side by side."""

VERSION = "0.2.0"
"""As pyproject.toml has it. Not asked of what is installed: another release may run beside it."""

SOURCES = ("petrel", "drills")
NOT_SOURCES = {"__pycache__", "node_modules"}
MADE = "petrel/web/static/app/"
"""Of sources that count."""


def build_of(root: Path = ROOT) -> str:
    """12 hex digits. Every file counts, with its path; what Python compiles beside them, what the app is built
    with and what is built does not, so that one commit is one build on every machine."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and NOT_SOURCES.isdisjoint(path.parts) and not name.startswith(MADE):
                digest.update(b"%d %s %s\n" % (len(name.encode()), name.encode(),
                                               hashlib.sha256(path.read_bytes()).digest()))
    return digest.hexdigest()[:12]
