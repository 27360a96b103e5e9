"""The named cast for tests: `people = await cast.make()`, and `people["mira"]` acts with a token of her own.

The same people as in `petrel demo`, made through the same commands. `petrel/ops/demo/cast.py` says how they stand to
each other; some of it: quiet_harbour is protected and has let mira, okello and bram in; wren has asked; ines blocks
gustav; okello mutes gustav; mira keeps the site; tidetable is a bot.
"""

from petrel.core.viewer import Member
from petrel.ops import demo


async def make() -> dict[str, Member]:
    """Everybody by handle. Takes a tenth of a second; nobody has a password."""
    people = await demo.make_people(demo.Stamps())
    await demo.relate(people)
    await demo.keep_apart(people)
    return people
