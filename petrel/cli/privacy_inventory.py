"""`petrel privacy inventory`: the complete record of what is kept of people, grouped by what for."""

from html import escape
from pathlib import Path
from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Record of processing activities</title>
<style>body{{font:1rem/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}}
table{{border-collapse:collapse;width:100%;font-size:.85rem}}
td,th{{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ccc;
overflow-wrap:anywhere}}</style>
<h1>Record of processing activities</h1>
{}
</html>
"""


@click.command()
@click.option("--html", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it as a page, to print.")
@with_data
@with_json
@click.pass_obj
def inventory(wiring: Wiring, file: Path | None, data: str | None, as_json: bool) -> None:
    """What is kept of people, by what for: every column, whose, for how long, how it is erased, where it may go."""
    from petrel.core.doors import reading
    from petrel.core.inventory import Line
    from petrel.core.viewer import System
    from petrel.features import privacy

    async def work() -> dict[str, Line]:
        async with reading(System("cli")) as r:
            return await privacy.reach.lines_of(r)

    lines = wiring.call(wiring.settings(data), work, say)
    groups = [(group, [(name, line) for name, line in lines.items()
                       if line.purpose == group.purpose and line.of.subject in privacy.reach.PEOPLE])
              for group in privacy.record.groups(lines)]
    if file is not None:
        file.write_text(PAGE.format("\n".join(_section(group, some) for group, some in groups)), encoding="utf-8")
        say(f"Written to {file}.")
        return
    rows = [(name, group.purpose, line.what, line.kept.text, ", ".join(line.erased.ways))
            for group, some in groups for name, line in some]
    put({group.title: dict(some) for group, some in groups},
        lambda: table(rows, ("column", "for", "what", "kept", "erased")), as_json)


def _section(group: Any, some: list[tuple[str, Any]]) -> str:
    head = "<tr><th>Column<th>What<th>Of<th>Kept<th>Erased<th>May leave</tr>"
    rows = "".join(f"<tr><td>{escape(name)}<td>{escape(line.what)}<td>{escape(line.of.subject)}"
                   f"<td>{escape(line.kept.text)}<td>{escape(', '.join(line.erased.ways))}"
                   f"<td>{escape(line.leaves)}</tr>"
                   for name, line in some)
    return (f"<h2>{escape(group.title)}</h2><p>{escape(group.why.capitalize())}. Seen by: {escape(group.who)}.</p>"
            f"<table>{head}{rows}</table>")
