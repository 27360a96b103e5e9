"""`petrel drill` and `petrel drills` as a script meets them: exit codes, and JSON on the last line."""

import json

import pytest
from click.testing import CliRunner

from petrel import cli
from petrel.ops import drills as room
from petrel.ops.drills import Verdict, records
from petrel.program import Program


@pytest.fixture
def petrel(tmp_path):
    def run(*args):
        result = CliRunner().invoke(cli.petrel, [*args, "--data", str(tmp_path)], obj=Program())
        lines = result.stdout.splitlines()
        return result.exit_code, lines, json.loads(lines[-1]) if lines and lines[-1][:1] == "{" else None
    return run


@pytest.mark.parametrize("args, why", [
    (("no-such-drill",), "there is no drill 'no-such-drill'"),
    (("database", "--sabotaged"), "--sabotaged"),
    ((), "NAME"),
])
def test_what_is_not_a_drill_is_a_broken_one(petrel, args, why):
    code, _, told = petrel("drill", *args)
    assert code == 3 and told["verdict"] == "broken" and why in told["why"]
    assert set(told) >= {"drill", "verdict", "harm", "figures", "tier", "build", "at"}


@pytest.mark.parametrize("word, code", [("passed", 0), ("failed", 1), ("impossible", 2), ("broken", 3)])
def test_the_exit_code_is_the_verdict(petrel, monkeypatch, tmp_path, drill, outcome, verdict, word, code):
    ended = verdict(word, harm=("lost",) if word == "failed" else ())
    monkeypatch.setattr(room, "run", lambda *args, **options: (drill(), outcome(), ended))
    got, lines, told = petrel("drill", "toy")
    assert got == code and told["verdict"] == word
    for phase in ("injected", "detected", "contained", "recovered", "lost"):
        assert any(line.split()[:1] == [phase] for line in lines[:-1])
    assert records.kept(tmp_path) == [ended]
    got, lines, told = petrel("drill", "toy", "--json")
    assert got == code and len(lines) == 1 and told["verdict"] == word


def test_an_interrupt_is_no_verdict(petrel, monkeypatch, tmp_path):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "run", interrupted)
    code, _, told = petrel("drill", "database")
    assert (code, told, records.kept(tmp_path)) == (130, None, [])


def test_the_list_needs_no_site_and_tells_all_rows(petrel, tmp_path):
    build, figures = room.build_of(), {"kills": 10, "lost": 0}
    for sabotage, word in ((False, "passed"), (True, "failed")):
        records.keep(tmp_path, Verdict(drill="database", verdict=word, harm=(), figures=figures, tier="real",
                                       build=build, at="2026-11-20T10:00:00+00:00", sabotage=sabotage))
    code, lines, _ = petrel("drills")
    assert code == 0 and len(lines) == 67       # 64 rows, a drill of several, head and sums
    database = next(line for line in lines if " database " in line)
    assert "partly" in database and "kills=10 lost=0" in database and build in database
    result = CliRunner().invoke(cli.petrel, ["drills", "--json", "--data", str(tmp_path)], obj=Program())
    told = {row["drill"]: row for row in json.loads(result.stdout)["rows"]}
    assert told["database"]["state"] == "partly" and told["database"]["left_out"]
    assert told["message-leak"]["state"] == "built" and told["dns"]["state"] == "missing"


def test_safeguards_say_of_each_row_what_the_list_of_drills_says(petrel, tmp_path):
    for sabotage, word in ((False, "passed"), (True, "failed")):
        records.keep(tmp_path, Verdict(drill="database", verdict=word, harm=(), figures={}, tier="real", build="b0",
                                       at="2026-11-20T10:00:00+00:00", sabotage=sabotage))

    def told(*args):
        result = CliRunner().invoke(cli.petrel, [*args, "--json", "--data", str(tmp_path)], obj=Program())
        return result.exit_code, json.loads(result.stdout)

    _, found = told("drills")
    code, safeguards = told("safeguards", "list")
    assert code == 1 and {one["name"]: one["drill"] for one in safeguards} == {
        one["drill"]: one["state"] for one in found["rows"] if one["row"]}
    assert [one["name"] for one in safeguards if one["red"]] == ["database"], "b0 is another build"
    code, one = told("safeguards", "show", "database")
    assert code == 1 and one["proof"]["build"] == "b0" and one["owners"] is None and "disk" in one["safeguard"]["hard"]
    code, lines, _ = petrel("safeguards", "list", "--red")
    assert code == 1 and "proven by another build only" in lines[1] and len(lines) == 4
    code, lines, _ = petrel("safeguards", "show", "dsk-full")
    assert code == 2
