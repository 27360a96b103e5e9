"""What a site costs: the table of the handbook is the program's, and every number that goes in counts."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from petrel.cli.costs import costs
from petrel.ops.costs import Each, Habits, Prices, reckon

HANDBOOK = Path(__file__).parents[3] / "docs/handbook/costs.md"
ROW = re.compile(r"\| ([\d,]+) \| (\d+) cores, (\d+) GiB \| ([\d.]+) GB \| ([\d.]+) GB \| ([\d.]+) TB \| ([\d,]+) \|")


def test_the_handbook_says_what_is_worked_out():
    rows = ROW.findall(HANDBOOK.read_text())
    assert [row[0] for row in rows] == ["1,000", "10,000", "50,000"]
    for row in rows:
        active, *said = (float(word.replace(",", "")) for word in row)
        month = reckon(int(active))
        assert said == [month.cores, month.memory_gib, month.disk_gb, month.target_gb, month.traffic_tb, month.letters]


@pytest.mark.parametrize("name", Each.__struct_fields__)
def test_whatever_takes_more_costs_more(name):
    more = msgspec.structs.replace(Each(), **{name: 200 * getattr(Each(), name)})
    assert reckon(50_000, more).sum_euros > reckon(50_000).sum_euros


@pytest.mark.parametrize("name", Habits.__struct_fields__)
def test_whatever_people_do_more_costs_more(name):
    more = msgspec.structs.replace(Habits(), **{name: 200 * getattr(Habits(), name)})
    assert reckon(50_000, habits=more).sum_euros > reckon(50_000).sum_euros


def test_prices_are_one_s_own():
    said = CliRunner().invoke(costs, ["--active", "50000", "--price", "letters_1000=0", "--json"])
    found = json.loads(said.stdout)
    assert found["months"][0]["euros"]["letters"] == 0
    assert found["sums"] == [round(reckon(50_000).sum_euros - 150 * Prices().letters_1000, 2)]
    shown = CliRunner().invoke(costs).stdout
    assert "50,000" in shown and "letters_1000=0.4" in shown
    for wrong in ("letters=1", "core=much", "core=-1", "core=nan"):
        assert CliRunner().invoke(costs, ["--price", wrong]).exit_code == 1, wrong
