"""The reasons for one viewer and one post, from what the viewer follows, keeps and filters.

Nothing here tells of anybody else what the viewer could not look up: whom they follow, whose boosts they are shown,
who is on lists of theirs. Boosts are judged one by one, as they would be in a timeline.
"""

from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.text import Hashtag, parse
from petrel.features import accounts, lists, posts, timelines
from petrel.features.posts import Audience, Code, Content, Surface, Who
from petrel.features.reasons.shapes import Because, Caught, Person, Reason, Reasons
from petrel.features.relationships import filters, tags

AUDIENCES = {Audience.PUBLIC: "public", Audience.UNLISTED: "unlisted", Audience.DIRECT: "direct"}
MOST_BOOSTERS = 3


async def why(r: Reader, post: int) -> Reasons:
    """Errors: NotFound: no such post, or none for this viewer; which of the two is not told."""
    found = await posts.shown(r, Surface.API, [post])
    if r.account is None or not found or found[0].row["code"] <= Code.POINTER:
        raise NotFound
    row = found[0].row if found[0].boosted is None else found[0].boosted
    facts = await timelines.brought_by(r, row["id"])
    boosters = (await _boosters(r, [boost for _, boost in facts.boosts]))[:MOST_BOOSTERS]
    people = {row["author"], *boosters, *([facts.answered] if facts.answered else [])}
    cards = {n: Person(n, card.acct) for n, card in (await accounts.cards_of(r, sorted(people))).items()}
    if row["author"] not in cards:
        raise NotFound
    said = (await posts.contents([row])).get(row["id"]) if row["code"] == Code.FULL else None
    author = cards[row["author"]]
    reasons = [*_of_oneself(row, r.account)]
    if facts.follows:
        reasons.append(Reason(code="follows", account=author))
    reasons += [Reason(code="boost", account=cards[one]) for one in boosters if one in cards]
    reasons += [Reason(code="list", account=author, id=one.id, name=one.title)
                for one in (await lists.mine(r, facts.lists) if facts.lists else [])]
    reasons += await _tags(r, said)
    if facts.answered in cards:
        reasons.append(Reason(code="reply_to_followed", account=cards[facts.answered]))
    if row["audience"] == Audience.PUBLIC:
        reasons.append(Reason(code="public"))
    return Reasons(
        post=row["id"], author=author, audience=AUDIENCES.get(row["audience"], "followers"), because=_because(row),
        reasons=tuple(reasons) or (Reason(code="link"),), filters=await _filters(r, row, said))


def _of_oneself(row: Row, me: int) -> list[Reason]:
    if row["who"] & Who.AUTHOR:
        return [Reason(code="own")]
    found = [Reason(code="mention")] if row["who"] & Who.NAMED else []
    return [*found, Reason(code="reply_to_you")] if row["reply_to_account"] == me else found


def _because(row: Row) -> Because:
    """The nearest way in: what is for everybody is for everybody, whoever one is."""
    if row["who"] & Who.AUTHOR:
        return "own"
    if row["audience"] in (Audience.PUBLIC, Audience.UNLISTED):
        return "everybody"
    return "follows" if row["who"] & Who.FOLLOWER and row["audience"] != Audience.DIRECT else "named"


async def _boosters(r: Reader, boosts: list[int]) -> list[int]:
    """Whose boosts of these would be shown at home, the latest first. Decided only: boosts say nothing themselves."""
    found = await posts.judged(r, Surface.HOME, boosts) if boosts else []
    return [one.row["author"] for one in found if one.boosted is not None and one.row["code"] > Code.POINTER]


async def _tags(r: Reader, said: Content | None) -> list[Reason]:
    if said is None:
        return []
    names = {span.key: span.name for span in parse(said.text).spans if isinstance(span, Hashtag)}
    return [Reason(code="tag", name=name) for name in names.values() if (await tags.standing(r, name))[1]]


async def _filters(r: Reader, row: Row, said: Content | None) -> tuple[Caught, ...]:
    """In whatever place they hold; one's own posts are not filtered."""
    if said is None or row["who"] & Who.AUTHOR:
        return ()
    text = f"{said.spoiler}\n\n{said.text}"
    found = {one.filter.id: one.filter for context in filters.CONTEXTS
             for one in filters.matches(await filters.of(r), context, text, (row["id"],))}
    return tuple(Caught(one.id, one.title, one.action) for one in found.values())

