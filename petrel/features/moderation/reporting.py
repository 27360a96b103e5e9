"""Taking a report: the case it goes into, what the reporter wrote, and a copy of what they saw."""

import secrets
from collections.abc import Sequence

import msgspec

from petrel.core import ids, seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import NotFound
from petrel.core.ids import at_of
from petrel.features import accounts, collections, posts
from petrel.features.moderation import letters, rules
from petrel.features.moderation.shapes import Copy, Followed, Made, NewReport
from petrel.features.posts import Code, Surface

FOLLOWED = "select * from moderation.followed($1, $2)"
OPEN_CASE = """
select id, kind, reports from moderation.case_file
 where cell = law.cell($1) and about = $1 and state = 'open' for update
"""
NEW_CASE = """
insert into moderation.case_file (cell, id, about, kind, harm) values (law.cell($1), $1, $2, $3, $4)
on conflict (cell, about) where state = 'open' and about is not null do nothing returning id
"""
GROW = "update moderation.case_file set kind = $2, harm = $3, reports = $4 where cell = law.cell($1) and id = $1"
NEW_REPORT = """
insert into moderation.report (cell, id, case_file, reporter, about, kind, rules, posts, is_notice, link_digest, sealed)
values (law.cell($1), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
NEW_EVIDENCE = """
insert into moderation.evidence (cell, id, case_file, report, post, author, audience, is_reported, sealed)
select law.cell($1), id, $1, $2, post, author, audience, is_reported, sealed
  from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::boolean[], $8::bytea[])
       e(id, post, author, audience, is_reported, sealed)
"""


async def report(w: Writer, new: NewReport) -> Made:
    """Takes a report from whoever writes: a member, or somebody without an account (then with a link to follow it by).

    Only what the reporter may see is copied, and only of whom the report is about. Reports about one account go into
    one open case. Errors: Invalid, NotFound (nobody whom the reporter may see).
    """
    new = rules.checked(new, is_member=w.account is not None)
    if new.about is not None and not await accounts.visible(w, [new.about]):
        raise NotFound

    cell = ids.cell_of(new.about) if new.about else ids.any_cell()
    number = ids.new_id(cell)
    case = await _case(w, new, cell)
    key = (await seal.new_keys([number]))[number]
    link = "" if w.account else secrets.token_urlsafe(18)
    is_notice = new.kind in ("legal", "copyright")
    await w.execute(NEW_REPORT, number, case, w.account, new.about, new.kind, list(new.rules), list(new.posts),
                    is_notice, accounts.digest_of(link) if link else None,
                    seal.seal(key, number, new.written.encode()))
    if new.about is not None:
        await _keep(w, case, number, await _copies(w, new.about, new.posts))

    if is_notice:
        await letters.received(w, new, number, link)
    w.record("moderation.report.made", number, refs=[case, new.about or 0, *new.posts], body=new.written.encode())
    return Made(number, case, link)


async def followed(r: Reader, link: str) -> Followed:
    """How a report goes, for whoever holds its link. Errors: NotFound."""
    row = await r.row(FOLLOWED, r.digest, accounts.digest_of(link))
    if row is None:
        raise NotFound
    return Followed(*row)


async def _case(w: Writer, new: NewReport, cell: int) -> int:
    """The open case about the account, which grows; else a new one."""
    if new.about is not None:
        found = await w.row(OPEN_CASE, new.about)
        if found is None:
            made = ids.new_id(cell)
            if await w.change(NEW_CASE, made, new.about, new.kind, rules.harm([new.kind], 1)):
                w.record("moderation.case.opened", made, refs=[new.about])
                return made
            found = await w.row(OPEN_CASE, new.about)       # somebody reported at the same moment
        kinds, count = [found["kind"], new.kind], found["reports"] + 1
        await w.execute(GROW, found["id"], rules.worst(kinds), rules.harm(kinds, count), count)
        return int(found["id"])
    made = ids.new_id(cell)
    await w.change(NEW_CASE, made, None, new.kind, rules.harm([new.kind], 1))
    w.record("moderation.case.opened", made)
    return made


Kept = tuple[int, int, int, bool, Copy]
"""Post or collection (0: the profile), author, audience, whether it is reported itself, what it says."""


async def _copies(w: Writer, about: int, wanted: Sequence[int]) -> list[Kept]:
    """As the reporter sees it. Around a direct message the five before and after it. source: the law, section 6."""
    found = [s.row for s in await posts.shown(w, Surface.API, list(wanted))]
    reported = [row for row in found if row["author"] == about and row["code"] > Code.POINTER]
    around = [number for row in reported if row["conversation"] is not None
              for side in await _sides(w, row["id"]) for number in side]
    known = {row["id"] for row in reported}
    near = [s.row for s in await posts.shown(w, Surface.API, [n for n in dict.fromkeys(around) if n not in known])]
    near = [row for row in near if row["code"] > Code.POINTER]
    texts = await posts.contents([*reported, *near])
    kept: list[Kept] = [_kept(row, texts, row["id"] in known) for row in (*reported, *near) if row["id"] in texts]
    kept += [(one.id, about, 0, True, _collection(one.text, one.id)) for one in await collections.many(w, wanted)
             if one.owner == about]
    card = (await accounts.cards_of(w, [about])).get(about)
    if card is not None:
        says = "\n\n".join([card.profile.note, *(f"{f.name}: {f.value}" for f in card.profile.fields)]).strip()
        shown_to_all = 0 if not card.is_protected else 2
        kept.append((0, about, shown_to_all, not reported, Copy(says, name=card.profile.display_name)))
    return kept


async def _sides(w: Writer, message: int) -> tuple[list[int], list[int]]:
    above, below = await posts.thread(w, message)
    return above[-rules.AROUND:], below[:rules.AROUND]


def _kept(row: Row, texts: dict[int, posts.Content], is_reported: bool) -> Kept:
    content = texts[row["id"]]
    return row["id"], row["author"], row["audience"], is_reported, Copy(
        content.text, content.spoiler, at=at_of(row["id"]))


def _collection(text: collections.Text, number: int) -> Copy:
    says = "\n\n".join(filter(None, [text.description, text.tag and f"#{text.tag}"]))
    return Copy(says, name=text.name, at=at_of(number))


async def _keep(w: Writer, case: int, report: int, kept: Sequence[Kept]) -> None:
    if not kept:
        return
    numbers = [ids.new_id(ids.cell_of(case)) for _ in kept]
    keys = await seal.new_keys(numbers)
    sealed = [seal.seal(keys[n], n, msgspec.json.encode(copy)) for n, (*_, copy) in zip(numbers, kept, strict=True)]
    await w.execute(NEW_EVIDENCE, case, report, numbers, [k[0] for k in kept], [k[1] for k in kept],
                    [k[2] for k in kept], [k[3] for k in kept], sealed)
