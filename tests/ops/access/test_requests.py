"""Two people for what one may not do alone: every step, and everything that must not be one."""

import asyncio

import asyncpg
import pytest

from petrel.core.doors import UnjournaledWrite, current, reading, writing
from petrel.core.errors import Conflict, Invalid, NotFound, PetrelError
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import access
from petrel.ops.access import NotAllowed, jobs
from tests.crew import approve, as_owner, ask, crew, refuse, session_of, use
from tests.people import people, signed_in

pytestmark = pytest.mark.usefixtures("site")


async def fresh(addresses, **roles):
    """A crew of just these people; whoever was there before is gone for longer than a day."""
    await as_owner(addresses, "update accounts.account set role = 'member' where role <> 'member'")
    await as_owner(addresses, "delete from access.crew_change")
    await as_owner(addresses, "delete from access.request")
    names = {f"{name}{next(_count)}": role for name, role in roles.items()}
    return await crew(**names)


_count = iter(range(10_000))


async def kinds_of(addresses, request):
    rows = await as_owner(addresses, "select kind, actor, refs from journal.entry where subject = $1 order by id",
                          request.id)
    return [(row["kind"].removeprefix("access.request."), row["actor"], list(row["refs"])) for row in rows]


async def refused(doing):
    with pytest.raises(NotAllowed) as raised:
        await doing
    assert raised.value.message, "it says what to do"
    return raised.value.reason


async def test_asked_by_one_approved_by_another_used_once(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="owner")
    request = await ask(ann)
    assert request.state == "asked" and request.what == {"surface": "home"} and request.approves_itself_at is None
    assert (await approve(bob, request)).state == "approved"
    await use(request)
    async with reading(System("tests")) as r:
        after = await access.find(r, request.id)
        assert request.id not in [one.id for one in await access.waiting(r)]
    assert (after.state, after.asker, after.approver) == ("used", ann.account, bob.account)
    assert after.reason == "the probe was wrong"
    assert await kinds_of(addresses, request) == [
        ("made", ann.account, [ann.account, 0]), ("approved", bob.account, [ann.account, bob.account]),
        ("used", None, [ann.account, bob.account])]
    assert await refused(use(request)) == "deny.used"


async def test_nobody_approves_their_own(addresses):
    ann, _ = await fresh(addresses, ann="owner", bob="owner")
    request = await ask(ann)
    with pytest.raises(NotAllowed, match=f"petrel access approve {request.id} --as"):
        await approve(ann, request)
    # By another session of hers as little, and not past the rules either.
    assert await refused(approve(await session_of(ann.account), request)) == "deny.own"
    assert await in_database("select access.approve($1, $2, (select bound from access.request where id = $2))",
                             ann.digest, request.id) is False
    with pytest.raises(asyncpg.CheckViolationError):
        await as_owner(addresses, "update access.request set approver = asker where id = $1", request.id)


async def in_database(sql, *args):
    """As a web process would that skips the rules."""
    async with current().pools["writer"].acquire() as connection:
        return await connection.fetchval(sql, *args)


async def test_unapproved_refused_expired_and_twice(addresses):
    ann, bob, cat = await fresh(addresses, ann="admin", bob="admin", cat="admin")
    waits, stopped, late = await ask(ann), await ask(ann), await ask(ann)
    assert await refused(use(waits)) == "deny.waits"
    await approve(bob, waits)
    assert await refused(approve(cat, waits)) == "deny.approved"
    await refuse(cat, waits)                                   # takes back what was approved
    assert await refused(use(waits)) == "deny.refused"
    await refuse(bob, stopped)
    assert await refused(approve(bob, stopped)) == "deny.refused"
    assert await refused(refuse(bob, stopped)) == "deny.refused"
    await as_owner(addresses, "update access.request set expires_at = now() where id = $1", late.id)
    assert await refused(approve(bob, late)) == "deny.expired"
    assert await in_database("select access.approve($1, $2, (select bound from access.request where id = $2))",
                             bob.digest, late.id) is False


async def test_an_approval_is_good_for_an_hour(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    approved = await approve(bob, request)
    assert (approved.good_until - approved.approved_at).total_seconds() == 3600
    await as_owner(addresses, "update access.request set good_until = now() where id = $1", request.id)
    assert await refused(use(request)) == "deny.expired"
    bound = (await as_owner(addresses, "select bound from access.request where id = $1", request.id))[0][0]
    assert await in_database("select access.use('t', $1, $2, $3, '')", request.id, request.kind, bound) is False
    assert await jobs.turn() == "1 requests have run out"
    assert (await kinds_of(addresses, request))[-1] == ("expired", None, [ann.account, 0])


async def test_it_is_for_exactly_what_was_asked(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann, surface="home")
    await approve(bob, request)
    assert await refused(use(request, surface="api")) == "deny.altered"
    assert await refused(use(request, surface="home", more="x")) == "deny.altered"
    assert await refused(use(request, kind="policy.raise")) == "deny.altered"
    assert await in_database("select access.use('t', $1, $2, $3, '')", request.id, request.kind, b"x" * 32) is False
    await use(request, surface="home")


async def test_altered_in_the_database_it_is_good_for_nothing(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    harmless, harmful = await ask(ann, surface="home"), await ask(ann, surface="api")
    # The particulars of another request, moved under this one: ciphertext belongs to its own number.
    await as_owner(addresses, "update access.request set sealed = (select sealed from access.request where id = $2) "
                              "where id = $1", harmless.id, harmful.id)
    with pytest.raises(PetrelError):
        await approve(bob, harmless)
    # The digest of another request: what was approved is no longer what is used.
    other = await ask(ann, surface="link")
    await approve(bob, other)
    await as_owner(addresses, "update access.request set bound = (select bound from access.request where id = $2) "
                              "where id = $1", other.id, harmful.id)
    assert await refused(use(other)) == "deny.altered"
    # What was read is not what is approved any more.
    assert await in_database("select access.approve($1, $2, $3)", bob.digest, harmful.id, b"x" * 32) is False


async def test_numbers_that_are_no_requests(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    for number in (0, -1, 1, ann.account, request.id + 1, request.id - 1, 2**63 - 1):
        for doing in (approve(bob, _Fake(number)), use(_Fake(number)), refuse(bob, _Fake(number))):
            with pytest.raises(NotFound, match="petrel access list"):
                await doing


class _Fake:
    kind, what = "surface.open", {"surface": "home"}

    def __init__(self, number):
        self.id = number


async def test_what_may_be_asked_for(addresses):
    [ann] = await fresh(addresses, ann="admin")
    for kind, what, says in (("no.such", {}, "no.such"), ("surface.open", {}, "surface=..."),
                             ("surface.open", {"surface": " "}, "surface=..."),
                             ("surface.open", {"surface": "home", "x": "y"}, "does not take x"),
                             ("surface.open", {"surface": "a\nb"}, "one line"),
                             ("surface.open", {"surface": "x" * 201}, "one line")):
        with pytest.raises(Invalid, match=says):
            async with writing(ann, cause="t") as w:
                await access.ask(w, kind, what, "a good reason")
    for reason in ("", "   ", "x", "y" * 2001):
        with pytest.raises(Invalid, match="in a sentence"):
            await ask(ann, reason=reason)


async def test_who_may_ask_and_approve(addresses):
    ann, mod = await fresh(addresses, ann="admin", mod="moderator")
    [member] = await people(f"member{ann.account}")
    [(with_app, _)] = await signed_in(f"app{ann.account}")
    await as_owner(addresses, "update accounts.account set role = 'owner' where id = $1", with_app.account)
    somebody = await session_of(member.account)
    assert await refused(ask(mod)) == "deny.role"              # surface.open takes an admin
    assert await refused(ask(somebody)) == "deny.role"
    assert await refused(ask(with_app)) == "deny.not_signed_in"
    assert await refused(ask(System("site"))) == "deny.not_signed_in"
    request = await ask(ann)
    assert await refused(approve(mod, request)) == "deny.role"
    assert await refused(approve(somebody, request)) == "deny.role"
    assert await refused(approve(with_app, request)) == "deny.not_fresh"     # an app is nobody who signed in
    assert await refused(approve(System("site"), request)) == "deny.not_fresh"
    assert await refused(refuse(somebody, request)) == "deny.role"
    await refuse(mod, request)                                 # stopping takes one person of the crew
    for digest in (mod.digest, somebody.digest, with_app.digest, b"", b"x" * 32):
        assert await in_database(
            "select access.ask($1, $2, 'surface.open', $3, '', 'admin', false, 60, 60, 1)", digest, ann.account,
            b"x" * 32) is False


async def test_a_sign_in_of_six_minutes_ago_approves_nothing(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    await as_owner(addresses, "update accounts.token set made_at = made_at - interval '6 minutes' where account = $1",
                   bob.account)
    assert await refused(approve(bob, request)) == "deny.not_fresh"
    assert await in_database("select access.approve($1, $2, (select bound from access.request where id = $2))",
                             bob.digest, request.id) is False
    assert (await approve(await session_of(bob.account), request)).state == "approved"


@pytest.mark.parametrize("change", ["role = 'member'", "state = 128", "state = 256"])
@pytest.mark.parametrize("who", [0, 1])
async def test_whoever_leaves_the_crew_takes_their_word_with_them(addresses, change, who):
    pair = await fresh(addresses, ann="admin", bob="admin", cat="owner")
    request = await ask(pair[0])
    await approve(pair[1], request)
    await as_owner(addresses, f"update accounts.account set {change} where id = $1", pair[who].account)
    assert await refused(use(request)) == ("deny.asker_left", "deny.approver_left")[who]
    bound = (await as_owner(addresses, "select bound from access.request where id = $1", request.id))[0][0]
    assert await in_database("select access.use('t', $1, $2, $3, '')", request.id, request.kind, bound) is False


async def test_whom_the_asker_has_just_made_is_no_second_person(addresses):
    ann, cat = await fresh(addresses, ann="owner", cat="owner")
    [puppet, other] = [await session_of(m.account) for m in await people(f"p{ann.account}", f"q{ann.account}")]
    for maker, made in ((ann, puppet), (puppet, other)):       # by herself, and by her puppet for her
        async with writing(maker, cause="t") as w:
            await accounts.set_role(w, made.account, "owner")
    request = await ask(ann)
    for nobody in (puppet, other):
        assert await refused(approve(nobody, request)) == "deny.puppet"
        assert await in_database("select access.approve($1, $2, (select bound from access.request where id = $2))",
                                 nobody.digest, request.id) is False
    assert (await approve(puppet, await ask(cat))).state == "approved"      # for somebody else's they are
    await as_owner(addresses, "update journal.entry set at = at - interval '25 hours' "
                              "where subject = any($1::bigint[])", [puppet.account, other.account])
    assert (await approve(puppet, request)).state == "approved"


async def test_kinds_that_want_two_roles(addresses, monkeypatch):
    kind = access.Kind("test.roles", "Test", ("x",), least="moderator", wants_other_role=True)
    monkeypatch.setitem(access.KINDS, kind.name, kind)
    ann, bob, mod = await fresh(addresses, ann="admin", bob="admin", mod="moderator")
    request = await ask(ann, "test.roles", x="1")
    assert await refused(approve(bob, request)) == "deny.same_role"
    await approve(mod, request)
    await as_owner(addresses, "update accounts.account set role = 'admin' where id = $1", mod.account)
    assert await refused(use(request)) == "deny.approver_left"


async def test_kinds_that_may_be_used_more_than_once(addresses, monkeypatch):
    monkeypatch.setitem(access.KINDS, "test.twice", access.Kind("test.twice", "Test", ("x",), uses=2))
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann, "test.twice", x="1")
    await approve(bob, request)
    await use(request)
    await use(request)
    assert await refused(use(request)) == "deny.used"


async def test_only_the_asker_uses_it(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    await approve(bob, request)
    assert await refused(use(request, bob)) == "deny.not_yours"
    assert (await use(request, ann)).id == request.id


async def test_of_ten_uses_at_one_moment_one_wins(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    await approve(bob, request)
    done = await asyncio.gather(*(use(request) for _ in range(10)), return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert {type(one) for one in done if isinstance(one, Exception)} <= {Conflict, NotAllowed}
    assert [kind for kind, _, _ in await kinds_of(addresses, request)] == ["made", "approved", "used"]


async def test_of_an_approval_and_a_refusal_at_one_moment_the_refusal_stands(addresses):
    ann, bob, cat = await fresh(addresses, ann="admin", bob="admin", cat="admin")
    for _ in range(5):
        request = await ask(ann)
        await asyncio.gather(approve(bob, request), refuse(cat, request), return_exceptions=True)
        assert await refused(use(request)) == "deny.refused"


async def test_a_use_whose_work_fails_has_not_happened(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    await approve(bob, request)
    with pytest.raises(ZeroDivisionError):
        async with writing(System("t"), cause="t") as w:
            await access.use(w, request.id, request.kind, request.what)
            raise ZeroDivisionError
    await use(request)


async def test_nobody_writes_requests_by_hand(addresses):
    [ann] = await fresh(addresses, ann="owner")
    request = await ask(ann)
    for role in ("reader", "writer", "system"):
        async with current().pools[role].acquire() as connection:
            for sql in (f"update access.request set state = 'approved' where id = {request.id}",
                        "delete from access.request", "delete from access.crew_change",
                        "insert into access.crew_change (cell, account, role_before) values (1, 1, 'owner')",
                        "select sealed from access.request"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"set transaction read write; {sql}")
    async with current().pools["reader"].acquire() as connection:
        for call in ("access.use('t', 1, 'k', '', '')", "access.ask('', 1, '', '', '', 'admin', false, 1, 1, 1)",
                     "access.approve('', 1, '')", "access.refuse('', 1)", "access.approve_alone('t')",
                     "access.look('t', 1, 1)", "access.requests('t', 1, 1, true, 1)", "access.who('t', '')"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select {call}")


async def test_a_change_that_nobody_records_is_taken_back(addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="admin")
    request = await ask(ann)
    with pytest.raises(UnjournaledWrite):
        async with writing(bob, cause="t") as w:
            await w.change("select access.refuse($1, $2)", bob.digest, request.id)
    assert (await approve(bob, request)).state == "approved"
