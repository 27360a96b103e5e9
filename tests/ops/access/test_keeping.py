"""Records of reads outlive the process that made them, and reach the database once."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from petrel.core import seen
from petrel.core.doors import current
from petrel.core.spool import FRAME, SUFFIX, Segment, SiteKey
from petrel.core.viewer import Member
from petrel.ops.access import who_saw
from petrel.ops.access.keeping import PART_BYTES, Keeper
from tests.crew import as_owner, crew
from tests.ops.access.test_seen import World, told

pytestmark = pytest.mark.usefixtures("site")
VIEWER = Member(4711, b"x" * 32, token=12)
CHILD = """
import sys
import time
from pathlib import Path
from petrel.core import seen
from petrel.core.spool import SiteKey
from petrel.core.viewer import Member

recorder = seen.Recorder(SiteKey(int(sys.argv[2]), bytes.fromhex(sys.argv[3])), Path(sys.argv[1]))
number = 0
while True:
    number += 1
    recorder.add(Member(4711, b"x" * 32, token=number), [(5, [1], [int(sys.argv[4])], [2])])
    print(number, flush=True)
"""


async def site_key() -> SiteKey:
    row = await current().pools["reader"].fetchrow("select * from access.seen_key_now('')")
    return SiteKey(row["number"], row["public_half"])


async def sights(*post: int, names: str) -> list[who_saw.Sight]:
    world = World()
    world.crew = await crew(**{f"{names}{i}": "admin" for i in range(2)})  # type: ignore[attr-defined]
    return [one for each in post for one in (await told(world, str(each))).sights]


async def killed(folder: Path, post: int, after: int) -> int:
    """A process that records until it is killed in the middle of it; how many it had said were recorded."""
    key = await site_key()
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, str(folder), str(key.number),
                                                 key.public.hex(), str(post), stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    said = 0
    while said < after:
        said = int(await child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    rest = [int(line) for line in (await child.stdout.read()).split(b"\n")[:-1]]
    await child.wait()
    return rest[-1] if rest else said


@pytest.mark.parametrize("kept_meanwhile", [False, True])
async def test_a_killed_process_loses_nothing_that_was_answered(tmp_path, kept_meanwhile):
    post = 5000 + kept_meanwhile
    keeper = Keeper(tmp_path)
    turning = asyncio.create_task(_turn_on(keeper)) if kept_meanwhile else None
    said = await killed(tmp_path, post, after=3000)
    if turning is not None:
        turning.cancel()
        await asyncio.gather(turning, return_exceptions=True)
    await Keeper(tmp_path).turn()                     # another one, after a restart
    found = [one.token for one in await sights(post, names=f"killed{kept_meanwhile}")]
    assert found == list(range(1, len(found) + 1)), "each once, in order"
    assert said <= len(found) <= said + 1
    assert list(tmp_path.iterdir()) == [], "what was taken over is gone"


async def _turn_on(keeper: Keeper) -> None:
    while True:
        await keeper.turn()
        await asyncio.sleep(0.002)


async def test_two_keepers_at_once_keep_each_record_once(tmp_path):
    recorder = seen.Recorder(await site_key(), tmp_path)
    keepers = [Keeper(tmp_path) for _ in range(3)]
    for _ in range(20):
        for _ in range(30):
            recorder.add(VIEWER, [(5, [1], [6001], [2])])
        await asyncio.gather(*(keeper.turn() for keeper in keepers))
    recorder.turn()
    await asyncio.gather(*(keeper.turn() for keeper in keepers))
    assert len(await sights(6001, names="twokeepers")) == 600
    assert list(tmp_path.iterdir()) == []


async def test_a_long_page_and_many_of_them(tmp_path, addresses):
    """More than is moved at once."""
    recorder = seen.Recorder(await site_key(), tmp_path)
    many = list(range(10**7, 10**7 + 20_000))
    for _ in range(15):
        recorder.add(VIEWER, [(5, many, many, many), (3, [1], [6002], [2])])
    recorder.turn()
    await Keeper(tmp_path).turn()
    assert len(await sights(6002, names="long")) == 15
    assert (await as_owner(addresses, "select max(length(sealed)) from access.seen"))[0][0] <= PART_BYTES


async def test_a_minute_has_a_key_of_its_own(tmp_path, monkeypatch):
    recorder = seen.Recorder(await site_key(), tmp_path)
    recorder.add(VIEWER, [(5, [1], [6004], [2])])
    with monkeypatch.context() as later:
        later.setattr(time, "time_ns", lambda now=time.time_ns(): now + 61_000_000_000)
        recorder.add(VIEWER, [(5, [1], [6004], [2])])
    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) == 2
    await Keeper(tmp_path).turn()
    assert len(list(tmp_path.glob(f"*{SUFFIX}"))) == 1
    recorder.turn()
    await Keeper(tmp_path).turn()
    assert len(await sights(6004, names="minute")) == 2


async def test_what_is_half_written_and_what_is_no_spool_harms_nothing(tmp_path):
    segment = Segment(await site_key(), tmp_path)
    segment.append(1, seen.WHO.pack(1, 2, 3, 4, 5, 0))
    os.write(segment._fd, FRAME.pack(400, 1) + b"x" * 16)               # as a machine leaves it that lost its power
    segment.close()
    (tmp_path / f"{1:016x}{SUFFIX}").write_bytes(b"nonsense" * 20)
    unfinished = tmp_path / "2.new"
    unfinished.write_bytes(b"")
    keeper = Keeper(tmp_path)
    assert await keeper.turn() == len(seen.WHO.pack(1, 2, 3, 4, 5, 0)) + 16 + 12
    assert unfinished.exists()
    os.utime(unfinished, (1, 1))
    await keeper.turn()
    assert not unfinished.exists()


async def test_a_spool_that_is_written_is_left_alone(tmp_path, addresses):
    recorder = seen.Recorder(await site_key(), tmp_path)
    recorder.add(VIEWER, [(5, [1], [6003], [2])])
    keeper = Keeper(tmp_path)
    assert await keeper.turn() > 0 and await keeper.turn() == 0
    [path] = tmp_path.iterdir()
    spool = int.from_bytes(bytes.fromhex(path.stem), "big", signed=True)
    recorder.add(VIEWER, [(5, [1], [6003], [2])])
    assert await keeper.turn() > 0
    recorder.turn()
    await keeper.turn()
    assert list(tmp_path.iterdir()) == []
    rows = await as_owner(addresses, "select place, length(sealed) as size from access.seen where spool = $1 "
                                     "order by place", spool)
    assert len(rows) == 2 and rows[0]["place"] == 0 and rows[1]["place"] == rows[0]["size"]
