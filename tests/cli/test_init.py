"""`petrel init` at the command line, in a directory of its own: what it asks, refuses, and leaves."""

import subprocess
import sys
from pathlib import Path

from petrel import settings
from tests.cli.test_site import clean

BY_HAND = ("--by-hand", "--https", "proxy", "--despite", "dns", "--despite", "disk", "--despite", "memory")


def init(data: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run([sys.executable, "-m", "petrel", "init", *words, "--data", str(data)], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, env=clean(), check=False)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_nobody_there_to_answer_is_told_the_flags(tmp_path: Path) -> None:
    data = tmp_path / "site"
    assert "--for-ever" in init(data, "bird.org", *BY_HAND, code=2)
    assert "--contact" in init(data, "bird.org", "--for-ever", *BY_HAND, code=2)
    assert "no mail address" in init(data, "bird.org", "--for-ever", "--contact", "me", *BY_HAND, code=2)
    assert "petrel init DOMAIN" in init(data, code=2)
    assert not data.exists()


def test_a_name_is_for_ever_once_it_is_not_tried_out(tmp_path: Path) -> None:
    data = tmp_path / "site"
    init(data, "bird.local", "--try-out", "--contact", "me@bird.org", *BY_HAND)
    tried = settings.load(str(data), environment={})
    assert tried.try_out and tried.base_url == "https://bird.local"
    init(data, "bird.org", "--for-ever", "--contact", "me@bird.org", *BY_HAND)
    now = settings.load(str(data), environment={})
    assert (now.base_url, now.try_out, now.registrations) == ("https://bird.org", False, "invite")
    assert "called bird.org, for ever" in init(data, "finch.org", "--for-ever", "--contact", "me@bird.org", *BY_HAND,
                                               code=2)
    assert "called bird.org, for ever" in init(data, "finch.org", "--try-out", code=2)
    # Nothing is asked a second time, not even the name.
    assert "petrel up" in init(data, *BY_HAND)
    assert settings.load(str(data), environment={}) == now


def test_a_try_out_needs_nothing_at_all(tmp_path: Path) -> None:
    assert f"petrel up --data {tmp_path / 'site'}" in init(tmp_path / "site", "--try-out", "--despite", "disk")
    assert settings.load(str(tmp_path / "site"), environment={}).address == "http://localhost:8000"


def test_a_full_disk_is_said_with_its_cure(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "petrel", "settings", "show", "--data", str(tmp_path)], text=True,
                              stdout=full, stderr=subprocess.PIPE, env=clean(), check=False)
    assert done.returncode == 2 and "the disk is full" in done.stderr and "same command again" in done.stderr
    assert "Traceback" not in done.stderr


def test_half_written_settings_are_named(tmp_path: Path) -> None:
    data = tmp_path / "site"
    data.mkdir()
    (data / "settings.toml").write_text('base_url = "https://bird')
    said = init(data, "bird.org", "--for-ever", "--contact", "me@bird.org", *BY_HAND, code=2)
    assert "settings.toml is not TOML" in said
