"""What is kept for so many days, and what ends it: for every line of the inventory that names a number of days, the
room that keeps the table says which of its schedules carries that out.

    kept_for("accounts.token", days=30, schedule="accounts.sweep", overdue="expires_at < now() - interval '30 days'")

A fence (tests/fences/test_retention.py) compares this with the inventory; `petrel privacy retention` shows when each
last ran, what it said, and how many rows are there longer than they may be.
"""

from msgspec import Struct


class Rule(Struct, frozen=True):
    """`overdue`: what is true of a row of the table whose time is over; "" where only the room itself can look."""

    table: str
    days: int
    schedule: str
    overdue: str


RULES: dict[str, Rule] = {}


def kept_for(table: str, *, days: int, schedule: str, overdue: str = "") -> None:
    """Registers a term. `schedule` is registered with `core.jobs.every`."""
    RULES[table] = Rule(table, days, schedule, overdue)
