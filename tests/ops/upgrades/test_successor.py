"""Which release a site starts with, after it went over to another."""

from pathlib import Path

import msgspec

from petrel.ops.processes import this_release
from petrel.ops.upgrades import records, successor


def test_the_same_release_set_up_twice_starts_once(tmp_path: Path) -> None:
    """For another Python, say. It began itself anew without end, since both have one build."""
    taker = this_release()
    giver = msgspec.structs.replace(taker, root=str(tmp_path / "old"))
    records.write(tmp_path, records.Record(giver, taker, "done", [], 0))
    assert successor(tmp_path, giver) == taker
    assert successor(tmp_path, taker) is None
