"""Pure decisions of moderation: the order of the queue, who may act against whom, words. No rows, no clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from petrel.core.errors import Invalid, Refused
from petrel.core.text.normal import clean
from petrel.features import accounts
from petrel.features.moderation.shapes import (
    GROUNDS,
    WHATS,
    Conflict,
    NewReport,
    NotForYou,
    Plea,
    ReportKind,
    Statement,
    Verdict,
    What,
    Written,
)

COMMENT_LENGTH = 1_000      # source: the client API
NOTICE_LENGTH = 5_000
LINE_LENGTH = 300
MOST_POSTS = 50
AROUND = 5                  # source: visibility.md section 6, five messages either side
SHORTEST_REASON = 5
LOOK_MINUTES = 60           # source: our choice; so long a typed reason opens a case's evidence to whoever typed it
RETENTION_DAYS = 180        # source: our choice; as long as decisions can be appealed (DSA article 20 (1))

COUNTER_DAYS = 10           # source: 17 U.S.C. 512 (g) (2) (C), "not less than 10, nor more than 14, business days"

HARM: dict[ReportKind, int] = {"spam": 20, "other": 30, "violation": 40, "copyright": 50, "legal": 60}
"""How far up the queue a report puts its case. source: our choice; what may be illegal has a clock (DSA article 16)."""

CONFLICTS: dict[Conflict, str] = {
    "own": "This is about your own account.",
    "follows": "You follow this account.",
    "followed": "This account follows you.",
    "blocks": "You have blocked this account.",
}
WORDS: dict[What, str] = {
    "nothing": "No restriction",
    "warn": "Warning",
    "take_down": "Post taken down",
    "limit": "Account limited",
    "suspend": "Account suspended",
}
SCOPE: dict[What, str] = {
    "nothing": "Nothing was restricted.",
    "warn": "Nothing was restricted; this is a warning.",
    "take_down": "The post is no longer shown to others, anywhere, until the decision is taken back.",
    "limit": "The account's posts are shown to its followers, and on its own pages; not in public timelines, search or "
             "recommendations, until the decision is taken back.",
    "suspend": "The account and its posts are not shown to others, and it cannot be used, until the decision is taken "
               "back. A copy of what is in it can be fetched as before.",
}


def harm(kinds: Sequence[ReportKind], reports: int) -> int:
    """Of a case: its worst report, and how many there are; 0 to 100."""
    return max(HARM[kind] for kind in kinds) + 2 * min(max(reports - 1, 0), 20)


def worst(kinds: Sequence[ReportKind]) -> ReportKind:
    return max(kinds, key=HARM.__getitem__)


def checked(new: NewReport, *, is_member: bool) -> NewReport:
    """What was sent, cleaned. Errors: Invalid, naming what a notice needs.

    source: DSA article 16 (2): reasons, the exact address, who one is, good faith; 17 U.S.C. 512 (c) (3) asks the same
    and for the work.
    """
    if new.kind not in HARM:
        raise Invalid("category", "is not one of " + ", ".join(HARM))
    is_notice = new.kind in ("legal", "copyright")
    most = NOTICE_LENGTH if is_notice else COMMENT_LENGTH
    w = new.written
    written = Written(
        comment=_text(w.comment, "comment", most), name=_line(w.name, "name"), email=_line(w.email, "email"),
        address=_line(w.address, "address"), law=_text(w.law, "law", NOTICE_LENGTH), good_faith=w.good_faith,
        language=_line(w.language, "language")[:16])
    if written.email and accounts.rules.email_fault(written.email, needed=False):
        raise Invalid("email", "is not an e-mail address")
    if not is_member:
        _check_stranger(new, written, is_notice=is_notice)
    posts = tuple(dict.fromkeys(new.posts))
    if len(posts) > MOST_POSTS:
        raise Invalid("posts", f"can be at most {MOST_POSTS}")
    return NewReport(new.about, new.kind, posts, tuple(dict.fromkeys(r[:60] for r in new.rules))[:30], written)


def _check_stranger(new: NewReport, written: Written, *, is_notice: bool) -> None:
    if new.about is None and not written.address:
        raise Invalid("address", "is needed: the page that this is about, as your browser shows it")
    if not (written.comment or written.law):
        raise Invalid("comment", "is needed: what is wrong, so that somebody who was not there understands it")
    if not is_notice:
        return
    if not written.law:
        raise Invalid("law", "is needed: why it is illegal, or which work of yours it copies")
    if new.kind == "copyright" and not (written.name and written.email):
        raise Invalid("name", "and e-mail address are needed in a matter of copyright: whom the answer goes to")
    if not written.good_faith:
        raise Invalid("good_faith", "has to be confirmed: that what you say is accurate and complete")


def may_handle(conflict: Conflict) -> None:
    """source: visibility.md section 6. Errors: NotForYou."""
    if conflict:
        raise NotForYou("deny.conflict", f"{CONFLICTS[conflict]} Somebody else of the crew has to handle it.")


def may_restrict(actor: accounts.Role, target: str) -> None:
    """Nobody takes from an equal. source: our choice, as for roles. Errors: Refused."""
    rank: dict[str, int] = {**accounts.rules.RANK}
    if rank[actor] <= rank.get(target, 0):
        raise Refused("deny.role", f"This account is {target} of this site; somebody of a higher role has to decide.")


UNHEARD_DAYS = 7            # source: our choice; an appeal that nobody but its decider could look at is said to wait
APPEALED_FOR_DAYS = RETENTION_DAYS + 4      # source: DSA article 20 (1), six months


def is_unheard(made_at: datetime, now: datetime) -> bool:
    """Of an appeal that waits."""
    return now >= made_at + timedelta(days=UNHEARD_DAYS)


def may_erase(role: str, suspended_at: datetime | None, is_appealed: bool, now: datetime) -> None:
    """Restricting can be taken back until the data goes (visibility.md section 10), so it goes only when nobody can
    appeal any more; until then whoever is suspended can also take it along. Errors: Refused, with the reason."""
    if role not in ("admin", "owner"):
        raise Refused("deny.role", "Only an admin or the owner can have an account erased")
    if suspended_at is None:
        raise Refused("deny.not_suspended", "Only an account that is suspended can be erased")
    if is_appealed:
        raise Refused("deny.appealed", "This account has appealed against its suspension: answer that first")
    first = suspended_at + timedelta(days=APPEALED_FOR_DAYS)
    if now < first:
        raise Refused("deny.appeal", f"This account can be erased from {first:%d %B %Y} on: until then its holder may "
                      "appeal, and take along what is theirs")


def verdict(given: Verdict, reported: Sequence[int]) -> Verdict:
    """Errors: Invalid, naming what the statement of reasons lacks."""
    if given.what not in WHATS or given.ground not in GROUNDS:
        raise Invalid("what", "is not something that can be decided here")
    facts = _text(given.facts, "facts", NOTICE_LENGTH)
    reference = _line(given.reference, "reference")
    if given.what == "nothing":
        return Verdict("nothing", "none", reference, facts)
    if given.ground == "none":
        raise Invalid("ground", "is needed: the rules of this site, the law, or copyright")
    if not reference:
        raise Invalid("reference", "is needed: which rule, or which provision of the law")
    if len(facts) < SHORTEST_REASON:
        raise Invalid("facts", "are needed: the person reads there what it was about and why it was decided so")
    posts = tuple(dict.fromkeys(given.posts)) if given.what == "take_down" else ()
    if given.what == "take_down" and (not posts or not set(posts) <= set(reported)):
        raise Invalid("posts", "have to be chosen among those that were reported")
    return Verdict(given.what, given.ground, reference, facts, posts)


def reason(typed: str) -> str:
    """Of a look. Errors: Invalid."""
    text = _text(typed, "reason", COMMENT_LENGTH)
    if len(text) < SHORTEST_REASON:
        raise Invalid("reason", "has to say in a few words why this has to be looked at")
    return text


def plea(given: Plea, *, is_counter: bool) -> Plea:
    """Errors: Invalid. source: of a counter-notice, 17 U.S.C. 512 (g) (3)."""
    made = Plea(_text(given.text, "appeal", NOTICE_LENGTH), _line(given.name, "name"), _line(given.reach, "reach"),
                given.good_faith)
    if len(made.text) < SHORTEST_REASON:
        raise Invalid("appeal", "has to say in a few words why this should be decided otherwise")
    if is_counter and not (made.name and made.reach):
        raise Invalid("name", "and an address are needed: they go to who says that the work is theirs")
    if is_counter and not made.good_faith:
        raise Invalid("good_faith", "has to be confirmed: that it was taken down by mistake")
    return made if is_counter else Plea(made.text)


def answer(typed: str) -> str:
    """To an appeal. Errors: Invalid."""
    text = _text(typed, "answer", NOTICE_LENGTH)
    if len(text) < SHORTEST_REASON:
        raise Invalid("answer", "is needed: the person reads there why")
    return text


def may_answer(conflict: str) -> None:
    """source: visibility.md section 6; DSA article 20. Errors: NotForYou."""
    if conflict == "decided":
        raise NotForYou("deny.own_decision", "You decided what this is against. Somebody else of the crew has to look.")
    if conflict:
        raise NotForYou("deny.conflict", "This is about you, or somebody close to you. Somebody else has to look.")


def business_days_after(at: datetime, days: int) -> datetime:
    """Monday to Friday; holidays are not known here."""
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < 5
    return at


def initials(handle: str) -> str:
    """What moderators are told of each other's decisions. source: visibility.md section 6."""
    return "".join(part[:1] for part in handle.replace("-", "_").split("_") if part)[:2].upper()


def statement_text(what: What, ground: str, statement: Statement, *, is_of_notice: bool) -> str:
    """The statement of reasons as a person reads it. source: DSA article 17 (3) (a) to (f)."""
    on = {"rules": f"This breaks the rules of this site: {statement.reference}",
          "law": f"This is held to be illegal: {statement.reference}",
          "copyright": f"This is held to infringe a copyright: {statement.reference}"}.get(ground, "")
    how = ("It began with a notice that somebody sent us." if is_of_notice
           else "It began with a report, or with something that we saw ourselves.")
    return "\n\n".join(part for part in (
        f"{WORDS[what]}. {SCOPE[what]}", statement.facts, on,
        f"{how} A person decided; nothing was decided by a program.") if part)


def _text(typed: str, field: str, most: int) -> str:
    text = clean(typed, field).strip()
    if len(text) > most:
        raise Invalid(field, f"is too long (maximum is {most} characters)")
    return text


def _line(typed: str, field: str) -> str:
    return " ".join(_text(typed, field, LINE_LENGTH).split())
