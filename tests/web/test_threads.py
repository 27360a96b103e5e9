"""A thread as a page shows it: nested, counted honestly, one page after the other, whatever its shape."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petrel.web.threads import DEEPEST, nest, outline
from tests.web.browser import Browser
from tests.web.fake import Fake


def test_a_reply_stands_directly_after_what_it_answers() -> None:
    drawn = outline(1, [(2, 1), (3, 1), (4, 2), (5, 4), (6, 3)])
    assert drawn.order == (2, 4, 5, 3, 6) and drawn.total == 5 and drawn.more == {}


def test_what_answers_something_hidden_stands_at_the_first_level() -> None:
    assert outline(1, [(3, 2), (4, 3)]).order == (3, 4)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=30), max_size=30))
def test_every_reply_is_shown_once_or_counted_below_one(answered: list[int]) -> None:
    replies = [(number, min(to, number - 1)) for number, to in enumerate(answered, 1)]
    drawn = outline(0, replies)
    assert len(set(drawn.order)) == len(drawn.order)
    assert len(drawn.order) + sum(drawn.more.values()) == drawn.total == len(replies)


@pytest.mark.parametrize("shape", ["flat", "deep"])
def test_ten_thousand_replies_are_put_in_order_quickly(shape: str) -> None:
    replies = [(n, n - 1 if shape == "deep" else 1) for n in range(2, 10_002)]
    began = time.process_time()
    drawn = outline(1, replies)
    assert time.process_time() - began < 0.5
    assert drawn.total == 10_000
    assert drawn.order == (tuple(range(2, 6)) if shape == "deep" else tuple(range(2, 10_002)))
    assert drawn.more == ({5: 9_996} if shape == "deep" else {})


def test_a_page_is_never_nested_deeper_than_a_phone_can_show() -> None:
    world = Fake()
    views = [world.posts[n] for n in (21, 22, 23, 24, 25)]
    level, at = 0, nest(20, views, {24: 1})
    while at:
        level, last, at = level + 1, at[-1], at[-1].branches
    assert level == DEEPEST and last.more == 1


def test_a_page_of_a_thread_says_how_much_of_it_it_shows_and_leads_to_the_rest() -> None:
    world = Fake(most_replies=3)
    browser = Browser(world)
    page = browser.get("/@mira/20").text
    assert "Showing 3 of 8 replies" in page and "Show the next 3 replies" in page
    shown: list[str] = []
    address = "/@mira/20"
    while address:
        page = browser.get(address).text
        shown += re.findall(r'<article class="post" id="p(\d+)"', page)
        onward = re.search(r'href="(\?after=\d+)#replies" rel="next"', page)
        address = f"/@mira/20{onward[1]}" if onward else ""
    assert shown == ["21", "22", "23", "24", "26", "27", "28"]
    assert "Showing replies 7 to 7 of 8" in page and "Back to the first replies" in page
    assert "Continue this thread (1 more)" in browser.get("/@mira/20?after=22").text
    assert "Showing 3 of 8" in browser.get("/@mira/20?after=999").text, "a place that is gone is the beginning"
    assert "8 replies" in Browser().get("/@mira/20").text.replace("7 of ", "")
