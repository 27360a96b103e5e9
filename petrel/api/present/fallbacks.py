"""What an app shows of a notification of a kind that it does not know: the NotificationFallback entity (release 4.6).

Only of kinds that came after apps could say which they know; all others they have always passed over by themselves.
"""

from collections.abc import Collection
from html import escape
from typing import Any

import msgspec
from msgspec import Struct

from petrel.features.notifications import Kind

TITLES = {Kind.ADDED_TO_COLLECTION: "{name} added you to a collection",
          Kind.COLLECTION_UPDATE: "{name} changed a collection that you are in"}
WHERE = "Open it in a browser to see who is in it, or to leave it."


class _Named(Struct):
    """Of an account or a collection, what a title takes."""

    url: str
    name: str = ""
    display_name: str = ""
    username: str = ""


def fallback(kind: Kind, known: Collection[str] | None, account: bytes,
             collection: bytes | None) -> dict[str, Any] | None:
    """None for kinds that the app knows, and for an app that has not said which it does. HTML."""
    if known is None or kind.word in known or kind not in TITLES or collection is None:
        return None
    who, what = (msgspec.json.decode(one, type=_Named) for one in (account, collection))
    return {"title": TITLES[kind].format(name=escape(who.display_name or who.username)), "summary": WHERE,
            "details": f'<p><a href="{escape(what.url)}">{escape(what.name)}</a></p>'}
