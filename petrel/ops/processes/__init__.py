"""Keeps the processes of one site alive: what `petrel up` does after everything is loaded.

Words: a *part* is a kind of process (web, followers, jobs, brain); it has as many *seats* as processes are wanted.
Invariants: no process outlives the supervisor; a part that keeps crashing never takes another down; one that hangs is
named in the status, and the brain, which would tell people of it, is begun anew; Postgres stops last.
"""

from petrel.ops.processes import beside, renewing
from petrel.ops.processes.handover import CannotTakeOver, Handover, Sitting, ask, become, take
from petrel.ops.processes.listening import passed, sockets
from petrel.ops.processes.owner import become_owner, user_of
from petrel.ops.processes.patience import Patience
from petrel.ops.processes.release import Release, this_release
from petrel.ops.processes.renewing import COMPONENTS, renew
from petrel.ops.processes.seat import LEAVE_GENTLY, SAYS_S, Part, report_ready, report_works
from petrel.ops.processes.status import PartStatus, ServerStatus, Status, clock_offset_s, read_status
from petrel.ops.processes.supervisor import Succession, Supervisor
from petrel.ops.processes.telling import tell

__all__ = ["COMPONENTS", "LEAVE_GENTLY", "SAYS_S", "CannotTakeOver", "Handover", "Part", "PartStatus", "Patience",
           "Release", "ServerStatus", "Sitting", "Status", "Succession", "Supervisor", "ask", "become", "become_owner",
           "beside", "clock_offset_s", "passed", "read_status", "renew", "renewing", "report_ready", "report_works",
           "sockets", "take", "tell", "this_release", "user_of"]
