"""Verdicts are kept in a file, and in the journal of a site that runs."""

from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.ops.drills import records


def test_verdicts_come_back_oldest_first_and_a_cut_line_is_left_out(tmp_path, verdict):
    assert records.kept(tmp_path) == []
    one, two = verdict("passed", figures={"kills": 10}), verdict("failed", sabotage=True, harm=("lost",))
    for each in (one, two):
        records.keep(tmp_path, each)
    with records.file_of(tmp_path).open("ab") as file:
        file.write(b'{"drill":"toy","verd')
    assert records.kept(tmp_path) == [one, two]


async def test_the_journal_takes_each_verdict_once(site, tmp_path, verdict):
    records.keep(tmp_path, verdict("passed", at="2026-11-20T10:00:00+00:00"))
    assert await records.record(tmp_path) == 1
    records.keep(tmp_path, verdict("failed", sabotage=True, at="2026-11-20T11:00:00+00:00"))
    assert await records.record(tmp_path) == 1
    assert await records.record(tmp_path) == 0
    async with reading(System("tests")) as r:
        rows = await r.fetch("select id, verdict, sabotage, at from ops.drill order by at")
        entries = await r.fetch("select subject from journal.entry where kind = 'ops.drill.finished' order by id")
    assert [(row["verdict"], row["sabotage"], row["at"].hour) for row in rows] == [
        ("passed", False, 10), ("failed", True, 11)]
    assert [e["subject"] for e in entries] == [row["id"] for row in rows]
