"""What is declared: declared/components.toml, and a file of safeguards for each section of SCENARIOS.md.

Read strictly. An empty folder or a row that is missing is refused, never shown as "nothing to worry about".
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from petrel.core.errors import Invalid
from petrel.ops import doctor, watching
from petrel.ops.safeguards.shapes import About, Component, Declared, Leaning, Safeguard

FOLDER = Path(__file__).with_name("declared")
COMPONENTS = "components.toml"
UNITS = ("seconds", "bytes", "ratio", "days", "count")
T = TypeVar("T", Component, Safeguard)


@cache
def declared() -> Declared:
    """Those of this program."""
    return load(FOLDER, watching.shipped(), doctor.CHECKS)


def load(folder: Path, rules: Collection[str], checks: Collection[str]) -> Declared:
    """`rules`, `checks`: what can speak; each has to be one component's. Errors: Invalid, with what to do."""
    safeguards: dict[str, Safeguard] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name != COMPONENTS:
            for name, one in _read(path, Safeguard).items():
                if name in safeguards:
                    raise Invalid(message=f"{path.name}: {name} is declared twice; take one out")
                safeguards[name] = one
    components = _read(folder / COMPONENTS, Component) if (folder / COMPONENTS).exists() else {}
    if not safeguards or not components:
        raise Invalid(message=f"{folder} declares nothing: put the files of the release back. Nothing is shown rather "
                              "than an empty list")
    ordered = dict(sorted(safeguards.items(), key=lambda one: one[1].row))
    found = Declared(ordered, components)
    for fault in _faults(found, rules, checks):
        raise Invalid(message=fault)
    return found


def match(found: Declared, rows: Mapping[str, int]) -> None:
    """Are these the rows of the document, by name and number? Errors: Invalid."""
    ours = {name: one.row for name, one in found.safeguards.items()}
    if lacking := sorted(rows.keys() - ours.keys()):
        raise Invalid(message=f"nobody says what must hold for {', '.join(lacking)}: declare it in {FOLDER.name}/")
    if unknown := sorted(ours.keys() - rows.keys()):
        raise Invalid(message=f"no row of SCENARIOS.md has the drill {', '.join(unknown)}: correct the name")
    if moved := sorted(name for name in ours if ours[name] != rows[name]):
        raise Invalid(message=f"another row than SCENARIOS.md says: {', '.join(moved)}")


def about(found: Declared, rule: str) -> About | None:
    """What a rule of watching speaks of; None for one of the site's own."""
    for name, one in found.components.items():
        if rule in one.rules:
            return About(name, one.safeguards, one.runbook or runbook_of(one.safeguards[0]))
    return None


def runbook_of(safeguard: str) -> str:
    return f"docs/runbooks/{safeguard}.md"


def _read(path: Path, kind: type[T]) -> dict[str, T]:
    try:
        said = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise Invalid(message=f"{path.name} cannot be read: {e}") from e
    found = {}
    for name, fields in said.items():
        try:
            found[name] = msgspec.convert(fields, kind)
        except msgspec.ValidationError as e:
            raise Invalid(message=f"{path.name}: {name}: {e}") from e
    return found


def _faults(found: Declared, rules: Collection[str], checks: Collection[str]) -> Iterator[str]:
    rows = [one.row for one in found.safeguards.values()]
    if rows != list(range(1, len(rows) + 1)):
        missing = sorted(set(range(1, max(rows) + 1)) - set(rows))
        yield f"rows are missing or there twice (missing: {missing or 'none'}): every row of SCENARIOS.md has one"
    for name, one in {**found.safeguards, **found.components}.items():
        if unknown := [n for n in (*one.hard, *one.soft, *one.boot) if n not in found.components]:
            yield f"{name} leans on {', '.join(unknown)}: declare that in {COMPONENTS}, or correct the name"
    for name, safeguard in found.safeguards.items():
        yield from _faults_of(name, safeguard, found)
    for name, component in found.components.items():
        if not component.safeguards:
            yield f"{name}: name the safeguards that keep it"
        for kept_by in component.safeguards:
            if kept_by not in found.safeguards:
                yield f"{name} is kept by {kept_by}: there is no such safeguard"
            elif not found.safeguards[kept_by].built:
                yield f"{name} is kept by {kept_by}, of which nothing is built"
    yield from _misheard("rule", rules, [(n, one.rules) for n, one in found.components.items()])
    yield from _misheard("check", checks, [(n, one.checks) for n, one in found.components.items()])
    if ring := _ring({name: {*one.hard, *one.boot} for name, one in found.components.items()}):
        yield f"{' needs '.join(ring)}: nothing of this could ever start; make one of them soft"


def _faults_of(name: str, one: Safeguard, found: Declared) -> Iterator[str]:
    if not one.promise or (not one.built and not one.open):
        yield f"{name}: say what is promised, and what of it is built or open"
    if not one.built and (one.budgets or _leans(one)):
        yield f"{name}: nothing of it is built, so it has neither budgets nor anything to lean on"
    for budget, amount in one.budgets.items():
        if budget.rpartition("_")[2] not in UNITS or amount <= 0:
            yield f"{name}: budget {budget} = {amount:g}: its name ends in one of {', '.join(UNITS)}, and it is not 0"


def _leans(one: Leaning) -> bool:
    return bool(one.hard or one.soft or one.boot)


def _misheard(kind: str, known: Collection[str], named: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    speakers: dict[str, str] = {}
    for component, signals in named:
        for signal in signals:
            if signal not in known:
                yield f"{component}: there is no {kind} {signal}; correct the name"
            if signal in speakers:
                yield f"{kind} {signal} speaks of {speakers[signal]} and of {component}: decide for one"
            speakers[signal] = component
    if silent := sorted(set(known) - speakers.keys()):
        yield f"{kind} {', '.join(silent)} speaks of no component: name it in {COMPONENTS}"


def _ring(needs: Mapping[str, set[str]]) -> list[str]:
    """Names that need each other in a ring, the first one again at the end; empty when there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name):], name]
        if name not in done:
            for other in sorted(needs.get(name, ())):
                if found := walk(other, [*way, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in sorted(needs) if (found := walk(name, []))), [])
