"""Makes a virtual environment with pip in it, also where Debian has split `ensurepip` off into a package.

Then pip's own wheel is fetched from the package index (PIP_INDEX_URL, else the one pip itself would take), and its
digest compared with the one written here. Standard library only: there is nothing else yet.
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
INDEX = "https://pypi.org/simple"


def main() -> None:
    place = Path(sys.argv[1])
    try:
        venv.EnvBuilder(with_pip=True).create(place)
    except (subprocess.CalledProcessError, ImportError):
        venv.EnvBuilder(with_pip=False, clear=True).create(place)
        _bring_pip(place)


def _bring_pip(place: Path) -> None:
    page_url = os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/") + "/pip/"
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
