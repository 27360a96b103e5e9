"""The OAuth rules: where people may be sent, codes, PKCE, clients, scopes."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, Refused
from petrel.core.viewer import Anonymous, AppOnly, Member, System
from petrel.features import accounts
from petrel.features.accounts import NewAccount, OAuthError, oauth
from petrel.features.accounts.shapes import Issued, NewApp
from petrel.features.accounts.tokens import open_session
from petrel.storage.pools import Addresses

pytestmark = pytest.mark.usefixtures("site")
CALLBACK = "https://app.example/cb?kept=1"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
_count = iter(range(1000))


async def new_app(*uris: str, scope: str = "read write") -> NewApp:
    async with writing(Anonymous(), cause="test") as w:
        return await oauth.register(w, "An app", list(uris) or [CALLBACK], scope)


async def somebody(role: str = "member") -> Member:
    async with writing(System("test"), cause="test") as w:
        account = await accounts.create(w, NewAccount(f"person{next(_count)}", role=role))  # type: ignore[arg-type]
        session = await open_session(w, account.id)
    found = await behind(session)
    assert isinstance(found, Member)
    return found


async def behind(issued: Issued) -> Member | AppOnly | None:
    async with reading(Anonymous()) as r:
        return await accounts.resolve(r, accounts.digest_of(issued.token))


async def ask(app: NewApp, **more: str) -> oauth.AuthorizeRequest | oauth.Answer:
    parameters = {"response_type": "code", "client_id": app.app.client_id, "redirect_uri": app.app.redirect_uris[0],
                  "scope": "read", **more}
    async with reading(Anonymous()) as r:
        return await oauth.ask(r, {k: v for k, v in parameters.items() if v})


async def answer(app: NewApp, member: Member, **more: str) -> oauth.Answer:
    request = await ask(app, **more)
    assert isinstance(request, oauth.AuthorizeRequest)
    async with writing(member, cause="test") as w:
        return await oauth.grant(w, request, member)


async def code_for(app: NewApp, member: Member, **more: str) -> str:
    given = await answer(app, member, **more)
    return given.code or parse_qs(urlsplit(given.address).query)["code"][0]


async def redeem(app: NewApp, code: str = "", **more: str) -> Issued | OAuthError:
    request = oauth.TokenRequest(**{
        "grant_type": "authorization_code", "client_id": app.app.client_id, "client_secret": app.client_secret,
        "code": code, "redirect_uri": app.app.redirect_uris[0], **more})
    async with writing(Anonymous(), cause="test") as w:
        return await oauth.redeem(w, request)


def refused(result: Issued | OAuthError) -> str:
    assert isinstance(result, OAuthError), result
    return result.code


@pytest.mark.parametrize("uri", [
    oauth.OUT_OF_BAND, "https://app.example/cb", "http://localhost:3000/cb", "http://[::1]:80/cb",
    "com.tapbots.Ivory.10217:/request_token/x", "icecubesapp://", "app.name://cb?x=1", "tusky:/cb"])
def test_addresses_of_apps_that_people_can_be_sent_to(uri: str) -> None:
    assert oauth.redirect_uri_fault(uri) is None


@pytest.mark.parametrize("uri", [
    "", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "blob:https://x/1", "file:///x",
    "about:blank", "view-source:https://x", "/relative", "//app.example/cb", "app.example/cb", "https://", "https:///cb",
    "https://app.example/cb#part", "https://app.example/cb#", "https://us:er@app.example/cb", "https://app.example/\ncb",
    "https://app.example/c b", "https://app.example/cb\r\nX: y", "https://äpp.example/cb", "http://[::1/cb",
    "https://app.example:99999/cb", "1app://cb", " https://app.example", "https://app.example/" + "x" * 2000])
def test_addresses_nobody_is_sent_to(uri: str) -> None:
    assert oauth.redirect_uri_fault(uri) is not None


async def test_an_app_registers_with_several_addresses_and_scopes_in_any_order() -> None:
    made = await new_app(CALLBACK, oauth.OUT_OF_BAND, CALLBACK, scope="write read:statuses push")
    assert made.app.redirect_uris == (CALLBACK, oauth.OUT_OF_BAND)
    assert made.app.scopes == ("read:statuses", "write", "push")
    assert (await new_app(scope="")).app.scopes == ("read",)


@pytest.mark.parametrize(("name", "uris", "scope", "website"), [
    ("", [CALLBACK], "", None), ("x", [], "", None), ("x", ["javascript:1"], "", None),
    ("x", [CALLBACK], "everything", None), ("x", [CALLBACK], "admin", None),
    ("x", [CALLBACK], "", "javascript:alert(1)")])
async def test_a_bad_registration_is_refused(name: str, uris: list[str], scope: str, website: str | None) -> None:
    with pytest.raises(Invalid):
        async with writing(Anonymous(), cause="test") as w:
            await oauth.register(w, name, uris, scope, website)


@pytest.mark.parametrize("changed", [
    {"client_id": "unknown"}, {"client_id": ""}, {"redirect_uri": ""}, {"redirect_uri": "https://evil.example/cb"},
    {"redirect_uri": CALLBACK + "&x=1"}, {"redirect_uri": CALLBACK.upper()}, {"redirect_uri": "https://app.example/cb"},
    {"redirect_uri": CALLBACK + "/../evil"}, {"redirect_uri": oauth.OUT_OF_BAND},
    {"redirect_uri": "https://app.example@evil.example/cb?kept=1"}])
async def test_an_unknown_app_or_address_sends_nobody_anywhere(changed: dict[str, str]) -> None:
    app = await new_app()
    with pytest.raises(Invalid):
        await ask(app, **changed)


@pytest.mark.parametrize(("changed", "error"), [
    ({"response_type": "token"}, "unsupported_response_type"), ({"response_type": ""}, "unsupported_response_type"),
    ({"scope": "read follow"}, "invalid_scope"), ({"scope": "nonsense"}, "invalid_scope"),
    ({"scope": "admin:read"}, "invalid_scope"), ({"response_mode": "telepathy"}, "invalid_request"),
    ({"code_challenge": CHALLENGE}, "invalid_request"), ({"code_challenge_method": "S256"}, "invalid_request"),
    ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request")])
async def test_other_faults_are_told_to_the_app_with_its_state(changed: dict[str, str], error: str) -> None:
    app = await new_app()
    found = await ask(app, state="a b&c", **changed)
    assert isinstance(found, oauth.Answer)
    address = urlsplit(found.address)
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://app.example/cb"
    assert query["error"] == [error] and query["state"] == ["a b&c"] and query["kept"] == ["1"]


async def test_a_code_becomes_a_token_that_can_do_what_was_granted() -> None:
    app, member = await new_app(), await somebody()
    issued = await redeem(app, await code_for(app, member, scope="read:statuses write"))
    assert isinstance(issued, Issued)
    found = await behind(issued)
    assert isinstance(found, Member) and found.account == member.account and found.app == app.app.id
    assert found.scopes == {"read:statuses", "write"} and not found.is_session


async def test_the_answer_goes_as_the_app_asked() -> None:
    app, oob, member = await new_app(), await new_app(oauth.OUT_OF_BAND), await somebody()
    fragment = await answer(app, member, response_mode="fragment", state="s")
    assert fragment.address.startswith(CALLBACK + "#code=") and fragment.address.endswith("&state=s")
    form = await answer(app, member, response_mode="form_post", state="s")
    assert form.address == CALLBACK and form.fields is not None and set(form.fields) == {"code", "state"}
    shown = await answer(oob, member)
    assert shown.address == "" and shown.code
    request = await ask(app, state="s")
    assert isinstance(request, oauth.AuthorizeRequest)
    assert "error=access_denied" in oauth.deny(request).address


async def test_a_code_used_twice_gives_nothing_and_ends_the_token_it_gave() -> None:
    app, member = await new_app(), await somebody()
    code = await code_for(app, member)
    issued = await redeem(app, code)
    assert isinstance(issued, Issued) and await behind(issued) is not None
    assert refused(await redeem(app, code)) == "invalid_grant"
    assert await behind(issued) is None


@pytest.mark.parametrize("wrong", [{"redirect_uri": "https://app.example/cb"}, {"redirect_uri": ""},
                                   {"code_verifier": VERIFIER}])
async def test_a_code_shown_wrongly_is_used_up(wrong: dict[str, str]) -> None:
    app, member = await new_app(), await somebody()
    code = await code_for(app, member)
    assert refused(await redeem(app, code, **wrong)) == "invalid_grant"
    assert refused(await redeem(app, code)) == "invalid_grant"


async def test_a_code_of_another_app_is_worth_nothing() -> None:
    app, thief, member = await new_app(), await new_app(), await somebody()
    code = await code_for(app, member)
    assert refused(await redeem(thief, code)) == "invalid_grant"


@pytest.mark.parametrize("verifier", ["", "w" * 43, CHALLENGE, "v" * 42, "v" * 129, "ü" * 43])
async def test_a_code_with_a_challenge_needs_its_verifier(verifier: str) -> None:
    app, member = await new_app(), await somebody()
    with_challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = await code_for(app, member, **with_challenge)
    assert refused(await redeem(app, code, code_verifier=verifier)) == "invalid_grant"
    code = await code_for(app, member, **with_challenge)
    assert isinstance(await redeem(app, code, code_verifier=VERIFIER), Issued)


async def test_an_old_code_is_worth_nothing(addresses: Addresses) -> None:
    app, member = await new_app(), await somebody()
    code = await code_for(app, member)
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        left = await connection.fetchval("select extract(epoch from expires_at - now()) from accounts.grant_code "
                                         "where digest = $1", accounts.digest_of(code))
        assert 0 < left <= 600
        await connection.execute("update accounts.grant_code set expires_at = now() - interval '1 second'")
    finally:
        await connection.close()
    assert refused(await redeem(app, code)) == "invalid_grant"


@pytest.mark.parametrize(("changed", "error"), [
    ({"client_secret": "wrong"}, "invalid_client"), ({"client_secret": ""}, "invalid_client"),
    ({"client_id": "unknown"}, "invalid_client"), ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": ""}, "invalid_request"), ({"code": ""}, "invalid_request"), ({"code": "made up"}, "invalid_grant")])
async def test_a_bad_token_request_is_named_as_the_standard_names_it(changed: dict[str, str], error: str) -> None:
    app, member = await new_app(), await somebody()
    assert refused(await redeem(app, **{"code": await code_for(app, member), **changed})) == error


async def test_an_app_gets_a_token_for_itself_within_its_scopes() -> None:
    app = await new_app(scope="read write:accounts")
    issued = await redeem(app, grant_type="client_credentials", scope="write:accounts")
    assert isinstance(issued, Issued)
    found = await behind(issued)
    assert isinstance(found, AppOnly) and found.app == app.app.id and found.scopes == {"write:accounts"}
    for scope in ("write", "push", "nonsense"):
        assert refused(await redeem(app, grant_type="client_credentials", scope=scope)) == "invalid_scope"


async def test_what_only_the_crew_may_do_is_not_granted_by_others() -> None:
    app = await new_app(scope="read admin:read")
    issued = await redeem(app, await code_for(app, await somebody(), scope="read admin:read"))
    assert isinstance(issued, Issued) and issued.scopes == ("read",)
    issued = await redeem(app, await code_for(app, await somebody("admin"), scope="read admin:read"))
    assert isinstance(issued, Issued) and issued.scopes == ("read", "admin:read")
    denied = await answer(app, await somebody(), scope="admin:read")
    assert "error=invalid_scope" in denied.address


async def test_an_app_cannot_let_in_another_app() -> None:
    app, member = await new_app(), await somebody()
    issued = await redeem(app, await code_for(app, member, scope="read write"))
    assert isinstance(issued, Issued)
    by_app = await behind(issued)
    request = await ask(app)
    assert isinstance(by_app, Member) and isinstance(request, oauth.AuthorizeRequest)
    with pytest.raises(Refused):
        async with writing(by_app, cause="test") as w:
            await oauth.grant(w, request, by_app)


async def test_an_app_ends_its_own_tokens_and_no_others() -> None:
    app, other, member = await new_app(), await new_app(), await somebody()
    issued = await redeem(app, await code_for(app, member))
    assert isinstance(issued, Issued)

    async def revoke(by: NewApp, token: str, secret: str | None = None) -> OAuthError | None:
        async with writing(Anonymous(), cause="test") as w:
            return await oauth.revoke(w, by.app.client_id, secret or by.client_secret, token)

    assert (foreign := await revoke(other, issued.token)) and foreign.code == "unauthorized_client"
    assert (wrong := await revoke(app, issued.token, "wrong")) and wrong.code == "invalid_client"
    assert await behind(issued) is not None
    assert await revoke(app, issued.token) is None
    assert await behind(issued) is None
    assert await revoke(app, issued.token) is None and await revoke(app, "never was") is None
