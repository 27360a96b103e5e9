"""`petrel database` runs as root, for apt and for Debian's clusters. Our own servers know only their owner."""

from pathlib import Path

import pytest

from petrel import moves, program
from petrel.ops.databases import debian
from petrel.settings import Settings


@pytest.mark.parametrize(("act", "call"), [
    ("move", lambda made, now: made.move_databases(now, "system", True, None, print, print)),
    ("upgrade", lambda made, now: made.upgrade_databases(now, None, True, print, print)),
    ("confirm", lambda made, now: made.confirm_databases(now))])
def test_what_asks_embedded_servers_gives_up_root_first(
        act: str, call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(program, "become_owner", done.append)
    monkeypatch.setattr(moves, act, lambda *_, **__: done.append(act))
    call(program.Program(), Settings(data=str(tmp_path)))
    assert done == [tmp_path, act]


def test_a_package_is_installed_as_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(program, "become_owner", done.append)
    monkeypatch.setattr(moves, "upgrade", lambda *_, **__: done.append("upgrade"))
    program.Program().upgrade_databases(Settings(data=str(tmp_path), database_url="postgresql://x", keyring_url="y"),
                                        None, True, print, print)
    assert done == ["upgrade"]


def test_systemd_knows_the_clusters_that_are_made(tmp_path: Path) -> None:
    """Debian's pg_ctlcluster asks systemd only where this variable is not set (its source: "redirect the request")."""
    assert "PG_CLUSTER_CONF_ROOT" not in debian._environment(debian.Homes())
    assert debian._environment(debian.Homes(conf=tmp_path))["PG_CLUSTER_CONF_ROOT"] == str(tmp_path)
