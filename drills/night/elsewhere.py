"""Another host: the watcher as an operator copies it there, with nothing of Petrel beside it; its status page is a file
of its own, and it tells by a way of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from petrel.ops.drills import Broken, Site

EVERY_S = 5
NOWHERE = "http://127.0.0.1:9/"
"""In place of the registry: a drill asks nobody outside."""


class Elsewhere:
    def __init__(self, folder: Path, webhook: str) -> None:
        self._folder, self._webhook = folder, webhook
        self._process: asyncio.subprocess.Process | None = None

    async def begin(self, site: Site) -> None:
        """Until the block of `elsewhere` ends, longer than the site. Errors: Broken."""
        (copied, program), (told, key) = await site.petrel_elsewhere("watch", "copy"), \
            await site.petrel("watch", "key", "--json")
        if copied or told:
            raise Broken(f"the watcher could not be copied: {program[-200:]} {key}")
        self._folder.mkdir()
        (self._folder / "watch.py").write_text(program)
        (self._folder / "watch.toml").write_text(
            f'site = "{site.address}"\nkey = "{json.loads(key)["key"]}"\nstate = "{self._folder}/state"\n'
            f'page = "{self._folder}/page"\nwebhook = ["{self._webhook}"]\nevery_s = {EVERY_S}\nrdap = "{NOWHERE}"\n')
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(self._folder / "watch.py"), str(self._folder / "watch.toml"), env={},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL)

    async def until_page(self, *words: str, within_s: float) -> bool:
        """Whether the status page came to hold all of them."""
        for _ in range(round(within_s / 0.5)):
            if all(word in self._page() for word in words):
                return True
            await asyncio.sleep(0.5)
        return False

    def _page(self) -> str:
        try:
            return (self._folder / "page" / "index.html").read_text()
        except OSError:
            return ""

    async def end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def elsewhere(folder: Path, webhook: str) -> AsyncIterator[Elsewhere]:
    one = Elsewhere(folder, webhook)
    try:
        yield one
    finally:
        await one.end()
