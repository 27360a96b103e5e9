"""What is declared for the rows of SCENARIOS.md is whole and true, and a wrong declaration is refused with a cure."""

import ast
import shutil
from pathlib import Path
from typing import Any

import pytest

from petrel.core.errors import Invalid
from petrel.ops import doctor, drills, safeguards, watching
from petrel.ops.safeguards import declaring
from petrel.storage.build import ROOT

RULES, CHECKS = watching.shipped(), doctor.CHECKS


def test_every_row_is_declared_and_what_has_a_drill_is_built() -> None:
    found = safeguards.declared()
    declaring.match(found, {one.drill: one.row for one in drills.scenarios()})
    lacking = [name for name in drills.names() if name in found.safeguards and not found.safeguards[name].built]
    assert lacking == [], "there is a drill: say what is built"


def test_what_is_named_as_a_runbook_is_there() -> None:
    own = [one.runbook for one in safeguards.components().values() if one.runbook]
    assert own and [path for path in own if not (ROOT / path).is_file()] == []


def test_the_doctor_calls_its_checks_as_they_are_declared() -> None:
    """Names that are put together as it goes are those that begin so."""
    said = set()
    for path in (ROOT / "petrel/ops/doctor").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("fine", "bad"):
                first = node.args[0]
                said |= {first.value} if isinstance(first, ast.Constant) else set()
    assert len(said) > 30 and said <= CHECKS
    assert all(name.startswith("postgres ") for name in CHECKS - said)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(declaring.FOLDER, tmp_path / "declared"))


def refused(folder: Path, why: str, **known: Any) -> None:
    with pytest.raises(Invalid, match=why):
        declaring.load(folder, known.get("rules", RULES), known.get("checks", CHECKS))


@pytest.mark.parametrize("file, old, new, why", [
    ("a-machines.toml", "row = 10\n", "row = 99\n", "rows are missing .*10"),
    ("a-machines.toml", "row = 10\n", "row = 2\n", "there twice"),
    ("a-machines.toml", 'hard = ["disk"]', 'hard = ["floppy"]', "disk-full leans on floppy"),
    ("a-machines.toml", 'promise = "When the system', 'promisse = "When the system', "discovery-down: .*promisse"),
    ("a-machines.toml", "row = 2\n", 'row = 2\nhard = ["disk"]\n', "region-lost: nothing of it is built"),
    ("a-machines.toml", "ballast_bytes", "ballast", "budget ballast = 2.68.*: its name ends in one of"),
    ("a-machines.toml", "[disk-full]\n", "[disk-full\n", "a-machines.toml cannot be read"),
    ("b-changes.toml", "[bad-push]", "[disk-full]", "disk-full is declared twice"),
    ("components.toml", '"disk-filling"', '"disk-feeling"', "disk: there is no rule disk-feeling"),
    ("components.toml", '"disk-filling", ', "", "rule disk-filling speaks of no component"),
    ("components.toml", '["clock", "time source"', '["clock", "disk"', "check disk speaks of disk and of clock"),
    ("components.toml", '["disk-full", "new-year"]', '["disk-fool"]', "disk is kept by disk-fool: there is no such"),
    ("components.toml", '["disk-full", "new-year"]', '["burst"]', "disk is kept by burst, of which nothing is built"),
    ("components.toml", 'boot = ["disk"]\n\n[keyring]', 'boot = ["web"]\n\n[keyring]',
     "web needs main-database needs web: nothing of this could ever start"),
])
def test_a_wrong_declaration_is_refused_in_words(copy: Path, file: str, old: str, new: str, why: str) -> None:
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1))
    refused(copy, why)


def test_empty_and_shrunken_are_never_taken_for_true(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "declares nothing: put the files of the release back")
    (copy / "h-intruders.toml").unlink()
    refused(copy, "rows are missing")
    found = safeguards.declared()
    rows = {name: one.row for name, one in found.safeguards.items()}
    for changed, why in ((rows | {"flood": 65}, "nobody says what must hold for flood"),
                         ({n: r for n, r in rows.items() if n != "dns"}, "no row .* has the drill dns"),
                         (rows | {"dns": 51}, "another row .*: dns")):
        with pytest.raises(Invalid, match=why):
            declaring.match(found, changed)


def test_an_alert_leads_to_component_safeguard_and_runbook() -> None:
    disk, mail = safeguards.about("disk-filling"), safeguards.about("mail")
    assert disk is not None and mail is not None
    assert (disk.component, disk.safeguards[0], disk.runbook) == ("disk", "disk-full", "docs/runbooks/disk-full.md")
    assert mail.runbook == "docs/handbook/when-mail-is-refused.md"
    assert safeguards.about("many-posts") is None
    assert "main-database" in safeguards.components()["web"].hard
