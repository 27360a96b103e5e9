"""Runbooks: a page for each safeguard of which something is built, and every command in them can be typed today.

Each is parsed by the command line with all its arguments. Settings are set in a scratch directory, kinds, surfaces and
names are looked up, and what only looks is run against a site.
"""

import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from petrel import cli, settings
from petrel.core import surfaces
from petrel.core.errors import NotFound
from petrel.ops import access, drills, safeguards
from petrel.ops.safeguards.runbooks import FOLDER, parse, runbook
from petrel.program import Program
from tests.conftest import loop

BUILT = sorted(name for name, one in safeguards.safeguards().items() if one.built)
SECTIONS = ["Is it this?", "What to do", "What to say", "A second person"]
STANDS_FOR = {"NUMBER": "1", "POST": "1", "HANDLE": "anna", "NAME": "home", "YOUR-OWN-ADDRESS": "a@example.org",
              "FILE": __file__, "FOLDER": str(Path(__file__).parent)}
LOOKS = {"access list", "alerts list", "alerts rules", "changes list", "changes narrow",
         "changes suspects", "deletions list", "flags list", "jobs dead",
         "jobs list", "journal show", "media known list", "policy show", "privacy breach list", "privacy retention",
         "signup show", "stranger show", "surfaces list", "waiting", "accounts list", "costs", "mail dns", "media show",
         "certificates show", "disk show", "rescue status", "rescue instructions"}
"""What changes nothing, whenever it is run."""


def steps() -> list[tuple[str, str]]:
    return [(name, step) for name in BUILT for step in runbook(name).steps]


def typed(step: str) -> list[str]:
    words = shlex.split(step)[1:]
    return [STANDS_FOR.get(word, word) for word in words]


def parsed(words: list[str], command: click.Command = cli.petrel, way: str = "") -> tuple[str, dict[str, Any]]:
    """(the command's name, its parameters). Errors: click.UsageError, an argument that is missing among them."""
    ctx = command.make_context(way or "petrel", list(words))
    rest = [*ctx._protected_args, *ctx.args] if isinstance(command, click.Group) else []
    if not isinstance(command, click.Group) or (command.invoke_without_command and not rest):
        return way, ctx.params
    inner = command.get_command(ctx, rest[0]) if rest else None
    if inner is None:
        raise click.UsageError(f"there is no {' '.join(rest[:1]) or 'command'} in {way or 'petrel'}")
    return parsed(rest[1:], inner, f"{way} {rest[0]}".strip())


def fault(step: str, scratch: Path) -> str:
    """Why this step cannot be taken today; "" when it can."""
    try:
        name, given = parsed(typed(step))
    except click.UsageError as e:
        return e.format_message()
    if name == "settings set" and given["value"] != "...":
        try:
            settings.write(scratch, given["name"], given["value"])
        except Exception as e:
            return str(e)
    if name == "access ask":
        kind = access.KINDS.get(given["kind"])
        said = {one.partition("=")[0] for one in given["what"]}
        return "" if kind is not None and said == set(kind.fields) else f"access knows no {given['kind']} with {said}"
    if name == "surfaces close" and given["name"] not in surfaces.SURFACES:
        return f"there is no surface {given['name']}"
    if name == "drill" and given["name"] not in drills.names():
        return f"there is no drill {given['name']}"
    if name.startswith("safeguards") and given.get("name", "dns") not in BUILT:
        return f"there is no safeguard {given['name']}"
    return ""


def test_there_is_a_page_for_each_and_for_nothing_else() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == BUILT
    for name in BUILT:
        book = runbook(name)
        assert book.title and [one.lines[0] for one in book.blocks if one.kind == "heading"] == SECTIONS, name
        assert book.steps, f"{name}: nothing to type"
        assert len((FOLDER / f"{name}.md").read_text().splitlines()) < 80, f"{name}: nobody reads so much at night"


def test_every_step_can_be_taken_today(tmp_path: Path) -> None:
    assert [f"{name}: {step}: {why}" for name, step in steps() if (why := fault(step, tmp_path))] == []


@pytest.mark.parametrize("step, why", [
    ("petrel alerts quieten 1", "there is no quieten"), ("petrel alerts quiet", "NUMBER"),
    ("petrel disk show --fast", "No such option"), ("petrel settings set media_store disk", "disk"),
    ("petrel settings set media_stor directory", "no setting media_stor"), ("petrel drill flood", "no drill flood"),
    ("petrel surfaces close kitchen --reason x", "no surface kitchen"), ("petrel safeguards show burst", "burst"),
    ("petrel access ask surface.open name=x --reason y --as z", "knows no surface.open"), ("petrel doktor", "doktor"),
])
def test_a_planted_wrong_step_is_found(tmp_path: Path, step: str, why: str) -> None:
    assert why in fault(step, tmp_path)


class Open(Program):
    """The program over doors that are open already."""

    def call(self, now: Any, work: Any, say: Any) -> Any:
        return loop().run_until_complete(work())


def test_what_only_looks_is_run_against_a_site(site: Any, tmp_path: Path) -> None:
    looked = {step: given for step in sorted({step for _, step in steps()})
              for name, given in [parsed(typed(step))] if name in LOOKS}
    assert len(looked) > 20
    for step, given in looked.items():
        data = ["--data", str(tmp_path)] if "data" in given else []
        done = CliRunner().invoke(cli.petrel, [*typed(step), *data], obj=Open())
        crashed = done.exception is not None and not isinstance(done.exception, SystemExit)
        assert not crashed and "Usage:" not in done.output, f"{step}: {done.exit_code} {done.output} {done.exception!r}"


def test_a_page_is_read_as_it_is_written() -> None:
    book = parse("x", "# Full\n\nMembers wait,\nthen [more](../handbook/a.md).\n\n## Is it this?\n\n    petrel doctor\n"
                      "    df -h\n\n- one\n- two\n  and more\n")
    assert (book.title, book.steps) == ("Full", ("petrel doctor",))
    assert [(one.kind, one.lines) for one in book.blocks] == [
        ("words", ("Members wait, then [more](../handbook/a.md).",)), ("heading", ("Is it this?",)),
        ("typed", ("petrel doctor", "df -h")), ("items", ("one", "two and more"))]
    for name in ("no-such", "../handbook/move", "region-lost"):
        with pytest.raises(NotFound):
            runbook(name)
