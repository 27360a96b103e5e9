from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core import clock
from petrel.core.doors import reading
from petrel.core.errors import Invalid, NotFound
from petrel.core.viewer import System
from petrel.features.relationships import filters
from petrel.features.relationships.shapes import Filter, FilterDraft, FilteredPost, Keyword, KeywordChange
from tests.people import act


def one(*keywords, contexts=("home",), **named):
    return Filter(1, "t", contexts, keywords=tuple(Keyword(n, *k) for n, k in enumerate(keywords)), **named)


def hits(filter_, text, context="home", **named):
    return [r.keywords for r in filters.matches([filter_], context, text, **named)]


@pytest.mark.parametrize("keyword, whole, text, hit", [
    ("cat", True, "A CAT sat", True),
    ("cat", True, "concatenate", False),
    ("cat", False, "concatenate", True),
    ("#cat", True, "see #cat!", True),
    ("#cat", True, "see #cats", False),
    ("c++", True, "I write C++ today", True),
    ("naïve", True, "so NAÏVE", True),
    ("スポイラー", False, "これはスポイラーです", True),
    (".*", False, "nothing special", False),
    ("two words", True, "the two words here", True),
])
def test_keywords_match_as_apps_expect(keyword, whole, text, hit):
    assert bool(hits(one((keyword, whole)), text)) is hit


def test_only_where_asked_and_only_until_it_ends():
    filter_ = one(("x", False), contexts=("public",))
    assert hits(filter_, "x", "home") == []
    assert hits(filter_, "x", "public") == [("x",)]
    ended = one(("x", False), expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert hits(ended, "x") == []
    assert hits(one(("x", False), expires_at=clock.now() + timedelta(days=1)), "x") == [("x",)]


def test_all_keywords_found_are_told_and_posts_by_id():
    assert hits(one(("a", False), ("b", False), ("z", False)), "a b") == [("a", "b")]
    named = Filter(1, "t", ("home",), posts=(FilteredPost(5, 99),))
    assert filters.matches([named], "home", "", posts=[99])[0].posts == (99,)
    assert filters.matches([named], "home", "", posts=[98]) == []


@given(st.text(min_size=1, max_size=30), st.booleans(), st.text(max_size=60))
def test_no_keyword_and_no_text_breaks_it(keyword, whole, text):
    hits(one((keyword, whole)), text)
    assert hits(one((keyword, False)), f"{text}{keyword}{text}") == [(keyword,)]


async def test_a_filter_is_kept_changed_and_deleted(make):
    ann, ben = await make(2)
    made = await act(ann, filters.create, FilterDraft("Spoilers", ("home", "public"), "hide", 60, (
        KeywordChange(keyword="finale"), KeywordChange(keyword="plot", whole_word=False))))
    assert [k.keyword for k in made.keywords] == ["finale", "plot"]
    async with reading(ann) as r:
        assert await filters.of(r) == [made]
        assert (await filters.holding(r, keyword=made.keywords[1].id)).id == made.id

    first, second = made.keywords
    changed = await act(ann, filters.change, made.id, FilterDraft(expires_in_s=0, keywords=(
        KeywordChange(id=first.id, remove=True), KeywordChange(id=second.id, keyword="twist"))))
    assert [(k.id, k.keyword, k.whole_word) for k in changed.keywords] == [(second.id, "twist", False)]
    assert changed.expires_at is None and changed.title == "Spoilers"

    for command, *args in ((filters.get, made.id), (filters.delete, made.id),
                           (filters.change, made.id, FilterDraft(title="mine now"))):
        with pytest.raises(NotFound):
            await act(ben, command, *args)
    await act(ann, filters.delete, made.id)
    async with reading(ann) as r:
        assert await filters.of(r) == []


async def test_single_posts_can_be_named(make):
    ann, = await make(1)
    made = await act(ann, filters.create, FilterDraft("t", ("home",)))
    named = await act(ann, filters.name_posts, made.id, add=42)
    assert [p.post for p in named.posts] == [42]
    with pytest.raises(Invalid):
        await act(ann, filters.name_posts, made.id, add=42)
    assert (await act(ann, filters.name_posts, made.id, remove=named.posts[0].id)).posts == ()


@pytest.mark.parametrize("draft, text", [
    (FilterDraft(), "Title can't be blank, Context can't be blank, Context None or invalid context supplied"),
    (FilterDraft("t", ("space",)), "Context None or invalid context supplied"),
    (FilterDraft("t" * 257, ("home",)), "too long"),
    (FilterDraft("t", ("home",), expires_in_s=-1), "must be between"),
    (FilterDraft("t", ("home",), keywords=(KeywordChange(keyword=" "),)), "can't be blank"),
])
async def test_wrong_filters_are_refused(make, draft, text):
    ann, = await make(1)
    with pytest.raises(Invalid, match=text):
        await act(ann, filters.create, draft)


async def test_what_filters_say_is_sealed(make):
    ann, = await make(1)
    await act(ann, filters.create, FilterDraft("Planted mark", ("home",), keywords=(KeywordChange(keyword="Planted"),)))
    async with reading(System("test")) as r:
        with pytest.raises(Exception, match="went wrong"):
            await r.fetch("select sealed from relationships.filter")
    async with reading(ann) as r:
        rows = await r.fetch("select * from relationships.filters($1)", ann.digest)
    assert b"lanted" not in rows[0]["sealed"]
