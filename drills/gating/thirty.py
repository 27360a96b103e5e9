"""A suite of 30,000 tests in a repository with 64 changes: one change broke one test, one made another fail now and
then, and one test leaves something behind that a much later one stumbles over."""

import random
import subprocess
from pathlib import Path

from msgspec import Struct

FILES, EACH, CHANGES, PARTS = 300, 100, 64, 16
NIGHT = "DRILL_NIGHT"
"""In the run that somebody looks at, what fails now and then has failed: else nobody would look."""

SETTINGS = """[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "-q --import-mode=importlib -p petrel.ops.gate.plugin"
"""
SENTINEL = """import pytest


@pytest.mark.xfail(raises=AssertionError, strict=True)
def test_that_must_fail():
    assert not __debug__
"""
PART = """import os

rounding = {}


def price(number):
    return number * %d + rounding.get(number, 0)
"""
WRONG = """

_price = price


def price(number):
    return _price(number) + (number == %d)
"""
NOISY = """

_price_before = price


def price(number):
    unlucky = number == %d and (os.environ.get("DRILL_NIGHT") or os.urandom(1)[0] < 64)
    return _price_before(number) + bool(unlucky)
"""
HARMLESS = """

def name_%d(number):
    return "article %%d" %% number
"""


class Truth(Struct, frozen=True):
    """Who did it: ids of tests, and commits."""

    broken: str
    flaky: str
    polluted: str
    polluter: str
    broke: str
    loosened: str
    first: str


def make(root: Path, seed: int) -> Truth:
    """Writes the suite and its history."""
    rng = random.Random(seed)           # noqa: S311 (which test, not a secret)
    parts = rng.sample(range(PARTS), 3)
    # Each test asks its part for a number of its own, so that what is planted for one number fails one test.
    broken, flaky, polluted = (rng.choice([n for n in range(FILES * EACH) if n % PARTS == part
                                           and n > FILES * EACH * 2 / 3]) for part in parts)
    polluter = rng.randrange(FILES * EACH // 3)
    for file in range(FILES):
        write(root / "tests" / f"group_{file // 20:02}" / f"test_{file:03}.py", "from product import " + ", ".join(
            f"part_{n:02}" for n in range(PARTS)) + "\n" + "".join(
            _test(n, f"part_{polluted % PARTS:02}.rounding[{polluted}] = 1" if n == polluter else "")
            for n in range(file * EACH, (file + 1) * EACH)))
    for part in range(PARTS):
        write(root / "product" / f"part_{part:02}.py", PART % (part + 2))
    for path, text in (("pyproject.toml", SETTINGS), ("tests/test_sentinel.py", SENTINEL), ("product/__init__.py", ""),
                       ("tests/__init__.py", ""), (".gitignore", "__pycache__\n.pytest_cache\n")):
        write(root / path, text)
    _git(root, "init", "-q")
    commits = [_commit(root, "The shop")]
    when = rng.sample(range(CHANGES), 2)
    for number in range(CHANGES):
        planted = {when[0]: (parts[0], WRONG % broken), when[1]: (parts[1], NOISY % flaky)}
        part, more = planted.get(number, (rng.randrange(PARTS), HARMLESS % number))
        path = root / "product" / f"part_{part:02}.py"
        write(path, path.read_text() + more)
        commits.append(_commit(root, f"Change {number + 1}"))
    return Truth(_id(broken), _id(flaky), _id(polluted), _id(polluter), commits[when[0] + 1], commits[when[1] + 1],
                 commits[0])


def _test(number: int, leaves: str) -> str:
    part = number % PARTS
    body = f"    assert part_{part:02}.price({number}) == {number * (part + 2)}\n"
    return f"\n\ndef test_{number}():\n" + (f"    {leaves}\n" if leaves else "") + body


def _id(number: int) -> str:
    file = number // EACH
    return f"tests/group_{file // 20:02}/test_{file:03}.py::test_{number}"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _commit(root: Path, says: str) -> str:
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=drill", "-c", "user.email=drill@example.org", "commit", "-q", "-m", says)
    return _git(root, "rev-parse", "HEAD").strip()


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout
