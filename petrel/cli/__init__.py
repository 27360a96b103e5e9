"""The command line: `petrel NOUN VERB`. One file per noun, imported when it is asked for.

Every command takes `--data`, and `--json` where it prints something. Exit codes: 0 done, 1 found something wrong
(doctor, journal verify, replay, drills), 2 could not do it, with a message and its cure, 75 could not do it now (mail
bounce, for mail servers), 130 interrupted.
"""

import errno
import importlib
import importlib.util
import os
import sys
from typing import Any

import click

from petrel.core.errors import Invalid, PetrelError
from petrel.storage.build import VERSION
from petrel.storage.postgres.errors import StorageError

NOUNS = {
    "init": "Make this machine the site of a domain",
    "up": "Serve the site: databases, web, followers, jobs",
    "run": "Run one part alone, for a fleet: web, followers or jobs",
    "restart": "Begin one part of the running site anew: what hangs and does not say so",
    "doctor": "Look for what is wrong on this machine, and say the cure",
    "migrate": "Bring the databases up to date",
    "database": "Databases for production: set up, check, move, upgrade",
    "upgrade": "Bring the running site to this release, and back",
    "releases": "See which releases are installed, add one, remove one",
    "certificates": "Show which certificates are served, and have a new one ordered",
    "waiting": "What waits for the crew, in the order to take it",
    "settings": "Show and change settings",
    "accounts": "Make, show and change accounts",
    "tokens": "Make access tokens",
    "signup": "Let people in or not, take back a wave of sign-ups",
    "mail": "Try mail out, see what waits, take in what came back",
    "jobs": "Look at work that waits or failed",
    "access": "Ask for what takes two people, approve it, stop it",
    "privacy": "What members are owed: their data, its end, who saw it",
    "watch": "Watch a site from another host",
    "costs": "What has to be rented for so many people, and what that costs",
    "disk": "See what is on the disk, what grows, when it is full",
    "ops": "The operations console: is it well, if not why, who is on it, what is next",
    "alerts": "See what is wrong, say that you look at it",
    "stranger": "See whether the site's own stranger finds something",
    "surfaces": "Close a surface through which something leaks, open it again",
    "changes": "Plan what alters the running site, watch it go from cell to cell, undo it",
    "flags": "What some accounts have and others do not yet",
    "rescue": "What still works when nothing else does: one file, and its keys",
    "policy": "Which privacy policy is in force, and raising it",
    "why": "Say why somebody sees a post, or does not",
    "media": "See where photos and films lie, move them into a bucket or back",
    "emoji": "Bring in the site's own emoji, list them, take one away",
    "archives": "Bring in what a member wrote elsewhere, and take it back",
    "journal": "Look at the journal, and verify that nobody changed it",
    "deletions": "Show what was deleted, look for remains, give and check receipts",
    "backups": "Make backups, verify them, go back to one",
    "restore": "Bring a site back on a new machine, from its backup target",
    "inventory": "List every column: what it is, whose, why, for how long",
    "demo": "Fill a site with people and posts to look at",
    "replay": "Play a recording of real traffic and check every timeline",
    "gate": "Whether the tests may be believed, and what is to blame when they fail",
    "drill": "Rehearse a disaster on a site of its own",
    "drills": "List the drills and their last verdicts",
    "safeguards": "What must hold, whose it is, whether it still does",
}


class Nouns(click.Group):
    """Finds `petrel.cli.NOUN`, whose command has the name of the file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in NOUNS if _exists(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in NOUNS or not _exists(cmd_name):
            return None
        command: click.Command = getattr(importlib.import_module(f"petrel.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Without importing the nouns: help has to be quick.
        with formatter.section("Commands"):
            formatter.write_dl([(name, NOUNS[name]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PetrelError as e:
            field = f"{e.field.replace('_', ' ')} " if isinstance(e, Invalid) and e.field else ""
            detail = f"\n  {e.detail}" if e.detail and not isinstance(e.detail, BaseException) else ""
            _give_up(f"{field}{e.message}{detail}")
        except StorageError as e:
            _give_up(str(e))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as e:
            if e.errno == errno.EIO:                    # a backup target's StoreError is one, with words of its own
                _give_up(str(e))
            if e.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            _give_up(f"the disk is full{f' ({e.filename})' if e.filename else ''}. Make room (handbook: when the disk "
                     "fills), then run the same command again.")


def _exists(name: str) -> bool:
    return importlib.util.find_spec(f"petrel.cli.{name}") is not None


def _give_up(text: str) -> None:
    click.echo(f"petrel: {text}", err=True)
    sys.exit(2)


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="petrel", message="%(prog)s %(version)s")
def petrel() -> None:
    """Petrel, a microblogging network that a very small crew can keep alive."""


def main(wiring: object, args: list[str] | None = None) -> None:
    """Runs one command; `wiring` is what commands get as `ctx.obj` (see `cli/wiring.py`). Never returns."""
    petrel.main(args=args, prog_name="petrel", obj=wiring)
