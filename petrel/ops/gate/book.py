"""`tests/gate.json`: what a run may not fall below, and whose failures do not count until when.

It lies beside the tests and changes with them, so that whoever reads a change sees what it gives up.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.ops.gate.shapes import Book, Floor, Quarantined

FILE = "tests/gate.json"
COUNTERS = {"collected": 1.0, "executed": 0.995, "asserted": 0.99}
"""With the share of a count that a floor is: a test may find this machine too busy, and some assertions are reached
only by what is generated or waited for."""

LONGEST = timedelta(days=30)

GUARDS = ("tests/visibility/", "tests/fences/", "tests/features/deletions/", "tests/features/messages/",
          "tests/features/privacy/", "tests/ops/access/", "tests/ops/stranger/", "tests/ops/policy/",
          "tests/ops/gate/", "tests/stories/test_no_oracle.py", "tests/stories/test_nothing_in_the_clear.py",
          "tests/stories/test_who_saw.py", "tests/outside/test_fetch.py", "tests/test_sentinel.py")
"""What guards people: one failure in a thousand runs is a leak in a thousand. Never asked twice, never quarantined."""


def read(root: Path) -> Book:
    """Empty where there is none. Errors: Invalid."""
    try:
        book = msgspec.json.decode((root / FILE).read_bytes(), type=Book)
    except FileNotFoundError:
        return Book()
    except msgspec.MsgspecError as e:
        raise Invalid(message=f"{FILE} cannot be read: {e}") from e
    for fault in faults(book):
        raise Invalid(message=f"{FILE}: {fault}")
    return book


def write(root: Path, book: Book) -> None:
    path = root / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n")


def faults(book: Book) -> list[str]:
    """What nobody may write into it by hand either."""
    found = [f"{name} fell from {getattr(before, name)} to {getattr(after, name)} on {after.on}, and nobody says why: "
             "petrel gate lower"
             for before, after in zip(book.floors, book.floors[1:], strict=False) for name in COUNTERS
             if getattr(after, name) < getattr(before, name) and not (after.owner and after.reason)]
    found += [f"{one.test} guards people and cannot be put into quarantine: mend it, or take back what broke it"
              for one in book.quarantine if is_guard(one.test)]
    found += [f"{one.test} is in quarantine without an owner or a reason: petrel gate quarantine"
              for one in book.quarantine if not (one.owner.strip() and one.reason.strip())]
    return found


def is_guard(test: str) -> bool:
    return test.startswith(GUARDS)


def raised(book: Book, counts: Mapping[str, int], silent: Sequence[str], today: date) -> Book:
    """The floors where the counts are now, each at least where it was. `silent`: the tests that assert nothing; known
    by name from the first time on, and only then."""
    last = book.floors[-1] if book.floors else Floor(0, 0, 0, today)
    up = {name: max(floor, getattr(last, name)) for name, floor in _floors(counts).items()}
    known = book.silent if book.floors else {**dict.fromkeys(silent, "so when counting began"), **book.silent}
    return replace(book, floors=[*book.floors[:-1], replace(last, **up)], silent=known)


def lowered(book: Book, counts: Mapping[str, int], owner: str, reason: str, today: date) -> Book:
    """Errors: Invalid without who and why; Conflict when nothing has fallen."""
    _check_said(owner, reason)
    if not book.floors or all(counts[name] >= getattr(book.floors[-1], name) for name in COUNTERS):
        raise Conflict("Nothing has fallen. To raise the floors: petrel gate raise")
    return replace(book, floors=[*book.floors, Floor(**_floors(counts), on=today, owner=owner, reason=reason)])


def quarantined(book: Book, test: str, owner: str, reason: str, until: date, today: date) -> Book:
    """Errors: Invalid, for a test that guards people, without who and why, for an end that is past or too far."""
    if is_guard(test):
        raise Invalid("test", f"{test} guards people: while it fails now and then, so may what it guards. Mend it, or "
                              "take back what broke it (petrel gate culprit)")
    _check_said(owner, reason)
    if not today <= until <= today + LONGEST:
        raise Invalid("until", f"a quarantine ends within {LONGEST.days} days: by {today + LONGEST} at the latest")
    others = [one for one in book.quarantine if one.test != test]
    return replace(book, quarantine=[*others, Quarantined(test, owner, reason, until)])


def released(book: Book, test: str) -> Book:
    """Errors: NotFound."""
    if test not in {one.test for one in book.quarantine}:
        raise NotFound(f"{test} is not in quarantine; those that are: petrel gate show")
    return replace(book, quarantine=[one for one in book.quarantine if one.test != test])


def _floors(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: math.ceil(counts[name] * share) for name, share in COUNTERS.items()}


def _check_said(owner: str, reason: str) -> None:
    if not owner.strip():
        raise Invalid("owner", "has to name who mends it")
    if len(reason.strip()) < 10:
        raise Invalid("reason", "has to say in a sentence why")
