"""`petrel archives` as somebody of the crew meets it."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from click.testing import CliRunner, Result

from petrel.cli.archives import archives
from tests.conftest import loop
from tests.features.archives.packing import note, outbox, zipped
from tests.people import people


def run(*args: str, input: str | None = None) -> Result:
    def call(_now: Any, work: Any, _say: Any) -> Any:
        return loop().run_until_complete(work())

    wiring: Any = SimpleNamespace(settings=lambda data: None, call=call)
    return CliRunner().invoke(archives, list(args), obj=wiring, input=input, catch_exceptions=False)


def test_an_archive_is_looked_at_taken_listed_and_taken_back(site: Any, tmp_path: Path) -> None:
    asyncio.set_event_loop(loop())
    loop().run_until_complete(people("clerk"))
    path = str(zipped(tmp_path, outbox([note(1, "<p>one</p>"), note(2, "<p>x</p>", to=[], cc=[])])))

    looked = run("import", "@clerk", path, "--dry-run")
    assert looked.exit_code == 0 and "What would be taken into @clerk from this archive of @ada@old" in looked.output
    assert "        1  posts\n" in looked.stdout and "messages left out: direct messages stay private" in looked.stdout
    assert "number" in run("list", "clerk").stdout and "done" not in run("list", "clerk").stdout

    taken = json.loads(run("import", "clerk", path, "--json", "--at-once").stdout)
    assert taken["archive"] == "@ada@old.example" and taken["taken"] == {"posts": 1}
    assert "done" in run("list", "clerk").stdout

    number = str(taken["import"])
    assert run("undo", number, input="n\n").exit_code == 1
    assert "done" in run("list", "clerk").stdout
    assert "1 posts were deleted." in run("undo", number, "--yes").stdout
    assert "undone" in run("list", "clerk").stdout
