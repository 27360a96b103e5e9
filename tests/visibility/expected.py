"""What a cell of the law looks like at a door: section 14 of docs/law/visibility.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import law_codes

CELLS = law_codes.cells()
GONE = ("suspended", "deactivated")
"""States in which the author may look at nothing but why, appeal and export (section 1, "Further viewers"): none of
these pages exists, so that every door shows the author nothing."""
MEMBERS_ONLY = ("home", "ntf")
REASON = {"quarantined": "unavailable", "deleted": "deleted", "removed": "removed", "suspended": "suspended",
          "withheld": "withheld", "adult": "age"}
NOT_FOUND_YET = ("direct", "srch")
"""Messages are in no index yet: nobody finds them, also who may. Stricter than the law, and counted apart."""
API_STATUS = {"deleted": "404", "removed": "410", "suspended": "410", "withheld": "451", "age": "403",
              "unavailable": "410"}
WEB_STATUS = {**API_STATUS, "deleted": "410"}


def code(state: str, audience: str, viewer: str, surface: str, *, web: bool = False) -> str:
    """The law's letter, lowered by what it says of viewers who are out."""
    row = "follower" if viewer == "bell" else viewer
    if row == "author" and state in GONE and surface != "exp":
        # Their session opens no page: it is shown what anybody sees.
        return CELLS[state, audience, "anon", surface] if web and surface not in MEMBERS_ONLY else "N"
    return CELLS[state, audience, row, surface]


def is_only_warned(state: str, audience: str, viewer: str, surface: str) -> bool:
    """Whether a gate stands there for the content warning alone: the client API sends text and flag then."""
    return state == "sensitive" and code("live", audience, viewer, surface) in "YO"


def forms(state: str, audience: str, viewer: str, surface: str, *, web: bool, single: bool) -> tuple[set[str], str]:
    """(the forms that may be seen, the reason or "" where none is looked at)."""
    if (audience, surface) == NOT_FOUND_YET:
        return {"nothing"}, ""
    letter = code(state, audience, viewer, surface, web=web)
    if letter == "O":
        letter = "Y" if viewer == "bell" else "N"
    if letter in "N.":
        return {"nothing"}, ""
    if surface == "push":
        # A pointer names nobody and nothing; where a warning stands, it stands for the text.
        whole = letter == "Y" and audience in ("public", "unlisted") and state != "sensitive"
        return {"nothing" if letter in "TH" else "full" if whole else "gate"}, ""
    if surface == "cnt":
        # Numbers may wait behind the gate or stand in front of it: they are no text.
        return {"counted"} if letter == "Y" else {"counted", "nothing"}, ""
    if letter == "T":
        if surface == "home" and not web:
            return {"withheld"}, ""
        if not single:
            # Lists of the API leave it out; pages may show a gap, which names no post.
            return {"nothing"}, ""
        reason = REASON[state]
        if reason == "age" and not web:
            return {"tombstone"}, "403"
        return {"tombstone"}, f"{(WEB_STATUS if web else API_STATUS)[reason]} {reason}"
    if letter == "H":
        return {"full" if surface == "exp" else "history"}, ""
    if letter == "G":
        if is_only_warned(state, audience, viewer, surface) and not web:
            return {"warned"}, ""
        return {"gate"}, ""
    if letter == "P":       # apps know no pointers: what stands there is what `api` gives. source: section 14
        return forms(state, audience, viewer, "api", web=web, single=single)
    assert letter == "Y", letter
    return ({"full", "warned"} if state == "sensitive" else {"full"}), ""


def allowed_marks(form: str, *, warned: bool) -> set[str]:
    """Which marks of a post may stand in an answer that shows it in this form."""
    if form in ("full", "warned", "history"):
        return {"text", "warn", "tag", "first"}
    return {"warn"} if form == "gate" and warned else set()
