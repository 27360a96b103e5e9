"""Collections: accounts that somebody recommends to everybody, to be followed one by one or all together.

Words: collection, owner, item (an account in it), refused (the account said no; for good). Invariants: nobody is in one
who does not let themselves be proposed, and whoever stops to is out at once; nobody is in one of somebody with whom
there is a block; who is in one is told, also when it is called something else, and can leave it.
What a viewer may see: functions.sql. Read next: commands.py.
"""

from petrel.features.collections.commands import add, change, create, delete, put_back, remove, revoke, take_down
from petrel.features.collections.reads import concerning, get, holding, items, many, of_account
from petrel.features.collections.rules import MOST_COLLECTIONS
from petrel.features.collections.shapes import CannotAdd, Change, Collection, Item, ItemTaken, Marks, Text

__all__ = [
    "MOST_COLLECTIONS",
    "CannotAdd",
    "Change",
    "Collection",
    "Item",
    "ItemTaken",
    "Marks",
    "Text",
    "add",
    "change",
    "concerning",
    "create",
    "delete",
    "get",
    "holding",
    "items",
    "many",
    "of_account",
    "put_back",
    "remove",
    "revoke",
    "take_down",
]
