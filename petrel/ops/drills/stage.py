"""What a drill stands on: a scratch directory, a site of its own, people, and a way to say what goes on."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from petrel.ops.drills.site import Site, private_site
from petrel.storage.build import ROOT

Say = Callable[[str], None]
OpenDoors = Callable[[Path], AbstractAsyncContextManager[object]]


class Stage:
    """`sabotage`: whether the drill has to switch its protection off. `say`: for people, beside the result."""

    def __init__(self, folder: Path, open_doors: OpenDoors, say: Say, *, sabotage: bool) -> None:
        self.folder = folder
        self.sabotage = sabotage
        self.say = say
        self._open_doors = open_doors

    @asynccontextmanager
    async def site(self, program: Sequence[str] = ("petrel",),
                   settings: Mapping[str, str] | None = None, root: Path = ROOT) -> AsyncIterator[Site]:
        """The private site, started; everything of it is stopped when the block ends. A second block finds it as the
        first has left it; with another `root` it is run by another build. Errors: Broken."""
        self.say("Starting a private site ...")
        async with private_site(self.folder / "site", program, settings, root) as site:
            yield site
            self.say("Stopping it ...")

    def doors(self, site: Site) -> AbstractAsyncContextManager[object]:
        """The doors of the private site, opened in this process: to make people and to plant."""
        return self._open_doors(site.data)
