"""The surfaces on which somebody can meet a post, or notice that there is one: the one list of them.

Every door names its surface when it is registered: routes (`api/http/routes.py`), pages and their templates
(`web/routes.py`, `web/sheets.py`), followers and tasks of the journal (`core/journal.py`). What shows no post says
"none" and why. tests/fences/test_surfaces.py looks at the real application for doors that are in no list, and
tests/visibility asks a door of each surface for every cell of the law. source: docs/law/visibility.md sections 1 and
12.12; decision 0019.
"""

from enum import StrEnum

from msgspec import Struct

NONE = "none"


class Kind(StrEnum):
    """The kinds of doors there are."""

    ROUTE = "http route"
    PAGE = "page"
    TEMPLATE = "page template"
    TOPIC = "stream topic"
    PUSH = "push payload"
    MEDIA = "media address"
    EXPORT = "export field"
    MAIL = "mail template"
    FOLLOWER = "journal follower"


class Surface(Struct, frozen=True):
    """`kinds`: the kinds of doors that can open on it."""

    name: str
    covers: str
    kinds: frozenset[Kind]


_SCREEN = (Kind.ROUTE, Kind.PAGE, Kind.TEMPLATE)
_DERIVED = (*_SCREEN, Kind.FOLLOWER)


def _surface(name: str, covers: str, *kinds: Kind) -> Surface:
    return Surface(name, covers, frozenset(kinds))


# In the order of the law, which is that of `law.surface` in the database.
SURFACES: dict[str, Surface] = {one.name: one for one in (
    _surface("link", "The page of one post, and any old address of it.", *_SCREEN),
    _surface("api", "The post fetched by its id: alone, in bulk, through what is one's own, its history, its source.",
             *_SCREEN),
    _surface("prof", "Lists on the author's profile: posts, replies, pinned ones, the feed.", *_SCREEN),
    _surface("thrd", "The post as part of a thread or conversation that was opened at another post.", *_SCREEN),
    _surface("embd", "The post inside another: a boost, a quote, a card.", *_SCREEN),
    _surface("home", "The home timeline and the timelines of lists.", *_DERIVED),
    _surface("pub", "Public and local timelines, hashtags, trends, recommendations.", *_DERIVED),
    _surface("srch", "Search: results, their number, suggestions while typing.", *_DERIVED),
    _surface("ntf", "Notifications inside the application.", *_DERIVED),
    _surface("strm", "What is streamed live to an open connection.", Kind.TOPIC, Kind.ROUTE, Kind.FOLLOWER),
    _surface("push", "What leaves through a third party: push messages, mail, digests.", Kind.PUSH, Kind.MAIL,
             Kind.FOLLOWER),
    _surface("media", "Every rendition of an attachment by its address.", Kind.MEDIA, Kind.ROUTE, Kind.PAGE),
    _surface("cnt", "Numbers and lists that reveal the post: replies, boosts, likes, an author's total.", *_DERIVED),
    _surface("exp", "The viewer's own export.", Kind.EXPORT, Kind.ROUTE, Kind.PAGE, Kind.TEMPLATE, Kind.FOLLOWER),
)}

OUTWARD: dict[str, tuple[str, str]] = {
    "petrel/features/media/commands.py": (NONE, "what the decoder is asked for, on this machine"),
    "petrel/features/media/jobs.py": (NONE, "the decoder, on this machine; it may open nothing"),
    "petrel/features/media/moving.py": (NONE, "sealed files, to a bucket of the site's own and back"),
    "petrel/features/media/shelf.py": (NONE, "sealed files, to a bucket of the site's own"),
    "petrel/features/media/rules.py": (NONE, "which kinds of files the decoder knows"),
    "petrel/app.py": (NONE, "says how mail leaves, where backups go, and what a trial may ask in the house"),
    "petrel/features/cards/robots.py": (NONE, "the address of a host; asked for by fetching.py"),
    "petrel/features/mail/commands.py": (NONE, "asks whether there is a relay"),
    "petrel/features/mail/envelopes.py": (NONE, "letters from templates, each of which names its own surface"),
    "petrel/features/mail/reads.py": (NONE, "asks which relay there is"),
    "petrel/features/mail/sending.py": (NONE, "letters from templates, each of which names its own surface"),
    "petrel/api/translations.py": (NONE, "public posts to the translating server, judged by the route that asks: api"),
    "petrel/core/sealed_file.py": (NONE, "how a file on this machine becomes durable"),
    "petrel/core/asking.py": (NONE, "the way to strangers' servers; who goes it says what leaves"),
    "petrel/features/push/commands.py": (NONE, "looks whether an address can be asked at all"),
    "petrel/features/push/sending.py": ("push", ""),
    "petrel/ops/backups/targets.py": (NONE, "sealed copies, which nobody reads without the backup keys"),
    "petrel/ops/certificates/renewing.py": (NONE, "orders for certificates: names of the site, and a contact"),
    "petrel/ops/certificates/shapes.py": (NONE, "the shape of an issuer's answer"),
    "petrel/ops/doctor/bucket.py": (NONE, "a few random bytes to the bucket of the site's own"),
    "petrel/ops/doctor/machine.py": (NONE, "asks the issuer what time it is"),
    "petrel/ops/doctor/relay.py": (NONE, "knocks at the mail server, sends nothing"),
    "petrel/ops/doctor/shapes.py": (NONE, "the shapes of a mail server and a bucket"),
    "petrel/ops/setup/machine.py": (NONE, "asks the issuer what time it is"),
    "petrel/ops/incidents/calling.py": (NONE, "what fails of the site, to who is on call"),
    "petrel/ops/watching/looking.py": (NONE, "a sign of life"),
    "petrel/ops/watching/telling.py": (NONE, "numbers of the whole site, for its crew"),
}
"""Modules that send something out of the building (they import `petrel.outside`): surfaces, or "none" and why. Jobs
and mail templates come under this: nothing leaves by another way."""

EXPORTED: dict[str, tuple[str, str]] = {
    "privacy.export_posts": ("exp", ""),
    "messages.export": ("exp", ""),
}
"""Functions of the database that give the rows of an export, `privacy.export_...`: surfaces, or "none" and why."""


def check(kind: Kind, door: str, surface: str, why_none: str = "") -> None:
    """Whether this door may be registered so: with one or several surfaces (spaces between), or "none" and a reason.

    Errors: ValueError that says what to do.
    """
    if surface == NONE:
        if not why_none:
            raise ValueError(f'{kind} {door}: surface "none" needs the reason why no post can leave here')
        return
    names = surface.split()
    if not names:
        raise ValueError(f'{kind} {door} names no surface: one of {", ".join(SURFACES)}, or "none" with a reason '
                         "(petrel/core/surfaces.py says what each covers)")
    for name in names:
        if name not in SURFACES:
            raise ValueError(f'{kind} {door}: there is no surface "{name}" in petrel/core/surfaces.py')
    for name in names:
        if kind not in SURFACES[name].kinds:
            raise ValueError(f'{kind} {door}: surface "{name}" has no doors of this kind; its kinds are in '
                             "petrel/core/surfaces.py")
