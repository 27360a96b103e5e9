"""Which change of a repository made a test fail: each version is laid out once, and the test is run there."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from petrel.core.errors import Invalid
from petrel.ops.gate.searching import culprit
from petrel.ops.gate.shapes import Culprit
from petrel.ops.gate.suite import NOTHING, Suite


def find(root: Path, test: str, good: str, bad: str, say: Callable[[str], None],
         environment: Mapping[str, str] = NOTHING) -> Culprit:
    """The commit after `good`, up to `bad`, since which the test fails. `environment`: as a Suite has it. Errors:
    Invalid."""
    base = _git(root, "rev-parse", "--verify", f"{good}^{{commit}}").strip()
    changes = _git(root, "rev-list", "--reverse", "--first-parent", f"{base}..{bad}").split()
    if not changes:
        raise Invalid(message=f"there is no change between {good} and {bad}")
    with tempfile.TemporaryDirectory(prefix="petrel-gate-") as folder:
        def fails(version: int) -> bool:
            commit = changes[version - 1] if version else base
            place = Path(folder) / commit
            if not place.exists():
                place.mkdir()
                packed = subprocess.run(["git", "archive", commit], cwd=root, check=True, capture_output=True).stdout
                subprocess.run(["tar", "-x"], cwd=place, input=packed, check=True)
            has_failed = Suite(place, environment).fails(test)
            say(f"{commit[:10]} ({version} of {len(changes)}): {'fails' if has_failed else 'passes'}")
            return has_failed

        return culprit(changes, fails)


def _git(root: Path, *words: str) -> str:
    """Errors: Invalid."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise Invalid(message=f"git {' '.join(words)}: {done.stderr.strip() or 'failed'}")
    return done.stdout
