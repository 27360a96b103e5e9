"""Lines of the log: at most so many of one template in a while, and the others are counted.

A fault that writes a thousand lines a second fills the disk and hides the one line that says why. The template of a
line is its text with the numbers taken out. The first line of it after some were left out says how many.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog

WINDOW_S = 60.0
MOST = 30
"""Lines of one template within a window."""

MOST_TEMPLATES = 1_000
_numbers = re.compile(r"\d+")
Count = Callable[[str], None]
Saw = Callable[[str, Mapping[str, Any]], None]


class Caps:
    """`admit` decides; `count` is told "info", "warning", "error" or "left out", `saw` of every line."""

    def __init__(self, count: Count = lambda _what: None, now_s: Callable[[], float] = time.monotonic,
                 saw: Saw = lambda _level, _event: None) -> None:
        self._count, self._saw = count, saw
        self._now_s = now_s
        self._seen: dict[str, list[float]] = {}

    def admit(self, level: str, text: str) -> int | None:
        """None: left out. Else how many of this template were left out since the last one."""
        template = _numbers.sub("#", text)[:200]
        if template not in self._seen and len(self._seen) >= MOST_TEMPLATES:
            template = "others"
        state = self._seen.setdefault(template, [0.0, 0, 0])      # end of the window, lines in it, left out
        if (now_s := self._now_s()) >= state[0]:
            state[0], state[1] = now_s + WINDOW_S, 0
        state[1] += 1
        if state[1] > MOST:
            state[2] += 1
            self._count("left out")
            return None
        self._count(level if level in ("info", "warning") else "error")
        left_out, state[2] = int(state[2]), 0
        return left_out

    def processor(self, _logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """For structlog."""
        self._saw(method, event)
        left_out = self.admit(method, str(event.get("event", "")))
        if left_out is None:
            raise structlog.DropEvent
        if left_out:
            event["left_out"] = left_out
        return event

    def filter(self, record: logging.LogRecord) -> bool:
        """For the standard library's handlers."""
        wrong = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        self._saw(record.levelname.lower(), {"event": str(record.msg), "exc_info": wrong})
        left_out = self.admit(record.levelname.lower(), str(record.msg))
        if left_out:
            record.msg = f"{record.msg} (left_out={left_out})"
        return left_out is not None
