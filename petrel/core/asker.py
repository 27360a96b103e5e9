"""Whose request this task answers, for what is counted by member where nobody hands them along: lines of the log."""

from contextvars import ContextVar

_account: ContextVar[int | None] = ContextVar("asker", default=None)


def is_now(account: int | None) -> None:
    """From here on in this task. None: nobody signed in."""
    _account.set(account)


def now() -> int | None:
    return _account.get()
