"""No command changes what anybody may see, but the few that mean to: docs/law/visibility.md section 12, property 6.

Every route and form that writes is run against a small town, and every verdict (viewers x posts x surfaces) is taken
before and after. Those of which some verdict may change stand in the table with what may change: for everybody else, a
difference is a failure. Whoever adds a route has to say here what it may change; whoever adds a command of the command
line as well, though those are not run.
"""

import importlib
import json
import random
from typing import Any
from urllib.parse import urlencode

import click

from petrel import app
from petrel.api.http import routes as api_routes
from petrel.cli import NOUNS
from petrel.core import seal
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.features.posts import Audience
from petrel.web import csrf
from petrel.web import routes as web_routes
from tests.api.plain import _call
from tests.drain import drain
from tests.people import follow, publish, tell
from tests.visibility.asking import front
from tests.visibility.commands import API, CLI, PASSWORD, WEB, A, C, Change, Command, S, Town
from tests.visibility.world import people

HANDLES = "mira ben cleo dan eve fay gus hal ivy jon".split()
# Of mira's row towards the others and of theirs towards her: see world.RELATIONS.
TIES = {"dan": (16, 32), "eve": (32, 16), "fay": (64, 0), "hal": (8, 4)}


def test_every_command_is_in_the_table() -> None:
    app.load_api()
    routes = {f"{r.method} {r.path}" for r in api_routes.all_routes() if r.method != "GET"}
    assert routes == set(API), "say in API what the new route may change"
    assert {f"{a.method} {a.path}" for a in web_routes.ADDRESSES if a.method != "GET"} == set(WEB)


def test_every_command_of_the_command_line_says_what_it_may_change() -> None:
    there = set()
    for noun in NOUNS:
        try:
            command = getattr(importlib.import_module(f"petrel.cli.{noun}"), noun)
        except ModuleNotFoundError:
            continue
        verbs = getattr(command, "commands", None) if isinstance(command, click.Group) else None
        there |= {noun} if verbs is None else {f"{noun} {verb}" for verb in verbs}
    unsaid = {one for one in there if not one.startswith("privacy")} - set(CLI)
    assert not unsaid, f"say in CLI what these may change: {sorted(unsaid)}"


async def _town(owner: Any) -> Town:
    app.load_rooms()
    open_ = await people(owner, [h for h in HANDLES if h not in ("cleo", "ivy")])
    closed = await people(owner, ["cleo", "ivy"], protected=True)
    found = {one.handle: one for one in (*open_, *closed)}
    hashed = await accounts.hash_password(PASSWORD)
    await owner.execute("insert into accounts.credential (cell, account, secret_hash, confirmed_at) "
                        "select law.cell(a), a, $2, now() from unnest($1::bigint[]) a on conflict (cell, account) "
                        "do update set secret_hash = excluded.secret_hash", [p.id for p in found.values()], hashed)
    mira = found["mira"]
    for one in ("ben", "jon", "fay", "eve"):
        await follow(mira.member, found[one].member)
        await follow(found[one].member, mira.member)
    await follow(found["gus"].member, found["ben"].member)
    await owner.execute("insert into relationships.relation (cell, owner, other, bits, following_id, followed_id) "
                        "values (law.cell($1), $1, $2, 3, 7, 8), (law.cell($2), $2, $1, 3, 8, 7)",
                        mira.id, found["ivy"].id)
    numbers, direct = {}, []
    for handle, person in found.items():
        for audience in ("public", "unlisted", "followers", "direct"):
            made = await publish(person.member, f"{handle} to {audience} #harbour @jon @mira",
                                 audience=Audience[audience.upper()])
            numbers[f"{handle}.{audience}"] = made.id
            direct += [made.id] if audience == "direct" else []
    reply = await publish(mira.member, "an answer", reply_to=numbers["ben.public"])
    numbers["mira.reply"] = reply.id
    await publish(found["ben"].member, "and back", reply_to=reply.id)
    await tell(found["ben"].member, "@mira between us")
    for handle, (mine, theirs) in TIES.items():
        await owner.execute("insert into relationships.relation (cell, owner, other, bits) "
                            "values (law.cell($1), $1, $2, $3), (law.cell($2), $2, $1, $4) "
                            "on conflict (cell, owner, other) do update set bits = excluded.bits",
                            mira.id, found[handle].id, mine, theirs)
    await drain()
    authors = {i: found[name.partition(".")[0]].id for name, i in numbers.items()}
    names: dict[str, Any] = {**{h: str(p.id) for h, p in found.items()}, **{n: str(i) for n, i in numbers.items()}}
    return Town(found, numbers, authors, names, direct)


POSTS = """
select s.name, d.viewer, d.id, d.code from law.surface s
 cross join lateral law.decide($1::bigint[], $2::boolean[], $3::bigint[], s.surface) d
"""
MESSAGES = """
select s.name, v.account, m.id, m.code from unnest($1::bytea[], $2::bigint[]) v(digest, account)
 cross join law.surface s cross join lateral messages.entries(v.digest, s.surface, $3::bigint[], $4::bigint[]) m
"""


async def verdicts(owner: Any, town: Town) -> dict[tuple[str, int | None, int], int]:
    """Of every viewer, post and surface, those that are more than nothing."""
    viewers: list[int | None] = [None, *(p.id for p in town.people.values())]
    open_ = [i for i in town.posts.values() if i not in town.direct]
    pairs = [(v, i) for v in viewers for i in open_]
    rows = await owner.fetch(POSTS, [v for v, _ in pairs], [True] * len(pairs), [i for _, i in pairs])
    rows += await owner.fetch(MESSAGES, [p.member.digest for p in town.people.values()],
                              [p.id for p in town.people.values()], town.direct, [0] * len(town.direct))
    return {(r[0], r[1], r[2]): r[3] for r in rows if r[3]}


def changes(town: Town, before: dict[Any, int], after: dict[Any, int]) -> list[Change]:
    return [Change(s, v, town.authors[i], i, before.get((s, v, i), 0), after.get((s, v, i), 0))
            for s, v, i in before.keys() | after.keys() if before.get((s, v, i), 0) != after.get((s, v, i), 0)]


def _filled(value: Any, names: dict[str, Any]) -> Any:
    """With names of the town put in: "{ben}", "{mira.public}"."""
    if isinstance(value, str):
        for name, number in names.items():
            value = value.replace(f"{{{name}}}", str(number))
        return value
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    return {k: _filled(v, names) for k, v in value.items()} if isinstance(value, dict) else value


class Runner:
    def __init__(self, gate: Any, town: Town, csrf_key: bytes) -> None:
        self.gate, self.town, self.csrf_key = gate, town, csrf_key

    async def api(self, method: str, command: Command) -> Any:
        person = self.town.people[command.as_]
        body = json.dumps(_filled(command.fields, self.town.names)).encode()
        headers = {"authorization": f"Bearer {person.token}", "content-type": "application/json",
                   "content-length": str(len(body))}
        return await _call(self.gate, method, _filled(command.to, self.town.names), "", headers, body)

    async def page(self, method: str, command: Command) -> Any:
        session = self.town.people[command.as_].session
        fields = {**_filled(command.fields, self.town.names),
                  "csrf": csrf.token(self.csrf_key, f"session:{session}")}
        body = urlencode(fields).encode()
        headers = {"cookie": f"petrel_session={session}", "content-type": "application/x-www-form-urlencoded",
                   "content-length": str(len(body))}
        return await _call(self.gate, method, _filled(command.to, self.town.names), "", headers, body)


async def _things(run: Runner) -> None:
    """What some commands need to be there: an app, a list, a filter, a conversation, an announcement."""
    async def make(path: str, **fields: Any) -> Any:
        answer = await run.api("POST", C(path, **fields))
        assert answer.status == 200, (path, answer.body)
        return answer.json

    names = run.town.names
    made = await make("/api/v1/apps", client_name="x", redirect_uris="urn:ietf:wg:oauth:2.0:oob", scopes="read write")
    names |= {"client": made["client_id"], "secret": made["client_secret"]}
    names["token_of_app"] = (await make("/oauth/token", grant_type="client_credentials", client_id=made["client_id"],
                                        client_secret=made["client_secret"], scope="read"))["access_token"]
    names["list"] = (await make("/api/v1/lists", title="mine"))["id"]
    made = await make("/api/v2/filters", title="mine", context=["home"], keywords_attributes=[{"keyword": "k"}])
    names |= {"filter": made["id"], "keyword": made["keywords"][0]["id"]}
    async with writing(System("tests"), cause="tests") as w:
        await accounts.set_flags(w, run.town.people["ben"].id, discoverable=True)
    made = (await make("/api/v1/collections", name="mine", account_ids=[names["ben"]]))["collection"]
    names |= {"collection": made["id"], "item": made["items"][0]["id"]}
    quote = await make("/api/v1/statuses", status="mine", quoted_status_id=str(run.town.posts["mira.public"]))
    names["quote"] = quote["id"]
    asked = await make("/api/v1/statuses", status="mine", poll={"options": ["yes", "no"], "expires_in": 3600})
    names["poll"] = asked["poll"]["id"]
    names["folder"] = (await make("/api/v1/petrel/bookmark_folders", name="mine"))["id"]
    names["draft"] = (await make("/api/v1/petrel/drafts", status="mine"))["id"]
    names["scheduled"] = (await make("/api/v1/statuses", status="mine", scheduled_at="2099-01-01T00:00:00Z"))["id"]
    talks = (await run.api("GET", C("/api/v1/conversations"))).json
    names["conversation"] = talks[0]["id"]
    async with writing(System("tests"), cause="tests") as w:
        names["announcement"] = await accounts.announcements.publish(w, "hello", starts_at=None, ends_at=None) \
            if hasattr(accounts, "announcements") and hasattr(accounts.announcements, "publish") else 1


async def test_no_command_changes_a_verdict_that_it_does_not_mean_to(site: Doors, owner: Any, tmp_path: Any) -> None:
    site.run_directory = tmp_path / "run"
    site.run_directory.mkdir()
    town = await _town(owner)
    gate = (await front(tmp_path)).gate
    run = Runner(gate, town, await seal.secret("csrf"))
    await _things(run)
    before = await verdicts(owner, town)
    assert len(before) > 1000
    wrong, done, refused, moved = [], 0, [], set()
    work = [(place, command, run.api) for place, commands in API.items() for command in commands]
    random.Random(7).shuffle(work)           # noqa: S311 - in no order of ours, the same each time
    work += [(place, command, run.page) for place, commands in WEB.items() for command in commands]
    for place, command, send in work:
        answer = await send(place.partition(" ")[0], command)
        assert answer.status < 500, (place, answer.status, answer.body)
        if answer.status >= 400:
            refused.append(f"{place} as {command.to}: {answer.status}")
        after = await verdicts(owner, town)
        found = changes(town, before, after)
        wrong += [f"{place} ({command.to}): {c}" for c in found if not command.may(town, c)][:3]
        moved |= {place} if found else set()
        before, done = after, done + 1
    await drain()
    found = changes(town, before, await verdicts(owner, town))
    print(f"{done} commands, {len(before)} verdicts each; {len(moved)} kinds changed some: {sorted(moved)}; "
          f"{len(refused)} refused: {refused}")
    assert not wrong, "\n".join(wrong[:20])
    assert not found, f"what follows the journal changed verdicts: {found[:5]}"
    assert moved >= {f"POST {A}/:id/block", f"POST {A}/:id/mute", f"DELETE {S}/:id", "POST /settings/privacy",
                     "POST /settings/privacy/open", "POST /@{handle}/{post}/audience",
                     "POST /settings/data/erase"}, moved
