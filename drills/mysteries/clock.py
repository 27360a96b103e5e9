"""A clock that can be set: that of every process of a private site, and of nothing else on the machine.

Nobody sets the clock of a machine on which others work. So what asks for the time of day is stood before in each of the
site's processes, the databases' among them (clock.c); all of them see the same step at the same moment, and nothing in
them knows of it. Only what the kernel writes by itself (times of files) has the old time.
"""

import shutil
import subprocess
from pathlib import Path

from petrel.ops.drills import Broken, Impossible

SOURCE = Path(__file__).with_suffix(".c")
BYTES = 8


class Clock:
    """Made before the site is started, with `settings`."""

    def __init__(self, folder: Path) -> None:
        """Errors: Impossible, Broken."""
        compiler = shutil.which("cc")
        if compiler is None:
            raise Impossible("there is no C compiler on this machine: install gcc")
        self._library, self._ahead = folder / "clock.so", folder / "clock"
        done = subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(self._library), str(SOURCE)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise Broken(f"{SOURCE.name} cannot be compiled: {done.stderr[-500:]}")
        self._ahead.write_bytes(bytes(BYTES))

    @property
    def settings(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._library), "DRILL_CLOCK": str(self._ahead)}

    def set(self, ahead_s: int) -> None:
        with self._ahead.open("r+b") as file:
            file.write(ahead_s.to_bytes(BYTES, "little", signed=True))
