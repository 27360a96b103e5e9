"""`petrel why`: the same verdict as the surfaces give, with the facts, and the cell of the document that decided."""

import itertools
import sys
from pathlib import Path

import asyncpg
import pytest

from petrel.cli.why import _told
from petrel.core.policy import POLICY
from petrel.core.viewer import System
from petrel.features import posts
from petrel.features.posts import Audience, Code, explain
from tests.people import follow, open_up, people, publish, tell

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import law_codes

ASKER = System("tests")
BITS = {"anon": 0, "stranger": 1, "pending": 3, "follower": 5, "named": 9, "muting": 21, "blocked": 33, "blocking": 65,
        "author": 129}


async def looked(viewer, post, **more) -> tuple[posts.Explanation, dict[str, posts.Verdict]]:
    found = await posts.why(ASKER, viewer and viewer.account, post, **more)
    assert found is not None
    return found, {one.surface: one for one in found.verdicts}


async def test_it_tells_what_each_surface_shows_from_which_facts_and_by_which_cell(site):
    ann, bob = await people("ann", "bob")
    post = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
    _, before = await looked(bob, post.id)
    await follow(bob, ann)
    facts, after = await looked(bob, post.id)
    assert {one.code for one in before.values()} == {"nothing"}
    assert before["api"].line == "live followers" and before["api"].column == "stranger"
    assert before["api"].heading.startswith("section 4.3")
    assert (after["home"].code, after["pub"].code, after["api"].column) == ("full", "nothing", "follower")
    assert (facts.audience, facts.state, facts.said) == ("followers", "live", "followers")
    assert (facts.policy, facts.program, facts.author) == (POLICY, POLICY, ann.account)
    assert await posts.why(ASKER, None, 4711) is None
    told = _told("@bob", facts)
    assert "@bob is signed in, follower. The post is live, for followers: what its author chose." in told
    assert "live followers, follower: Y  section 4.3" in told and f"Policy {POLICY} is in force" in told


async def test_why_the_audience_is_what_it_is(site):
    [pro] = await people("why_pro", protected=True)
    post = await publish(pro, "behind the door")
    now, verdicts = await looked(None, post.id)
    assert now.said == "public" and now.audience == "protected" and verdicts["link"].line == "live protected"
    assert now.audience_why == "the account is protected now and it was written while the account was protected"
    await open_up(pro)
    assert (await looked(None, post.id))[0].audience_why == "it was written while the account was protected"


async def test_what_stands_beside_the_table_is_named(site):
    ann, bob, eve = await people("why_a", "why_b", "why_e")
    post = await publish(ann, "not to be found")
    reply = await publish(ann, "@why_e yes", reply_to=(await publish(eve, "so?")).id)
    await follow(bob, ann)
    _, verdicts = await looked(bob, post.id)
    assert verdicts["srch"].code == "nothing" and "has not agreed" in verdicts["srch"].because
    assert verdicts["srch"].letter == "Y" and verdicts["api"].because == ""
    _, verdicts = await looked(bob, reply.id)
    assert verdicts["home"].code == "nothing" and "leaves out" in verdicts["home"].because


async def test_direct_messages_too_and_each_look_is_recorded(site, addresses):
    ann, bob, eve = await people("why_da", "why_db", "why_de")
    note = await tell(ann, "@why_db the word is sesame")
    for viewer, column, code in ((bob, "named", "full"), (eve, "stranger", "nothing"), (None, "anon", "nothing"),
                                 (ann, "author", "full")):
        facts, verdicts = await looked(viewer, note.id)
        assert (verdicts["api"].column, verdicts["api"].code) == (column, code)
        assert facts.is_message and facts.audience == "direct" and verdicts["api"].heading == "section 4.4 Direct"
        assert "sesame" not in repr(facts)
    rows = await site.pools["writer"].fetch(
        "select refs from journal.entry where kind = 'posts.message.explained' and subject = $1 order by id", note.id)
    assert [row[0] for row in rows] == [[bob.account], [eve.account], [0], [ann.account]]
    reader = await asyncpg.connect(**addresses.main["reader"])
    try:
        for sql in (f"select messages.why('x', 1, {ann.account}, {note.id})", f"select law.why(1, {note.id}, null)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch(sql)
    finally:
        await reader.close()


def test_the_cell_it_names_is_the_one_that_decides():
    """For every state, pair of states, audience and viewer: as the document says, and as steps 2 and 3 say."""
    table = law_codes.cells()
    checked = 0
    for surface in law_codes.SURFACES:
        codes = law_codes.codes(surface)
        for (n, audience), viewer in itertools.product(enumerate(law_codes.AUDIENCES), law_codes.VIEWERS):
            for first, second in itertools.combinations_with_replacement(range(12), 2):
                states = (1 << first | 1 << second) & 4094
                state, _, place, code = explain._cell(codes, n, states, BITS[viewer])
                applies = {"live", law_codes.STATES[first], law_codes.STATES[second]}
                rows = [viewer] if viewer != "muting" else ["follower", "muting"]
                best = min(min(law_codes.RANK[table[s, audience, v, surface]] for v in rows) for s in applies)
                column = explain.VIEWERS[place]
                assert code == best == law_codes.RANK[table[state, audience, column, surface]]
                assert state in applies and column in rows
                checked += 1
    assert checked == 14 * 6 * 9 * 78


def test_the_headings_are_those_of_the_document():
    lines = law_codes.DOCUMENT.read_text().splitlines()
    headings = [line.removeprefix("### ") for line in lines if line.startswith("### 4.")]
    assert set(explain.HEADINGS) <= set(headings)
    for number in explain.OF_STATE.values():
        assert any(heading.startswith(number + " ") for heading in headings), number
    assert tuple(law_codes.STATES) == explain.STATES and tuple(law_codes.VIEWERS) == explain.VIEWERS
    assert [code.name[0] for code in Code if code.name != "FULL"] == ["N", "T", "P", "H", "G", "I"]
