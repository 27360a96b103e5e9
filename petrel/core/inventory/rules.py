"""The grammar of the inventory, and what is wrong with one. Pure.

    what: WORDS; of: WHOSE; for: PURPOSE; kept: TERM; erased: WAY[, WAY]; leaves: WHERE[; key: KEY]

    WHOSE    account|author|both by COLUMN[, COLUMN] | account|author of SCHEMA.TABLE by COLUMN | site | nobody
    TERM     with THING | N days|hours after WORDS | until WORDS | always
    KEY      COLUMN, whose number the key has in the keyring | secret NAME, one of the site's for all rows
    PURPOSE, WAY and WHERE are words of shapes.py. " (not built)" after a TERM or the WAYs: promised, and done by
    no code yet.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from petrel.core.inventory.shapes import (
    LEAVES,
    PURPOSES,
    SUBJECTS,
    WAYS,
    Erasure,
    Line,
    Term,
    Unreadable,
    Whose,
)

PARTS = ("what", "of", "for", "kept", "erased", "leaves")
PEOPLE = ("account", "author", "both")
THINGS = ("account", "app", "collection", "filter", "folder", "list", "mark", "message", "object", "post", "relation",
          "tag")
NOT_BUILT = " (not built)"
SHARED = "secret "

_column = r"[a-z][a-z0-9_]*"
_whose = re.compile(
    rf"(account|author|both)( of (?P<table>{_column}\.{_column}))? by (?P<columns>{_column}(, {_column})*)")
_days = re.compile(r"(\d{1,5}) (days?|hours?) after \w.*")
_until = re.compile(r"until \w.*")


def parse(comment: str) -> Line:
    """Errors: Unreadable, saying where."""
    parts = _parts(comment)
    return Line(what=parts["what"], of=_of(parts["of"]), purpose=_word(parts["for"], PURPOSES, "for"),
                kept=_term(parts["kept"]), erased=_erasure(parts["erased"]),
                leaves=_word(parts["leaves"], LEAVES, "leaves"), key=parts.get("key"))


def _parts(comment: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in comment.split("; "):
        name, colon, value = part.partition(": ")
        if not colon or not value.strip() or name in found:
            raise Unreadable(f"`{part}` is not `name: value`, or comes twice")
        found[name] = value
    if tuple(found) not in (PARTS, (*PARTS, "key")):
        raise Unreadable(f"the parts are {', '.join(found)}; they must be {', '.join(PARTS)} and perhaps key")
    return found


def _word(text: str, words: Mapping[str, str], part: str) -> str:
    if text not in words:
        raise Unreadable(f"{part}: {text}: known are {', '.join(words)}")
    return text


def _of(text: str) -> Whose:
    if text in ("site", "nobody"):
        return Whose(text)
    match = _whose.fullmatch(text)
    if match is None:
        raise Unreadable(f"of: {text}: say `{'|'.join(SUBJECTS)}`, and for people `by COLUMN`")
    return Whose(text.split(" ")[0], tuple(match["columns"].split(", ")), match["table"])


def _term(text: str) -> Term:
    is_built, text = not text.endswith(NOT_BUILT), text.removesuffix(NOT_BUILT)
    if match := _days.fullmatch(text):
        count, unit = int(match[1]), match[2]
        return Term(text, count if unit.startswith("day") else -(-count // 24), is_built)
    if text == "always" or _until.fullmatch(text) or (text.startswith("with ") and text[5:] in THINGS):
        return Term(text, None, is_built)
    raise Unreadable(f"kept: {text}: say `with {'|'.join(THINGS)}`, `N days after ...`, `until ...` or `always`")


def _erasure(text: str) -> Erasure:
    is_built, text = not text.endswith(NOT_BUILT), text.removesuffix(NOT_BUILT)
    return Erasure(tuple(_word(way, WAYS, "erased") for way in text.split(", ")), is_built)


def by_subject(lines: Mapping[str, Line]) -> dict[str, list[str]]:
    """Columns by whose they are, every subject named."""
    return {subject: [name for name, line in lines.items() if line.of.subject == subject] for subject in SUBJECTS}


def faults(columns: Iterable[tuple[str, str]], lines: Mapping[str, Line]) -> list[str]:
    """What is not true of these lines, by full name; `columns` are all there are, as (schema.table, column)."""
    tables: dict[str, set[str]] = {}
    for table, column in columns:
        tables.setdefault(table, set()).add(column)
    found = []
    for name, line in lines.items():
        table, _, column = name.rpartition(".")
        found += [f"{name}: {text}" for text in _faults(table, column, line, tables)]
    return found


def _faults(table: str, column: str, line: Line, tables: Mapping[str, set[str]]) -> Sequence[str]:
    here = tables.get(table, set())
    found = [f"of: there is no column {one} beside it" for one in line.of.columns if one not in here]
    if line.of.table is not None and line.of.table not in tables:
        found.append(f"of: there is no table {line.of.table}")
    if line.key is not None and not line.key.startswith(SHARED) and line.key not in here:
        found.append(f"key: there is no column {line.key} beside it")
    found += _sealing_faults(line) if column.startswith("sealed") else _plain_faults(line)
    if line.of.subject in PEOPLE:
        if "never" in line.erased.ways:
            found.append("is about somebody, so it cannot stay for ever")
        if line.kept.text == "always" and not {"link", "emptied"} & set(line.erased.ways):
            found.append("is about somebody, so it is not kept always")
    return found


def _sealing_faults(line: Line) -> list[str]:
    found = [] if line.key is not None else ["is sealed, and no key is named"]
    if (line.key or "").startswith(SHARED) and "key" in line.erased.ways:
        found.append("shares its key with others, so that cannot erase it")
    return found if line.leaves in ("sealed", "no") else [*found, "is sealed: it leaves as ciphertext or not at all"]


def _plain_faults(line: Line) -> list[str]:
    is_sealed = line.key is not None or "key" in line.erased.ways or line.leaves == "sealed"
    return ["is not sealed, so no key opens or erases it"] if is_sealed else []
