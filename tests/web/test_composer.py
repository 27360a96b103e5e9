"""The form for a post as browsers send it, with files: what was typed is never lost, what was chosen can be undone."""

import re

from petrel.core.errors import NotFound
from tests.web.browser import Answer, Browser


def send(browser: Browser, fields: dict[str, str | bytes], **files: bytes) -> Answer:
    """As a browser sends the form: file fields that nobody filled come as empty files without a name."""
    texts = {name: value.encode() if isinstance(value, str) else value for name, value in fields.items()}
    body = b"".join(b'--b\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
                    for name, value in texts.items())
    for name, content in (dict.fromkeys((f"file{n}" for n in range(1, 5)), None) | files).items():
        filename = "" if content is None else "a.jpg"
        body += (f'--b\r\ncontent-disposition: form-data; name="{name}"; filename="{filename}"\r\n'
                 "content-type: image/jpeg\r\n\r\n").encode() + (content or b"") + b"\r\n"
    return browser.ask("POST", "/compose", body + b"--b--\r\n", {"content-type": "multipart/form-data; boundary=b"})


def test_what_was_typed_comes_back_to_whoever_was_signed_out_meanwhile() -> None:
    browser = Browser(who="mira")
    form = browser.get("/compose").hidden
    browser.fake.sessions.clear()
    answer = send(browser, {**form, "text": "Long thought about"})
    assert answer.status == 401 and "Long thought about" in answer.text


def test_every_letter_is_posted_as_it_was_typed_and_broken_ones_are_refused_with_the_text() -> None:
    browser = Browser(who="mira")
    form = browser.get("/compose").hidden
    sent = send(browser, {**form, "text": "The sign \ufffd is a letter too"})
    assert sent.status == 303 and "\ufffd is a letter too" in browser.get("/").text
    for broken in (b"Long thought about \xff\xfe", b"Long thought about \x00"):
        before = len(browser.fake.posts)
        answer = send(browser, {**form, "text": broken, "once": "new"})
        assert answer.status == 400 and "Long thought about" in answer.text
        assert len(browser.fake.posts) == before


def test_a_form_of_too_many_parts_gives_the_text_back() -> None:
    browser = Browser(who="mira")
    form = browser.get("/compose").hidden
    many = {f"x{n}": "" for n in range(200)}
    answer = send(browser, {**form, "text": "Long thought about", **many})
    assert answer.status == 400 and "Long thought about" in answer.text
    answer = send(browser, {**form, "text": "Long thought about"}, **{f"file{n}": b"x" for n in range(1, 7)})
    assert answer.status == 400 and "Long thought about" in answer.text and not browser.fake.files


def test_where_a_file_is_refused_the_others_stay_with_all_descriptions() -> None:
    browser = Browser(who="mira")
    typed = {"text": "Two birds", "description1": "A tern", "description2": "A <gull>"}
    answer = send(browser, {**browser.get("/compose").hidden, **typed}, file1=b"picture", file2=b"")
    assert answer.status == 422 and "File is empty" in answer.text and "Two birds</textarea>" in answer.text
    [here] = re.findall(r'<input type="checkbox" name="(media\d+)" value="1" checked>', answer.text)
    assert "A tern" in answer.text and 'src="/media/900/small.jpg"' in answer.text
    assert 'name="description2" dir="auto" maxlength="1500" value="A &lt;gull&gt;"' in answer.text
    assert 'value="A tern"' not in answer.text, "the file has it"
    assert '<details class="files" open>' in answer.text
    sent = send(browser, {**answer.hidden, **typed, here: "1"}, file2=b"another")
    assert sent.status == 303 and browser.fake.drafts[-1].media == (900, 901)


def test_a_file_that_is_here_can_be_left_out() -> None:
    browser = Browser(who="mira")
    form = browser.get("/compose").hidden
    files = {f"file{n}": b"picture" for n in range(1, 5)}
    answer = send(browser, {**form, "text": " "}, **files)
    here = re.findall(r'name="(media\d+)" value="1" checked', answer.text)
    assert answer.status == 422 and len(here) == 4 and answer.text.count('type="file"') == 1, "one can be exchanged"
    sent = send(browser, {**answer.hidden, "text": "Three", **dict.fromkeys(here[1:], "1")})
    assert sent.status == 303 and browser.fake.drafts[-1].media == (901, 902, 903)


def test_what_was_quoted_and_is_gone_does_not_hold_the_text_back() -> None:
    browser = Browser(who="mira")
    form = {**browser.get("/compose?quote=41").hidden, "text": "Look at that"}
    assert form["quote_of"] == "41"
    browser.fake.trouble = NotFound()
    browser.fake.deleted.add(41)
    answer = send(browser, form)
    assert answer.status == 404 and "Look at that</textarea>" in answer.text and "quote_of" not in answer.hidden
