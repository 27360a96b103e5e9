"""Text for templates: HTML written by people is cleaned once more, what is named is said in a few words.

The rooms hand out sanitised HTML already; this second wall costs some 15 us a post and trusts nobody.
"""

import html
import re
from datetime import datetime
from email.utils import format_datetime

import nh3
from markupsafe import Markup, escape

from petrel.web.shapes import PostView
from petrel.web.speech import Speech

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
_breaks = re.compile(r"<(?:br|/p|/li|/pre|/blockquote)[^>]*>", re.IGNORECASE)
_blanks = re.compile(r"\s+")
_control = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")   # not in XML 1.0


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


def excerpt(post: PostView, most: int = 200, *, says: Speech) -> str:
    """A post in a few words, for where it is named and not shown: what it says, or else what it is. Never empty."""
    said = plain(post.warning or post.html, most) or says.files(one.kind for one in post.media)
    return said or says.t("post.a_quote" if post.quote else "post.without_text")


def stamp(at: datetime) -> str:
    """For `datetime` attributes: ISO 8601, UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def mailed(at: datetime) -> str:
    """As RSS wants it (RFC 5322)."""
    return format_datetime(at.replace(microsecond=0))


def for_readers(written: str, base_url: str) -> str:
    """HTML that people wrote, for programs that read feeds: as text of the feed, its links whole."""
    return str(clean(written)).replace('href="/', f'href="{base_url}/')


def for_xml(page: str) -> str:
    """Without what XML has no way to say (XML 1.0, 2.2)."""
    return _control.sub("", page)


def printed(value: object) -> object:
    """Every value a template prints passes here: text is escaped, nothing is printed for None."""
    if type(value) is str:
        return escape(value)
    return "" if value is None else value
