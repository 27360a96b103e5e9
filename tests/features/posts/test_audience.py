"""Whom one's own post is for: narrowed at once by whoever may write, widened only by somebody just signed in."""

import pytest

from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid, Refused
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts, posts, relationships
from petrel.features.accounts import Changes, NotFresh, tokens
from petrel.features.posts import Audience, Mark, PostNotFound, Surface, TooWide
from tests.drain import drain
from tests.people import follow, mark, people, publish, tell

NOBODY = Anonymous()
PUBLIC, UNLISTED, FOLLOWERS, DIRECT = Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS, Audience.DIRECT


async def browser(member: Member) -> Member:
    """The same person at a browser, just signed in."""
    async with writing(System("tests"), cause="tests") as w:
        issued = await tokens.open_session(w, member.account)
    return Member(member.account, accounts.digest_of(issued.token), frozenset(issued.scopes), is_session=True)


async def narrow(member: Member, post: int, audience: Audience) -> bool:
    async with writing(member, cause="tests") as w:
        return await posts.narrow(w, post, audience)


async def widen(member: Member, post: int, audience: Audience) -> None:
    async with writing(member, cause="tests") as w:
        await posts.widen(w, post, audience)


async def standing(member: Member, post: int) -> posts.Standing:
    async with reading(member) as r:
        return await posts.standing(r, post)


async def seen(viewer: Member | Anonymous, post: int, surface: Surface = Surface.API) -> bool:
    async with reading(viewer) as r:
        return any(s.row["code"] > 3 for s in await posts.shown(r, surface, [post]))


async def counts(post: int, account: int) -> tuple[int, int]:
    await drain("counts")
    async with reading(System("tests")) as r:
        return (await r.value("select replies from posts.post where id = $1", post),
                await r.value("select posts_count from accounts.account where id = $1", account))


async def test_a_narrowed_post_is_gone_for_everybody_it_was_taken_from(site):
    ada, fan, stranger = await people("narrow_a", "narrow_f", "narrow_s")
    await follow(fan, ada)
    post = await publish(ada, "second thoughts")
    boost = (await mark(stranger, post.id, Mark.BOOST)).boost
    assert boost and await seen(fan, boost)

    assert await narrow(ada, post.id, UNLISTED)
    assert await seen(NOBODY, post.id) and not await seen(stranger, post.id, Surface.PUB)
    assert await narrow(ada, post.id, FOLLOWERS)

    assert not await seen(NOBODY, post.id) and not await seen(stranger, post.id)
    assert await seen(fan, post.id) and await seen(fan, post.id, Surface.HOME) and await seen(ada, post.id)
    async with reading(NOBODY) as r:
        assert post.id not in await posts.public(r, Page(40))
        found = await posts.shown(r, Surface.PROF, [boost])
        assert all(s.boosted is None for s in found), "the boost shows nothing of it"


async def test_narrowing_twice_does_nothing_and_never_widens(site):
    [ada] = await people("narrow_twice")
    post = await publish(ada, "x", audience=FOLLOWERS)
    assert not await narrow(ada, post.id, FOLLOWERS)
    for wider in (PUBLIC, UNLISTED):
        with pytest.raises(TooWide):
            await narrow(ada, post.id, wider)
    for never in (DIRECT, Audience.SELF, Audience.PROTECTED):
        with pytest.raises(Invalid):
            await narrow(ada, post.id, never)
    assert (await standing(ada, post.id)).wrote == FOLLOWERS


async def test_nobody_but_the_author_changes_an_audience_and_a_message_has_no_other(site):
    ada, eve = await people("own_a", "own_e")
    post, message = await publish(ada, "mine"), await tell(ada, "@own_e hello")
    boost = (await mark(eve, post.id, Mark.BOOST)).boost or 0
    for who, what in ((eve, post.id), (eve, message.id), (eve, boost), (ada, 4711)):
        with pytest.raises(PostNotFound):
            await narrow(who, what, FOLLOWERS)
        with pytest.raises(PostNotFound):
            await widen(await browser(who), what, PUBLIC)
    for audience in (FOLLOWERS, PUBLIC):
        with pytest.raises(TooWide):
            await narrow(ada, message.id, audience)
    with pytest.raises(PostNotFound):
        await widen(await browser(ada), message.id, PUBLIC)


async def test_an_app_needs_the_scope_to_write(site):
    [ada] = await people("scope_a")
    post = await publish(ada, "mine")
    async with writing(System("tests"), cause="tests") as w:
        [reads, writes] = [await tokens.issue(w, ada.account, None, [s]) for s in ("read", "write:statuses")]
    as_app = [Member(ada.account, accounts.digest_of(t.token), frozenset(t.scopes)) for t in (reads, writes)]
    with pytest.raises(Conflict):
        await narrow(as_app[0], post.id, FOLLOWERS)
    assert await narrow(as_app[1], post.id, FOLLOWERS)


async def test_widening_takes_somebody_who_has_just_signed_in(site):
    [ada] = await people("widen_a")
    post = await publish(ada, "for friends", audience=FOLLOWERS)
    with pytest.raises(NotFresh):
        await widen(ada, post.id, PUBLIC)
    old = await browser(ada)
    await site.pools["writer"].execute("update accounts.token set made_at = now() - interval '6 minutes' "
                                       "where account = $1 and kind = 'session'", ada.account)
    with pytest.raises(NotFresh):
        await widen(old, post.id, PUBLIC)
    assert not await seen(NOBODY, post.id)

    await widen(await browser(ada), post.id, UNLISTED)
    assert await seen(NOBODY, post.id)
    with pytest.raises(Invalid):
        await widen(await browser(ada), post.id, FOLLOWERS)


async def test_signing_in_again_makes_a_new_session_and_ends_the_old_one(site):
    async with writing(System("tests"), cause="tests") as w:
        made = await accounts.create(w, accounts.NewAccount("again"), secret_hash=await accounts.hash_password("x" * 9))
    old = await browser(Member(made.id, b""))
    with pytest.raises(accounts.WrongSignIn):
        await accounts.sign_in_again(old, "y" * 9, cause="tests")
    issued = await accounts.sign_in_again(old, "x" * 9, cause="tests")
    async with reading(NOBODY) as r:
        assert await accounts.resolve(r, old.digest) is None
        new = await accounts.resolve(r, accounts.digest_of(issued.token))
    assert isinstance(new, Member)
    async with reading(new) as r:
        assert await accounts.is_fresh(r)


async def test_what_was_written_while_protected_is_released_one_by_one(site):
    [ada] = await people("released", protected=True)
    first, second = await publish(ada, "one"), await publish(ada, "two")
    me = await browser(ada)
    with pytest.raises(Refused, match="account is protected"):
        await widen(me, first.id, PUBLIC)
    async with writing(me, cause="tests") as w:
        await accounts.unprotect(w)
    assert not await seen(NOBODY, first.id) and not await seen(NOBODY, second.id)

    await widen(me, first.id, PUBLIC)

    assert await seen(NOBODY, first.id) and not await seen(NOBODY, second.id)
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, Changes(protected=True))
    assert not await seen(NOBODY, first.id), "protecting covers it again"


async def test_a_post_of_a_protected_account_is_narrowed_for_good(site):
    [ada] = await people("for_good")
    kept, open_again = await publish(ada, "narrow me"), await publish(ada, "leave me")
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, Changes(protected=True))
    with pytest.raises(TooWide):
        await narrow(ada, kept.id, UNLISTED)
    assert await narrow(ada, kept.id, FOLLOWERS)
    me = await browser(ada)
    async with reading(me) as r:
        assert await posts.if_opened(r) == posts.IfOpened(listed=1, unlisted=0, stay=1)
    async with writing(me, cause="tests") as w:
        await accounts.unprotect(w)
    assert not await seen(NOBODY, kept.id) and await seen(NOBODY, open_again.id)


async def test_an_answer_is_never_widened_beyond_what_it_answers(site):
    ada, bea = await people("parent_a", "parent_b")
    await follow(bea, ada)
    post = await publish(ada, "for friends", audience=FOLLOWERS)
    answer = await publish(bea, "yes", reply_to=post.id)
    with pytest.raises(Refused, match="what it answers"):
        await widen(await browser(bea), answer.id, PUBLIC)
    await widen(await browser(ada), post.id, UNLISTED)
    await widen(await browser(bea), answer.id, UNLISTED)
    async with writing(ada, cause="tests") as w:
        await posts.delete(w, post.id)
    assert await narrow(bea, answer.id, FOLLOWERS)
    with pytest.raises(Refused, match="what it answers"):
        await widen(await browser(bea), answer.id, UNLISTED)


async def test_counts_follow_what_an_anonymous_visitor_may_see(site):
    ada, bea = await people("counted_a", "counted_b")
    post = await publish(ada, "count")
    answer = await publish(bea, "one", reply_to=post.id)
    assert await counts(post.id, bea.account) == (1, 1)
    await narrow(bea, answer.id, UNLISTED)
    assert await counts(post.id, bea.account) == (1, 1)
    await narrow(bea, answer.id, FOLLOWERS)
    assert await counts(post.id, bea.account) == (0, 0)
    await widen(await browser(bea), answer.id, PUBLIC)
    assert await counts(post.id, bea.account) == (1, 1)
    await narrow(bea, answer.id, FOLLOWERS)
    async with writing(bea, cause="tests") as w:
        await posts.delete(w, answer.id)
    assert await counts(post.id, bea.account) == (0, 0)


async def test_search_forgets_what_was_narrowed_and_finds_what_was_widened(site):
    [ada] = await people("indexed", indexable=True)
    post = await publish(ada, "zugvogel")
    is_open = "select is_indexable from search.post_words where post = $1"

    async def found() -> bool:
        await drain("search")
        async with reading(System("tests")) as r:
            return bool(await r.value(is_open, post.id))

    assert await found()
    await narrow(ada, post.id, UNLISTED)
    assert not await found()
    await widen(await browser(ada), post.id, PUBLIC)
    assert await found()


async def test_of_two_changes_at_once_the_narrower_holds(site):
    [ada] = await people("at_once")
    post = await publish(ada, "x")
    async with reading(ada) as looked:
        assert (await posts.standing(looked, post.id)).wrote == PUBLIC
        await narrow(ada, post.id, FOLLOWERS)
    set_late = "select posts.set_audience($1, $2, $3, $4)"
    assert not await site.pools["writer"].fetchval(set_late, ada.digest, post.id, int(UNLISTED), False)
    assert not await site.pools["writer"].fetchval(set_late, ada.digest, post.id, int(UNLISTED), True), "an app's"
    assert (await standing(ada, post.id)).wrote == FOLLOWERS


async def test_removing_a_follower_is_silent_and_at_once(site):
    ada, fan = await people("silent_a", "silent_f")
    await follow(fan, ada)
    post = await publish(ada, "for friends", audience=FOLLOWERS)
    await drain()
    assert await seen(fan, post.id)
    async with writing(ada, cause="tests") as w:
        await relationships.remove_follower(w, fan.account)
    assert not await seen(fan, post.id)
    await drain()
    async with reading(System("tests")) as r:
        told = await r.value("select count(*) from notifications.notification where cell = law.cell($1) "
                             "and account = $1", fan.account)
    assert told == 0


NOTHING_ELSE = {
    "rename": Changes(display_name="Else", note="new words", fields=()),
    "bot": Changes(bot=True),
    "found": Changes(discoverable=True, indexable=True),
    "network": Changes(hides_network=True),
    "defaults": Changes(default_audience=0, default_sensitive=True, default_language="de"),
}


@pytest.mark.parametrize("change", NOTHING_ELSE)
async def test_no_other_change_of_an_account_widens_anything(site, change):
    [ada] = await people(f"else_{change}")
    before = await publish(ada, "before")
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, Changes(protected=True))
    during = await publish(ada, "during")
    for what in (NOTHING_ELSE[change], Changes(protected=True)):
        async with writing(ada, cause="tests") as w:
            await accounts.update(w, what)
        assert not await seen(NOBODY, before.id) and not await seen(NOBODY, during.id)
    async with writing(System("tests"), cause="tests") as w:
        await accounts.set_password(w, ada.account, "x")
        await accounts.set_role(w, ada.account, "moderator")
        await accounts.set_flags(w, ada.account, discoverable=False, indexable=True, bot=False)
    assert not await seen(NOBODY, before.id) and not await seen(NOBODY, during.id)


async def test_an_edit_keeps_the_audience(site):
    [ada] = await people("edit_keeps")
    post = await publish(ada, "one", audience=FOLLOWERS)
    async with writing(ada, cause="tests") as w:
        await posts.edit(w, post.id, posts.Draft("two", audience=PUBLIC))
    assert not await seen(NOBODY, post.id)
