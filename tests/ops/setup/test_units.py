"""The units: sound to systemd, and with as few rights as a site can do with."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from petrel.ops import setup
from petrel.ops.setup import Answers, Machine
from tests.ops.setup.pretended import Pretended, layout_of, work

EXPOSURE_MOST = 20
"""Of 100, as `systemd-analyze security` counts: sockets to the world and a directory of its own are what is left."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def analyze(*words: str, root: Path) -> subprocess.CompletedProcess[str]:
    units = [str(p) for p in sorted(layout_of(root).units.iterdir())]
    return subprocess.run(["systemd-analyze", *words, *units], text=True, capture_output=True, check=False)


@needs_systemd
@pytest.mark.parametrize("https", ["own", "proxy"])
def test_systemd_takes_them_and_counts_few_rights(tmp_path: Path, https: str) -> None:
    setup.run(work(Answers("social.bird.org", "crew@bird.org", https), Pretended(tmp_path)))  # type: ignore[arg-type]
    (tmp_path / "opt/petrel/.venv/bin/petrel").chmod(0o755)
    verified = analyze("verify", root=tmp_path)
    assert (verified.returncode, verified.stderr) == (0, "")
    service = layout_of(tmp_path).units / "petrel.service"
    judged = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MOST}",
                             str(service)], text=True, capture_output=True, check=False)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give something away")
def test_what_root_restored_belongs_to_the_user_of_the_site_afterwards(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "petrel", tmp_path / "elsewhere"
    (data / "main/base").mkdir(parents=True)
    elsewhere.write_text("")
    (data / "main/base/1").write_text("")
    (data / "settings.toml").write_text("")
    (data / "link").symlink_to(elsewhere)
    os.chown(data / "main", 65533, 65533)                  # whom root's own Postgres runs as
    Machine().own(data, (65534, 65534))
    assert {path.lstat().st_uid for path in (data, *data.rglob("*"))} == {65534}
    assert elsewhere.stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give root up")
def test_a_site_that_belongs_to_a_user_is_not_served_as_root(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    said = subprocess.run(
        [sys.executable, "-c", "import os; from pathlib import Path; from petrel.ops.processes import become_owner\n"
         f"become_owner(Path({str(tmp_path)!r})); print(os.getresuid(), os.getresgid(), 0 in os.getgroups())"],
        text=True, capture_output=True, check=True)
    assert said.stdout.strip() == "(65534, 65534, 65534) (65534, 65534, 65534) False"
