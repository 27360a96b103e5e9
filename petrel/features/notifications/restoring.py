"""What of notifications is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts

STRICTER = """
insert into notifications.policy as p
       (cell, account, not_following, not_followers, new_accounts, private_mentions, limited_accounts)
select law.cell($1), $1, $2, $3, $4, $5, $6
 where exists (select from accounts.account a where a.cell = law.cell($1) and a.id = $1)
on conflict (cell, account) do update
   set not_following = greatest(p.not_following, $2), not_followers = greatest(p.not_followers, $3),
       new_accounts = greatest(p.new_accounts, $4), private_mentions = greatest(p.private_mentions, $5),
       limited_accounts = greatest(p.limited_accounts, $6)
"""

harmless({
    "notifications.notification.dismissed": "shown once more to whom it was for",
    "notifications.group.dismissed": "shown once more to whom it was for",
    "notifications.notification.cleared": "shown once more to whom they were for",
    "notifications.request.accepted": "opens; the request stands again",
    "notifications.request.dismissed": "shown once more to whom it was for",
})


@restricts("notifications.policy.changed")
async def policy_changed(w: Writer, entry: Kept) -> bool:
    """Refs: a step for each of five kinds of senders; the stricter one of each holds."""
    return len(entry.refs) == 5 and bool(await w.execute(STRICTER, entry.subject, *entry.refs))
