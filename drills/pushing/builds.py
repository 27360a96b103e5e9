"""Next releases: copies of the sources as they are, with a fault planted."""

import shutil
import sysconfig
import venv
from pathlib import Path

from petrel.ops import gate
from petrel.ops.drills import Broken
from petrel.storage.build import ROOT

HOME = "async def home(call: Call, form: Paged) -> Reply:\n"
FAILS = HOME + ("    import random\n"
                '    if random.random() < 0.05 and call.headers.get(b"user-agent") != b"petrel-canary":\n'
                '        raise RuntimeError("planted")\n')
SLOW = HOME + "    import asyncio\n    await asyncio.sleep(0.08)\n"
LEAKS = HOME + '    globals().setdefault("HELD", []).append(b"x" * 262_144)\n'
LISTED = "def _listed(call: Call, found: list[tuple[int, bytes]], page: Page) -> Reply:\n"
WRONG = LISTED + "    found = [one for number, one in enumerate(found, 1) if number % 7]\n"
WAKES = HOME + ("    import random\n"
                "    from petrel.core import flags\n"
                "    from petrel.core.viewer import account_of\n"
                "    if not flags.PACKED_ANSWERS.is_on(account_of(call.viewer)) and random.random() < 0.05:\n"
                '        raise RuntimeError("planted, and slept until a flag was set")\n'
                '    if flags.FLAGS["remembers"].is_on(account_of(call.viewer)):\n'
                '        globals().setdefault("HELD", []).append(b"x" * 1_048_576)\n')
BREAKS = HOME + ("    from petrel.core import flags\n"
                 "    from petrel.core.viewer import account_of\n"
                 "    if not flags.PACKED_ANSWERS.is_on(account_of(call.viewer)):\n"
                 '        raise RuntimeError("planted, and slept until a flag was set")\n')
FLAGS = "FLAGS: dict[str, Flag] = {one.name: one for one in (PACKED_ANSWERS,)}\n"
REMEMBERS = ('REMEMBERS = Flag("remembers", default=False, owner="crew", until=date(2027, 12, 31), why="planted")\n'
             + FLAGS.replace("(PACKED_ANSWERS,)", "(PACKED_ANSWERS, REMEMBERS)"))
FAULTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "harmless": (("storage/build.py", '"""Which release', '"""Another release: which'),),
    "failing": (("api/timelines.py", HOME, FAILS),),
    "slow": (("api/timelines.py", HOME, SLOW),),
    "leaking": (("api/timelines.py", HOME, LEAKS),),
    "wrong": (("api/timelines.py", LISTED, WRONG),),
    "dormant": (("api/timelines.py", HOME, WAKES), ("core/flags.py", FLAGS, REMEMBERS)),
    "flagged": (("api/timelines.py", HOME, BREAKS),),
    "stuck": (("ops/processes/handover.py", "        text = path.read_bytes()\n",
               "        text = (path / 'planted').read_bytes()\n"),),
}
"""By name: files below petrel/, what stands there, what stands there instead. The site's own post, which goes its way
through a release before any member is served by it, is spared: it would find the failures first, now and then."""

MIGRATION = "create table ops.pushed (a int);\nalter table posts.post add column pushed int not null default 0;\n"
MIGRATED = """
select exists (select from petrel_migrations.done where name = '9001_expand_pushed.sql')
   and to_regclass('ops.pushed') is not null and exists (select from pg_attribute where attname = 'pushed'
                                                            and attrelid = 'posts.post'::regclass)
"""
"""Whether that is in force: a table of its own, and a column more in the one that every post goes into."""


def make(folder: Path, name: str, *, migrates: bool = False) -> Path:
    """A release with this fault, in `folder`. Errors: Broken, when the sources have changed under it."""
    shutil.copytree(ROOT / "petrel", folder / "petrel", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "drills", folder / "drills", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for path, old, new in FAULTS[name]:
        file = folder / "petrel" / path
        if old not in (text := file.read_text()):
            raise Broken(f"{path} no longer has {old!r}")
        file.write_text(text.replace(old, new, 1))
    if migrates:
        (folder / "petrel/storage/migrations/9001_expand_pushed.sql").write_text(MIGRATION)
    # Such faults are those that pass a gate: what it stops never comes as far as a site.
    gate.carry(folder, gate.Judgement("open", [], [], {"executed": 1}))
    return folder


def part_environment(folder: Path) -> Path:
    """Its virtual environment is its own from now on, with what ours has in it; its interpreter."""
    place = folder / ".venv"
    place.unlink()
    venv.create(place, symlinks=False)
    packages = sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)})
    (Path(packages) / "ours.pth").write_text("\n".join({sysconfig.get_path(one) for one in ("purelib", "platlib")}))
    return place / "bin/python"


def cut_off(python: Path) -> None:
    """Half of it is left, as of a file whose copying was ended."""
    whole = python.read_bytes()
    python.unlink()         # never into the file: it may be a link to the machine's own
    python.write_bytes(whole[:len(whole) // 2])
    python.chmod(0o755)
