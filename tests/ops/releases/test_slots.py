"""Which releases are installed: what is needed stays, and a list that has lost some is not believed."""

import json
from pathlib import Path

import msgspec
import pytest

from petrel import rescue
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.ops.processes import Release, this_release
from petrel.ops.releases import add, find, listed, remove
from petrel.ops.upgrades.records import Record, write
from petrel.storage.build import ROOT
from tests.ops.upgrades import releases


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data" / "run").mkdir(parents=True)
    return tmp_path / "data"


def installed(folder: Path) -> Release:
    """One that begins, and is another build."""
    release = releases.make(folder, {"extra.py": "'another build'"})
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return release


def test_what_can_be_gone_back_to_stays_and_the_rest_goes(data: Path) -> None:
    inside = data / "releases" / "next"
    inside.parent.mkdir()
    newer, this = installed(inside), this_release()
    assert [one.name for one in listed(data)] == []
    assert add(data, inside, "next").release.build == newer.build
    assert add(data, ROOT, "this").release.build == this.build
    with pytest.raises(Conflict, match="another release already"):
        add(data, ROOT, "next")
    write(data, Record(this, newer, "done", [], 1))
    assert {one.name: one.state for one in listed(data)} == {"next": "serving", "this": "last good"}
    for name in ("next", "this"):
        with pytest.raises(Conflict, match="it stays"):
            remove(data, name)
    write(data, Record(this, newer, "back", [], 1))
    assert remove(data, "next") and not inside.exists() and (data / "releases").exists()
    with pytest.raises(NotFound):
        find(data, "next")
    with pytest.raises(Invalid, match="install the release there first"):
        add(data, data)


def test_a_list_that_is_empty_or_has_shrunk_is_refused(data: Path) -> None:
    add(data, ROOT, "this")
    path = data / "releases.json"
    kept = json.loads(path.read_text())
    for harm in ("", "{", json.dumps({"many": 1, "slots": []}), json.dumps({**kept, "many": 2})):
        path.write_text(harm)
        for act in (lambda: listed(data), lambda: find(data, "this"), lambda: remove(data, "this")):
            with pytest.raises(Conflict, match="Nothing is done with releases"):
                act()
        assert path.read_text() == harm


def test_the_one_file_pins_a_slot_by_its_name(data: Path) -> None:
    add(data, ROOT, "good")
    rescue.act(data, "pin", ["good"], [1, 2])
    assert rescue.read_state(data)["pin"]["root"] == str(ROOT)
    assert any("good" in line and "begins" in line for line in rescue.status(data))
    slot = msgspec.structs.replace(this_release(), python="/bin/false")
    (data / "releases.json").write_text(json.dumps({"many": 1, "slots": [
        {"name": "broken", "release": msgspec.to_builtins(slot), "added_ms": 1}]}))
    with pytest.raises(rescue.Stop, match="does not begin"):
        rescue.act(data, "pin", ["broken"], [1, 2])
