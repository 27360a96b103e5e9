"""Makes a virtual environment with pip in it, also where Debian has split `ensurepip` off into a package.

Then pip's own wheel is fetched from the package index that PIP_INDEX_URL names, and its digest compared with the one
written here. Standard library only: there is nothing else yet.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path
from urllib.parse import urljoin

WHEEL = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
NO_PIP = """\
This Python cannot make a virtual environment with pip in it. Either install what is missing (on Debian and Ubuntu:
the package python3-venv), or set PIP_INDEX_URL to your package index, and pip will be fetched from there."""


def main() -> None:
    place = Path(sys.argv[1])
    try:
        venv.EnvBuilder(with_pip=True).create(place)
    except (subprocess.CalledProcessError, ImportError):
        venv.EnvBuilder(with_pip=False, clear=True).create(place)
        _bring_pip(place)


def _bring_pip(place: Path) -> None:
    index = os.environ.get("PIP_INDEX_URL")
    if not index:
        sys.exit(NO_PIP)
    page_url = index.rstrip("/") + "/pip/"
    with urllib.request.urlopen(page_url, timeout=60) as page:  # noqa: S310
        links = re.findall(r'href="([^"]+)"', page.read().decode())
    link = next(urljoin(page_url, one) for one in links if f"/{WHEEL}" in one)
    with urllib.request.urlopen(link, timeout=60) as answer:  # noqa: S310
        wheel = answer.read()
    if hashlib.sha256(wheel).hexdigest() != SHA256:
        sys.exit(f"{link} is not the file that was expected.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WHEEL
        path.write_bytes(wheel)
        subprocess.run([place / "bin" / "python", f"{path}/pip", "install", "--quiet", "--no-index", path], check=True)


if __name__ == "__main__":
    main()
