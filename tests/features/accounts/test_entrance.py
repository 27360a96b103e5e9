"""Coming in: sign-up by the site's setting, sign-in, sessions, the set-up link."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, NotFound, Refused, Unauthenticated, Unavailable
from petrel.core.viewer import Anonymous, AppOnly, Member, System
from petrel.features import accounts
from petrel.features.accounts import Changes, NewAccount, Newcomer, passwords
from petrel.features.accounts.shapes import InviteNeeded, InviteNotFound, RegistrationClosed
from petrel.storage.pools import Addresses

pytestmark = pytest.mark.usefixtures("site")
PASSWORD = "correct horse"
CLI = System("test")


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    before = limits.current()
    yield
    limits.install(before)


def choose(**changes: Any) -> None:
    limits.install(replace(limits.current(), **changes))


def newcomer(handle: str, **more: Any) -> Newcomer:
    invite = more.pop("invite", "")
    return Newcomer(NewAccount(handle, **{"password": PASSWORD, **more}), has_agreed=True, invite=invite)


async def behind(bearer: str) -> Member | AppOnly | None:
    async with reading(Anonymous()) as r:
        return await accounts.resolve(r, accounts.digest_of(bearer))


async def test_somebody_signs_up_and_in_by_handle_or_address_in_any_case() -> None:
    first = await accounts.sign_up(newcomer("Dora", email="Dora@Example.org"), cause="test")
    assert first is not None
    me = await behind(first.token)
    assert isinstance(me, Member) and me.is_session and me.role == "member"
    for name in ("dora", "DORA", "@dora", "dora@example.ORG", " Dora "):
        again = await accounts.sign_in(name, PASSWORD, cause="test")
        found = await behind(again.token)
        assert isinstance(found, Member) and found.account == me.account


async def test_a_stranger_cannot_give_themselves_a_role() -> None:
    issued = await accounts.sign_up(newcomer("climber", role="owner"), cause="test")
    assert issued is not None
    found = await behind(issued.token)
    assert isinstance(found, Member) and found.role == "member"


@pytest.mark.parametrize(("name", "password"), [
    ("erik", "wrong password"), ("nobody_at_all", PASSWORD), ("erik", ""), ("", ""), ("erik", "x" * 5000),
    ("erik@example.org", PASSWORD), ("erik", PASSWORD + " ")])
async def test_every_wrong_sign_in_is_answered_alike(name: str, password: str) -> None:
    async with reading(CLI) as r:
        is_new = await accounts.find(r, "erik") is None
    if is_new:
        await accounts.sign_up(newcomer("erik"), cause="test")
    with pytest.raises(accounts.WrongSignIn) as wrong:
        await accounts.sign_in(name, password, cause="test")
    assert wrong.value.message == "The name and the password do not fit together" and wrong.value.field is None


async def test_an_account_without_a_password_cannot_be_signed_in_to() -> None:
    async with writing(CLI, cause="test") as w:
        await accounts.create_many(w, [NewAccount("passwordless")])
    for password in ("", "None", passwords.NOBODY):
        with pytest.raises(accounts.WrongSignIn):
            await accounts.sign_in("passwordless", password, cause="test")


async def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    await accounts.sign_up(newcomer("timed"), cause="test")

    async def took_ms(name: str) -> float:
        began = time.perf_counter()
        with pytest.raises(accounts.WrongSignIn):
            await accounts.sign_in(name, "not it at all", cause="test")
        return (time.perf_counter() - began) * 1000

    # The quickest of each, in turns: what else runs on the machine can only make one longer.
    both = [(await took_ms("timed"), await took_ms("never_was")) for _ in range(5)]
    known, unknown = (min(one) for one in zip(*both, strict=True))
    assert unknown > known / 3          # without the dummy hash it would be a twentieth


async def test_a_password_typed_in_another_composition_is_the_same_password() -> None:
    await accounts.sign_up(newcomer("accents", password="pass\u00e9word"), cause="test")
    assert await accounts.sign_in("accents", "passe\u0301word", cause="test")


async def test_a_flood_of_passwords_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 4)
    done = await asyncio.gather(*(accounts.hash_password("x" * 9) for _ in range(10)), return_exceptions=True)
    refused = [one for one in done if isinstance(one, Unavailable)]
    assert len(refused) == 6 and all(isinstance(one, str) for one in done if not isinstance(one, Unavailable))


def test_the_hash_of_nobody_costs_what_others_cost() -> None:
    assert not passwords.is_outdated(passwords.NOBODY)


async def test_all_that_is_wrong_with_a_sign_up_is_told_at_once() -> None:
    choose(email_confirmation=True)
    with pytest.raises(Invalid) as wrong:
        await accounts.sign_up(Newcomer(NewAccount("a b", password="short")), cause="test")
    details = wrong.value.details
    assert details is not None
    assert {field: each[0]["error"] for field, each in details.items()} == {
        "username": "ERR_INVALID", "email": "ERR_BLANK", "password": "ERR_TOO_SHORT", "agreement": "ERR_ACCEPTED"}
    assert wrong.value.field == "username"


async def test_a_closed_site_lets_nobody_in_and_an_invited_one_only_the_invited() -> None:
    choose(registrations="closed")
    with pytest.raises(RegistrationClosed):
        await accounts.sign_up(newcomer("late"), cause="test")
    choose(registrations="invite")
    async with writing(CLI, cause="test") as w:
        invite = await accounts.invites.make_invite(w)
    for wrong in ("", "guessed", invite + "x"):
        with pytest.raises(InviteNeeded):
            await accounts.sign_up(newcomer("guest", invite=wrong), cause="test")
    assert await accounts.sign_up(newcomer("guest", invite=invite), cause="test")
    with pytest.raises(InviteNeeded):
        await accounts.sign_up(newcomer("guest2", invite=invite), cause="test")


async def test_two_at_once_with_one_invitation_are_not_both_let_in() -> None:
    choose(registrations="invite")
    async with writing(CLI, cause="test") as w:
        invite = await accounts.invites.make_invite(w)
    done = await asyncio.gather(*(accounts.sign_up(newcomer(f"racer{i}", invite=invite), cause="test")
                                  for i in range(4)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1


async def test_two_at_once_with_one_handle_are_not_both_let_in() -> None:
    done = await asyncio.gather(*(accounts.sign_up(newcomer("contested"), cause="test") for _ in range(4)),
                                return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, Invalid) for one in done if isinstance(one, BaseException))


async def test_signing_up_does_not_tell_whose_address_is_taken() -> None:
    await accounts.sign_up(newcomer("first_owner", email="shared@example.org"), cause="test")
    second = await accounts.sign_up(newcomer("second_owner", email="Shared@example.org"), cause="test")
    assert second is not None
    found = await behind((await accounts.sign_in("shared@example.org", PASSWORD, cause="test")).token)
    async with reading(CLI) as r:
        owner = await accounts.find(r, "first_owner")
    assert isinstance(found, Member) and owner and found.account == owner.id


async def test_whoever_confirms_an_address_gets_it_from_whoever_only_claimed_it() -> None:
    await accounts.sign_up(newcomer("claimer", email="real@example.org"), cause="test")
    choose(email_confirmation=True)
    assert await accounts.sign_up(newcomer("holder", email="real@example.org"), cause="test") is None
    with pytest.raises(Refused):
        await accounts.sign_in("holder", PASSWORD, cause="test")
    async with reading(CLI) as r:
        holder = await accounts.find(r, "holder")
    assert holder
    async with writing(CLI, cause="test") as w:
        secret = await accounts.make_confirm_link(w, holder.id)
    async with writing(Anonymous(), cause="test") as w:
        await accounts.confirm_email(w, secret)
    found = await behind((await accounts.sign_in("real@example.org", PASSWORD, cause="test")).token)
    assert isinstance(found, Member) and found.account == holder.id


async def test_the_set_up_link_makes_one_owner_and_a_newer_link_ends_it() -> None:
    async with writing(CLI, cause="test") as w:
        old = await accounts.make_setup_link(w)
    async with writing(CLI, cause="test") as w:
        link = await accounts.make_setup_link(w)
    with pytest.raises(InviteNotFound):
        await accounts.set_up(old, newcomer("chief1"), cause="test")
    choose(registrations="closed")
    with pytest.raises(Invalid):
        await accounts.set_up(link, newcomer("bad name"), cause="test")
    issued = await accounts.set_up(link, newcomer("chief2"), cause="test")
    found = await behind(issued.token)
    assert isinstance(found, Member) and found.role == "owner"
    with pytest.raises(NotFound):
        await accounts.set_up(link, newcomer("chief3"), cause="test")
    async with reading(Anonymous()) as r:
        assert await accounts.invites.has_owner(r) and await accounts.contact(r) == found.account


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_set_up_link_dies_when_an_owner_is_made_without_it(is_new: bool) -> None:
    async with writing(CLI, cause="test") as w:
        link = await accounts.make_setup_link(w)
        name = f"boss{is_new:d}"
        made = await accounts.create(w, accounts.NewAccount(name, role="owner" if is_new else "member"))
    if not is_new:
        assert await holds(link), "a member is no owner"
        async with writing(CLI, cause="test") as w:
            await accounts.set_role(w, made.id, "owner")
    assert not await holds(link)
    with pytest.raises(InviteNotFound):
        await accounts.set_up(link, newcomer("late1"), cause="test")


async def holds(link: str) -> bool:
    async with reading(Anonymous()) as r:
        return await accounts.invites.holds(r, link, for_role="owner")


async def test_a_set_up_link_is_no_invitation_and_an_invitation_no_set_up_link() -> None:
    async with writing(CLI, cause="test") as w:
        link, invite = await accounts.make_setup_link(w), await accounts.invites.make_invite(w)
    choose(registrations="invite")
    with pytest.raises(InviteNeeded):
        await accounts.sign_up(newcomer("sneak", invite=link), cause="test")
    with pytest.raises(InviteNotFound):
        await accounts.set_up(invite, newcomer("sneak"), cause="test")


async def test_a_session_that_was_ended_reads_nothing_at_once() -> None:
    issued = await accounts.sign_up(newcomer("leaver"), cause="test")
    assert issued is not None
    me = await behind(issued.token)
    assert isinstance(me, Member)
    async with reading(me) as r:
        assert (await accounts.own(r)).account.handle == "leaver"
    async with writing(me, cause="test") as w:
        await accounts.sign_out(w)
    assert await behind(issued.token) is None
    async with reading(me) as r:                        # a process that still believes in the session
        with pytest.raises(Unauthenticated):
            await accounts.own(r)
        assert await accounts.sessions(r) == []
    with pytest.raises(Unauthenticated):
        async with writing(me, cause="test") as w:
            await accounts.update(w, Changes(note="too late"))


async def test_an_ended_or_made_up_token_is_nobody(addresses: Addresses) -> None:
    issued = await accounts.sign_up(newcomer("expiring"), cause="test")
    assert issued is not None
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("update accounts.token set expires_at = now() - interval '1 second' where digest = $1",
                                 accounts.digest_of(issued.token))
    finally:
        await connection.close()
    assert await behind(issued.token) is None
    for guess in ("", "x", issued.token[:-1], issued.token + "A"):
        assert await behind(guess) is None


async def test_somebody_sees_their_sessions_and_ends_one_but_nobody_elses() -> None:
    await accounts.sign_up(newcomer("many_ways"), cause="test")
    here, there = [await accounts.sign_in("many_ways", PASSWORD, cause="test") for _ in range(2)]
    other = await accounts.sign_up(newcomer("other_one"), cause="test")
    assert other is not None
    me, stranger = await behind(here.token), await behind(other.token)
    assert isinstance(me, Member) and isinstance(stranger, Member)
    async with reading(me) as r:
        listed = await accounts.sessions(r)
    assert [one.is_current for one in listed] == [False, True, False] and listed[0].id == there.id
    with pytest.raises(NotFound):
        async with writing(stranger, cause="test") as w:
            await accounts.revoke(w, there.id)
    async with writing(me, cause="test") as w:
        await accounts.revoke(w, there.id)
    assert await behind(there.token) is None and await behind(here.token) is not None


async def test_a_new_password_ends_every_other_session() -> None:
    await accounts.sign_up(newcomer("changing"), cause="test")
    here, there = [await accounts.sign_in("changing", PASSWORD, cause="test") for _ in range(2)]
    me = await behind(here.token)
    assert isinstance(me, Member)
    fresh = await accounts.hash_password("another one")
    async with writing(me, cause="test") as w:
        await accounts.set_password(w, me.account, fresh)
    assert await behind(here.token) is not None and await behind(there.token) is None
    with pytest.raises(accounts.WrongSignIn):
        await accounts.sign_in("changing", PASSWORD, cause="test")
    assert await accounts.sign_in("changing", "another one", cause="test")


async def test_suspended_and_deactivated_accounts_are_not_let_in(addresses: Addresses) -> None:
    issued = await accounts.sign_up(newcomer("barred"), cause="test")
    assert issued is not None
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("select set_config('petrel.widening', id::text, false) from accounts.account "
                                 "where handle = 'barred'")
        for bit in (128, 256):
            await connection.execute("update accounts.account set state = $1 where handle = 'barred'", bit)
            with pytest.raises(accounts.MayNotSignIn):
                await behind(issued.token)
            with pytest.raises(accounts.MayNotSignIn):
                await accounts.sign_in("barred", PASSWORD, cause="test")
            with pytest.raises(accounts.WrongSignIn):           # only after the right password
                await accounts.sign_in("barred", "wrong password", cause="test")
    finally:
        await connection.close()


async def test_tokens_in_bulk_come_in_the_order_of_the_accounts() -> None:
    async with writing(CLI, cause="test") as w:
        made = await accounts.create_many(w, [NewAccount(f"bulk{i}") for i in range(5)])
    async with writing(CLI, cause="test") as w:
        bearers = await accounts.issue_many(w, made, ["read", "write"])
    found = [await behind(bearer) for bearer in bearers]
    assert [one.account for one in found if isinstance(one, Member)] == made
    assert all(isinstance(one, Member) and not one.is_session and one.scopes == {"read", "write"} for one in found)
