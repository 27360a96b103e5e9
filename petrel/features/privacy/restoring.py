"""Accounts that were erased are erased again after a restore (`core/restrictions.py`): hidden before anything is
served, and then by the same steps. What single steps recorded needs nothing of its own."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.privacy import erasure

OF_ERASING = "part of an erasure, which is done again as a whole"

harmless({kind: OF_ERASING for kind in (
    "posts.account.swept", "posts.mark.swept", "posts.count.lowered", "messages.account.swept",
    "messages.inbox.swept", "relationships.account.swept", "lists.account.swept", "collections.account.swept",
    "timelines.account.swept")})
harmless({
    "privacy.export.asked": "whoever asked asks again",
    "privacy.export.made": "its file is not in a backup; it is asked for again",
    "privacy.export.delivered": "its file is not in a backup; it is asked for again",
    "privacy.request.forgotten": "removes what is three years old; the next run does it again",
    "privacy.export.expired": "files of exports are in no backup",
})


@restricts("accounts.account.erasing", "accounts.account.erased")
async def erased(w: Writer, entry: Kept) -> bool:
    return await erasure.again(w, entry.subject)
