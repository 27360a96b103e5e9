"""`petrel why`: the same verdict as the surfaces give, with the facts."""

from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features import posts
from petrel.features.posts import Audience
from tests.people import follow, people, publish


async def test_it_tells_what_each_surface_shows_and_from_which_facts(site):
    ann, bob = await people("ann", "bob")
    post = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    async with reading(System("t")) as r:
        before = {e.surface: e for e in await posts.why(r, bob.account, post.id)}
        await follow(bob, ann)
        after = {e.surface: e for e in await posts.why(r, bob.account, post.id)}
        assert await posts.why(r, None, 4711) == []
    assert {e.code for e in before.values()} == {"nothing"} and before["api"].viewer == "signed in"
    assert after["home"].code == "full" and after["pub"].code == "nothing" and "follower" in after["api"].viewer
    assert after["api"].audience == "followers" and after["api"].state == "live"
