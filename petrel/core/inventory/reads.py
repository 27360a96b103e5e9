"""The inventory as the databases have it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from petrel.core.inventory.rules import faults, parse
from petrel.core.inventory.shapes import Line, Unreadable

Fetch = Callable[..., Awaitable[list[Any]]]

COLUMNS = """
select n.nspname || '.' || c.relname as "table", a.attname as "column", d.description as comment
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_description d
    on d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = a.attnum
 where c.relkind in ('r', 'p', 'f', 'm') and not c.relispartition
   and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
 order by 1, a.attnum
"""


class Found(Struct, frozen=True):
    """The inventory of one cluster: lines by full name (schema.table.column), in the order of the tables."""

    cluster: str
    lines: dict[str, Line]
    faults: list[str]


async def read(clusters: Mapping[str, Fetch]) -> list[Found]:
    """Every column of these clusters; each fetch may be of any role, since comments are in the catalog."""
    return [await _read(name, fetch) for name, fetch in clusters.items()]


async def _read(cluster: str, fetch: Fetch) -> Found:
    rows = await fetch(COLUMNS)
    lines: dict[str, Line] = {}
    wrong = []
    for row in rows:
        name = f"{row['table']}.{row['column']}"
        if row["comment"] is None:
            wrong.append(f"{name}: has no line in the inventory")
            continue
        try:
            lines[name] = parse(row["comment"])
        except Unreadable as e:
            wrong.append(f"{name}: {e.message}")
    return Found(cluster, lines, wrong + faults([(r["table"], r["column"]) for r in rows], lines))
