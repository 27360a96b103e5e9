"""petrel-rescue, as somebody runs it at four in the morning: by Python alone."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from petrel import rescue
from petrel.core import closing, emergency
from petrel.core.closing import Closed
from petrel.ops.processes import this_release
from petrel.ops.upgrades import instead

FILE = Path(rescue.__file__)
WITHOUT_PETREL = {"PATH": os.environ["PATH"]}


def run(data: Path, *words: str, keys: list[str] | None = None, code: int = 0) -> str:
    """Isolated (-I) and without any installed package (-S)."""
    done = subprocess.run([sys.executable, "-I", "-S", str(FILE), str(data), *words], capture_output=True, text=True,
                          input="\n".join(keys or []), env=WITHOUT_PETREL)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def keys(data: Path) -> list[str]:
    return rescue.make_keys(data)


def release(folder: Path, *, works: bool = True) -> Path:
    """As one lies on the disk, with a program that begins or does not."""
    (folder / "petrel").mkdir(parents=True)
    (folder / "petrel" / "__main__.py").touch()
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n[ \"$4\" = --version ] && exit {0 if works else 1}\necho \"$@\"\n")
    python.chmod(0o755)
    return folder


def test_it_needs_nothing_but_python() -> None:
    tree = ast.parse(FILE.read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names} | {
        str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_it_says_what_it_sees_where_nothing_runs(data: Path) -> None:
    (data / "run").mkdir()
    (data / "run" / "status.json").write_text(json.dumps({
        "pid": 2 ** 22 + 1, "state": "ready", "address": "http://localhost:1", "parts": {
            "web": {"pids": [2 ** 22 + 2], "state": "failing", "restarts": 9, "last_exit": "exit 1"}}}))
    (data / "upgrade.json").write_text(json.dumps({"giver": {"python": "/nowhere/python", "root": "/nowhere"}}))
    told = run(data, "status")
    assert "DOES NOT RUN" in told and "does not answer at localhost:1" in told and "restarted 9 times exit 1" in told
    assert "/nowhere: DOES NOT BEGIN" in told and "NONE: petrel rescue keys" in told
    assert "full" in told


def test_stopping_takes_nobody_and_going_takes_two_keys(data: Path, keys: list[str]) -> None:
    run(data, "freeze", "somebody changes everything")
    run(data, "close", "home", "posts leak there")
    assert (data / "rescue.json").stat().st_mode & 0o777 == 0o600
    for few in ([], keys[:1], [keys[0], keys[0]], [keys[0], "WRONG"]):
        assert "2 different keys" in run(data, "thaw", keys=few, code=2)
        assert "2 different keys" in run(data, "open", "home", keys=few, code=2)
    assert "FROZEN: somebody changes everything" in run(data, "status")
    run(data, "open", "home", keys=[keys[2], keys[0].lower()])
    run(data, "thaw", keys=keys[1:])
    told = run(data, "status")
    assert "may go on" in told and "CLOSED" not in told
    verbs = [(one["verb"], one["keys"]) for one in map(json.loads, (data / "rescue.log").read_text().splitlines())]
    assert verbs == [("freeze", []), ("close", []), ("open", [1, 3]), ("thaw", [2, 3])]


def test_mistakes_are_answered_with_what_to_do(data: Path, keys: list[str]) -> None:
    assert "freeze \"...\"" in run(data, "freeze", code=2)
    assert "Known are: all, link" in run(data, "close", "kitchen", "it burns", code=2)
    assert "no petrel/__main__.py" in run(data, "pin", str(data), keys=keys, code=2)
    assert "There is no jump" in run(data, "jump", code=2)
    assert "is no directory" in run(data / "nothing", "status", code=2)
    assert "No release that this directory knows of begins" in run(data, "restore", keys=keys, code=2)
    with pytest.raises(rescue.Stop, match="keys already"):
        rescue.make_keys(data)


def test_a_pinned_release_starts_instead_of_this_one(data: Path, keys: list[str]) -> None:
    good, bad = release(data / "good"), release(data / "bad", works=False)
    assert "does not begin" in run(data, "pin", str(bad), keys=keys, code=2)
    assert instead(data, this_release()) is None
    assert f"--data {data}" in run(data, "pin", str(good), keys=keys)
    found = instead(data, this_release())
    assert found is not None and (found[0].root, found[1]) == (str(good), ("--as-is",))
    assert run(data, "restore", "--from", "somewhere", keys=keys) == "-P -m petrel restore --from somewhere\n"
    run(data, "unpin", keys=keys)
    assert instead(data, this_release()) is None


def test_the_site_hears_it_and_takes_a_torn_file_for_closed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "_closed", frozenset())
    emergency.install(data)
    assert emergency.said() == emergency.NOTHING
    run(data, "close", "all", "everything leaks")
    closing._close(frozenset(emergency.said().closed))
    with pytest.raises(Closed):
        closing.refuse("none", "GET /anything")
    (data / "rescue.json").write_text("{")
    assert emergency.said() == emergency.UNREADABLE
    assert "FROZEN" in run(data, "status")
    (data / "rescue.json").unlink()
    assert emergency.said() == emergency.NOTHING
    emergency.install(Path("/nonexistent"))


def test_what_was_done_is_told_once_and_stays_written(data: Path) -> None:
    emergency.install(data)
    run(data, "freeze", "the first thing")
    lines = emergency.untold()
    run(data, "freeze", "the second thing")
    emergency.tell(lines)
    assert [json.loads(line)["about"] for line in emergency.untold()] == ["the second thing"]
    assert b"the first thing" in (data / "rescue.told.log").read_bytes()
    emergency.install(Path("/nonexistent"))


def test_the_sheet_fits_a_page(data: Path) -> None:
    told = run(data, "instructions")
    assert len(told.splitlines()) < 50 and max(map(len, told.splitlines())) < 200 and "Key holders" in told
