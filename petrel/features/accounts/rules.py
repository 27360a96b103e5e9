"""Pure decisions about accounts. No rows, no clock."""

import re
import unicodedata

from petrel.core.errors import Invalid, Refused
from petrel.core.text import handles
from petrel.core.text.length import graphemes
from petrel.core.text.normal import clean
from petrel.features.accounts.passwords import LEAST_CHARACTERS, MOST_CHARACTERS
from petrel.features.accounts.shapes import Changes, Field, Look, MayNotSignIn, NewAccount, Profile, Role, State

# Lengths that apps know of, because their own forms stop there. source: API notes, the instance entity.
DISPLAY_NAME_LENGTH = 30
NOTE_LENGTH = 500
MOST_FIELDS = 4
FIELD_NAME_LENGTH = 255
FIELD_VALUE_LENGTH = 255
DESCRIPTION_LENGTH = 150
MOST_ATTRIBUTION_DOMAINS = 10
TERMS = 1                           # which text of the terms newcomers agree to: a new text, a new number
LONGEST_EMAIL = 254                 # RFC 5321, by the limit of a path
FRESH_S = 5 * 60                    # source: visibility.md section 10, "signed in again within 5 minutes"

RANK: dict[Role, int] = {"member": 0, "moderator": 1, "admin": 2, "owner": 3}

_email = re.compile(r"[^@\s\x00-\x1f<>()\",;:\\]{1,64}@[^@\s\x00-\x1f<>()\",;:\\]{1,253}")
_blanks = re.compile(r"\s+")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"))
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"    # letters and a pattern of no dots, by their categories; drawn as nothing

Fault = tuple[str, str]             # code, what is said after the field's name
_BLANK: Fault = ("ERR_BLANK", "can't be blank")


def faults_of(new: NewAccount, *, has_agreed: bool, needs_email: bool) -> dict[str, list[Fault]]:
    """All that is wrong with somebody who wants to join, by field as the API names it. Empty: nothing."""
    found: dict[str, list[Fault]] = {}

    def look(field: str, fault: Fault | None) -> None:
        if fault:
            found.setdefault(field, []).append(fault)

    look("username", _handle_fault(new.handle))
    look("email", email_fault(new.email, needed=needs_email))
    look("password", password_fault(new.password))
    look("agreement", None if has_agreed else ("ERR_ACCEPTED", "must be accepted"))
    return found


def refusal_of(faults: dict[str, list[Fault]]) -> Invalid:
    """One error for all of them: a sentence for people, details for machines. source: API notes section 4."""
    first = next(iter(faults))
    said = ", ".join(f"{field.capitalize()} {text}" for field, each in faults.items() for _, text in each)
    details = {field: [{"error": code, "description": text} for code, text in each] for field, each in faults.items()}
    return Invalid(first, said.removeprefix(first.capitalize()).lstrip(), details=details)


def _handle_fault(handle: str) -> Fault | None:
    if handles.fault(handle) is None:
        return None
    try:
        handles.handle(handle)
    except Invalid as wrong:
        return handles.fault(handle) or "ERR_INVALID", wrong.message
    return None


def email_fault(address: str | None, *, needed: bool) -> Fault | None:
    if not address or not address.strip():
        return _BLANK if needed else None
    if len(address) > LONGEST_EMAIL:
        return "ERR_TOO_LONG", f"is too long (maximum is {LONGEST_EMAIL} characters)"
    if not _email.fullmatch(address.strip()):
        return "ERR_INVALID", "is not an e-mail address"
    return None


def password_fault(password: str | None) -> Fault | None:
    if not password:
        return _BLANK
    if len(password) < LEAST_CHARACTERS:
        return "ERR_TOO_SHORT", f"is too short (minimum is {LEAST_CHARACTERS} characters)"
    if len(password) > MOST_CHARACTERS:
        return "ERR_TOO_LONG", f"is too long (maximum is {MOST_CHARACTERS} characters)"
    return None


def display_name(typed: str) -> str:
    """One line; "" where nothing of it can be seen, so that pages have the handle to show. Errors: Invalid."""
    name = _bounded(_blanks.sub(" ", clean(typed, "display_name")), "display_name", DISPLAY_NAME_LENGTH)
    return name if any(map(_is_seen, name)) else ""


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN and sign not in _FILLERS


def note(typed: str) -> str:
    return _bounded(clean(typed, "note"), "note", NOTE_LENGTH)


def fields(typed: tuple[Field, ...]) -> tuple[Field, ...]:
    """Empty ones left out. Errors: Invalid."""
    kept = []
    for one in typed:
        name = _bounded(_blanks.sub(" ", clean(one.name, "fields")), "fields", FIELD_NAME_LENGTH)
        value = _bounded(clean(one.value, "fields"), "fields", FIELD_VALUE_LENGTH)
        if name or value:
            kept.append(Field(name, value))
    if len(kept) > MOST_FIELDS:
        raise Invalid("fields", f"can be at most {MOST_FIELDS}")
    return tuple(kept)


def profile(new_name: str, new_note: str, new_fields: tuple[Field, ...] = ()) -> Profile:
    return Profile(display_name(new_name), note(new_note), fields(new_fields))


def description(typed: str) -> str:
    """Of a picture that an account wears. Errors: Invalid."""
    return _bounded(clean(typed), "description", DESCRIPTION_LENGTH)


def attribution_domains(typed: tuple[str, ...]) -> tuple[str, ...]:
    """Errors: Invalid."""
    found = tuple(dict.fromkeys(handles.domain(one.strip().removeprefix("*.")) for one in typed if one.strip()))
    if len(found) > MOST_ATTRIBUTION_DOMAINS:
        raise Invalid("attribution_domains", f"can be at most {MOST_ATTRIBUTION_DOMAINS}")
    return found


def _bounded(text: str, field: str, most: int) -> str:
    if graphemes(text) > most:
        raise Invalid(field, f"is too long (maximum is {most} characters)")
    return text


def may_sign_in(state: int, *, even_suspended: bool = False) -> None:
    """Errors: MayNotSignIn. Who is suspended comes in to a few pages of their own only.

    source: visibility.md section 1, suspended and deactivated viewers.
    """
    for bit, reason, text in BARRED:
        if state & bit and not (even_suspended and bit == State.SUSPENDED):
            raise MayNotSignIn(reason, text)


BARRED: tuple[tuple[State, str, str], ...] = (
    (State.SUSPENDED, "deny.suspended", "Your login is currently disabled"),
    (State.DEACTIVATED, "deny.deactivated", "Your login is currently disabled"),
    (State.UNCONFIRMED, "deny.unconfirmed", "Your login is missing a confirmed e-mail address"),
)


CLOSES = {"discoverable": (1, False), "indexable": (2, False), "hides_network": (4, True)}


THEMES = ("light", "dark", "contrast")
TEXT_SIZES = ("small", "large", "largest")
LOCALES = ("en", "de", "ja")        # in which the pages can be read


def check_look(look: Look, locale: str | None) -> None:
    """Errors: Invalid."""
    for field, value, known in (("theme", look.theme, THEMES), ("text_size", look.text_size, TEXT_SIZES),
                                ("language", locale, LOCALES)):
        if value is not None and value not in known:
            raise Invalid(field, "is not one that can be chosen here")


def closed_by(changes: Changes) -> int:
    """What a change of settings takes away, as bits for the journal: 1 discoverable, 2 indexable, 4 network shown."""
    return sum(bit for name, (bit, value) in CLOSES.items() if getattr(changes, name) is value)


def may_set_role(actor: Role, before: Role, after: Role) -> None:
    """Only an owner makes and unmakes owners and admins; an admin, moderators. Errors: Refused.

    source: our choice; nobody gives what they do not have, or takes it from an equal.
    """
    if actor == "owner":
        return
    if RANK[actor] < RANK["admin"] or max(RANK[before], RANK[after]) >= RANK[actor]:
        raise Refused("deny.role")
