"""The law as a test: every cell of docs/law/visibility.md through the doors of the running application."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from petrel.core.doors import Doors
from tests.conftest import loop
from tests.visibility import expected, talked_about
from tests.visibility.asking import Asker, Seen, front
from tests.visibility.doors import DOORS, Door, Visitor
from tests.visibility.expected import CELLS, law_codes
from tests.visibility.files import plant
from tests.visibility.world import Planted, World, build

ROWS = [*law_codes.VIEWERS[:4], "bell", *law_codes.VIEWERS[4:]]


class Matrix:
    """The world, and what was found: by cell the doors that were asked, and what was wrong."""

    def __init__(self, world: World, ask: Asker) -> None:
        self.world, self.ask = world, ask
        self.checked: dict[tuple[str, str, str, str], list[str]] = {}
        self.wrong: list[str] = []
        self.seconds = 0.0

    async def run(self) -> None:
        began = time.monotonic()
        visitors = {row: Visitor(self.ask, self.world, row, self.world.viewer(row, self.world.posts[0]))
                    for row in ROWS if row != "author"}
        work = []
        for post in self.world.posts:
            for row in ROWS:
                visitor = visitors.get(row) or Visitor(self.ask, self.world, row, post.author)
                work.append(self._one(visitor, post))
        await asyncio.gather(*work)
        self.seconds = time.monotonic() - began

    async def _one(self, visitor: Visitor, post: Planted) -> None:
        for door in DOORS:
            if door.fits(visitor, post):
                self._judge(door, visitor, post, await door.see(visitor, post))

    def _judge(self, door: Door, visitor: Visitor, post: Planted, seen: Seen) -> None:
        cell = (post.state, post.audience, "follower" if visitor.row == "bell" else visitor.row, door.surface)
        self.checked.setdefault(cell, []).append(door.name)
        said = wrong(door, visitor, post, seen)
        if said:
            self.wrong.append(f"{post.state} {post.audience} {visitor.row} {door.surface} ({door.name}): {said}")


def wrong(door: Door, visitor: Visitor, post: Planted, seen: Seen) -> str:
    at = (post.state, post.audience, visitor.row, door.surface)
    letter = expected.code(*at)
    forms, why = expected.forms(*at, web=door.is_web, single=door.is_single)
    if letter in door.own:
        forms, why = door.own[letter], ""
    warned = expected.is_only_warned(*at)
    leaked = seen.marks - expected.allowed_marks(seen.form, warned=warned)
    if leaked:
        return f"LEAK of {sorted(leaked)}: seen as {seen.form}, the law says {letter}"
    if seen.form not in forms:
        return f"seen as {seen.form} {seen.why!r}, the law says {letter}: {'/'.join(sorted(forms))} {why}"
    if why and seen.why != why:
        return f"{seen.form} {seen.why!r}, should be {why!r}"
    if seen.form in ("full", "warned", "history") and "text" not in seen.marks:
        return f"shown as {seen.form} without its text"
    return ""


@pytest.fixture(scope="module")
def matrix(site: Doors, owner: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    folder = tmp_path_factory.mktemp("site")
    site.run_directory = folder / "run"      # exports lie beside it
    site.run_directory.mkdir()
    yield loop().run_until_complete(_made(site, owner, folder))
    site.run_directory = None


async def _made(site: Doors, owner: Any, folder: Path) -> Matrix:
    kinds = [(s, a) for s in law_codes.STATES for a in law_codes.AUDIENCES]
    began = time.monotonic()
    world = await build(site, owner, kinds)
    print(f"world built in {time.monotonic() - began:.1f} s")
    world.files = await plant(owner, world, folder)
    await talked_about.plant(owner, world.posts)
    made = Matrix(world, await front(folder))
    await made.run()
    return made


def test_every_cell_of_the_law_is_what_its_doors_show(matrix: Matrix) -> None:
    rate = len(matrix.checked) / matrix.seconds
    doors = sum(len(names) for names in matrix.checked.values())
    unfound = [c for c in matrix.checked if (c[1], c[3]) == expected.NOT_FOUND_YET and CELLS[c] not in "N."]
    print(f"{len(matrix.checked)} cells checked through {len(DOORS)} doors in {matrix.seconds:.1f} s "
          f"({rate:.0f} cells/s, {doors} looks, {matrix.ask.asked} requests); "
          f"{len(unfound)} that no search of messages finds yet")
    assert not matrix.wrong, f"{len(matrix.wrong)} looks: " + "; ".join(matrix.wrong[:20])
    assert matrix.checked.keys() == CELLS.keys() and len(CELLS) == 9072
    assert len(unfound) == 24, "cells of direct messages that no search finds yet"
