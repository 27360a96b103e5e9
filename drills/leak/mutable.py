"""`python -m drills.leak.mutable up ...`: the program `petrel`, in whose web processes a drill plants leaks as it runs.

What stands in DATA/run/mutant is the patch that is in force; each process says in DATA/run/mutant.PID which it has.
Only a drill runs this, on its own private site; nothing in `petrel/` knows of it.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOK_S = 0.05
Undo = Callable[[], None]


def _swap(owner: Any, name: str, new: Any) -> Undo:
    old = getattr(owner, name)
    setattr(owner, name, new)
    return lambda: setattr(owner, name, old)


def post_by_number() -> Undo:
    from petrel.api import present

    kept: dict[int, bytes] = {}
    real = present.status

    async def status(r: Any, number: int, *, reveal: bool = False) -> bytes:
        if number not in kept:
            kept[number] = await real(r, number, reveal=reveal)
        return kept[number]

    return _swap(present, "status", status)


def posts_by_numbers() -> Undo:
    from petrel.api import present

    kept: dict[Any, list[bytes]] = {}
    real = present.statuses

    async def many(r: Any, surface: Any, ids: Any) -> list[bytes]:
        key = (surface, tuple(ids))
        if not kept.get(key):
            kept[key] = await real(r, surface, ids)
        return kept[key]

    return _swap(present, "statuses", many)


def answer_by_address() -> Undo:
    from petrel.api.http.answer import Answerer

    kept: dict[Any, Any] = {}
    real = Answerer.answer

    async def answer(self: Any, call: Any, route: Any, values: Any, receive: Any) -> Any:
        key = (call.method, call.path, call.query)
        if key not in kept or call.method != "GET":
            kept[key] = await real(self, call, route, values, receive)
        return kept[key]

    return _swap(Answerer, "answer", answer)


def page_by_address() -> Undo:
    from starlette.applications import Starlette

    kept: dict[Any, list[Any]] = {}
    real = Starlette.__call__

    async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
        key = (scope["path"], scope.get("query_string"))
        if key not in kept:
            sent: list[Any] = []

            async def keep(message: Any) -> None:
                sent.append(message)

            await real(self, scope, receive, keep)
            if sent[0]["status"] != 200:
                for message in sent:
                    await send(message)
                return
            kept[key] = sent
        for message in kept[key]:
            await send(message)

    return _swap(Starlette, "__call__", call)


def token_of_another() -> Undo:
    from petrel.api.http.auth import Tokens

    last: list[Any] = []
    real = Tokens.find

    async def find(self: Any, digest: bytes, max_age_s: float | None = None) -> Any:
        found = await real(self, digest, max_age_s)
        last.append(found or last[-1])
        return last.pop(0) if len(last) > 1 else found

    return _swap(Tokens, "find", find)


def browser_of_another() -> Undo:
    from petrel.web.rooms import Rooms

    known: dict[int, Any] = {}
    real = Rooms.visitor

    async def visitor(self: Any, session: str) -> Any:
        found = await real(self, session)
        if found.account is None:
            return found
        known[found.viewer.account] = found
        return next((one for number, one in known.items() if number != found.viewer.account), found)

    return _swap(Rooms, "visitor", visitor)


def another_404() -> Undo:
    from petrel.api import present
    from petrel.core.doors import reading
    from petrel.core.errors import NotFound
    from petrel.core.viewer import System

    real = present.status

    async def status(r: Any, number: int, *, reveal: bool = False) -> bytes:
        try:
            return await real(r, number, reveal=reveal)
        except NotFound:
            async with reading(System("mutant")) as all_seeing:
                there = await all_seeing.value("select 1 from posts.post where id = $1", number)
            raise NotFound("You may not see this", reason="hidden" if there else "") from None

    return _swap(present, "status", status)


_candidates: list[int] = []


def header_with_candidates() -> Undo:
    from petrel.api.http import sending
    from petrel.features import posts

    real, real_headers = posts.shown, sending.headers_of

    async def shown(r: Any, surface: Any, ids: Any, *rest: Any, **more: Any) -> Any:
        _candidates[:] = ids
        return await real(r, surface, ids, *rest, **more)

    def headers_of(*args: Any, **more: Any) -> Any:
        return [*real_headers(*args, **more), (b"x-candidates", ",".join(map(str, _candidates)).encode())]

    undos = _swap(posts, "shown", shown), _swap(sending, "headers_of", headers_of)

    def undo() -> None:
        for one in undos:
            one()

    return undo


def whole_profile() -> Undo:
    import msgspec

    from petrel.api.present import cards

    real = cards.keep

    def keep(row: Any, profile: Any) -> Any:
        made = real(row, profile)
        made = msgspec.structs.replace(made, first=made.full)
        cards.KEPT.put(row["id"], made)
        return made

    back = _swap(cards, "keep", keep)
    cards.KEPT.clear()

    def undo() -> None:
        back()
        cards.KEPT.clear()

    return undo


def tells_blocks() -> Undo:
    from petrel.api import relationships

    real = relationships.Relationship

    def made(**fields: Any) -> Any:
        return real(**fields | {"blocked_by": True})

    return _swap(relationships, "Relationship", made)


def error_with_text() -> Undo:
    from petrel.api import present
    from petrel.core.errors import NotFound, Refused

    real = present.status
    kept: dict[int, bytes] = {}

    async def status(r: Any, number: int, *, reveal: bool = False) -> bytes:
        try:
            kept[number] = await real(r, number, reveal=reveal)
        except NotFound:
            raise Refused("hidden", f"You may not see {kept.get(number, b'').decode()}") from None
        return kept[number]

    return _swap(present, "status", status)


def scopes_ignored() -> Undo:
    from petrel.api.http import answer
    from petrel.core.errors import Refused

    real = answer.admit

    def admit(access: Any, caller: Any, **more: Any) -> Any:
        try:
            return real(access, caller, **more)
        except Refused:
            return caller

    return _swap(answer, "admit", admit)


def history_unchecked() -> Undo:
    import msgspec

    from petrel.api import statuses
    from petrel.features import posts

    async def versions(r: Any, number: int, *, reveal: bool = False) -> Any:
        return [msgspec.json.encode(one.content).decode() for one in await posts.history(r, number, reveal=True)]

    return _swap(statuses, "versions", versions)


PATCHES: dict[str, Callable[[], Undo]] = {
    one.__name__.replace("_", "-"): one for one in (
        post_by_number, posts_by_numbers, answer_by_address, page_by_address, token_of_another, browser_of_another,
        another_404, header_with_candidates, whole_profile, tells_blocks, error_with_text,
        scopes_ignored, history_unchecked)}


def _watch(folder: Path) -> None:
    """In a thread of each process: follows what stands in the file."""
    now = ""
    undo: Undo | None = None
    while True:
        try:
            wanted = (folder / "mutant").read_text().strip()
        except OSError:
            wanted = ""
        if wanted != now:
            if undo is not None:
                undo()
            undo = PATCHES[wanted]() if wanted else None
            now = wanted
            (folder / f"mutant.{os.getpid()}").write_text(now)
        time.sleep(LOOK_S)


def main() -> None:
    args = sys.argv[1:]
    folder = Path(args[args.index("--data") + 1]) / "run"
    os.register_at_fork(after_in_child=lambda: threading.Thread(target=_watch, args=(folder,), daemon=True).start())
    from petrel import cli
    from petrel.program import Program

    cli.main(Program(), args)


if __name__ == "__main__":
    main()
