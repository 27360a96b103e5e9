"""What people write is in the clear nowhere at rest: neither in the main cluster's files, write-ahead log and logs, nor
in a dump of it; and destroying a key makes a thing unreadable, for whoever had copied the ciphertext before too.

A mark, a word nobody else has, is planted in every place where people entrust text, and looked for in raw bytes. A
mark in the one text that is public and not sealed (an announcement) shows that looking finds what is there.
"""

import hashlib
import secrets
import string
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from petrel.core import clock, inventory, seal
from petrel.core.doors import current, reading, writing
from petrel.core.viewer import Member
from petrel.features import accounts, cards, drafts, lists, mail, moderation, posts, push, relationships, signup
from petrel.ops import access, breaches
from petrel.outside import mail as outside_mail
from petrel.storage.pools import Addresses
from petrel.storage.postgres import binaries
from petrel.worker import jobs as jobs_worker
from tests.conftest import Server
from tests.drain import drain
from tests.entrances import TESTS, enters
from tests.features.push.receiver import App
from tests.people import act, follow, mark, publish, recommend, signed_in, tell
from tests.uploads import posted, somewhere

STEM = "".join(secrets.choice(string.ascii_lowercase) for _ in range(14))
CONTROL = "".join(secrets.choice(string.ascii_lowercase) for _ in range(14))


def marked(place: str) -> str:
    return STEM + place


class Planted(msgspec.Struct):
    """What was planted, and by whom."""

    alice: Member
    bob: Member
    public: int
    followers_only: int
    message: int
    bearers: list[str]


_planted: Planted | None = None


async def planted() -> Planted:
    """Planted once for all tests here, followed by everything that follows the journal."""
    global _planted
    if _planted is None:
        _planted = await _plant()
        await drain()
        await jobs_worker.drain()
    return _planted


async def _plant() -> Planted:
    (alice, first), (bob, second) = await signed_in("alice", "bob", indexable=True)
    await follow(bob, alice)
    public = await publish(alice, f"Hello {marked('public')} #{marked('tag')} @bob https://{marked('host')}.example",
                           spoiler=marked("warning"))
    await publish(alice, "Which?", poll=posts.PollDraft((marked("option"), marked("otheroption")), 3600))
    edited = await publish(alice, marked("editedaway"), spoiler=marked("warningaway"))
    async with writing(alice, cause="tests") as w:
        await posts.edit(w, edited.id, posts.Draft(marked("edited"), spoiler=marked("newwarning")))
    private = await publish(alice, marked("followers"), audience=posts.Audience.FOLLOWERS)
    message = await tell(alice, f"@bob {marked('message')}")
    messaged = await tell(bob, f"@alice {marked('answeraway')}", reply_to=message.id)
    await act(bob, posts.edit, messaged.id, posts.Draft(f"@alice {marked('answer')}"))
    await mark(bob, public.id, posts.Mark.LIKE)
    with somewhere() as folder:
        place = await posted(alice, marked("withpicture"), marked("description"))
        assert not places_in(place, folder) + places_in(marked("description"), folder)
    await _profile_and_notes(alice, bob)
    await accounts.actors.actor_key(alice.account, cause="tests")
    await _asked(session := await _newcomer())
    await _breached()
    await _reported(bob, alice, session, message.id)
    await _mailed()
    bearers = [first, second, session, await enters(alice, marked), await _app(bob), await _announcement()]
    return Planted(alice, bob, public.id, private.id, message.id, bearers)


async def _profile_and_notes(alice: Member, bob: Member) -> None:
    fields = (accounts.Field(marked("fieldname"), marked("fieldvalue")),)
    for word in ("away", ""):                   # what was there before is as gone as what is there now
        said = accounts.Changes(display_name=marked("name") + word, note=marked("note") + word, fields=fields)
        await act(alice, accounts.update, said)
    async with writing(bob, cause="tests") as w:
        await relationships.set_note(w, alice.account, marked("privatenote"))
        await lists.change(w, (await lists.create(w, marked("list"))).id, title=marked("listrenamed"))
        await posts.folders.create(w, marked("folder"))
        await recommend(w, marked("collection"), marked("collectiontext"), marked("collectiontag"))
        await relationships.filters.create(w, relationships.filters.FilterDraft(
            title=marked("filter"), contexts=("home",),
            keywords=(relationships.filters.KeywordChange(keyword=marked("keyword")),)))
        await drafts.save(w, posts.Draft(marked("draft"), spoiler=marked("draftwarning")))
        await drafts.schedule(w, posts.Draft(marked("scheduled")), clock.now() + timedelta(days=1))
        await cards.rows.want(w, [(alice.account, f"https://{marked('linked')}.example")])      # and is never asked
        await push.subscribe(w, push.Way(f"https://{marked('pushed')}.example/", **App().keys), 1, push.Policy.NONE)
        await relationships.tags.follow(w, marked("followedtag"))
        await relationships.tags.feature(w, marked("featuredtag"))
        await relationships.domains.block(w, f"{marked('server')}.example")


async def _newcomer() -> str:
    """An account with an address and a password; returns its session."""
    address = f"{marked('mail')}@{marked('mailhost')}.example"
    said = {"display_name": marked("newname"), "note": marked("newnote")}
    new = accounts.NewAccount("carol", password=marked("password"), email=address, **said)
    assert await accounts.sign_up(accounts.Newcomer(new, has_agreed=True), cause="tests")
    other = accounts.Newcomer(accounts.NewAccount("nelly", password=marked("password")), has_agreed=True)
    await signup.join(other, signup.Came("192.0.2.9", marked("answertocrew")), cause="tests")
    return (await accounts.sign_in(address, marked("password"), cause="tests")).token


async def _asked(session: str) -> None:
    """Somebody of the crew asks for what takes two people, and says why."""
    async with reading(TESTS) as r:
        carol = await accounts.find(r, "carol")
    assert carol is not None
    async with writing(TESTS, cause="tests") as w:
        await accounts.set_role(w, carol.id, "owner")
    member = Member(carol.id, hashlib.sha256(session.encode()).digest(), is_session=True)
    async with writing(member, cause="tests") as w:
        await access.ask(w, "surface.open", {"surface": marked("surface")}, f"because of {marked('reason')}")


async def _mailed() -> None:
    """Letters that wait, since the relay takes nothing, and a forgotten password of an address."""
    outside_mail.install(outside_mail.Relay("127.0.0.1", "petrel@birds.example", 9, "none"))
    async with writing(TESTS, cause="tests") as w:
        await mail.queue(w, f"{marked('crew')}@{marked('crewhost')}.example", "notice",
                         {"subject": marked("subject"), "text": marked("letter")})
    await mail.ask_reset(f"{marked('forgot')}@{marked('forgothost')}.example", cause="tests")
    await mail.records()


async def _breached() -> None:
    """The crew notes what it found out about a breach."""
    async with writing(TESTS, cause="tests") as w:
        number = await breaches.open_file(w, surface="home", door="GET /", viewer="nobody", kinds=("post",), build="",
                                          first_at=None)
        await breaches.note(w, number, marked("breachnote"))


async def _reported(bob: Member, alice: Member, session: str, message: int) -> None:
    """A report, and what the crew writes about it."""
    crew = Member(0, hashlib.sha256(session.encode()).digest(), role="owner", is_session=True)
    written = moderation.Written(comment=marked("report"))
    async with writing(bob, cause="tests") as w:
        case = (await moderation.report(w, moderation.NewReport(alice.account, "other", (message,), (), written))).case
    async with writing(crew, cause="tests") as w:
        await moderation.look(w, case, marked("looked"))
        for blocked in (("network", "192.0.2.0/24", 2), ("mailbox", f"{marked('box')}@nest.example", 1)):
            await moderation.blocks.put(w, moderation.block_rules.NewBlock(*blocked, note=marked("blocknote")))
        [decision] = await moderation.decide(w, case, moderation.Verdict("warn", "rules", marked("rule"),
                                                                         marked("facts")))
    [(other, _)] = await signed_in("dora")
    async with writing(TESTS, cause="tests") as w:
        await accounts.set_role(w, other.account, "admin")
        second = await accounts.open_session(w, other.account)
        own = await accounts.open_session(w, alice.account)
    async with writing(Member(alice.account, accounts.digest_of(own.token), is_session=True), cause="tests") as w:
        appeal = await moderation.appeals.appeal(w, decision, moderation.Plea(marked("appeal")))
    async with writing(Member(other.account, accounts.digest_of(second.token), is_session=True), cause="tests") as w:
        await moderation.appeals.answer(w, appeal, granted=False, text=marked("answered"))


async def _app(bob: Member) -> str:
    async with writing(bob, cause="tests") as w:
        made = await accounts.oauth.register(w, "An app", ["https://app.example/back"], "read")
        return (await accounts.issue(w, bob.account, made.app.id, ["read"])).token


async def _announcement() -> str:
    """Public text of the crew, in the clear: what looking must find. Returns an invitation's secret."""
    async with writing(TESTS, cause="tests") as w:
        await accounts.announcements.announce(w, f"Maintenance {CONTROL}")
        return await accounts.invites.make_invite(w)


def spellings(word: str) -> list[bytes]:
    """The bytes of a word as files may have them: a dump writes bytes in hexadecimal."""
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode().hex().encode(),
            word.encode("utf-16-le").hex().encode()]


def places(word: str, name: str, contents: bytes) -> Iterator[str]:
    """Where in these bytes the word stands, with what follows it, which tells the place it was planted in."""
    for spelling in spellings(word):
        at = contents.find(spelling)
        if at >= 0:
            yield f"{name}: {contents[max(0, at - 16): at + len(spelling) + 24]!r}"


def places_in(word: str, folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found += places(word, str(path.relative_to(folder)), path.read_bytes())
    return found


async def as_text(addresses: Addresses) -> bytes:
    """Every row of every table as text, by the administrator's connection: what a dump holds."""
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        tables = await connection.fetch(
            "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')")
        texts = [row[0] for t in tables for row in await connection.fetch(f"select t::text from {t[0]} t")]
    finally:
        await connection.close()
    return "\n".join(texts).encode()


async def checkpoint(server: Server) -> None:
    for cluster in ("main", "keyring"):
        await server.run("checkpoint", cluster)


def dumped(addresses: Addresses) -> bytes:
    """What `pg_dump` writes of the main database."""
    args = addresses.main["owner"]
    command = [binaries.find().program("pg_dump"), f"--host={args['host']}", f"--port={args['port']}",
               f"--username={args['user']}", args["database"]]
    return subprocess.run(command, check=True, capture_output=True).stdout


async def test_no_file_of_the_main_cluster_holds_what_people_wrote(site, server: Server, capfd) -> None:
    if server.folder is None:
        pytest.skip("the servers are given, so their files are not ours to read; the dump is looked through below")
    await planted()
    await checkpoint(server)
    assert places_in(STEM, server.folder) == []
    assert list(places(STEM, "console", "".join(capfd.readouterr()).encode())) == []


async def test_no_dump_holds_what_people_wrote(site, server: Server, addresses: Addresses) -> None:
    bearers = (await planted()).bearers

    dumps = {"rows": await as_text(addresses)}
    if server.folder is not None:
        dumps["pg_dump"] = dumped(addresses)

    for name, contents in dumps.items():
        for word in (STEM, *bearers):
            assert list(places(word, name, contents)) == []
        assert list(places(CONTROL, name, contents)), "looking does not find what is there"
        assert b"alice" in contents


async def test_looking_finds_what_is_there(site, server: Server) -> None:
    """The announcement, which is public and not sealed, is in the table's file and in the write-ahead log."""
    if server.folder is None:
        pytest.skip("the servers are given, so their files are not ours to read")
    await planted()
    await checkpoint(server)

    found = places_in(CONTROL, server.folder)
    assert any(place.startswith("main/base/") for place in found)
    assert any(place.startswith("main/pg_wal/") for place in found)
    assert not any(place.startswith("keyring/") for place in found)


# Sealed for the public half of a pair; the key in the keyring opens the private half. tests/ops/access opens it whole.
FOR_TWO = ("access.seen.sealed",)


async def test_every_sealed_value_opens_under_the_key_that_the_inventory_names(site, addresses: Addresses) -> None:
    one = await planted()
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        # Where we are no superuser the second wall around messages stands for us too.
        await connection.execute("select set_config('petrel.account', $1, false)", str(one.alice.account))
        [found] = await inventory.read({"main": connection.fetch})
        opened = {name: await _opened(connection, name, line) for name, line in found.lines.items()
                  if line.key and name not in FOR_TWO}
    finally:
        await connection.close()
    assert [name for name, count in opened.items() if not count] == [], "nothing was planted there"


async def _opened(connection: asyncpg.Connection, name: str, line: inventory.Line) -> int:
    """How many values of this column there are; each opens under its key, for its own object."""
    table, _, column = name.rpartition(".")
    rows = [row for row in await connection.fetch(f"select * from {table}") if row[column]]
    for row in rows:
        assert line.key is not None
        if line.key.startswith("secret "):
            key = await seal.secret(line.key.removeprefix("secret "))
            # 0: a thing of the site's, of which there is one.
            objects = [0, *(value % (1 << 64) for value in row.values() if isinstance(value, int))]
        else:
            key = (await seal.keys([row[line.key]]))[row[line.key]]
            objects = [row[line.key], *([row["id"]] if "id" in row.keys() else [])]     # noqa: SIM118
        assert any(opens(key, number, row[column]) for number in objects), (name, dict(row))
    return len(rows)


def opens(key: bytes, number: int, sealed: bytes) -> bool:
    try:
        return bool(seal.open_sealed(key, number, sealed))
    except seal.Unreadable:
        return False


def stream(key: bytes, sealed: bytes) -> bytes:
    """What somebody gets who leaves out the check that AES-GCM makes: the bare counter mode beneath it."""
    cipher = Cipher(algorithms.AES(key), modes.CTR(sealed[1:13] + (2).to_bytes(4, "big")))
    return cipher.decryptor().update(sealed[13:-16])


async def test_a_deleted_post_cannot_be_read_by_whoever_copied_it(site, addresses: Addresses) -> None:
    """The text, the version before an edit, and both content warnings."""
    one = await planted()
    post = (await publish(one.alice, marked("doomed"), spoiler=marked("doomedwarning"))).id
    async with writing(one.alice, cause="tests") as w:
        await posts.edit(w, post, posts.Draft(marked("doomededited")))
    copies = await _ciphertexts(addresses, post)
    assert len(copies) == 2
    key = (await seal.keys([post]))[post]
    assert all(STEM.encode() in stream(key, copy) and opens(key, post, copy) for copy in copies)

    async with writing(one.alice, cause="tests") as w:
        await posts.delete(w, post)
    assert await jobs_worker.drain() >= 1

    assert await _ciphertexts(addresses, post) == []
    left = [row["key"] for row in await current().pools["keyring.system"].fetch("select key from keyring.key")]
    left += [row["value"] for row in await current().pools["keyring.system"].fetch("select value from keyring.secret")]
    assert len(left) > 5 and key not in left
    assert not any(STEM.encode() in stream(other, copy) for other in left for copy in copies)
    for viewer in (one.alice, one.bob):
        async with reading(viewer) as r:
            assert await posts.contents([s.row for s in await posts.shown(r, posts.Surface.API, [post])]) == {}


async def test_a_deleted_message_cannot_be_read_by_whoever_copied_it(site, addresses: Addresses) -> None:
    """The messages around it, of the same conversation, stay as they were."""
    one = await planted()
    message = await tell(one.alice, f"@bob {marked('doomedmessage')}", reply_to=one.message)
    copies = await _message_ciphertexts(addresses, one.alice, message.id)
    key = (await seal.keys([message.id]))[message.id]
    assert [STEM.encode() in stream(key, copy) for copy in copies] == [True]

    async with writing(one.alice, cause="tests") as w:
        await posts.delete(w, message.id)
    assert await jobs_worker.drain() >= 1

    assert await _message_ciphertexts(addresses, one.alice, message.id) == [b""]
    left = [row["key"] for row in await current().pools["keyring.system"].fetch("select key from keyring.key")]
    assert key not in left
    assert not any(STEM.encode() in stream(other, copy) for other in left for copy in copies)
    async with reading(TESTS) as r:
        assert await r.value("select count(salt) from journal.entry where subject = $1", message.id) == 0
    async with reading(one.bob) as r:
        both = await posts.shown(r, posts.Surface.API, [one.message, message.id])
        assert list(await posts.contents([s.row for s in both])) == [one.message]


async def _message_ciphertexts(addresses: Addresses, author: Member, message: int) -> list[bytes]:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("select set_config('petrel.account', $1, false)", str(author.account))
        return [row[0] for row in await connection.fetch("select sealed from messages.message where id = $1", message)]
    finally:
        await connection.close()


async def _ciphertexts(addresses: Addresses, post: int) -> list[bytes]:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        rows = await connection.fetch("select sealed from posts.content where id = $1 "
                                      "union all select sealed from posts.edit where post = $1", post)
        return [row[0] for row in rows]
    finally:
        await connection.close()


async def test_what_is_left_is_still_readable(site) -> None:
    """So that the tests above did not pass because nothing can be read at all."""
    one = await planted()
    async with reading(one.bob) as r:
        numbers = [one.public, one.followers_only, one.message]
        found = await posts.contents([s.row for s in await posts.shown(r, posts.Surface.API, numbers)])
    assert {number: STEM in content.text for number, content in found.items()} == dict.fromkeys(numbers, True)
