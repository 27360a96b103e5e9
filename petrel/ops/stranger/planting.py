"""The decoys: accounts that are nobody's, and things of theirs that nobody else may see. Made once, through the API.

    near  open, follows shy; hides whom it follows      shy    protected
    far   a stranger to both                            shut   blocked by shy
"""

import hmac
import json
import secrets as random
from typing import Any
from urllib.parse import urlencode

from petrel.core import seal
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import Unavailable
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops.stranger.looking import Secret
from petrel.ops.stranger.shapes import Decoys
from petrel.ops.stranger.wire import Answer, Wire

WHO = System("stranger")
CAUSE = "stranger"
PEOPLE = ("shy", "near", "far", "shut")
POSTS = ("protected", "followers", "edited", "message", "answer", "reply", "closed", "open", "deleted")
THINGS = ("list", "filter", "keyword", "app", "collection")
HIDDEN = ("protected", "followers", "edited", "message", "answer", "reply", "closed")
# What each mark stands in, as a breach names it.
KINDS = {
    "bio": "profile of a protected account", "protected": "post of a protected account",
    "followers": "followers-only post", "warning": "content warning of a followers-only post",
    "before": "earlier version of a followers-only post", "after": "followers-only post",
    "message": "private message", "subject": "content warning of a private message", "answer": "private message",
    "reply": "followers-only reply", "closed": "followers-only post", "deleted": "deleted post", "list": "list",
    "filter": "filter", "keyword": "filter", "note": "note on somebody", "followed": "followed hashtag",
    "collection": "collection of a protected account"}

KNOWN = "select name, number from ops.decoy"
KEEP = "insert into ops.decoy (name, number) select * from unnest($1::text[], $2::bigint[]) on conflict do nothing"


class Marks:
    """Words that stand in one decoy each, made from a secret of the keyring and kept nowhere."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __getitem__(self, name: str) -> str:
        return "zq" + hmac.digest(self._secret, f"mark {name}".encode(), "sha256").hex()[:18]


async def marks() -> Marks:
    return Marks(await seal.secret("stranger"))


async def numbers(r: Reader) -> dict[str, int]:
    return {row["name"]: row["number"] for row in await r.fetch(KNOWN)}


def decoys(known: dict[str, int], handles: dict[str, str], made: Marks) -> Decoys:
    return Decoys({n: known[n] for n in PEOPLE}, handles, {n: known[n] for n in POSTS},
                  {n: known[n] for n in THINGS}, made["word"], made["tag"])


def secrets_of(found: Decoys, made: Marks) -> list[Secret]:
    """All marks, and the numbers of what is hidden. Who follows whom is a secret where near hides it."""
    words = [Secret(made[name].encode(), kind) for name, kind in KINDS.items()]
    words += [Secret(b"%d" % found.posts[name], "number of a hidden post") for name in HIDDEN]
    words += [Secret(b"%d" % found.things["list"], "number of a list"),
              Secret(b"%d" % found.things["collection"], KINDS["collection"])]
    shy, near = b"%d" % found.people["shy"], found.people["near"]
    words += [Secret(shy, "whom somebody follows", f"/accounts/{near}/follow"),
              Secret(shy, "who boosted, of a protected account", "/reblogged_by"),
              Secret(b'"blocked_by":true', "that somebody is blocked", "/relationships"),
              Secret(b'"following":true', "whom somebody follows", "/relationships")]
    # Nothing that far owns or was told has to do with them.
    words += [Secret(b"%d" % number, f"what is somebody's own at {place}", place)
              for number in (found.people["shy"], near, found.people["shut"])
              for place in ("/notifications", "/lists", "/conversations", "/blocks", "/mutes", "/follow_requests")]
    # No protected account answers or boosts, as far as strangers can see.
    words += [Secret(text, "number of hidden answers or boosts", f"/statuses/{found.posts['open']}")
              for text in (b'"replies_count":1', b'"reblogs_count":1')]
    return words


async def people() -> dict[str, int]:
    """Makes the accounts, once. No password: nobody can sign in; random handles: nobody can have them before."""
    async with reading(WHO) as r:
        known = await numbers(r)
    if "shy" in known:
        return known
    made = await marks()
    new = [accounts.NewAccount(handle=f"p{random.token_hex(7)}", protected=name == "shy", probe=True,
                               note=made["bio"] if name == "shy" else "") for name in PEOPLE]
    async with writing(WHO, cause=CAUSE) as w:
        ids = await accounts.create_many(w, new)
        await w.execute(KEEP, list(PEOPLE), ids)
        w.record("ops.decoy.planted", ids[0], refs=ids)
    return dict(zip(PEOPLE, ids, strict=True))


class Planter:
    """Writes as the decoys' own people. What was planted before is not planted twice: `Idempotency-Key`."""

    def __init__(self, wire: Wire, tokens: dict[str, str], made: Marks) -> None:
        self._wire, self._tokens, self._made = wire, tokens, made

    async def do(self, who: str, method: str, path: str, once: str = "", **form: Any) -> Any:
        """Errors: Unavailable for any answer but 200."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Content-Type": "application/json"}
        if once:
            headers["Idempotency-Key"] = f"decoy {once}"
        answer: Answer = await self._wire.ask(method, path, headers, json.dumps(form).encode())
        if answer.status != 200:
            raise Unavailable(detail=f"planting: {method} {path} answered {answer.status} {answer.body[:200]!r}")
        return json.loads(answer.body)

    async def post(self, who: str, name: str, visibility: str, before: str = "", after: str = "",
                   **more: Any) -> int:
        text = f"{before}{self._made[name]} {self._made['word']} {after}".strip()
        told = await self.do(who, "POST", "/api/v1/statuses", name, status=text, visibility=visibility, **more)
        return int(told["id"])


async def plant(wire: Wire, tokens: dict[str, str], known: dict[str, int], handles: dict[str, str],
                made: Marks) -> dict[str, int]:
    """Everything but the people; returns all numbers. Errors: Unavailable, NoAnswer."""
    p = Planter(wire, tokens, made)
    shy, near, far, shut = (known[name] for name in PEOPLE)
    await p.do("near", "PATCH", "/api/v1/accounts/update_credentials", hide_collections=True)
    await p.do("near", "POST", f"/api/v1/accounts/{shy}/follow")
    await p.do("shy", "POST", f"/api/v1/follow_requests/{near}/authorize")
    await p.do("shy", "POST", f"/api/v1/accounts/{near}/follow")
    await p.do("shy", "POST", f"/api/v1/accounts/{shut}/block")
    found = dict(known) | await _posts(p, handles, made)
    shelf = await p.do("shy", "POST", "/api/v1/lists", title=made["list"])
    await p.do("shy", "POST", f"/api/v1/lists/{shelf['id']}/accounts", account_ids=[str(near)])
    sieve = await p.do("shy", "POST", "/api/v2/filters", title=made["filter"], context=["home"],
                       keywords_attributes=[{"keyword": made["keyword"]}])
    await p.do("shy", "POST", f"/api/v1/accounts/{near}/note", comment=made["note"])
    await p.do("shy", "POST", f"/api/v1/accounts/{far}/note", comment=made["note"])
    await p.do("shy", "POST", f"/api/v1/tags/{made['followed']}/follow")
    app = await p.do("far", "POST", "/api/v1/apps", client_name="stranger", scopes="read",
                     redirect_uris="urn:ietf:wg:oauth:2.0:oob")
    found |= {"app": int(app["id"]), "list": int(shelf["id"]), "filter": int(sieve["id"]),
              "keyword": int(sieve["keywords"][0]["id"])}
    async with writing(WHO, cause=CAUSE) as w:
        await w.execute(KEEP, list(found), list(found.values()))
        w.record("ops.decoy.planted", shy, refs=list(found.values()))
    return found


async def plant_collection(wire: Wire, tokens: dict[str, str], known: dict[str, int], made: Marks) -> dict[str, int]:
    """What came later than the rest: sites have decoys that know nothing of it. Errors: Unavailable, NoAnswer."""
    p = Planter(wire, tokens, made)
    one = (await p.do("shy", "POST", "/api/v1/collections", name=made["collection"]))["collection"]
    async with writing(WHO, cause=CAUSE) as w:
        await w.execute(KEEP, ["collection"], [int(one["id"])])
        w.record("ops.decoy.planted", known["shy"], refs=[int(one["id"])])
    return known | {"collection": int(one["id"])}


async def _posts(p: Planter, handles: dict[str, str], made: Marks) -> dict[str, int]:
    shy, near, tag = handles["shy"], handles["near"], f"#{made['tag']}"
    found = {"protected": await p.post("shy", "protected", "public", after=tag),
             "followers": await p.post("shy", "followers", "private", spoiler_text=made["warning"]),
             "edited": await p.post("shy", "before", "private"),
             "message": await p.post("shy", "message", "direct", f"@{near} ", spoiler_text=made["subject"]),
             "closed": await p.post("near", "closed", "private", after=tag),
             "open": await p.post("near", "open", "unlisted")}
    await p.do("shy", "PUT", f"/api/v1/statuses/{found['edited']}", status=f"{made['after']} {made['word']}")
    found["answer"] = await p.post("near", "answer", "direct", f"@{shy} ", in_reply_to_id=str(found["message"]))
    found["reply"] = await p.post("shy", "reply", "private", f"@{near} ", in_reply_to_id=str(found["open"]))
    found["deleted"] = await p.post("near", "deleted", "unlisted")
    await p.do("near", "DELETE", f"/api/v1/statuses/{found['deleted']}")
    for target in (f"/{found['protected']}/pin", f"/{found['protected']}/bookmark", f"/{found['open']}/favourite",
                   f"/{found['open']}/reblog"):
        await p.do("shy", "POST", "/api/v1/statuses" + target)
    await p.do("near", "POST", f"/api/v1/statuses/{found['protected']}/favourite")
    return found


def bulk(posts: list[int]) -> str:
    return "/api/v1/statuses?" + urlencode([("id[]", str(number)) for number in posts])
