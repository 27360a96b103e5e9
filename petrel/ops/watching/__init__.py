"""Watching: is the site well, as people would find it, and who is told when it is not?

Words: canary (a post of the site's own that goes the whole way every minute), measure (one number), rule (a measure, a
limit, an owner), alert (a rule that was broken: fired, still, passed on, cleared), tally (what processes of a machine
count together), notice (what an owner is told). Invariants: watching never stands in the way of what is watched: it
takes no lock, and what goes wrong in it is said and tried again; every alert has an owner; lines of the log that were
left out are counted.
Read next: looking.py (the loop), rules.toml, judging.py, canary.py, health.py; from another host: petrel/watch.py.
"""

from petrel.ops.watching import alerts, health, logs
from petrel.ops.watching.canary import come_through
from petrel.ops.watching.examining import Examination, examined
from petrel.ops.watching.examining import again as examine_again
from petrel.ops.watching.jobs import Site, install
from petrel.ops.watching.judging import Key
from petrel.ops.watching.lines import FILE as LINES
from petrel.ops.watching.lines import Kind as KindOfLine
from petrel.ops.watching.lines import Lines
from petrel.ops.watching.lines import seen as seen_lines
from petrel.ops.watching.looking import Wanted, Watch
from petrel.ops.watching.measuring import explains, source
from petrel.ops.watching.planning import crew, plan, shipped
from petrel.ops.watching.probing import Probes
from petrel.ops.watching.shapes import Alert, Health, Look, Measure, Owner, Plan, Rota, Rule
from petrel.ops.watching.tally import BUCKETS_MS, CLASSES, Tally
from petrel.ops.watching.telling import try_out

__all__ = ["BUCKETS_MS", "CLASSES", "LINES", "Alert", "Examination", "Health", "Key", "KindOfLine", "Lines", "Look",
           "Measure", "Owner", "Plan", "Probes", "Rota", "Rule", "Site", "Tally", "Wanted", "Watch", "alerts",
           "come_through", "crew", "examine_again", "examined", "explains", "health", "install", "logs", "plan",
           "seen_lines", "shipped", "source", "try_out"]
