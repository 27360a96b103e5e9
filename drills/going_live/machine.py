"""The site on a host of its own, run with the commands that an administrator gives there."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from petrel.ops.drills import Broken, Site
from petrel.ops.drills.site import START_S, STOP_S, environment
from petrel.storage.build import ROOT


class Machine:
    """`space`: its network namespace. `root`: where the release stands whose commands are given. `site` while it is
    up."""

    def __init__(self, space: str, data: Path, settings: Mapping[str, str], root: Path = ROOT) -> None:
        self.space, self.data, self.root = space, data, root
        self._settings = dict(settings)
        self.site: Site | None = None

    def _command(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.space, sys.executable, "-P", "-m", "petrel", *words]

    def _environment(self, root: Path) -> dict[str, str]:
        """Limits are a setting of the site itself here, so that they can be put on while it runs; and version N knows
        nothing of ballast and of link cards: it would refuse settings that it does not know."""
        ours = environment(self._settings, root)
        for name in ("PETREL_RATE_LIMITS", "PETREL_BALLAST_MIB", "PETREL_LINK_CARDS"):
            ours.pop(name)
        return ours

    async def petrel(self, *words: str, root: Path | None = None) -> str:
        """What it printed. Errors: Broken, when it ended otherwise than well."""
        process = await asyncio.create_subprocess_exec(
            *self._command(*words), cwd=root or self.root, env=self._environment(root or self.root),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, wrong = await process.communicate()
        if process.returncode:
            raise Broken(f"petrel {' '.join(words[:2])} ended with {process.returncode}: "
                         f"{(wrong + out).decode(errors='replace')[-1500:]}")
        return out.decode(errors="replace")

    async def ask(self, script: Path, asked: object) -> Any:
        """What a script answers that is run with the program of this machine. Errors: Broken."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(script), str(self.data), cwd=self.root, env=self._environment(self.root),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, wrong = await process.communicate(json.dumps(asked).encode())
        if process.returncode:
            raise Broken(f"{script.name}: {wrong.decode(errors='replace')[-1500:]}")
        return json.loads(out.splitlines()[-1])

    async def on_site(self, *words: str, root: Path | None = None) -> str:
        return await self.petrel(*words, "--data", str(self.data), root=root)

    async def up(self) -> Site:
        """Errors: Broken, when it does not come up."""
        console = self.data.with_name(self.data.name + ".console")
        with console.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self._command("up", "--data", str(self.data)), cwd=self.root,
                env=self._environment(self.root), stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True)
        self.site = site = Site(self.data, process, console)
        await site.until(lambda: (s := site.status()) is not None and s.state == "ready", START_S, "the site to start")
        return site

    def family(self) -> list[psutil.Process]:
        """The supervisor, and all that descends from it."""
        if self.site is None:
            return []
        with suppress(psutil.NoSuchProcess):
            supervisor = psutil.Process(self.site.process.pid)
            return [supervisor, *supervisor.children(recursive=True)]
        return []

    async def down(self) -> None:
        """As an administrator stops it."""
        if self.site is not None:
            self.site.process.terminate()
            await asyncio.wait_for(self.site.process.wait(), STOP_S)
            self.site = None

    async def destroy(self) -> None:
        """Every process of it at once: nobody can tidy up."""
        if self.site is None:
            return
        family = self.family()
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        await self.site.process.wait()
        await asyncio.to_thread(psutil.wait_procs, family, 10)
        self.site = None


def detach(place: Path) -> None:
    """The disk is gone with its host."""
    subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)
