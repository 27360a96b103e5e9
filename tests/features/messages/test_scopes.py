"""What an app's scopes and a block mean for direct messages, decided by the database."""

import hashlib

import pytest

from petrel.core.doors import reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, posts, relationships
from petrel.features.posts import Draft, PostNotFound, Surface
from tests.people import people, publish, tell


async def app_of(member: Member, *scopes: str) -> Member:
    async with writing(System("tests"), cause="tests") as w:
        [token] = await accounts.issue_tokens_many(w, [member.account], list(scopes))
    return Member(member.account, hashlib.sha256(token.encode()).digest(), frozenset(scopes))


@pytest.mark.parametrize("scope", ["push", "read:accounts", "write"])
async def test_an_app_that_may_not_read_posts_learns_nothing_of_messages(site, scope):
    name = scope.replace(":", "")
    ada, bob = await people(f"sc{name}a", f"sc{name}b")
    message = await tell(ada, f"@sc{name}b hello")
    app = (await app_of(bob, scope)).digest
    reader, one = site.pools["reader"], [message.id]
    page = "select * from law.page($1, 1::smallint, $2::bigint[], '{0}', '{0}', null)"
    assert await reader.fetch(page, app, one) == []
    assert await reader.fetch("select * from messages.entries($1, 1::smallint, $2::bigint[], '{0}')", app, one) == []
    assert await reader.fetch("select * from law.judge($1::bytea[], $2::bigint[])", [app], one) == []
    assert await reader.fetch("select * from messages.thread($1, $2, 20)", app, message.conversation) == []


async def test_an_app_that_only_writes_changes_its_owners_posts_and_nobody_elses(site):
    ada, bob = await people("wrada", "wrbob")
    app = await app_of(ada, "write:statuses")
    private = await publish(ada, "one", audience=posts.Audience.FOLLOWERS)
    message = await tell(ada, "@wrbob one")
    theirs = await tell(bob, "@wrada two")
    for post in (private.id, message.id):
        async with writing(app, cause="tests") as w:
            await posts.edit(w, post, Draft("@wrbob changed"))
        async with reading(ada) as r:
            assert (await posts.source(r, post)).text == "@wrbob changed"
        async with reading(app) as r:
            with pytest.raises(PostNotFound):
                await posts.source(r, post)
        async with writing(app, cause="tests") as w:
            await posts.delete(w, post)
    async with writing(app, cause="tests") as w:
        with pytest.raises(PostNotFound):
            await posts.edit(w, theirs.id, Draft("mine"))


async def test_an_app_that_only_reads_changes_nothing(site):
    ada, _ = await people("rdada", "rdbob")
    message = await tell(ada, "@rdbob one")
    app = await app_of(ada, "read")
    async with writing(app, cause="tests") as w:
        with pytest.raises(PostNotFound):
            await posts.delete(w, message.id)
    # Past the commands: the function itself refuses.
    change = "select messages.change($1, $2, 0, null, null)"
    assert await site.pools["writer"].fetchval(change, app.digest, message.id) is None


async def test_what_is_edited_after_a_block_does_not_reach_the_other_side_and_can_be_deleted(site):
    for n, blocks in enumerate(("author", "named")):
        ada, bob = await people(f"edada{n}", f"edbob{n}")
        message = await tell(bob, f"@edada{n} nice")
        async with writing(bob if blocks == "author" else ada, cause="tests") as w:
            await relationships.block(w, (ada if blocks == "author" else bob).account)
        async with writing(bob, cause="tests") as w:
            with pytest.raises(PostNotFound):
                await posts.edit(w, message.id, Draft("abuse"))
        async with reading(ada) as r:
            found = await posts.shown(r, Surface.API, [message.id])
            assert [c.text for c in (await posts.contents([s.row for s in found])).values()] == [f"@edada{n} nice"]
        async with writing(bob, cause="tests") as w:
            await posts.delete(w, message.id)
