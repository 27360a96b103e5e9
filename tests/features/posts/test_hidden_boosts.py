"""A boost that the viewer may not see leaves no trace of itself, least of all the boosted post in its place."""

from petrel.core.doors import Doors, reading
from petrel.core.viewer import Anonymous
from petrel.features import posts
from petrel.features.posts import Mark, Surface
from tests.people import follow, mark, people, publish


async def test_boosts_of_a_protected_account_are_for_its_followers(site: Doors) -> None:
    author, friend, stranger = await people("boosted", "friend", "stranger")
    [shy] = await people("shy", protected=True)
    post = await publish(author, "Read me")
    from petrel.core.doors import writing
    from petrel.features import relationships

    await follow(friend, shy)
    async with writing(shy, cause="tests") as w:
        await relationships.accept(w, friend.account)
    boost = (await mark(shy, post.id, Mark.BOOST)).boost
    assert boost is not None
    for viewer, sees in ((friend, True), (stranger, False), (Anonymous(), False)):
        for surface in (Surface.PROF, Surface.API, Surface.LINK):
            async with reading(viewer) as r:
                found = await posts.shown(r, surface, [boost])
            assert [one.row["id"] for one in found] == ([boost] if sees else []), (viewer, surface)
