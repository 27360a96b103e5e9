"""Policy: which number of the privacy policy is in force, which programs know it, and how it is raised.

Words: in force (the highest number in law.policy), outdated (a program, or a session of one, whose number is lower).
Invariants: the number only grows, by two people; an outdated program is told of within ten seconds, from both sides.
Read next: commands.py, functions.sql, docs/decisions/0013.
"""

from petrel.ops.policy.commands import raise_to, say_outdated
from petrel.ops.policy.reads import Program, Version, history, programs

__all__ = ["Program", "Version", "history", "programs", "raise_to", "say_outdated"]
