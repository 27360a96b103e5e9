"""What is found by what, and by whom."""

import itertools

import pytest

from petrel.core.doors import reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts, posts, relationships, search
from petrel.features.posts import Audience, Surface
from petrel.worker import jobs
from tests.drain import drain
from tests.people import act, people, publish, tell

pytestmark = pytest.mark.usefixtures("way")
FULL = Page(limit=40)
_count = itertools.count(1)


def name(word):
    """A word that no other test has, nor any that begins with it."""
    number = next(_count)
    return word + "q" + "".join(chr(97 + number // 26 ** n % 26) for n in range(3))


async def found(member, typed, page=FULL):
    """Ids that the member finds and may be shown."""
    await drain("search")
    async with reading(member) as r:
        candidates = await search.posts(r, search.understood(typed), page)
        return [s.row["id"] for s in await posts.shown(r, Surface.SRCH, candidates) if s.row["code"] > 1]


async def under(tag, page=FULL, viewer=None, **how):
    await drain("search")
    async with reading(viewer or Anonymous()) as r:
        candidates = await search.tagged(r, tag, page, **how)
        return [s.row["id"] for s in await posts.shown(r, Surface.PUB, candidates)]


async def who(member, typed, **how):
    await drain("search")
    async with reading(member) as r:
        return await search.accounts(r, typed, 20, **how)




async def writer(indexable=True):
    author, = await people(name("author"), indexable=indexable)
    reader, = await people(name("reader"))
    return author, reader


async def test_words_in_any_order_case_and_accent(site):
    author, reader = await writer()
    one = (await publish(author, "Crème brûlée at the Zürich lakeside")).id
    two = (await publish(author, "zurich, and no creme")).id
    assert (await found(reader, "ZURICH creme "))[:2] == [two, one]
    assert (await found(reader, "creme brulee "))[:1] == [one]
    assert (await found(reader, "zuerich lakeside "))[:1] == [one]
    assert await found(reader, "lakeside absent ") == []


async def test_the_last_word_may_be_unfinished(site):
    author, reader = await writer()
    post = (await publish(author, "quetzalcoatlus overhead")).id
    for typed in ("quetzalc", "overhead quet", "quetzalcoatl", "quetzalcoatlus"):
        assert (await found(reader, typed))[0] == post, typed
    assert await found(reader, "quetzalc ") == []
    assert await found(reader, "quetzalx") == []


async def test_a_short_prefix_is_completed_to_words_in_use(site):
    author, reader = await writer()
    stem = name("xy")
    ids = [(await publish(author, f"{stem}{tail}")).id for tail in ("phone", "graph", "carp")]
    assert await found(reader, stem) == ids[::-1]
    assert (await found(reader, "xy"))[:3] == ids[::-1]


async def test_phrases_are_words_side_by_side(site):
    author, reader = await writer()
    mill = name("Mill")
    one = (await publish(author, f"The Old {mill} by the stream")).id
    await publish(author, f"old stream by the {mill}")
    warned = (await publish(author, "see above", spoiler=f"old {mill} burnt")).id
    assert await found(reader, f'"old {mill}"') == [warned, one]
    assert await found(reader, f'"OLD {mill.upper()}" stream') == [one]
    assert await found(reader, f'"{mill} old"') == []


async def test_pages_lead_through_all_results_both_ways(site):
    author, reader = await writer()
    word = name("pelagic")
    ids = [(await publish(author, f"{word} number {n}")).id for n in range(9)]
    assert await found(reader, f"{word} ", Page(4)) == ids[:4:-1]
    assert await found(reader, f"{word} ", Page(4, max_id=ids[5])) == ids[4:0:-1]
    assert await found(reader, f"{word} ", Page(4, min_id=ids[1])) == ids[5:1:-1]
    assert await found(reader, f"{word} ", Page(4, since_id=ids[6])) == ids[:6:-1]
    assert await found(reader, f'"{word} number" ', Page(4, min_id=ids[1])) == ids[5:1:-1]


async def test_without_and_from(site):
    author, reader = await writer()
    other, = await people(name("other"), indexable=True)
    word = name("marble")
    one = (await publish(author, f"{word} red")).id
    two = (await publish(other, f"{word} blue")).id
    assert await found(reader, f"{word} -red ") == [two]
    async with reading(System("test")) as r:
        handle = await r.value("select handle from accounts.account where id = $1", other.account)
    assert await found(reader, f"from:@{handle} {word} ") == [two]
    assert await found(reader, f"from:{handle.upper()}") == [two]
    assert await found(author, f"from:me {word} ") == [one]
    assert await found(reader, f"from:nobody_{handle} {word} ") == []


async def test_links_are_found_by_their_host(site):
    author, reader = await writer()
    host, nests = f"www.{name('kestrel')}.example", name("nests")
    post = (await publish(author, f"look https://{host}/{nests}/2026?id=7")).id
    assert await found(reader, f"{host} ") == [post]
    assert await found(reader, f"{nests} ") == [post]


@pytest.mark.parametrize(("text", "hits", "misses"), [
    ("今日は灯台まで歩いた。風が強い", ["灯台", "歩いた", "今日は灯台", "風"], ["灯火", "台灯"]),
    ("Straße über München, Grüße", ["strasse ", "münchen ", "muenchen ", "munchen ", "STRASSE ", "grusse "], ["ulm"]),
    ("İSTANBUL'da ışık ve ILIK rüzgâr", ["istanbul ", "ıstanbul ", "isik ", "ışık ", "ılık ", "ruzgar "], ["izmir "]),
    ("서울에서 만나요", ["서울", "만나요"], ["부산"]),
    ("Ёлка и мёд", ["елка ", "ёлка ", "мед "], ["лес "]),
])
async def test_other_languages(site, text, hits, misses):
    author, reader = await writer()
    post = (await publish(author, text)).id
    for typed in hits:
        assert post in await found(reader, typed), typed
    for typed in misses:
        assert post not in await found(reader, typed), typed


async def test_only_posts_whose_author_agreed_are_found_by_others(site):
    author, reader = await writer(indexable=False)
    word = name("secretive")
    post = (await publish(author, f"{word} bird")).id
    assert await found(reader, f"{word} ") == []
    assert await found(author, f"{word} ") == [post]
    await act(author, accounts.update, accounts.Changes(indexable=True))
    await drain("search")
    await jobs.drain()
    assert await found(reader, f"{word} ") == [post]
    await act(author, accounts.update, accounts.Changes(indexable=False))
    assert await found(reader, f"{word} ") == []       # at once: the law asks the account
    await drain("search")
    await jobs.drain()
    assert await found(reader, f"{word} ") == []
    assert await found(author, f"{word} ") == [post]


async def test_narrower_posts_are_found_by_author_and_named_only(site):
    author, reader = await writer()
    named, = await people(name("named"))
    follower, = await people(name("follower"))
    await act(follower, relationships.follow, author.account)
    word = name("whisper")
    async with reading(System("test")) as r:
        handle = await r.value("select handle from accounts.account where id = $1", named.account)
    narrow = (await publish(author, f"@{handle} {word}", audience=Audience.FOLLOWERS)).id
    unlisted = (await publish(author, f"{word}", audience=Audience.UNLISTED)).id
    await tell(author, f"@{handle} {word} in private")
    assert await found(author, f"{word} ") == [unlisted, narrow]
    assert await found(named, f"{word} ") == [narrow]
    assert await found(follower, f"{word} ") == []
    assert await found(reader, f"{word} ") == []
    assert await found(reader, f"from:me {word} ") == []


async def test_blocks_hide_at_once(site):
    author, reader = await writer()
    word = name("thicket")
    post = (await publish(author, word)).id
    assert await found(reader, f"{word} ") == [post]
    await act(author, relationships.block, reader.account)
    assert await found(reader, f"{word} ") == []


async def test_strangers_to_the_site_find_no_posts(site):
    author, _ = await writer()
    word = name("public")
    await publish(author, word)
    assert await found(Anonymous(), f"{word} ") == []


async def test_edits_and_deletions_are_followed(site):
    author, reader = await writer()
    before, after = name("before"), name("after")
    post = (await publish(author, f"{before} it was")).id
    assert await found(reader, f"{before} ") == [post]
    await act(author, posts.edit, post, posts.Draft(f"{after} it is"))
    assert await found(reader, f"{before} ") == []
    assert await found(reader, f"{after} ") == [post]
    await act(author, posts.delete, post)
    assert await found(reader, f"{after} ") == []
    async with reading(System("test")) as r:
        assert await r.value("select count(*) from search.post_words where post = $1", post) == 0


async def test_hashtags_any_all_none(site):
    author, reader = await writer(indexable=False)      # a hashtag is a wish to be found
    tag, other = name("Seabirds"), name("cliffs")
    await publish(author, f"#{tag} quietly", audience=Audience.UNLISTED)
    await publish(author, f"#{tag} narrowly", audience=Audience.FOLLOWERS)
    one = (await publish(author, f"#{tag} at dawn")).id
    two = (await publish(author, f"#{tag} #{other}")).id
    three = (await publish(author, f"#{other} alone")).id
    assert await under(tag.lower()) == [two, one]
    assert await under(f"#{tag.upper()}") == [two, one]
    assert await under(tag, also=[other]) == [two]
    assert await under(tag, other=[other]) == [three, two, one]
    assert await under(tag, without=[other]) == [one]
    assert await under(tag, Page(1)) == [two]
    assert await under(tag, Page(1, max_id=two)) == [one]
    assert await under(tag, Page(1, min_id=one)) == [two]
    assert await under("no tag at all!") == []
    assert await found(author, f"#{tag} dawn ") == [one]
    assert await found(reader, f"#{tag} dawn ") == []


async def test_tags_are_completed_from_public_posts_only(site):
    author, reader = await writer()
    stem = name("Guille")
    tag, secret = f"{stem}mot", f"{stem}tine"
    post = (await publish(author, f"#{tag}")).id
    await publish(author, f"#{secret}", audience=Audience.FOLLOWERS)
    await drain("search")
    async with reading(reader) as r:
        assert await search.tags(r, f"#{stem}", 40) == [tag]
        assert await search.tags(r, tag[:-2], 40) == [tag]
        assert await search.tags(r, secret, 40) == []
    await act(author, posts.delete, post)
    async with reading(reader) as r:
        assert tag not in await search.tags(r, stem, 40)


async def test_accounts_by_handle_name_and_whom_one_follows(site):
    viewer, = await people(name("viewer"))
    stem = name("kitti")
    async with writing(System("test"), cause="test") as w:
        exact, known, popular, named = await accounts.create_many(w, [
            accounts.NewAccount(handle=stem), accounts.NewAccount(handle=f"{stem}_known"),
            accounts.NewAccount(handle=f"{stem}_popular"),
            accounts.NewAccount(handle=name("plain"), display_name=f"Señor {stem.title()} Müller")])
        await w.execute("update accounts.account set followers_count = 1000 where id = $1", popular)
    await act(viewer, relationships.follow, known)
    assert await who(viewer, stem) == [exact, known, popular, named]
    assert await who(viewer, f"@{stem.upper()}") == [exact, known, popular, named]
    assert await who(viewer, stem[:-2]) == [known, popular, exact, named]
    assert await who(viewer, f"senor {stem}") == [named]
    assert await who(viewer, f"mueller {stem}") == [named]
    assert await who(viewer, f"Müller Señor {stem}") == [named]
    assert await who(viewer, stem, following=True) == [known]
    assert await who(viewer, f"{stem}@elsewhere.example") == []
    assert await who(viewer, f"@{stem}@localhost:8000") == [exact, known, popular, named]
    assert await who(viewer, stem, offset=2) == [popular, named]


async def test_a_new_name_is_found_and_the_old_one_is_not(site):
    member, = await people(name("renamed"))
    old, new = name("Oldname"), name("Newname")
    await act(member, accounts.update, accounts.Changes(display_name=old))
    assert await who(member, old) == [member.account]
    await act(member, accounts.update, accounts.Changes(display_name=new))
    assert await who(member, old) == []
    assert await who(member, new) == [member.account]


async def test_whom_one_blocks_is_not_found(site):
    viewer, = await people(name("viewer"))
    handle = name("bothersome")
    other, = await people(handle)
    assert await who(viewer, handle) == [other.account]
    await act(viewer, relationships.block, other.account)
    assert await who(viewer, handle) == []


@pytest.mark.parametrize("typed", ["", " ", '"', '""', "#", "@", "from:", "-", "- -", "from:me", "\u0000", "'; drop",
                                   "%", "a" * 5000, "🦀", "#" * 300, '"a" "b" "c"', "\u202e", "ﷺ"])
async def test_nothing_typed_breaks_it(site, typed):
    _, reader = await writer()
    assert isinstance(await found(reader, typed), list)
    assert isinstance(await who(reader, typed), list)
    async with reading(reader) as r:
        assert isinstance(await search.tags(r, typed, 20), list)
    assert await under(typed) == []
