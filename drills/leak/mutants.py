"""Leaks to be planted one at a time: a changed function, row or right of the database, a changed part of the program.

Each takes away what keeps something from somebody: where two things do, both. Nets: the stranger, through the site's
own doors, or the audit of what the web's role may do.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Broken
from petrel.ops.stranger.shapes import Decoys

Undo = Callable[[], Awaitable[None]]
TEXT = "select pg_get_functiondef(p.oid) from pg_proc p where p.pronamespace::regnamespace || '.' || p.proname = $1"
SESSION = ("select digest from accounts.token where account = $1 and kind = 'session' and revoked_at is null "
           "order by made_at desc limit 1")
FULL = "'\\x' || repeat('06', 648)"


class Mutant(Struct, frozen=True):
    """`plant` changes the database; `program`: the name of a patch of `mutable.py`. One of them, or both."""

    name: str
    plant: Callable[[Any, Decoys], Awaitable[Undo]] | None = None
    program: str = ""
    net: str = "stranger"


def _edit(name: str, *changes: tuple[str, str, str], program: str = "") -> Mutant:
    """`changes`: (function, old text, new text)."""

    async def plant(owner: Any, decoys: Decoys) -> Undo:
        before = []
        for function, old, new in changes:
            text = await owner.fetchval(TEXT, function)
            if text is None or old not in text:
                raise Broken(f"{name}: {function} is written in another way now: the mutant has to follow")
            before.append(text)
            await owner.execute(text.replace(old, new))

        async def undo() -> None:
            for text in reversed(before):
                await owner.execute(text)

        return undo

    return Mutant(name, plant, program)


def _answers_as(function: str, who: str = "shy") -> Mutant:
    """The function takes everybody for one of the decoys' people: somebody else's session."""

    async def plant(owner: Any, decoys: Decoys) -> Undo:
        text = await owner.fetchval(TEXT, function)
        digest = await owner.fetchval(SESSION, decoys.people[who])
        if text is None or digest is None:
            raise Broken(f"{function} is not there, or @{who} has no session")
        head, mark, body = text.partition("$function$")
        await owner.execute(head + mark + body.replace("p_digest", f"'\\x{digest.hex()}'::bytea"))

        async def undo() -> None:
            await owner.execute(text)

        return undo

    return Mutant(f"{function} takes everybody for somebody else", plant)


def _rows(name: str, do: str, back: str, net: str = "stranger") -> Mutant:
    """Statements; `{open}` and the like are numbers of decoys."""

    async def plant(owner: Any, decoys: Decoys) -> Undo:
        known = decoys.people | decoys.posts | decoys.things
        await owner.execute(do.format_map(known))

        async def undo() -> None:
            await owner.execute(back.format_map(known))

        return undo

    return Mutant(name, plant, net=net)


def _surface(name: str) -> Mutant:
    async def plant(owner: Any, decoys: Decoys) -> Undo:
        before = await owner.fetchval("select codes from law.surface where name = $1", name)
        await owner.execute(f"update law.surface set codes = ({FULL})::bytea where name = '{name}'")

        async def undo() -> None:
            await owner.execute("update law.surface set codes = $2 where name = $1", name, before)

        return undo

    return Mutant(f"the law's table for the surface {name} says yes to everything", plant)


DECIDE = "law.decide"
NEAR = "select number from ops.decoy where name = 'near'"
NAMED = ("messages.who", "when p_viewer = any (p_named) then 9", "when true then 9")
OPEN_WALL = "alter table messages.message no force row level security, disable row level security"
WALL = "alter table messages.message enable row level security, force row level security"


async def _two(owner: Any, decoys: Decoys, *mutants: Mutant) -> Undo:
    undos = [await m.plant(owner, decoys) for m in mutants if m.plant is not None]

    async def undo() -> None:
        for one in reversed(undos):
            await one()

    return undo


def _both(name: str, *mutants: Mutant) -> Mutant:
    return Mutant(name, lambda owner, decoys: _two(owner, decoys, *mutants))


MESSAGES = "messages.entries(bytea, smallint, bigint[], bigint[])"
VERDICT = _edit("the verdict says yes to everything", ("law.verdict", "WHEN ", "WHEN true THEN 6 WHEN "))
NO_RLS = _rows("row-level security of messages is off", OPEN_WALL, WALL)
IN_THE_DATABASE = (
    VERDICT,
    *map(_surface, ("api", "prof", "thrd", "pub", "cnt")),
    _edit("somebody not signed in counts as a follower",
          (DECIDE, "when p_viewers[c.ord] is null then 0", "when p_viewers[c.ord] is null then 4")),
    _edit("everybody counts as named",
          (DECIDE, "(case when p_viewers[c.ord] = any (p.mentions) then 8 else 0 end)", "8")),
    _edit("who has nothing to do with somebody counts as a follower",
          (DECIDE, "when rel.bits is null then 0", "when rel.bits is null then 4")),
    _edit("protected accounts are not looked at",
          (DECIDE, "(a.is_protected or p.flags & 65536 <> 0)", "false")),
    _edit("the audience is not looked at", (DECIDE, "then p.audience::integer else 4", "then 0 else 4")),
    _edit("scopes of apps are looked at neither at the door nor in the database",
          (DECIDE, "when f.effective > 1 and not f.sees_private then 0", "when false then 0"),
          program="scopes-ignored"),
    _edit("a signed-out session still reads", ("law.viewer", "and t.revoked_at is null", "")),
    _edit("every session is somebody else's", (
        "law.viewer", "  return s;\nend",
        f"  if s.kind = 'session' then s.account := ({NEAR}); end if;\n  return s;\nend")),
    _both("messages: everybody counts as named, and row-level security is off", _edit("", NAMED), NO_RLS),
    _both("messages: the verdict says yes, and row-level security is off", VERDICT, NO_RLS),
    _both("messages: everybody counts as named, and a policy lets everybody in", _edit("", NAMED), _rows(
        "", "create policy everybody on messages.message using (true)", "drop policy everybody on messages.message")),
    _both("messages: everybody counts as named, and no policy binds their page", _edit("", NAMED), _rows(
        "", f"alter function {MESSAGES} owner to petrel_admin", f"alter function {MESSAGES} owner to petrel_messages")),
    _edit("messages: whoever enters is somebody else", ("messages.enter", "v_me := v.account;", f"v_me := ({NEAR});")),
    _answers_as("messages.mailbox"),
    _answers_as("accounts.cards", "near"),
    _answers_as("accounts.held"),
    _answers_as("relationships.filters"),
    _answers_as("relationships.followed_tags"),
    _answers_as("relationships.relations", "near"),
    _answers_as("relationships.mine"),
    _answers_as("relationships.network", "near"),
    _answers_as("lists.mine"),
    _answers_as("posts.reactions", "near"),
    _answers_as("notifications.reader"),
    _answers_as("relationships.shows_network", "near"),
    _edit("the profile of a protected account is shown in full",
          ("accounts.cards", "then 1\n         else 2 end", "then 2\n         else 2 end")),
    _edit("collections of protected accounts are shown", ("collections.shown", "(k.shell = 2 or", "(k.shell > 0 or")),
    _edit("the history of a post is shown without a look at the post",
          ("posts.history", "if not found then", "if false then"),
          ("posts.history", "v_post.audience, v_post.author, v_post.who", "0::smallint, 1::bigint, 129"),
          program="history-unchecked"),
    _edit("boosts of protected accounts are named", ("posts.reactions", "p_kind <> 4 or exists", "true or exists")),
    _rows("hidden replies are counted", "update posts.post set replies = replies + 1 where id = {open}",
          "update posts.post set replies = replies - 1 where id = {open}"),
    _rows("hidden boosts are counted", "update posts.post set boosts = boosts + 1 where id = {open}",
          "update posts.post set boosts = boosts - 1 where id = {open}"),
    _rows("a network that is hidden is shown",
          "update accounts.account set hides_network = false, version = version + 1 where id = {near}",
          "update accounts.account set hides_network = true, version = version + 1 where id = {near}"),
    _rows("an account is open that was protected",
          "begin; select set_config('petrel.widening', '{shy}', true); "
          "update accounts.account set is_protected = false, version = version + 1 where id = {shy}; commit",
          "update accounts.account set is_protected = true, version = version + 1 where id = {shy}"),
    _rows("a post has an audience that it was not given",
          "begin; select set_config('petrel.widening', '{closed}', true); "
          "update posts.post set audience = 1, version = version + 1 where id = {closed}; commit",
          "update posts.post set audience = 2, version = version + 1 where id = {closed}"),
    _both("search: the index is stale and its results are not judged", _surface("srch"),
          _edit("", (DECIDE, "p_surface = 7 and", "false and")),
          _rows("", "update search.post_words set is_indexable = true",
                "update search.post_words w set is_indexable = false from ops.decoy d where d.number = w.post")),
    _rows("the web's role may read sealed posts", "grant select on posts.content to petrel_reader",
          "revoke select on posts.content from petrel_reader", net="rights"),
    _rows("the web's role may read messages", "grant select on messages.message to petrel_reader",
          "revoke select on messages.message from petrel_reader", net="rights"),
    _rows("the web's role may read the digests of sessions", "grant select (digest) on accounts.token to petrel_reader",
          "revoke select (digest) on accounts.token from petrel_reader", net="rights"),
    _rows("the web's role may become the writers'", "grant petrel_writer to petrel_reader",
          "revoke petrel_writer from petrel_reader", net="rights"),
)
IN_THE_PROGRAM = tuple(Mutant(name, program=patch) for name, patch in (
    ("copies of a post are kept without a viewer", "post-by-number"),
    ("pages of posts are kept without a viewer", "posts-by-numbers"),
    ("answers of the API are kept by their address alone", "answer-by-address"),
    ("pages are kept by their address alone", "page-by-address"),
    ("a token is taken for the one before it", "token-of-another"),
    ("a browser is taken for another one", "browser-of-another"),
    ("hidden and missing have different bodies", "another-404"),
    ("a header names what was not shown", "header-with-candidates"),
    ("the profile is shown in full where only its first line may be", "whole-profile"),
    ("relationships tell who blocks", "tells-blocks"),
    ("an error shows what was asked for", "error-with-text"),
))
