"""Finding accounts from outside: WebFinger, host-meta, NodeInfo, actor documents."""

import itertools
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import pytest
from cryptography.hazmat.primitives import serialization

from petrel.api import discovery, instance
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.features.accounts import NewAccount, RemoteAccount, actors
from petrel.storage.pools import Addresses
from tests.api.plain import Client

_numbers = itertools.count()
assert discovery and instance


@pytest.fixture
def api(site: Doors) -> Client:
    return Client()


async def made(**more: Any) -> accounts.Account:
    async with writing(System("test"), cause="test") as w:
        return await accounts.create(w, NewAccount(**{"handle": f"Found{next(_numbers)}", **more}))


async def finger(api: Client, resource: str) -> Any:
    return await api("GET", f"/.well-known/webfinger?resource={quote(resource, safe='')}")


async def test_a_handle_leads_to_the_actor_and_back_to_the_same_handle(api: Client) -> None:
    account = await made(handle="Round_Trip")
    answer = await finger(api, f"acct:round_trip@{actors.own_domain()}")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/jrd+json")
    assert answer.json["subject"] == f"acct:Round_Trip@{actors.own_domain()}"
    [address] = [link["href"] for link in answer.json["links"] if link["rel"] == "self"]
    assert address == actors.actor_url(account.id)
    document = await api("GET", urlsplit(address).path)
    assert document.status == 200 and document.headers["content-type"].startswith("application/activity+json")
    assert document.json["id"] == address and document.json["preferredUsername"] == "Round_Trip"
    for other in (address, actors.profile_url("Round_Trip"), "round_trip", f"@Round_Trip@{actors.own_domain()}"):
        assert (await finger(api, other)).json["subject"] == answer.json["subject"]


@pytest.mark.parametrize("resource", [
    "acct:nobody@{own}", "acct:@{own}", "acct:a b@{own}", "acct:x@elsewhere.example", "https://elsewhere.example/@x",
    "{base}/ap/users/1", "{base}/ap/users/x", "{base}/ap/users/9999999999999999999",
    "{base}/ap/users/99999999999999999999", "{base}/@nobody", "{base}/about",
    "acct:%00@{own}", "x" * 3000, "{base}/ap/users/²"])
async def test_who_is_not_here_is_not_found(api: Client, resource: str) -> None:
    base = actors.actor_url(1).removesuffix("/ap/users/1")
    answer = await finger(api, resource.format(own=actors.own_domain(), base=base))
    assert answer.status in (400, 404)


async def test_without_a_resource_the_question_makes_no_sense(api: Client) -> None:
    assert (await api("GET", "/.well-known/webfinger")).status == 400


async def test_an_actor_document_has_a_key_that_stays_and_the_profile(api: Client) -> None:
    account = await made(display_name="Key Holder", note="see #birds", bot=True)
    first, second = [(await api("GET", f"/ap/users/{account.id}")).json for _ in range(2)]
    assert first == second and first["type"] == "Service" and first["name"] == "Key Holder"
    assert "/tags/birds" in first["summary"] and first["publicKey"]["owner"] == first["id"]
    assert serialization.load_pem_public_key(first["publicKey"]["publicKeyPem"].encode())
    assert {"inbox", "outbox", "followers", "following"} <= set(first)


async def test_a_protected_account_shows_strangers_its_first_line_only(api: Client) -> None:
    account = await made(display_name="Shy", note="secret note", protected=True)
    answer = await api("GET", f"/ap/users/{account.id}")
    assert answer.json["manuallyApprovesFollowers"] is True and answer.json["name"] == "Shy"
    assert b"secret note" not in answer.body and "attachment" not in answer.json


async def test_hidden_accounts_cannot_be_told_from_missing_ones(api: Client, addresses: Addresses) -> None:
    account = await made(handle="gone_one")
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        missing = (await api("GET", "/ap/users/4711"), await finger(api, f"acct:never_was@{actors.own_domain()}"))
        await connection.execute("select set_config('petrel.widening', $1, false)", str(account.id))
        for state in (128, 256, 4096):
            await connection.execute("update accounts.account set state = $1 where handle = 'gone_one'", state)
            hidden = (await api("GET", f"/ap/users/{account.id}"),
                      await finger(api, f"acct:gone_one@{actors.own_domain()}"))
            assert [(a.status, a.body) for a in hidden] == [(a.status, a.body) for a in missing]
            assert hidden[0].status == 404
    finally:
        await connection.close()


async def test_accounts_of_other_servers_have_no_actor_here(api: Client) -> None:
    async with writing(System("test"), cause="test") as w:
        far = await accounts.note_remote(w, RemoteAccount("far", "x.example", "https://x.example/far",
                                                          "https://x.example/i"))
    assert (await api("GET", f"/ap/users/{far}")).status == 404


async def test_host_meta_gives_the_template_apps_read(api: Client) -> None:
    answer = await api("GET", "/.well-known/host-meta")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/xrd+xml")
    assert b"/.well-known/webfinger?resource={uri}" in answer.body


async def test_nodeinfo_links_lead_to_documents_of_their_version(api: Client) -> None:
    links = (await api("GET", "/.well-known/nodeinfo")).json["links"]
    for link in links:
        found = (await api("GET", urlsplit(link["href"]).path)).json
        assert link["rel"].endswith(found["version"]) and found["protocols"] == ["activitypub"]
        assert found["software"]["name"] == "petrel" and found["usage"]["users"]["total"] >= 0
    assert [link["rel"][-3:] for link in links] == ["2.0", "2.1"]
