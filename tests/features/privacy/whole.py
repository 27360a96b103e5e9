"""Somebody who has used everything there is, made through the commands of the rooms."""

from datetime import timedelta

from msgspec import UNSET, Struct

from petrel.core import clock
from petrel.core.doors import writing
from petrel.core.viewer import Member
from petrel.features import accounts, drafts, lists, notifications, posts, relationships, timelines
from petrel.features.posts import Mark
from tests import samples
from tests.drain import drain
from tests.people import follow, mark, people, publish, tell
from tests.uploads import uploaded


class Town(Struct):
    """`wren` has used everything; the others have something to do with her."""

    wren: Member
    bram: Member
    ines: Member
    of_bram: int
    answered: int
    boosted: int


async def make_town(prefix: str = "") -> Town:
    wren, bram, ines = await people(f"{prefix}wren", f"{prefix}bram", f"{prefix}ines", indexable=True)
    await follow(wren, bram)
    await follow(bram, wren)
    await follow(ines, wren)
    of_bram = (await publish(bram, "Bram saw a heron")).id
    await publish(wren, "Plover one #tide", spoiler="weather")
    boosted = (await publish(wren, "Plover two, to be boosted")).id
    second = (await publish(wren, "Plover three, which will be edited", once=b"key-1")).id
    answered = (await publish(wren, "Where was the heron?", reply_to=of_bram)).id
    poll = posts.PollDraft(("Plover", "Heron"), 3600)
    await publish(wren, "Which is it?", poll=poll)
    asked = (await publish(bram, "Which is it?", poll=poll)).id
    gone = (await publish(wren, "Plover that goes at once")).id
    await tell(wren, f"@{prefix}bram plover in private")
    await tell(bram, f"@{prefix}wren heron in private")
    await mark(wren, of_bram, Mark.LIKE)
    await mark(wren, of_bram, Mark.BOOST)
    await mark(wren, of_bram, Mark.BOOKMARK)
    await mark(wren, boosted, Mark.PIN)
    await mark(bram, boosted, Mark.LIKE)
    await mark(bram, boosted, Mark.BOOST)
    async with writing(wren, cause="tests") as w:
        await posts.edit(w, second, posts.Draft("Plover three, edited"))
        await posts.delete(w, gone)
        await accounts.update(w, accounts.Changes(display_name="Wren Plover", note="I watch plovers", fields=UNSET))
    async with writing(wren, cause="tests") as w:
        made = await lists.create(w, "Plover friends")
        await lists.add(w, made.id, [bram.account])
        await posts.folders.put(w, (await posts.folders.create(w, "Plover papers")).id, [of_bram])
        await relationships.set_note(w, bram.account, "Knows plovers")
        await relationships.mute(w, ines.account)
        await posts.polls.vote(w, asked, [1])
        await drafts.save(w, posts.Draft("Plover unfinished", reply_to=of_bram))
        await drafts.schedule(w, posts.Draft("Plover tomorrow"), clock.now() + timedelta(days=1), once=b"key-2")
    await publish(wren, "Plover in a picture", media=(await uploaded(wren, samples.placed_jpeg(), "A plover"),))
    async with writing(ines, cause="tests") as w:
        mine = await lists.create(w, "Heron friends")
        await lists.add(w, mine.id, [wren.account])
    await drain()
    return Town(wren, bram, ines, of_bram, answered, boosted)


__all__ = ["Town", "make_town", "notifications", "timelines"]
