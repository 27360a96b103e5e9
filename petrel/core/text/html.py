"""Text as the HTML that apps expect, and back.

`render` writes nothing but p, br, span and a, with attributes of its own making and everything else
escaped, so its output needs no sanitiser. HTML from elsewhere (other servers) always goes through
`sanitise` before it is shown or stored.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from html import unescape

import nh3
from msgspec import Struct

from petrel.core.text.grammar import Hashtag, Link, Parsed
from petrel.core.text.length import clusters, graphemes
from petrel.core.text.lookalikes import unmasked

SHOWN_OF_LINK = 30  # characters; what API clients are used to

# Source: API notes, section 2.
_TAGS = {
    "p", "br", "a", "span", "del", "pre", "code", "em", "strong", "b", "i", "u", "ul", "ol", "li", "blockquote",
}  # fmt: skip
_CLASSES = {
    "a": {"mention", "hashtag", "u-url"},
    "span": {"mention", "h-card", "invisible", "ellipsis"},
    "p": {"quote-inline"},
}
_many_lines = re.compile("\n{2,}")
# Blocks we do not allow become paragraphs, so that their texts do not run together.
_other_block = re.compile(
    r"<(/?)(?:h[1-6]|div|section|article|header|footer|aside|figure|figcaption|table|tr|dl|dt|dd)\b[^<>]*>", re.I
)
_line_break = re.compile(r"<br\b[^<>]*>|</li\s*>", re.I)
_block_end = re.compile(r"</(?:p|blockquote|pre|ul|ol)\s*>\s*", re.I)
_tag = re.compile(r"<[a-zA-Z/!?][^<>]*>")


class MentionTarget(Struct, frozen=True):
    """Whom a mention names: `url` of the profile, `acct` as `user` or `user@domain`."""

    url: str
    acct: str


def _escape(text: str) -> str:
    """For content and for attributes in double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def render(parsed: Parsed, mentions: Mapping[str, MentionTarget], tag_url: Callable[[str], str]) -> str:
    """A cleaned text as HTML; an empty one is an empty string.

    `mentions` is keyed by `Mention.acct`; who is not in it stays plain text. `tag_url` gets the folded key.
    Mentions show the local part, and the domain too where two of them share it.
    """
    text, at = parsed.text, 0
    if not text:
        return ""
    shared = _shared_names(mentions) if len(mentions) > 1 else frozenset[str]()
    out = ["<p>"]
    for span in parsed.spans:
        if at < span.start:
            out.append(_escape(text[at : span.start]))
        at = span.end
        if isinstance(span, Link):
            out.append(_link(span))
        elif isinstance(span, Hashtag):
            out.append(_hashtag(span, tag_url))
        elif target := mentions.get(span.acct):
            out.append(_mention(target, shared))
        else:
            out.append(_escape(text[span.start : at]))
    out.append(f"{_escape(text[at:])}</p>")
    html = "".join(out)
    if "\n" in html:  # no span holds a line feed
        html = _many_lines.sub("</p><p>", html).replace("\n", "<br>")
    return html


def _shared_names(mentions: Mapping[str, MentionTarget]) -> frozenset[str]:
    """Local parts that belong to more than one of them, lower case."""
    accts = {target.acct.lower() for target in mentions.values()}
    names = Counter(acct.partition("@")[0] for acct in accts)
    return frozenset(name for name, times in names.items() if times > 1)


def _mention(target: MentionTarget, shared: frozenset[str]) -> str:
    name = target.acct.partition("@")[0]
    if name.lower() in shared:
        name = target.acct
    return (
        f'<span class="h-card" translate="no"><a href="{_escape(target.url)}" class="u-url mention">'
        f"@<span>{_escape(name)}</span></a></span>"
    )


def _hashtag(tag: Hashtag, tag_url: Callable[[str], str]) -> str:
    return f'<a href="{_escape(tag_url(tag.key))}" class="mention hashtag" rel="tag">#<span>{tag.name}</span></a>'


def _link(link: Link) -> str:
    """Scheme, user info and `www.` are there but not shown; the host always is, in full, and so that it is taken for no
    other (lookalikes.py).

    So `https://bank.example@evil.example` reads as what it opens, evil.example.
    """
    url, shown = link.url, link.host_start - link.start
    host, rest = url[shown : link.host_end - link.start], url[link.host_end - link.start :]
    if host.startswith("www.") and "." in host[4:]:
        shown, host = shown + 4, host[4:]
    host = unmasked(host)
    said = host + rest
    cut = max(SHOWN_OF_LINK, len(host))
    href = _escape(url)
    head = (
        f'<a href="{href}" rel="nofollow noopener noreferrer" target="_blank" translate="no">'
        f'<span class="invisible">{_escape(url[:shown])}</span>'
    )
    if cut >= len(said):
        return f"{head}<span>{_escape(said)}</span></a>"
    return (
        f'{head}<span class="ellipsis">{_escape(said[:cut])}</span>'
        f'<span class="invisible">{_escape(said[cut:])}</span></a>'
    )


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}, "ol": {"start", "reversed"}, "li": {"value"}},
        tag_attribute_values={"a": {"translate": {"no"}}, "span": {"translate": {"no"}}},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        allowed_classes=_CLASSES,
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="nofollow noopener noreferrer",
    )


def sanitise(html: str) -> str:
    """HTML from elsewhere, reduced to the tags, attributes and classes that apps are promised.

    Links only to absolute http and https addresses, always with our own rel and target. Idempotent.
    """
    return _cleaner().clean(_other_block.sub(r"<\1p>", html))


def plain(html: str) -> str:
    """The text of HTML that is ours or sanitised; paragraphs are a blank line apart.

    The inverse of `render`, but for mentions (shown without their domain), runs of blank lines, and links whose host
    looks like another.
    The result is text: escape it wherever it is shown.
    """
    if "\n" in html:
        html = html.replace("\n", " ")
    html = _block_end.sub("\n\n", _line_break.sub("\n", html))
    return _many_lines.sub("\n\n", unescape(_tag.sub("", html))).strip()


def excerpt(text: str, most: int = 140) -> str:
    """The beginning of a text on one line, at most so many graphemes, the dots that mark a cut included.

    Cut between words where one ends in the last quarter.
    """
    flat = " ".join(text.split())
    if graphemes(flat) <= most:
        return flat
    kept = "".join(clusters(flat)[: most - 1])
    space = kept.rfind(" ", len(kept) * 3 // 4)
    return f"{kept[:space] if space > 0 else kept}…"
