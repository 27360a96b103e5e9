"""Likes, bookmarks, pins, muted threads and boosts, many in one transaction."""

from collections import Counter
from collections.abc import Sequence

from petrel.core.doors import Row, Writer, writing
from petrel.core.errors import Invalid, PetrelError, Unauthenticated
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import System
from petrel.features.posts import rows, rules
from petrel.features.posts.shapes import Audience, Mark, MarkAsk, Marked, NotForBoosting, PostNotFound, State

MOST_PINNED = 5
ORIGINALS = "select o.ord, p.boost_of from unnest($1::bigint[]) with ordinality o(id, ord) \
join posts.post p on p.cell = law.cell(o.id) and p.id = o.id where p.boost_of is not null"
# A boost is a post and a mark. Whoever sets one and takes it back at the same time must not end with half of it.
ONE_AT_A_TIME = "select pg_advisory_xact_lock(a) from unnest($1::bigint[]) a"
# Only what the member has marked: to anybody else a hidden post must look like none.
UNSEEN = """
select o.ord, p.id, p.author, p.likes, p.boosts
  from unnest($1::bigint[], $2::bigint[], $3::smallint[]) with ordinality o(id, account, bit, ord)
  join posts.mark m on m.cell = law.cell(o.account) and m.account = o.account and m.post = o.id and m.bits & o.bit <> 0
  join posts.post p on p.cell = law.cell(o.id) and p.id = o.id
"""
COUNT_PINS = "select count(*) from posts.mark where cell = law.cell($1) and account = $1 and pin_id is not null"

PAST = {Mark.LIKE: "like", Mark.BOOKMARK: "bookmark", Mark.PIN: "pin", Mark.MUTE: "mute", Mark.BOOST: "boost"}


async def mark_together(asks: list[MarkAsk]) -> list[Marked | PetrelError]:
    """Opens one door for all the asks; the answers are given after the commit. For `core.together.Together`."""
    async with writing(System("posts"), cause="group commit") as w:
        return await mark_many(w, asks)


async def mark_many(w: Writer, asks: Sequence[MarkAsk]) -> list[Marked | PetrelError]:
    """Sets or clears one mark each. Doing it twice changes nothing. A mark on a boost falls on the boosted post.

    Errors, per ask: Unauthenticated, PostNotFound (missing, or not for this member to see), NotForBoosting, Invalid
    (pins).
    """
    standing = await rows.standing(w, [a.member for a in asks])
    answers: list[Marked | PetrelError] = [Unauthenticated() for _ in asks]
    places = [i for i, a in enumerate(asks) if rows.key_of(a.member) in standing]
    done = await _mark_as(w, [asks[i] for i in places], standing)
    for i, answer in zip(places, done, strict=True):
        answers[i] = answer
    return answers


async def _mark_as(w: Writer, asks: Sequence[MarkAsk], standing: rows.Standing) -> list[Marked | PetrelError]:
    boosters = sorted({a.member.account for a in asks if a.mark == Mark.BOOST})
    if boosters:
        await w.fetch(ONE_AT_A_TIME, boosters)
    posts = await _originals(w, [a.post for a in asks])
    answers: list[Marked | PetrelError] = [PostNotFound() for _ in asks]
    for turn in _turns(asks, posts):
        done = await _mark_each(w, [asks[i] for i in turn], [posts[i] for i in turn], standing)
        for i, answer in zip(turn, done, strict=True):
            answers[i] = answer
    return answers


def _turns(asks: Sequence[MarkAsk], posts: list[int]) -> list[list[int]]:
    """Positions, so that nobody marks one post twice in a turn: a statement touches a row once, and each mark has
    its own entry in the journal. Nearly always one turn."""
    turns: list[list[int]] = []
    taken: Counter[tuple[int, int]] = Counter()
    for i, ask in enumerate(asks):
        pair = (ask.member.account, posts[i])
        if taken[pair] == len(turns):
            turns.append([])
        turns[taken[pair]].append(i)
        taken[pair] += 1
    return turns


async def _mark_each(
    w: Writer, asks: Sequence[MarkAsk], posts: list[int], standing: rows.Standing
) -> list[Marked | PetrelError]:
    seen = await rows.judged(w, [a.member.digest for a in asks], posts)
    # Taking one's own mark back needs no sight of the post: it may have been hidden since.
    blind = [i for i, a in enumerate(asks) if not a.on and i not in seen]
    if blind:
        marks = [posts[i] for i in blind], [asks[i].member.account for i in blind], [int(asks[i].mark) for i in blind]
        seen |= {blind[r["ord"] - 1]: r for r in await w.fetch(UNSEEN, *marks)}
    answers: list[Marked | PetrelError] = [PostNotFound() for _ in asks]
    allowed = []
    for i, ask in enumerate(asks):
        row = seen.get(i)
        refusal = await _refusal(w, ask, row)
        if refusal is not None:
            answers[i] = refusal
        elif row is not None:
            answers[i] = Marked(row["id"], False, row["likes"], row["boosts"])
            allowed.append(i)

    wanted = [(i, asks[i], seen[i]) for i in allowed if asks[i].mark == Mark.BOOST]
    boosts = await _boosts(w, wanted, answers, standing)
    on = [i for i in allowed if asks[i].on]
    off = [i for i in allowed if not asks[i].on]
    changed = await rows.set_marks(w, [_new_mark(asks[i], posts[i], boosts.get(i)) for i in on])
    cleared = await rows.clear_marks(w, [_new_mark(asks[i], posts[i], None) for i in off])

    for group, pairs, past in ((on, changed, "created"), (off, cleared, "removed")):
        for i in group:
            pair = (asks[i].member.account, posts[i])
            if pair in pairs:
                answer = answers[i]
                assert isinstance(answer, Marked)
                answers[i] = Marked(answer.post, True, answer.likes, answer.boosts, answer.boost)
                if asks[i].mark != Mark.BOOST:
                    w.record(
                        f"posts.{PAST[asks[i].mark]}.{past}",
                        posts[i],
                        actor=pair[0],
                        cause=asks[i].cause,
                        cell=cell_of(pair[0]),
                        refs=(seen[i]["author"],),
                    )
    return answers


def _new_mark(ask: MarkAsk, post: int, boost: int | None) -> rows.NewMark:
    return rows.NewMark(ask.member.account, post, ask.mark, boost)


async def _originals(w: Writer, ids: list[int]) -> list[int]:
    found = {r[0] - 1: r[1] for r in await w.fetch(ORIGINALS, ids)}
    return [found.get(i, post) for i, post in enumerate(ids)]


async def _refusal(w: Writer, ask: MarkAsk, row: Row | None) -> PetrelError | None:
    if row is None:
        return PostNotFound()
    if ask.mark == Mark.BOOST and ask.on and not rules.may_boost(row["audience"], row["author"] == ask.member.account):
        return NotForBoosting("not boostable")
    if ask.mark == Mark.PIN and ask.on:
        if row["author"] != ask.member.account:
            return Invalid(message="Validation failed: Someone else's post cannot be pinned")
        if row["audience"] == Audience.DIRECT:
            return Invalid(message="Validation failed: Posts that are only visible to mentioned users cannot be pinned")
        if await w.value(COUNT_PINS, ask.member.account) >= MOST_PINNED:
            return Invalid(message="Validation failed: You have already pinned the maximum number of posts")
    return None


async def _boosts(
    w: Writer, wanted: list[tuple[int, MarkAsk, Row]], answers: list[Marked | PetrelError], standing: rows.Standing
) -> dict[int, int]:
    """Writes or removes the boost posts; fills in the answers. Returns position -> id of the boost."""
    on = [(i, a, r) for i, a, r in wanted if a.on]
    off = [(i, a, r) for i, a, r in wanted if not a.on]
    boosts = await _write_boosts(w, on, standing) if on else {}
    for i, _, r in on:
        answers[i] = Marked(r["id"], False, r["likes"], r["boosts"], boosts[i])
    for _, ask, r in off:
        await _remove_boost(w, ask, r)
    return boosts


async def _write_boosts(w: Writer, wanted: list[tuple[int, MarkAsk, Row]], standing: rows.Standing) -> dict[int, int]:
    first: dict[tuple[int, int], tuple[MarkAsk, Row, rows.NewPost]] = {}
    for _, ask, r in wanted:
        boost = ask.id or new_id(cell_of(ask.member.account))
        first.setdefault(
            (ask.member.account, r["id"]),
            (
                ask,
                r,
                rows.NewPost(
                    id=boost,
                    author=ask.member.account,
                    audience=rules.boost_audience(ask.audience, r["audience"]),
                    thread=boost,
                    flags=State.WRITTEN_PROTECTED if standing[rows.key_of(ask.member)]["is_protected"] else 0,
                    boost_of=r["id"],
                    app=ask.member.app,
                ),
            ),
        )
    new = [n for _, _, n in first.values()]
    made = {r[0] for r in await w.change(rows.INSERT_BOOSTS, *rows.columns(new))}
    numbers = {key: n.id for key, (_, _, n) in first.items()}
    missing = [n for n in new if n.id not in made]
    if missing:
        found = await w.fetch(
            rows.FIND_BOOSTS,
            [cell_of(n.author) for n in missing],
            [n.author for n in missing],
            [n.boost_of for n in missing],
        )
        numbers.update({(r[0], r[1]): r[2] for r in found})
    for ask, r, n in first.values():
        if n.id in made:
            refs = (r["id"], r["author"], rules.effective(n.audience, n.flags))
            w.record("posts.boost.created", n.id, actor=n.author, cause=ask.cause, refs=refs)
    return {i: numbers[ask.member.account, r["id"]] for i, ask, r in wanted}


async def _remove_boost(w: Writer, ask: MarkAsk, r: Row) -> None:
    found = await w.fetch(rows.FIND_BOOSTS, [cell_of(ask.member.account)], [ask.member.account], [r["id"]])
    for boost in found:
        for gone in await w.change(rows.DELETE_POST, boost["id"], ask.member.account):
            refs = (r["id"], r["author"], rules.effective(gone["audience"], gone["flags"]))
            w.record("posts.boost.removed", boost["id"], actor=ask.member.account, cause=ask.cause, refs=refs)
