"""The letter that confirms a mail address, as the app asks for it that somebody has signed up with."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from petrel import app
from petrel.core import limits
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.features.accounts import NewAccount
from petrel.worker import jobs
from tests.api.members import Members, Person
from tests.api.plain import Client
from tests.drain import drain
from tests.features.mail.post_office import office


@pytest.fixture
def api(site: Doors) -> Iterator[Members]:
    app.load_rooms()
    before = limits.current()
    limits.install(replace(before, email_confirmation=True))
    yield Members(Client())
    limits.install(before)


async def signed_up(api: Members, handle: str, email: str) -> Person:
    """With the token that the app gets, which can do nothing yet."""
    body = {"client_name": "A", "redirect_uris": "a:/b", "scopes": "read write"}
    made = (await api.post("/api/v1/apps", **body)).json
    own = (await api.post("/oauth/token", grant_type="client_credentials", client_id=made["client_id"],
                          client_secret=made["client_secret"], scope="read write")).json
    told = await api.post("/api/v1/accounts", as_=Person(0, "", own["access_token"]), username=handle, email=email,
                          password="long enough", agreement=True)
    return Person(0, handle, told.json["access_token"])


async def test_somebody_corrects_the_address_they_signed_up_with_and_confirms_it(api: Members) -> None:
    async with office() as post:
        dan = await signed_up(api, "dan_e", "dna@nest.example")
        await drain("mail.confirmations")
        await jobs.drain()
        assert (await api.get("/api/v1/emails/check_confirmation", as_=dan)).json is False
        assert (await api.get("/api/v1/accounts/verify_credentials", as_=dan)).status == 403
        boss = await api.crew("admin")
        await api.post("/api/v1/admin/canonical_email_blocks", as_=boss, email="blocked@nest.example")
        again = await api.post("/api/v1/emails/confirmations", as_=dan, email="block.ed+1@nest.example")
        assert again.status == 403, "as at sign-up"
        assert (await api.post("/api/v1/emails/confirmations", as_=dan, email="no address")).status == 422
        told = await api.post("/api/v1/emails/confirmations", as_=dan, email="dan@nest.example")
        assert (told.status, told.json) == (200, {})
        await jobs.drain()
        assert [one.rcpt_tos for one, _ in post.taken] == [["dna@nest.example"], ["dan@nest.example"]]
        link = re.search(r"/auth/confirm/(\S+)", post.text())
        assert link is not None
        async with writing(System("test"), cause="test") as w:
            await accounts.confirm_email(w, link[1])
    assert (await api.get("/api/v1/emails/check_confirmation", as_=dan)).json is True
    assert (await api.get("/api/v1/accounts/verify_credentials", as_=dan)).json["username"] == "dan_e"
    late = await api.post("/api/v1/emails/confirmations", as_=dan)
    assert (late.status, late.error) == (403, "This method is only available while the e-mail is awaiting confirmation")


async def test_who_is_in_asks_for_a_letter_and_for_no_other_address(api: Members) -> None:
    async with writing(System("test"), cause="test") as w:
        made = await accounts.create(w, NewAccount("eve_e", email="eve@nest.example"))
        eve = Person(made.id, "eve_e", (await accounts.issue(w, made.id, None, ["read", "write"])).token)
        await accounts.restrict(w, (other := await accounts.create(w, NewAccount("fay_e"))).id, "suspended")
        fay = Person(other.id, "fay_e", (await accounts.issue(w, other.id, None, ["read", "write"])).token)
    assert (await api.post("/api/v1/emails/confirmations", as_=eve)).status == 200
    assert (await api.get("/api/v1/emails/check_confirmation", as_=eve)).json is True
    told = await api.post("/api/v1/emails/confirmations", as_=eve, email="mine@nest.example")
    assert (told.status, told.error.startswith("This method is only available to the application")) == (403, True)
    assert (await api.get("/api/v1/emails/check_confirmation")).status == 401
    assert (await api.post("/api/v1/emails/confirmations")).status == 401
    assert (await api.get("/api/v1/emails/check_confirmation", as_=fay)).status == 403, "who is suspended stays out"
