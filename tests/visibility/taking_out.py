"""An export as its owner opens it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from petrel.core import sealed_file
from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import privacy
from tests.visibility.asking import Asker
from tests.visibility.world import Person


async def exported(ask: Asker, person: Person, read: Callable[[str], Any]) -> Any:
    """What `read` makes of the text of all its files."""
    async with ask.some_exports:
        async with writing(System("tests"), cause="tests") as w:
            number = await privacy.exporting.ask(w, person.id)
        await privacy.exporting.make(person.id, number)
        async with reading(person.browser) as r:
            done = await privacy.exporting.open_own(r, number)
        ask.asked += 1
    plain = b"".join(sealed_file.read(done.path, done.key, done.id))
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        return read("\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist()))
