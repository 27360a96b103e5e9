"""A room writes its own schema only. Who writes elsewhere is listed here, with the reason."""

import re
from pathlib import Path

from tests.fences.house import ROOT, name_of, plant

WRITES = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|truncate(?:\s+table)?)\s+(?:only\s+)?([a-z_]+)\.([a-z_]+)", re.I)
SCHEMAS = frozenset(name for path in (ROOT / "petrel" / "storage").glob("*/*.sql")
                    for name in re.findall(r"^create schema (\w+)", path.read_text(), re.M))

# file -> schemas it may write besides its own
ELSEWHERE: dict[str, frozenset[str]] = {
    # Counts of posts and followers are projections of the journal, kept where profiles are read.
    "petrel/features/posts/jobs.py": frozenset(("accounts",)),
    # The law's own rows: which surfaces are open, which policy is in force.
    "petrel/features/posts/visibility.sql": frozenset(("law",)),
}


def foreign_writes(root: Path) -> list[str]:
    found = []
    for path in sorted([*(root / "petrel").rglob("*.py"), *(root / "petrel").rglob("*.sql")]):
        name = name_of(root, path)
        if name.startswith("petrel/storage/"):
            continue
        for match in WRITES.finditer(path.read_text()):
            schema = match[1].lower()
            if schema in SCHEMAS and schema not in _own(name) | ELSEWHERE.get(name, frozenset()):
                found.append(f"{name}: {' '.join(match[0].split())}")
    return found


def _own(name: str) -> frozenset[str]:
    parts = name.split("/")
    if parts[1] == "features":
        return frozenset((parts[2],))
    if parts[1] == "ops":
        return frozenset(("ops", parts[2]))
    return {"worker": frozenset(("ops",)), "cli": frozenset(("ops",)),
            "core": frozenset(("ops", "journal"))}.get(parts[1], frozenset())


def test_rooms_write_their_own_rows_only() -> None:
    assert {"posts", "discovery", "media", "ops", "keyring"} <= SCHEMAS
    assert foreign_writes(ROOT) == []


def test_the_list_holds_nothing_that_is_no_longer_so() -> None:
    for name, schemas in ELSEWHERE.items():
        written = {m[1].lower() for m in WRITES.finditer((ROOT / name).read_text())}
        assert schemas <= written, f"{name} no longer writes {sorted(schemas - written)}"


def test_it_bites(tmp_path: Path) -> None:
    plant(tmp_path, "petrel/features/lists/rows.py", 'SQL = """\nUPDATE  posts.post set x = 1"""\n')
    plant(tmp_path, "petrel/features/posts/functions.sql", "delete from accounts.account;\n")
    plant(tmp_path, "petrel/features/posts/rows.py", "insert = 'insert into posts.post values (1)'\n")
    plant(tmp_path, "petrel/api/statuses.py", "SQL = 'insert into posts.post values (1)'\n")
    assert foreign_writes(tmp_path) == [
        "petrel/api/statuses.py: insert into posts.post", "petrel/features/lists/rows.py: UPDATE posts.post",
        "petrel/features/posts/functions.sql: delete from accounts.account"]
