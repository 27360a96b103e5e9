"""The site's own texts as HTML: the part of Markdown that such texts use, and nothing else.

Headings (`#` to `###`, one size smaller on the page, whose title is the only h1), paragraphs, lists of one level,
`**strong**`, `*stressed*`, `[words](address)`, bare web and mail addresses, a line of `---`. HTML in the text is shown
as it was typed; what is made passes a cleaner all the same. Pure.
"""

import re
from html import escape

import nh3

_heading = re.compile(r"(#{1,3})\s+(.+?)\s*#*")
_item = re.compile(r"\s{0,3}(?:(?P<dot>[-*+])|\d{1,3}[.)])\s+(?P<text>\S.*)")
_rule = re.compile(r"\s*(?:-{3,}|\*{3,})\s*")
_inline = re.compile(
    r"\[(?P<words>[^\[\]\n]{1,300})\]\((?P<to>[^()\s]{1,1000})\)"
    r"|\*\*(?P<strong>[^*\n]+)\*\*|(?<![\w*])\*(?P<em>[^*\s][^*\n]*?)\*(?![\w*])"
    r"|(?P<bare>https?://[^\s<>()\[\]]+[^\s<>()\[\].,;:!?])"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)")
_safe = re.compile(r"(?:https?://|mailto:|/(?!/))\S*")
_cleaner = nh3.Cleaner(
    tags={"a", "br", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "strong", "ul"}, attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"}, link_rel="noopener noreferrer")


def html_of(markdown: str) -> str:
    """Clean HTML; "" for an empty text."""
    made: list[str] = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        made += _block([line for line in block.splitlines() if line.strip()])
    return _cleaner.clean("\n".join(made))


def _block(lines: list[str]) -> list[str]:
    """Lines without an empty one between them: a paragraph, unless they begin as something else does."""
    made: list[str] = []
    words: list[str] = []
    items: list[str] = []
    tag = ""

    def close() -> None:
        if words:
            made.append(f"<p>{'<br>'.join(map(_line, words))}</p>")
        if items:
            made.append(f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>")
        words.clear()
        items.clear()

    for line in lines:
        if heading := _heading.fullmatch(line):
            close()
            size = len(heading[1]) + 1
            made.append(f"<h{size}>{_line(heading[2])}</h{size}>")
        elif _rule.fullmatch(line):
            close()
            made.append("<hr>")
        elif item := _item.fullmatch(line):
            kind = "ul" if item["dot"] else "ol"
            if words or tag != kind:
                close()
            tag = kind
            items.append(_line(item["text"]))
        elif items:
            items[-1] += f"<br>{_line(line.strip())}"
        else:
            words.append(line.strip())
    close()
    return made


def _line(text: str) -> str:
    made, at = "", 0
    for match in _inline.finditer(text):
        made += escape(text[at:match.start()]) + _piece(match)
        at = match.end()
    return made + escape(text[at:])


def _piece(match: re.Match[str]) -> str:
    if match["strong"]:
        return f"<strong>{_line(match['strong'])}</strong>"
    if match["em"]:
        return f"<em>{_line(match['em'])}</em>"
    if match["mail"]:
        return f'<a href="mailto:{escape(match["mail"])}">{escape(match["mail"])}</a>'
    if match["bare"]:
        return f'<a href="{escape(match["bare"])}">{escape(match["bare"])}</a>'
    if not _safe.fullmatch(match["to"]):
        return escape(match[0])
    return f'<a href="{escape(match["to"])}">{escape(match["words"])}</a>'
