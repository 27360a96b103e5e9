"""Drafts of the site's texts: what a small site can honestly begin with. Pure.

What only the crew knows stands in [brackets]; `unfinished` finds them, and a text that has some is not published by
mistake. No draft is legal advice, and each says what has to be checked. source: Digital Services Act, articles 11, 12,
14, 16, 17, 20; GDPR, articles 13, 15-22, 77; DDG section 5 (imprint, Germany).
"""

import re
from pathlib import Path

from petrel.features.about.shapes import Contacts, Kind

FOLDER = Path(__file__).parent / "texts"
_blank = re.compile(r"\[[^\[\]\n]{1,200}\](?!\()")


def draft(kind: Kind, *, name: str, domain: str, contacts: Contacts) -> str:
    """A text of this kind to begin with; "" for contacts."""
    people = contacts.people or "[address for everybody]"
    text = (FOLDER / f"{kind}.md").read_text(encoding="utf-8") if kind != "contact" else ""
    return text.format(name=name, domain=domain, people=people)


def unfinished(markdown: str) -> list[str]:
    """What still stands in brackets, in its order; links are none."""
    return [match[0] for match in _blank.finditer(markdown)]
