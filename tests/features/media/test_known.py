"""Lists of files that nobody may have."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel.core.doors import Doors, current, reading
from petrel.core.errors import Invalid, NotFound
from petrel.core.viewer import Member
from petrel.features import media
from petrel.features.media import State, known
from petrel.worker import jobs
from tests import samples
from tests.people import signed_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    media.install(tmp_path)
    yield tmp_path
    media.install(None)


async def state(member: Member, body: bytes) -> State:
    number = await media.upload(member, io.BytesIO(body), len(body), cause="tests")
    await jobs.drain()
    await current().renew_lease()
    async with reading(member) as r:
        return (await media.own(r, [number]))[0].state


async def test_what_a_list_names_is_held_until_the_list_is_forgotten(site: Doors) -> None:
    [(ada, _)] = await signed_in("kira1")
    bad, good = samples.picture(40, 40), samples.picture(41, 40)
    lines = ["# made up for this test", "", hashlib.sha256(bad).hexdigest().upper() + ", seen 3 times"]
    assert await known.take("trial-one", known.digests(lines)) == 1
    assert await known.take("trial-one", known.digests(lines)) == 0, "it has that already"
    assert await known.take("trial-two", known.digests(lines)) == 0, "another has it"
    assert (await state(ada, bad), await state(ada, good)) == (State.HELD, State.READY)
    assert [(one.name, one.count) for one in await known.lists()] == [("trial-one", 1)]
    assert await known.forget("trial-one") == 1
    assert await state(ada, bad) is State.READY
    with pytest.raises(NotFound):
        await known.forget("trial-one")


async def test_a_list_that_cannot_be_read_is_refused_whole(site: Doors) -> None:
    with pytest.raises(Invalid, match="line 2"):
        known.digests([hashlib.sha256(b"").hexdigest(), "d41d8cd98f00b204e9800998ecf8427e"])
    with pytest.raises(Invalid, match="name for a list"):
        await known.take("No Name", [])
