"""Plain words for what the program calls by code: audiences, gaps, scopes, notifications, errors."""

from msgspec import Struct

from petrel.core import errors
from petrel.web.forms import BadForm, TooLarge


class Audience(Struct, frozen=True):
    """How an audience is called, whom it reaches in a few words, and in a sentence."""

    name: str
    brief: str
    who: str


AUDIENCES = {
    "public": Audience("Public", "everyone", "Everyone, also in public timelines and under hashtags."),
    "unlisted": Audience(
        "Unlisted", "everyone, quietly", "Everyone with the link or on your profile; in no public timeline or search."
    ),
    "followers": Audience("Followers", "who follow you", "People who follow you at that moment, and people you name."),
    "direct": Audience("Direct", "whom you name", "Only people you name in the post."),
}
"""From the widest to the narrowest."""

GAPS = {
    "unavailable": "This post is not available.",
    "deleted": "This post was deleted by its author.",
    "removed": "This post was removed by the moderators of this site.",
    "suspended": "The account that wrote this is suspended.",
    "withheld": "This post is withheld in your country because of a legal order.",
    "age": "This post is for adults. Sign in to confirm your age.",
    "blocking": "A post by somebody whom you have blocked.",
}
GAP_STATUS = {"deleted": 410, "removed": 410, "suspended": 410, "withheld": 451, "age": 403, "unavailable": 410}
"""Source: visibility.md section 3."""

SCOPES = {
    "read": "See everything you can see: timelines, notifications, direct posts, lists and settings",
    "write": "Do everything in your name: post, follow, like, and change your profile and settings",
    "follow": "See and change whom you follow, mute and block",
    "push": "Send you push notifications",
    "profile": "See who you are: your name and your picture",
}
SCOPE_THINGS = {
    "accounts": "your profile and settings",
    "blocks": "whom you block",
    "bookmarks": "your bookmarks",
    "collections": "your collections",
    "conversations": "your direct conversations",
    "favourites": "your likes",
    "filters": "your filters",
    "follows": "whom you follow",
    "lists": "your lists",
    "media": "your uploads",
    "mutes": "whom you mute",
    "notifications": "your notifications",
    "reports": "reports you make",
    "search": "what you search for",
    "statuses": "posts, also those only you and your followers can see",
}
WRITES = {"statuses": "Publish, edit and delete posts in your name", "media": "Upload pictures, sound and video"}

POLL_OPTIONS = 4
POLL_TIMES = ((5, "5 minutes"), (30, "30 minutes"), (60, "1 hour"), (360, "6 hours"), (720, "12 hours"),
              (1440, "1 day"), (4320, "3 days"), (10080, "7 days"))
"""Minutes, and how they are called."""

REPORT_KINDS = {
    "violation": "It breaks a rule of this site",
    "spam": "It is spam: advertising, fake engagement, the same thing over and over",
    "legal": "It is illegal",
    "copyright": "It uses a work of mine, or of whom I act for, without permission",
    "other": "Something else",
}
"""What a report is about, in the order in which it is asked."""

HAPPENINGS = {
    "mention": "mentioned you",
    "status": "posted",
    "reblog": "boosted your post",
    "favourite": "liked your post",
    "follow": "follows you now",
    "follow_request": "asks to follow you",
    "poll": "asked in a poll, which has ended",
    "quote": "quoted your post",
    "quoted_update": "edited a post that you quoted",
    "update": "edited a post you interacted with",
    "added_to_collection": "recommends you in a collection",
    "collection_update": "changed a collection that you are in",
}

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

TROUBLES = {
    400: ("That did not arrive in one piece", "Go back to the page before and send the form again."),
    401: ("You are signed out", "Sign in and do it again. Nothing was changed."),
    403: ("That is not allowed", "You may see this, but not do it. Nothing was changed."),
    404: (
        "There is nothing here for you",
        "The address may be mistyped, or what was here is gone, or it is shown to fewer people than you hoped. "
        "If somebody shared it with their followers, sign in to an account that follows them.",
    ),
    405: ("That cannot be done here", "Open the page by its link instead of reloading a form."),
    409: ("Somebody was faster", "This changed a moment ago. Load the page again and look before you repeat it."),
    410: ("This is gone", "It was here once and has been taken away for good. Looking again will not help."),
    413: ("That is too much at once", "Shorten what you wrote and send it again."),
    422: ("Something in the form is not right yet", "Correct what is named below and send it again."),
    429: ("A little slower, please", "You have done this very often in a short time. Wait a moment, then go on."),
    451: ("Withheld in your country", "A legal order forbids us to show this where you are."),
    500: ("Something broke on our side", "It is not your fault, and it stands in our log. Try again in a minute."),
    507: ("No room for anything new", "Our disk is nearly full, and the crew has been told. Reading and deleting work; "
          "keep what you wrote and send it again later."),
    503: ("Back in a moment", "A part of this site is being repaired. Try again in a minute; nothing is lost."),
}
"""What happened, and what the person can do about it."""

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


def order(case_number: str, notice_url: str) -> str:
    return f"Case {case_number}. The order can be read at {notice_url}" if case_number else ""


def gap(reason: str) -> str:
    return GAPS.get(reason, GAPS["unavailable"])


def audience(code: str) -> str:
    """The name of an audience, the narrowest's for a word nobody knows."""
    return AUDIENCES.get(code, AUDIENCES["direct"]).name


def audiences_within(widest: str) -> list[str]:
    """What an answer to a post of that audience may be addressed to (visibility.md section 10)."""
    codes = list(AUDIENCES)
    return codes[codes.index(widest) if widest in codes else len(codes) - 1 :]


def scope(code: str) -> str:
    """What an app with this scope can do, in words a person says; the code itself for one we do not know."""
    if code in SCOPES:
        return SCOPES[code]
    if code.startswith("admin:"):
        kind = "Change" if code.startswith("admin:write") else "See"
        return f"{kind} what moderators and administrators can ({code}). Only allow this to tools of the crew"
    verb, _, thing = code.partition(":")
    if verb == "write" and thing in WRITES:
        return WRITES[thing]
    if thing in SCOPE_THINGS and verb in ("read", "write"):
        return ("See " if verb == "read" else "Change ") + SCOPE_THINGS[thing]
    return code


def happened(kind: str, people: int = 1) -> str:
    """The rest of a sentence that began with so many names."""
    if kind == "follow" and people > 1:
        return "follow you now"
    return HAPPENINGS.get(kind, "did something that concerns you")


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
