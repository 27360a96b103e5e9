"""What somebody reads off the console, the doctor and a runbook: commands to type, in the order in which they stand."""

import re
from collections.abc import Iterator, Sequence

import click

from petrel.cli import petrel

Words = tuple[str, ...]
STEP_HEADINGS = ("Is it this?", "What to do")
PLACEHOLDER = re.compile(r"[A-Z][A-Z-]+")


def commands(text: str) -> list[Words]:
    """Each `petrel NOUN ...` in a sentence, as far as the command line knows such words; without "petrel". Pure."""
    return list(_found(text))


def _found(text: str) -> Iterator[Words]:
    context = click.Context(petrel)
    for part in re.split(r"\bpetrel (?=[a-z])", text)[1:]:
        words = part.split()
        noun = _plain(words[0])
        command = petrel.get_command(context, noun)
        taken = [noun]
        rest = words[1:]
        if isinstance(command, click.Group):
            verb = command.get_command(context, _plain(rest[0])) if rest and not _ends(words[0]) else None
            if verb is None:
                if command.invoke_without_command:
                    yield (noun,)
                continue
            taken.append(_plain(rest[0]))
            command, rest = verb, rest[1:] if not _ends(rest[0]) else []
        if command is not None and (more := _arguments(command, rest)) is not None:
            yield (*taken, *more)


def _arguments(command: click.Command, words: Sequence[str]) -> list[str] | None:
    """As many words as it takes; None where one that it needs is missing."""
    needed = [one for one in command.params if isinstance(one, click.Argument) and one.required]
    flags = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
    taken, left, at = list[str](), len(needed), 0
    while at < len(words):
        word = words[at]
        if (flag := flags.get(_plain(word))) is not None:
            taken.append(_plain(word))
            if not flag.is_flag:
                at += 1
                if at == len(words):
                    return None
                taken.append(_plain(words[at]))
        elif left:
            taken.append(_plain(word))
            left -= 1
        else:
            break
        if _ends(word):
            break
        at += 1
    return taken if not left else None


def _plain(word: str) -> str:
    return word.strip("`.,;:()\"'")


def _ends(word: str) -> bool:
    """A sentence, or what is typed, ends with it."""
    return word[-1:] in "`.,;:)"


def only_looks(words: Words) -> bool:
    """Whether nothing changes by it, as far as the words say."""
    return words[0] == "doctor" or words[-1] in ("list", "show", "dead", "check", "verify", "queue", "sessions")


def filled(words: Words, known: dict[str, str]) -> Words | None:
    """With what the reader knows in the place of capitals; None where they do not."""
    found = []
    for word in words:
        if PLACEHOLDER.fullmatch(word):
            if word not in known:
                return None
            word = known[word]
        found.append(word)
    return tuple(found)
