"""Pages speak the reader's language, where it is one of ours: words, numbers and times of it, and nothing half."""

import json
import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from petrel.core import clock
from petrel.features.moderation.shapes import REPORT_KINDS, WHATS
from petrel.web import look, speech
from petrel.web.pages.reporting import FORM_KINDS
from petrel.web.pages.security import SAID
from petrel.web.pages.taking import KINDS
from petrel.web.rooms.owing import PLANNED, STEPS
from petrel.web.sheets import IN_ENGLISH, SHEETS
from tests.web.browser import Browser
from tests.web.test_pages import MEMBERS, OPEN

EN, DE, JA = (speech.of(language) for language in speech.LANGUAGES)
PLACES = string.Formatter()
TEMPLATE = re.compile(r"{%-?\s*(?:include|extends) \"([a-z_.]+)\"")
LOCALES = Path(speech.__file__).parent / "client/src/locales"
ALIKE_IN_ENGLISH_ONLY = {
    "cancel", "compose.focusDone", "compose.title.new", "compose.title.quote", "compose.title.reply", "keys.quote",
    "keys.reply", "keys.search", "media.large", "nav.compose", "poll.ended", "push.kind.favourite", "thread.post",
    "toasts"}
# The name of the program, of formats, and what is typed as it is.
NOT_WORDS = {"RSS", "Atom", "Petrel", "UTC", "atom"}
ENGLISH = re.compile(r"\b(?:the|and|of|to|is|are|was|it|you|your|with|who|not|here|new|Posts?|Sign|Home|Search|About|"
                     r"replies|Reply|password|Messages?|[Ff]ollows?|Save|Show|Delete|See|Change|Open)\b")


def places(words: speech.Words) -> set[str]:
    forms = words.values() if isinstance(words, dict) else [words]
    return {name for form in forms for _, name, _, _ in PLACES.parse(form) if name}


def links(words: speech.Words) -> set[str]:
    forms = words.values() if isinstance(words, dict) else [words]
    return {tag for form in forms for tag in re.findall(r"<[^>]*>", form)}


def missing(ours: dict[str, speech.Words], theirs: dict[str, speech.Words]) -> list[str]:
    """What a catalogue lacks of another, has too much, or says with other places or links."""
    found = [f"{key} is in one only" for key in sorted(ours.keys() ^ theirs.keys())]
    for key in sorted(ours.keys() & theirs.keys()):
        if places(ours[key]) != places(theirs[key]):
            found.append(f"{key}: other places")
        if {t for t in links(ours[key]) if "code" not in t} != {t for t in links(theirs[key]) if "code" not in t}:
            found.append(f"{key}: other links")
    return found


@pytest.mark.parametrize("language", speech.LANGUAGES[1:])
def test_every_key_is_in_every_language(language: str) -> None:
    assert missing(EN.words, speech.of(language).words) == []


@pytest.mark.parametrize("language", speech.LANGUAGES[1:])
def test_the_app_says_it_as_the_pages_do(language: str) -> None:
    """What is the same in English is the same in every language: nobody meets two words for one thing."""
    english, theirs = (json.loads((LOCALES / f"{name}.json").read_text()) for name in ("en", language))
    said: dict[str, list[speech.Words]] = {}
    for key, words in EN.words.items():
        if isinstance(words, str) and isinstance(one := speech.of(language).words[key], str):
            said.setdefault(str(words), []).append(str(one))
    assert {key: theirs[key] for key, words in english.items() if isinstance(words, str)
            and words in said and theirs[key] not in said[words]}.keys() <= ALIKE_IN_ENGLISH_ONLY


def test_a_lacking_key_place_or_link_is_noticed() -> None:
    whole: dict[str, speech.Words] = {"a": "x {n}", "b": '<a href="/x">y</a>', "c": {"one": "{n}", "other": "{n}"}}
    assert missing(whole, {**whole, "a": "x"}) == ["a: other places"]
    assert missing(whole, {**whole, "b": '<a href="/z">y</a>'}) == ["b: other links"]
    assert missing(whole, {"a": "x {n}", "b": whole["b"]}) == ["c is in one only"]


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_every_number_has_the_forms_of_its_language(language: str) -> None:
    says = speech.of(language)
    forms = {says._form(n) for n in range(200)}
    assert [key for key, words in says.words.items() if isinstance(words, dict) and set(words) != forms] == []


def test_plurals_are_those_of_the_language() -> None:
    assert [EN.t("thread.replies", n=n) for n in (0, 1, 2, 1001)] == ["0 replies", "1 reply", "2 replies",
                                                                     "1,001 replies"]
    assert [DE.t("thread.replies", n=n) for n in (0, 1, 2, 1001)] == ["0 Antworten", "1 Antwort", "2 Antworten",
                                                                     "1.001 Antworten"]
    assert [JA.t("thread.replies", n=n) for n in (1, 2)] == ["返信1件", "返信2件"]


def test_numbers_and_times_are_written_as_the_language_does() -> None:
    at = datetime(2024, 3, 5, 14, 7, tzinfo=UTC)
    assert [s.moment(at) for s in (EN, DE, JA)] == ["5 March 2024, 14:07 UTC", "5. März 2024, 14:07 UTC",
                                                    "2024年3月5日 14:07 UTC"]
    assert [s.count(12_345) for s in (EN, DE, JA)] == ["12k", "12 Tsd.", "1.2万"]
    assert [s.count(1_234) for s in (EN, DE, JA)] == ["1.2k", "1,2 Tsd.", "1,234"]
    assert [s.count(0) for s in (EN, DE, JA)] == ["", "", ""]
    assert [s.ago(clock.now() - timedelta(days=1, hours=1)) for s in (EN, DE, JA)] == ["1 d", "1 Tag", "1日"]
    assert EN.files(["image", "image", "video"]) == "2 pictures and 1 film"


def test_what_is_given_is_never_markup() -> None:
    assert EN.t("post.by", name="<b>&\"") == "Post by &lt;b&gt;&amp;&#34;"
    assert "<b>" not in EN.notice("filtered:<b>") and EN.notice("<i>") == "&lt;i&gt;"


@pytest.mark.parametrize(("header", "language"), [
    ("", "en"), ("de", "de"), ("de-AT,en;q=0.8", "de"), ("fr-FR,fr;q=0.9,ja;q=0.5,de;q=0.4", "ja"), ("fr", "en"),
    ("*", "en"), ("de;q=0.1,en;q=0.9", "en"), ("de;q=0", "en"), ("JA", "ja"), ("de;q=x, ;;;, ja;q=0.3", "ja"),
    ("x" * 10_000 + ",de", "en"), ("zh-Hant-TW;q=1, de;q=.5", "en")])
def test_the_language_is_the_one_that_the_reader_would_rather_have(header: str, language: str) -> None:
    assert speech.wanted(header) == language


@pytest.mark.parametrize(("language", "word"), [("de", "Öffentliche Beiträge"), ("ja", "公開の投稿")])
def test_a_page_is_whole_in_the_readers_language_and_says_which_it_is(language: str, word: str) -> None:
    answer = Browser().get("/public", accept_language=language)
    assert f'<html lang="{language}">' in answer.text and f"<h1>{word}</h1>" in answer.text
    assert f'content="{speech.of(language).locale}"' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(("who", "paths"), [
    ("", (*OPEN, "/auth/forgot", "/auth/data", "/@nobody")),
    ("mira", (*MEMBERS, "/@mira/44/audience", "/auth/again"))])
def test_no_english_is_left_on_a_page_in_japanese(who: str, paths: tuple[str, ...]) -> None:
    """What is ours has no word of English, but for names."""
    browser, found = Browser(who=who) if who else Browser(), {}
    for path in paths:
        page = browser.get(path, accept_language="ja").text
        if path in ("/about/style", "/setup/first-light"):
            continue
        assert '<html lang="ja">' in page, path
        if words := set(ENGLISH.findall(ours(page))):
            found[path] = words
    assert not found


def ours(page: str) -> str:
    """What is read of a page, without what people wrote in it."""
    body = re.sub(r"<(article|ol class=\"rules|title|style|code)\b.*?</(?:article|ol|title|style|code)>", "", page,
                  flags=re.S)
    for tag, name in (("div", "text|written"), ("div", "excerpt"), ("span", "words")):
        body = re.sub(rf'<{tag} class="(?:{name})[^"]*".*?</{tag}>', "", body, flags=re.S)
    body = body.replace("Short posts from the harbour and beyond, newest first.", "")
    return re.sub(r"<[^>]*>", " ", body.partition("<body")[2])


def test_what_is_not_translated_is_english_as_a_whole_and_says_so() -> None:
    page = Browser().get("/about/style", accept_language="de").text
    assert '<html lang="en">' in page and "Sign in" in page and "Anmelden" not in page
    assert 'lang="de">Diese Seite gibt es bisher nur auf Englisch.' in page
    assert "nur auf Englisch" not in Browser().get("/about/style").text


def test_what_the_rooms_say_is_marked_as_english() -> None:
    """Their sentences stand in no catalogue; those of pages do, and are in the language of the page."""
    assert DE.told("The handle is taken. <b>") == '<span lang="en">The handle is taken. &lt;b&gt;</span>'
    assert DE.told(DE.t("again.wrong_password")) == "Das ist nicht dein Passwort. Prüfe große Buchstaben."
    assert EN.told("The handle is taken.") == "The handle is taken."


def test_what_the_program_calls_by_code_has_words() -> None:
    """Keys that templates put together."""
    keys = [f"erase.{what}" for what in (*PLANNED, *STEPS)] + [f"judged.what_{what}" for what in WHATS]
    keys += [f"report.kind_{kind}" for kind in (*REPORT_KINDS, *FORM_KINDS)] + [f"taking.of_{k[0]}" for k in KINDS]
    keys += [f"security.said_{said}" for said in SAID] + [f"scopes.{scope}" for scope in speech.SCOPES]
    keys += [f"{word}_{what}" for what in ("indexable", "discoverable") for word in ("data.agreed", "data.ended")]
    assert [key for key in keys if not EN.has(key)] == []
    assert JA.happened("follow", "A", 2) == "A があなたをフォローしました"
    assert DE.happened("follow", "A", 1) == "A folgt dir jetzt" and DE.happened("news", "A", 2).startswith("A haben")
    assert DE.scope("read:blocks") == "Sehen: wen du blockierst" and DE.scope("write:<b>") == "write:<b>"


def untold(template: str) -> list[str]:
    """Words of a template, and of what it is made of, that stand in no catalogue."""
    found, waiting, seen = [], [template], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (look.TEMPLATES / name).read_text(encoding="utf-8")
        waiting += TEMPLATE.findall(text)
        text = re.sub(r"{#.*?#}|{% block frame %}.*?{% endblock %}", "", text, flags=re.S)
        text = re.sub(r"(?<=[\s\"=%}])/[a-z_/]+(?:\?[a-z]+=)?(?=[{\"<])", "", text)     # addresses
        said = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"{]*[A-Za-z][^"{]*)"', text)
        told = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.S)
        told = re.sub(r"<[^>]*>|&[a-z]+;|\bdata-[a-z]+=", " ", re.sub(r"<\?xml.*?\?>", "", told))
        said += re.findall(r"[A-Za-z]{2,}", told)
        found += [f"{name}: {word}" for word in said if word not in NOT_WORDS]
    return found


@pytest.mark.parametrize("template", sorted(SHEETS.keys() - IN_ENGLISH))
def test_no_word_of_such_a_page_stands_outside_of_the_catalogues(template: str) -> None:
    assert untold(template) == []


def test_a_word_outside_of_the_catalogues_is_noticed() -> None:
    assert any("Queue" in one for one in untold("desk_frame.html"))
