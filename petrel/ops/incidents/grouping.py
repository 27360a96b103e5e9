"""Which alerts have one cause: the component that lies deepest of those that fail. Pure.

What fails leans on other things; where one of these fails as well, it is the cause and the other a symptom. Soft
leaning counts only where nothing hard explains more.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from petrel.ops.safeguards import Component

TOGETHER = timedelta(minutes=3)
LEAST_SHARED = 3
"""So many that fail at about the same time, and lean on one thing that says nothing itself, make that the cause."""


def component_of(components: Mapping[str, Component], rule: str) -> str:
    """The rule's own name where it is one of the site's own."""
    return next((name for name, one in components.items() if rule in one.rules), f"rule {rule}")


def below(components: Mapping[str, Component], name: str, *, soft: bool = False) -> dict[str, int]:
    """All that it leans on, however far, with how deep it lies. A ring ends where it began."""
    found, wave, depth = dict[str, int](), [name], 0
    while wave:
        depth += 1
        further = []
        for one in wave:
            known = components.get(one)
            leans = () if known is None else (*known.hard, *known.boot, *(known.soft if soft else ()))
            for other in leans:
                if other != name and other not in found:
                    found[other] = depth
                    further.append(other)
        wave = further
    return found


def root_of(components: Mapping[str, Component], name: str, failing: Collection[str], *, soft: bool = False) -> str:
    """The deepest that fails of what `name` leans on; itself where nothing below fails."""
    under = {other for other in below(components, name, soft=soft) if other in failing}
    if not under:
        return name
    # Deepest by what lies below it, not by the way there: of two, the one that the other leans on.
    return min(under, key=lambda one: (sum(other in under for other in below(components, one)), one))


def roots(components: Mapping[str, Component], since: Mapping[str, datetime]) -> dict[str, str]:
    """For each component that fails (since when), what it is put down to."""
    found = {name: root_of(components, name, since) for name in since}
    alone = [name for name in found if found[name] == name]
    if (shared := shared_by(components, {name: since[name] for name in alone})) is not None:
        lean = {name for name in alone if shared in below(components, name)}
        return found | {name: shared for name, root in found.items() if root in lean}
    for name in alone:
        found[name] = root_of(components, name, alone, soft=True)
    return {name: found.get(root, root) for name, root in found.items()}


def shared_by(components: Mapping[str, Component], since: Mapping[str, datetime]) -> str | None:
    """What three or more lean on that began to fail together, the nearest to them; None where there is nothing."""
    leaning: dict[str, list[str]] = {}
    for name in since:
        for other in below(components, name):
            leaning.setdefault(other, []).append(name)
    found = {other: names for other, names in leaning.items() if len(names) >= LEAST_SHARED and other not in since
             and max(since[n] for n in names) - min(since[n] for n in names) <= TOGETHER}
    if not found:
        return None
    return min(found, key=lambda one: (-len(found[one]), sum(one in below(components, other) for other in found), one))
