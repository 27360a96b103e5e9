"""People with secrets, and those who must not learn them. Every secret is a mark: a word that is nowhere else."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Answer, Broken, Clients, Person, Site, make_person, token_of

PASSWORD = "a long enough sentence"     # noqa: S105 (of people who live for a minute)
WORD = "sesame"                         # stands beside each mark, for those who search
# All that a token can have without being let into posts.
NARROW = ("read:accounts", "read:notifications", "read:lists", "read:bookmarks", "read:favourites", "read:follows",
          "read:filters", "write:favourites", "write:bookmarks", "write:mutes", "profile", "push")
CSRF = re.compile(rb'name="csrf" value="([^"]+)"')


class Mark(Struct, frozen=True):
    """`kind` as a harm names it. `people`: whose secret it is. `known_to`: viewers who may see it, by name."""

    word: str
    kind: str
    people: tuple[str, ...]
    known_to: frozenset[str] = frozenset()

    @property
    def bytes(self) -> bytes:
        return self.word.encode()


UNSEEN = ("e-mail address", "access token", "deleted post")
"""Kinds that no route gives back, not even to whom it belongs."""


class Viewer(Struct, frozen=True):
    """`said`: what a harm calls them. `cookie`: of a browser session, for the pages; "" has none."""

    name: str
    said: str
    token: str | None = None
    cookie: str = ""
    account: int | None = None


class Cast(Struct):
    """`control` is public: whoever does not find it is not looking. `hidden`: ids of what a stranger must not know of.
    `hidden_posts` are those of them that are posts; `messages` those that are direct ones."""

    marks: list[Mark]
    control: Mark
    holders: tuple[Person, ...]
    readers: tuple[Viewer, ...]
    writers: tuple[Viewer, ...]
    messages: list[int]
    hidden_posts: list[int]
    deleted: list[int]
    public: list[int]
    conversations: list[int]
    own: dict[str, dict[str, int]]


class Planter:
    """Writes as the people themselves, through the API."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.marks: list[Mark] = []

    def mark(self, kind: str, *people: Person, known_to: Sequence[str] = ()) -> str:
        word = "zq" + secrets.token_hex(9)
        self.marks.append(Mark(word, kind, tuple(p.handle for p in people), frozenset(known_to)))
        return word

    def keep(self, word: str, kind: str, person: Person) -> None:
        """A secret that was made elsewhere, such as a token."""
        self.marks.append(Mark(word, kind, (person.handle,)))

    async def do(self, method: str, path: str, person: Person, **body: Any) -> Any:
        """Errors: Broken for any answer but 200: what cannot be planted cannot be looked for."""
        answer = await self._clients.ask(method, path, token=person.token, json=body)
        if answer.status != 200:
            raise Broken(f"planting: {method} {path} answered {answer.status} {answer.body[:300]!r}")
        return answer.json

    async def post(self, person: Person, text: str, visibility: str, **more: Any) -> int:
        form = {"status": text, "visibility": visibility} | more
        return int((await self.do("POST", "/api/v1/statuses", person, **form))["id"])


async def plant(site: Site, clients: Clients) -> Cast:
    """The doors are open. Alice is protected, Bob follows her, Erin is open; Carol, Dave and Mallory are nobody's."""
    p = Planter(clients)
    alice_mail, erin_mail = "zq" + secrets.token_hex(9), "zq" + secrets.token_hex(9)
    bio = "zq" + secrets.token_hex(9)
    alice = await make_person("alice", PASSWORD, email=f"{alice_mail}@example.org", note=f"{bio} {WORD}",
                              protected=True)
    bob = await make_person("bob", PASSWORD)
    erin = await make_person("erin", PASSWORD, email=f"{erin_mail}@example.org")
    carol, dave, mallory = [await make_person(name, PASSWORD) for name in ("carol", "dave", "mallory")]
    p.marks.append(Mark(bio, "profile of a protected account", ("alice",), frozenset({"narrow"})))
    p.keep(alice_mail, "e-mail address", alice)
    p.keep(erin_mail, "e-mail address", erin)
    for person in (alice, bob, erin):
        p.keep(person.token, "access token", person)
    for other in (alice, erin):
        await p.do("POST", f"/api/v1/accounts/{other.id}/follow", bob)
    await p.do("POST", f"/api/v1/follow_requests/{bob.id}/authorize", alice)
    for holder in (alice, bob, erin):
        await p.do("POST", f"/api/v1/accounts/{dave.id}/block", holder)

    messages = await _messages(p, alice, bob, erin)
    posts, deleted, public, control = await _posts(p, site, alice, bob, erin)
    await _private_things(p, alice, bob, carol)
    async with site.database() as connection:
        conversations = [r[0] for r in await connection.fetch("select distinct conversation from messages.message")]

    narrow = await token_of(bob.id, NARROW)
    browsers = {person.handle: await sign_in(clients, person.handle) for person in (carol, dave, mallory)}
    anon = Viewer("anon", "somebody not signed in")
    narrowed = Viewer("narrow", "an app without the scope for posts", narrow, account=bob.id)
    app = Viewer("app", "an app by itself", await _app_token(clients))
    people = {who.handle: Viewer(who.handle, said, who.token, browsers[who.handle], who.id)
              for who, said in ((carol, "a stranger"), (dave, "a blocked person"), (mallory, "a stranger"))}
    own = {who.handle: await _own_things(p, who) for who in (carol, dave, mallory, bob)}
    return Cast(
        marks=p.marks, control=control, holders=(alice, bob, erin), messages=messages, hidden_posts=posts,
        deleted=deleted, public=public, conversations=conversations,
        readers=(anon, people["carol"], people["dave"], narrowed, app),
        writers=(anon, people["mallory"], people["dave"], narrowed, app),
        own=own | {"narrow": own["bob"], "anon": own["mallory"], "app": own["mallory"]})


async def _messages(p: Planter, alice: Person, bob: Person, erin: Person) -> list[int]:
    said = "private message"
    first = await p.post(alice, f"@bob {p.mark(said, alice, bob)} {WORD}", "direct",
                         spoiler_text=f"{p.mark(said, alice, bob)} {WORD}")
    answer = await p.post(bob, f"@alice {p.mark(said, alice, bob)} {WORD}", "direct", in_reply_to_id=str(first))
    group = await p.post(erin, f"@alice @bob {p.mark(said, alice, bob, erin)} {WORD}", "direct")
    return [first, answer, group]


async def _posts(p: Planter, site: Site, alice: Person, bob: Person,
                 erin: Person) -> tuple[list[int], list[int], list[int], Mark]:
    kind = "followers-only post"
    closed = await p.post(alice, f"{p.mark(kind, alice)} {WORD} before", "private",
                          spoiler_text=f"{p.mark(kind, alice)} {WORD}")
    await p.do("PUT", f"/api/v1/statuses/{closed}", alice, status=f"{p.mark(kind, alice)} {WORD} after")
    open_ones = await p.post(erin, f"{p.mark(kind, erin)} {WORD} #zqtag", "private")
    reply = await p.post(bob, f"@erin {p.mark(kind, bob)} {WORD}", "private", in_reply_to_id=str(open_ones))
    protected = await p.post(alice, f"{p.mark('post of a protected account', alice)} {WORD} #zqtag", "public")
    draft = await p.post(alice, f"{p.mark('draft', alice)} {WORD}", "private")
    async with site.database() as connection:       # drafts cannot be written through the API yet
        await connection.execute("update posts.post set audience = 4 where cell = law.cell($1) and id = $1", draft)
    deleted = await p.post(erin, f"{p.mark('deleted post', erin)} {WORD}", "public")
    await p.do("DELETE", f"/api/v1/statuses/{deleted}", erin)
    word = "zq" + secrets.token_hex(9)
    public = await p.post(erin, f"{word} {WORD}", "public")
    return [closed, open_ones, reply, protected, draft], [deleted], [public], Mark(word, "control", ("erin",))


async def _private_things(p: Planter, alice: Person, bob: Person, carol: Person) -> None:
    shelf = await p.do("POST", "/api/v1/lists", alice, title=f"{p.mark('list title', alice)} {WORD}")
    await p.do("POST", f"/api/v1/accounts/{bob.id}/follow", alice)
    await p.do("POST", f"/api/v1/lists/{shelf['id']}/accounts", alice, account_ids=[str(bob.id)])
    await p.do("POST", "/api/v1/collections", alice, name=p.mark("collection of a protected account", alice),
               description=p.mark("collection of a protected account", alice))
    await p.do("POST", f"/api/v1/accounts/{carol.id}/note", alice, comment=f"{p.mark('note on somebody', alice)}")
    await p.do("POST", f"/api/v1/accounts/{bob.id}/note", alice, comment=f"{p.mark('note on somebody', alice)}")
    await p.do("POST", "/api/v2/filters", alice, title=p.mark("filter", alice), context=["home"],
               keywords_attributes=[{"keyword": p.mark("filter", alice)}])
    await p.do("POST", f"/api/v1/tags/{p.mark('followed hashtag', alice)}/follow", alice)


async def _own_things(p: Planter, person: Person) -> dict[str, int]:
    """One of each, for routes that name two things: one's own and somebody else's."""
    shelf = await p.do("POST", "/api/v1/lists", person, title="mine")
    filter_ = await p.do("POST", "/api/v2/filters", person, title="mine", context=["home"],
                         keywords_attributes=[{"keyword": "mine"}])
    return {"list": int(shelf["id"]), "filter": int(filter_["id"]), "keyword": int(filter_["keywords"][0]["id"]),
            "post": await p.post(person, "mine and public", "public"), "account": person.id}


async def _app_token(clients: Clients) -> str:
    """An app by itself (client credentials), as any program can be one."""
    app = await clients.ask("POST", "/api/v1/apps", json={
        "client_name": "drill", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write follow"})
    if app.status != 200:
        raise Broken(f"an app cannot be made: {app.status} {app.body[:200]!r}")
    known = {name: app.json[name] for name in ("client_id", "client_secret")}
    told = await clients.ask("POST", "/oauth/token", json=known | {
        "grant_type": "client_credentials", "scope": "read write follow"})
    if told.status != 200:
        raise Broken(f"an app gets no token: {told.status} {told.body[:200]!r}")
    return str(told.json["access_token"])


async def sign_in(clients: Clients, handle: str) -> str:
    """Through the form, as with a browser; the Cookie header of the session. Errors: Broken."""
    page = await clients.ask("GET", "/auth/sign_in")
    guest, csrf = cookies(page), CSRF.search(page.body)
    if page.status != 200 or csrf is None:
        raise Broken(f"there is no form to sign in by: {page.status}")
    done = await clients.ask("POST", "/auth/sign_in", headers={"Cookie": guest},
                             form={"name": handle, "password": PASSWORD, "csrf": csrf[1].decode(), "next": "/"})
    session = cookies(done)
    if done.status != 303 or "session=" not in session:
        raise Broken(f"@{handle} cannot sign in on the page: {done.status} {done.body[-300:]!r}")
    return session


def cookies(answer: Answer) -> str:
    """What an answer sets, as a Cookie header."""
    given = [value.decode().partition(";")[0] for name, value in answer.headers if name.lower() == b"set-cookie"]
    return "; ".join(pair for pair in given if pair.partition("=")[2] not in ("", '""'))
