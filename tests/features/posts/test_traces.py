"""Posts that a viewer may not see leave no trace: not in counts, in lists of people, in threads, nor in history."""

import pytest

from petrel.core.doors import reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous
from petrel.features import posts, relationships
from petrel.features.posts import Audience, Draft, Mark, PostNotFound, Surface
from tests.drain import drain
from tests.people import mark, open_up, people, publish


async def boost(member, post, audience=None):
    [done] = await posts.mark_together([posts.MarkAsk(member, post, Mark.BOOST, True, "tests", audience)])
    return done.boost


async def counts(post):
    await drain("counts")
    async with reading(Anonymous()) as r:
        [one] = await posts.shown(r, Surface.API, [post])
    return one.row


async def test_nobody_signed_out_is_told_who_liked(site):
    ada, bob = await people("trada", "trbob")
    post = await publish(ada, "hello")
    await mark(bob, post.id, Mark.LIKE)
    async with reading(ada) as r:
        assert [a for _, a in await posts.reactions(r, post.id, 1, Page(40))] == [bob.account]
    async with reading(Anonymous()) as r:
        assert await posts.reactions(r, post.id, 1, Page(40)) == []


async def test_a_boost_to_followers_is_told_to_nobody_else(site):
    ada, bob, cat, eve = await people("tbada", "tbbob", "tbcat", "tbeve")
    post = await publish(ada, "hello")
    hidden = await boost(bob, post.id, Audience.FOLLOWERS)
    open_ = await boost(cat, post.id)
    async with reading(eve) as r:
        assert not await posts.shown(r, Surface.API, [hidden])
        assert [a for _, a in await posts.reactions(r, post.id, 4, Page(40))] == [cat.account]
    async with reading(bob) as r:
        assert [a for _, a in await posts.reactions(r, post.id, 4, Page(40))] == [cat.account, bob.account]
    assert open_ and (await counts(post.id))["boosts"] == 1
    await mark(bob, post.id, Mark.BOOST, on=False)
    assert (await counts(post.id))["boosts"] == 1, "what was not counted is not taken away"
    await mark(cat, post.id, Mark.BOOST, on=False)
    assert (await counts(post.id))["boosts"] == 0


async def test_counts_do_not_move_with_posts_that_are_for_followers(site):
    [ada], [pro] = await people("tcada"), await people("tcpro", protected=True)
    post = await publish(ada, "hello")
    reply = await publish(pro, "@tcada of a protected account", reply_to=post.id)
    own = await publish(ada, "for followers", audience=Audience.FOLLOWERS)
    row = await counts(post.id)
    assert (row["replies"], row["author_posts"]) == (0, 1)
    for author, number in ((pro, reply.id), (ada, own.id)):
        async with writing(author, cause="tests") as w:
            await posts.delete(w, number)
    open_reply = await publish(ada, "in the open", reply_to=post.id)
    row = await counts(post.id)
    assert open_reply and (row["replies"], row["author_posts"]) == (1, 2)


async def test_a_boost_made_while_protected_stays_with_followers(site):
    [ada, eve], [pro] = await people("tpada", "tpeve"), await people("tppro", protected=True)
    post = await publish(ada, "hello")
    number = await boost(pro, post.id)
    await open_up(pro)
    async with reading(eve) as r:
        assert not await posts.shown(r, Surface.API, [number])
        assert await posts.reactions(r, post.id, 4, Page(40)) == []


async def test_functions_tell_nobody_that_a_hidden_post_exists(site):
    [ada], [pro] = await people("thada"), await people("thpro", protected=True)
    post = await publish(ada, "for followers", audience=Audience.FOLLOWERS)
    await publish(pro, "of a protected account")
    reader = site.pools["reader"]
    assert await reader.fetch("select * from posts.thread('', $1, 9)", post.id) == []
    for author in (ada, pro):
        of_author = "select * from posts.of_author('', $1, 9, $2, $3, true, true)"
        assert await reader.fetch(of_author, author.account, None, None) == []
        assert await reader.fetch(of_author, author.account, None, 1) == []
    assert len(await reader.fetch("select * from posts.thread($1, $2, 9)", ada.digest, post.id)) == 1


async def test_the_history_waits_for_an_explicit_act_where_the_post_does(site):
    ada, eve = await people("tgada", "tgeve")
    post = await publish(ada, "one")
    async with writing(ada, cause="tests") as w:
        await posts.edit(w, post.id, Draft("two"))
    async with writing(eve, cause="tests") as w:
        await relationships.block(w, ada.account)
    async with reading(eve) as r:
        with pytest.raises(PostNotFound):
            await posts.history(r, post.id)
        assert [v.content.text for v in await posts.history(r, post.id, reveal=True)] == ["one", "two"]
