"""The power goes at each step of a restore: the same command begins anew, nothing half restored is served."""

import subprocess
import sys
from pathlib import Path

import pytest

from petrel.ops.drills.clients import clients
from petrel.ops.drills.site import environment, private_site
from petrel.storage.build import ROOT
from tests.ops.backups.conftest import Lost
from tests.ops.backups.cut import CUTS
from tests.ops.backups.test_going_back import petrel

ASKED = {"unpacking", "checks"}
"""Where it is looked what `petrel up` says, which takes its time."""


def cut(step: str, *command: str) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.ops.backups.cut", step, *command], cwd=ROOT, env=environment(),
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -9, (step, done.stdout, done.stderr)


def refused(new: Path, *words: str) -> None:
    code, said = petrel("up", "--port", "0", "--data", str(new))
    assert code == 2 and all(word in said for word in ("same `petrel restore` again", *words)), said


@pytest.mark.long
async def test_the_power_may_go_at_every_step_of_a_restore(lost: Lost, tmp_path: Path) -> None:
    """Always into the same directory: each step that is reached was begun anew over what the one before had left."""
    new = tmp_path / "new"
    command = ("restore", str(lost.place), "--data", str(new), "--witness", str(lost.witness),
               "--key-file", str(lost.key_file))
    for step in CUTS:
        if step not in ("fetching", "finishing"):
            cut(step, *command)
        if step in ASKED:
            refused(new, "half restored")
    code, said = petrel(*command)                   # the last cut came when all was done
    assert code == 2 and "that restore has ended" in said, said
    async with private_site(new) as site, clients(site.address, connections=1) as wire:
        token = lost.people["bob"][1]
        for name, status in (("stays", 200), ("deleted", 404), ("message deleted", 404)):
            assert (await wire.ask("GET", f"/api/v1/statuses/{lost.posts[name]}", token=token)).status == status, name
        code, said = await site.petrel("journal", "verify")
        assert code == 0, said


@pytest.mark.long
def test_the_power_may_go_while_the_log_is_fetched_and_before_it_is_removed(lost: Lost, tmp_path: Path) -> None:
    data, kept, new = tmp_path / "site", tmp_path / "kept", tmp_path / "new"
    subprocess.run(["cp", "-a", lost.data, data], check=True)       # with its owner
    shipped = subprocess.run([sys.executable, "-m", "petrel", "backups", "ship", "--data", str(data)], cwd=ROOT,
                             env=environment({"PETREL_BACKUP_TARGET": str(kept)}), capture_output=True, text=True,
                             check=False)
    assert shipped.returncode == 0, shipped.stderr
    command = ("restore", str(kept), "--data", str(new), "--keys", str(data / "keys"))
    cut("fetching", *command)
    assert not new.exists()
    refused(new, str(tmp_path / "new.log"))
    cut("finishing", *command)
    refused(new, "half restored", str(tmp_path / "new.log"))
    code, said = petrel(*command)
    assert code == 0, said
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "new", "site"}
