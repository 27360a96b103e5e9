"""Text: cleaned, read, counted, shown and folded. Pure functions; nothing here does I/O.

The usual way of a post: `clean` -> `parse` once -> `length`, `render`, `words`, which all take the parsed
form. Names on their own: handles.py. Read next: grammar.py.
"""

from petrel.core.text.fold import fold
from petrel.core.text.grammar import Hashtag, Link, Mention, Parsed, Span, parse
from petrel.core.text.hashed import WordKey
from petrel.core.text.html import MentionTarget, excerpt, plain, render, sanitise
from petrel.core.text.length import graphemes, length
from petrel.core.text.normal import clean, is_language, language, named
from petrel.core.text.words import Query, edges, query, says, umlauts_spelt_out, words

__all__ = [
    "Hashtag",
    "Link",
    "Mention",
    "MentionTarget",
    "Parsed",
    "Query",
    "Span",
    "WordKey",
    "clean",
    "edges",
    "excerpt",
    "fold",
    "graphemes",
    "is_language",
    "language",
    "length",
    "named",
    "parse",
    "plain",
    "query",
    "render",
    "sanitise",
    "says",
    "umlauts_spelt_out",
    "words",
]
