"""Builds of the program to compare: the one that is here under another name, with something slow in its app or nothing.

Only the copy is changed, in the files that were built: the program knows nothing of it.
"""

import secrets
import shutil
from pathlib import Path

import msgspec

from petrel.ops.drills import Broken, Impossible
from petrel.storage.build import ROOT, VERSION

APP = Path("petrel/web/static/app")
SPENT = "const spend = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };"

SLOW = {
    "": "",
    # While it starts, before anything else.
    "cold-500": "spend(500);",
    "hot-100": "spend(100);",
    "hot-1000": "spend(1000);",
    "task-30": "addEventListener('scroll', () => requestAnimationFrame(() => spend(30)), {passive: true});",
    "row-8": "new MutationObserver((all) => { for (const one of all) for (const line of one.addedNodes) {"
             " if (!line.dataset?.key) continue; const end = performance.now() + 8;"
             " while (performance.now() < end) { line.style.paddingTop = (line.offsetHeight % 2) / 8 + 'px'; } } })"
             ".observe(document, {childList: true, subtree: true});",
    "leak-50": "{ let at = 0; const kept = []; addEventListener('scroll', () => { while (at + innerHeight < scrollY) {"
               " at += innerHeight; kept.push(Array.from({length: 6400}, (_, n) => n + .5)); } }, {passive: true}); }",
}


def made(folder: Path, version: str, slow: str = "") -> Path:
    """Copies the program into `folder`, which must not exist, as another release; returns the root to run in. Errors:
    Broken, Impossible where the app was not built."""
    if not (ROOT / APP / "manifest.json").exists():
        raise Impossible("the app was not built: make app")
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for part in ("petrel", "drills"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    if (ROOT / "docs").exists():
        shutil.copytree(ROOT / "docs", folder / "docs")
    build = folder / "petrel/storage/build.py"
    text = build.read_text()
    if text.count(f'VERSION = "{VERSION}"') != 1:
        raise Broken("petrel/storage/build.py says its release in another way: the copy has to follow")
    build.write_text(text.replace(f'VERSION = "{VERSION}"', f'VERSION = "{version}"'))
    entry = entry_of(folder / APP)
    if slow:
        entry.write_text(f"{{ {SPENT} {SLOW[slow]} }}\n{entry.read_text()}")
    return folder


def entry_of(app: Path) -> Path:
    """The script that a page names."""
    manifest = msgspec.json.decode((app / "manifest.json").read_bytes())
    found: str = manifest["src/main.tsx"]["file"]
    return app / found


def make_heavy(app: Path, bytes_more: int) -> None:
    """More for the browser to fetch first: so many bytes that cannot be packed any more."""
    entry = entry_of(app)
    entry.write_text(f"{entry.read_text()}\n//{secrets.token_hex(bytes_more)}\n")
