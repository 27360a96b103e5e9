"""Polls: what one may look like, voting, ending. The options are sealed with the post's text (`PollText`); votes are
counted where they are cast, one row for each voter, and who voted for what is told to nobody but them.

source: docs/decisions/0043-polls.md; docs/law/visibility.md section 9, "poll choices".
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from petrel.core import clock
from petrel.core.doors import Row, Writer, writing
from petrel.core.errors import Invalid, PetrelError
from petrel.core.ids import cell_of
from petrel.core.jobs import every
from petrel.core.text import clean
from petrel.core.viewer import System
from petrel.features.posts import rows
from petrel.features.posts.shapes import Audience, PollDraft, PollText, PostNotFound, live_of

MOST_OPTIONS = 4
LONGEST_OPTION = 50
SHORTEST_S, LONGEST_S = 300, 2_629_746
ENDED_AT_ONCE = 100

INSERT = """
insert into posts.poll (cell, id, is_multiple, hides_totals, expires_at, tallies)
select law.cell(id), id, is_multiple, hides_totals, to_timestamp(expires_at_ms / 1000.0), array_fill(0, array[options])
  from unnest($1::bigint[], $2::boolean[], $3::boolean[], $4::bigint[], $5::integer[])
       p(id, is_multiple, hides_totals, expires_at_ms, options)
"""
# The same options keep their votes, and may get more time.
KEEP = """
update posts.poll set hides_totals = $2, expires_at = to_timestamp($3::bigint / 1000.0),
       told_at = case when $3::bigint / 1000.0 > extract(epoch from now()) then null else told_at end
 where cell = law.cell($1) and id = $1
"""
CAST = "select posts.cast_vote($1, $2, $3::smallint[])"
DROP_VOTES = "select posts.drop_votes('posts', $1::bigint[], $2)"
DROP = "delete from posts.poll where cell = law.cell($1) and id = $1"
END = """
update posts.poll p set told_at = now() from (
  select cell, id from posts.poll where told_at is null and expires_at <= now() order by expires_at limit $1
     for update skip locked) due
  join posts.post t on t.cell = due.cell and t.id = due.id
 where p.cell = due.cell and p.id = due.id returning p.id, t.author
"""


class AlreadyVoted(Invalid):
    """You have already voted on this poll"""


class NoSuchOption(Invalid):
    """The chosen vote option does not exist"""


class OwnPoll(Invalid):
    """You can't vote in your own polls"""


class Ended(Invalid):
    """The poll has already ended"""


REFUSALS: dict[str, type[PetrelError]] = {
    "again": AlreadyVoted, "no option": NoSuchOption, "own": OwnPoll, "ended": Ended, "missing": PostNotFound,
}


class Counted(Struct, frozen=True):
    """A poll as its viewer may know it. `tallies`: votes by option, None while they are hidden. `own`: what the viewer
    voted for, None for one who did not."""

    ends_at: datetime
    is_over: bool
    tallies: tuple[int | None, ...]
    votes: int
    voters: int
    own: tuple[int, ...] | None


def counted(row: Row, text: PollText) -> Counted | None:
    """From what the law's row brings (`live`); None for a poll that has just gone."""
    live = live_of(row).get("poll")
    if live is None or len(live["tallies"]) != len(text.options):
        return None
    ends_at = datetime.fromtimestamp(live["ends_ms"] / 1000, UTC)
    is_over = ends_at <= clock.now()
    tallies = live["tallies"]
    shown = tallies if is_over or not text.hides_totals else [None] * len(tallies)
    own = None if live["own"] is None else tuple(live["own"])
    return Counted(ends_at, is_over, tuple(shown), sum(tallies), live["voters"], own)


def checked(draft: PollDraft) -> PollText:
    """A poll as it will be sealed; it begins now. Errors: Invalid. source: the client API's limits."""
    options = tuple(clean(one, "poll") for one in draft.options if one.strip())
    if len(options) < 2:
        raise Invalid(message="Validation failed: Options must have more than one item")
    if len(options) > MOST_OPTIONS:
        raise Invalid(message=f"Validation failed: Options can't contain more than {MOST_OPTIONS} items")
    if any(len(one) > LONGEST_OPTION for one in options):
        raise Invalid(message=f"Validation failed: Options cannot be longer than {LONGEST_OPTION} characters each")
    if len(set(options)) < len(options):
        raise Invalid(message="Validation failed: Options contain duplicate items")
    if draft.expires_in_s is None:
        raise Invalid(message="Validation failed: Expires at can't be blank: say expires_in, in seconds")
    if draft.expires_in_s > LONGEST_S:
        raise Invalid(message="Validation failed: Expires at is too far into the future")
    if draft.expires_in_s < SHORTEST_S:
        raise Invalid(message="Validation failed: Expires at is too soon")
    ends_at = clock.now() + timedelta(seconds=draft.expires_in_s)
    return PollText(options, draft.is_multiple, draft.hides_totals, int(ends_at.timestamp()) * 1000)


def check_place(poll: PollText | None, audience: int, has_media: bool) -> None:
    """Errors: Invalid, where this poll cannot stand."""
    if poll is not None and audience == Audience.DIRECT:
        raise Invalid(message="Validation failed: A direct message cannot have a poll")
    if poll is not None and has_media:
        raise Invalid(message="Validation failed: A post with a poll cannot have media")


async def put(w: Writer, polls: Sequence[tuple[int, PollText]]) -> None:
    """The rows of new polls, by their posts."""
    if polls:
        await w.execute(INSERT, [post for post, _ in polls], [p.is_multiple for _, p in polls],
                        [p.hides_totals for _, p in polls], [p.expires_at_ms for _, p in polls],
                        [len(p.options) for _, p in polls])


async def replace(w: Writer, post: int, old: PollText | None, new: PollText | None) -> None:
    """After an edit: other options begin without votes."""
    if old is not None and new is not None and (old.options, old.is_multiple) == (new.options, new.is_multiple):
        if old != new:
            await w.execute(KEEP, post, new.hides_totals, new.expires_at_ms)
        return
    if old is not None:
        await drop(w, post)
    if new is not None:
        await put(w, [(post, new)])


async def drop(w: Writer, post: int) -> None:
    """With all its votes."""
    if await w.execute(DROP, post):
        while await w.value(DROP_VOTES, [post], 5000) == 5000:
            pass


async def vote(w: Writer, post: int, choices: Sequence[int]) -> None:
    """Votes once for all. Errors: PostNotFound (no such poll, or not for this member to see), Ended, OwnPoll,
    AlreadyVoted (also for two choices where one is allowed), NoSuchOption, Unauthenticated."""
    seen = (await rows.judged(w, [w.digest], [post])).get(0)
    if seen is None:
        raise PostNotFound
    wanted = sorted(set(choices))
    if not wanted or wanted[0] < 0 or wanted[-1] >= MOST_OPTIONS:
        raise NoSuchOption
    answer = await w.value(CAST, w.digest, post, wanted)
    if answer != "voted":
        raise REFUSALS[answer]()
    w.record("posts.vote.created", post, cell=cell_of(w.account or post), refs=(seen["author"],))


@every(5, "posts.end_polls")
async def end() -> str | None:
    """Records which polls have ended, so that author and voters are told. Twice: each is recorded once. Late or never:
    they are told late; the poll itself is over at its time."""
    async with writing(System("posts"), cause="schedule") as w:
        ended = await w.change(END, ENDED_AT_ONCE)
        for row in ended:
            w.record("posts.poll.ended", row["id"], refs=(row["author"],))
    return f"{len(ended)} polls ended" if ended else None
