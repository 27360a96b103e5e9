"""Coming in: signing up, signing in, the first administrator.

These open their own doors, because between looking and writing stands the hashing of a password, which takes long
and must not hold a transaction open. What they are given comes from strangers.
"""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import Writer, reading, writing
from petrel.core.viewer import Anonymous, AppOnly, Member
from petrel.features.accounts import (
    codes,
    commands,
    invites,
    passkeys,
    passwords,
    reads,
    rows,
    rules,
    sealing,
    steps,
    tokens,
)
from petrel.features.accounts.reads import ids_by_handle
from petrel.features.accounts.shapes import (
    InviteNeeded,
    InviteNotFound,
    Issued,
    Newcomer,
    RegistrationClosed,
    Way,
    WrongSignIn,
)

NOBODY = Anonymous()


async def sign_in(name: str, password: str, *, cause: str, even_suspended: bool = False, device: str = "") -> Issued:
    """A new session for whoever has this handle or e-mail address, and this password.

    Unknown names take as long as wrong passwords and are answered alike. `even_suspended`: for the pages that suspended
    people have. Errors: WrongSignIn, Unavailable; and only after the right password MayNotSignIn, CodeNeeded (`finish`
    goes on).
    """
    name = name.strip()[:rules.LONGEST_EMAIL]
    is_address = "@" in name.removeprefix("@")
    async with writing(NOBODY, cause=cause) as w:
        found = await rows.secrets_of(
            w, "sign in", handle=None if is_address else name.removeprefix("@").lower(),
            email=await sealing.email_digest(name) if is_address else None)

    secret_hash = found["secret_hash"] if found else None
    if not await passwords.fits(secret_hash, password) or found is None or secret_hash is None:
        raise WrongSignIn
    rules.may_sign_in(found["state"], even_suspended=even_suspended)
    if found["sealed_secret"] is not None:
        raise steps.CodeNeeded(await steps.keep(steps.Step(
            found["account"], steps.until(steps.STEP_S), steps.mark_of(secret_hash), even_suspended)))
    new_hash = await passwords.rehash(password) if passwords.is_outdated(secret_hash) else None

    async with writing(NOBODY, cause=cause) as w:
        session = await tokens.open_session(w, found["account"], device)
        await rows.note_sign_in(w, found["account"])
        if new_hash:
            await rows.set_secret(w, found["account"], new_hash)
    return session


async def whose_step(step: str) -> int:
    """Whose sign-in waits for its code, for counting. Errors: StepEnded."""
    found: steps.Step = await steps.opened(step, steps.Step)
    return found.account


async def finish(step: str, code: str, *, cause: str, device: str = "") -> Issued:
    """The second step of a sign-in: a code of the app, or one of those for its loss; each is taken once.

    Errors: StepEnded (begin again), WrongCode, MayNotSignIn.
    """
    waiting: steps.Step = await steps.opened(step, steps.Step)
    async with writing(NOBODY, cause=cause) as w:
        found = await rows.secrets_of(w, "second step", account=waiting.account)
        if (found is None or found["secret_hash"] is None or found["sealed_secret"] is None
                or steps.mark_of(found["secret_hash"]) != waiting.mark):
            raise steps.StepEnded
        rules.may_sign_in(found["state"], even_suspended=waiting.even_suspended)
        await codes.take(w, found, code)
        session = await tokens.open_session(w, waiting.account, device)
        await rows.note_sign_in(w, waiting.account)
    return session


async def sign_in_by_key(kept: str, answer: str, *, cause: str, device: str = "",
                         instead_of: Member | None = None) -> Issued:
    """A session by a passkey, which needs no second step. `instead_of`: whose session ends with it, when it is theirs.

    Errors: StepEnded, BadAnswer, MayNotSignIn.
    """
    async with writing(instead_of or NOBODY, cause=cause) as w:
        account = await passkeys.take(w, kept, answer)
        found = await rows.secrets_of(w, "passkey", account=account)
        if found is None or (instead_of is not None and instead_of.account != account):
            raise passkeys.BadAnswer
        rules.may_sign_in(found["state"])
        session = await tokens.open_session(w, account, device)
        if instead_of is not None:
            await tokens.sign_out(w)
        await rows.note_sign_in(w, account)
    return session


async def change_password(member: Member, password: str, new: str, *, cause: str) -> None:
    """Another password; every other session and token ends. Errors: WrongSignIn, Invalid ("password"), Unavailable."""
    await _must_fit(member, password, "change password", cause)
    if fault := rules.password_fault(new):
        raise rules.refusal_of({"password": [fault]})
    secret_hash = await passwords.hash_password(new)
    async with writing(member, cause=cause) as w:
        await commands.set_password(w, member.account, secret_hash)


async def sign_in_again(member: Member, password: str, *, cause: str, code: str = "", device: str = "") -> Issued:
    """A new session in place of the one that this member holds, which ends: for what only somebody may do who has
    just shown the password, and a code where codes are asked for. Errors: WrongSignIn, WrongCode, MayNotSignIn,
    Unavailable."""
    async with writing(member, cause=cause) as w:
        found = await rows.secrets_of(w, "sign in again", account=member.account)

    secret_hash = found["secret_hash"] if found else None
    if not await passwords.fits(secret_hash, password) or found is None or secret_hash is None:
        raise WrongSignIn
    rules.may_sign_in(found["state"])

    async with writing(member, cause=cause) as w:
        if found["sealed_secret"] is not None:
            await codes.take(w, found, code)
        session = await tokens.open_session(w, member.account, device)
        await tokens.sign_out(w)
        await rows.note_sign_in(w, member.account)
    return session


async def change_email(member: Member, address: str, password: str, *, cause: str) -> str | None:
    """Another mail address for this member, to be confirmed; the one before, which nobody is signed in by any more.

    Errors: WrongSignIn, Invalid ("email"), Unavailable.
    """
    if fault := rules.email_fault(address, needed=True):
        raise rules.refusal_of({"email": [fault]})
    await _must_fit(member, password, "change address", cause)

    new = address.strip()
    digest, sealed = await sealing.email_digest(new), await sealing.seal_text(member.account, new.encode())
    async with writing(member, cause=cause) as w:
        before = (await reads.own(w)).email
        await rows.set_email(w, member.account, digest, sealed)
        w.record("accounts.email.changed", member.account)
    return before


async def _must_fit(member: Member, password: str, why: str, cause: str) -> None:
    """Errors: WrongSignIn, Unavailable."""
    async with writing(member, cause=cause) as w:
        found = await rows.secrets_of(w, why, account=member.account)
    if not await passwords.fits(found["secret_hash"] if found else None, password):
        raise WrongSignIn


Note = Callable[[Writer, int], Awaitable[None]]


async def sign_up(newcomer: Newcomer, *, cause: str, app: AppOnly | None = None, way: Way | None = None,
                  note: Note | None = None) -> Issued | None:
    """A new account and a way in: a session, or a token for the app that asks.

    None when something has to be done first and there is no app (an app gets its token at once, as that API has it,
    but can do nothing with it before). `way` is what the room `signup` has decided; without it the setting of the site
    counts alone. `note` is called with the number of the account, in its transaction.
    Errors: RegistrationClosed, InviteNeeded, Invalid with details for every field that is wrong, Unavailable.
    """
    setting = limits.current()
    if setting.registrations == "closed":
        raise RegistrationClosed("deny.closed")
    way = way or Way(setting.registrations == "invite", setting.email_confirmation, setting.registrations == "approval")
    await check(newcomer, needs_email=way.confirms)
    if way.by_invite:
        await _check_invite(newcomer.invite)
    secret_hash = await passwords.hash_password(newcomer.account.password or "")

    async with writing(app or NOBODY, cause=cause) as w:
        if way.by_invite:
            await invites.use(w, newcomer.invite)
        account = await commands.create(w, replace(newcomer.account, role="member"), secret_hash=secret_hash, way=way)
        w.record("accounts.terms.agreed", account.id, actor=account.id, refs=(rules.TERMS,))
        if note is not None:
            await note(w, account.id)
        if app is not None:
            return await tokens.issue(w, account.id, app.app, sorted(app.scopes))
        return None if way.confirms or way.waits_for_crew else await tokens.open_session(w, account.id, newcomer.device)


async def set_up(secret: str, newcomer: Newcomer, *, cause: str) -> Issued:
    """The owner of a new site, by the set-up link; a session. Errors: InviteNotFound, Invalid."""
    async with reading(NOBODY) as r:
        if not await invites.holds(r, secret, for_role="owner"):
            raise InviteNotFound
    await check(newcomer, needs_email=False)
    secret_hash = await passwords.hash_password(newcomer.account.password or "")

    async with writing(NOBODY, cause=cause) as w:
        await invites.use(w, secret, for_role="owner")
        account = await commands.create(w, replace(newcomer.account, role="owner"), secret_hash=secret_hash)
        return await tokens.open_session(w, account.id, newcomer.device)


async def check(newcomer: Newcomer, *, needs_email: bool) -> None:
    """Errors: Invalid, with all that is wrong at once."""
    faults = rules.faults_of(newcomer.account, has_agreed=newcomer.has_agreed, needs_email=needs_email)
    if "username" not in faults:
        async with reading(NOBODY) as r:
            if await ids_by_handle(r, [newcomer.account.handle]):
                faults["username"] = [("ERR_TAKEN", "has already been taken")]
    if faults:
        raise rules.refusal_of(faults)


async def _check_invite(secret: str) -> None:
    async with reading(NOBODY) as r:
        if not await invites.holds(r, secret):
            raise InviteNeeded
