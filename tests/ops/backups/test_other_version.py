"""A site on Debian's Postgres, of another major version than ours, is rehearsed and comes back elsewhere."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel import settings
from petrel.ops import backups
from petrel.ops.backups import restore
from petrel.ops.databases import Urls, preparing
from petrel.ops.databases.debian import Wanted
from petrel.ops.drills.clients import clients
from petrel.ops.drills.site import environment, private_site
from petrel.program import Program
from petrel.storage.build import ROOT
from petrel.storage.postgres import MAJOR, BinariesMissing, installed
from tests.conftest import loop
from tests.debian import homes, needs_debian
from tests.people import publish, signed_in

pytestmark = [needs_debian, pytest.mark.skipif(
    not installed.system() or installed.major_of(installed.system()[0]) == MAJOR,
    reason="the distribution's Postgres is of our own version")]


@pytest.fixture
def place() -> Iterator[Path]:
    """Older servers walk to their files by name, so their user has to be let through."""
    folder = Path(subprocess.run(["mktemp", "-d", "/tmp/petrel-other-XXXXXX"], check=True, capture_output=True,
                                 text=True).stdout.strip())
    folder.chmod(0o755)
    (folder / "site").mkdir(mode=0o711)
    yield folder
    shutil.rmtree(folder)


def petrel(*args: str, code: int = 0) -> str:
    done = subprocess.run([sys.executable, "-m", "petrel", *args], cwd=ROOT, env=environment(), capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.long
def test_it_comes_back_and_runs_there(place: Path, tmp_path: Path) -> None:
    with homes(tmp_path) as own:
        urls = asyncio.run(preparing.on_this_machine(Wanted(homes=own), Urls(), lambda _line: None)).urls
        last, token = loop().run_until_complete(_lost(place, urls))
    target, new = str(place / "kept"), place / "new"
    keys = ["--keys", str(place / "site" / "keys"), "--witness", str(place / "site" / "witness"), "--without-log"]
    said = json.loads(petrel("restore", target, "--data", str(new), "--json", *keys).partition("\n}")[0] + "}")
    assert said["checked"]["findings"] == said["checked"]["remarks"] == []
    assert (new / "main" / "PG_VERSION").read_text().strip() == str(installed.major_of(installed.system()[0]))
    loop().run_until_complete(_serves(new, last, token))


async def _lost(place: Path, urls: Urls) -> tuple[int, str]:
    data = place / "site"
    settings.write_all(data, {"database_url": urls.main, "keyring_url": urls.keyring})
    async with private_site(data) as site:
        async with Program().opened(data):
            [(ann, token)] = await signed_in("ann")
            last = (await publish(ann, "on another version")).id
        code, text = await site.petrel("backups", "create", str(place / "kept"), "--json")
        assert code == 0, text
        code, text = await site.petrel("backups", "rehearse", str(place / "kept"), "--json")
        assert code == 0, text + site.said()
    return last, token


async def _serves(new: Path, last: int, token: str) -> None:
    async with private_site(new) as site, clients(site.address, connections=1) as wire:
        assert (await wire.ask("GET", f"/api/v1/statuses/{last}", token=token)).status == 200


def test_without_that_version_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_major: int) -> None:
        raise BinariesMissing("no", "no")

    class Ask:
        class pair:
            class data:
                postgres = "15.14 (Debian 15.14-0+deb12u1)"

    monkeypatch.setattr(installed, "of_major", missing)
    with pytest.raises(backups.NotNow, match="apt install postgresql-15"):
        restore._check_programs(Ask())      # type: ignore[arg-type]
