"""Pages: limits clamped, bounds read, and links that lead on."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from petrel.api.http.paging import Offset, Paged, link_header
from petrel.core.pages import Page

LINK = re.compile(r'<([^>]*)>; rel="(next|prev)"')


def links(answer: Any) -> dict[str, str]:
    return {rel: url for url, rel in LINK.findall(answer.headers["link"])}


@pytest.mark.parametrize(
    ("query", "size"), [("", 20), ("limit=7", 7), ("limit=100", 40), ("limit=0", 1), ("limit=", 20), ("limit=40", 40)]
)
def test_limits_are_clamped(ask: Callable[..., Any], query: str, size: int) -> None:
    assert len(ask("GET", f"/api/v1/things?{query}").json) == size


@pytest.mark.parametrize("query", ["limit=-1", "limit=many", "max_id=undefined", "min_id=-3", "since_id=1.5"])
def test_bad_bounds_are_the_clients_mistake(ask: Callable[..., Any], query: str) -> None:
    answer = ask("GET", f"/api/v1/things?{query}")
    assert answer.status == 400
    assert query.split("=")[0] in answer.error


def test_links_keep_the_other_parameters_and_never_the_token(ask: Callable[..., Any]) -> None:
    answer = ask("GET", "/api/v1/things?limit=2&local=true&id[]=1&access_token=reader&max_id=900&min_id=3&since_id=4")
    assert links(answer) == {
        "next": "https://birds.test/api/v1/things?limit=2&local=true&id[]=1&max_id=99",
        "prev": "https://birds.test/api/v1/things?limit=2&local=true&id[]=1&min_id=100",
    }


def test_the_last_page_has_no_next_and_an_empty_one_no_link() -> None:
    last = link_header("https://x.test/a", b"", newest=9, oldest=8, is_full=False, back_by="since_id")
    assert last == (b"link", b'<https://x.test/a?since_id=9>; rel="prev"')
    assert link_header("https://x.test/a", b"", newest=None, oldest=None, is_full=False) is None


def test_a_link_cannot_be_broken_out_of() -> None:
    header = link_header("https://x.test/a", b'q=a>; rel="x"\r\nb: c&limit=1', newest=9, oldest=8, is_full=False)
    assert header is not None
    assert header[1] == b'<https://x.test/a?q=a%3E;%20rel=%22x%22%0D%0Ab:%20c&limit=1&min_id=9>; rel="prev"'


def test_forms_become_pages() -> None:
    form = Paged(limit=500, max_id=9, min_id=3)
    assert form.page(20) == Page(limit=40, max_id=9, min_id=3)
    assert form.page(40, 80) == Page(limit=80, max_id=9, min_id=3)
    assert Offset(limit=3, offset=99_999).bounds(10) == (3, 10_000)
