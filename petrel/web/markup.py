"""Text for templates: HTML written by people is cleaned once more, times and numbers get their words.

The rooms hand out sanitised HTML already; this second wall costs some 15 us a post and trusts nobody.
"""

import html
import re
from datetime import datetime, timedelta

import nh3
from markupsafe import Markup, escape

from petrel.core import clock

CLASSES = {"mention", "u-url", "h-card", "hashtag", "invisible", "ellipsis", "quote-inline"}
_cleaner = nh3.Cleaner(
    tags={"a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "span", "strong", "u", "ul"},
    attributes={"a": {"href"}, "ol": {"start", "reversed"}, "li": {"value"}},
    allowed_classes={"a": CLASSES, "span": CLASSES, "p": CLASSES},
    url_schemes={"http", "https", "mailto", "xmpp", "gemini", "ipfs", "magnet", "dat"},
    link_rel="nofollow noopener noreferrer ugc",
)
_crew = nh3.Cleaner(
    tags={"a", "br", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "strong", "ul"}, attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"}, link_rel="noopener noreferrer")
_stripper = nh3.Cleaner(tags=set())
STEPS = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))
_breaks = re.compile(r"<(?:br|/p|/li|/pre|/blockquote)[^>]*>", re.IGNORECASE)
_blanks = re.compile(r"\s+")


def clean(written: str) -> Markup:
    """HTML that people wrote, safe to be printed as it is. Names stand apart, so that an answer that begins with one
    still runs in the direction of its own words (HTML: `dir=auto` passes over what has a direction of its own)."""
    return Markup(_cleaner.clean(written).replace('<span class="h-card"', '<span dir="auto" class="h-card"'))


def written(by_crew: str) -> Markup:
    """HTML of the crew's own texts: as `clean`, with headings, and with links that are the site's own."""
    return Markup(_crew.clean(by_crew))


def coded(sentence: str) -> Markup:
    """A sentence of ours, with what stands between backticks to be typed as it is."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:                     # one is left over: it is a backtick
        return escape(sentence)
    return Markup("").join(Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
                           for number, part in enumerate(parts))


def plain(written: str, most: int = 200) -> str:
    """The words of a piece of HTML on one line, cut at a word boundary after `most` characters."""
    text = html.unescape(_stripper.clean(_breaks.sub(" ", written)))
    text = _blanks.sub(" ", text).strip()
    if len(text) <= most:
        return text
    kept = text[:most]
    return (kept.rpartition(" ")[0] or kept).rstrip(",;:") + " …"


def stamp(at: datetime) -> str:
    """For `datetime` attributes: ISO 8601, UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(at: datetime) -> str:
    """How long since, as briefly as a list wants it: now, 5 min, 3 h, 2 d, then the date."""
    since = clock.now() - at
    if since < timedelta(minutes=1):
        return "now"
    if since < timedelta(hours=1):
        return f"{since.seconds // 60} min"
    if since < timedelta(days=1):
        return f"{since.seconds // 3600} h"
    if since < timedelta(days=7):
        return f"{since.days} d"
    return day(at) if at.year != clock.now().year else f"{at.day} {at:%b}"


def day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def moment(at: datetime) -> str:
    """In full, for the post itself. Times are UTC: a page without script cannot know the reader's clock."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def count(number: int) -> str:
    """As briefly as a button wants it: 0 is nothing, 1,234 is 1.2k."""
    if number < 1000:
        return str(number) if number > 0 else ""
    size, letter = next(step for step in STEPS if number >= step[0])
    short = f"{number / size:.1f}" if number < 10 * size else str(number // size)
    return short.removesuffix(".0") + letter


def grouped(number: int) -> str:
    """1,234,567."""
    return f"{number:,}"


def printed(value: object) -> object:
    """Every value a template prints passes here: text is escaped, nothing is printed for None."""
    if type(value) is str:
        return escape(value)
    return "" if value is None else value
