"""Who may act on posts: the database is asked about whoever holds the token, at the moment of acting."""

import pytest

from petrel.core.errors import Unauthenticated
from petrel.features import posts
from petrel.features.posts import Audience, Mark, PostNotFound
from tests.features.messages.test_scopes import app_of
from tests.people import follow, mark, people, publish, tell

STATES = {"suspended": 128, "deactivated": 256}


@pytest.mark.parametrize("state", STATES)
async def test_who_is_suspended_or_deactivated_sees_and_does_nothing(site, state):
    ada, bob = await people(f"{state}_a", f"{state}_b")
    post, message = await publish(ada, "hello"), await tell(ada, f"@{state}_b hello")
    writer = site.pools["writer"]
    await writer.execute("update accounts.account set state = $2 where id = $1", bob.account, STATES[state])
    judge = "select * from law.judge($1::bytea[], $2::bigint[])"
    assert await writer.fetch(judge, [bob.digest] * 2, [post.id, message.id]) == []
    assert len(await writer.fetch(judge, [bob.digest, ada.digest], [post.id, post.id])) == 1
    with pytest.raises(Unauthenticated):
        await mark(bob, post.id, Mark.LIKE)


async def test_a_like_with_somebody_elses_digest_or_none_at_all_counts_for_nobody(site):
    ada, bob, eve = await people("stand_a", "stand_b", "stand_e")
    post = await publish(ada, "hello")
    for digest in (eve.digest, bytes(32)):
        forged = type(bob)(bob.account, digest, bob.scopes)
        asks = [posts.MarkAsk(m, post.id, Mark.LIKE, True, "tests") for m in (forged, eve)]
        refused, done = await posts.mark_together(asks)
        assert isinstance(refused, Unauthenticated) and isinstance(done, posts.Marked)


async def test_an_app_likes_what_it_may_read(site):
    ada, bob = await people("like_a", "like_b")
    await follow(bob, ada)
    private = await publish(ada, "for followers", audience=Audience.FOLLOWERS)
    public = await publish(ada, "for all")
    app = await app_of(bob, "write:favourites")
    assert (await mark(app, public.id, Mark.LIKE)).changed
    with pytest.raises(PostNotFound):
        await mark(app, private.id, Mark.LIKE)
    assert (await mark(bob, private.id, Mark.LIKE)).changed
