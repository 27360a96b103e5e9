"""`petrel up` on Postgres servers that somebody else runs: the same site, and nothing of ours is started there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import Server, loop

PETREL = [sys.executable, "-m", "petrel"]
GIVEN = os.environ.get("PETREL_TEST_DATABASE_URL", "")
KEYRING = os.environ.get("PETREL_TEST_KEYRING_URL", GIVEN)


@pytest.fixture
def environment(server: Server) -> Iterator[dict[str, str]]:
    """What an operator sets: the URLs of two empty databases."""
    if not GIVEN:
        pytest.skip("no server was given: tools/debian_postgres.sh does")
    name = f"{server.prefix}_given"
    loop().run_until_complete(server.copy(name, None))
    mine = {n: v for n, v in os.environ.items() if not n.startswith("PETREL_")}
    yield mine | {"PETREL_DATABASE_URL": urlsplit(GIVEN)._replace(path=f"/{name}_main").geturl(),
                  "PETREL_KEYRING_URL": urlsplit(KEYRING)._replace(path=f"/{name}_keyring").geturl()}
    loop().run_until_complete(server.drop(name))


def test_the_same_site(environment: dict[str, str], tmp_path: Path) -> None:
    data = tmp_path / "data"

    def run(*args: str, code: int = 0) -> str:
        done = subprocess.run([*PETREL, *args, "--data", str(data)], capture_output=True, text=True, env=environment,
                              check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    with (tmp_path / "console.txt").open("w+") as console:
        site = subprocess.Popen([*PETREL, "up", "--data", str(data), "--port", "0"], env=environment, stdout=console,
                                stderr=console)
        try:
            end = time.monotonic() + 30
            while "is ready at" not in (tmp_path / "console.txt").read_text():
                assert site.poll() is None and time.monotonic() < end, (tmp_path / "console.txt").read_text()
                time.sleep(0.05)
            run("accounts", "create", "ada")
            assert json.loads(run("accounts", "list", "--json"))[0]["handle"] == "ada"
            run("tokens", "create", "ada")
            assert json.loads(run("journal", "verify", "--json"))["findings"] == []
            doctor = json.loads(run("doctor", "--json", code=1))
            # A test's server need not survive a power cut, and the doctor notices.
            assert [check["found"] for check in doctor if not check["ok"]] == [
                "fsync = off, has to be on: acknowledged means durable"] * 2
            shown = run("settings", "show")
            assert urlsplit(GIVEN).password not in shown and "***" in shown
        finally:
            site.send_signal(signal.SIGTERM)
            assert site.wait(20) == 0, (tmp_path / "console.txt").read_text()
    assert not (data / "main").exists() and not (data / "keyring").exists()
    assert urlsplit(GIVEN).password not in (tmp_path / "console.txt").read_text()
