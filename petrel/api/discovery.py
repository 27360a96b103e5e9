"""How other servers and apps find things: host-meta, WebFinger, NodeInfo, and the actor document.

Nothing is delivered to other servers yet, but addresses are final. An actor is shown as the law shows an account to
somebody not signed in: of a protected one the first line, of a suspended one nothing.
source: RFC 7033 (WebFinger), RFC 6415 (host-meta), the NodeInfo schemas 2.0 and 2.1, ActivityPub section 4.1.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from petrel.api.http import Call, Id, Reply, route
from petrel.api.http.lenient import read_id
from petrel.api.instance import SHORTLY, counts
from petrel.api.present import cards
from petrel.core import limits
from petrel.core.doors import Row, reading
from petrel.core.errors import Invalid, NotFound
from petrel.core.text import handles, parse, render
from petrel.core.viewer import Anonymous
from petrel.features import accounts
from petrel.features.accounts import actors
from petrel.storage import build

JRD = b"application/jrd+json; charset=utf-8"
XRD = b"application/xrd+xml; charset=utf-8"
ACTIVITY = b"application/activity+json; charset=utf-8"
# What a change of an account may be late by in shared caches. source: visibility.md section 11.
BRIEFLY = b"public, max-age=10"
NO_POSTS = "accounts by their first line, not posts"
FULL = 2


class FingerForm(Struct, frozen=True, kw_only=True):
    resource: str


class ActorForm(Struct, frozen=True, kw_only=True):
    id: Id


@route("GET", "/.well-known/host-meta", scope="public", surface="none", why_no_surface=NO_POSTS)
async def host_meta(call: Call) -> Reply:
    base = limits.current().base_url
    body = ('<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
            f'  <Link rel="lrdd" template="{base}/.well-known/webfinger?resource={{uri}}"/>\n</XRD>\n')
    return Reply(body.encode(), type=XRD, cache=SHORTLY)


@route("GET", "/.well-known/webfinger", scope="public", surface="none", why_no_surface=NO_POSTS)
async def webfinger(call: Call, form: FingerForm) -> Reply:
    """`resource`: acct:user@domain, or the address of an actor or a profile. Errors: NotFound."""
    row, profile = await _card(await _named(form.resource))
    actor, page = actors.actor_url(row["id"]), actors.profile_url(row["handle"])
    return Reply({
        "subject": f"acct:{row['handle']}@{actors.own_domain()}",
        "aliases": [page, actor],
        "links": [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": page},
            {"rel": "self", "type": "application/activity+json", "href": actor},
            {"rel": "http://webfinger.net/rel/avatar", **_picture(cards.avatar_of(row["id"], profile), "href")},
        ]}, type=JRD, cache=BRIEFLY)


@route("GET", "/.well-known/nodeinfo", scope="public", surface="none", why_no_surface=NO_POSTS)
async def nodeinfo_links(call: Call) -> Reply:
    base = limits.current().base_url
    return Reply({"links": [
        {"rel": f"http://nodeinfo.diaspora.software/ns/schema/{v}", "href": f"{base}/nodeinfo/{v}"}
        for v in ("2.0", "2.1")]}, cache=SHORTLY)


@route("GET", "/nodeinfo/2.0", scope="public", surface="none", why_no_surface=NO_POSTS)
async def nodeinfo(call: Call) -> Reply:
    return await _nodeinfo("2.0")


@route("GET", "/nodeinfo/2.1", scope="public", surface="none", why_no_surface=NO_POSTS)
async def nodeinfo_newer(call: Call) -> Reply:
    return await _nodeinfo("2.1")


@route("GET", "/ap/users/:id", scope="public", surface="none", why_no_surface=NO_POSTS)
async def actor(call: Call, form: ActorForm) -> Reply:
    row, profile = await _card(form.id)
    key = await actors.actor_key(form.id, cause=call.id)
    body = msgspec.json.encode(_document(row, profile, key.public_key))
    return Reply(body, type=ACTIVITY, cache=BRIEFLY, headers=((b"vary", b"Accept, Signature"),))


async def _named(resource: str) -> int:
    """The number of the account of ours that is meant. Errors: NotFound."""
    base = limits.current().base_url
    if resource.startswith(f"{base}/ap/users/"):
        return read_id(resource.removeprefix(f"{base}/ap/users/"))
    acct = resource.removeprefix("acct:")
    if resource.startswith(f"{base}/@"):
        acct = unquote(urlsplit(resource).path[2:])
    try:
        handle, domain = handles.address(acct, actors.own_domain())
    except Invalid:
        raise NotFound from None
    if domain is not None:
        raise NotFound
    async with reading(Anonymous()) as r:
        found = await accounts.ids_by_handle(r, [handle])
    if handle not in found:
        raise NotFound
    return found[handle]


async def _card(account: int) -> tuple[Row, accounts.Profile]:
    """An account of ours as anybody may see it. Errors: NotFound for hidden and missing ones alike."""
    async with reading(Anonymous()) as r:
        row = await r.row("select * from accounts.cards($1, $2, $3)", r.digest, [account], [0])
    if row is None or row["domain"] is not None:
        raise NotFound
    return row, (await accounts.open_profiles([row]))[account]


def _document(row: Row, profile: accounts.Profile, public_key: str) -> dict[str, Any]:
    number, base = row["id"], limits.current().base_url
    address = actors.actor_url(number)
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", CONTEXT],
        "id": address,
        "type": "Service" if row["is_bot"] else "Person",
        "preferredUsername": row["handle"],
        "name": profile.display_name or row["handle"],
        "url": actors.profile_url(row["handle"]),
        "inbox": f"{address}/inbox",
        "outbox": f"{address}/outbox",
        "followers": f"{address}/followers",
        "following": f"{address}/following",
        "endpoints": {"sharedInbox": f"{base}/ap/inbox"},
        "manuallyApprovesFollowers": row["is_protected"],
        "icon": _image(cards.avatar_of(number, profile)),
        "publicKey": {"id": actors.key_url(number), "owner": address, "publicKeyPem": public_key},
    }
    if row["shell"] == FULL:
        document |= {
            "summary": _html(profile.note),
            "published": row["joined_at"].strftime("%Y-%m-%dT00:00:00Z"),
            "discoverable": row["is_discoverable"],
            "indexable": row["is_indexable"],
            "image": _image(cards.header_of(number, profile)),
            "attachment": [{"type": "PropertyValue", "name": f.name, "value": _html(f.value)} for f in profile.fields],
        }
    return document


def _picture(url: str, name: str) -> dict[str, str]:
    return {"type": "image/jpeg" if url.endswith(".jpg") else "image/png", name: url}


def _image(url: str) -> dict[str, str]:
    said = _picture(url, "url")
    return {"type": "Image", "mediaType": said["type"], "url": url}


CONTEXT = {
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "toot": "http://joinmastodon.org/ns#",
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
}


def _html(text: str) -> str:
    base = limits.current().base_url
    return render(parse(text), {}, lambda tag: f"{base}/tags/{tag}")


async def _nodeinfo(version: str) -> Reply:
    site, size = limits.current(), await counts()
    return Reply({
        "version": version,
        "software": {"name": "petrel", "version": build.VERSION},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": site.registrations in ("open", "approval"),
        "usage": {"users": {"total": size.accounts, "activeMonth": size.active}, "localPosts": size.posts},
        "metadata": {"nodeName": site.site_name, "nodeDescription": site.site_description},
    }, cache=SHORTLY, type=(b'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/'
                            + version.encode() + b'#"; charset=utf-8'))
