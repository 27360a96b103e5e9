"""A wave of spam: sign-ups by the client API from many networks, links, names and plain words from everybody who gets
in."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from drills.absence.members import PLAIN, SPAM
from petrel.ops.drills import Broken, Clients, Lost, Person

AT_ONCE = 6
FORM = {"grant_type": "client_credentials", "scope": "read write follow", "redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}


class Spammers:
    """`let_in`: whose token works. `answers` to sign-ups, `posted` answers to posts, by status."""

    def __init__(self, wire: Clients, victims: Sequence[Person]) -> None:
        self._wire, self._victims = wire, victims
        self._app = ""
        self._tried = 0
        self._tokens: list[str] = []
        self.let_in: dict[int, str] = {}            # account -> token
        self.answers: Counter[str] = Counter()
        self.posted: Counter[str] = Counter()

    async def prepare(self) -> None:
        """An app, as everybody's. Errors: Broken."""
        made = await self._wire.ask("POST", "/api/v1/apps", json={
            "client_name": "app", "redirect_uris": FORM["redirect_uri"], "scopes": FORM["scope"]})
        if made.status != 200:
            raise Broken(f"no app: {made.status} {made.body[:200]!r}")
        said = await self._wire.ask("POST", "/oauth/token", form=FORM | {
            key: made.json[key] for key in ("client_id", "client_secret")})
        if said.status != 200:
            raise Broken(f"no token for an app: {said.status} {said.body[:200]!r}")
        self._app = said.json["access_token"]

    async def come(self, count: int) -> None:
        """So many more try to sign up, each from a network of its own."""
        first, self._tried = self._tried, self._tried + count
        waiting = list(range(first, first + count))

        async def some() -> None:
            while waiting:
                number = waiting.pop(0)
                self.answers[await self.sign_up(f"pill{number:04}", number)] += 1

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        await self._who_is_in()

    async def sign_up(self, handle: str, network: int) -> str:
        """The answer's status; "200" makes nobody a member yet. Also for an honest person who wants in."""
        form = {"username": handle, "email": f"{handle}@mail.example", "password": "correct horse battery staple",
                "agreement": True, "locale": "en", "reason": "I like birds very much"}
        try:
            answer = await self._wire.ask("POST", "/api/v1/accounts", token=self._app, json=form, headers={
                "X-Forwarded-For": f"203.{network // 250}.{network % 250}.7"})
        except Lost:
            return "no answer"
        if answer.status == 200:
            self._tokens.append(answer.json["access_token"])
        return str(answer.status)

    async def _who_is_in(self) -> None:
        new = [token for token in self._tokens if token not in self.let_in.values()]
        for token in new:
            answer = await self._wire.ask("GET", "/api/v1/accounts/verify_credentials", token=token)
            if answer.status == 200:
                self.let_in[int(answer.json["id"])] = token

    async def post(self, most: int) -> None:
        """So many of those who are in write: a link with five names, what is refused without the one or other, plain
        words for everybody, and to a few by name."""
        for n, token in enumerate(list(self.let_in.values())[:most]):
            names = " ".join(f"@{self._victims[(n + i) % len(self._victims)].handle}" for i in range(5))
            few = " ".join(names.split()[:3])
            for text, audience in ((f"Buy https://{SPAM}/{n} {names}", "public"), (f"Buy https://{SPAM}/{n}", "public"),
                                   (f"{SPAM} {names}", "public"), (f"Here: {PLAIN}, {n}", "public"),
                                   (f"{few} {PLAIN}, {n}", "unlisted")):
                if await self._said(token, text, audience) == "200":
                    break

    async def _said(self, token: str, text: str, audience: str) -> str:
        try:
            answer = await self._wire.ask("POST", "/api/v1/statuses", token=token,
                                          json={"status": text, "visibility": audience})
            word = str(answer.status)
        except Lost:
            word = "no answer"
        self.posted[word] += 1
        return word
