"""What is said of an incident, as plain text: for a call, for whoever joins late, for the next on call, for afterwards.
Pure."""

from datetime import UTC, datetime

from petrel.core import amounts
from petrel.ops.incidents.shapes import HARM, Board, Card, Event, Suspect

LATE_S = 60.0
"""A board older than this says nothing of now."""

LAST = 8


def verdict(board: Board | None, now: datetime) -> tuple[str, str]:
    """("well" | "sick" | "unknown", a sentence). What nobody measured is never well."""
    if board is None:
        return "unknown", "Nobody has ever measured here: nothing is known."
    if (age_s := (now - board.at).total_seconds()) > LATE_S:
        return "unknown", f"Nobody has measured for {amounts.lasting(age_s)}: what follows is of before."
    if age_s < -LATE_S:
        return "unknown", f"What was measured is of {amounts.lasting(-age_s)} ahead: a clock was set."
    if not board.measures:
        return "unknown", "Nothing is measured: the sources of measures are silent."
    if board.is_blind:
        return "sick", "The databases do not answer. Changes and incidents are shown as they were before."
    if board.open:
        worst = min(card.incident.severity for card in board.open)
        many = f"{len(board.open)} things are wrong: " if len(board.open) > 1 else ""
        says = many + HARM[worst]
        return "sick", f"{says[:1].upper()}{says[1:]}."
    return "well", "All is well, as far as it is measured."


def next_of(board: Board | None, now: datetime) -> str:
    """What to type where the board itself says nothing of now; "" where the cards say it."""
    if board is None:
        return "petrel doctor; where the site does not run, start it"
    if (now - board.at).total_seconds() > LATE_S or not board.measures:
        return "petrel restart brain, which measures; petrel doctor, where that does not help"
    return ""


def headline(card: Card, now: datetime) -> str:
    one = card.incident
    return (f"{name_of(card)}: {card.harm}, for {amounts.lasting((now - one.began_at).total_seconds())}"
            f" (severity {one.severity})")


def name_of(card: Card) -> str:
    """The component, and what it is."""
    what = card.what.partition(". ")[0].rstrip(".")
    return f"{card.incident.root} ({what[:1].lower()}{what[1:]})" if what else card.incident.root


def on_it(card: Card) -> str:
    """Who is on it."""
    one = card.incident
    if one.taken_by:
        return f"{one.taken_by} is on it" + (f" since {one.taken_at:%H:%M} UTC" if one.taken_at else "")
    reached = [page.who for page in card.pages if page.taken_at is not None]
    if reached:
        return f"called: {', '.join(dict.fromkeys(reached))}; nobody has taken it"
    if card.pages:
        return f"NOBODY COULD BE REACHED ({', '.join(dict.fromkeys(page.who for page in card.pages))})"
    return "nobody is on it"


def brief(card: Card, board: Board, now: datetime) -> str:
    """For whoever joins late: what hurts whom since when, what probably did it, what was done, what is next."""
    one = card.incident
    lines = [f"INCIDENT {one.id}, severity {one.severity}: {card.harm}",
             f"What fails    {name_of(card)}",
             f"Since         {_at(one.began_at)} ({amounts.lasting((now - one.began_at).total_seconds())})",
             f"On it         {on_it(card)}"]
    if card.hits:
        lines.append(f"Because of it {', '.join(card.hits)}")
    lines += [f"Alert         {said.says}" for said in card.speaking[:4]]
    lines += ["Probably did it:", *(f"  {suspect_line(s)}" for s in card.suspects[:3])] if card.suspects else \
        ["Probably did it: nobody can say yet"]
    done = [event for event in card.events if event.what in ("done", "command", "note", "call")]
    lines += ["So far:", *(f"  {line(event)}" for event in done[-LAST:])] if done else ["So far: nothing was done"]
    lines.append(f"Next          {card.next_step}")
    if card.runbook:
        lines.append(f"Runbook       {card.runbook}")
    if board.is_blind:
        lines.append("The databases do not answer: changes and people are as they were before.")
    others = [other for other in board.open if other.incident.id != one.id]
    if others:
        lines.append("At the same time: " + "; ".join(f"{o.incident.id} {o.incident.root}" for o in others))
    return "\n".join(lines)


def handover(board: Board, now: datetime) -> str:
    """The card that one on call gives to the next."""
    _, says = verdict(board, now)
    lines = [f"HAND-OVER {_at(now)}", says,
             f"On call {board.on_call or 'nobody is named'}; leads {board.manager or 'nobody is named'}"]
    for card in board.open:
        lines += [f"- {card.incident.id} {headline(card, now)}", f"  {on_it(card)}; next: {card.next_step}"]
    moving = [change for change in board.changes if change.state in ("going", "paused")]
    lines += [f"- change {c.id} {c.kind} {c.what} is {c.state} in {len(c.cells)} cells: {c.why}" for c in moving]
    if board.frozen:
        lines.append(f"- ALL CHANGES ARE FROZEN: {board.frozen}")
    lines += [f"- in {g.left_days:.0f} days it will hurt: {g.says}" for g in board.growing]
    lines += [f"- ended {_at(i.ended_at)}: {i.root}, {i.why}" for i in board.ended[:5] if i.ended_at]
    return "\n".join(lines)


def draft(card: Card) -> str:
    """What is known for the account of it afterwards, in Markdown; what only people know is asked for."""
    one = card.incident
    ended = f"{_at(one.ended_at)} ({amounts.lasting((one.ended_at - one.began_at).total_seconds())})" \
        if one.ended_at else "not yet"
    first = next((event for event in card.events if event.what == "alert"), None)
    noticed = amounts.lasting((first.at - one.began_at).total_seconds()) if first else "nobody knows"
    taken = amounts.lasting((one.taken_at - one.began_at).total_seconds()) if one.taken_at else "never"
    lines = [f"# Incident {one.id}: {name_of(card)}", "",
             f"- Harm: {card.harm} (severity {one.severity})", f"- Began {_at(one.began_at)}, ended {ended}",
             f"- Noticed after {noticed}, taken after {taken} by {one.taken_by or 'nobody'}",
             f"- What failed: {one.root}" + (f"; because of it: {', '.join(card.hits)}" if card.hits else ""), "",
             "## What happened", "", *(f"- {line(event)}" for event in card.events), "",
             "## What probably did it", "", *(f"- {suspect_line(one)}" for one in card.suspects[:5]),
             "", "Was it that? (say how you know)", "", "## What helped, what did not, where we were lucky", "", "",
             "## So that it does not come back", "", "Who does what until when; no names where it went wrong.", ""]
    return "\n".join(lines)


def call_text(card: Card, board: Board, now: datetime) -> tuple[str, str]:
    """(subject, text) of a call."""
    one = card.incident
    subject = f"[{board.site}] incident{f' {one.id}' if one.id else ''}: {name_of(card)}"
    away = "" if one.id else "The databases are away: petrel ops on the machine says what is known.\n"
    take = f"Say that you are on it: petrel ops take {one.id or one.root} --as YOU"
    return subject, f"{brief(card, board, now)}\n{away}{take}"


def suspect_line(one: Suspect) -> str:
    return f"{one.weight:.0%} {one.name}: {one.says}" + (f"  [{one.do}]" if one.do else "")


def line(event: Event) -> str:
    return f"{_at(event.at)} {event.says}"


def _at(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "?"
