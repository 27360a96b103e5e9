"""Editing and deleting one's own posts, direct ones included."""

from msgspec import UNSET, UnsetType

from petrel.core import journal, limits, seal
from petrel.core.doors import Row, Writer, deriving
from petrel.core.jobs import job
from petrel.core.text import clean, parse
from petrel.core.viewer import Member
from petrel.features import media
from petrel.features.posts import attaching, clearing, newcomers, polls, rows, rules
from petrel.features.posts.shapes import (
    Audience,
    Carries,
    Content,
    Draft,
    PollDraft,
    PostNotFound,
    State,
    decode_content,
)
from petrel.features.posts.writing import named_in

REWRITE = "select posts.rewrite($1, $2, $3, $4, $5, $6::bigint[])"
CHANGE_MESSAGE = "select messages.change($1, $2, $3, $4, $5)"
OWN = "select * from posts.own_entry('posts', $1, $2)"


Own = tuple[Content, Row]
"""One's own post: its plain content, and its row (law.entry)."""


async def own_row(w: Writer, post: int) -> Row:
    """The row of the actor's own post, for changing it: an app needs the scope to write, not to read.
    Errors: PostNotFound."""
    row = await w.row(OWN, w.digest, post)
    if row is None or row["sealed"] is None:
        raise PostNotFound
    return row


async def own(w: Writer, post: int) -> Own:
    """As `own_row`, opened. Errors: PostNotFound."""
    row = await own_row(w, post)
    keys = await seal.keys([post])
    if post not in keys:
        raise PostNotFound
    return decode_content(seal.open_sealed(keys[post], post, row["sealed"])), row


async def edit(
    w: Writer, post: int, draft: Draft, *, poll: PollDraft | UnsetType | None = UNSET, before: Own | None = None
) -> Content:
    """Replaces text, content warning, sensitivity, language and files; audience and parent stay. The old text is kept.
    A poll stays unless another is given, or None, which takes it away; other options begin without votes. `before`: the
    post as `own` gave it in this transaction, where the caller has it. Returns what it says now.

    Errors: PostNotFound, Empty, TooLong, Invalid.
    """
    assert isinstance(w.viewer, Member)
    old, row = before or await own(w, post)
    parsed, spoiler = parse(clean(draft.text)), clean(draft.spoiler, "spoiler_text")

    carries = bool(draft.media or row["states"] & Carries.QUOTE)
    rules.check_text(parsed, spoiler, limits.current().post_length, carries=carries)
    await newcomers.check_links(w, w.viewer.account, parsed)

    named = await named_in(w, w.viewer.account, parsed)
    files, bits = attaching.NONE
    if draft.media or old.media:
        files, bits = await attaching.attach(w, w.viewer.account, post, draft)
    bits |= rules.card_of(parsed, Audience(row["audience"]), False, limits.current().domain)
    new_poll = old.poll if isinstance(poll, UnsetType) else polls.checked(poll) if poll is not None else None
    polls.check_place(new_poll, row["audience"], bool(files))
    content = Content(parsed.text, spoiler, named, files, new_poll)
    flags = int(rules.flags_of(draft, False)) | (0 if row["audience"] == Audience.DIRECT else bits)
    flags |= Carries.POLL if new_poll is not None else 0
    language = rules.language(draft.language, row["language"])
    sealed = seal.seal((await seal.keys([post]))[post], post, content.encode())
    if row["audience"] == Audience.DIRECT:
        done = await w.value(CHANGE_MESSAGE, w.digest, post, flags, language, sealed)
    else:
        done = await w.value(REWRITE, w.digest, post, sealed, flags, language, [n.account for n in named])
    if done is None:
        raise PostNotFound
    await polls.replace(w, post, old.poll, new_poll)
    kind = "messages.message.edited" if row["audience"] == Audience.DIRECT else "posts.post.edited"
    w.record(kind, post, refs=[n.account for n in named], body=parsed.text.encode())
    return content


async def delete(w: Writer, post: int, *, before: Own | None = None) -> Own:
    """Deletes one's own post: its text is gone with this commit, its key right after. Returns what it said. `before`:
    as in `edit`.

    A tombstone stays for 90 days, so that replays cannot bring it back. Errors: PostNotFound.
    """
    assert isinstance(w.viewer, Member)
    content, row = before or await own(w, post)

    if row["audience"] == Audience.DIRECT:
        named = await w.value(CHANGE_MESSAGE, w.digest, post, 0, None, None)
        if named is None:
            raise PostNotFound
        w.record("messages.message.deleted", post, refs=(row["conversation"], *named))
    elif not await _empty(w, post, w.viewer.account):
        raise PostNotFound
    if content.media:
        await media.drop_of(w, [post])
    w.later("posts.destroy_keys", {"ids": [post]}, lane="urgent")
    return content, row


async def _empty(w: Writer, post: int, author: int | None) -> bool:
    """Makes a tombstone of a post, with its content and all its versions gone; False when it is not there."""
    gone = await w.change(rows.DELETE_POST, post, author)
    if not gone:
        return False
    await w.execute(rows.EMPTY_CONTENT, post)
    await w.execute(rows.EMPTY_EDITS, post)
    before = gone[0]
    if before["quote_of"]:
        w.record("posts.quote.removed", post, refs=(before["quote_of"],), actor=author)
    if before["flags"] & Carries.POLL:
        await polls.drop(w, post)
    w.record(
        "posts.post.deleted",
        post,
        refs=(
            before["reply_to"] or 0,
            before["boost_of"] or 0,
            author or 0,
            # What moderators took down counts nowhere any more.
            Audience.SELF if before["flags"] & State.REMOVED else rules.effective(before["audience"], before["flags"]),
        ),
        actor=author,
    )
    return True


@job("posts.destroy_keys")
async def destroy_keys(ids: list[int]) -> None:
    """Twice: no effect. Late: ciphertext is gone from the table already, only copies elsewhere could be read
    meanwhile. Never: the dead letter is listed, and the deletion drill finds the key."""
    await seal.destroy(ids)
    async with deriving("posts.destroy_keys") as w:
        for post in ids:
            await w.execute(journal.ERASE_SALTS, post)  # no digest may confirm what somebody guesses it said
        if marked := [row[0] for row in await w.fetch(clearing.MARKED_OF, ids)]:
            w.later("posts.clear", {"ids": marked})
