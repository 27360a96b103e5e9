"""Keeps the index up with the journal."""

from petrel.core.doors import Writer, deriving
from petrel.core.jobs import job
from petrel.core.journal import Entry, follow
from petrel.features.search import building, indexing, rows

TOP = (1 << 63) - 1


@follow("search", "posts.post.created", "posts.post.imported", "posts.post.edited", "posts.post.narrowed",
        "posts.post.widened", "posts.post.deleted", "accounts.account.created", "accounts.profile.changed",
        "accounts.account.changed", surface="srch")
async def index(w: Writer, entries: list[Entry]) -> None:
    """Twice: the same rows again. Late: new posts are found late. Never: a post is not found until it is edited or
    the index is built anew; a deleted one stays as hashes, is shown to nobody, and the sweep of the room
    `deletions` names it."""
    put: dict[int, bool] = {}
    people: dict[int, None] = {}
    changed: dict[int, None] = {}
    edited: list[int] = []
    for e in entries:
        if e.kind.startswith("posts."):
            put[e.subject] = e.kind != "posts.post.deleted"
            if e.kind == "posts.post.edited":
                edited.append(e.subject)
        elif e.kind == "accounts.account.changed":
            changed[e.subject] = None
        else:
            people[e.subject] = None
    await indexing.hold(w)

    gone = [post for post, is_there in put.items() if not is_there]
    before = await w.change(rows.DROP_POSTS, gone) if gone else []
    if edited:
        before += await w.fetch(rows.WORDS_OF, edited)
    await indexing.put_posts(w, [post for post, is_there in put.items() if is_there])
    if before:
        await indexing.forget_tags(w, (word for row in before for word in row["words"]))
    if people:
        await indexing.put_accounts(w, list(people))
    for account in changed:
        w.later("search.reopen", {"account": account}, lane="bulk", once=f"search.reopen {account}")


@job("search.reopen")
async def reopen(account: int) -> None:
    """Somebody may have agreed to be found, or no longer. Twice: no effect. Late: their posts are proposed by the old
    rule meanwhile; the law asks the account. Never: the dead letter is listed."""
    below = TOP
    while below:
        async with deriving("search") as w:
            await indexing.hold(w)
            below = await indexing.reopen(w, account, below)


__all__ = ["building", "index", "reopen"]
