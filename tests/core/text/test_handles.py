"""What people and servers may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.errors import Invalid
from petrel.core.text.handles import RESERVED, address, domain, fault, handle


@pytest.mark.parametrize(("typed", "kept"), [("bob", "bob"), ("Bob_1", "bob_1"), ("_a", "_a"), ("A" * 30, "a" * 30)])
def test_handle_is_kept_in_lower_case(typed, kept):
    assert handle(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "ERR_BLANK"),
        ("a" * 31, "ERR_TOO_LONG"),
        ("a b", "ERR_INVALID"),
        ("a.b", "ERR_INVALID"),
        ("jörg", "ERR_INVALID"),
        ("bоb", "ERR_INVALID"),
        ("bob\n", "ERR_INVALID"),
        ("___", "ERR_INVALID"),
        ("admin", "ERR_RESERVED"),
        ("Admin", "ERR_RESERVED"),
        ("ad_min", "ERR_RESERVED"),
        ("_root_", "ERR_RESERVED"),
        ("postmaster", "ERR_RESERVED"),
        ("oauth", "ERR_RESERVED"),
        ("settings", "ERR_RESERVED"),
        ("everyone", "ERR_RESERVED"),
        ("bob", None),
        ("administrators_cat", None),
    ],
)
def test_fault_says_why_not(typed, code):
    assert fault(typed) == code
    if code:
        with pytest.raises(Invalid) as refused:
            handle(typed, "name")
        assert refused.value.field == "name" and refused.value.message


def test_reserved_words_are_written_as_they_are_compared():
    assert all(word == word.lower() and word.isalnum() and len(word) <= 30 for word in RESERVED)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Example.COM", "example.com"),
        (" example.com. ", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("例え。みんな", "xn--r8jz45g.xn--q9jyb4c"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
        ("127.0.0.1:8443", "127.0.0.1:8443"),
        ("example.com:443", "example.com"),
    ],
)
def test_domain_is_written_as_dns_has_it(typed, kept):
    assert domain(typed) == kept
    assert domain(kept) == kept


@pytest.mark.parametrize(
    "typed",
    ["", ".", "a..b", "-a.example", "a-.example", "a b.example", "a_b.example", "a/b", "user@example.com", "a" * 64,
     "a." * 130 + "com", "ü" * 200, "xn--", "xn--a\u0301.example", "\u202eexample.com", "exa\nmple.com", "a:b", "::1"],
)  # fmt: skip
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(Invalid):
        domain(typed)


@given(st.text())
def test_domain_answers_or_refuses(typed):
    try:
        kept = domain(typed)
    except Invalid:
        return
    assert kept.isascii() and domain(kept) == kept


@pytest.mark.parametrize(
    ("acct", "user", "at"),
    [
        ("bob", "bob", None),
        ("@Bob", "bob", None),
        ("@bob@our.example", "bob", None),
        ("bob@OUR.example.", "bob", None),
        ("@a.b-c@Bücher.example", "a.b-c", "xn--bcher-kva.example"),
    ],
)
def test_address_is_the_same_person_however_written(acct, user, at):
    assert address(acct, "our.example") == (user, at)


@pytest.mark.parametrize("acct", ["", "@", "@@bob", "bob@", "bob@a@b", "bo b", "bob@-", "josé", "bob/x@a.example"])
def test_what_is_no_address_is_refused(acct):
    with pytest.raises(Invalid):
        address(acct, "our.example")
