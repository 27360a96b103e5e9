"""Mail after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, at_restore, harmless, restricts

harmless({
    "mail.letter.asked": "a restore loses it; what it told is in the account, and a link can be asked for again",
    "mail.letter.retried": "the crew's; a restore loses it",
    "mail.wish.made": "a restore loses it, and less is sent",
    "mail.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
    "mail.letter.dropped": "what a restore itself writes: letters that waited then may have left since",
})

END = "delete from mail.wish where cell = law.cell($1) and account = $1"
DROP = "update mail.letter set state = 'ended', code = 'restored', ended_at = now(), sealed_letter = null " \
       "where state = 'waiting'"


@restricts("mail.wish.ended")
async def wish_ended(w: Writer, entry: Kept) -> bool:
    """Which topic it was is not kept outside: all of them end."""
    return bool(await w.execute(END, entry.subject))


@at_restore("mail.letter.dropped")
async def drop(w: Writer) -> int:
    """Nobody knows which letters left after the backup was made; a reset or digest twice would be worse than none."""
    return await w.execute(DROP)
