"""The build is what the sources are, and nothing else."""

from petrel.storage.build import build_of


def test_any_source_counts_and_what_machines_put_beside_does_not(tmp_path):
    for folder in ("petrel/core", "drills", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "petrel/core/a.py").write_text("a")
    (tmp_path / "drills/b.sql").write_text("b")
    first = build_of(tmp_path)
    (tmp_path / "petrel/__pycache__").mkdir()
    (tmp_path / "petrel/__pycache__/a.pyc").write_bytes(b"x")
    (tmp_path / "petrel/web/client/node_modules/vite").mkdir(parents=True)
    (tmp_path / "petrel/web/client/node_modules/vite/LICENSE").write_text("x")
    (tmp_path / "petrel/web/static/app").mkdir(parents=True)
    (tmp_path / "petrel/web/static/app/main-1a2b.js").write_text("x")
    (tmp_path / "docs/c.md").write_text("c")
    assert build_of(tmp_path) == first
    (tmp_path / "drills/b.sql").write_text("B")
    second = build_of(tmp_path)
    (tmp_path / "petrel/core/a.py").rename(tmp_path / "petrel/core/c.py")
    assert len({first, second, build_of(tmp_path)}) == 3
