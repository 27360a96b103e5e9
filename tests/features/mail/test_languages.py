"""Letters in the language of who gets them."""

import pytest

from petrel import app
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts, mail
from petrel.features.mail import letters
from petrel.outside import mail as outside
from petrel.worker import jobs
from tests.features.mail.post_office import office

TRANSLATED = [(name, language) for name in letters.names() if name not in letters.IN_ENGLISH
              for language in letters.LANGUAGES]


@pytest.mark.parametrize(("name", "language"), TRANSLATED)
def test_a_letter_says_the_same_in_every_language(name, language):
    usual, one = letters.template(name), letters.template(name, language)
    assert one.language == language and one.needs == usual.needs and one.topic == usual.topic
    facts = dict.fromkeys(one.needs, "x") | {"what": "password"}
    text = letters.write(one, facts, {"site": "Birds", "base_url": "https://birds.example", "handle": "anna"})
    assert f'<html lang="{language}">' in text.html and "{" not in text.subject + text.plain


async def test_whoever_has_a_language_gets_letters_in_it(site):
    app.load_rooms()
    outside.install(None)
    system = System("tests")
    async with office() as post:
        async with writing(system, cause="tests") as w:
            people = [await accounts.create(w, accounts.NewAccount(f"speaks{n}", email=f"s{n}@nest.example",
                                                                   locale=locale))
                      for n, locale in enumerate(("de-AT", None, "pt"))]
            for one in people:
                await mail.queue(w, one.id, "reset", {"link": "https://birds.example/x"}, language="ja")
            await mail.queue(w, "old@nest.example", "address_changed", {"name": "anna"}, language="ja")
        await jobs.drain()
        subjects = {letter["To"]: letter["Subject"] for letter in post.letters if "confirm" not in post.text_of(letter)}
    assert subjects["s0@nest.example"].startswith("Ein neues Passwort")
    assert subjects["s1@nest.example"].endswith("パスワードの設定")
    assert subjects["s2@nest.example"].startswith("Set a new password")
    assert "アカウント" in subjects["old@nest.example"]
