"""A module that is loaded when somebody asks it for something."""

import importlib
from typing import Any


class Late:
    """Stands for the module `name`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)
