"""Reading rules off a text. Pure."""

import re

from petrel.core.errors import Invalid

MOST_RULES = 50
RULE_LENGTH, HINT_LENGTH = 300, 2000
TEXT_LENGTH = 100_000

_item = re.compile(r"\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(?P<text>\S.*)")
_indented = re.compile(r"\s{2,}(?P<text>\S.*)")


def rules_of(markdown: str) -> list[tuple[str, str]]:
    """(rule, hint) of each line that begins as a list item does; indented lines below it are its hint. Other lines
    say something about the rules and are none. A text without any list is one rule a line.

    Errors: Invalid ("text").
    """
    lines = markdown.splitlines()
    if not any(_item.fullmatch(line) for line in lines):
        lines = [f"- {line.strip()}" for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found: list[tuple[str, str]] = []
    is_inside = False
    for line in lines:
        if item := _item.fullmatch(line):
            found.append((item["text"].strip(), ""))
            is_inside = True
        elif is_inside and (more := _indented.fullmatch(line)):
            rule, hint = found[-1]
            found[-1] = (rule, f"{hint} {more['text'].strip()}".strip())
        elif line.strip():
            is_inside = False
    _check(found)
    return list(dict(found).items())


def _check(found: list[tuple[str, str]]) -> None:
    if len(found) > MOST_RULES:
        raise Invalid("text", f"has {len(found)} rules. Nobody reads so many: {MOST_RULES} at most")
    for rule, hint in found:
        if len(rule) > RULE_LENGTH:
            raise Invalid("text", f"has a rule of {len(rule)} characters, {RULE_LENGTH} at most: put the rest into an "
                                  "indented line below it")
        if len(hint) > HINT_LENGTH:
            raise Invalid("text", f"has {len(hint)} characters below one rule, {HINT_LENGTH} at most")
