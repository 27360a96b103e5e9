"""Writing the site's texts. In the transaction of its writer, journaled."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from petrel.core import clock, ids, limits
from petrel.core.doors import Writer
from petrel.core.errors import Invalid, Refused
from petrel.features import accounts
from petrel.features.about import reads
from petrel.features.about.rules import TEXT_LENGTH, rules_of
from petrel.features.about.shapes import KEPT, Contacts, Kind

LATEST_DAYS = 366
TOLD: dict[Kind, tuple[str, str]] = {
    "rules": ("The rules of this site", "/about/rules"), "terms": ("The terms of this site", "/terms"),
    "privacy": ("The words of this site on privacy", "/privacy")}
LAST = "select version, text, effective_on from about.text where kind = $1 order by version desc limit 1"
INSERT = "insert into about.text (kind, version, text, effective_on) values ($1, $2, $3, $4)"
FORGET = "delete from about.text where kind = $1 and version < $2"
LOCK = "select pg_advisory_xact_lock(hashtext('about.' || $1))"
PLACE = """
with wanted as (select * from unnest($1::text[], $2::text[]) with ordinality w(text, hint, place)),
     put as (update about.rule u set place = w.place, hint = w.hint
               from wanted w where u.text = w.text returning u.id, u.text),
     ended as (update about.rule set place = null where place is not null and text not in (select text from wanted)
               returning id)
insert into about.rule (place, text, hint)
select place, text, hint from wanted where text not in (select text from put) order by place
"""
CONTACT_LENGTH = 500


async def write(w: Writer, kind: Kind, markdown: str, effective_on: date | None = None) -> int:
    """Writes a new version and returns its number; the same words again change nothing. `effective_on`: the day from
    which it is in force, today (UTC) unless it is later. Rules are in force at once. An empty text takes one away.
    Members are told when what they agreed to changes. source: DSA article 14 (2).

    Errors: Refused unless owner or admin, Invalid ("text", "effective_on").
    """
    if not await reads.is_crew(w):
        raise Refused("deny.staff", "Only owners and admins write what the site says of itself")
    words = markdown.strip()
    if len(words) > TEXT_LENGTH:
        raise Invalid("text", f"has {len(words)} characters, {TEXT_LENGTH} at most")
    rules = rules_of(words) if kind == "rules" else []
    day = _day(kind, effective_on)

    await w.fetch(LOCK, kind)
    last = await w.row(LAST, kind)
    if (words, day) == ((last["text"], max(last["effective_on"], clock.now().date())) if last else ("", day)):
        return last["version"] if last else 0
    version = last["version"] + 1 if last else 1

    await w.execute(INSERT, kind, version, words, day)
    if kind not in KEPT:
        await w.execute(FORGET, kind, version)
    if kind == "rules":
        await w.execute(PLACE, [rule for rule, _ in rules], [hint for _, hint in rules])

    w.record("about.text.written", ids.new_id(ids.any_cell()), refs=[version], body=f"{kind}\n{words}".encode())
    if kind in KEPT and last and last["text"] and words:
        (what, path), is_now = TOLD[kind], day <= clock.now().date()
        when = "have changed" if is_now else f"change on {day.day} {day:%B %Y}"
        await accounts.announcements.announce_once(w, f"{what} {when}: {limits.current().base_url}{path}")
    return version


async def write_contacts(w: Writer, contacts: Contacts) -> int:
    """As `write`. Errors: also Invalid ("authorities", "people", "languages")."""
    for name in Contacts.__struct_fields__:
        if len(getattr(contacts, name)) > CONTACT_LENGTH:
            raise Invalid(name, f"has more than {CONTACT_LENGTH} characters")
    return await write(w, "contact", msgspec.json.encode(contacts).decode())


async def note_settings(w: Writer, names: Iterable[str]) -> None:
    """Records that somebody of the crew changed these settings, which are kept outside the database.

    Errors: Refused unless owner.
    """
    if not await reads.is_owner(w):
        raise Refused("deny.staff", "Only owners change settings")
    w.record("about.setting.changed", ids.new_id(ids.any_cell()), body=" ".join(sorted(names)).encode())


def _day(kind: Kind, effective_on: date | None) -> date:
    today = clock.now().date()
    if effective_on is None or effective_on == today:
        return today
    if kind not in ("privacy", "terms"):
        raise Invalid("effective_on", "can only be chosen for privacy and terms; all else holds at once")
    if not today < effective_on <= today + timedelta(days=LATEST_DAYS):
        raise Invalid("effective_on", "has to be today or a day of the coming year")
    return effective_on
