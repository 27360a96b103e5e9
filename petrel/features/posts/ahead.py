"""Posts that are written now and published later."""

from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import Writer
from petrel.core.errors import Unauthenticated
from petrel.core.viewer import Member
from petrel.features.posts import rows, writing
from petrel.features.posts.shapes import QUOTE_POLICIES, Ask, Audience, Draft, PostNotFound


async def settled(w: Writer, draft: Draft) -> Draft:
    """The draft as it will be published: checked as it would be now, with what nobody said filled in by what the
    account's posts have by default now. Once more it is checked when it is published.

    Errors: Unauthenticated, PostNotFound (what it answers), Empty, TooLong, Invalid.
    """
    assert isinstance(w.viewer, Member)
    work = writing.prepared(Ask(w.viewer, draft, w.cause), limits.current().post_length)
    if work.error is not None:
        raise work.error
    standing = (await rows.standing(w, [w.viewer])).get(rows.key_of(w.viewer))
    if standing is None:
        raise Unauthenticated
    if draft.reply_to is not None:
        parent = (await rows.judged(w, [w.digest], [draft.reply_to])).get(0)
        if parent is None or parent["boost_of"] is not None:
            raise PostNotFound
    asked = draft.audience is not None
    return replace(
        draft,
        audience=draft.audience if asked else Audience(standing["default_audience"]),
        is_sensitive=draft.is_sensitive or (not asked and standing["default_sensitive"]),
        language=draft.language or standing["default_language"],
        quote_policy=QUOTE_POLICIES[standing["default_quote"]] if draft.quote_policy is None else draft.quote_policy,
    )
