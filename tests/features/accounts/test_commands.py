"""Making and changing accounts, on a real database."""

import asyncpg
import pytest

from petrel.core import limits, seal
from petrel.core.doors import Doors, reading, writing
from petrel.core.errors import Conflict, Invalid, NotFound, Refused
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts
from petrel.features.accounts import Changes, Field, NewAccount, Profile, RemoteAccount, rules
from petrel.storage.pools import Addresses

pytestmark = pytest.mark.usefixtures("site")
CLI = System("test")


async def made(handle: str, **more: object) -> accounts.Account:
    async with writing(CLI, cause="test") as w:
        return await accounts.create(w, NewAccount(handle, **more))  # type: ignore[arg-type]


async def member(account: int, *, session: bool = True) -> Member:
    async with writing(CLI, cause="test") as w:
        if session:
            from petrel.features.accounts.tokens import open_session
            issued = await open_session(w, account)
        else:
            issued = await accounts.issue(w, account, None, ["read", "write"])
    async with reading(Anonymous()) as r:
        found = await accounts.resolve(r, accounts.digest_of(issued.token))
    assert isinstance(found, Member)
    return found


async def card(viewer: Member | Anonymous, account: int) -> asyncpg.Record | None:
    async with reading(viewer) as r:
        return await r.row("select * from accounts.cards($1, $2, $3)", r.digest, [account], [0])


@pytest.mark.parametrize(("typed", "kept"), [
    (" Mira  H. ", "Mira H."), ("🐦", "🐦"), ("ゆき", "ゆき"), ("\u200b\u200d\u2060", ""), ("\u3164\u2800", ""),
    ("\u0301\u0336", ""), ("\u202e", ""), ("é", "é")])
def test_a_name_of_which_nothing_is_seen_is_none(typed: str, kept: str) -> None:
    assert rules.display_name(typed) == kept


async def test_a_new_account_is_found_by_handle_in_any_case_and_shows_its_profile() -> None:
    ana = await made("Ana_1", display_name="Ana  \n Lima", note="hello", email="ana@example.org")

    async with reading(Anonymous()) as r:
        found = await accounts.ids_by_handle(r, ["ana_1", "ANA_1", "nobody"])
    assert found == {"ana_1": ana.id, "ANA_1": ana.id}
    shown = await card(Anonymous(), ana.id)
    assert shown is not None and shown["handle"] == "Ana_1"
    assert (await accounts.open_profiles([shown]))[ana.id] == Profile("Ana Lima", "hello")


async def test_a_handle_is_given_once_whatever_its_case() -> None:
    await made("bruno")
    with pytest.raises(Invalid) as refused:
        await made("BRUNO")
    assert refused.value.details == {"username": [{"error": "ERR_TAKEN", "description": "has already been taken"}]}


@pytest.mark.parametrize("handle", ["", "a b", "x" * 31, "admin", "__", "näme", "a@b"])
async def test_handles_that_are_none_are_refused(handle: str) -> None:
    with pytest.raises(Invalid):
        await made(handle)


async def test_many_accounts_are_made_in_order_and_all_or_none() -> None:
    names = [f"crowd{i}" for i in range(300)]
    async with writing(CLI, cause="test") as w:
        ids = await accounts.create_many(w, [NewAccount(n, display_name=n.upper() if n == "crowd7" else "")
                                             for n in names])
    async with reading(System("test")) as r:
        assert await accounts.ids_by_handle(r, names) == dict(zip(names, ids, strict=True))
        assert dict((row["id"], p) for row, p in await accounts.profiles_of(r, ids[6:8])) == {
            ids[6]: Profile(), ids[7]: Profile("CROWD7")}
    with pytest.raises(accounts.HandleTaken):
        async with writing(CLI, cause="test") as w:
            await accounts.create_many(w, [NewAccount("crowd_new"), NewAccount("crowd9")])
    async with reading(System("test")) as r:
        assert await accounts.find(r, "crowd_new") is None


async def test_an_account_made_in_bulk_gets_its_key_when_something_is_first_sealed() -> None:
    async with writing(CLI, cause="test") as w:
        [account] = await accounts.create_many(w, [NewAccount("keyless")])
    assert await seal.keys([account]) == {}
    key = await accounts.key_of(account)
    assert await accounts.key_of(account) == key
    async with writing(await member(account), cause="test") as w:
        own = await accounts.update(w, Changes(note="now I say something"))
    assert own.profile.note == "now I say something"


async def test_nothing_a_person_wrote_is_readable_in_the_database(addresses: Addresses) -> None:
    secret = "Zebrafinch"
    await made("sealed", display_name=secret, note=secret, email=f"{secret}@example.org")
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        for table in ("accounts.account", "accounts.credential", "accounts.handle", "journal.entry", "ops.job"):
            rows = await connection.fetch(f"select t::text as line from {table} t")
            assert not any(secret.lower() in row["line"].lower() or secret.encode().hex() in row["line"]
                           for row in rows), table
    finally:
        await connection.close()


async def test_the_owner_changes_the_profile_and_nothing_else_moves() -> None:
    ana = await made("changer", display_name="Before", note="kept")
    me = await member(ana.id)
    async with writing(me, cause="test") as w:
        own = await accounts.update(w, Changes(display_name="After", fields=(Field("site", "https://a.example"),
                                                                             Field("", "")), bot=True))
    assert own.profile == Profile("After", "kept", (Field("site", "https://a.example"),))
    assert own.is_bot and not own.is_discoverable and own.default_audience == 0


@pytest.mark.parametrize("changes", [
    Changes(display_name="x" * 31), Changes(note="x" * 501), Changes(default_language="not a language"),
    Changes(fields=tuple(Field(str(i), "v") for i in range(5))), Changes(fields=(Field("x" * 256, "v"),))])
async def test_texts_too_long_are_refused_and_change_nothing(changes: Changes) -> None:
    ana = await made(f"long{abs(hash(str(changes))) % 10**9}")
    me = await member(ana.id)
    with pytest.raises(Invalid):
        async with writing(me, cause="test") as w:
            await accounts.update(w, changes)
    async with reading(me) as r:
        assert (await accounts.own(r)).profile == Profile()


async def test_protecting_holds_at_once_and_leaves_strangers_the_first_line() -> None:
    ana = await made("shy")
    stranger = await member((await made("passer_by")).id)
    me = await member(ana.id)
    assert (await card(stranger, ana.id) or {})["shell"] == 2
    async with writing(me, cause="test") as w:
        await accounts.update(w, Changes(protected=True))
    assert (await card(stranger, ana.id) or {})["shell"] == 1
    assert (await card(Anonymous(), ana.id) or {})["shell"] == 1
    assert (await card(me, ana.id) or {})["shell"] == 2


async def test_a_protected_account_is_opened_only_by_a_browser_just_signed_in(addresses: Addresses) -> None:
    ana = await made("opener", protected=True)
    app, browser = await member(ana.id, session=False), await member(ana.id)

    with pytest.raises(Refused):
        async with writing(browser, cause="test") as w:
            await accounts.update(w, Changes(protected=False, note="by the way"))
    with pytest.raises(Refused):
        async with writing(app, cause="test") as w:
            await accounts.unprotect(w)
    await _age(addresses, browser.digest, "6 minutes")
    with pytest.raises(Refused):
        async with writing(browser, cause="test") as w:
            await accounts.unprotect(w)
    async with reading(browser) as r:
        own = await accounts.own(r)
    assert own.account.is_protected and own.profile.note == ""

    async with writing(await member(ana.id), cause="test") as w:
        await accounts.unprotect(w)
    assert (await card(Anonymous(), ana.id) or {})["shell"] == 2


async def _age(addresses: Addresses, digest: bytes, by: str) -> None:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute(f"update accounts.token set made_at = made_at - interval '{by}' "
                                 "where digest = $1", digest)
    finally:
        await connection.close()


async def test_roles_are_given_only_by_those_who_stand_above() -> None:
    owner = await made("the_owner", role="owner")
    helper = await made("helper1")
    admin = await made("chief", role="admin")
    async with writing(await member(owner.id), cause="test") as w:
        await accounts.set_role(w, helper.id, "admin")
    for actor, subject, role in ((admin, helper, "member"), (admin, owner, "member"), (helper, helper, "owner")):
        with pytest.raises(Refused):
            async with writing(await member(actor.id), cause="test") as w:
                await accounts.set_role(w, subject.id, role)  # type: ignore[arg-type]
    async with reading(System("test")) as r:
        assert (found := await accounts.find(r, "helper1")) and found.role == "admin"


async def test_an_account_of_another_server_is_noted_and_noted_again() -> None:
    remote = RemoteAccount("Zoe", "Far.Example", "https://far.example/users/zoe", "https://far.example/inbox",
                           profile=Profile("Zoe"))
    async with writing(CLI, cause="test") as w:
        first = await accounts.note_remote(w, remote)
    async with writing(CLI, cause="test") as w:
        again = await accounts.note_remote(w, RemoteAccount(
            "Zoe", "far.example", remote.actor_uri, remote.inbox_uri, profile=Profile("Zoe Z."), protected=True))
    assert first == again
    async with reading(Anonymous()) as r:
        assert await accounts.ids_by_handle(r, ["zoe"], "far.example") == {"zoe": first}
        assert await accounts.ids_by_handle(r, ["zoe"]) == {}
        assert await accounts.domains(r) == ["far.example"]
    shown = await card(Anonymous(), first)
    assert shown is not None and shown["is_protected"] and shown["domain"] == "far.example"
    with pytest.raises(Conflict):
        async with writing(CLI, cause="test") as w:
            await accounts.note_remote(w, RemoteAccount("zoe", "far.example", "https://far.example/users/other",
                                                        "https://far.example/inbox"))


async def test_somebody_whose_address_is_not_confirmed_is_shown_to_nobody(site: Doors) -> None:
    async with writing(CLI, cause="test") as w:
        new = await accounts.create(w, NewAccount("unseen", email="u@example.org"), way=accounts.Way(confirms=True))
    assert await card(Anonymous(), new.id) is None
    async with writing(CLI, cause="test") as w:
        secret = await accounts.make_confirm_link(w, new.id)
    async with writing(Anonymous(), cause="test") as w:
        assert await accounts.confirm_email(w, secret) == new.id
    assert await card(Anonymous(), new.id) is not None
    with pytest.raises(NotFound):
        async with writing(Anonymous(), cause="test") as w:
            await accounts.confirm_email(w, secret)


async def test_somebody_suspended_sees_nobody_but_themselves(addresses: Addresses) -> None:
    open_one, shut = await made("open_one"), await made("shut_out")
    me = await member(shut.id)
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("update accounts.account set state = 128 where handle = 'shut_out'")
    finally:
        await connection.close()
    assert await card(me, open_one.id) is None
    assert (await card(me, shut.id) or {})["shell"] == 2


async def test_site_counts_leave_out_other_servers_and_the_unconfirmed() -> None:
    async with reading(Anonymous()) as r:
        before = (await accounts.counts(r)).accounts
    await made("counted")
    async with writing(CLI, cause="test") as w:
        await accounts.create(w, NewAccount("uncounted", email="c@example.org"), way=accounts.Way(confirms=True))
        await accounts.note_remote(w, RemoteAccount("far", "x.example", "https://x.example/far", "https://x.example/i"))
    async with reading(Anonymous()) as r:
        assert (await accounts.counts(r)).accounts == before + 1


def test_the_addresses_of_an_account_do_not_contain_its_handle() -> None:
    assert accounts.actors.actor_url(5) == f"{limits.current().base_url}/ap/users/5"
