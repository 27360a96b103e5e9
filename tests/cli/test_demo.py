"""`petrel demo` as a newcomer meets it: made once, kept, and never in a directory of somebody else's."""

import stat
from pathlib import Path

import pytest

from tests.cli.test_site import Site


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("demo") / "data")


def test_it_is_made_once_and_keeps_its_password(demo: Site) -> None:
    made = demo.json("demo", "--no-serve")
    assert made["data"] == str(demo.data) and "mira" in made["people"] and "tidetable" not in made["people"]
    assert len(made["password"]) >= 12
    note = demo.data / "demo.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert made["password"] in demo.run("demo", "--no-serve")
    people = demo.json("accounts", "list")
    assert {one["handle"] for one in people} >= {"mira", "okello", "tidetable"}


def test_it_is_served_by_petrel_up_and_full_of_life(demo: Site) -> None:
    demo.start()
    try:
        assert demo.ask("/") == demo.ask("/@mira") == demo.ask("/public") == 200
        assert demo.ask("/@nobody") == 404
    finally:
        assert demo.stop() == 0


def test_it_leaves_other_directories_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.data.mkdir()
    (site.data / "diary.txt").write_text("mine")
    said = site.run("demo", "--no-serve", code=2)
    assert "is not a demo" in said and "--data" in said
    assert [path.name for path in site.data.iterdir()] == ["diary.txt"]
