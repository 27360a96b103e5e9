"""Journal followers, run to the end of the journal inside a test: `await drain("notifications", "search")`."""

from petrel import app
from petrel.core import journal
from petrel.worker import followers


async def drain(*names: str) -> int:
    """Gives the followers of these names (all, without names) what the journal has for them; returns how many
    entries that was. A follower that has no place yet begins with the first entry there is."""
    if not names or not journal.FOLLOWERS.keys() >= set(names):
        app.load_rooms()
    return await followers.drain(*names)
