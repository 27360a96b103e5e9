"""Activities as posts: what they said, to whom, and never more than that."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.features.archives import mastodon
from petrel.features.archives.mastodon import Actor
from petrel.features.archives.shapes import Left, Old
from petrel.features.posts import Audience
from tests.features.archives.packing import ACTOR, FOLLOWERS, PUBLIC, note

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OWNER = Actor(ACTOR, "ada", "old.example", FOLLOWERS)


def told(activity: Any) -> Old | Left:
    return mastodon.activity(json.dumps(activity).encode(), OWNER, NOW)


def old(activity: Any) -> Old:
    found = told(activity)
    assert isinstance(found, Old), found
    return found


@pytest.mark.parametrize(("to", "cc", "audience"), [
    ([PUBLIC], [FOLLOWERS], Audience.PUBLIC), (["as:Public"], [], Audience.PUBLIC),
    ([FOLLOWERS], [PUBLIC], Audience.UNLISTED), ([FOLLOWERS], [], Audience.FOLLOWERS),
    ([FOLLOWERS, "https://x.example/bob"], [], Audience.FOLLOWERS),
])
def test_audiences_are_as_they_were(to: list[str], cc: list[str], audience: Audience) -> None:
    assert old(note(1, "<p>x</p>", to=to, cc=cc)).audience == audience


@pytest.mark.parametrize(("to", "cc"), [
    (["https://x.example/bob"], []), ([], []), (["https://other.example/followers"], []), ([7, {"a": 1}], None),
    ([f"{PUBLIC}2", PUBLIC.lower()], []),
])
def test_what_was_for_a_few_or_cannot_be_told_stays_out(to: list[Any], cc: list[str] | None) -> None:
    one = note(1, "<p>x</p>", to=to)
    one["object"]["cc"] = cc
    found = told(one)
    assert isinstance(found, Left) and found.kind == "messages" and not found.example


HTML = (
    '<p>Dear <span class="h-card"><a href="https://far.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
    ' and <a href="https://old.example/@cy" class="u-url mention">@<span>cy</span></a>,<br/>see '
    '<a href="https://a.example/long/path?x=1&amp;y=2"><span class="invisible">https://</span>'
    '<span class="ellipsis">a.example/long</span><span class="invisible">/path?x=1&amp;y=2</span></a>'
    ' <a href="https://old.example/tags/birds" class="mention hashtag">#<span>birds</span></a></p>'
    '<p>&lt;b&gt; <a href="https://evil.example/">your bank</a><script>alert(1)</script></p>'
)


def test_text_is_what_one_read_and_names_are_whole() -> None:
    tags = [{"type": "Mention", "href": "https://far.example/@bob", "name": "@bob@far.example"},
            {"type": "Mention", "href": "https://old.example/@cy", "name": "@cy"}, "junk", {"type": "Mention"}]
    assert old(note(1, HTML, tag=tags)).text == (
        "Dear @bob@far.example and @cy@old.example,\nsee https://a.example/long/path?x=1&y=2 #birds\n\n"
        "<b> your bank (https://evil.example/)")
    assert old(note(1, HTML)).text.startswith("Dear @bob@far.example and @cy@old.example")


def test_the_rest_of_a_post_comes_along() -> None:
    found = old(note(7, "<p>hallo</p>", summary="warning", sensitive=True, contentMap={"de": "<p>hallo</p>"},
                     inReplyTo=f"{ACTOR}/statuses/6", updated="2019-02-01T00:00:00Z", attachment=[{}, {}]))
    assert found == Old(f"{ACTOR}/statuses/7", datetime(2019, 1, 2, 3, 4, 7, tzinfo=UTC), "hallo", "warning",
                        Audience.PUBLIC, True, "de", f"{ACTOR}/statuses/6", datetime(2019, 2, 1, tzinfo=UTC), 2)
    poll = note(1, "<p>which?</p>", oneOf=[{"name": "this"}, {"name": "that"}, 7])
    poll["object"]["type"] = "Question"
    assert old(poll).text == "which?\n\n• this\n• that"


@pytest.mark.parametrize("at", ["1969-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "yesterday", "2019-01-01T00:00:00",
                                "9" * 5000, "0001-01-01T00:00:00+23:59"])
def test_dates_that_cannot_be(at: str) -> None:
    found = told(note(1, "<p>x</p>", at=at))
    assert isinstance(found, Left) and found.why == mastodon.DATE


def changed(**more: Any) -> dict[str, Any]:
    one = note(1, "<p>x</p>")
    return {**one, **{k: v for k, v in more.items() if k != "object"}, "object": {**one["object"],
                                                                             **more.get("object", {})}}


@pytest.mark.parametrize("activity", [
    changed(actor="https://old.example/users/eve"), changed(object={"attributedTo": "https://old.example/users/eve"}),
    changed(object={"attributedTo": [ACTOR]}), changed(object={"id": "https://elsewhere.example/1"}),
    changed(object={"id": "http://["}), changed(object={"id": 7}), changed(actor=None),
])
def test_what_somebody_else_wrote_is_not_taken(activity: Any) -> None:
    found = told(activity)
    assert isinstance(found, Left) and found.why == mastodon.NOT_THEIRS


@pytest.mark.parametrize("activity", [
    {}, {"type": "Create"}, {"type": "Create", "object": "https://old.example/1"}, {"type": ["Create"]},
    {"type": "Delete", "object": {}}, {"type": "Create", "object": {"type": "Tombstone"}}, {"type": 7, "object": 7},
    {"type": "Create", "object": {"type": ["Note"]}}, {"type": "Create", "object": {"type": {}}},
])
def test_what_is_not_a_post(activity: Any) -> None:
    assert isinstance(told(activity), Left)


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b'"x"', b"{", b'{"type": "Create", "object": \xff}', b"[" * 5000,
                                 b'{"type": "\\ud800"}'])
def test_what_cannot_be_read(raw: bytes) -> None:
    assert isinstance(mastodon.activity(raw, OWNER, NOW), Left)


@pytest.mark.parametrize("content", [None, 7, [], {"en": 1}, "", "<p></p>", "<img src=x>", "<!-- a -->"])
def test_without_text_nothing_is_taken(content: Any) -> None:
    found = told(note(1, content, attachment=[{}]))
    assert isinstance(found, Left) and found.why == mastodon.EMPTY


@pytest.mark.parametrize("html", [
    "<p>a\x00b</p>", "<a href=", "<p>" * 5000 + "deep", "<a href='javascript:alert(1)'>x</a>", "&#0;&#xd800;x",
    "<a href=\"https://[\" class=\"mention\">@x</a>", "<table><tr><td>x</td></tr></table>",
])
def test_any_html_becomes_text(html: str) -> None:
    text = old(note(1, html + "<p>end</p>")).text
    assert text.endswith("end") and "<p" not in text and "javascript:" not in text


def test_boosts_are_told_apart() -> None:
    found = told({"type": "Announce", "actor": ACTOR, "object": "https://far.example/1"})
    assert found == Left("boosts", mastodon.BOOST, "https://far.example/1")


WORDS = st.sampled_from(["Create", "Note", "Question", ACTOR, PUBLIC, FOLLOWERS, f"{ACTOR}/statuses/1", "http://[", "",
                         "2019-01-01T00:00:00Z", "<p>x</p>", "<a href=\"http://[\">@x</a>", "as:Public", "\x00"])
NAMES = st.sampled_from(["type", "id", "actor", "object", "to", "cc", "content", "tag", "href", "name"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9) | WORDS
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
                    max_leaves=12)
FIELDS = ("id", "type", "actor", "published", "to", "cc", "object")
INNER = ("id", "type", "attributedTo", "published", "to", "cc", "content", "contentMap", "summary", "tag", "inReplyTo",
         "updated", "attachment", "sensitive", "oneOf")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3),
       st.dictionaries(st.sampled_from(INNER), JSON, max_size=5))
def test_whatever_is_in_it_is_taken_or_left_and_never_for_more(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    one = note(1, "<p>x</p>", to=[FOLLOWERS], cc=[])
    one.update({name: value for name, value in outer.items() if name != "object"})
    one["object"].update(inner)
    found = told(one)
    if isinstance(found, Old) and found.audience != Audience.FOLLOWERS:
        said = json.dumps([one["object"].get("to"), one["object"].get("cc")])
        assert PUBLIC in said or "as:Public" in said
        assert found.audience in (Audience.PUBLIC, Audience.UNLISTED)
