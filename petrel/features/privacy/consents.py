"""What somebody agreed to and took back: the terms, and being found. Each change is a row of its own."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from petrel.core.doors import Reader, Writer
from petrel.core.ids import cell_of, new_id
from petrel.core.journal import Entry
from petrel.features import about

FLAGS = ("indexable", "discoverable")
# The question that is asked; a new wording is a new version. For the terms: which versions of the site's texts.
WORDING = "1"

NOW = """
select id, is_indexable as indexable, is_discoverable as discoverable from accounts.account
 where (cell, id) in (select law.cell(a), a from unnest($1::bigint[]) a)
"""
LAST = """
select distinct on (account, what) account, what, given from privacy.consent
 where (cell, account) in (select law.cell(a), a from unnest($1::bigint[]) a) order by account, what, id desc
"""
ADD = """
insert into privacy.consent (cell, account, id, what, version, given, at, how)
select law.cell(account), account, id, what, version, given, at, how
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::timestamptz[], $7::text[])
       c(account, id, what, version, given, at, how)
"""
OWN = "select * from privacy.own_consents($1)"
OF = """
select what, version, given, at, how from privacy.consent
 where cell = law.cell($1) and account = $1 order by id desc
"""


class Consent(Struct, frozen=True):
    """One change. `what`: terms, indexable, discoverable; `how`: sign-up, settings, crew."""

    what: str
    version: str
    given: bool
    at: datetime
    how: str


async def note(w: Writer, entries: Sequence[Entry]) -> None:
    """Adds what has changed with these entries (accounts.terms.agreed, accounts.account.created and .changed)."""
    last_entry = {e.subject: e for e in entries if e.kind != "accounts.terms.agreed"}
    known = {(row["account"], row["what"]): row["given"] for row in await w.fetch(LAST, list(last_entry))}
    new: list[tuple[int, Consent]] = [
        (e.subject, Consent("terms", await about.agreed_at(w, e.at) or WORDING, True, e.at, "sign-up"))
        for e in entries if e.kind == "accounts.terms.agreed"]
    for row in await w.fetch(NOW, list(last_entry)):
        e = last_entry[row["id"]]
        for what in FLAGS:
            if row[what] != known.get((row["id"], what), False):
                new.append((row["id"], Consent(what, WORDING, row[what], e.at, _how(e))))
    if new:
        await w.execute(ADD, [a for a, _ in new], [new_id(cell_of(a)) for a, _ in new],
                        *([getattr(c, name) for _, c in new] for name in Consent.__struct_fields__))


def _how(e: Entry) -> str:
    if e.actor == e.subject:
        return "settings"
    return "sign-up" if e.kind == "accounts.account.created" and e.actor is None else "crew"


async def own(r: Reader) -> list[Consent]:
    """The viewer's, newest first; for browsers only."""
    return [Consent(**dict(x)) for x in await r.fetch(OWN, r.digest)]


async def of(r: Reader, account: int) -> list[Consent]:
    """For the crew (System): as `own`."""
    return [Consent(**dict(x)) for x in await r.fetch(OF, account)]
