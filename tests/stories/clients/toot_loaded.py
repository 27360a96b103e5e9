"""`toot`, loaded once. Each command is a process of its own, forked from this one: what its users start, without the
third of a second that Python takes to load it.

Reads a line of JSON for each, {"args", "call", "given", "out", "err"}, and answers its exit code. `call` runs a
function of the program's own modules in place of a command, as [module, function, arguments, named arguments].
"""

import json
import os
import sys
from typing import Any

from toot import api, config, http
from toot.cli import cli

MODULES = {"api": api, "http": http}


def _run(asked: dict[str, Any]) -> None:
    """Does not return."""
    for number, (name, flags) in enumerate(((asked["given"], os.O_RDONLY), (asked["out"], os.O_WRONLY),
                                            (asked["err"], os.O_WRONLY))):
        os.dup2(os.open(name, flags), number)
    sys.stdin = open(0, closefd=False)              # noqa: SIM115  (the other one may have read ahead)
    if asked["call"]:
        module, function, args, named = asked["call"]
        user, app = config.get_active_user_app()
        print(getattr(MODULES[module], function)(app, user, *args, **named).text)
    else:
        sys.argv = ["toot", *asked["args"]]
        cli()


def main() -> None:
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _run(json.loads(line))
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
