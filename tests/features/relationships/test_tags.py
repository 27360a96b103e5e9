import pytest

from petrel.core import ids
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, System
from petrel.features import relationships
from petrel.features.relationships import tags
from tests.people import act


async def test_a_tag_is_followed_under_any_spelling(make):
    ann, ben = await make(2)
    assert await act(ann, tags.follow, "#Müsli") == "Müsli"
    await act(ann, tags.follow, "MÜSLI")
    async with reading(ann) as r:
        assert [t.name for t in await tags.followed(r, Page(limit=10))] == ["Müsli"]
        assert await tags.standing(r, "musli") == ("musli", True, False)
    for other in (ben, Anonymous()):
        async with reading(other) as r:
            assert await tags.standing(r, "müsli") == ("müsli", False, False)
    await act(ann, tags.unfollow, "musli")
    async with reading(ann) as r:
        assert await tags.followed(r, Page(limit=10)) == []


async def test_followed_tags_are_paged(make):
    ann, = await make(1)
    for name in ("one", "two", "three", "four", "five"):
        await act(ann, tags.follow, name)
    async with reading(ann) as r:
        first = await tags.followed(r, Page(limit=2))
        second = await tags.followed(r, Page(limit=2, max_id=first[-1].id))
        back = await tags.followed(r, Page(limit=2, min_id=second[0].id))
    assert [t.name for t in first + second] == ["five", "four", "three", "two"]
    assert back == first


@pytest.mark.parametrize("name", ["", "#", "no spaces", "12", "a-b", "x" * 200, "<b>", "a#b"])
async def test_what_is_no_tag_is_refused(make, name):
    ann, = await make(1)
    with pytest.raises(Invalid):
        await act(ann, tags.follow, name)
    async with reading(ann) as r:
        with pytest.raises(NotFound):
            await tags.standing(r, name)


async def post(author, tag, audience=0):
    post_id = ids.new_id(ids.cell_of(author.account))
    async with writing(System("test"), cause="test") as w:
        await w.execute("insert into posts.post (cell, id, author, audience, thread) values ($1, $2, $3, $4, $2)",
                        ids.cell_of(post_id), post_id, author.account, audience)
        w.record("posts.post.created", post_id)
    async with deriving("test") as w:
        await w.execute("insert into search.post_words (post, author, is_indexable, words) values ($1, $2, true, $3)",
                        post_id, author.account, [await tags.hash_of(tags.tag_of(tag))])
    return post_id


async def test_featured_tags_count_what_anybody_may_see(make):
    ann, ben = await make(2)
    last = [await post(ann, "birds"), await post(ann, "birds", audience=1)][-1]
    await post(ann, "birds", audience=2)
    await post(ben, "birds")
    featured = await act(ann, tags.feature, "Birds")
    assert (featured.name, featured.posts, featured.last_post_at) == ("Birds", 2, ids.at_of(last))
    await act(ann, tags.feature, "fish")
    for viewer in (ben, Anonymous(), ann):
        async with reading(viewer) as r:
            assert [(t.name, t.posts) for t in await tags.featured(r, ann.account)] == [("Birds", 2), ("fish", 0)]

    await act(ann, relationships.block, ben.account)
    async with reading(ben) as r:
        assert await tags.featured(r, ann.account) == []
    with pytest.raises(NotFound):
        await act(ben, tags.unfeature, tag_id=featured.id)
    await act(ann, tags.unfeature, tag_id=featured.id)
    await act(ann, tags.unfeature, typed="fish")
    async with reading(ann) as r:
        assert await tags.featured(r, ann.account) == []


async def test_a_protected_profile_shows_its_tags_to_followers_only(make):
    ann, = await make(1, is_protected=True)
    ben, = await make(1)
    await act(ann, tags.feature, "secret")
    async with reading(ben) as r:
        assert await tags.featured(r, ann.account) == []
    await act(ben, relationships.follow, ann.account)
    await act(ann, relationships.accept, ben.account)
    async with reading(ben) as r:
        assert [t.name for t in await tags.featured(r, ann.account)] == ["secret"]


async def test_there_is_an_end_to_featuring(make):
    ann, = await make(1)
    for n in range(tags.MOST_FEATURED):
        await act(ann, tags.feature, f"tag{n}")
    with pytest.raises(Invalid):
        await act(ann, tags.feature, "onemore")
