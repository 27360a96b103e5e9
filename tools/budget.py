"""How much a browser has to fetch before the app runs, against what it may: the gate that every change passes.

    python tools/budget.py [FOLDER]       # of the app as it was built; exit code 1 and a sentence for each limit passed

Bytes as they come over the line, packed. What pages and a running app may cost is in tests/browser/test_costs.py; how
long it takes is measured by bench/browser_bench.py.
"""

import gzip
import json
import sys
from pathlib import Path

BUILT = Path(__file__).resolve().parents[1] / "petrel/web/static/app"
ENTRY = "src/main.tsx"
SCRIPT, STYLE, FILES = 49_500, 12_000, 4
"""What it is today and a little more; whoever needs more says so here. The promise is 100 KB in all."""

FOREIGN = ("cdn", "googleapis", "unpkg", "sourceMappingURL", "eval(", "new Function")


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def first_load(folder: Path) -> tuple[set[str], set[str]]:
    """Scripts and styles that the first page asks for: the entry and what it imports by itself."""
    manifest = json.loads((folder / "manifest.json").read_text())
    scripts, styles, left = set[str](), set[str](), [ENTRY]
    while left:
        one = manifest[left.pop()]
        if one["file"] not in scripts:
            scripts.add(one["file"])
            styles.update(one.get("css", ()))
            left.extend(one.get("imports", ()))
    return scripts, styles


def faults(folder: Path) -> list[str]:
    """A sentence for each limit that is passed."""
    scripts, styles = first_load(folder)
    found = []
    for what, names, most in (("script", scripts, SCRIPT), ("style", styles, STYLE)):
        size = sum(packed(folder / name) for name in names)
        if size > most:
            found.append(f"The first load has {size:,} bytes of {what} packed, and may have {most:,}: load later what "
                         "is not needed at once, or raise the limit in tools/budget.py and say why.")
    if len(scripts) + len(styles) > FILES:
        found.append(f"The first load is {len(scripts) + len(styles)} files, and may be {FILES}.")
    for path in sorted(folder.iterdir()):
        text = path.read_text() if path.suffix in (".js", ".css") else ""
        found += [f"{path.name} has {one!r} in it: nothing of another site, and nothing that makes code of text."
                  for one in FOREIGN if one in text]
    return found


if __name__ == "__main__":
    said = faults(Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT)
    print("\n".join(said) or "Within its budgets.")
    sys.exit(bool(said))
