"""Why the viewer sees a post: an API of our own (docs/own-api.md), in words and in codes."""

from msgspec import Struct

from petrel.api.http import Call, Id, route
from petrel.core.doors import reading
from petrel.features import reasons
from petrel.features.reasons import Reason, Reasons

AUDIENCES = {"followers": "private"}        # as a Status calls it
BECAUSE = {
    "own": "You wrote it.",
    "named": "It is for those whom it names, and you are one of them.",
    "follows": "It is for the followers of @{author}, and you are one of them.",
    "everybody": "It is for everybody.",
}
WORDS = {
    "own": "It is yours.",
    "mention": "It names you.",
    "reply_to_you": "It answers you.",
    "follows": "You follow @{acct}.",
    "boost": "@{acct}, whom you follow, boosted it.",
    "list": "@{acct} is on your list {name}.",
    "tag": "You follow #{name}.",
    "reply_to_followed": "It answers @{acct}, whom you follow.",
    "public": "It is public, and stands in the public timeline of this site.",
    "link": "Nothing of yours brings it to you: it is seen by who opens it, or the profile of @{author}.",
}


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class WhyReason(Struct):
    code: str
    text: str
    account_id: str | None
    acct: str | None
    list_id: str | None
    name: str | None


class WhyFilter(Struct):
    id: str
    title: str
    filter_action: str


class Why(Struct):
    status_id: str
    visibility: str
    because: str
    text: str
    reasons: list[WhyReason]
    filters: list[WhyFilter]


@route("GET", "/api/v1/petrel/statuses/:id/why", scope="read", surface="api")
async def why(call: Call, form: Address) -> Why:
    async with reading(call.viewer) as r:
        return entity(await reasons.why(r, form.id))


def entity(found: Reasons) -> Why:
    return Why(
        str(found.post), AUDIENCES.get(found.audience, found.audience), found.because,
        BECAUSE[found.because].format(author=found.author.acct), [_reason(one, found) for one in found.reasons],
        [WhyFilter(str(one.id), one.title, one.action) for one in found.filters])


def _reason(one: Reason, found: Reasons) -> WhyReason:
    acct = one.account.acct if one.account else None
    text = WORDS[one.code].format(acct=acct, name=one.name, author=found.author.acct)
    return WhyReason(one.code, text, str(one.account.id) if one.account else None, acct,
                     str(one.id) if one.id else None, one.name or None)
