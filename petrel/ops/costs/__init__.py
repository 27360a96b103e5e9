"""What a site costs a month: from what each thing takes, what people do, and what is paid for it.

Words: each (what one thing takes, measured), habits (what active people do, assumed), prices (assumed, to be replaced
by one's own). docs/handbook/costs.md says where every number comes from; its table is tried against `reckon`. The drill
go-live reckons with what it measured itself. Read next: rules.py.
"""

from petrel.ops.costs.rules import reckon
from petrel.ops.costs.shapes import Each, Habits, Month, Prices

__all__ = ["Each", "Habits", "Month", "Prices", "reckon"]
