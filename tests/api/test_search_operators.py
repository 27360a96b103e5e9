"""Search with operators over HTTP, as a member types them into the box of an app."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from petrel.api import media as _media  # noqa: F401
from petrel.api import search as _search  # noqa: F401
from petrel.api import statuses  # noqa: F401
from petrel.core import ids, limits
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features import accounts, media, posts, relationships
from petrel.features.posts import Ask, Audience, Draft, Mark, MarkAsk, PollDraft
from petrel.worker import jobs
from tests import samples
from tests.api.test_search import name, set_column
from tests.api.uploading import ready
from tests.drain import drain
from tests.people import act, publish, signed_in


async def find(api, token, typed, **more):
    """Ids of posts, as the app's list has them."""
    rest = "".join(f"&{key}={value}" for key, value in more.items())
    answer = await api("GET", f"/api/v2/search?q={quote(typed)}&type=statuses{rest}", token=token)
    assert answer.status == 200, (typed, answer.body)
    return [int(one["id"]) for one in answer.json["statuses"]]


async def two(writer_is_open=True):
    """(author, token, handle of the author, reader, token)."""
    handle = name("author")
    (author, a), = await signed_in(handle, indexable=writer_is_open)
    (reader, b), = await signed_in(name("reader"))
    return author, a, handle, reader, b


async def handle_of(member):
    async with reading(System("test")) as r:
        return await r.value("select handle from accounts.account where id = $1", member.account)


async def mark(member, post, which, on=True):
    [done] = await posts.mark_together([MarkAsk(member, post, which, on, "tests")])
    assert not isinstance(done, Exception), done


async def written_on(author, text, year, month, day, hour=12):
    """A post of long ago, as an import brings it."""
    ms = int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)
    number = ms << 16 | ids.cell_of(author.account) << 6 | ids.IMPORT_MAKER
    [made] = await posts.create_together([Ask(author, Draft(text), "tests", None, number)])
    assert made.id == number
    return number


async def test_by_whom_and_to_whom(api):
    author, a, handle, reader, b = await two()
    (other, c), = await signed_in(name("other"), indexable=True)
    word = name("heron")
    one = (await publish(author, f"{word} @{await handle_of(reader)}")).id
    answer = (await publish(other, f"{word} indeed", reply_to=one)).id
    own = (await publish(author, f"{word} again", reply_to=one)).id
    await drain("search")
    assert await find(api, b, f"from:{handle} {word}") == [own, one]
    assert await find(api, b, f"{word} from:@{handle.upper()}@{limits.current().domain}") == [own, one]
    assert await find(api, b, f"-from:{handle} {word} ") == [answer]
    assert await find(api, a, f"{word} from:me") == [own, one]
    assert await find(api, b, f"to:me {word} ") == [one] == await find(api, b, "to:me")
    assert await find(api, b, f"to:{handle} {word} ") == [answer], "an answer to oneself is to nobody"
    assert await find(api, c, f"{word} -to:{handle} ") == [own, one]
    assert await find(api, b, f"from:nobody_at_all {word}") == [] == await find(api, b, f"to:nobody_at_all {word}")
    assert await find(api, b, f"from:{handle} {word} ", account_id=other.account) == []


async def test_what_a_post_has_and_is(api, tmp_path, monkeypatch):
    author, a, handle, _, b = await two()
    word = name("crane")
    media.install(tmp_path)
    try:
        file = await ready(api, a, samples.placed_jpeg(), description=f"{word} over a lighthouse")
    finally:
        media.install(None)
    sent = await api("POST", "/api/v1/statuses", token=a, json={"status": "", "media_ids": [file["id"]]})
    picture = int(sent.json["id"])
    plain = (await publish(author, f"{word} and nothing", language="de")).id
    poll = (await publish(author, f"which {word}?", poll=PollDraft(("white", f"hooded{word}"), 3600))).id
    link = (await publish(author, f"{word} https://cranes.example/list", language="en-GB")).id
    quoting = (await publish(author, f"{word} so true", quote_of=plain)).id
    warned = (await publish(author, f"{word} hidden", spoiler="birds", reply_to=link)).id
    await drain("search")

    async def by(operator):
        return await find(api, b, f"from:{handle} {operator}")

    assert await by("has:image") == [picture] == await by("has:media") == await by("HAS:Photo")
    assert await by("has:video") == [] == await by("has:audio")
    assert await by("has:poll") == [poll] and await by("has:link") == [link]
    assert await by("has:quote") == [quoting] == await by("is:quote")
    assert await by("has:embed") == [quoting, link]
    assert await by("is:reply") == [warned] == await by("is:sensitive")
    assert await by("has:link has:poll") == []
    assert await by("-has:media -is:quote -is:reply") == [link, poll, plain]
    assert await by("lang:de") == [plain] == await by("language:de")
    assert await by("lang:en") == [link] == await by("lang:en-US")
    assert await find(api, b, f"{word} lighthouse ") == [picture], "descriptions of pictures are found"
    assert await find(api, b, f"hooded{word} ") == [poll], "and what a poll asks"

    await act(author, posts.edit, plain, Draft(f"{word} https://cranes.example/more", language="fr"))
    await drain("search")
    assert await by("has:link") == [link, plain] and await by("lang:de") == [] and await by("lang:fr") == [plain]


async def test_when(api):
    author, _, handle, _, b = await two()
    word = name("stork")
    old = await written_on(author, f"{word} one", 2019, 5, 17, 0)
    late = await written_on(author, f"{word} two", 2019, 5, 17, 23)
    next_day = await written_on(author, f"{word} three", 2019, 5, 18, 0)
    june = await written_on(author, f"{word} four", 2019, 6, 1)
    new = (await publish(author, f"{word} five")).id
    await drain("search")
    every = [new, june, next_day, late, old]
    assert await find(api, b, f"{word} ") == every
    assert await find(api, b, f"{word} during:2019-05-17") == [late, old]
    assert await find(api, b, f"{word} before:2019-05-18") == [late, old]
    assert await find(api, b, f"{word} after:2019-05-17") == [new, june, next_day], "after that day has ended"
    assert await find(api, b, f"{word} -before:2019-05-18 -after:2019-05") == [next_day]
    assert await find(api, b, f"{word} during:2019-05") == [next_day, late, old]
    assert await find(api, b, f"{word} during:2019") == [june, next_day, late, old]
    assert await find(api, b, f"{word} after:2019-05 before:2019-07") == [june]
    assert await find(api, b, f"{word} after:2020 before:2019") == []
    assert await find(api, b, f"{word} before:9998") == every and await find(api, b, f"{word} before:1066") == []
    assert await find(api, b, f"from:{handle} during:2019", max_id=june) == [next_day, late, old]
    assert await find(api, b, f"from:{handle} before:2020", min_id=late, limit=1) == [next_day]


async def test_the_library_is_ones_own_and_what_one_kept(api):
    author, a, handle, reader, b = await two()
    word = name("ibis")
    liked, kept, boosted, passed = [(await publish(author, f"{word} {n}")).id for n in range(4)]
    named = (await publish(author, f"{word} @{await handle_of(reader)}", audience=Audience.FOLLOWERS)).id
    own = (await publish(reader, f"{word} of mine", audience=Audience.FOLLOWERS)).id
    for post, which in ((liked, Mark.LIKE), (kept, Mark.BOOKMARK), (boosted, Mark.BOOST)):
        await mark(reader, post, which)
    await drain("search")
    assert await find(api, b, f"in:library {word} ") == [own, named, boosted, kept, liked]
    assert await find(api, b, f"in:all {word} ") == [own, named, passed, boosted, kept, liked]
    assert await find(api, b, f"in:public {word} ") == [passed, boosted, kept, liked]
    assert await find(api, b, f"in:library from:{handle} {word} ") == [named, boosted, kept, liked]
    assert await find(api, b, f"in:library from:me {word} ") == [own]
    assert await find(api, b, f"in:public from:{handle} {word}") == [passed, boosted, kept, liked]
    for op, post in (("is:liked", liked), ("is:favorited", liked), ("is:bookmarked", kept), ("is:boost", boosted)):
        assert await find(api, b, op) == [post] == await find(api, b, f"{word} {op} from:{handle}")
    assert await find(api, a, f"in:library {word} ") == [named, passed, boosted, kept, liked]
    await mark(reader, liked, Mark.LIKE, on=False)
    assert await find(api, b, f"in:library {word} ") == [own, named, boosted, kept], "taken back: at once"


async def test_nothing_is_found_by_operators_that_words_would_not_find(api):
    """Opt-in, audiences and blocks hold, in the library too."""
    author, a, handle, reader, b = await two(writer_is_open=False)
    word = name("egret")
    closed = (await publish(author, f"{word} https://egrets.example")).id
    narrow = (await publish(author, f"{word} for few", audience=Audience.FOLLOWERS)).id
    await act(reader, relationships.follow, author.account)
    await mark(reader, closed, Mark.LIKE)
    await drain("search")
    questions = (f"{word} ", f"from:{handle}", f"from:{handle} has:link", f"in:library {word} ", "is:liked",
                 f"in:public {word} ", f"from:{handle} in:public", f"from:{handle} after:2019", "in:library has:link")
    for typed in questions:
        assert await find(api, b, typed) == [], typed
    assert await find(api, a, f"from:me {word} ") == [narrow, closed]
    await act(author, accounts.update, accounts.Changes(indexable=True))
    await drain()
    await set_column(author, "is_indexable", True)
    await jobs.drain()
    for typed in questions:
        assert await find(api, b, typed) == [closed], typed
    await act(author, relationships.block, reader.account)
    for typed in questions:
        assert await find(api, b, typed) == [], typed


async def test_phrases_and_what_must_not_be_there(api):
    author, _, handle, _, b = await two()
    word = name("grebe")
    one = (await publish(author, f"old {word} mill")).id
    two_ = (await publish(author, f"mill of the old {word}")).id
    await drain("search")
    assert await find(api, b, f'"old {word}"') == [two_, one]
    assert await find(api, b, f'{word} -"{word} mill"') == [two_]
    assert await find(api, b, f'from:{handle} -"{word} mill" -"of the"') == []
    assert await find(api, b, f'"from:{handle} {word}"') == [], "what is quoted is words"
    assert await find(api, b, f"{word} -old ") == []


async def test_several_signs_stand_as_they_were_typed(api):
    """Pairs of signs are in both; the word is in one."""
    author, _, handle, _, b = await two()
    tower = (await publish(author, "昨日は東京都庁にいた")).id
    await publish(author, "東京と京都と都庁")
    korean = (await publish(author, "안녕하세요 여러분")).id
    await drain("search")
    assert await find(api, b, f"from:{handle} 東京都庁") == [tower]
    assert await find(api, b, f"from:{handle} 東京") != [tower]
    assert await find(api, b, f"from:{handle} 안녕하세요") == [korean]
    assert await find(api, b, f"from:{handle} 녕하") == [korean]


@pytest.mark.parametrize(("typed", "written"), [
    ("Müller", "Herr Mueller"), ("müller ", "Herr Muller"), ("mueller ", "Herr Müller"), ("STRASSE ", "die Straße"),
    ("straße ", "die Strasse"), ("ılık ", "ILIK"), ("ilik ", "ılık"), ("ISPARTA ", "ısparta"), ("İzmir ", "izmir"),
    ("izmir ", "İZMİR"), ("ÇAĞRI ", "çağrı"), ("cagri ", "çağrı"), ("Größe", "Groesse"), ("größe ", "grosse"),
])
async def test_german_and_turkish_spellings(api, typed, written):
    author, _, handle, _, b = await two()
    post = (await publish(author, written)).id
    await drain("search")
    assert await find(api, b, f"from:{handle} {typed}") == [post]
    assert await find(api, b, f"from:{handle} nichts {typed}") == []


async def test_with_operators_people_and_tags_are_looked_for_only_when_asked(api):
    handle = name("knot")
    (author, a), = await signed_in(handle, indexable=True)
    post = (await publish(author, f"#{handle}")).id
    await drain("search")
    answer = (await api("GET", f"/api/v2/search?q={handle}%20after:2019", token=a)).json
    assert [answer["accounts"], answer["hashtags"]] == [[], []] and [int(s["id"]) for s in answer["statuses"]] == [post]
    answer = (await api("GET", f"/api/v2/search?q={handle}", token=a)).json
    assert len(answer["accounts"]) == len(answer["hashtags"]) == len(answer["statuses"]) == 1


async def test_bad_operators_are_words_and_never_fail(api):
    author, _, _, _, b = await two()
    word = name("dipper")
    post = (await publish(author, f"{word} before:2024-13-45 is:nonsense https://a.example/x:y note:this")).id
    await drain("search")
    for typed in ("before:2024-13-45", "is:nonsense", "note:this"):
        assert await find(api, b, f"{word} {typed}") == [post], typed
    for typed in ("before:2024-02-30", "has:", "from:", "lang:klingonish"):
        assert await find(api, b, f"{word} {typed}") == [], typed
    for typed in ("before:0000-00-00", "after:99999-01-01", "during:9999-12-31", "before:9999", "in:nowhere",
                  "from:@@@", "from:" + "a" * 900, "is:reply " * 100, "-from:a " * 100, '-"a b" ' * 100, "- --", "-:",
                  "from:me from:me to:me to:me", "-is:reply", "lang:de lang:en", "\u202efrom:me", "from:mé", '"' * 999,
                  "in:library in:public", "during:٢٠١٩", "-in:library -during:2019 -is:liked"):
        await find(api, b, typed)
    for typed in ("is:reply " * 1250, "x" * 10_000, "from:a " * 500):
        answer = await api("GET", f"/api/v2/search?q={quote(typed)}", token=b)
        assert answer.status == 400 and "too long" in answer.json["error"], typed[:20]
