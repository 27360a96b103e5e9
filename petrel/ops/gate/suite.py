"""Runs tests of a suite, each time in a new process, and reads what the plugin wrote."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from petrel.core.errors import Unavailable
from petrel.ops.gate.shapes import Report
from petrel.storage.build import ROOT

PLUGIN = "petrel.ops.gate.plugin"
NOTHING: Mapping[str, str] = MappingProxyType({})


class Suite:
    """The tests below `root`. `environment`: what runs have beside ours. `runs`, `spent_s`: what has been asked of it
    so far. `ended`: the last exit code, which nothing is decided by."""

    def __init__(self, root: Path = ROOT, environment: Mapping[str, str] = NOTHING) -> None:
        self.root = root
        self.environment = environment
        self.runs, self.ended = 0, 0
        self.spent_s = 0.0

    def run(self, tests: Sequence[str] = (), *, shows: bool = False) -> Report | None:
        """Those tests in this order, or all. None when it ended without a report. Errors: Unavailable, where pytest is
        not installed. `shows`: whether pytest prints as ever."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="petrel-gate-") as folder:
            report, only = Path(folder) / "report", Path(folder) / "only"
            command = [sys.executable, "-m", "pytest", "-p", PLUGIN, f"--gate-report={report}"]
            if tests:
                only.write_text("\n".join(tests))
                command += [f"--gate-only={only}", *dict.fromkeys(name.partition("::")[0] for name in tests)]
            quiet = None if shows else subprocess.DEVNULL
            run = subprocess.run(command, cwd=self.root, stdout=quiet, stderr=quiet, env=self._environment())
            self.ended = run.returncode
            self.runs, self.spent_s = self.runs + 1, self.spent_s + time.monotonic() - began
            if self.ended == 1 and not report.exists():
                _check_pytest()
            return read(report)

    def fails(self, test: str, after: Sequence[str] = ()) -> bool:
        """Whether it fails after those, alone without any. So does one that cannot be collected, or whose run breaks
        off; one that is not there does not."""
        report = self.run([*after, test])
        return report is None or bool(report.errors) or test in report.failed

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join(dict.fromkeys((str(self.root), str(ROOT))))
        return {**os.environ, **self.environment, "PYTHONPATH": path}


def read(file: Path) -> Report | None:
    """None where there is none, or only a piece of one."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Report)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _check_pytest() -> None:
    if subprocess.run([sys.executable, "-c", "import pytest"], capture_output=True).returncode:
        raise Unavailable("pytest is not installed in this environment; `make test` installs it")
