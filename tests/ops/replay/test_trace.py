"""Reading recordings."""

import gzip
from pathlib import Path

import pytest

from petrel.core.errors import Invalid
from petrel.ops.replay import trace
from petrel.ops.replay.shapes import Kind


def write(folder: Path, events: str, edges: str = "") -> Path:
    (folder / "t-activity_time.txt.gz").write_bytes(gzip.compress(events.encode()))
    (folder / "t-retweet_network.edgelist.gz").write_bytes(gzip.compress(edges.encode()))
    return folder


def test_events_are_read_in_order_of_time_and_equal_times_keep_the_order_of_the_file(tmp_path: Path) -> None:
    read = trace.read_events(write(tmp_path, "5 6 200 RE\n1 2 100 RT\n3 4 100 MT\n"))
    assert read.actor.tolist() == [1, 3, 5]
    assert read.target.tolist() == [2, 4, 6]
    assert read.at.tolist() == [100, 100, 200]
    assert read.kind.tolist() == [Kind.BOOST, Kind.MENTION, Kind.REPLY]


def test_a_file_without_a_last_line_end_is_read_whole(tmp_path: Path) -> None:
    assert len(trace.read_events(write(tmp_path, "1 2 100 RT\n3 4 101 MT")).at) == 2


def test_small_blocks_give_the_same_as_one(sample_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trace.read_events(sample_dir)
    for block_bytes in (1, 7, 64, 1000):
        monkeypatch.setattr(trace, "BLOCK_BYTES", block_bytes)
        assert trace.read_events(sample_dir).digest() == whole.digest()
    assert len(whole.at) == 700


@pytest.mark.parametrize("bad", ["1 2 100", "1 2 100 LIKE", "1  2 100 RT", "1 -2 100 RT", "x", "", "1 2 3 RT MT"])
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    monkeypatch.setattr(trace, "BLOCK_BYTES", 50)
    folder = write(tmp_path, "1 2 100 RT\n" * 20 + bad + "\n" + "1 2 100 RT\n" * 20)
    with pytest.raises(Invalid, match=r"t-activity_time\.txt\.gz, line 21:"):
        trace.read_events(folder)


def test_a_torn_archive_and_a_missing_file_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"no \*activity_time"):
        trace.read_events(tmp_path)
    whole = write(tmp_path, "1 2 100 RT\n" * 500) / "t-activity_time.txt.gz"
    whole.write_bytes(whole.read_bytes()[:-12])
    with pytest.raises(Invalid, match="damaged"):
        trace.read_events(tmp_path)


def test_a_window_takes_its_start_and_leaves_its_end(tmp_path: Path) -> None:
    read = trace.read_events(write(tmp_path, "".join(f"1 2 {at} RT\n" for at in (10, 20, 20, 30, 40))))
    assert read.window(20, 40).tolist() == [1, 2, 3]
    assert read.window(None, 20).tolist() == [0]
    assert read.window(None, None).tolist() == [0, 1, 2, 3, 4]
    assert read.window(50, 60).tolist() == []


def test_the_busiest_are_counted_as_actors_and_as_targets(tmp_path: Path) -> None:
    read = trace.read_events(write(tmp_path, "1 9 1 RT\n2 9 2 MT\n2 7 3 RE\n7 3 4 MT\n8 7 900 RT\n8 7 901 RT\n"))
    assert trace.busiest(read, read.window(0, 100), 3).tolist() == [2, 7, 9]
    assert trace.busiest(read, read.window(0, 100), 2).tolist() == [2, 7]


def test_follows_are_read_once_and_nobody_follows_himself(tmp_path: Path) -> None:
    pairs = trace.read_follows(write(tmp_path, "", "3 1 5\n1 2 1\n3 1 2\n4 4 9\n"))
    assert pairs.tolist() == [[1, 2], [3, 1]]
