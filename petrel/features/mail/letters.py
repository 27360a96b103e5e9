"""Letters from templates. A template is one text, `templates/NAME.txt`: a head, a line with three dashes, the body.

    subject: Set a new password on {{ site }}
    topic: needed              (or one of shapes.TOPICS)
    useful_s: 7200             (how long it is of use; not sent later)
    surface: none              (where of core/surfaces.py it shows posts; "none" needs why_none)
    why_none: a link, and the name of the account
    ---
    Hello @{{ handle }}, ...

In other languages there is `templates/LANGUAGE/NAME.txt`: a subject, three dashes, a body; all else is as in English,
and so is the whole letter where there is none (IN_ENGLISH).

The HTML part is made from the text: paragraphs, lists, and a line that is only an address becomes a link. So both say
the same. Every template may use `site`, `base_url` and, for an account, `handle`; a body `said`, its subject; all else
is in the facts of `queue`.
"""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from petrel.core import surfaces
from petrel.features.mail.shapes import NEEDED, TOPICS

GIVEN = frozenset(("site", "base_url", "handle", "said"))
USUAL, LANGUAGES = "en", ("de", "ja")
IN_ENGLISH = frozenset(("notice", "test", "decision", "counter_notice"))
"""For the crew; or of the law, with reasons that somebody typed: half a letter in another language would be worse."""
KEYS = ("subject", "topic", "useful_s", "surface", "why_none")
_link = re.compile(r"https?://[^\s<>\"]+")


class NoSuchTemplate(ValueError):
    """There is no such template, or it lacks a fact."""


class Template(Struct, frozen=True):
    name: str
    subject: str
    body: str
    topic: str
    useful_s: int
    surface: str
    why_none: str
    needs: frozenset[str]
    language: str = USUAL


class Text(Struct, frozen=True):
    """A letter ready to be put into an envelope."""

    subject: str
    plain: str
    html: str


@cache
def template(name: str, language: str = USUAL) -> Template:
    """In this language, or in English where there is no such letter in it. Errors: NoSuchTemplate."""
    folder = files("petrel.features.mail") / "templates"
    place = folder / f"{name}.txt"
    if not re.fullmatch(r"[a-z_]+", name) or not place.is_file():
        raise NoSuchTemplate(f"petrel/features/mail/templates has no {name}.txt")
    usual = parse(name, place.read_text(encoding="utf-8"))
    spoken = language.partition("-")[0].lower()
    if spoken not in LANGUAGES or name in IN_ENGLISH:
        return usual
    return translated(usual, spoken, (folder / spoken / f"{name}.txt").read_text(encoding="utf-8"))


def names() -> list[str]:
    """All there are."""
    folder = files("petrel.features.mail") / "templates"
    return sorted(one.name.removesuffix(".txt") for one in folder.iterdir() if one.name.endswith(".txt"))


def parse(name: str, text: str) -> Template:
    """Errors: NoSuchTemplate, ValueError of `surfaces.check`."""
    head, dashes, body = text.partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if not dashes or not body.strip() or set(fields) - set(KEYS) or not {"subject", "topic", "useful_s"} <= set(fields):
        raise NoSuchTemplate(f"{name}.txt: a head of {', '.join(KEYS)}, a line ---, and a body are needed")
    if fields["topic"] != NEEDED and fields["topic"] not in TOPICS:
        raise NoSuchTemplate(f"{name}.txt: no topic {fields['topic']}; known are {NEEDED}, {', '.join(TOPICS)}")
    surface, why_none = fields.get("surface", "none"), fields.get("why_none", "")
    surfaces.check(surfaces.Kind.MAIL, name, surface, why_none)
    needs = frozenset(_look().undeclared_variables_in_str(fields["subject"] + body)) - GIVEN
    return Template(name, fields["subject"], body.strip() + "\n", fields["topic"], int(fields["useful_s"]), surface,
                    why_none, needs)


def translated(usual: Template, language: str, text: str) -> Template:
    """Errors: NoSuchTemplate."""
    head, dashes, body = text.partition("\n---\n")
    subject = head.removeprefix("subject: ")
    if not dashes or not body.strip() or subject == head or "\n" in head:
        raise NoSuchTemplate(f"{language}/{usual.name}.txt: a line with the subject, a line ---, and a body are needed")
    needs = frozenset(_look().undeclared_variables_in_str(subject + body)) - GIVEN
    return replace(usual, subject=subject, body=body.strip() + "\n", needs=needs, language=language)


def must_have(name: str, facts: Mapping[str, str]) -> Template:
    """The template, whose facts are all there. Errors: NoSuchTemplate."""
    one = template(name)
    if missing := one.needs - set(facts):
        raise NoSuchTemplate(f"the template {name} needs the facts {', '.join(sorted(missing))}")
    return one


def write(one: Template, facts: Mapping[str, str], given: Mapping[str, str]) -> Text:
    """`given`: what every template may use. What people wrote cannot break a line of the head."""
    words = {**facts, **given}
    subject = " ".join(_look().render_str(one.subject, **words).split())[:200]
    plain = re.sub(r"\n{3,}", "\n\n", _look().render_str(one.body, said=subject, **words)).strip() + "\n"
    return Text(subject, plain, html_of(subject, plain, one.language))


def html_of(subject: str, plain: str, language: str) -> str:
    """The same for people who read mail as pages. Nothing is fetched, so nobody learns that it was opened."""
    blocks = "\n".join(_block(part) for part in re.split(r"\n\s*\n", plain.strip()))
    return (f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
            f"<title>{escape(subject)}</title></head>\n"
            '<body style="margin:0 auto;max-width:36em;padding:1em;font:16px/1.5 system-ui,sans-serif">\n'
            f"{blocks}\n</body></html>\n")


def _block(part: str) -> str:
    lines = part.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{_linked(line[2:])}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>\n".join(_linked(line) for line in lines) + "</p>"


def _linked(line: str) -> str:
    """Addresses become links, which say where they lead."""
    made, last = [], 0
    for match in _link.finditer(line):
        href = escape(match[0])
        made += [escape(line[last:match.start()]), f'<a href="{href}">{href}</a>']
        last = match.end()
    return "".join([*made, escape(line[last:])])


@cache
def _look() -> Any:
    from minijinja import Environment

    environment = Environment(undefined_behavior="strict", trim_blocks=True, lstrip_blocks=True)
    environment.auto_escape_callback = lambda _name: False      # the text is plain; its HTML is made after it
    return environment
