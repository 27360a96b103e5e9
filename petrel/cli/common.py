"""What every command does alike: the data directory, JSON or text, messages on standard error."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec

F = TypeVar("F", bound=Callable[..., Any])

with_data = click.option("--data", metavar="DIR", help="Data directory of the site.  [default: petrel-data]")
with_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def say(line: str) -> None:
    """For people, beside the result: standard error."""
    click.echo(line, err=True)


def put(result: Any, text: str | Callable[[], str], as_json: bool) -> None:
    """Prints the result as JSON, or its text for people."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(result, enc_hook=str), indent=2).decode())
    else:
        shown = text() if callable(text) else text
        if shown:
            click.echo(shown)


def table(rows: list[tuple[Any, ...]], head: tuple[str, ...]) -> str:
    """Columns wide enough for what is in them."""
    lines = [tuple("" if cell is None else str(cell) for cell in row) for row in (head, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
                     for line in lines)
