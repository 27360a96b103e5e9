"""What the crew tells all members."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import petrel.api.announcements  # noqa: F401
from petrel.core.doors import Doors, reading, writing
from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts
from petrel.features.accounts import NewAccount
from petrel.features.accounts.tokens import open_session
from tests.api.plain import Client

CLI = System("test")


@pytest.fixture
def api(site: Doors) -> Client:
    return Client()


async def a_token(handle: str, **more: Any) -> str:
    async with writing(CLI, cause="test") as w:
        account = await accounts.create(w, NewAccount(handle, **more))
        return (await open_session(w, account.id)).token


async def tell(text: str, **more: Any) -> int:
    async with writing(CLI, cause="test") as w:
        return await accounts.announcements.announce(w, text, **more)


async def test_members_are_told_until_each_puts_it_away(api: Client) -> None:
    one, other = await a_token("told_one"), await a_token("told_other")
    number = await tell("Back at 10:00 <b> #maintenance")
    now = datetime.now(UTC)
    await tell("later", starts_at=now + timedelta(days=1))
    await tell("over", ends_at=now - timedelta(seconds=1))

    found = (await api("GET", "/api/v1/announcements", token=one)).json
    assert [a["id"] for a in found] == [str(number)] and found[0]["read"] is False
    assert "&lt;b&gt;" in found[0]["content"] and found[0]["reactions"] == []
    for _ in range(2):
        assert (await api("POST", f"/api/v1/announcements/{number}/dismiss", token=one)).status == 200
    assert (await api("GET", "/api/v1/announcements", token=one)).json == []
    again = (await api("GET", "/api/v1/announcements?with_dismissed=true", token=one)).json
    assert [a["read"] for a in again] == [True]
    assert len((await api("GET", "/api/v1/announcements", token=other)).json) == 1
    async with writing(CLI, cause="test") as w:
        await accounts.announcements.withdraw(w, number)
    assert (await api("GET", "/api/v1/announcements", token=other)).json == []
    assert (await api("POST", f"/api/v1/announcements/{number}/dismiss", token=other)).status == 404


async def test_nobody_but_members_is_told_and_reactions_are_not_there(api: Client) -> None:
    assert (await api("GET", "/api/v1/announcements")).status == 401
    assert (await api("PUT", "/api/v1/announcements/1/reactions/x", token=await a_token("reactor"))).status == 404


async def test_only_admins_tell_everybody_something(api: Client) -> None:
    async with reading(Anonymous()) as r:
        people = [await accounts.resolve(r, accounts.digest_of(await a_token(f"teller_{role}", role=role)))
                  for role in ("member", "moderator", "admin")]
    for person, may in zip(people, (False, False, True), strict=True):
        assert isinstance(person, Member)
        if may:
            async with writing(person, cause="test") as w:
                assert await accounts.announcements.announce(w, "hello")
        else:
            with pytest.raises(Refused):
                async with writing(person, cause="test") as w:
                    await accounts.announcements.announce(w, "hello")
    with pytest.raises(Invalid):
        await tell(" ")
    with pytest.raises(NotFound):
        async with writing(CLI, cause="test") as w:
            await accounts.announcements.withdraw(w, 1)


async def test_members_put_pictures_under_what_they_are_told(api: Client) -> None:
    one, other = await a_token("glad_one"), await a_token("glad_other")
    number = await tell("The site is a year old")
    target = f"/api/v1/announcements/{number}/reactions"

    async def shown(token: str) -> list[tuple[str, int, bool]]:
        found = (await api("GET", "/api/v1/announcements", token=token)).json[-1]
        return [(x["name"], x["count"], x["me"]) for x in found["reactions"]]

    for token, picture in ((one, "🎉"), (other, "🎉"), (other, "👍🏽"), (other, "🎉")):
        told = await api("PUT", f"{target}/{picture}", token=token)
        assert (told.status, told.json) == (200, {}), picture
    assert await shown(one) == [("🎉", 2, True), ("👍🏽", 1, False)]
    assert (await api("DELETE", f"/api/v1/announcements/{number}/reactions/🎉", token=one)).json == {}
    assert await shown(one) == [("🎉", 1, False), ("👍🏽", 1, False)]
    for wrong in ("a", "ab", "🎉🎉", "1", "thumbsup"):
        told = await api("PUT", f"{target}/{wrong}", token=one)
        assert (told.status, told.json["error"]) == (422, "Validation failed: Name is not a recognized emoji"), wrong
    for picture in "🐦🐧🐤🐣🐥🦆":
        assert (await api("PUT", f"{target}/{picture}", token=one)).status == 200
    told = await api("PUT", f"{target}/🦉", token=one)
    assert (told.status, "Limit of different reactions" in told.json["error"]) == (422, True)
    assert (await api("PUT", "/api/v1/announcements/1/reactions/🎉", token=one)).status == 404
    assert (await api("PUT", f"{target}/🎉")).status == 401
