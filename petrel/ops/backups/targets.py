"""The one place from which backups leave the building: what this room knows of the stores outside."""

from petrel.outside.stores import Reading, Store, Writing, named, opened, put, taken

__all__ = ["Reading", "Store", "Writing", "named", "opened", "put", "taken"]
