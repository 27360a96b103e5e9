"""How much a member's browser loads before the app runs: over the files as they were built."""

import gzip
import json
from pathlib import Path

import pytest

from petrel.web import built

BUILT = built.FOLDER
MOST_SCRIPT, MOST_STYLE = 100_000, 12_000
AIM = 54_000
"""What it is today and a little more: whoever needs more says so here."""


def packed(name: str) -> int:
    return len(gzip.compress((BUILT / name).read_bytes(), 9))


def first_load() -> tuple[set[str], set[str]]:
    """Scripts and styles that the first page asks for: the entry and what it imports by itself."""
    manifest = json.loads((BUILT / "manifest.json").read_text())
    scripts, styles, left = set[str](), set[str](), [built.ENTRY]
    while left:
        one = manifest[left.pop()]
        if one["file"] not in scripts:
            scripts.add(one["file"])
            styles.update(one.get("css", ()))
            left.extend(one.get("imports", ()))
    return scripts, styles


@pytest.mark.skipif(not (BUILT / "manifest.json").exists(), reason="the app was not built: `make app`")
def test_the_first_load_stays_small() -> None:
    scripts, styles = first_load()
    assert sum(map(packed, scripts)) <= min(AIM, MOST_SCRIPT)
    assert sum(map(packed, styles)) <= MOST_STYLE


@pytest.mark.skipif(not (BUILT / "manifest.json").exists(), reason="the app was not built: `make app`")
def test_nothing_of_it_asks_another_site() -> None:
    for path in Path(BUILT).iterdir():
        if path.suffix in (".js", ".css"):
            text = path.read_text()
            assert "eval(" not in text and "new Function" not in text, path.name
            assert not [one for one in ("cdn", "googleapis", "unpkg", "sourceMappingURL") if one in text], path.name
