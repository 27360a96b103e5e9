"""`petrel privacy`: what members are owed. Each verb is a file of its own, `privacy_VERB.py`, found by its name."""

import importlib
import pkgutil

import click

import petrel.cli

PREFIX = "privacy_"


class Verbs(click.Group):
    """Finds `petrel.cli.privacy_VERB`, whose command is the symbol of that name; `_` in it is typed as `-`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name.removeprefix(PREFIX).replace("_", "-")
                      for module in pkgutil.iter_modules(petrel.cli.__path__) if module.name.startswith(PREFIX))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        symbol = PREFIX + cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"petrel.cli.{symbol}"), symbol.removeprefix(PREFIX))
        return command


@click.group(cls=Verbs)
def privacy() -> None:
    """What members are owed: their data, its end, and who saw it."""
