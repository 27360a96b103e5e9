"""Feeds, conditional requests, and what programs are told that go through pages by themselves."""

import re
from datetime import timedelta
from email.utils import format_datetime
from xml.etree import ElementTree

import msgspec
import pytest

from petrel.core import clock
from petrel.web.carried import MediaView
from petrel.web.outward import Fares
from tests.web.browser import Answer, Browser
from tests.web.fake import Fake

ATOM = "{http://www.w3.org/2005/Atom}"


def read(answer: Answer) -> ElementTree.Element:
    return ElementTree.fromstring(answer.body)      # noqa: S314 (our own)


def fake(**changed: object) -> Fake:
    made = Fake()
    made.site_says = msgspec.structs.replace(made.site_says, **changed)
    return made


def test_a_feed_has_the_posts_of_its_page_with_whole_links() -> None:
    browser = Browser()
    answer = browser.get("/@mira.rss")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/rss+xml")
    channel = read(answer).find("channel")
    assert channel is not None and channel.findtext("title") == "Mira Halvorsen (@mira)"
    links = [item.findtext("link") for item in channel.findall("item")]
    assert links == ["http://petrel.test/@mira/20"], "own posts, no answers, nothing of others"
    said = channel.findall("item")[0].findtext("description") or ""
    assert 'href="http://petrel.test/tags/birds"' in said and "<script" not in said
    atom = read(browser.get("/@mira.atom"))
    assert [entry.findtext(f"{ATOM}id") for entry in atom.findall(f"{ATOM}entry")] == links
    assert '/@mira.atom" title=' in browser.get("/@mira").text


@pytest.mark.parametrize("path", ["/@okello.rss", "/@quiet_harbour.rss", "/@quiet_harbour.atom", "/@nobody.rss"])
def test_who_did_not_agree_to_be_found_has_no_feed(path: str) -> None:
    """Nor can it be told from nobody's; their own followers get none either."""
    for browser in (Browser(), Browser(who="okello")):
        answer = browser.get(path)
        assert answer.status == 404 and "channel" not in answer.text
    assert "application/rss+xml" not in Browser().get(path.partition(".")[0]).text


def test_a_feed_is_the_same_for_members_and_shows_them_no_more() -> None:
    world = Fake()
    anybody, ines = Browser(world).get("/@ines.rss"), Browser(world, who="mira").get("/@ines.rss")
    assert anybody.body == ines.body and b"third pot" not in ines.body
    world.accounts[9] = msgspec.structs.replace(world.accounts[9], is_protected=False)
    world.posts[34] = msgspec.structs.replace(world.posts[34], author=world.accounts[9])
    assert b"Only those who follow me" not in Browser(world, who="okello").get("/@quiet_harbour.rss").body


def test_a_hashtags_feed_leaves_out_who_did_not_agree() -> None:
    tides = Browser().get("/tags/tides.rss").text
    assert "barograph" in tides and "High water" not in tides, "joon agreed, tidetable did not"
    assert 'href="http://petrel.test/tags/tides.rss"' in tides


def test_what_waits_behind_a_warning_waits_in_a_feed_too_and_nothing_breaks_the_xml() -> None:
    world = Fake()
    world.posts[30] = msgspec.structs.replace(
        world.posts[30], warning="Hunger", media=(MediaView(id=1, kind="image", url="/media/1/a.jpg"),))
    world.posts[41] = msgspec.structs.replace(world.posts[41], html="<p>bell \x07 and \ufffe ]]&gt; end</p>")
    for kind in ("rss", "atom"):
        page = Browser(world).get(f"/@ines.{kind}")
        read(page)
        assert "Hunger" in page.text and "crumb" not in page.text and "/media/1/" not in page.text
        assert "bell" in page.text


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    browser = Browser()
    first = browser.get("/about")
    again = browser.get("/about", if_none_match=f'"x", {first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"") and again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == first.headers["vary"] and again.headers["cache-control"] == "private, no-cache"
    assert browser.get("/about", if_none_match='W/"other"').status == 200
    assert browser.get("/about", if_none_match=first.headers["etag"], accept_language="de").status == 200
    assert "etag" not in Browser(who="mira").get("/about").headers, "what somebody signed in sees is kept nowhere"
    assert "etag" not in browser.get("/auth/sign_in").headers, "a form is its reader's own"


def test_a_feed_is_sent_again_when_something_came() -> None:
    browser = Browser()
    first = browser.get("/@mira.rss")
    assert browser.get("/@mira.rss", if_none_match=first.headers["etag"]).status == 304
    assert browser.get("/@mira.rss", if_modified_since=first.headers["last-modified"]).status == 304
    earlier = format_datetime(clock.now() - timedelta(days=9), usegmt=True)
    assert browser.get("/@mira.rss", if_modified_since=earlier).status == 200
    assert browser.get("/@mira.rss", if_modified_since="yesterday").status == 200


def robots(**changed: object) -> dict[str, list[str]]:
    """What each program is told, by its name."""
    told: dict[str, list[str]] = {}
    text = Browser(fake(**changed)).get("/robots.txt").text
    for group in text.split("\n\n"):
        names = re.findall(r"^User-agent: (.*)$", group, re.M)
        for name in names:
            told[name] = re.findall(r"^(?:Disallow|Allow): .*$", group, re.M)
    told["sitemap"] = re.findall(r"^Sitemap: (.*)$", text, re.M)
    return told


def test_programs_that_gather_texts_are_refused_by_name() -> None:
    told = robots()
    assert told["GPTBot"] == told["CCBot"] == ["Disallow: /"]
    assert "Disallow: /" not in told["*"] and "Disallow: /api/" in told["*"]
    assert told["sitemap"] == ["http://petrel.test/sitemap.xml"]
    assert "GPTBot" not in robots(ai_crawlers=True)


def test_a_site_may_let_in_search_engines_only_or_nobody() -> None:
    told = robots(crawlers="search", ai_crawlers=True)
    assert told["*"] == ["Disallow: /"] and "Allow: /" in told["Googlebot"]
    for closed in ({"crawlers": "none"}, {"is_try_out": True}):
        told = robots(**closed)
        assert told == {"*": ["Disallow: /"], "sitemap": []}
        assert Browser(fake(**closed)).get("/sitemap.xml").status == 404
        assert 'content="noindex"' in Browser(fake(**closed)).get("/about").text


def test_the_sitemap_has_who_agreed_and_nobody_else() -> None:
    browser = Browser()
    parts = re.findall(r"<loc>http://petrel.test(.*?)</loc>", browser.get("/sitemap.xml").text)
    assert parts == ["/sitemaps/site.xml", "/sitemaps/3.xml"]
    assert browser.get("/sitemaps/x.xml").status == 404
    people = browser.get("/sitemaps/3.xml").text
    assert "/@mira<" in people and "/@okello<" not in people


def test_a_post_of_who_did_not_agree_is_not_for_search_engines() -> None:
    browser = Browser()
    assert 'content="noindex"' not in browser.get("/@mira/20").text
    for page in ("/@okello/11", "/@joon/36", "/@mira/20?reveal=1", "/public", "/tags/birds"):
        assert 'content="noindex"' in browser.get(page).text, page


def test_previews_show_the_picture_of_a_post_and_not_one_behind_a_warning() -> None:
    world = Fake()
    picture = MediaView(id=1, kind="image", url="/media/1/a.jpg", preview="/media/1/b.jpg", description="A boat",
                        width=600, height=400)
    world.posts[20] = msgspec.structs.replace(world.posts[20], media=(picture,))
    head = Browser(world).get("/@mira/20").text.partition("<body")[0]
    assert '<meta property="og:image" content="http://petrel.test/media/1/b.jpg">' in head and "A boat" in head
    assert "summary_large_image" in head and 'property="article:published_time"' in head
    world.posts[20] = msgspec.structs.replace(world.posts[20], warning="Boats")
    head = Browser(world).get("/@mira/20").text.partition("<body")[0]
    assert "/media/1/" not in head and "A boat" not in head


def test_the_status_page_says_in_words_how_the_site_fares() -> None:
    world = Fake()
    assert "All is well" in Browser(world).get("/status").text
    world.fares_so = Fares(word="limited", posting="ok", watch="ok", room="uploads", closed=2,
                           said="New disk <b>tonight</b>")
    page = Browser(world).get("/status").text
    assert "with something left out" in page and "disk is nearly full" in page and "2 parts of the site" in page
    assert "New disk &lt;b&gt;tonight" in page
    world.fares_so = Fares(word="failing", posting="failing", watch="silent", room="ok")
    assert "no longer come through" in Browser(world).get("/status").text
