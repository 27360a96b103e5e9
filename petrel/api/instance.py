"""What the site says of itself. Only what there is: a feature that is not built has 0 or nothing here."""

import time
from calendar import timegm
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec

from petrel.api import present
from petrel.api.http import Call, Reply, route
from petrel.api.present import emojis
from petrel.core import limits
from petrel.core.doors import Reader, reading
from petrel.core.viewer import Anonymous
from petrel.features import about, accounts, media, posts, push
from petrel.features.discovery import activity
from petrel.features.relationships import tags
from petrel.storage import build

# Apps choose what they try by this number and by the figure in `api_versions`; it must not promise what is missing.
# What each figure promises, and what keeps it here: decision 0054.
VERSION = f"4.6.0 (compatible; Petrel {build.VERSION})"
API_VERSION = 10
NO_POSTS = "the site itself, not posts"
LINK_LENGTH = 23
SHORTLY = b"public, max-age=60"

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """What one slow question answered, for some seconds, in this process."""

    def __init__(self, keep_s: float) -> None:
        self._keep_s = keep_s
        self._until = 0.0
        self._value: Value | None = None

    async def get(self, ask: Callable[[], Awaitable[Value]]) -> Value:
        if self._value is None or time.monotonic() >= self._until:
            # Put off first: those who come meanwhile get the old value, and a failure is not asked again at once.
            self._until = time.monotonic() + self._keep_s
            self._value = await ask()
        return self._value

    def forget(self) -> None:
        self._value = None


SUMMARY: Remembered[about.Summary] = Remembered(10)
COUNTS: Remembered[accounts.Counts] = Remembered(300)
PEERS: Remembered[list[str]] = Remembered(300)
WEEKS: Remembered[list[activity.Week]] = Remembered(300)


async def counts() -> accounts.Counts:
    async def ask() -> accounts.Counts:
        async with reading(Anonymous()) as r:
            return await accounts.counts(r)
    return await COUNTS.get(ask)


async def summary() -> about.Summary:
    """The rules, and which texts there are."""
    async def ask() -> about.Summary:
        async with reading(Anonymous()) as r:
            return await about.summary(r)
    return await SUMMARY.get(ask)


async def peers() -> list[str]:
    async def ask() -> list[str]:
        async with reading(Anonymous()) as r:
            return await accounts.domains(r)
    return await PEERS.get(ask)


@route("GET", "/api/v2/instance", scope="public", surface="none", why_no_surface=NO_POSTS)
async def show(call: Call) -> Reply:
    site, size, said = limits.current(), await counts(), await summary()
    addresses = {kind: f"{site.base_url}/{kind}" if kind in said.kinds else None for kind in ("privacy", "terms")}
    configuration: dict[str, Any] = {
        "urls": {"streaming": site.base_url.replace("http", "ws", 1), "status": None,
                 "about": f"{site.base_url}/about", "privacy_policy": addresses["privacy"],
                 "terms_of_service": addresses["terms"]},
        "vapid": {"public_key": await push.server_key()},
        **_configuration(),
        "timelines_access": {feeds: {"local": "public", "remote": "public"}
                             for feeds in ("live_feeds", "hashtag_feeds", "trending_link_feeds")},
        "translation": {"enabled": bool(site.translate_url)},
        "limited_federation": False,
    }
    return Reply({
        "domain": accounts.actors.own_domain(),
        "title": site.site_name,
        "version": VERSION,
        "source_url": f"{site.base_url}/about",
        "description": site.site_description,
        "usage": {"users": {"active_month": size.active}},
        "thumbnail": {"url": f"{site.base_url}/headers/0.png"},
        "icon": [],
        "languages": ["en"],
        "configuration": configuration,
        "registrations": {
            "enabled": site.registrations in ("open", "approval"),
            "approval_required": site.registrations == "approval",
            "reason_required": site.registrations == "approval",
            "message": _closed_because(), "min_age": None, "url": None},
        "api_versions": {"mastodon": API_VERSION},
        "contact": {"email": site.contact_email, "account": await _contact()},
        "rules": said.rules,
    }, cache=SHORTLY)


@route("GET", "/api/v1/instance", scope="public", surface="none", why_no_surface=NO_POSTS, deprecated=True)
async def show_v1(call: Call) -> Reply:
    site, size, said = limits.current(), await counts(), await summary()
    return Reply({
        "uri": accounts.actors.own_domain(),
        "title": site.site_name,
        "short_description": site.site_description,
        "description": site.site_description,
        "email": site.contact_email,
        "version": VERSION,
        "urls": {"streaming_api": site.base_url.replace("http", "ws", 1)},
        "stats": {"user_count": size.accounts, "status_count": size.posts, "domain_count": len(await peers())},
        "thumbnail": f"{site.base_url}/headers/0.png",
        "languages": ["en"],
        "registrations": site.registrations in ("open", "approval"),
        "approval_required": site.registrations == "approval",
        "invites_enabled": site.registrations == "invite",
        "configuration": _configuration(),
        "contact_account": await _contact(),
        "rules": said.rules,
    }, cache=SHORTLY)


@route("GET", "/api/v1/instance/peers", scope="public", surface="none", why_no_surface=NO_POSTS)
async def list_peers(call: Call) -> Reply:
    return Reply(await peers(), cache=SHORTLY)


@route("GET", "/api/v1/instance/activity", scope="public", surface="none", why_no_surface=NO_POSTS)
async def tell_activity(call: Call) -> Reply:
    """The last weeks, as they were counted; numbers are text: so apps know them."""
    async def ask() -> list[activity.Week]:
        async with reading(Anonymous()) as r:
            return await activity.weeks(r)
    return Reply([{"week": str(timegm(one.monday.timetuple())), "statuses": str(one.posts),
                   "logins": str(one.sign_ins), "registrations": str(one.joined)} for one in await WEEKS.get(ask)],
                 cache=SHORTLY)


@route("GET", "/api/v1/instance/rules", scope="public", surface="none", why_no_surface=NO_POSTS)
async def list_rules(call: Call) -> Reply:
    return Reply((await summary()).rules, cache=SHORTLY)


@route("GET", "/api/v1/custom_emojis", scope="public", surface="none", why_no_surface=NO_POSTS)
async def custom_emojis(call: Call) -> Reply:
    return Reply(emojis.every(), cache=SHORTLY)


def _configuration() -> dict[str, Any]:
    return {
        "accounts": {
            "max_featured_tags": tags.MOST_FEATURED, "max_pinned_statuses": 5,
            "max_profile_fields": accounts.rules.MOST_FIELDS,
            "profile_field_name_limit": accounts.rules.FIELD_NAME_LENGTH,
            "profile_field_value_limit": accounts.rules.FIELD_VALUE_LENGTH,
            "max_display_name_length": accounts.rules.DISPLAY_NAME_LENGTH,
            "max_note_length": accounts.rules.NOTE_LENGTH,
            "max_avatar_description_length": accounts.rules.DESCRIPTION_LENGTH,
            "max_header_description_length": accounts.rules.DESCRIPTION_LENGTH},
        "statuses": {"max_characters": limits.current().post_length,
                     "max_media_attachments": media.rules.MOST_IN_A_POST,
                     "characters_reserved_per_url": LINK_LENGTH},
        "media_attachments": media.rules.told(),
        "polls": {"max_options": posts.polls.MOST_OPTIONS, "max_characters_per_option": posts.polls.LONGEST_OPTION,
                  "min_expiration": posts.polls.SHORTEST_S, "max_expiration": posts.polls.LONGEST_S},
    }


def _closed_because() -> str | None:
    return {"open": None, "approval": None, "invite": "Joining needs an invitation from somebody who is here",
            "closed": "Nobody can join just now"}[limits.current().registrations]


async def _contact() -> msgspec.Raw | None:
    async with reading(Anonymous()) as r:
        return await _contact_account(r)


async def _contact_account(r: Reader) -> msgspec.Raw | None:
    """The first owner, as anybody may see them."""
    owner = await accounts.contact(r)
    found = [] if owner is None else await present.accounts(r, [owner])
    return msgspec.Raw(found[0]) if found else None
