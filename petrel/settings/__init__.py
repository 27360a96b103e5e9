"""What an operator can set (shapes), and where it is read and written (sources).

Only `app.py` and the command line read this; rooms get what concerns them through `core.limits`.
"""

from petrel.settings.shapes import Field, Settings, fields
from petrel.settings.sources import FILE, defaults, load, load_with_sources, replace, write, write_all, write_wanted

__all__ = ["FILE", "Field", "Settings", "defaults", "fields", "load", "load_with_sources", "replace", "write",
           "write_all", "write_wanted"]
