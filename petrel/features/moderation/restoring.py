"""What of moderation is done again after a restore (`core/restrictions.py`). What decisions do to posts and accounts is
recorded by those rooms, and done again by them."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.moderation.block_rules import BLOCK_KINDS

BLOCK_AGAIN = """
insert into moderation.block as b (id, kind, digest, width, level, rejects_media, rejects_reports, made_by)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (kind, width, digest) do update
  set level = greatest(b.level, excluded.level), lifted_at = null, expires_at = null,
      rejects_media = b.rejects_media or excluded.rejects_media,
      rejects_reports = b.rejects_reports or excluded.rejects_reports
 where b.level < excluded.level or b.lifted_at is not null or b.expires_at is not null
    or not b.rejects_media and excluded.rejects_media or not b.rejects_reports and excluded.rejects_reports
"""
LEVEL_AGAIN = """
update moderation.block set level = $2, lifted_at = null where id = $1 and (level < $2 or lifted_at is not null)
"""
_WORDS = "words of the crew's or to it; what was restricted has entries of its own"
_OPENS = "opens; it is blocked again"

harmless(dict.fromkeys((
    "moderation.report.made", "moderation.case.opened", "moderation.case.assigned", "moderation.case.closed",
    "moderation.case.reopened", "moderation.case.looked", "moderation.decision.made", "moderation.decision.undone",
    "moderation.report.answered", "moderation.report.sorted", "moderation.evidence.ended", "moderation.account.swept",
    "moderation.appeal.made", "moderation.appeal.unheard", "moderation.appeal.granted", "moderation.appeal.refused",
    "moderation.list.taken", "moderation.list.undone",
), _WORDS))
harmless({"moderation.block.lifted": _OPENS, "moderation.block.withdrawn": _OPENS})


@restricts("moderation.block.set")
async def blocked(w: Writer, entry: Kept) -> bool:
    """Its name is lost, and no longer needed: what it blocks is found by the digest."""
    kind, digest, width, level, media, reports = entry.refs[:6]
    return bool(await w.execute(BLOCK_AGAIN, entry.subject, BLOCK_KINDS[kind], digest, width, level, bool(media),
                                bool(reports), entry.actor))


@restricts("moderation.block.returned")
async def returned(w: Writer, entry: Kept) -> bool:
    """A list was taken back that had lifted or changed it. Refs: its level."""
    return bool(await w.execute(LEVEL_AGAIN, entry.subject, entry.refs[0]))
