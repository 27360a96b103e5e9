"""A release of Petrel as it is installed on this machine: where it stands, and how it is started."""

import os
import sys
from pathlib import Path

from msgspec import Struct

from petrel.core.policy import POLICY
from petrel.storage.build import ROOT, VERSION, build_of


class Release(Struct, frozen=True):
    """`root`: where `petrel/` stands; `python`: the interpreter that has what it needs. `build` is a digest of the
    sources, by which a release is told from another in the same place."""

    python: str
    root: str
    build: str
    version: str
    policy: int

    def command(self, *words: str) -> list[str]:
        """-P: what lies in the working directory is not taken for Petrel."""
        return [self.python, "-P", "-m", "petrel", *words]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": self.root}

    @property
    def name(self) -> str:
        return f"{self.version} (build {self.build}, in {self.root})"

    def why_not_here(self) -> str | None:
        """What is wrong with it as it stands there now; None when it could be started."""
        if not os.access(self.python, os.X_OK):
            return f"its Python {self.python} is no longer there"
        if not (Path(self.root) / "petrel" / "__main__.py").exists():
            return f"{self.root} no longer holds Petrel"
        if (now := build_of(Path(self.root))) != self.build:
            return f"what stands in {self.root} is another build by now ({now})"
        return None


def this_release() -> Release:
    """The one that runs this."""
    # Its folder as it is now: a link such as `current` may lead elsewhere by the time it is wanted. The program itself
    # is a link in every virtual environment, by which Python finds what is installed there.
    python = Path(sys.executable)
    return Release(python=str(python.parent.resolve() / python.name), root=str(ROOT), build=build_of(),
                   version=VERSION, policy=POLICY)
