"""What is said of a site that is served by release 0.1.0."""

import json
import os
from pathlib import Path

import pytest

from petrel.ops.processes import read_status, this_release
from petrel.ops.upgrades import planning

# As 0.1.0 writes DATA/run/status.json.
STATUS = {"pid": 1, "state": "ready", "address": "http://localhost:8000", "started_at": "2026-11-20T10:00:00+00:00",
          "clock_offset_s": 1.0, "parts": {"web": {"wanted": 2, "pids": [2, 3], "state": "running", "restarts": 0}},
          "postgres": {"main": {"pid": 4, "state": "running", "restarts": 0}}, "policy": 1, "policy_in_force": 1}


def test_the_first_release_has_to_be_stopped_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "site.lock").touch()
    (tmp_path / "run" / "status.json").write_text(json.dumps(STATUS))
    monkeypatch.setattr(planning, "holder_of", lambda _folder: os.getpid())
    status = read_status(tmp_path)
    assert status is not None
    [problem] = planning._with_the_site(tmp_path, status, this_release())
    assert "older than handing over" in problem.text and "`petrel up`" in problem.cure
