"""The StatusEdit entity: a post as it once read."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from petrel.api.present import attachments, emojis, gates
from petrel.api.present.rendered import rfc3339, targets_of
from petrel.api.present.statuses import of_shown
from petrel.core import limits
from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.ids import at_of
from petrel.core.text import parse, render
from petrel.features import media, posts
from petrel.features.posts import Content, State, Surface


class OptionVersion(Struct):
    title: str


class PollVersion(Struct):
    options: list[OptionVersion]


class Version(Struct):
    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: msgspec.Raw
    media_attachments: list[attachments.Entity] = []
    emojis: list[dict[str, Any]] = []
    poll: PollVersion | UnsetType = UNSET


async def versions(r: Reader, number: int, *, reveal: bool = False) -> list[Version]:
    """All versions, oldest first, the current one last. Errors: NotFound.

    What waits behind a notice as a post does so here. Of a direct post only the current version is kept.
    """
    found = await posts.shown(r, Surface.API, [number])
    entities = await of_shown(r, Surface.API, found)
    if not entities or found[0].boosted is not None:
        raise NotFound
    row = found[0].row
    account = msgspec.json.decode(entities[0][1], type=dict[str, msgspec.Raw])["account"]
    notice = "" if reveal else gates.notice_of(row, Surface.API)
    if notice:
        return [await _version(r, Content("", notice), Content(""), True, _last_change(row), account)]
    if row["conversation"] is not None:
        current = (await posts.contents([row])).get(number, Content(""))
        return [await _version(r, current, current, bool(row["states"] & State.SENSITIVE), _last_change(row), account)]
    all_of_it = await posts.history(r, number, reveal=reveal)
    now = all_of_it[-1].content if all_of_it else Content("")
    return [await _version(r, one.content, now, one.is_sensitive, one.at, account) for one in all_of_it]


def _last_change(row: Row) -> datetime:
    changed: datetime | None = row["edited_at"]
    return changed or at_of(row["id"])


async def _version(r: Reader, content: Content, now: Content, is_sensitive: bool, at: datetime,
                   account: msgspec.Raw) -> Version:
    """Of its files those that are there still: what was edited away is gone."""
    base = limits.current().base_url
    text = render(parse(content.text), targets_of(content), lambda tag: f"{base}/tags/{tag}")
    there = {one.id for one in now.media}
    signer = await media.signer()
    signs = len(r.digest) == media.DIGEST_BYTES
    files = [attachments.entity(one, signer.sign(r.digest, one.id).decode() if signs else "")
             for one in content.media if one.id in there]
    version = Version(text, content.spoiler, is_sensitive, rfc3339(at), account, files,
                      emojis.in_text(content.text, content.spoiler))
    if content.poll is not None:
        version.poll = PollVersion([OptionVersion(one) for one in content.poll.options])
    return version
