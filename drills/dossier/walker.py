"""Somebody who has used everything there is, through HTTP as their app would, with a mark in whatever they wrote; and
others who have something to do with them, with marks of their own."""

import asyncio
import io
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from msgspec import Struct

from drills.dossier.judged import arrive, correspond, enter, judge, link
from petrel.core.doors import reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, privacy
from petrel.ops.drills import Broken, Clients, Person, follow, make_people, make_person

PASSWORD = "a plover on the beach"  # noqa: S105 (of a scratch site)
CALLBACK = "https://app.example/back"
# source: RFC 7636, appendix B
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
# Of an app. source: RFC 8291, section 5
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


class Dossier(Struct):
    """`marks`: what ada wrote and nobody deleted; `gone`: what she deleted; `others`: what others wrote to everybody or
    for themselves. `posts`, `messages`: numbers of hers."""

    ada: Person
    bram: Person
    ines: Person
    marks: list[str]
    gone: list[str]
    others: list[str]
    posts: list[int]
    messages: list[int]
    of_bram: int


class Walker:
    def __init__(self, wire: Clients) -> None:
        self.wire = wire
        self.marks: list[str] = []

    def mark(self) -> str:
        """A word that nobody else has, and that search takes for one."""
        self.marks.append(f"mark{secrets.token_hex(6)}")
        return self.marks[-1]

    async def ask(self, method: str, target: str, who: Person, json: Any = None, **headers: str) -> Any:
        """Errors: Broken for any answer but 200: then the walker does not know the site."""
        answer = await self.wire.ask(method, target, token=who.token, json=json, headers=headers)
        if answer.status != 200:
            raise Broken(f"{method} {target}: {answer.status} {answer.body[:200]!r}")
        return answer.json

    async def post(self, who: Person, text: str, **more: Any) -> int:
        key = {"Idempotency-Key": secrets.token_hex(8)}
        return int((await self.ask("POST", "/api/v1/statuses", who, {"status": text, **more}, **key))["id"])


async def walk(wire: Clients) -> Dossier:
    """The doors must be open."""
    others, w = Walker(wire), Walker(wire)
    ada = await make_person("adamark", PASSWORD, email="ada@marks.example", display_name="Ada", note="Ada")
    bram, ines, eve = await make_people(["bram", "ines", "eve"])
    ada = await _with_an_app(w, ada)
    await follow([(ada, bram), (bram, ada), (ines, ada)])
    of_bram = await others.post(bram, f"Bram writes {others.mark()} #heron")
    await others.ask("POST", f"/api/v1/accounts/{ada.id}/note", bram, {"comment": f"Of Ada: {others.mark()}"})
    theirs = await others.ask("POST", "/api/v1/lists", bram, {"title": f"List {others.mark()}"})
    await others.ask("POST", f"/api/v1/lists/{theirs['id']}/accounts", bram, {"account_ids": [str(ada.id)]})
    posts = await _write(w, ada, of_bram)
    which = await others.ask("POST", "/api/v1/statuses", bram, {
        "status": "Which, Ada?", "poll": {"options": ["This", "That"], "expires_in": 3600}},
        **{"Idempotency-Key": secrets.token_hex(8)})
    await w.ask("POST", f"/api/v1/polls/{which['poll']['id']}/votes", ada, {"choices": [1]})
    await w.ask("POST", "/api/v1/domain_blocks", ada, {"domain": f"{w.mark()}.example"})
    messages = await _talk(w, others, ada, bram)
    gone = Walker(wire)
    number = await gone.post(ada, f"Ada regrets {gone.mark()}")
    await w.ask("DELETE", f"/api/v1/statuses/{number}", ada)
    await _keep(w, ada, bram, ines, of_bram)
    await w.ask("POST", f"/api/v1/accounts/{eve.id}/block", ada)
    await _mark(w, ada, of_bram, posts)
    await others.ask("POST", f"/api/v1/statuses/{posts[0]}/favourite", bram)
    await others.ask("POST", f"/api/v1/statuses/{posts[0]}/reblog", bram)
    await _crew(w, ada)
    await judge(w, others, ada, bram, posts[-1])
    await correspond(ada)
    await link(posts[0])
    await arrive(ada, f"I like the sea {w.mark()}")
    await enter(ada, w.mark())
    await others.ask("POST", "/api/v1/collections", bram, {"name": others.mark(), "account_ids": [str(ada.id)]})
    await _first_copy(ada)
    return Dossier(ada, bram, ines, w.marks, gone.marks, others.marks, posts, messages, of_bram)


async def _talk(w: Walker, others: Walker, ada: Person, bram: Person) -> list[int]:
    """A conversation: hers, his answer, her answer to that, which she edits."""
    first = await w.post(ada, f"@bram in private {w.mark()}", visibility="direct", language="en")
    his = await others.post(bram, "@adamark answers in private", visibility="direct", in_reply_to_id=str(first))
    last = await w.post(ada, f"@bram before the edit {w.mark()}", visibility="direct", in_reply_to_id=str(his))
    w.marks.pop()           # of a message only what it says now is kept
    await w.ask("PUT", f"/api/v1/statuses/{last}", ada, {"status": f"@bram after the edit {w.mark()}"})
    return [first, last]


async def _with_an_app(w: Walker, ada: Person) -> Person:
    """She signs in by a browser, lets an app in, which gets its token; a second code is never fetched."""
    session = await accounts.sign_in(ada.handle, PASSWORD, cause="drill")
    member = Member(ada.id, accounts.digest_of(session.token), frozenset(), is_session=True)
    async with writing(System("drill"), cause="drill") as d:
        made = await accounts.oauth.register(d, "An app", [CALLBACK], "read write follow push")
    asked = {"client_id": made.app.client_id, "redirect_uri": CALLBACK, "response_type": "code",
             "scope": "read write push", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    codes = []
    for _ in range(2):
        async with writing(member, cause="drill") as d:
            request = await accounts.oauth.ask(d, asked)
            assert isinstance(request, accounts.oauth.AuthorizeRequest)
            granted = await accounts.oauth.grant(d, request, member)
            codes.append(parse_qs(urlsplit(granted.address).query)["code"][0])
    answer = await w.wire.ask("POST", "/oauth/token", json={
        "grant_type": "authorization_code", "client_id": made.app.client_id, "client_secret": made.client_secret,
        "redirect_uri": CALLBACK, "code_verifier": VERIFIER, "code": codes[0]})
    if answer.status != 200:
        raise Broken(f"/oauth/token: {answer.status} {answer.body[:200]!r}")
    async with writing(member, cause="drill") as d:
        await accounts.sign_out(d)
    await accounts.actors.actor_key(ada.id, cause="drill")
    return Person(ada.handle, ada.id, answer.json["access_token"])


async def _write(w: Walker, ada: Person, of_bram: int) -> list[int]:
    first = await w.post(ada, f"Ada writes {w.mark()} #tide", spoiler_text=w.mark(), language="en")
    edited = await w.post(ada, f"Before the edit {w.mark()}", visibility="unlisted")
    await w.ask("PUT", f"/api/v1/statuses/{edited}", ada, {"status": f"After the edit {w.mark()}"})
    answer = await w.post(ada, f"@bram answers {w.mark()}", in_reply_to_id=str(of_bram))
    narrow = await w.post(ada, f"For followers {w.mark()}", visibility="private")
    poll = await w.post(ada, "Which?", poll={"options": [w.mark()[:40], w.mark()[:40]], "expires_in": 3600})
    quote = await w.post(ada, f"Ada quotes {w.mark()}", quoted_status_id=str(of_bram), quote_approval_policy="nobody")
    seen = await w.post(ada, f"The sea {w.mark()}", media_ids=[await _upload(w, ada, _picture())])
    await _upload(w, ada, _picture()[:900])         # cut off: nobody can read it
    return [first, edited, answer, poll, quote, seen, narrow]


def _picture() -> bytes:
    from PIL import Image

    made = io.BytesIO()
    Image.effect_noise((64, 48), 80).convert("RGB").save(made, "JPEG")
    return made.getvalue()


async def _upload(w: Walker, ada: Person, picture: bytes) -> str:
    """A file with a description, when it has been read; its number, "" for one that was refused. Errors: Broken."""
    form = aiohttp.FormData({"description": w.mark()})
    form.add_field("file", picture, filename="sea.jpg", content_type="image/jpeg")
    answer = await w.wire.ask("POST", "/api/v2/media", token=ada.token, form=form)
    if answer.status == 422:
        w.marks.pop()       # nobody can look at its description
        return ""
    if answer.status not in (200, 202):
        raise Broken(f"/api/v2/media: {answer.status} {answer.body[:200]!r}")
    number = str(answer.json["id"])
    for _ in range(300):
        if (await w.wire.ask("GET", f"/api/v1/media/{number}", token=ada.token)).status != 206:
            return number
        await asyncio.sleep(0.1)
    raise Broken("a picture was not read within 30 s")


async def _keep(w: Walker, ada: Person, bram: Person, ines: Person, of_bram: int) -> None:
    await w.ask("PATCH", "/api/v1/accounts/update_credentials", ada, {
        "display_name": w.mark()[:28], "note": w.mark(), "discoverable": True, "indexable": True,
        "fields_attributes": [{"name": w.mark(), "value": w.mark()}], "source": {"language": "en"}})
    await w.ask("POST", "/api/v2/filters", ada, {
        "title": w.mark(), "context": ["home"], "expires_in": 86400,
        "keywords_attributes": [{"keyword": w.mark(), "whole_word": True}]})
    await w.ask("POST", f"/api/v1/tags/{w.mark()}/follow", ada)
    await w.ask("POST", "/api/v1/featured_tags", ada, {"name": w.mark()})
    made = await w.ask("POST", "/api/v1/lists", ada, {"title": w.mark()})
    await w.ask("POST", f"/api/v1/lists/{made['id']}/accounts", ada, {"account_ids": [str(bram.id)]})
    made = await w.ask("POST", "/api/v1/petrel/bookmark_folders", ada, {"name": w.mark()})
    await w.ask("POST", f"/api/v1/statuses/{of_bram}/bookmark", ada)
    await w.ask("POST", f"/api/v1/petrel/bookmark_folders/{made['id']}/statuses", ada, {"status_ids": [str(of_bram)]})
    await w.ask("POST", "/api/v1/collections", ada, {
        "name": w.mark(), "description": w.mark(), "tag_name": w.mark(), "language": "en",
        "account_ids": [str(ada.id)]})
    await w.ask("POST", f"/api/v1/accounts/{bram.id}/note", ada, {"comment": w.mark()})
    await w.ask("POST", f"/api/v1/accounts/{bram.id}/follow", ada, {"notify": True})
    await w.ask("POST", f"/api/v1/accounts/{ines.id}/mute", ada, {"duration": 3600})
    await w.ask("DELETE", f"/api/v1/suggestions/{ines.id}", ada)
    await w.ask("POST", "/api/v1/petrel/drafts", ada, {"status": w.mark(), "spoiler_text": w.mark()})
    await w.ask("POST", "/api/v1/statuses", ada, {"status": w.mark(), "scheduled_at": "2099-01-01T00:00:00Z"},
                **{"Idempotency-Key": secrets.token_hex(8)})
    await w.ask("POST", "/api/v1/markers", ada, {"home": {"last_read_id": str(of_bram)}})
    await w.ask("PATCH", "/api/v2/notifications/policy", ada, {"for_not_following": "filter"})
    await w.ask("POST", "/api/v1/push/subscription", ada, {"data": {"alerts": {"poll": True}}, "subscription": {
        "endpoint": f"https://push.example/{w.mark()}", "keys": {"p256dh": P256DH, "auth": AUTH}}})


async def _mark(w: Walker, ada: Person, of_bram: int, posts: list[int]) -> None:
    for act in ("favourite", "bookmark", "reblog", "mute"):
        await w.ask("POST", f"/api/v1/statuses/{of_bram}/{act}", ada)
    await w.ask("POST", f"/api/v1/statuses/{posts[0]}/pin", ada)


async def _crew(w: Walker, ada: Person) -> None:
    """What reaches her without her doing: an announcement that she answers with a picture and puts away."""
    async with writing(System("drill"), cause="drill") as d:
        number = await accounts.announcements.announce(d, "The site is a year old")
    await w.ask("PUT", f"/api/v1/announcements/{number}/reactions/%F0%9F%8E%89", ada)
    await w.ask("POST", f"/api/v1/announcements/{number}/dismiss", ada)


async def _first_copy(ada: Person) -> None:
    """She has asked for a copy before; the site makes it. Errors: Broken."""
    async with writing(System("drill"), cause="drill") as w:
        await privacy.exporting.ask(w, ada.id)
    for _ in range(300):
        async with reading(System("drill")) as r:
            if await r.value("select done_at from privacy.request where account = $1 and kind = 'export'", ada.id):
                return
        await asyncio.sleep(0.1)
    raise Broken("a copy that she asked for was not made within 30 s")


async def people_columns() -> set[str]:
    """Every column of the inventory that is somebody's."""
    async with reading(System("drill")) as r:
        lines = await privacy.reach.lines_of(r)
    return {name for name, line in lines.items() if line.of.subject in privacy.reach.PEOPLE}
