"""Postgres killed hard: the index is empty afterwards, and comes back by itself."""

import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path

from petrel import app
from petrel.core import doors
from petrel.core.doors import reading
from petrel.core.errors import Unavailable
from petrel.core.pages import Page
from petrel.features import search
from petrel.features.search import building
from petrel.storage.postgres import Storage
from tests.drain import drain
from tests.people import people, publish


async def found(member, typed):
    async with reading(member) as r:
        return await search.posts(r, search.understood(typed), Page(limit=40)), await search.state(r)


async def restarted(cluster):
    """Mends the server as the supervisor does, until it answers."""
    until = time.monotonic() + 30
    while cluster.is_running() or cluster.mend() is None:
        await asyncio.sleep(0.02)
        assert time.monotonic() < until
    while cluster.mend() is not None or not cluster.is_ready():
        await asyncio.sleep(0.02)
        assert time.monotonic() < until


async def patiently(work):
    """What a process does whose connections are gone: says that it cannot now, and finds new ones."""
    for _ in range(20):
        try:
            return await work()
        except Unavailable:
            await asyncio.sleep(0.05)
    raise AssertionError("no connection")


async def story(storage):
    await app.migrate_site(app.addresses_of(storage))
    await doors.open_doors(app.addresses_of(storage))
    try:
        author, reader = await people("ann", "ben", indexable=True)
        post = (await publish(author, "a bittern in the reeds")).id
        while await building.step():
            pass
        await drain("search")
        ids, state = await found(reader, "bitte")
        assert ids == [post] and state.is_ready

        os.kill(storage.clusters[0].pid, signal.SIGKILL)
        await restarted(storage.clusters[0])
        ids, state = await patiently(lambda: found(reader, "bitte"))
        assert ids == [] and not state.is_ready
        second = (await patiently(lambda: publish(author, "another bittern"))).id
        await patiently(lambda: drain("search"))
        assert (await found(reader, "bitte"))[0] == [second]
        while await building.step():
            pass
        ids, state = await found(reader, "bitte")
        assert ids == [second, post] and state.is_ready
    finally:
        await doors.close_doors()


def test_after_a_crash_the_index_is_built_anew():
    with tempfile.TemporaryDirectory(prefix="petrel-tests-") as folder:
        storage = Storage.open(Path(folder) / "site", say=lambda _text: None)
        try:
            asyncio.run(story(storage))
        finally:
            storage.close()
