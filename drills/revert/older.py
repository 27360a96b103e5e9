"""A build of before protected accounts: the sources as they are, with the knowledge of protection taken out."""

import shutil
from pathlib import Path

from petrel.ops.drills import Broken
from petrel.storage.build import ROOT

# (file, what stands there, what stood there before protected accounts)
FORGOTTEN = (
    ("storage/policy.py", "POLICY = 2", "POLICY = 1"),
    ("features/posts/visibility.sql", "when p.audience < 3 and (a.is_protected or p.flags & 65536 <> 0) then 5",
     "when false then 5"),
    ("features/posts/visibility.sql",
     "if v_in_force > coalesce(nullif(current_setting('petrel.policy', true), '')::integer, 1) then", "if false then"),
    ("features/accounts/functions.sql",
     "when a.is_protected and (coalesce(r.bits, 0) & 1 = 0 or v.kind = 'outdated') then 1", "when false then 1"),
    ("features/posts/functions.sql", "if v_is_anon and (select a.is_protected from", "if false and (select true from"),
    ("features/posts/rules.py", "State.WRITTEN_PROTECTED if is_protected else 0", "State(0)"),
    ("features/relationships/rules.py", "return standing.is_protected or standing.is_remote",
     "return standing.is_remote"),
    ("api/present/statuses.py", "(is_protected and not who & _KNOWS) or ", ""),
)
# Too old even to ask which policy is in force, before it migrates.
UNASKED = (("app.py", "if (in_force := await policy_in_force(addresses)) > POLICY:", "if False:"),)


def make_older(folder: Path, *, asks: bool = True) -> Path:
    """Copies the program into `folder`, which must not exist, and takes the knowledge out. Returns the root to run in.

    Errors: Broken, when the sources have changed and a pattern is no longer there.
    """
    shutil.copytree(ROOT / "petrel", folder / "petrel", ignore=shutil.ignore_patterns("__pycache__"))
    for name, now, before in (*FORGOTTEN, *(() if asks else UNASKED)):
        path = folder / "petrel" / name
        text = path.read_text()
        if text.count(now) != 1:
            raise Broken(f"{name} has changed: it has {text.count(now)} times {now!r}. The older build has to follow")
        path.write_text(text.replace(now, before))
    return folder
