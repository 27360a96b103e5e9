"""Passkeys: keys in somebody's device that sign in by themselves, as the password and a code do together.

A key counts only where the device has looked who holds it (user verification), so it stands for both. What it signs is
a challenge of ours, once. source: W3C Web Authentication Level 3; the checks themselves are the library's.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from petrel.core import limits, seal
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from petrel.core.ids import cell_of, new_id
from petrel.core.text import clean
from petrel.features.accounts import reads, sealing, steps
from petrel.features.accounts.commands import must_be_fresh

MOST = 20
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
ANSWER_MS = 120_000

OWN = "select * from accounts.own_passkeys($1)"
ADD = """
insert into accounts.passkey (cell, account, id, credential, public_key, uses, sealed_name)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
"""
NAME = "update accounts.passkey set sealed_name = $4 where cell = $1 and account = $2 and id = $3"
REMOVE = "delete from accounts.passkey where cell = $1 and account = $2 and id = $3"
FIND = "select cell, account, id, public_key, uses from accounts.passkey where credential = $1"
USED = "update accounts.passkey set uses = $4, used_on = current_date where cell = $1 and account = $2 and id = $3"
SPEND = """
insert into accounts.used_challenge (digest, expires_at) values ($1, to_timestamp($2 / 1000.0)) on conflict do nothing
"""


class Passkey(Struct, frozen=True):
    """A key as its holder sees it."""

    id: int
    name: str
    made_at: datetime
    used_on: date | None


class Asked(Struct, frozen=True):
    """What a browser is asked, as the script of the page takes it (JSON), and what comes back with the answer."""

    options: str
    kept: str


class BadAnswer(Invalid):
    """The key did not answer as it should"""

    def __init__(self, *, detail: object = None) -> None:
        super().__init__(None, "That key is not known here, or its answer came too late. Try again, or use your "
                               "password", detail=detail)


async def own(r: Reader) -> list[Passkey]:
    """The viewer's, oldest first; nothing for apps."""
    rows = await r.fetch(OWN, r.digest)
    key = await sealing.key_of(rows[0]["account"]) if rows else b""
    return [Passkey(row["id"], seal.open_sealed(key, row["account"], row["sealed_name"]).decode(), row["made_at"],
                    row["used_on"]) for row in rows]


async def ask_new(r: Reader) -> Asked:
    """For a new key of the viewer's. Errors: Unauthenticated."""
    import webauthn
    from webauthn.helpers import structs

    mine = await reads.own(r)
    account, handle = mine.account.id, mine.account.handle
    there = [structs.PublicKeyCredentialDescriptor(id=row["credential"]) for row in await r.fetch(OWN, r.digest)]
    challenge = steps.new_challenge()
    options = webauthn.generate_registration_options(
        rp_id=_host(), rp_name=limits.current().site_name, user_name=handle, user_id=await _user(account),
        user_display_name=mine.profile.display_name or handle, challenge=challenge, exclude_credentials=there,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, require_resident_key=True,
            user_verification=structs.UserVerificationRequirement.REQUIRED))
    return Asked(webauthn.options_to_json(options), await _kept(account, challenge))


async def ask() -> Asked:
    """For a sign-in by a key, whosever it is: the device offers those that it has for this site."""
    challenge = steps.new_challenge()
    # By hand: the library is not loaded because somebody looks at the page.
    options = {"challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(), "rpId": _host(),
               "timeout": ANSWER_MS, "userVerification": "required"}
    return Asked(msgspec.json.encode(options).decode(), await _kept(0, challenge))


async def add(w: Writer, kept: str, answer: str, name: str) -> int:
    """A key of the acting member's; its number. Errors: NotFresh, StepEnded, BadAnswer, Invalid, Conflict (known, or
    one too many)."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    me = _me(w)
    await must_be_fresh(w)
    asked = await _asked(kept, me)
    if len(await w.fetch(OWN, w.digest)) >= MOST:
        raise Conflict(f"At most {MOST} passkeys can be kept; remove one first")
    try:
        found = webauthn.verify_registration_response(
            credential=_read(answer), expected_challenge=asked.bytes, expected_rp_id=_host(),
            expected_origin=limits.current().base_url, require_user_verification=True)
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise BadAnswer(detail=repr(fault)) from fault
    number = new_id(cell_of(me))
    sealed = await sealed_name(me, name)
    await _spend(w, asked)
    if not await w.execute(ADD, cell_of(me), me, number, found.credential_id, found.credential_public_key,
                           found.sign_count, sealed):
        raise Conflict("This key is known here already")
    w.record("accounts.passkey.added", number, refs=[me])
    return number


async def rename(w: Writer, number: int, name: str) -> None:
    """Errors: NotFound, Invalid."""
    me = _me(w)
    if not await w.execute(NAME, cell_of(me), me, number, await sealed_name(me, name)):
        raise NotFound
    w.record("accounts.passkey.renamed", number, refs=[me])


async def remove(w: Writer, number: int) -> None:
    """It lets nobody in any more. Errors: NotFound."""
    me = _me(w)
    if not await w.execute(REMOVE, cell_of(me), me, number):
        raise NotFound
    w.record("accounts.passkey.removed", number, refs=[me])


async def take(w: Writer, kept: str, answer: str) -> int:
    """Whose key this is, once it has answered as it should. Errors: StepEnded, BadAnswer."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    asked = await _asked(kept, 0)
    sent = _read(answer)
    try:
        row = await w.row(FIND, webauthn.base64url_to_bytes(str(sent.get("rawId", ""))))
        if row is None:
            raise BadAnswer
        found = webauthn.verify_authentication_response(
            credential=sent, expected_challenge=asked.bytes, expected_rp_id=_host(),
            expected_origin=limits.current().base_url, credential_public_key=row["public_key"],
            credential_current_sign_count=row["uses"], require_user_verification=True)
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise BadAnswer(detail=repr(fault)) from fault
    await _spend(w, asked)
    await w.execute(USED, row["cell"], row["account"], row["id"], found.new_sign_count)
    return int(row["account"])


async def _spend(w: Writer, asked: steps.Challenge) -> None:
    if not await w.execute(SPEND, hashlib.sha256(asked.bytes).digest(), asked.until_ms):
        raise BadAnswer(detail="a challenge answered twice")


async def _kept(account: int, challenge: bytes) -> str:
    return await steps.keep(steps.Challenge(account, steps.until(steps.CHALLENGE_S), challenge))


async def _asked(kept: str, account: int) -> steps.Challenge:
    found: steps.Challenge = await steps.opened(kept, steps.Challenge)
    if found.account != account:
        raise steps.StepEnded
    return found


def _read(answer: str) -> dict[str, Any]:
    try:
        sent = msgspec.json.decode(answer[:LONGEST_ANSWER])
    except msgspec.DecodeError as fault:
        raise BadAnswer(detail=repr(fault)) from fault
    if not isinstance(sent, dict):
        raise BadAnswer
    return sent


async def sealed_name(account: int, typed: str) -> bytes:
    """Errors: Invalid."""
    name = clean(typed.strip(), "name")[:LONGEST_NAME] or "Passkey"
    return await sealing.seal_text(account, name.encode())


async def _user(account: int) -> bytes:
    """What a device calls the account by: the same each time, and nothing that says who that is."""
    return hmac.digest(await seal.secret("passkeys"), account.to_bytes(8, "big"), "sha256")


def _host() -> str:
    return urlsplit(limits.current().base_url).hostname or "localhost"


def _me(w: Writer) -> int:
    if w.account is None:
        raise Unauthenticated
    return w.account
