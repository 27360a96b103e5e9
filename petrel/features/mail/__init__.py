"""Mail: letters to members and to the crew, by the relay of the settings, in the order they were asked for.

Words: letter (one mail to one address, from being asked for to its end), template (a text in `templates/`), facts
(what a template fills in), topic (what a letter is about: "needed" is sent to everybody, others to who wished for
them), refusal (an address that bounced or complained), breaker (a domain, or the relay, that is let rest).
Invariants: a letter is asked for in the transaction of what it tells, so neither happens without the other; address
and facts are sealed under a key of the letter's own, which is destroyed when the letter has ended; an account's
address is looked up as it is sent, nothing is kept of it here; without a relay nothing is written at all, and every
link that a letter would carry the crew can make (`petrel accounts link`).
Read next: commands.py, sending.py, bounces.py; a new letter: a file in templates/.
"""

from petrel.features.mail.bounces import Taken
from petrel.features.mail.bounces import take as take_bounce
from petrel.features.mail.commands import (
    ask_confirmation,
    ask_reset,
    change_address,
    is_on,
    queue,
    retry,
    unsubscribe,
    wish,
)
from petrel.features.mail.envelopes import BadAddress
from petrel.features.mail.letters import NoSuchTemplate
from petrel.features.mail.reads import health, own, records, waiting, wishing
from petrel.features.mail.rows import language_of
from petrel.features.mail.sending import NotTaken, call, try_out
from petrel.features.mail.shapes import TOPICS, Health, Own, Record, Shown

__all__ = ["TOPICS", "BadAddress", "Health", "NoSuchTemplate", "NotTaken", "Own", "Record", "Shown", "Taken",
           "ask_confirmation", "ask_reset", "call", "change_address", "health", "is_on", "language_of", "own",
           "queue", "records", "retry", "take_bounce", "try_out", "unsubscribe", "waiting", "wish", "wishing"]
