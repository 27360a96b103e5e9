"""People who use the API in tests, over the `api` of conftest.py:

    @pytest.fixture
    def api(api):
        return Members(api)

    ann, ben = await api.join(2)
    told = await api.post(f"/api/v1/accounts/{ben.id}/follow", as_=ann, reblogs=False)
"""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from petrel import app
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts
from tests.api.plain import Answer

app.load_api()      # before the gate of the `api` fixture is made, which serves the routes there are
CREW_SCOPES = ["read", "write", "admin:read", "admin:write"]
_number = itertools.count(1)


class Person(Struct, frozen=True):
    id: int
    handle: str
    token: str


class Told(Answer):
    """An answer, with what tests of lists ask of it."""

    @property
    def error(self) -> str:
        return str(self.json["error"])

    @property
    def ids(self) -> list[int]:
        return [int(one["id"]) for one in self.json]


class Members:
    def __init__(self, ask: Callable[..., Awaitable[Answer]]) -> None:
        self._ask = ask

    async def join(self, count: int = 1, *, scopes: Sequence[str] = ("read", "write"), **named: Any) -> list[Person]:
        """New accounts with a token each; `named` as for accounts.NewAccount."""
        handles = [f"bird{next(_number)}" for _ in range(count)]
        async with writing(System("test"), cause="test") as w:
            made = await accounts.create_many(w, [accounts.NewAccount(handle=h, **named) for h in handles])
            tokens = await accounts.issue_many(w, made, list(scopes))
        return [Person(*one) for one in zip(made, handles, tokens, strict=True)]

    async def crew(self, role: accounts.Role) -> Person:
        """Somebody of the crew, with an app that may act for the crew."""
        [one] = await self.join()
        async with writing(System("test"), cause="test") as w:
            await accounts.set_role(w, one.id, role)
        return await self.with_app_for_crew(one)

    async def with_app_for_crew(self, person: Person) -> Person:
        """The same with an app that asked to act for the crew, which takes nothing to ask."""
        async with writing(System("test"), cause="test") as w:
            token = (await accounts.issue(w, person.id, None, CREW_SCOPES)).token
        return Person(person.id, person.handle, token)

    async def set(self, person: Person, **columns: Any) -> None:
        """Changes columns of the account behind the program's back."""
        async with writing(System("test"), cause="test") as w:
            for name, value in columns.items():
                await w.execute(f"update accounts.account set {name} = $2 where id = $1", person.id, value)
            w.record("accounts.account.changed", person.id)

    async def ask(self, method: str, target: str, *, as_: Person | None = None, **body: Any) -> Told:
        answer = await self._ask(method, target, token=as_.token if as_ else None, json=body or None)
        return Told(answer.status, answer.headers, answer.body)

    async def get(self, target: str, *, as_: Person | None = None, **query: Any) -> Told:
        return await self.ask("GET", f"{target}?{urlencode(query, doseq=True)}" if query else target, as_=as_)

    async def post(self, target: str, *, as_: Person | None = None, **body: Any) -> Told:
        return await self.ask("POST", target, as_=as_, **body)
