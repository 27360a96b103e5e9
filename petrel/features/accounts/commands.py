"""What changes accounts. Each reads: look, decide, write, record, return. Hashing passwords and signing in is in
`entrance.py`, because it must not happen inside a transaction."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from petrel.core import ids, seal
from petrel.core.doors import Writer
from petrel.core.errors import Conflict, NotFound, Unauthenticated
from petrel.core.text import handles, language
from petrel.core.viewer import System
from petrel.features.accounts import erasing, invites, reads, rows, rules, sealing, tokens
from petrel.features.accounts.shapes import (
    Account,
    Changes,
    HandleTaken,
    Look,
    NewAccount,
    NotFresh,
    Own,
    Profile,
    RemoteAccount,
    Role,
    State,
    Way,
)


async def create(w: Writer, new: NewAccount, *, secret_hash: str | None = None,
                 way: Way = Way()) -> Account:
    """Makes an account of ours. Without `secret_hash` (of `hash_password`) nobody can sign in to it.

    It is shown to nobody until what its `way` asks for is done: `confirm_email`, `admit`.
    Errors: Invalid, HandleTaken.
    """
    handle = handles.handle(new.handle)
    if await w.value("select 1 from accounts.handle where handle = $1 and domain = ''", handle):
        raise HandleTaken()
    if await erasing.retired(w, [handle]):
        raise HandleTaken()

    profile = rules.profile(new.display_name, new.note)
    if fault := rules.email_fault(new.email, needed=False):
        raise rules.refusal_of({"email": [fault]})

    account = new.id or ids.new_id(ids.any_cell())
    key = (await seal.new_keys([account]))[account]
    # NOTE: asyncpg takes an IntFlag for a list.
    state = int(State.UNCONFIRMED) if way.confirms or way.waits_for_crew else 0
    row = _row(account, new, seal.seal(key, account, profile.encode()), state)
    email = new.email.strip() if new.email else ""
    credential = rows.NewCredential(
        account, secret_hash=secret_hash, locale=new.locale, way=way,
        email_digest=await sealing.email_digest(email) if email else None,
        sealed_email=seal.seal(key, account, email.encode()) if email else None)
    if await rows.insert_accounts(w, [row]):
        raise HandleTaken()
    await rows.insert_credential(w, credential)

    if new.role == "owner":
        await invites.end_setup_links(w)

    w.record("accounts.account.created", account, body=msgspec.json.encode([new.handle, profile]))

    return Account(account, new.handle, None, new.role, state, new.protected)


async def create_many(w: Writer, new: Sequence[NewAccount]) -> list[int]:
    """Many accounts of ours in a few statements, without passwords or addresses; ids in the order given.

    For imports and replays; 1,000 at a time is right. Errors: Invalid, HandleTaken (none of them was made).
    """
    profiles = [rules.profile(one.display_name, one.note) for one in new]
    if gone := await erasing.retired(w, [handles.handle(one.handle) for one in new]):
        raise HandleTaken(detail=sorted(gone)[:20])

    made = [one.id or ids.new_id(ids.any_cell()) for one in new]
    written = {i: p for i, p in zip(made, profiles, strict=True) if p != Profile()}
    keys = await seal.new_keys(written)
    sealed = {i: seal.seal(keys[i], i, p.encode()) for i, p in written.items()}
    taken = await rows.insert_accounts(w, [_row(i, n, sealed.get(i)) for i, n in zip(made, new, strict=True)])
    if taken:
        raise HandleTaken(detail=[n.handle for i, n in zip(made, new, strict=True) if i in taken][:20])

    for account, one in zip(made, new, strict=True):
        w.record("accounts.account.created", account, body=one.handle.encode())

    return made


async def update(w: Writer, changes: Changes) -> Own:
    """Changes what the acting member's account says of itself and how it is set.

    Protecting holds at once. Opening a protected account is not possible here (`unprotect`).
    Errors: Invalid, NotFresh.
    """
    before = await reads.own(w)
    me = before.account.id

    if changes.protected is False and before.account.is_protected:
        raise NotFresh("deny.not_fresh")
    profile = _profile_after(before.profile, changes)
    if isinstance(changes.default_language, str):
        changes = msgspec.structs.replace(changes, default_language=language(changes.default_language))

    is_new_text = profile != before.profile
    sealed = await sealing.seal_text(me, profile.encode()) if is_new_text else None
    await rows.update_account(w, me, changes, sealed)

    if changes.protected is True and not before.account.is_protected:
        w.record("accounts.account.protected", me)
    if is_new_text:
        w.record("accounts.profile.changed", me, body=profile.encode())
    w.record("accounts.account.changed", me, refs=[rules.closed_by(changes)])

    return await reads.own(w)


async def set_look(w: Writer, look: Look, locale: str | None) -> None:
    """How pages look to the acting member, and in which language. Errors: Invalid, Unauthenticated."""
    me = w.account
    if me is None:
        raise Unauthenticated
    rules.check_look(look, locale)
    await rows.set_look(w, me, look, locale)
    w.record("accounts.look.changed", me)


async def must_be_fresh(w: Writer) -> None:
    """Before anything is shown to more people. Errors: NotFresh unless this browser signed in within five minutes."""
    if not await reads.is_fresh(w):
        raise NotFresh("deny.not_fresh")


async def unprotect(w: Writer) -> None:
    """Opens the acting member's account to everybody. What was written while it was protected stays as it was.

    Errors: NotFresh unless this browser signed in within five minutes. source: visibility.md section 10.
    """
    me = w.account
    if me is None:
        raise Unauthenticated
    await must_be_fresh(w)

    await rows.open_to_all(w, me)

    w.record("accounts.account.opened", me)
    w.record("accounts.account.changed", me)


async def protect(w: Writer, account: int) -> None:
    """For the command line: protects an account. Opening it again is its owner's alone. Errors: NotFound."""
    _only_system(w)
    if await rows.fetch_account(w, account) is None:
        raise NotFound

    await rows.update_account(w, account, Changes(protected=True), None)

    w.record("accounts.account.protected", account)
    w.record("accounts.account.changed", account)


async def set_flags(w: Writer, account: int, *, discoverable: bool | None = None,
                    indexable: bool | None = None, bot: bool | None = None) -> None:
    """For the command line: None leaves as it is. Errors: NotFound."""
    _only_system(w)
    if await rows.fetch_account(w, account) is None:
        raise NotFound

    changes = Changes(
        discoverable=UNSET if discoverable is None else discoverable,
        indexable=UNSET if indexable is None else indexable, bot=UNSET if bot is None else bot)
    await rows.update_account(w, account, changes, None)

    w.record("accounts.account.changed", account, refs=[rules.closed_by(changes)])


async def set_role(w: Writer, account: int, role: Role) -> None:
    """Gives an account another role. Errors: NotFound, Refused (the actor may not give or take that role)."""
    row = await rows.fetch_account(w, account)
    if row is None or row["domain"] is not None:
        raise NotFound
    if not isinstance(w.viewer, System):
        rules.may_set_role((await reads.own(w)).account.role, row["role"], role)

    await rows.set_role(w, account, role)
    if role == "owner":
        await invites.end_setup_links(w)

    w.record("accounts.role.changed", account, refs=[rules.RANK[row["role"]], rules.RANK[role]],
             body=f"{row['role']} {role}".encode())
    w.record("accounts.account.changed", account)


async def set_password(w: Writer, account: int, secret_hash: str) -> None:
    """Sets a password by its hash and ends every other session and token of the account. Errors: NotFound."""
    if not isinstance(w.viewer, System) and w.account != account:
        raise NotFound
    if await rows.fetch_account(w, account) is None:
        raise NotFound

    await rows.set_secret(w, account, secret_hash)
    await tokens.revoke_all(w, account)

    w.record("accounts.password.changed", account)


async def make_confirm_link(w: Writer, account: int) -> str:
    """The secret of the link that confirms an account's address; a new one ends the older. For the system, which
    sends or prints it. Errors: NotFound (nothing to confirm)."""
    _only_system(w)
    secret = sealing.new_token()
    if not await rows.set_confirm_digest(w, account, sealing.digest_of(secret)):
        raise NotFound
    w.record("accounts.email.asked", account)
    return secret


async def confirm_email(w: Writer, secret: str) -> int:
    """The link of the confirmation mail was followed; returns whose it was. Errors: NotFound (used or wrong)."""
    row = await rows.take_confirmation(w, sealing.digest_of(secret))
    if row is None:
        raise NotFound
    account = int(row["account"])
    w.record("accounts.email.confirmed", account)
    w.record("accounts.account.changed", account)
    return account


async def admit(w: Writer, account: int) -> bool:
    """The crew lets somebody in who waited for it; they may sign in, once their address is confirmed if it has to be.
    For the room `signup`, which has looked who may. False when they do not wait."""
    if not await rows.admit(w, account):
        return False
    w.record("accounts.account.admitted", account)
    w.record("accounts.account.changed", account)
    return True


async def turn_away(w: Writer, account: int) -> bool:
    """The crew does not let somebody in: the account goes. Afterwards its key is to be destroyed. False when they do
    not wait."""
    if not await rows.waits(w, account):
        return False
    await rows.remove(w, [account])
    w.record("accounts.account.removed", account)
    return True


async def note_remote(w: Writer, remote: RemoteAccount) -> int:
    """Writes down what another server says of one of its accounts; returns our number for it.

    Known by its actor address: the same one again changes the row. Errors: Invalid (domain), Conflict (another
    actor has that name there).
    """
    domain = handles.domain(remote.domain)
    known = await w.value("select account from accounts.remote where actor_uri = $1", remote.actor_uri)
    account = int(known) if known else ids.new_id(ids.any_cell())

    sealed = await sealing.seal_text(account, remote.profile.encode())
    if known:
        await rows.update_account(w, account, Changes(
            protected=remote.protected, discoverable=remote.discoverable, indexable=remote.indexable,
            bot=remote.bot), sealed)
    elif await rows.insert_accounts(w, [rows.NewRow(
            account, remote.handle.lower(), domain, protected=remote.protected, discoverable=remote.discoverable,
            indexable=remote.indexable, bot=remote.bot, sealed_profile=sealed)]):
        raise Conflict(detail=f"{remote.handle}@{domain}")
    await rows.upsert_remote(w, account, remote)

    w.record("accounts.profile.changed" if known else "accounts.account.created", account,
             body=remote.profile.encode())
    return account


def _row(account: int, new: NewAccount, sealed_profile: bytes | None, state: int = 0) -> rows.NewRow:
    if new.probe:
        state |= int(State.PROBE)
    return rows.NewRow(account, new.handle, "", new.role, state, new.protected, new.discoverable, new.indexable,
                       new.bot, sealed_profile)


SAID: dict[str, Callable[[Any], object]] = {
    "display_name": rules.display_name, "note": rules.note, "fields": rules.fields,
    "avatar_description": rules.description, "header_description": rules.description,
    "attribution_domains": rules.attribution_domains}
"""What is looked at before it is taken; the rest of a profile is taken as it is."""


def _profile_after(before: Profile, changes: Changes) -> Profile:
    """What describes a picture goes with it."""
    said = {name: value for name in Profile.__struct_fields__ if (value := getattr(changes, name)) is not UNSET}
    gone = {f"{which}_description": "" for which in ("avatar", "header") if which in said}
    return msgspec.structs.replace(before, **gone | {n: SAID[n](v) if n in SAID else v for n, v in said.items()})


def _only_system(w: Writer) -> None:
    if not isinstance(w.viewer, System):
        raise NotFound
