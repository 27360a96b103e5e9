"""The loop that keeps a site running. One thread, no event loop: it has to be the thing that cannot break."""

import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
from msgspec import Struct

from petrel.ops.processes import beside, handover
from petrel.ops.processes.handover import Handover
from petrel.ops.processes.patience import Patience
from petrel.ops.processes.release import Release
from petrel.ops.processes.relief import Relief
from petrel.ops.processes.seat import Part, Seat
from petrel.ops.processes.servers import ServerWatch
from petrel.ops.processes.status import (
    PartState,
    PartStatus,
    SiteState,
    Status,
    clock_offset_s,
    status_file,
    write_status,
)
from petrel.ops.processes.telling import tell
from petrel.storage.postgres import Storage, describe_exit

IDLE_S = 5.0
BUSY_S = 0.05
LEAVE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Succession(Struct, frozen=True):
    """What makes a site that can be handed over: which release this is, the settings of its command line, the
    listening sockets by name; and what it has been handed itself. `words`: of `petrel up`, for whoever takes over.
    `why_back`: asked again and again, why the site has to go back to the giver; "" while it has not."""

    release: Release
    given: dict[str, Any]
    listeners: dict[str, socket.socket]
    words: Sequence[str]
    taken: Handover | None = None
    why_back: Callable[[], str] = str


class Supervisor:
    """Call `run` from the main thread after everything that the children share has been imported.

    `storage` is open already, or None if nothing embedded has to be watched; `run` closes it.
    """

    def __init__(
        self,
        data: Path,
        parts: Sequence[Part],
        *,
        address: str,
        storage: Storage | None = None,
        say: Callable[[str], None] | None = None,
        patience: Patience | None = None,
        policy_in_force: int = 0,
        succession: Succession | None = None,
    ) -> None:
        self._data = data
        self._patience = patience or Patience()
        self._parts = list(parts)
        self._seats = [Seat(part, n, self._patience) for part in parts for n in range(1, part.wanted + 1)]
        self._address = address
        self._policy_in_force = policy_in_force
        self._storage = storage
        self._say = _to_console(say)
        clusters = storage.clusters if storage else []
        self._servers = [ServerWatch(cluster, self._patience, self._say) for cluster in clusters]
        self._succession = succession
        taken = succession.taken if succession else None
        self._relief = Relief([_sitting(one, self._patience) for one in taken.sitting] if taken else [],
                              self._seats, self._patience, self._say)
        self._refused, self._refused_at = (taken.why, time.time()) if taken and taken.is_back else ("", 0.0)
        self._asked_to_hand_over = False
        self._beside: Release | None = None
        self._asked_to_leave = 0
        self._state: SiteState = "starting"
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._clock_offset_s = clock_offset_s()
        self._looked_at = time.monotonic()
        self._written = b""
        self._wake_in, self._wake_out = socket.socketpair()

    def run(self) -> int:
        """Until SIGTERM, SIGINT or SIGHUP; then drains and stops. Returns the exit code of the whole site."""
        before = self._listen_to_signals()
        beside.forget(self._data)
        gc.collect()
        gc.freeze()
        try:
            while not self._asked_to_leave:
                self._look_after()
                has_changed = self._look_beside()
                if self._asked_to_hand_over and not (has_changed and not handover.is_asked(self._data)):
                    self._hand_over()
                self._asked_to_hand_over = False
                self._go_back_if_unfit()
                self._write_status()
                self._wait(self._next_due_s())
            self._drain()
        finally:
            for seat in (*self._seats, *self._relief.leaving):
                seat.signal(signal.SIGKILL)
            if self._storage:
                self._storage.close()
            status_file(self._data).unlink(missing_ok=True)
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._wake_in.close()
            self._wake_out.close()
        self._say("Petrel has stopped.")
        return 0

    def _look_after(self) -> None:
        now = time.monotonic()
        for server in self._servers:
            server.look_after(now)
        for seat in self._seats:
            code = seat.reap()
            if code is not None:
                self._mourn(seat, describe_exit(code), now)
            if not seat.pid and now >= seat.deaths.retry_at and self._relief.may_fill(seat):
                self._fill(seat, now)
            elif seat.pid and seat.deaths.has_lived(seat.since, now):
                self._say(f"{seat.name} runs well again.")
        self._end_who_hangs(now)
        if not self._relief.is_over:
            self._relief.look_after(now)
            self._give_back_if_failed(now)
        self._bury_strangers()

    def _end_who_hangs(self, now: float) -> None:
        """Of those whom nobody else would tell of."""
        slept_s = max(0.0, now - self._looked_at - 2 * IDLE_S)      # we did, and perhaps everybody
        self._looked_at = now
        for seat in self._seats:
            seat.heard_at += slept_s
            self._hear(seat, now)
            if seat.hangs(now):
                self._say(f"{seat.name} has said nothing for {now - seat.heard_at:.0f} s: it hangs; ending it.")
                seat.signal(signal.SIGKILL)
                seat.heard_at = now

    def _look_beside(self) -> bool:
        """Starts the web part of another release beside ours, or ends it: whether there was anything to do."""
        now = beside.wanted(self._data)
        if now == self._beside or self._succession is None:
            return False
        for seat in [one for one in self._seats if one.part.name == beside.NAME]:
            self._seats.remove(seat)
            self._parts.remove(seat.part)
            self._relief.dismiss(seat)
        if now is not None:
            port = self._succession.listeners["site"].getsockname()[1]
            part = beside.part(self._data, now, {**self._succession.given, "port": port},
                               self._succession.listeners.values())
            self._parts.append(part)
            self._seats.append(Seat(part, 1, self._patience))
        self._beside = now
        self._say(f"Beside this release now: {now.name if now else 'nothing'}.")
        return True

    def _fill(self, seat: Seat, now: float) -> None:
        try:
            seat.fill(now, self._ours_alone())
        except OSError as problem:
            self._mourn(seat, f"cannot start: {problem.strerror}", now)

    def _mourn(self, seat: Seat, how: str, now: float) -> None:
        if seat.deaths.add(now, how):
            every_s = self._patience.slow_s
            self._say(f"{seat.name} keeps crashing (last: {how}); trying again every {every_s:g} s, the rest goes on.")
        elif not seat.deaths.failing:
            self._say(f"{seat.name} ended ({how}); restarting it.")

    def _ours_alone(self) -> list[int]:
        """What a child must not keep open: a lock held by an orphan would bar the next start."""
        mine = [self._wake_in.fileno(), self._wake_out.fileno()]
        mine += [seat.pipe for seat in self._seats if seat.pipe >= 0]
        if self._storage and self._storage.lock.descriptor >= 0:
            mine.append(self._storage.lock.descriptor)
        return mine

    def _bury_strangers(self) -> None:
        """As process 1 of a container we inherit orphans, such as the children of a killed postmaster."""
        if os.getpid() != 1:
            return
        known: set[int | None] = {seat.pid for seat in (*self._seats, *self._relief.leaving)}
        known |= {server.cluster.pid for server in self._servers}
        while (found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and found.si_pid not in known:
            os.waitpid(found.si_pid, os.WNOHANG)

    def _next_due_s(self) -> float:
        now = time.monotonic()
        due = [seat.deaths.retry_at - now for seat in self._seats if not seat.pid and self._relief.may_fill(seat)]
        if any(not server.is_well for server in self._servers) or not self._relief.is_over:
            due.append(BUSY_S)
        return max(0.0, min([IDLE_S, *due]))

    def _wait(self, most_s: float) -> None:
        """Until a signal, a word from a child, or the end of the time."""
        poll = select.poll()
        poll.register(self._wake_in, select.POLLIN)
        talking = {seat.pipe: seat for seat in self._seats if seat.pipe >= 0 and not seat.ready}
        for pipe in talking:
            poll.register(pipe, select.POLLIN)
        for descriptor, _ in poll.poll(most_s * 1000):
            if descriptor in talking:
                self._hear(talking[descriptor], time.monotonic())
            else:
                self._wake_in.recv(4096)

    def _hear(self, seat: Seat, now: float) -> None:
        if seat.hear(now) and seat.part.serves and self._state == "starting":
            self._state = "ready"
            tell("READY=1")
            self._say(f"Petrel is ready at {self._address}")

    def _drain(self) -> None:
        """Those who answer requests first: what they finish still finds everybody else at work.

        Asked once more meanwhile, it ends everybody at once; Postgres is still stopped cleanly.
        """
        asked = self._asked_to_leave
        self._state = "draining"
        tell("STOPPING=1")
        self._say("Stopping ...")
        for serves in (True, False):
            leaving = [seat for seat in (*self._seats, *self._relief.leaving) if seat.part.serves is serves]
            for seat in leaving:
                seat.signal(signal.SIGTERM)
            self._see_off(leaving, asked)

    def _see_off(self, leaving: list[Seat], asked: int) -> None:
        until = time.monotonic() + self._patience.drain_s
        while self._still_there(leaving):
            self._write_status()
            rest_s = until - time.monotonic()
            if rest_s > 0 and self._asked_to_leave == asked:
                self._wait(min(rest_s, 1.0))
                continue
            for seat in self._still_there(leaving):
                self._say(f"{seat.name} does not finish; ending it.")
                seat.signal(signal.SIGKILL)
            self._wait(1.0)

    def _still_there(self, seats: Sequence[Seat]) -> list[Seat]:
        for seat in seats:
            seat.reap()
        return [seat for seat in seats if seat.pid]

    def _write_status(self) -> None:
        parts = {part.name: self._part_status(part) for part in self._parts}
        servers = {server.cluster.name: server.status() for server in self._servers}
        status = Status(os.getpid(), self._state, self._address, self._started_at, self._clock_offset_s, parts, servers,
                        policy_in_force=self._policy_in_force, refused=self._refused, refused_at=self._refused_at,
                        release=self._succession.release if self._succession else None,
                        leaving=[seat.pid for seat in self._relief.leaving])
        text = msgspec.json.encode(status)
        if text == self._written:
            return
        try:
            write_status(self._data, text)
        except OSError as problem:
            self._say(f"Cannot write {status_file(self._data)}: {problem.strerror}")
        self._written = text

    def _part_status(self, part: Part) -> PartStatus:
        seats = [seat for seat in self._seats if seat.part is part]
        state: PartState = "running"
        if any(seat.deaths.failing for seat in seats):
            state = "failing"
        elif not all(seat.pid for seat in seats):
            state = "restarting"
        elif part.serves and not any(seat.ready for seat in seats):
            state = "starting"
        return PartStatus(
            part.wanted,
            [seat.pid for seat in seats if seat.pid],
            state,
            sum(seat.deaths.total for seat in seats),
            next((seat.deaths.last for seat in seats if seat.deaths.last), ""),
            min((at for seat in seats if (at := seat.silent_since(time.monotonic())) is not None), default=None),
        )

    def _listen_to_signals(self) -> dict[signal.Signals, Any]:
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        signal.set_wakeup_fd(self._wake_out.fileno(), warn_on_full_buffer=False)
        before: dict[signal.Signals, Any] = {n: signal.signal(n, self._leave) for n in LEAVE}
        before[handover.ASK] = signal.signal(handover.ASK, self._ask_to_hand_over)
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, handover.HELD_BACK)      # held back while we were handed over
        return before

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_leave += 1

    def _ask_to_hand_over(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_hand_over = True

    def _hand_over(self) -> None:
        """Goes on as the release that is asked for, or says why not and goes on as this one."""
        try:
            release = handover.asked_for(self._data)
            if self._state != "ready" or not self._relief.is_over:
                raise handover.CannotTakeOver("The site is starting, or being handed over already. Wait for it")
            self._refused = ""
            self._become(release)
        except (handover.CannotTakeOver, OSError) as e:
            self._refused, self._refused_at = getattr(e, "message", str(e)), time.time()
            self._say(f"Not handed over: {self._refused}")

    def _give_back_if_failed(self, now: float) -> None:
        """The older release gets the site back while its processes still serve. What was given back stays."""
        taken = self._succession.taken if self._succession else None
        why = self._relief.has_failed(now)
        if taken is None or why is None or taken.is_back:
            return
        self._say(f"This release does not serve: {why}. Giving the site back to {taken.giver.name}.")
        for seat in self._seats:
            seat.signal(signal.SIGKILL)
        until = time.monotonic() + 5
        while self._still_there(self._seats) and time.monotonic() < until:
            self._wait(0.1)
        try:
            self._become(taken.giver, why)
        except OSError as e:
            self._say(f"It cannot be given back: {e.strerror}.")

    def _go_back_if_unfit(self) -> None:
        """As any handover, to the release before: ours serve until it does."""
        succession = self._succession
        taken = succession.taken if succession else None
        if succession is None or taken is None or taken.is_back or not (why := succession.why_back()):
            return
        giver = taken.giver
        self._say(f"This release is not to stay: {why}. Going back to {giver.name}.")
        try:
            if problem := giver.why_not_here():
                raise handover.CannotTakeOver(f"{giver.name} cannot be started: {problem}")
            self._become(giver)
        except (handover.CannotTakeOver, OSError) as e:
            self._say(f"Stays all the same: {getattr(e, 'message', str(e))}")

    def _become(self, release: Release, why: str = "") -> None:
        """Never returns, unless it raises OSError. `why`: it is given back, because of that."""
        if self._succession is None:
            raise handover.CannotTakeOver("This site was not started by `petrel up`")
        staying = self._relief.leaving if why else [*self._seats, *self._relief.leaving]
        self._say(f"Handing over to {release.name} ...")
        handover.become(release, self._succession.words, Handover(
            giver=self._succession.release, given=self._succession.given,
            listeners={name: one.fileno() for name, one in self._succession.listeners.items()},
            lock=self._storage.lock.descriptor if self._storage else -1,
            sitting=[handover.Sitting(seat.part.name, seat.pid, seat.part.serves) for seat in staying if seat.pid],
            postgres={s.cluster.name: pid for s in self._servers if (pid := s.cluster.pid) is not None},
            is_back=bool(why), why=why))


def _sitting(one: handover.Sitting, patience: Patience) -> Seat:
    seat = Seat(Part(one.part, lambda: None, serves=one.serves), 1, patience)
    seat.pid = one.pid
    return seat


def _to_console(say: Callable[[str], None] | None) -> Callable[[str], None]:
    """A console that has gone away is no reason to stop."""

    def speak(line: str) -> None:
        try:
            if say:
                say(line)
            else:
                print(line, flush=True)
        except OSError:
            sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115

    return speak
