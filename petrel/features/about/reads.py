"""What there is to read of the site's texts, for everybody."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from petrel.core.doors import Reader
from petrel.core.viewer import Anonymous, AppOnly, Member, System
from petrel.features import accounts
from petrel.features.about.shapes import Contacts, Kind, Rule, Summary, Text

WRITERS = ("owner", "admin")


async def text(r: Reader, kind: Kind, effective_on: date | None = None) -> Text | None:
    """The version in force, or the one that takes effect on this day (the last of them); None where there is none."""
    row = await r.row("select * from about.text_of($1, $2, $3)", r.digest, kind, effective_on)
    return Text(*row) if row is not None else None


async def versions(r: Reader, kind: Kind) -> list[Text]:
    """Newest first, those to come included; without their words."""
    rows = await r.fetch("select * from about.versions($1, $2)", r.digest, kind)
    return [Text(row["kind"], row["version"], "", row["at"], row["effective_on"]) for row in rows]


async def rules(r: Reader, ids: Sequence[int] | None = None) -> list[Rule]:
    """Those in force, in their order; or those of these numbers, also when they no longer count."""
    rows = await r.fetch("select * from about.rules($1, $2)", r.digest, None if ids is None else list(ids))
    return [Rule(str(row["id"]), row["text"], row["hint"]) for row in rows]


async def summary(r: Reader) -> Summary:
    kinds = await r.fetch("select * from about.kinds($1)", r.digest)
    return Summary(tuple(await rules(r)), frozenset(row[0] for row in kinds))


async def contacts(r: Reader) -> Contacts:
    """Empty where nothing was written."""
    found = await text(r, "contact")
    return msgspec.json.decode(found.markdown, type=Contacts) if found is not None else Contacts()


async def agreed_at(r: Reader, at: datetime) -> str:
    """Which versions were in force, as "rules 3, terms 1"; "" where none was. System only."""
    rows = await r.fetch("select * from about.agreed_at($1, $2)", "consents", at)
    return ", ".join(f"{row['kind']} {row['version']}" for row in rows)


async def is_crew(r: Reader) -> bool:
    """Whether the viewer may write these texts: owners, admins and the system itself."""
    if isinstance(r.viewer, (Anonymous, AppOnly)):
        return False
    return isinstance(r.viewer, System) or (await accounts.own(r)).account.role in WRITERS


async def is_owner(r: Reader) -> bool:
    """Whether the viewer answers for the site: its owners, at a browser, and the system itself."""
    if isinstance(r.viewer, System):
        return True
    return isinstance(r.viewer, Member) and r.viewer.is_session and (await accounts.own(r)).account.role == "owner"
