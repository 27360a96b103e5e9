"""What is looked for and what it is found by: terms, marks and edges, and their keyed hashes. Pure but for the key."""

import re
from itertools import pairwise

from petrel.core import seal
from petrel.core.text import Link, WordKey, edges, fold, parse, query, words
from petrel.core.text.grammar import Parsed
from petrel.core.text.words import _sequence
from petrel.features.posts import Carries, Content, State

LONGEST_EDGE = 12
OPEN = "=open"      # no word has an equals sign or a caret: marks and edges are never mistaken for words

_ascii_word = re.compile("[a-z0-9]+")
_no_word = re.compile(r"[0-9.:@]")
_keys: dict[bytes, WordKey] = {}


async def word_key() -> WordKey:
    """The key of this site's words. Kept by its value, so that tests with several sites do not mix them up."""
    secret = await seal.secret("words")
    if secret not in _keys:
        _keys.clear()
        _keys[secret] = WordKey(secret)
    return _keys[secret]


def by(account: int) -> str:
    """The mark of posts that an account wrote."""
    return f"=by {account}"


def to(account: int) -> str:
    """The mark of posts that name an account."""
    return f"=to {account}"


def kind(name: str) -> str:
    """The mark of posts that have something (`has:`), or are something (`is:`)."""
    return f"=is {name}"


def language(code: str) -> str:
    """The mark of posts in a language, by the first part of its code: German of Austria is German."""
    return f"=lang {code.partition('-')[0].lower()}"


CARRIED = ((Carries.MEDIA, "media"), (Carries.PICTURE, "image"), (Carries.VIDEO, "video"), (Carries.AUDIO, "audio"),
           (Carries.POLL, "poll"), (Carries.QUOTE, "quote"), (Carries.CARD | Carries.QUOTE, "embed"),
           (State.SENSITIVE, "sensitive"))


def kinds(flags: int, parsed: Parsed, is_reply: bool, code: str | None) -> list[str]:
    """Marks of what a post carries and is. All of it stands in the clear in the rows of posts."""
    found = [kind(name) for bits, name in CARRIED if flags & bits]
    if any(isinstance(span, Link) for span in parsed.spans):
        found.append(kind("link"))
    if is_reply:
        found.append(kind("reply"))
    if code:
        found.append(language(code))
    return found


def beside(content: Content) -> str:
    """What a post says beside its text: what its pictures show, and what its poll asks."""
    return "\n\n".join([*(one.description for one in content.media if one.description),
                        *(content.poll.options if content.poll else ())])


def spoken(content: Content) -> str:
    """All that a phrase can be said in."""
    return "\n\n".join(part for part in (content.spoiler, content.text, beside(content)) if part)


def edge(beginning: str) -> str:
    return f"^{beginning[:LONGEST_EDGE]}"


def edges_of(term: str) -> list[str]:
    """Proper beginnings of a word of letters, or of a tag with its sign; none of anything else: nobody types the
    beginning of a number or of an address and means to have it completed."""
    name = term[1:] if term[0] == "#" else term
    if len(name) < 3 or _no_word.search(name):
        return []
    sign = term[: len(term) - len(name)]
    return [f"^{sign}{beginning}" for beginning in edges(name, most=min(LONGEST_EDGE, len(name) - 1))]


def read(text: str, spoiler: str) -> Parsed:
    return parse(f"{spoiler}\n\n{text}" if spoiler else text)


def pairs(key: WordKey, text: str) -> set[int]:
    """Sixteen bits for each two words that stand side by side, as `says` counts them: what has a phrase has its pairs,
    and what has the pairs nearly always has the phrase."""
    folded = fold(text)
    said = _ascii_word.findall(folded) if folded.isascii() else _sequence(folded).split()
    hashes = list(map(key.hash, said))
    return {((3 * one + other) & 0xFFFF) - 0x8000 for one, other in pairwise(hashes)}


def of_name(handle: str, display_name: str) -> list[str]:
    """What an account is found by: its handle, the words of its name, and how all of these begin."""
    whole = dict.fromkeys([handle.lower(), *words(handle), *words(parse(display_name))])
    plain = [word for word in whole if word[0] not in "#@"]
    return [*plain, *dict.fromkeys(edge(b) for word in plain for b in edges(word, least=1, most=LONGEST_EDGE))]


def of_account_query(typed: str) -> tuple[list[str], str, str | None]:
    """(edges that an account must have, the handle if this could be one, its domain)."""
    acct = typed.strip().removeprefix("@").lower()
    handle, _, domain = acct.partition("@")
    if re.fullmatch(r"[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*", handle):
        if domain:
            return [], handle, domain
        return [edge(handle)], handle, None
    return [edge(word) for word in query(f"{typed} ").words], "", None
