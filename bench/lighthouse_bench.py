"""What Lighthouse says of public pages: its four scores, as a telephone on a slow line, medians of three."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent / "lighthouse"
CLI = HERE / "node_modules/lighthouse/cli/index.js"
BIN = Path(sys.executable).parent
KINDS = {"performance": "fast", "accessibility": "accessible", "best-practices": "good practice", "seo": "found"}
TIMES = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def install() -> None:
    """By the hashes of its lock file. source: the Makefile does the same for what tests need of npm."""
    if not CLI.exists():
        subprocess.run([BIN / "npm", "ci", "--prefix", HERE, "--silent"], check=True, env={
            **os.environ, "NODE_USE_SYSTEM_CA": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"})


def report(address: str) -> dict[str, dict[str, float]]:
    """By category its score of 100, and by audit those that were not passed."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([BIN / "node", CLI, address, "--quiet", "--output=json", f"--output-path={out.name}",
                        "--no-enable-error-reporting", f"--only-categories={','.join(KINDS)}",
                        f"--chrome-flags={FLAGS}"],
                       check=True, env={**os.environ, "CHROME_PATH": "/usr/bin/chromium"}, capture_output=True)
        told = json.loads(Path(out.name).read_text())
    return {"scores": {kind: 100 * (told["categories"][kind]["score"] or 0) for kind in KINDS},
            "missed": {name: one["score"] for name, one in told["audits"].items()
                       if one["score"] is not None and one["score"] < 0.9}}


def scores(address: str, paths: Sequence[str]) -> dict[str, dict[str, float]]:
    """By page, each the median of its runs."""
    install()
    found = {}
    for path in paths:
        runs = [report(address + path) for _ in range(TIMES)]
        found[path] = {kind: median(one["scores"][kind] for one in runs) for kind in KINDS}
        print(f"Lighthouse {path}: {found[path]}, missed: {runs[-1]['missed']}", flush=True)
    return found


def said(found: dict[str, dict[str, float]]) -> str:
    return "; ".join(f"{name} {min(one[kind] for one in found.values()):.0f} to "
                     f"{max(one[kind] for one in found.values()):.0f}" for kind, name in KINDS.items())
