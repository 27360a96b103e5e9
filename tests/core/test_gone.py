"""Deleted and edited texts leave the memory of web processes."""

import asyncio
from contextlib import asynccontextmanager, suppress

from petrel.core import gone


class Copies(dict[int, str]):
    def drop(self, post):
        self.pop(post, None)


@asynccontextmanager
async def watched(folder, copies):
    task = asyncio.create_task(gone.watch(folder, copies.drop, copies.clear))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(condition):
    async with asyncio.timeout(2):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_is_told_is_dropped_and_the_rest_stays(tmp_path):
    teller, copies = gone.Teller(tmp_path), Copies()
    async with watched(tmp_path, copies):
        await asyncio.sleep(0)
        copies.update({1: "one", 2: "two", 3: "three"})
        teller.tell([1, 3])
        await until(lambda: len(copies) < 3)
        assert copies == {2: "two"}
        copies[1] = "of a request that had read it before"
        await until(lambda: 1 not in copies)


async def test_a_teller_that_begins_anew_or_a_full_file_drops_everything(tmp_path, monkeypatch):
    copies = Copies()
    async with watched(tmp_path, copies):
        copies[1] = "before there was a file"
        teller = gone.Teller(tmp_path)
        await until(lambda: not copies)
        copies[2] = "two"
        gone.Teller(tmp_path)
        await until(lambda: not copies)
        monkeypatch.setattr(gone, "MOST_BYTES", 8)
        copies[3] = "three"
        teller.tell([4])
        await until(lambda: not copies)
    assert (tmp_path / gone.NAME).stat().st_mode & 0o077 == 0
