"""About: what the site says of itself, in the words of those who run it.

Words: text (of a kind: about, rules, imprint, privacy, terms, contact), version (1, 2 ...; in force from a day on),
rule (one line of the rules, with a number that no other rule ever gets), draft (what the site proposes while nothing
is written), contacts (where authorities and people reach the crew). Invariants: old versions of what people agreed to
(rules, privacy, terms) stay readable; of the others only the newest is kept, since they name people. Texts are
Markdown, written by owners and admins; what leaves here as HTML is clean. source: decision 0022.
Read next: shapes.py, commands.py.
"""

from petrel.features.about import drafts
from petrel.features.about.commands import note_settings, write, write_contacts
from petrel.features.about.markdown import html_of
from petrel.features.about.reads import agreed_at, contacts, is_crew, is_owner, rules, summary, text, versions
from petrel.features.about.shapes import KEPT, KINDS, Contacts, Kind, Rule, Summary, Text

__all__ = ["KEPT", "KINDS", "Contacts", "Kind", "Rule", "Summary", "Text", "agreed_at", "contacts", "drafts", "html_of",
           "is_crew", "is_owner", "note_settings", "rules", "summary", "text", "versions", "write", "write_contacts"]
