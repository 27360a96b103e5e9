"""Version N: an earlier state of this repository, out of its history, by which the site is made and first served.

Not release 0.1.0: that one cannot hand over, and a site of it is stopped once (tests/ops/upgrades tries that). Nor a
copy of this one with a migration added, whose code and data would be those of today. This one knows nothing of the disk
and of an absent crew, and is behind by all migrations since.
"""

import io
import subprocess
import tarfile
from pathlib import Path

from petrel.ops.drills import Impossible
from petrel.storage.build import ROOT

COMMIT = "fed8950c25d810a6270f0a0b45a080bf9662e0a8"


def version_n(folder: Path) -> Path:
    """The root to run it in. Errors: Impossible, where the history is not here."""
    done = subprocess.run(["git", "-C", str(ROOT), "archive", COMMIT, "petrel"], capture_output=True, check=False)
    if done.returncode:
        raise Impossible(f"version N is commit {COMMIT[:7]} of this repository, whose history is not here: clone all "
                         f"of it ({done.stderr.decode(errors='replace').strip()[-200:]})")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder
