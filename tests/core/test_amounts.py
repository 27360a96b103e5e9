"""Times and sizes as people are told them, and that the site's own alerts do."""

import re
from pathlib import Path

import pytest

from petrel.core.amounts import Amount, lasting, of, size
from petrel.ops.watching import Owner, plan


@pytest.mark.parametrize(("seconds", "said"), [
    (0, "0 seconds"), (1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (3600, "60 minutes"),
    (7200, "2 hours"), (129_600, "36 hours"), (172_800, "2 days"), (129_600 * 3, "4.5 days"), (-7300, "-2 hours")])
def test_a_time_in_words(seconds: float, said: str) -> None:
    assert lasting(seconds) == said == f"{Amount(seconds):time}"


@pytest.mark.parametrize(("size_bytes", "said"), [
    (0, "0 bytes"), (1023, "1023 bytes"), (512 << 20, "512 MiB"), (1.38e9, "1.3 GiB"), (5 << 40, "5 TiB"),
    (9000 << 40, "9000 TiB")])
def test_a_size_in_words(size_bytes: float, said: str) -> None:
    assert size(size_bytes) == said == f"{Amount(size_bytes):size}"


def test_a_measure_says_its_unit_by_its_name() -> None:
    assert [of("a_seconds", 90), of("b_bytes", 2048), of("c_ratio", 0.85), of("d_dead", 3)] == \
        ["90 seconds", "2 KiB", "85%", "3"]
    assert f"{Amount(0.853):.0%} {Amount(7):.0f}" == "85% 7", "as any number, where a rule of one's own says so"


def test_no_alert_of_the_site_says_seconds_or_bytes_as_bare_numbers() -> None:
    rules = plan(Path("/nonexistent"), Owner()).rules
    bare = re.compile(r"[\d.e+]+ (s|bytes)\b")
    said = {name: rule.says.format(value=Amount(1.38e9), target="web") for name, rule in rules.items()}
    assert {name: text for name, text in said.items() if bare.search(text)} == {}
    assert said["disk-soon-full"].startswith("1.3 GiB are left")
