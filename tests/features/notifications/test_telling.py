"""Who is told of what, as the rooms' commands make it happen."""

from datetime import UTC, datetime, timedelta

import pytest

from petrel.core.doors import reading, writing
from petrel.core.ids import new_id
from petrel.core.jobs import HANDLERS
from petrel.core.pages import Page
from petrel.core.viewer import System
from petrel.features import notifications, posts, relationships
from petrel.features.notifications import ALL_KINDS, Kind, Policy, Wanted
from petrel.features.notifications import jobs as telling
from petrel.features.posts import Audience, Mark
from petrel.worker import jobs
from tests.drain import drain
from tests.people import act, mark, people, publish, tell

FULL = Page(limit=100)


async def told(member, *, held=False, kinds=ALL_KINDS):
    """(kind, actor, post) of the member's candidates, newest first."""
    await drain("notifications")
    async with reading(member) as r:
        return [(c.kind, c.actor, c.post) for c in await notifications.listed(r, FULL, Wanted(kinds, held=held))]


async def columns(member, **values):
    async with writing(System("test"), cause="test") as w:
        for name, value in values.items():
            await w.execute(f"update accounts.account set {name} = $2 where id = $1", member.account, value)
        w.record("accounts.account.changed", member.account)


async def test_likes_boosts_follows_and_mentions_are_told_and_taken_back(site):
    ann, ben = await people("ann1", "ben1")
    post = (await publish(ann, "a heron on the roof")).id
    reply = (await publish(ben, "@ann1 where?", reply_to=post)).id
    await mark(ben, post, Mark.LIKE)
    await mark(ben, post, Mark.BOOST)
    await act(ben, relationships.follow, ann.account)
    assert await told(ann) == [(Kind.FOLLOW, ben.account, 0), (Kind.REBLOG, ben.account, post),
                               (Kind.FAVOURITE, ben.account, post), (Kind.MENTION, ben.account, reply)]
    assert await told(ben) == []

    await mark(ben, post, Mark.LIKE, False)
    await mark(ben, post, Mark.BOOST, False)
    await act(ben, relationships.unfollow, ann.account)
    await act(ben, posts.delete, reply)
    assert await told(ann) == []


async def test_what_is_taken_back_before_anybody_was_told_is_never_told(site):
    ann, ben = await people("ann2", "ben2")
    post = (await publish(ann, "one")).id
    for on in (True, False):
        await mark(ben, post, Mark.LIKE, on)
    gone = (await publish(ben, "@ann2 oh")).id
    await act(ben, posts.delete, gone)
    assert await told(ann) == []
    for on in (True, False, True):
        await mark(ben, post, Mark.LIKE, on)
    assert await told(ann) == [(Kind.FAVOURITE, ben.account, post)]


async def test_deleting_a_post_removes_what_was_told_of_it(site):
    ann, ben = await people("ann3", "ben3")
    post = (await publish(ann, "soon gone")).id
    await mark(ben, post, Mark.LIKE)
    await mark(ben, post, Mark.BOOST)
    assert len(await told(ann)) == 2
    await act(ann, posts.delete, post)
    assert await told(ann) == []


async def test_nobody_is_told_of_what_they_do_themselves(site):
    ann, = await people("ann4")
    post = (await publish(ann, "@ann4 note to self")).id
    await mark(ann, post, Mark.LIKE)
    await mark(ann, post, Mark.BOOST)
    assert await told(ann) == []


async def test_blocks_and_mutes_hold_before_and_after(site):
    ann, ben, cat, dan = await people("ann5", "ben5", "cat5", "dan5")
    post = (await publish(ann, "quiet please")).id
    await act(ann, relationships.block, ben.account)
    await act(cat, relationships.block, ann.account)
    await act(ann, relationships.mute, dan.account, notifications=True)
    await publish(dan, "@ann5 hello")
    await publish(cat, "@ann5 hello")
    await mark(dan, post, Mark.LIKE)
    assert await told(ann) == []

    await act(ann, relationships.unmute, dan.account)
    await mark(dan, post, Mark.BOOST)
    assert await told(ann) == [(Kind.REBLOG, dan.account, post)]
    await act(ann, relationships.mute, dan.account, notifications=True)
    assert await told(ann) == []
    await act(ann, relationships.mute, dan.account, notifications=False)
    assert await told(ann) == [(Kind.REBLOG, dan.account, post)]
    await act(ann, relationships.block, dan.account)
    assert await told(ann) == []


async def test_requests_are_told_until_they_are_answered(site):
    ann, = await people("ann6", protected=True)
    ben, cat = await people("ben6", "cat6")
    await act(ben, relationships.follow, ann.account)
    await act(cat, relationships.follow, ann.account)
    assert {(kind, actor) for kind, actor, _ in await told(ann)} == {
        (Kind.FOLLOW_REQUEST, ben.account), (Kind.FOLLOW_REQUEST, cat.account)}
    await act(ann, relationships.accept, ben.account)
    await act(ann, relationships.reject, cat.account)
    assert await told(ann) == [(Kind.FOLLOW, ben.account, 0)]


async def test_a_bell_rings_for_posts_and_not_for_answers_to_others(site):
    ann, ben, cat = await people("ann7", "ben7", "cat7")
    await act(ann, relationships.follow, ben.account, bell=True)
    await act(cat, relationships.follow, ben.account)
    first = (await publish(ben, "first light")).id
    other = (await publish(cat, "noise")).id
    await publish(ben, "no idea", reply_to=other)
    thread = (await publish(ben, "and more", reply_to=first)).id
    named = (await publish(ben, "@ann7 look")).id
    assert await told(ann) == [(Kind.MENTION, ben.account, named), (Kind.STATUS, ben.account, thread),
                               (Kind.STATUS, ben.account, first)]
    assert await told(cat) == []
    await act(ann, relationships.follow, ben.account, bell=False)
    await publish(ben, "unheard")
    assert await told(ann) == [(Kind.MENTION, ben.account, named)]
    await act(ann, relationships.follow, ben.account, bell=True)
    assert (Kind.STATUS, ben.account, first) in await told(ann)
    await act(ben, posts.delete, first)
    assert (Kind.STATUS, ben.account, first) not in await told(ann)


async def test_bells_of_many_are_rung_by_a_job_to_the_last(site, monkeypatch):
    monkeypatch.setattr(telling, "RUNG_AT_ONCE", 3)
    star, = await people("star8")
    fans = await people(*(f"fan8{n}" for n in range(8)))
    for fan in fans:
        await act(fan, relationships.follow, star.account, bell=True)
    await drain("notifications")
    post = (await publish(star, "tonight")).id
    await drain("notifications")
    assert "notifications.ring" in HANDLERS
    await jobs.drain()
    for fan in fans:
        assert await told(fan) == [(Kind.STATUS, star.account, post)]


async def test_a_muted_thread_is_quiet(site):
    ann, ben = await people("ann9", "ben9")
    root = (await publish(ann, "long story")).id
    await mark(ann, root, Mark.MUTE)
    reply = (await publish(ben, "@ann9 what?", reply_to=root)).id
    await publish(ben, "@ann9 say", reply_to=reply)
    await mark(ben, root, Mark.LIKE)
    other = (await publish(ben, "@ann9 elsewhere")).id
    assert await told(ann) == [(Kind.MENTION, ben.account, other)]
    await mark(ann, root, Mark.MUTE, False)
    again = (await publish(ben, "@ann9 now?", reply_to=root)).id
    assert (await told(ann))[0] == (Kind.MENTION, ben.account, again)


async def test_an_edit_that_names_somebody_tells_them_once(site):
    ann, ben, cat = await people("ann10", "ben10", "cat10")
    post = (await publish(ben, "@ann10 hm")).id
    await drain("notifications")
    await act(ben, posts.edit, post, posts.Draft("@ann10 @cat10 hm"))
    assert await told(ann) == [(Kind.MENTION, ben.account, post)]
    assert await told(cat) == [(Kind.MENTION, ben.account, post)]


async def test_private_mentions_of_strangers_wait_until_the_owner_says_yes(site):
    ann, ben = await people("ann11", "ben11")
    first = (await tell(ben, "@ann11 psst")).id
    assert await told(ann) == []
    assert await told(ann, held=True) == [(Kind.MENTION, ben.account, first)]
    async with reading(ann) as r:
        policy, summary = await notifications.policy(r)
        [request] = await notifications.requests(r, FULL)
    assert policy == Policy() and (summary.requests, summary.notifications) == (1, 1)
    assert (request.actor, request.count, request.last_post) == (ben.account, 1, first)

    await act(ann, notifications.accept, [request.id])
    assert await told(ann) == [(Kind.MENTION, ben.account, first)]
    second = (await tell(ben, "@ann11 me again")).id
    assert (await told(ann))[0] == (Kind.MENTION, ben.account, second)


async def test_an_answer_in_a_conversation_one_began_is_told(site):
    ann, ben = await people("ann12", "ben12")
    mine = (await tell(ann, "@ben12 a question")).id
    answer = (await tell(ben, "@ann12 an answer", reply_to=mine)).id
    assert await told(ann) == [(Kind.MENTION, ben.account, answer)]


@pytest.mark.parametrize(("rule", "step"), [("not_following", "filter"), ("not_following", "drop"),
                                            ("not_followers", "filter"), ("new_accounts", "filter"),
                                            ("limited_accounts", "filter"), ("limited_accounts", "accept")])
async def test_the_policy_holds_for_whom_it_names(site, rule, step):
    tag = f"{rule.replace('_', '')}{step}"[:20]
    ann, ben, friend = await people(f"a{tag}", f"b{tag}", f"f{tag}")
    await act(ann, relationships.follow, friend.account)
    await act(friend, relationships.follow, ann.account)
    async with writing(System("test"), cause="test") as w:
        old = new_id(0) - (10 * 86400 * 1000 << 16)
        await w.execute("update relationships.relation set followed_id = $2 where owner = $1 and bits & 2 <> 0",
                        ann.account, old)
        w.record("relationships.follow.changed", old, refs=(friend.account, ann.account, 1))
    if rule == "limited_accounts":
        await columns(ben, state=8)
    if rule != "new_accounts":
        long_ago = datetime.now(UTC) - timedelta(days=100)
        await columns(ben, joined_at=long_ago)
        await columns(friend, joined_at=long_ago)
    await act(ann, notifications.set_policy, Policy(**{rule: step}))
    post = (await publish(ann, "hear")).id
    await drain("notifications")
    await mark(ben, post, Mark.LIKE)
    await mark(friend, post, Mark.BOOST)
    shown, all_of_it = await told(ann), await told(ann, held=True)
    liked, boosted = (Kind.FAVOURITE, ben.account, post), (Kind.REBLOG, friend.account, post)
    assert boosted in shown
    assert (liked in shown) == (step == "accept")
    assert (liked in all_of_it) == (step != "drop")


async def test_dismissed_requests_are_gone_and_the_next_is_held_again(site):
    ann, ben = await people("ann13", "ben13")
    await tell(ben, "@ann13 one")
    await drain("notifications")
    async with reading(ann) as r:
        [request] = await notifications.requests(r, FULL)
    assert await act(ann, notifications.dismiss_requests, [request.id]) == 1
    assert await told(ann, held=True) == []
    two = (await tell(ben, "@ann13 two")).id
    assert await told(ann, held=True) == [(Kind.MENTION, ben.account, two)]
    assert await act(ben, notifications.accept, [request.id]) == 0      # not theirs


async def test_clearing_holds_at_once_and_new_ones_come_in(site):
    ann, ben = await people("ann14", "ben14")
    post = (await publish(ann, "before")).id
    await mark(ben, post, Mark.LIKE)
    assert await told(ann)
    await act(ann, notifications.clear)
    assert await told(ann) == []
    await mark(ben, post, Mark.BOOST)
    assert await told(ann) == [(Kind.REBLOG, ben.account, post)]
    await jobs.drain()
    async with reading(System("test")) as r:
        left = await r.value("select count(*) from notifications.notification where account = $1", ann.account)
    assert left == 1


async def test_followers_only_posts_are_told_to_whom_they_name_only(site):
    ann, ben = await people("ann15", "ben15")
    post = (await publish(ben, "@ann15 between us", audience=Audience.FOLLOWERS)).id
    assert await told(ann) == [(Kind.MENTION, ben.account, post)]


async def test_a_token_without_the_scope_gets_none(site):
    from petrel.core.viewer import Member
    from petrel.features import accounts

    ann, ben = await people("ann16", "ben16")
    post = (await publish(ann, "scoped")).id
    await mark(ben, post, Mark.LIKE)
    await drain("notifications")
    async with writing(System("test"), cause="test") as w:
        [token] = await accounts.issue_many(w, [ann.account], ["read:statuses"])
    narrow = Member(ann.account, accounts.digest_of(token), frozenset(["read:statuses"]))
    async with reading(narrow) as r:
        assert await notifications.listed(r, FULL) == []


async def test_a_thousand_likes_take_a_handful_of_statements_and_keep_their_order(site):
    star, = await people("star17")
    fans = await people(*(f"fan17x{n}" for n in range(300)))
    post = (await publish(star, "everybody")).id
    await drain("notifications")
    await posts.mark_together([posts.MarkAsk(fan, post, Mark.LIKE, True, "test") for fan in fans])
    before = site.queries
    await drain("notifications")
    assert site.queries - before < 12
    async with reading(star) as r:
        found = await notifications.listed(r, Page(1000))
    async with reading(System("test")) as r:
        journal = await r.fetch("select actor from journal.entry where kind = 'posts.like.created' and subject = $1 "
                                "order by epoch, xid, id", post)
    assert [c.actor for c in reversed(found)] == [row["actor"] for row in journal]
    assert len({c.id for c in found}) == 300
