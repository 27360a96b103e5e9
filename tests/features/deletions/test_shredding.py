"""A destroyed key leaves the files of the keyring, its write-ahead log too; what lives stays, and waits little."""

import asyncio
import time
from pathlib import Path

import pytest

from petrel.core import seal
from petrel.core.ids import new_id
from petrel.features import deletions
from tests.conftest import Server
from tests.features.deletions.test_ledger import delete, line, settle
from tests.people import people, publish


def files_with(folder: Path, key: bytes) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and key in p.read_bytes())


async def test_a_destroyed_key_is_in_no_file_any_more(site, server: Server):
    if server.folder is None:
        pytest.skip("the servers are given, so their files are not ours to read")
    keyring = server.folder / "keyring"
    kept = await seal.new_keys([new_id(3) for _ in range(40)])
    [ann] = await people("shann")
    post = (await publish(ann, "Doomed")).id
    key = (await seal.keys([post]))[post]
    await server.run("checkpoint", "keyring")
    await delete(ann, post)
    await settle()
    await server.run("checkpoint", "keyring")
    found = files_with(keyring, key)
    assert any(name.startswith("pg_wal/") for name in found), "looking does not find what is there"
    assert any(name.startswith("base/") for name in found)
    assert (await line(post)).shredded_at is None

    done = await deletions.shred()

    assert files_with(keyring, key) == []
    assert done.parts >= 1 and done.log_is_clean
    assert (await line(post)).shredded_at is not None
    assert await seal.keys([*kept, post]) == kept
    assert (await deletions.shred()).parts == 0


async def test_keys_are_read_and_made_while_it_runs(site, server: Server):
    numbers = [new_id(4) for _ in range(200)]
    kept = await seal.new_keys(numbers)
    await seal.destroy(numbers[:100])
    shredding = asyncio.create_task(deletions.shred())
    longest_s = 0.0
    while not shredding.done():
        began = time.monotonic()
        assert await seal.keys([numbers[150]]) == {numbers[150]: kept[numbers[150]]}
        await seal.new_keys([new_id(4)])
        longest_s = max(longest_s, time.monotonic() - began)
    await shredding
    assert longest_s < 1
    assert len(await seal.keys(numbers)) == 100
