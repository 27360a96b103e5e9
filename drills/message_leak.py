"""Row 8: every route with every foreign id, as those who must not see, and every byte looked at; then leaks planted.

Marks are planted in what people keep from others. Then somebody not signed in, a stranger, a blocked person, an app
without the scope and an app by itself ask every route of the API and every page for every id there is, and try
every command on them. Afterwards the first wall is taken down, and the second has to hold by itself. At last, on a
site of its own, leaks are planted one at a time, and the site has to find and shut each (`leak/planted.py`).
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from drills.leak import planted, walls
from drills.leak.cast import CSRF, UNSEEN, Cast, Viewer, plant
from drills.leak.looking import Found, Leak, Looker, affected, by_harm, found_by_owners
from petrel.core import ids
from petrel.ops.drills import Broken, Clients, Drill, Outcome, Phases, Site, Stage, clients
from petrel.ops.stranger.asking import Question, of_form, of_page, of_route

LEAK = "private message readable by a stranger"

DRILL = Drill(
    name="message-leak", row=8, tier="real", covers="part", harm=LEAK,
    sabotage="the verdict and row-level security of the messages, and the site's own stranger",
    left_out="what open streams, pushes, letters and exports carry (asked by tests/visibility), and leaks planted "
             "there; a list of who read what; the matrix and the fences against the planted leaks",
    shown=("routes", "pages", "requests", "marks", "leaked", "told_apart", "mutants", "caught"), limit_s=1800)

FOUND_MOST_S, SHUT_MOST_S = 60.0, 10.0
NO_FORMS = ("/auth/", "/setup/", "/oauth/")


class Ids(Struct, frozen=True):
    """`foreign`: all that are asked for, `never` among them. `hidden`: which a stranger must not know of."""

    foreign: list[int]
    hidden: frozenset[int]
    hidden_to_members: frozenset[int]
    never: tuple[int, int]


async def run(stage: Stage) -> Outcome:
    """What came back."""
    routes, pages, forms = _addresses()
    async with stage.site() as site, clients(site.address, timeout_s=30) as wire:
        async with stage.doors(site):
            cast = await plant(site, wire)
        known = await _ids(site, cast)
        stage.say(f"{len(cast.marks)} marks, {len(known.foreign)} ids, {len(routes)} routes, {len(pages)} pages")
        await _can_be_found(wire, cast, known, routes)
        look = Looker(wire, cast.marks, cast.control, known.never)
        other: dict[str, list[str]] = {}
        if stage.sabotage:
            async with site.database() as owner:
                await walls.remove_first_wall(owner)
                await walls.remove_second_wall(owner)
        await _read(stage, look, cast, known, routes, pages)
        if look.found.control_seen == 0:
            raise Broken("nobody saw the public post: this drill does not look")
        if not stage.sabotage:
            other["something of somebody else changed"] = await _write(stage, site, wire, look, cast, known, routes,
                                                                       forms)
            other["the database shows its tables to the web's role"] = await _behind(site)
            other["a private message passed the second wall"] = await _one_wall(stage, site, wire, cast, known, routes)
    planted_ones = await planted.plant_all(stage, stranger_on=not stage.sabotage, most=3 if stage.sabotage else None)
    other |= _missed(planted_ones)
    return _outcome(look.found, cast, known, len(routes), len(pages) + len(forms), other, planted_ones)


def _missed(found: list[planted.Caught]) -> dict[str, list[str]]:
    """Harms, by the planted leaks that do them."""
    shut = [one for one in found if one.found_s is not None]
    return {
        "a planted leak that nobody found": [one.mutant for one in found if one.found_s is None],
        "a planted leak that was found late": [one.mutant for one in shut if (one.found_s or 0) > FOUND_MOST_S],
        "a planted leak that was not shut in time": [
            one.mutant for one in shut if one.shut_s is None or one.shut_s > SHUT_MOST_S],
        "something came through a door that was shut": [one.mutant for one in found if one.after]}


def _addresses() -> tuple[list[Any], list[str], list[str]]:
    """(routes of the API, pages that are read, pages that take a form), as they are registered now."""
    from petrel import app
    from petrel.api.http import all_routes
    from petrel.web.routes import ADDRESSES

    app.load_rooms()
    app.load_api()
    pages = [a.path for a in ADDRESSES if a.method == "GET"] + ["/avatars/{handle}.svg", "/headers/{handle}.svg"]
    forms = [a.path for a in ADDRESSES if a.method == "POST" and not a.path.startswith(NO_FORMS)]
    return list(all_routes()), pages, forms


async def _ids(site: Site, cast: Cast) -> Ids:
    async with site.database() as owner:
        known = await walls.all_ids(owner)
        people = {r[0] for r in await owner.fetch("select id from accounts.account")}
    mine = {number for things in cast.own.values() for number in things.values()}
    cell = ids.cell_of(cast.messages[0])
    # Of yesterday and of just now: in the cell of somebody's messages, by a maker that no process here has.
    never = tuple(((int(time.time() * 1000) - ago_ms) << 16) | cell << 6 | 63 for ago_ms in (86_400_000, 0))
    explicit = {*cast.messages, *cast.hidden_posts, *cast.conversations}
    hidden = set(known) - people - mine - set(cast.public) - set(cast.deleted)
    async with site.database() as owner:
        # What the strangers made themselves (their posts, notes, sessions) is not hidden from them.
        strangers = [v.account for v in cast.readers + cast.writers if v.account]
        for table in await walls.tables(owner):
            for column in table["ids"] or ():
                theirs = " or ".join(f"{c} = any ($1::bigint[])" for c in table["ids"])
                hidden -= {r[0] for r in await owner.fetch(
                    f"select {column} from {table['room']}.{table['name']} where {theirs}", strangers)}
    assert len(never) == 2
    return Ids([*known, *never], frozenset(hidden | explicit), frozenset(explicit), (never[0], never[1]))


async def _can_be_found(wire: Clients, cast: Cast, known: Ids, routes: Sequence[Any]) -> None:
    """The control: asked by those whose secrets they are, the same questions bring every mark. Errors: Broken."""
    owners = [Viewer(p.handle, "the owner", p.token, account=p.id) for p in cast.holders]
    own = cast.own["bob"]
    numbers = sorted(known.hidden | known.hidden_to_members | {things["account"] for things in cast.own.values()})
    questions = [q for r in routes if r.method == "GET" for q in of_route(r, numbers, own, ()) if q.names]
    words = await found_by_owners(wire, cast.marks, owners, questions)
    missing = [m for m in cast.marks if m.word not in words and m.kind not in UNSEEN]
    if missing:
        raise Broken(f"not even the owner finds these marks: {', '.join(m.kind for m in missing)}")


async def _read(stage: Stage, look: Looker, cast: Cast, known: Ids, routes: Sequence[Any],
                pages: Sequence[str]) -> None:
    handles = [p.handle for p in cast.holders]
    for viewer in cast.readers:
        began = look.found.requests
        await look.ask_all(viewer, _asked_of(routes, "GET", known.foreign, cast, viewer), _hidden(viewer, known, cast))
        if viewer.name in ("anon", "carol", "dave"):
            questions = (q for path in pages for q in of_page(path, known.foreign, handles))
            await look.ask_all(viewer, questions, _hidden(viewer, known, cast), cookie=True)
        stage.say(f"Read as {viewer.said}: {look.found.requests - began} requests; {len(look.found.leaks)} leaks yet")


def _hidden(viewer: Viewer, known: Ids, cast: Cast) -> frozenset[int]:
    """That a post was deleted, those who could see it may know."""
    if viewer.name == "narrow":
        return known.hidden_to_members
    return known.hidden | set(cast.deleted) if viewer.name == "dave" else known.hidden


def _asked_of(routes: Sequence[Any], verbs: str, numbers: Sequence[int], cast: Cast,
              viewer: Viewer) -> Iterator[Question]:
    """Follows come last: whoever follows somebody open may see their posts to followers from then on."""
    handles = [p.handle for p in cast.holders]
    own = cast.own[viewer.name]
    asked = sorted((r for r in routes if r.method in verbs.split()), key=lambda r: r.path.endswith("/follow"))
    return (q for route in asked for q in of_route(route, numbers, own, handles))


async def _write(stage: Stage, site: Site, wire: Clients, look: Looker, cast: Cast, known: Ids,
                 routes: Sequence[Any], forms: Sequence[str]) -> list[str]:
    """Every command on every foreign thing; returns what changed that is not the asker's."""
    strangers = [v.account for v in cast.writers if v.account and v.name != "narrow"]
    theirs = {number for v in cast.writers for number in (v.account or 0, *cast.own[v.name].values())}
    async with site.database() as owner:
        before = await walls.rows_without(owner, theirs)
    handles = [p.handle for p in cast.holders]
    for viewer in cast.writers:
        began = look.found.requests
        if viewer.cookie:
            page = await wire.ask("GET", "/compose", headers={"Cookie": viewer.cookie})
            csrf = CSRF.search(page.body)
            if csrf is None:
                raise Broken(f"there is no composer for {viewer.said}: {page.status}")
            filled = (q for path in forms for q in of_form(path, known.foreign, handles, csrf[1].decode()))
            await look.ask_all(viewer, filled, _hidden(viewer, known, cast), cookie=True)
        # What is compared comes first, before all what never was: commands that succeed fill what is limited.
        hidden = _hidden(viewer, known, cast)
        numbers = sorted(known.foreign, key=lambda number: (number not in known.never, number not in hidden))
        questions = _asked_of(routes, "POST PUT PATCH DELETE", numbers, cast, viewer)
        await look.ask_all(viewer, (q for q in questions if q.id), hidden)
        stage.say(f"Wrote as {viewer.said}: {look.found.requests - began} requests")
    async with site.database() as owner:
        after = await walls.rows_without(owner, theirs)
        changed = [f"{len(rows - after[table])} rows of {table} changed or went" for table, rows in before.items()
                   if rows - after[table]]
        return changed + await walls.ties(owner, strangers, known.hidden)


async def _behind(site: Site) -> list[str]:
    """The role that the web reads with, connected without the program."""
    shown, _ = await walls.readable_by(site, "petrel_reader")
    roles = await walls.may_become(site, "petrel_reader", (
        "petrel_owner", "petrel_writer", "petrel_system", "petrel_messages", "petrel_admin"))
    return shown + [f"it can become {role}" for role in roles]


async def _one_wall(stage: Stage, site: Site, wire: Clients, cast: Cast, known: Ids,
                    routes: Sequence[Any]) -> list[str]:
    """With the verdict answering "full" for everybody, row-level security alone has to hide the messages."""
    private = [m for m in cast.marks if m.kind == "private message"]
    look = Looker(wire, private, cast.control, known.never)
    async with site.database() as owner:
        before = await walls.remove_first_wall(owner)
        numbers = [*cast.messages, *cast.conversations, *cast.hidden_posts]
        for viewer in cast.readers:
            await look.ask_all(viewer, _asked_of(routes, "GET", numbers, cast, viewer), frozenset())
        await owner.execute(before)
    stage.say(f"With the first wall down: {look.found.requests} requests, {len(look.found.leaks)} leaks")
    return [_example(leak) for leak in look.found.leaks]


def _example(leak: Leak) -> str:
    return f"{leak.harm}: {leak.question.method} {leak.question.target}"


def _outcome(found: Found, cast: Cast, known: Ids, routes: int, pages: int, other: dict[str, list[str]],
             planted_ones: list[planted.Caught]) -> Outcome:
    leaks = by_harm(found.leaks)
    harm = [*leaks, *(name for name, cases in other.items() if cases)]
    if found.told_apart:
        harm.append("hidden thing can be told from one that never existed")
    if found.failed:
        harm.append("answer of 500 or none at all")
    people = affected(found.leaks)
    silent = sorted(kind for kind, statuses in found.by_kind.items() if statuses == {503})
    mutants = planted.figures(planted_ones)
    figures: dict[str, Any] = mutants | {
        "routes": routes, "pages": pages, "ids": len(known.foreign), "requests": found.requests,
        "compared": found.compared, "marks": len(cast.marks), "leaked": len({leak.mark.word for leak in found.leaks}),
        "told_apart": len(found.told_apart), "failed": len(found.failed), "not_looked_at": silent, "affected": people,
        "answers": {str(status): count for status, count in sorted(found.statuses.items())},
        "examples": [_example(some[0]) for some in leaks.values()] + [line for some in other.values()
                                                                      for line in some[:5]]
        + found.told_apart[:10] + found.failed[:10],
    }
    phases = Phases(
        injected=f"{len(cast.marks)} marks; {found.requests} requests to {routes} routes and {pages} pages, by "
                 f"{len(cast.readers)} who may not see, for {len(known.foreign)} ids; then "
                 f"{len(planted_ones)} leaks, planted one at a time",
        detected=f"{len(found.leaks)} answers with a mark; {mutants['caught']} planted leaks, at most "
                 f"{mutants['found_s_most']} s after planting",
        contained=f"{found.compared} answers like those for ids that never existed; doors shut at most "
                  f"{mutants['shut_s_most']} s after finding, {mutants['after_shutting']} answers after that",
        lost=f"secrets of {', '.join(people)}" if people else f"leaked 0 of {len(cast.marks)} marks")
    return Outcome(harm=tuple(harm), exercised=min(found.requests, found.compared, found.control_seen),
                   phases=phases, figures=figures)
