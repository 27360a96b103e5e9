"""People of the site's own, who go the ways that everybody goes: accounts that are nobody's, asking by HTTP."""

import json
import secrets as random
from collections.abc import Sequence
from typing import Any

from petrel.core import ids
from petrel.core.doors import reading, writing
from petrel.core.errors import Unavailable
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import stranger

WHO = System("canary")
CAUSE = "canary"
KNOWN = "select name, number from ops.decoy where name = any($1::text[])"
KEEP = "insert into ops.decoy (name, number) select * from unnest($1::text[], $2::bigint[]) on conflict do nothing"


class Players:
    """By name. Signed in by `ready`, and anew after `forget`."""

    def __init__(self, place: stranger.Place, names: Sequence[str], *, protected: str, cell: int | None = None,
                 line: str = "") -> None:
        """`protected`: the one whose posts only followers see. `cell`: where their accounts lie. `line`: the Unix
        socket of one of the web processes, to be asked in place of the address."""
        self._place, self._names, self._line = place, tuple(names), line
        self._protected, self._cell = protected, cell
        self._wire: stranger.Wire | None = None
        self._tokens: dict[str, str] = {}
        self.numbers: dict[str, int] = {}

    async def ready(self) -> bool:
        """Whether they had to sign in: then what they are to each other is asked for anew. Errors: PetrelError."""
        if self._tokens:
            return False
        if self._wire is None:
            self._wire = stranger.Wire(self._place.address, {stranger.HEADER: await stranger.pass_key(),
                                                             "User-Agent": "petrel-canary"}, self._line)
        self.numbers = await self._people()
        async with writing(WHO, cause=CAUSE) as w:
            self._tokens = {n: (await accounts.open_session(w, self.numbers[n])).token for n in self._names}
        return True

    async def befriend(self, follower: str, followed: str) -> None:
        """Asked again at every start: twice is as once. Errors: as `ask`."""
        await self.ask(follower, "POST", f"/api/v1/accounts/{self.numbers[followed]}/follow")
        relation = await self.ask(follower, "GET", f"/api/v1/accounts/relationships?id[]={self.numbers[followed]}")
        if not relation[0]["following"]:
            await self.ask(followed, "POST", f"/api/v1/follow_requests/{self.numbers[follower]}/authorize")

    async def ask(self, who: str, method: str, path: str, **form: str) -> Any:
        """Errors: Unavailable for any answer but 200, NoAnswer."""
        answer = await self.answer(who, method, path, **form)
        if answer.status != 200:
            # The secret is cut off: what the log says goes to people.
            raise Unavailable(detail=f"{method} {path} answered {answer.status}")
        return json.loads(answer.body)

    async def answer(self, who: str, method: str, path: str, **form: str) -> stranger.Answer:
        """`who`: "" for somebody not signed in. Errors: NoAnswer."""
        assert self._wire is not None
        headers = {"Content-Type": "application/json"}
        if who:
            headers["Authorization"] = f"Bearer {self._tokens[who]}"
        return await self._wire.ask(method, path, headers, json.dumps(form).encode() if form else b"")

    def forget(self) -> None:
        """They sign in anew: who knows what is still so."""
        self._tokens = {}

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    async def _people(self) -> dict[str, int]:
        """Makes them, once. No password: nobody can sign in; random handles: nobody can have them before."""
        names = {name: name if self._cell is None else f"{name} {self._cell}" for name in self._names}
        async with reading(WHO) as r:
            known = {row["name"]: row["number"] for row in await r.fetch(KNOWN, list(names.values()))}
        if len(known) < len(names):
            new = [accounts.NewAccount(handle=f"p{random.token_hex(7)}", protected=name == self._protected, probe=True,
                                       id=None if self._cell is None else ids.new_id(self._cell)) for name in names]
            async with writing(WHO, cause=CAUSE) as w:
                numbers = await accounts.create_many(w, new)
                await w.execute(KEEP, list(names.values()), numbers)
                w.record("ops.decoy.planted", numbers[0], refs=numbers)
            known = dict(zip(names.values(), numbers, strict=True))
        return {name: known[kept] for name, kept in names.items()}
