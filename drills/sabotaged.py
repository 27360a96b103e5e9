"""`python -m drills.sabotaged WHAT ...`: the program `petrel` with one of its protections taken out.

Only a drill under `--sabotage` runs this, on its own private site, to show that it notices. Nothing in `petrel/`
knows of it: the protection is replaced from outside, in this process and those forked from it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

EARLY_S = 0.25


def ack_before_commit() -> None:
    """Posts are acknowledged at once and committed a quarter of a second later: what "fast" servers do."""
    from petrel.core import doors
    from petrel.core.viewer import Viewer
    from petrel.features.posts import writing

    under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def answered_first(actor: Viewer, *, cause: str) -> AsyncIterator[doors.Writer]:
        door = doors.writing(actor, cause=cause)
        w = await door.__aenter__()
        try:
            yield w
        except BaseException:
            await door.__aexit__(*sys.exc_info())
            raise

        async def commit() -> None:
            await asyncio.sleep(EARLY_S)
            try:
                await door.__aexit__(None, None, None)
            except Exception as e:
                print(f"acknowledged and then not committed: {e!r}", file=sys.stderr)

        task = asyncio.get_running_loop().create_task(commit())
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    assert vars(writing)["writing"] is doors.writing, "posts are written in another way now: sabotage has to follow"
    vars(writing)["writing"] = answered_first


def erase_without_marks() -> None:
    """Somebody forgot a room: what was marked and listed stays when an account is erased, and the sweep looks away."""
    from petrel.core import erasing
    from petrel.features.privacy import reach

    every = erasing.steps

    async def nothing_remains(*_: object) -> dict[str, int]:
        return {}

    vars(erasing)["steps"] = lambda: [s for s in every() if s.name not in ("posts.marks", "lists")]
    vars(reach)["remains"] = nothing_remains


def keep_keys() -> None:
    """Deleting hides and empties, and destroys no key: what "deleted" means on most servers."""
    from petrel.core import seal

    async def kept(ids: Sequence[int]) -> int:
        return 0

    seal.destroy = kept


def never_renew() -> None:
    """The first certificate is obtained and never another: what a renewer does that died unnoticed."""
    from petrel.ops.certificates import renewing

    due = renewing.is_due
    vars(renewing)["is_due"] = lambda live, *more: live is None and due(live, *more)


def archive_nothing() -> None:
    """The archive of the log says that it has what it has not yet stored: what asynchronous copies do."""
    from petrel.ops.backups import archive

    vars(archive)["Archive"]._write = lambda *_: None


def let_everybody_in() -> None:
    """Everybody is taken at once and may do everything at once, and the site stays as it is while nobody answers."""
    from petrel.core import limits
    from petrel.features.accounts import Way
    from petrel.features.signup import rules

    vars(rules)["way"] = lambda facts: Way()
    vars(limits)["be_careful"] = lambda caution: None


def compare_nothing() -> None:
    """Browsers tell how fast they were, it is counted and drawn, and nobody compares the releases."""
    from petrel.ops.speed import changes

    vars(changes)["compare"] = lambda before, now, measure: None


def lean_on_nothing() -> None:
    """No component says what it needs: each that fails is a thing of its own, and none a symptom."""
    from msgspec.structs import replace

    from petrel.ops import safeguards

    bare = {name: replace(one, hard=(), soft=(), boot=()) for name, one in safeguards.components().items()}
    vars(safeguards)["components"] = lambda: bare


def look_at_nothing() -> None:
    """Nothing is kept of what is measured, no incident is opened, no change is looked at: for what these cost."""
    from petrel.ops import changes, incidents, signals

    async def nothing(*_: object) -> None:
        return None

    for room, name, does in ((signals, "Keeper", "keep"), (signals, "Keeper", "run"), (incidents, "Brain", "think"),
                             (changes, "Controller", "run")):
        setattr(vars(room)[name], does, nothing)


SABOTAGE: dict[str, Callable[[], None]] = {"erase-without-marks": erase_without_marks,
                                           "ack-before-commit": ack_before_commit, "keep-keys": keep_keys,
                                           "never-renew": never_renew, "archive-nothing": archive_nothing,
                                           "let-everybody-in": let_everybody_in,
                                           "compare-nothing": compare_nothing, "lean-on-nothing": lean_on_nothing,
                                           "look-at-nothing": look_at_nothing}


def main() -> None:
    what, rest = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if what not in SABOTAGE:
        sys.exit(f"sabotaged: there is no {what!r}; there are: {', '.join(SABOTAGE)}")
    SABOTAGE[what]()
    from petrel import cli
    from petrel.program import Program

    cli.main(Program(), rest)


if __name__ == "__main__":
    main()
