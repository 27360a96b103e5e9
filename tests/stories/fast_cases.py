"""The changes of docs/law/visibility.md section 11 that exist, and where each must show: see fast.py."""

import asyncio
import itertools
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable

from tests.stories.fast import FAR, NEAR, Case, Fleet, Person, View

_words = (f"mark{secrets.token_hex(5)}" for _ in itertools.count())


class Cases:
    """`ada` writes; `fan` follows her, `sam` does not; `bo` boosts, and `hal` follows bo."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    async def gather(self) -> dict[str, Callable[[], Awaitable[Case]]]:
        self.ada, self.fan, self.sam, self.bo, self.hal = [
            await self.fleet.join(name) for name in ("ada", "fan", "sam", "bo", "hal")]
        await self._open_up(self.ada)
        await self._follow(self.fan, self.ada)
        await self._follow(self.hal, self.bo)
        return {"narrow": self.narrow, "protect": self.protect, "delete": self.delete, "block": self.block,
                "remove follower": self.remove_follower, "revoke token": self.revoke_token,
                "sign out": self.sign_out, "change password": self.change_password}

    async def narrow(self) -> Case:
        word, post = await self._post(self.ada)
        await self.fleet.good("POST", f"/api/v1/statuses/{post}/reblog", self.bo)
        return Case(lambda: self.fleet.good("PUT", f"/api/v1/statuses/{post}", self.ada, visibility="private"),
                    [*self._taken_from(self.sam, self.ada, post, word),
                     View(FAR, "/api/v1/timelines/home", word, self.hal)])

    async def protect(self) -> Case:
        ada = await self.fleet.join("pro")
        await self._open_up(ada)
        word, post = await self._post(ada)
        await self.fleet.good("POST", f"/api/v1/statuses/{post}/reblog", self.bo)
        return Case(lambda: self.fleet.press(ada, "/settings/privacy", act="protect"),
                    [*self._taken_from(self.sam, ada, post, word),
                     View(FAR, "/api/v1/timelines/home", word, self.hal)])

    async def delete(self) -> Case:
        word, post = await self._post(self.ada, f"@{self.sam.handle} ")
        return Case(lambda: self.fleet.good("DELETE", f"/api/v1/statuses/{post}", self.ada),
                    [*self._taken_from(self.sam, self.ada, post, word),
                     View(FAR, "/api/v1/timelines/home", word, self.fan),
                     View(FAR, "/", word, self.fan, is_page=True),
                     View(FAR, "/api/v1/notifications", word, self.sam)])

    async def block(self) -> Case:
        sam = await self.fleet.join("blo")
        await self._follow(sam, self.ada)
        word, post = await self._post(self.ada, f"@{sam.handle} ")
        views = [v for v in self._taken_from(sam, self.ada, post, word) if v.who is not None]
        return Case(lambda: self.fleet.good("POST", f"/api/v1/accounts/{sam.id}/block", self.ada),
                    [*views,
                     View(FAR, "/api/v1/timelines/home", word, sam),
                     View(FAR, "/", word, sam, is_page=True),
                     View(FAR, "/api/v1/notifications", word, sam),
                     View(FAR, "/notifications", word, sam, is_page=True)])

    async def remove_follower(self) -> Case:
        sam = await self.fleet.join("rem")
        await self._follow(sam, self.ada)
        word, post = await self._post(self.ada, visibility="private")
        return Case(lambda: self.fleet.good("POST", f"/api/v1/accounts/{sam.id}/remove_from_followers", self.ada),
                    [View(NEAR, f"/api/v1/statuses/{post}", word, sam),
                     View(NEAR, f"/@{self.ada.handle}/{post}", word, sam, is_page=True),
                     View(NEAR, f"/api/v1/accounts/{self.ada.id}/statuses", word, sam),
                     View(FAR, "/api/v1/timelines/home", word, sam),
                     View(FAR, "/", word, sam, is_page=True)])

    async def revoke_token(self) -> Case:
        sam = await self.fleet.join("rev")
        word, post = await self._post(sam, visibility="private")
        return Case(lambda: self.fleet.good("POST", "/oauth/revoke", None, token=sam.token, **self.fleet.client),
                    self._of_the_app(sam, post, word))

    async def sign_out(self) -> Case:
        sam = await self.fleet.join("out")
        word, post = await self._post(sam, visibility="private")
        return Case(lambda: self.fleet.press(sam, "/auth/sign_out"), self._of_the_browser(sam, post, word))

    async def change_password(self) -> Case:
        """At the command line, the one place that can; whoever waits for it sees it end a moment after its commit."""
        sam = await self.fleet.join("pas")
        word, post = await self._post(sam, visibility="private")

        async def act() -> None:
            command = [sys.executable, "-m", "petrel", "accounts", "set", sam.handle, "--password", "--data",
                       str(self.fleet.site.data)]
            done = await asyncio.to_thread(subprocess.run, command, input=b"another good password\n" * 2,
                                           capture_output=True, check=False)
            assert done.returncode == 0, done.stderr

        return Case(act, self._of_the_app(sam, post, word) + self._of_the_browser(sam, post, word))

    def _taken_from(self, who: Person, author: Person, post: str, word: str) -> list[View]:
        page = f"/@{author.handle}/{post}"
        return [
            View(NEAR, f"/api/v1/statuses/{post}", word, who), View(NEAR, f"/api/v1/statuses/{post}", word),
            View(NEAR, page, word, who, is_page=True), View(NEAR, page, word),
            View(NEAR, f"/api/v1/accounts/{author.id}/statuses", word, who),
            View(NEAR, f"/@{author.handle}", word, who, is_page=True),
            View(FAR, "/api/v1/timelines/public", word, who),
            View(FAR, f"/api/v2/search?q={word}&type=statuses", word + "<", who),
        ]

    def _of_the_app(self, who: Person, post: str, word: str) -> list[View]:
        return [View(NEAR, "/api/v1/accounts/verify_credentials", who.handle, who),
                View(NEAR, f"/api/v1/statuses/{post}", word, who),
                View(NEAR, "/api/v1/timelines/home", word, who)]

    def _of_the_browser(self, who: Person, post: str, word: str) -> list[View]:
        return [View(NEAR, "/about", f"@{who.handle}", who, is_page=True), View(NEAR, "/", word, who, is_page=True),
                View(NEAR, f"/@{who.handle}/{post}", word, who, is_page=True)]

    async def _post(self, who: Person, before: str = "", visibility: str = "public") -> tuple[str, str]:
        word = next(_words)
        made = await self.fleet.good("POST", "/api/v1/statuses", who, status=before + word, visibility=visibility)
        return word, made["id"]

    async def _follow(self, who: Person, other: Person) -> None:
        await self.fleet.good("POST", f"/api/v1/accounts/{other.id}/follow", who)

    async def _open_up(self, who: Person) -> None:
        await self.fleet.good("PATCH", "/api/v1/accounts/update_credentials", who, indexable=True)
