"""Setup: making a machine into a site, once, by `petrel init DOMAIN`.

Words: answers (what was asked, at most four things), layout (where everything is on this machine), check (what has to
be right beforehand, with its cure), step (one thing that is done; doing it again changes nothing). Invariants: nothing
is changed before every check is well; a step that was interrupted anywhere, power cut included, is done again by the
same command; the name of a site is changed only while it is tried out. source: decision 0022. Read next: steps.py.
"""

from petrel.ops.setup.beginning import certified, wait_for_certificate
from petrel.ops.setup.checks import examine
from petrel.ops.setup.domains import is_public, proper
from petrel.ops.setup.machine import Machine
from petrel.ops.setup.shapes import Answers, CannotWork, Layout, Wish
from petrel.ops.setup.steps import Work, answers_before, refuse_another_name, run, wishes

__all__ = ["Answers", "CannotWork", "Layout", "Machine", "Wish", "Work", "answers_before", "certified", "examine",
           "is_public", "proper", "refuse_another_name", "run", "wait_for_certificate", "wishes"]
