"""Turns the matrix of docs/law/visibility.md into the rows of `law.surface` (printed as SQL).

The database decides from these rows; `tests/visibility/test_law.py` holds them against the document, so the
two cannot drift apart. Changing the law: edit the document, run this, put the output into a new migration.
"""
from pathlib import Path

STATES = ("live sensitive adult limited withheld scanning removed suspended deactivated deleted quarantined "
          "purged").split()
AUDIENCES = "public unlisted followers direct self protected".split()
VIEWERS = "anon stranger pending follower named muting blocked blocking author".split()
SURFACES = "link api prof thrd embd home pub srch ntf strm push media cnt exp".split()
RANK = {".": 0, "N": 0, "T": 1, "P": 2, "H": 3, "G": 4, "O": 5, "Y": 6}   # strictest first: section 2, step 3
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "law" / "visibility.md"


def cells(document: Path = DOCUMENT) -> dict[tuple[str, str, str, str], str]:
    """(state, audience, viewer, surface) -> code letter; all 9,072 of them."""
    block = document.read_text().split("```matrix\n", 1)[1].split("```", 1)[0]
    header, *lines = block.strip().splitlines()
    assert header.split()[2:] == VIEWERS
    found = {}
    for line in lines:
        state, audience, *groups = line.split()
        for viewer, group in zip(VIEWERS, groups, strict=True):
            for surface, code in zip(SURFACES, group, strict=True):
                found[state, audience, viewer, surface] = code
    return found


def codes(surface: str) -> bytes:
    """One byte per (state, audience, viewer), in that order: the rank of the code."""
    table = cells()
    return bytes(RANK[table[s, a, v, surface]] for s in STATES for a in AUDIENCES for v in VIEWERS)


if __name__ == "__main__":
    rows = ",\n".join(f"  ({n}, '{s}', '\\x{codes(s).hex()}')" for n, s in enumerate(SURFACES))
    print(f"insert into law.surface (surface, name, codes) values\n{rows};")
