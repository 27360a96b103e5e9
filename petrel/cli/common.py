"""What every command does alike: the data directory, JSON or text, messages on standard error."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec

SAY_EVERY_S = 2.0
MB = 1_000_000
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


def progress(left_s: Callable[[str, float], float] = lambda _what, _share: 0.0) -> Callable[[str, int, int], None]:
    """Says what is beginning and how much that is, and how far it is, every two seconds. `left_s`: for how long it goes
    on, 0 where nobody knows."""
    said_s = time.monotonic()

    def told(what: str, done: int, expected: int) -> None:
        nonlocal said_s
        if done == 0 and expected:
            say(f"{what}: about {expected / MB:.0f} MB")
        elif time.monotonic() - said_s >= SAY_EVERY_S:
            said_s = time.monotonic()
            share = f" of about {expected / MB:.0f} ({min(99, 100 * done // expected)} %)" if expected else ""
            more_s = left_s(what, done / expected) if expected else 0.0
            say(f"{what}: {done / MB:.0f} MB{share}{f', {more_s:.0f} s more' if more_s else ''}")
    return told
