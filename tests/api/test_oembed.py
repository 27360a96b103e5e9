"""Posts of ours in pages of other sites."""

import pytest

from petrel.core import limits
from tests.api.members import Members, Person


@pytest.fixture
def api(api) -> Members:
    return Members(api)


async def say(api: Members, who: Person, text: str, **more: object) -> str:
    return (await api.post("/api/v1/statuses", as_=who, status=text, **more)).json["url"]


async def test_a_post_is_quoted_with_a_link_as_anybody_sees_it(api):
    ann, = await api.join()
    url = await say(api, ann, "Terns <b>now</b>")
    told = (await api.get("/api/oembed", url=url, maxwidth=300)).json
    assert (told["type"], told["width"], told["author_name"]) == ("rich", 300, ann.handle)
    assert told["html"].startswith("<blockquote><p>Terns &lt;b&gt;now&lt;/b&gt;</p>")
    assert f'href="{url}"' in told["html"]
    for asked, given in ((100, 100), (900, 400), (0, 400)):
        assert (await api.get("/api/oembed", url=url, maxwidth=asked)).json["width"] == given, "never wider than asked"
    warned = await say(api, ann, "A gull eats", spoiler_text="<food>")
    told = (await api.get("/api/oembed", url=warned)).json
    assert "gull" not in told["html"] and "<p>&lt;food&gt;</p>" in told["html"]


async def test_what_nobody_may_see_or_is_no_post_of_ours_is_not_quoted(api):
    ann, ben = await api.join(2)
    hidden = await say(api, ann, "For few", visibility="private")
    base = limits.current().base_url
    own = f"{base}/@{ann.handle}"
    for url in (hidden, hidden + "9", own, own + "/x", "https://other.example/@a/5", ""):
        for who in (None, ann, ben):
            assert (await api.get("/api/oembed", as_=who, url=url)).status == 404, url
    assert (await api.get("/api/oembed?format=xml&url=x")).status in (400, 422)
