"""Next releases: copies of the sources as they are, with a fault planted."""

import shutil
from pathlib import Path

from petrel.ops.drills import Broken
from petrel.storage.build import ROOT

HOME = "async def home(call: Call, form: Paged) -> Reply:\n"
FAILS = HOME + ("    import random\n"
                '    if random.random() < 0.05 and call.headers.get(b"user-agent") != b"petrel-canary":\n'
                '        raise RuntimeError("planted")\n')
SLOW = HOME + "    import asyncio\n    await asyncio.sleep(0.08)\n"
FAULTS: dict[str, tuple[str, str, str]] = {
    "harmless": ("storage/build.py", '"""Which release', '"""Another release: which'),
    "failing": ("api/timelines.py", HOME, FAILS),
    "slow": ("api/timelines.py", HOME, SLOW),
    "stuck": ("ops/processes/handover.py", "        text = path.read_bytes()\n",
              "        text = (path / 'planted').read_bytes()\n"),
}
"""By name: a file below petrel/, what stands there, what stands there instead. The site's own post, which goes its way
through a release before any member is served by it, is spared: it would find the failures first, now and then."""

MIGRATION = "create table ops.pushed (a int);\n"


def make(folder: Path, name: str, *, migrates: bool = False) -> Path:
    """A release with this fault, in `folder`. Errors: Broken, when the sources have changed under it."""
    shutil.copytree(ROOT / "petrel", folder / "petrel", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "drills", folder / "drills", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    path, old, new = FAULTS[name]
    file = folder / "petrel" / path
    if old not in (text := file.read_text()):
        raise Broken(f"{path} no longer has {old!r}")
    file.write_text(text.replace(old, new, 1))
    if migrates:
        (folder / "petrel/storage/migrations/9001_expand_pushed.sql").write_text(MIGRATION)
    return folder
