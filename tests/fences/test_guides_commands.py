"""What the guides tell to type can be typed: each `petrel ...` in them is parsed by the command line itself."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from petrel import settings
from petrel.cli import petrel

ROOT = Path(__file__).parents[2]
GUIDES = sorted([ROOT / "README.md", ROOT / "docs/operating.md", *ROOT.glob("docs/handbook/*.md"),
                 *ROOT.glob("docs/runbooks/*.md"), *ROOT.glob("docs/flows/*.md")])
IN_FULL = ("README.md", "docs/handbook", "docs/runbooks")
"""Here a command has the options that it cannot do without. Arguments may be missing, where it is only named."""
NOT_COMMANDS = ("petrel unix - n n - - pipe", "flags=DRhu user=petrel")           # lines of other programs
CALLED = re.compile(r"(?:^|\s|/bin/)(?:petrel|\$new) (?=-{0,2}\w)")
SPAN = re.compile(r"`(?:\$new|petrel)\s([\w-][^`]*)`")


def commands(text: str) -> Iterator[str]:
    """Those of blocks line by line, and those that a code span begins with."""
    for paragraph in re.split(r"\n\s*\n", re.sub(r"^```.*$", "\n", text, flags=re.M)):
        lines = [line for line in paragraph.replace("\\\n", " ").splitlines() if line.strip()]
        if not all(line.startswith("    ") for line in lines) or "`" in paragraph:
            yield from (" ".join(found.split()) for found in SPAN.findall(paragraph))
            continue
        for line in lines:
            if not line.strip().startswith(NOT_COMMANDS):
                yield from (line[found.end():].strip() for found in [*CALLED.finditer(line)][-1:])


def fault(command: str, *, in_full: bool) -> str:
    """Why this cannot be typed; "" when it can."""
    plain = re.sub(r"\s[|>;&].*|\[[^]]*\]", "", command).replace("NUMBER", "1")
    typed = shlex.split(plain, comments=True)
    said = ""
    for filled in ([one for one in typed if one != "..."], ["x" if one == "..." else one for one in typed]):
        try:
            _parse(petrel, filled)
            return ""
        except click.MissingParameter as e:
            said = e.format_message() if in_full and isinstance(e.param, click.Option) else ""
        except click.UsageError as e:
            said = e.format_message()
            if any(f"'{word}'" in said for word in filled if word.isupper() or word.startswith("@")):
                return ""                                           # it stands for something of the right kind
        if not said:
            break
    return said


def _parse(command: click.Command, words: list[str]) -> None:
    """Errors: click.UsageError."""
    if not words:
        return                                                      # it is only named
    try:
        ctx = command.make_context("petrel", list(words))
    except click.exceptions.Exit:
        return                                                      # --help, --version
    if isinstance(command, click.Group):
        rest = [*ctx._protected_args, *ctx.args]
        for name in re.split("[,|]", rest[0]) if rest else ():
            if (inner := command.get_command(ctx, name)) is None:
                raise click.UsageError(f"there is no {name}")
            _parse(inner, rest[1:])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_guide_tells_to_type_can_be_typed(guide: Path) -> None:
    in_full = str(guide.relative_to(ROOT)).startswith(IN_FULL)
    assert [f"petrel {one}: {why}" for one in commands(guide.read_text()) if (why := fault(one, in_full=in_full))] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_guide_sets_is_a_setting(guide: Path) -> None:
    known = {field.name for field in settings.fields()} | {"NAME"}
    found = [one.split()[2] for one in commands(guide.read_text()) if one.startswith("settings set ")]
    assert sorted(set(found) - known) == []


def test_commands_are_found_in_blocks_and_spans() -> None:
    text = ("Say `petrel up`, or\n\n    sudo petrel jobs dead | cat\n    runuser -u petrel -- $new doctor\n\nand "
            "`petrel`, or `petrel\ndisk show`.\n```\n    petrel init\n```\n")
    assert sorted(commands(text)) == ["disk show", "doctor", "init", "jobs dead | cat", "up"]


@pytest.mark.parametrize(("planted", "says"), [
    ("backup create", "there is no backup"), ("backups make", "there is no make"),
    ("signup undo --dry", "No such option"), ("access refuse NUMBER", "--as"),
    ("signup undo --since yesterday", "yesterday")])
def test_a_planted_wrong_one_is_found(planted: str, says: str) -> None:
    assert says in fault(planted, in_full=True)
