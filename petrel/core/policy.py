"""The privacy policy's number, and the one way in which something may become visible to more people.

A session of a program older than the number in force gets public content only and changes nothing: `law.viewer`,
`law.refuse_older` and the triggers of migration 0009 see to that, whatever the program does. See decision 0013.
"""

from typing import TYPE_CHECKING

from petrel.storage.policy import POLICY

if TYPE_CHECKING:
    from petrel.core.doors import Writer

OLDER = "This program is older than the site's privacy policy; only what is public can be read until it is updated"

_WIDENS = "select set_config('petrel.widening', $1::bigint::text, true)"


async def widens(w: "Writer", subject: int) -> None:
    """Says that this transaction makes the account or post `subject` visible to more people, on purpose.

    Without it the database refuses: an account no longer protected, a wider audience, a state of the law taken away.
    Only commands whose purpose that is may call it, right before the statement. One subject at a time.
    """
    await w.fetch(_WIDENS, subject)


__all__ = ["OLDER", "POLICY", "widens"]
