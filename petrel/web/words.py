"""What the rooms say is wrong, as sentences beside a form: in English, as the rooms speak. All other words of pages
stand in `catalogues/` (speech.py)."""

from petrel.core import errors
from petrel.web.forms import BadForm, TooLarge

AUDIENCES = ("public", "unlisted", "followers", "direct")
"""From the widest to the narrowest."""

GAP_STATUS = {"deleted": 410, "removed": 410, "suspended": 410, "withheld": 451, "age": 403, "unavailable": 410}
"""Source: visibility.md section 3."""

POLL_OPTIONS = 4
POLL_MINUTES = (5, 30, 60, 360, 720, 1440, 4320, 10080)

STATUSES: tuple[tuple[type[errors.PetrelError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Refused, 403),
    (TooLarge, 413),
    (BadForm, 400),
    (errors.Invalid, 422),
    (errors.Conflict, 409),
    (errors.TooMany, 429),
    (errors.Unauthenticated, 401),
    (errors.Unavailable, 503),
    (errors.Full, 507),
)

LABELS = {
    "text": "The text",
    "status": "The text",
    "warning": "The content warning",
    "spoiler_text": "The content warning",
    "audience": "The audience",
    "visibility": "The audience",
    "handle": "The handle",
    "username": "The handle",
    "name": "The name",
    "email": "The e-mail address",
    "password": "The password",
    "password_again": "The second password",
    "invite": "The invitation",
    "agreement": "The agreement",
    "good_faith": "The last box",
    "address": "The address of the page",
    "comment": "What is wrong",
    "category": "What it is about",
    "law": "The explanation",
    "facts": "The reasons",
    "posts": "The posts",
    "reference": "The rule or provision",
    "ground": "The ground",
    "appeal": "The appeal",
    "answer": "The answer",
    "reach": "The address",
    "reason": "The reason",
}

FORM_NAMES = {"username": "handle", "status": "text", "spoiler_text": "warning", "visibility": "audience"}
"""Fields whose name in the API differs from that in our forms."""


def audiences_within(widest: str) -> list[str]:
    """What an answer to a post of that audience may be addressed to (visibility.md section 10)."""
    codes = list(AUDIENCES)
    return codes[codes.index(widest) if widest in codes else len(codes) - 1 :]


def status_of(wrong: errors.PetrelError) -> int:
    """By the table; an error outside of it may bring its own, as those of OAuth do."""
    own = getattr(wrong, "status", 500)
    return next((status for kind, status in STATUSES if isinstance(wrong, kind)), own if isinstance(own, int) else 500)


def said(wrong: errors.PetrelError) -> str:
    """What is wrong, as a sentence beside a form."""
    field = getattr(wrong, "field", None)
    return _sentence(field, wrong.message)


def wrongs(wrong: errors.PetrelError | None) -> dict[str, str]:
    """For each field that is wrong, by its name in our forms, a sentence; "" for what is no field's fault."""
    if wrong is None:
        return {}
    if isinstance(wrong, errors.Invalid) and wrong.details:
        return {
            FORM_NAMES.get(field, field): " ".join(_sentence(field, fault["description"]) for fault in faults)
            for field, faults in wrong.details.items()
        }
    field = getattr(wrong, "field", None) or ""
    return {FORM_NAMES.get(field, field): said(wrong)}


def _sentence(field: str | None, message: str) -> str:
    message = message.removeprefix("Validation failed: ")
    text = f"{LABELS.get(field, field.capitalize())} {message}" if field else message
    return text if text.endswith((".", "!", "?")) else text + "."
