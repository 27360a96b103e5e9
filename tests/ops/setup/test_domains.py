"""Which names a site can have, and what is said of the others."""

import pytest

from petrel.ops.setup import CannotWork, proper


@pytest.mark.parametrize(("typed", "name"), [
    ("Social.Bird.ORG.", "social.bird.org"), (" bird.org ", "bird.org"), ("bücher.de", "xn--bcher-kva.de"),
    ("a-1.b2.co.uk", "a-1.b2.co.uk"),
])
def test_names_that_can_be(typed: str, name: str) -> None:
    assert proper(typed) == name


@pytest.mark.parametrize(("typed", "said"), [
    ("https://bird.org/", "petrel init bird.org"), ("bird.org/x", "petrel init bird.org"),
    ("me@bird.org", "petrel init bird.org"), ("bird.org:8443", "petrel init bird.org"), ("192.0.2.1", "number of a"),
    ("[2001:db8::1]", "number of a"), ("2001:db8::1", "number of a"), ("", "cannot be a domain"),
    ("a b.org", "cannot be a domain"), ("-a.org", "cannot be a domain"), ("a_b.org", "cannot be a domain"),
    ("bird..org", "cannot be a domain"), ("x" * 64 + ".org", "cannot be a domain"), ("localhost", "--try-out"),
    ("bird", "--try-out"), ("bird.local", "--try-out"), ("bird.test", "--try-out"), ("www.example.com", "--try-out"),
    ("bird.internal", "--try-out"), ("\u202ebird.org", "cannot be a domain"), ("1.2.3", "ends in a number"),
])
def test_names_that_cannot_say_what_to_give(typed: str, said: str) -> None:
    with pytest.raises(CannotWork, match=said.replace("[", "\\[")):
        proper(typed)


def test_any_name_will_do_for_a_try_out() -> None:
    assert proper("bird.local", try_out=True) == "bird.local"
    with pytest.raises(CannotWork):
        proper("192.0.2.1", try_out=True)
