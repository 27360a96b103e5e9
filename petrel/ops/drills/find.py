"""The drills there are: one file each in `drills/`, beside `petrel/`."""

import importlib
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from petrel.ops.drills.shapes import Broken, Drill, Outcome
from petrel.storage.build import ROOT

if TYPE_CHECKING:
    from petrel.ops.drills.stage import Stage

FOLDER = ROOT / "drills"

Run = Callable[["Stage"], Awaitable[Outcome]]


def names() -> list[str]:
    """As SCENARIOS.md writes them."""
    return sorted(path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if _is_drill(path.stem))


def load(name: str) -> tuple[Drill, Run]:
    """Errors: Broken, for a name that no drill has, or one that cannot be loaded."""
    known = names()
    if name not in known:
        raise Broken(f"there is no drill {name!r}; there are: {', '.join(known) or 'none'}")
    module = _import(name.replace("-", "_"))
    drill = module.DRILL
    if drill.name != name:
        raise Broken(f"drills/{module.__name__.rpartition('.')[2]}.py calls itself {drill.name!r}")
    return drill, module.run


def drills() -> dict[str, Drill]:
    """All of them by name."""
    return {name: load(name)[0] for name in names()}


def _is_drill(stem: str) -> bool:
    return stem[0] != "_" and b"\nDRILL = " in (FOLDER / f"{stem}.py").read_bytes()


def _import(stem: str) -> Any:
    if str(ROOT) not in sys.path:       # `petrel` may have been started from anywhere
        sys.path.append(str(ROOT))
    return importlib.import_module(f"drills.{stem}")
