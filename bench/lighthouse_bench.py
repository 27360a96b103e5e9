"""What Lighthouse says of public pages: its four scores, as a telephone on a slow line, medians of three."""

import json
import os
import re
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
TIMES, LEAST, TRIES = 3, 95, 3
"""Runs of a page, of which the middle counts; what is promised; a browser on a busy machine may give up once."""
POST = re.compile(r"/\d{5,}$")
FLAGS = "--headless=new --no-sandbox --disable-gpu"
LEFT_OUT = {"/tags/": "is-crawlable", "/public": "is-crawlable"}
"""By how an address begins, what it is not asked, since the answer is meant: search engines are told to pass hashtags
and the local timeline over, because not everybody who writes there agreed to be found."""


def install() -> None:
    """By the hashes of its lock file. source: the Makefile does the same for what tests need of npm."""
    if not CLI.exists():
        subprocess.run([BIN / "npm", "ci", "--prefix", HERE, "--silent"], check=True, env={
            **os.environ, "NODE_USE_SYSTEM_CA": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"})


def left_out(path: str) -> str:
    return next((audit for begins, audit in LEFT_OUT.items() if path.startswith(begins)), "")


def report(address: str, without: str) -> dict[str, dict[str, float]]:
    """By category its score of 100, and by audit those that were not passed. `without`: an audit to leave out."""
    skipped = [f"--skip-audits={without}"] if without else []
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [BIN / "node", CLI, address, "--quiet", "--output=json", f"--output-path={out.name}",
                   "--no-enable-error-reporting", f"--only-categories={','.join(KINDS)}", f"--chrome-flags={FLAGS}",
                   *skipped]
        for _ in range(TRIES):
            ran = subprocess.run(command, env={**os.environ, "CHROME_PATH": "/usr/bin/chromium"}, capture_output=True,
                                 text=True)
            if not ran.returncode:
                break
            print(f"Lighthouse gave up at {address}: {ran.stderr.strip()[-300:]}", flush=True)
        else:
            raise SystemExit("Lighthouse judges nothing here: what it said stands above.")
        told = json.loads(Path(out.name).read_text())
    return {"scores": {kind: 100 * (told["categories"][kind]["score"] or 0) for kind in KINDS},
            "missed": {name: one["score"] for name, one in told["audits"].items()
                       if one["score"] is not None and one["score"] < 0.9}}


def scores(address: str, paths: Sequence[str]) -> dict[str, dict[str, float]]:
    """By page, each the median of its runs."""
    install()
    found = {}
    for path in paths:
        runs = [report(address + path, left_out(path)) for _ in range(TIMES)]
        found[path] = {kind: median(one["scores"][kind] for one in runs) for kind in KINDS}
        print(f"Lighthouse {path}: {found[path]}, missed: {runs[-1]['missed']}", flush=True)
    return found


def table(found: dict[str, dict[str, float]]) -> list[str]:
    """A row for each page, and what it was not asked."""
    lines = ["| Lighthouse, mobile, medians of three | " + " | ".join(KINDS.values()) + " | left out |",
             "|---|" + "--:|" * len(KINDS) + "---|"]
    for path, one in found.items():
        scores = [f"{one[kind]:.0f}" if one[kind] >= LEAST else f"**{one[kind]:.0f}**" for kind in KINDS]
        lines.append(f"| `{POST.sub('/<post>', path)}` | {' | '.join(scores)} | {left_out(path) or '-'} |")
    return lines
