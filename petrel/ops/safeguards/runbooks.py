"""Runbooks: docs/runbooks/NAME.md, one page for each safeguard of which something is built.

A part of Markdown: a title, headings, paragraphs, lists, and blocks of commands that stand four spaces in, as in the
handbook. Pure but for reading the file.
"""

import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from petrel.core.errors import NotFound
from petrel.storage.build import ROOT

FOLDER = ROOT / "docs" / "runbooks"
_LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


class Block(Struct, frozen=True):
    """`lines`: one for headings and paragraphs; items of a list; what is typed."""

    kind: Literal["heading", "words", "items", "typed"]
    lines: tuple[str, ...]


class Runbook(Struct, frozen=True):
    """`title`: as a member would say it."""

    name: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The commands of Petrel, in order, as they are typed."""
        return tuple(line for one in self.blocks if one.kind == "typed" for line in one.lines
                     if line.startswith("petrel "))


def runbook(name: str, folder: Path = FOLDER) -> Runbook:
    """Errors: NotFound."""
    path = folder / f"{name}.md"
    if "/" in name or not path.is_file():
        raise NotFound(f"There is no runbook {name}: docs/runbooks/ of the release has them all.")
    return parse(name, path.read_text())


def parse(name: str, text: str) -> Runbook:
    blocks: list[Block] = []
    title = ""
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.splitlines()
        if lines[0].startswith("# "):
            title = lines[0].removeprefix("# ")
        elif lines[0].startswith("## "):
            blocks.append(Block("heading", (lines[0].removeprefix("## "),)))
        elif all(line.startswith("    ") for line in lines):
            blocks.append(Block("typed", tuple(line[4:] for line in lines)))
        elif lines[0].startswith("- "):
            blocks.append(Block("items", tuple(_flat(one) for one in re.split(r"(?:^|\n)- ", part)[1:])))
        else:
            blocks.append(Block("words", (_flat(part),)))
    return Runbook(name, title, tuple(blocks))


def _flat(text: str) -> str:
    """On one line. Links become the path that they lead to, beside their words."""
    return _LINK.sub(lambda link: f"{link[1]} (`{link[2].removeprefix('../')}`)", " ".join(text.split()))
