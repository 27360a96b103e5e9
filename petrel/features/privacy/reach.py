"""Where somebody's rows are, from the inventory: every table with a column of somebody's, and by which column."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from petrel.core.doors import Reader
from petrel.core.inventory import Line, Whose, read

PEOPLE = ("account", "author", "both")
COUNT = "select privacy.count_rows($1, $2, $3, $4, $5, $6)"
COUNT_ORPHANS = "select privacy.count_orphans($1, $2, $3, $4, $5)"
COUNT_MESSAGES = 'select "table", "column", count from messages.count_rows($1, $2)'

STAYS: dict[tuple[str, str], str] = {
    ("accounts.account", "id"): "the number, in a row that says nothing else",
    ("journal.entry", "actor"): "numbers, without the salts that would give them a meaning",
    ("messages.message", "named"): "what others wrote is theirs; it names a number",
    ("messages.inbox", "people"): "as above",
    ("access.crew_change", "account"): "for a week, so that nobody of the crew makes themselves the only one unseen",
}
STAYS_IN = ("deletions",)
"""Schemas that record what was deleted, and nothing else."""


class Way(Struct, frozen=True):
    """`column` of `table` holds the account's number; with `target`, that of a row there, whose `target_column` is."""

    table: str
    column: str
    target: str | None = None
    target_column: str | None = None
    is_kept: bool = False       # by the inventory, only the number's meaning goes

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


async def lines_of(r: Reader) -> dict[str, Line]:
    """The inventory of the main cluster: lines by schema.table.column."""
    return (await read({"main": r.fetch}))[0].lines


def ways(lines: Mapping[str, Line]) -> list[Way]:
    """Every way that leads from an account to rows, once."""
    found: dict[tuple[str, str], list[Line]] = {}
    for name, line in lines.items():
        if line.of.subject in PEOPLE:
            for column in line.of.columns:
                found.setdefault((name.rpartition(".")[0], column), []).append(line)
    return [Way(table, column, some[0].of.table, _owner(lines, some[0].of),
                all("link" in line.erased.ways for line in some))
            for (table, column), some in sorted(found.items())]


def _owner(lines: Mapping[str, Line], of: Whose) -> str | None:
    """The column of the table pointed to that holds the account's number."""
    if of.table is None:
        return None
    return next(line.of.columns[0] for name, line in lines.items()
                if name.rpartition(".")[0] == of.table and line.of.subject in PEOPLE and line.of.columns)


def stays(way: Way) -> bool:
    return way.is_kept or (way.table, way.column) in STAYS or way.table.partition(".")[0] in STAYS_IN


async def counted(r: Reader, account: int, over: Sequence[Way]) -> dict[str, int]:
    """How many rows each way leads to, by its name; those without any are left out."""
    counts = {f"{row['table']}.{row['column']}": int(row["count"])
              for row in await r.fetch(COUNT_MESSAGES, "privacy", account)}
    known = {way.name for way in over}
    counts = {name: count for name, count in counts.items() if name in known}
    for way in over:
        if not way.table.startswith("messages."):
            counts[way.name] = await r.value(COUNT, "privacy", way.table, way.column, way.target, way.target_column,
                                             account)
    return {name: count for name, count in counts.items() if count}


async def remains(r: Reader, account: int) -> dict[str, int]:
    """What is left of an erased account where nothing may be, by table and column. Empty when all is well."""
    over = [way for way in ways(await lines_of(r)) if not stays(way)]
    found = await counted(r, account, over)
    for way in over:
        if way.target is not None and (count := await r.value(COUNT_ORPHANS, "privacy", way.table, way.column,
                                                              way.target, account)):
            found[way.name] = count
    return found
