"""Publishing posts, many in one transaction. The one way in which a post comes into being (boosts: marking.py)."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from petrel.core import limits, seal
from petrel.core.doors import Row, Writer, writing
from petrel.core.errors import Invalid, PetrelError, Unauthenticated
from petrel.core.ids import cell_of, new_id
from petrel.core.text import clean, parse
from petrel.core.text.grammar import Parsed
from petrel.core.viewer import System
from petrel.features.posts import attaching, newcomers, polls, quotes, rows, rules
from petrel.features.posts.shapes import (
    QUOTE_POLICIES,
    Ask,
    Attachment,
    Audience,
    Carries,
    Content,
    Fresh,
    Named,
    PollText,
    PostNotFound,
    State,
)

BY_HANDLES = "select ord, id from accounts.by_handles($1, $2::text[], $3::text[])"
SEND = "select messages.send($1, $2, $3, $4, $5, $6::bigint[], $7, $8, $9, $10)"


class Work(Struct):
    """One ask on its way through the steps; `error` ends it."""

    ask: Ask
    id: int
    parsed: Parsed
    spoiler: str
    poll: PollText | None = None
    error: PetrelError | None = None
    fresh: Fresh | None = None
    actor: Row | None = None
    parent: Row | None = None
    quoted: Row | None = None
    named: tuple[Named, ...] = ()
    audience: Audience = Audience.PUBLIC
    flags: int = 0
    media: tuple[Attachment, ...] = ()

    @property
    def author(self) -> int:
        return self.ask.member.account

    @property
    def answered(self) -> int | None:
        return None if self.parent is None else int(self.parent["author"])

    @property
    def is_open(self) -> bool:
        return self.error is None and self.fresh is None


async def create_together(asks: list[Ask]) -> list[Fresh | PetrelError]:
    """Opens one door for all the asks; the answers are given after the commit. For `core.together.Together`."""
    async with writing(System("posts"), cause="group commit") as w:
        return await create_many(w, asks)


async def create_many(w: Writer, asks: Sequence[Ask]) -> list[Fresh | PetrelError]:
    """Publishes each draft as its member, or says why not. A key in `once` publishes at most once a day.

    Errors, per ask: Unauthenticated, PostNotFound (what it answers), Invalid. One bad ask does not touch the others.
    """
    works = [prepared(ask, limits.current().post_length) for ask in asks]

    await _look_at_actors(w, works)
    await _look_at_parents(w, works)
    await _look_at_quoted(w, works)
    await _look_at_named(w, works)

    for work in works:
        if work.is_open:
            _decide(work)

    await _hold_back_newcomers(w, works)
    await _take_once(w, works)
    await _attach(w, works)
    left = [k for k in works if k.is_open]
    keys = await seal.new_keys(k.id for k in left)
    await _write_posts(w, [k for k in left if k.audience != Audience.DIRECT], keys)
    for work in left:
        if work.audience == Audience.DIRECT:
            await _send_message(w, work, keys[work.id])

    return [work.error or work.fresh or PetrelError(detail="unfinished work") for work in works]


def prepared(ask: Ask, most: int) -> Work:
    draft = ask.draft
    work = Work(ask, ask.id or new_id(cell_of(ask.member.account)), parse(""), "")
    try:
        work.parsed = parse(clean(draft.text))
        work.spoiler = clean(draft.spoiler, "spoiler_text")
        rules.check_text(work.parsed, work.spoiler, most, carries=bool(draft.media or draft.quote_of))
        work.poll = polls.checked(draft.poll) if draft.poll is not None else None
        if draft.audience in (Audience.SELF, Audience.PROTECTED):
            raise Invalid("visibility", "is not one a post can have")
    except PetrelError as error:
        work.error = error
    return work


async def _look_at_actors(w: Writer, works: list[Work]) -> None:
    standing = await rows.standing(w, [k.ask.member for k in works if k.is_open])
    for work in works:
        work.actor = standing.get(rows.key_of(work.ask.member))
        if work.is_open and work.actor is None:
            work.error = Unauthenticated()


async def _look_at_parents(w: Writer, works: list[Work]) -> None:
    replies = [k for k in works if k.is_open and k.ask.draft.reply_to is not None]
    seen = await rows.judged(w, [k.ask.member.digest for k in replies], [k.ask.draft.reply_to or 0 for k in replies])
    for i, work in enumerate(replies):
        work.parent = seen.get(i)
        if work.parent is None or work.parent["boost_of"] is not None:
            work.error = PostNotFound()
        elif work.ask.id is None:
            work.error = _refusal(quotes.check_answering, work.parent)


def _refusal(check: Callable[..., None], *args: object) -> PetrelError | None:
    try:
        check(*args)
    except PetrelError as error:
        return error
    return None


async def _look_at_quoted(w: Writer, works: list[Work]) -> None:
    asking = [k for k in works if k.is_open and k.ask.draft.quote_of is not None]
    seen = await rows.judged(w, [k.ask.member.digest for k in asking], [k.ask.draft.quote_of or 0 for k in asking])
    for i, work in enumerate(asking):
        work.quoted = seen.get(i)
        if work.quoted is None or work.quoted["boost_of"] is not None:
            work.error = PostNotFound()


async def _look_at_named(w: Writer, works: list[Work]) -> None:
    named = await _resolve(w, [(k.author, k.parsed) for k in works if k.is_open])
    for work, found in zip((k for k in works if k.is_open), named, strict=True):
        work.named = found
        if work.ask.draft.among is not None:
            work.error = _refusal(rules.check_among, found, {*work.ask.draft.among, work.author})


async def named_in(w: Writer, author: int, parsed: Parsed) -> tuple[Named, ...]:
    """The accounts that a text names, in the order of the text, without anybody on either side of a block.

    They stay text: neither told nor given a message.
    """
    return (await _resolve(w, [(author, parsed)]))[0]


async def _resolve(w: Writer, texts: list[tuple[int, Parsed]]) -> list[tuple[Named, ...]]:
    ours = limits.current().domain
    wanted = list({(m.user.lower(), _domain(m.domain, ours)) for _, parsed in texts for m in parsed.mentions})
    if not wanted:
        return [()] * len(texts)
    found = await w.fetch(BY_HANDLES, b"", [u for u, _ in wanted], [d for _, d in wanted])
    numbers = {wanted[r["ord"] - 1]: r["id"] for r in found}
    named = [
        [
            Named(m.acct, numbers[key], m.user, key[1])
            for m in parsed.mentions
            if (key := (m.user.lower(), _domain(m.domain, ours))) in numbers
        ]
        for _, parsed in texts
    ]
    pairs = [(author, n.account) for (author, _), names in zip(texts, named, strict=True) for n in names]
    blocked = (
        {(r[0], r[1]) for r in await w.fetch(rows.BLOCKED_PAIRS, [a for a, _ in pairs], [b for _, b in pairs])}
        if pairs
        else set()
    )
    return [
        tuple(n for n in names if (author, n.account) not in blocked)
        for (author, _), names in zip(texts, named, strict=True)
    ]


def _domain(domain: str | None, local_domain: str) -> str:
    return "" if domain is None or domain.lower() == local_domain else domain.lower()


def _decide(work: Work) -> None:
    assert work.actor is not None
    draft = work.ask.draft
    parent = None if work.parent is None else work.parent["audience"]
    work.audience = rules.audience_of(draft.audience, work.actor["default_audience"], parent)
    work.flags = rules.flags_of(draft, work.actor["is_protected"])
    work.flags |= rules.card_of(work.parsed, work.audience, work.actor["is_protected"], limits.current().domain)
    if draft.audience is None and work.actor["default_sensitive"]:
        work.flags |= State.SENSITIVE
    quotable = QUOTE_POLICIES[work.actor["default_quote"]] if draft.quote_policy is None else draft.quote_policy
    work.flags |= quotable | draft.reply_policy
    if work.quoted is not None:
        work.flags |= Carries.QUOTE
        work.error = _refusal(quotes.check_quoting, work.quoted, work.audience)
    if work.poll is not None:
        work.flags |= Carries.POLL
        work.error = work.error or _refusal(polls.check_place, work.poll, work.audience, bool(draft.media))


async def _hold_back_newcomers(w: Writer, works: list[Work]) -> None:
    fresh = [k for k in works if k.is_open and k.ask.id is None]
    for work, refusal in zip(fresh, await newcomers.refusals(w, fresh), strict=True):
        work.error = work.error or refusal


async def _take_once(w: Writer, works: list[Work]) -> None:
    """Asks whose key was used before get the first post instead of a new one; twins in one batch too."""
    first: dict[tuple[int, bytes], Work] = {}
    keyed = [k for k in works if k.is_open and k.ask.once is not None]
    for work in keyed:
        key = (work.author, work.ask.once or b"")
        twin = first.setdefault(key, work)
        if twin is not work:
            work.fresh = Fresh(twin.id, work.author, twin.audience, is_new=False)
    mine = [first[key] for key in sorted(first)]  # one order of locks in every process
    if not mine:
        return
    cells, authors = [cell_of(k.author) for k in mine], [k.author for k in mine]
    keys = [k.ask.once or b"" for k in mine]
    taken = {r[0] for r in await w.change(rows.TAKE_ONCE, cells, authors, keys, [k.id for k in mine])}
    if len(taken) < len(mine):
        earlier = {(r[0], r[1]): r[2] for r in await w.fetch(rows.FIND_ONCE, cells, authors, keys)}
        for work in mine:
            if work.id not in taken:
                before = earlier[work.author, work.ask.once or b""]
                work.fresh = Fresh(before, work.author, work.audience, is_new=False)
        for work in keyed:
            if work.fresh is not None and work.id not in taken:
                before = earlier.get((work.author, work.ask.once or b""), work.fresh.id)
                work.fresh = Fresh(before, work.author, work.audience, is_new=False)


async def _attach(w: Writer, works: list[Work]) -> None:
    """After `_take_once`: whoever asks twice wants the same uploads twice, and is given the first post."""
    carrying = [k for k in works if k.is_open and k.ask.draft.media]
    if not carrying:
        return
    found = await attaching.attach_many(w, [(k.author, k.id, k.ask.draft) for k in carrying])
    for work, files in zip(carrying, found, strict=True):
        if isinstance(files, PetrelError):
            work.error = files
        else:
            work.media, bits = files
            work.flags |= 0 if work.audience == Audience.DIRECT else bits
    if failed := [k.id for k in carrying if k.error is not None and k.ask.once is not None]:
        # Recorded, since it may be all that this transaction does.
        w.record("posts.once.forgotten", 0, refs=(await w.execute(rows.GIVE_ONCE_BACK, failed),))


async def _write_posts(w: Writer, works: list[Work], keys: dict[int, bytes]) -> None:
    if not works:
        return
    new = [_row(k) for k in works]
    sealed = []
    for work in works:
        work.fresh = _fresh(work, work.ask.member.app)
        sealed.append(seal.seal(keys[work.id], work.id, _content(work).encode()))
    await w.execute(rows.INSERT_POSTS, *rows.columns(new))
    await w.execute(rows.INSERT_CONTENT, [cell_of(k.id) for k in works], [k.id for k in works], sealed)
    await polls.put(w, [(k.id, k.poll) for k in works if k.poll is not None])
    for work, post in zip(works, new, strict=True):
        w.record(
            "posts.post.created",
            work.id,
            actor=work.author,
            cause=work.ask.cause,
            refs=(
                post.reply_to or 0,
                post.reply_to_account or 0,
                post.thread,
                rules.effective(post.audience, post.flags),
                *post.mentions,
            ),
            body=work.parsed.text.encode(),
        )
        if work.quoted is not None:
            w.record("posts.quote.created", work.id, actor=work.author, cause=work.ask.cause,
                     refs=(work.quoted["id"], work.quoted["author"]))


def _row(work: Work) -> rows.NewPost:
    parent = work.parent
    return rows.NewPost(
        id=work.id,
        author=work.author,
        audience=work.audience,
        flags=work.flags,
        reply_to=parent and parent["id"],
        reply_to_account=parent and parent["author"],
        thread=work.id if parent is None or parent["said"] == Audience.DIRECT else parent["thread"],
        mentions=list(dict.fromkeys(n.account for n in work.named)),
        language=_language(work),
        app=work.ask.member.app,
        quote_of=None if work.quoted is None else work.quoted["id"],
    )


def _language(work: Work) -> str | None:
    return rules.language(work.ask.draft.language, work.actor["default_language"] if work.actor is not None else None)


def _content(work: Work) -> Content:
    return Content(work.parsed.text, work.spoiler, work.named, work.media, work.poll)


def _fresh(work: Work, app: int | None, conversation: int | None = None) -> Fresh:
    parent = work.parent
    assert work.actor is not None
    return Fresh(
        work.id,
        work.author,
        work.audience,
        work.flags,
        parent and parent["id"],
        parent and parent["author"],
        _language(work),
        conversation,
        _content(work),
        work.actor["version"],
    )


async def _send_message(w: Writer, work: Work, key: bytes) -> None:
    """A direct post goes into the messages' own schema."""
    parent = work.parent
    in_conversation = parent is not None and parent["said"] == Audience.DIRECT
    conversation = parent["thread"] if parent is not None and in_conversation else new_id(cell_of(work.author))
    sealed = seal.seal(key, work.id, _content(work).encode())
    named = sorted({n.account for n in work.named} - {work.author})
    work.fresh = _fresh(work, work.ask.member.app, conversation)
    await w.fetch(
        SEND,
        work.ask.member.digest,
        work.id,
        conversation,
        work.fresh.reply_to,
        work.fresh.reply_to_account,
        named,
        int(work.flags),
        _language(work),
        work.ask.member.app,
        sealed,
    )
    w.record(
        "messages.message.created",
        work.id,
        actor=work.author,
        cause=work.ask.cause,
        refs=(conversation, *named),
        body=work.parsed.text.encode(),
    )
