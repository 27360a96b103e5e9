"""`petrel privacy export|erase|consent|retention|inventory`, on a site of their own."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("privacy") / "site"


def petrel(data, *args: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PETREL_")}
    return subprocess.run([sys.executable, "-m", "petrel", *args, "--data", str(data)], cwd=ROOT, env=environment,
                          input=given, capture_output=True, text=True, timeout=120)


def test_from_a_copy_to_the_end(data, tmp_path):
    assert petrel(data, "accounts", "create", "wren", "--name", "Wren Plover", "--indexable").returncode == 0
    made = petrel(data, "privacy", "export", "@wren", str(tmp_path / "out"), "--json")
    assert made.returncode == 0, made.stderr
    file = Path(json.loads(made.stdout)["file"])
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(zipfile.ZipFile(file).read("data/account.json"))["display_name"] == "Wren Plover"
    assert list((data / "exports").iterdir()) == []

    planned = petrel(data, "privacy", "erase", "@wren", "--dry-run", "--json")
    assert json.loads(planned.stdout)["accounts.handle.account"] == 1
    refused = petrel(data, "privacy", "erase", "@wren", given="ren\n")
    assert refused.returncode == 2 and "nothing was erased" in refused.stderr
    assert petrel(data, "accounts", "show", "wren").returncode == 0
    erased = petrel(data, "privacy", "erase", "@wren", given="@wren\n")
    assert erased.returncode == 0 and "Nothing is left" in erased.stdout, erased.stderr
    assert petrel(data, "accounts", "show", "wren").returncode == 2
    again = petrel(data, "accounts", "create", "wren")
    assert again.returncode == 2 and "taken" in again.stderr


def test_terms_and_the_record(data, tmp_path):
    kept = petrel(data, "privacy", "retention", "--json")
    assert kept.returncode == 0, kept.stdout + kept.stderr
    assert {"accounts.token", "posts.post"} <= {one["table"] for one in json.loads(kept.stdout)}
    page = tmp_path / "record.html"
    assert petrel(data, "privacy", "inventory", "--html", str(page)).returncode == 0
    assert "mail address as it was typed" in page.read_text()
