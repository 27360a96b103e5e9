"""Loading accounts, follows and tokens in batches, and going on after a stop."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from petrel.core.errors import Refused
from petrel.ops.replay import bulk
from petrel.ops.replay.store import Store

PEOPLE = np.arange(10, 35)
FOLLOWS = np.array([[10, 11], [10, 12], [20, 34], [34, 10]])


class Crash(Exception):
    pass


def no_report(_more: int) -> None:
    pass


def opened(data_dir: Path, people: np.ndarray = PEOPLE, trace: str = "a") -> Store:
    store = Store(data_dir)
    store.choose(trace, people, lambda: FOLLOWS)
    return store


async def load(rooms: Any, store: Store) -> None:
    progress = store.progress()
    await bulk.load_accounts(rooms, store, progress, no_report)
    await bulk.load_follows(rooms, store, progress, no_report)


async def test_everybody_is_loaded_in_batches_and_a_second_time_nothing_is_done(
    fake_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 10)
    store = opened(tmp_path)
    await load(fake_site, store)
    assert fake_site.batches == [("accounts", 10), ("accounts", 10), ("accounts", 5), ("follows", 4)]
    assert store.accounts().tolist() == [1_000_000 + person for person in PEOPLE.tolist()]
    assert fake_site.follows == {(1_000_000 + one, 1_000_000 + two) for one, two in FOLLOWS.tolist()}
    store.close()

    await load(fake_site, opened(tmp_path))
    assert len(fake_site.batches) == 4


@pytest.mark.parametrize("crash_at", [0, 1, 2])
async def test_a_batch_that_was_committed_but_not_noted_is_recognised(
    fake_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 10)
    store, saves = opened(tmp_path), []

    def save_or_crash(progress: object) -> None:
        saves.append(progress)
        if len(saves) == crash_at + 1:
            raise Crash
        Store.save(store, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "save", save_or_crash)
    with pytest.raises(Crash):
        await load(fake_site, store)

    again = opened(tmp_path)
    await load(fake_site, again)
    assert len(fake_site.handles) == len(PEOPLE)
    assert again.accounts().tolist() == [1_000_000 + person for person in PEOPLE.tolist()]
    assert len(fake_site.follows) == len(FOLLOWS)


async def test_follows_that_the_site_leaves_out_are_noticed(
    fake_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    fake_site.left_out = {(1_000_020, 1_000_034)}
    with pytest.raises(Refused, match="left out 1 follows"):
        await load(fake_site, opened(tmp_path))


async def test_tokens_are_issued_once_for_those_who_need_one(fake_site: Any, tmp_path: Path) -> None:
    store = opened(tmp_path)
    await load(fake_site, store)
    first = await bulk.load_tokens(fake_site, store, np.array([12, 10, 12]), no_report)
    assert first == {10: b"token-1000010", 12: b"token-1000012"}
    store.close()

    async def none_again(accounts: list[int], _scopes: object) -> list[str]:
        assert accounts == [1_000_011]
        return ["fresh"]

    fake_site.issue_tokens = none_again
    assert await bulk.load_tokens(fake_site, opened(tmp_path), np.array([10, 11]), no_report) == first | {11: b"fresh"}


def test_a_site_of_another_choice_is_refused_and_a_smaller_one_is_fine(tmp_path: Path) -> None:
    opened(tmp_path)
    opened(tmp_path, PEOPLE[3:7])
    with pytest.raises(Refused, match="fewer or other accounts"):
        opened(tmp_path, np.array([10, 99]))
    with pytest.raises(Refused, match="another recording"):
        opened(tmp_path, trace="b")


def test_what_is_remembered_is_private_and_a_torn_end_is_cut_off(tmp_path: Path) -> None:
    store = opened(tmp_path)
    for entry in range(3):
        store.log.add((entry, entry, entry, 1, 2, 1, 5))
    store.close()
    path = tmp_path / "replay" / "log.bin"
    path.write_bytes(path.read_bytes()[:-4])
    assert opened(tmp_path).log.all()["entry"].tolist() == [0, 1]
    assert (tmp_path / "replay").stat().st_mode & 0o077 == 0
    assert (tmp_path / "replay" / "tokens.bin").stat().st_mode & 0o077 == 0
