"""Microseconds per call of petrel/core/text on a post of 300 bytes: `python -m bench.text_bench`.

The second column is the ratio to the cheapest thing one could do instead, one `re.sub` that makes links
of addresses; ratios repeat between machines where microseconds do not.
"""

import re
import timeit
from collections.abc import Callable

from petrel.core.text import MentionTarget, WordKey, clean, fold, length, parse, plain, query, render, sanitise, words

POST = (
    "Went up to the old lighthouse with @maria and @jens@social.example today, wind from the north-west and hardly "
    "anybody there. Pictures: https://www.example.org/albums/2026/lighthouse?page=2#top #seabirds #Lighthouse\n\n"
    "Tomorrow we try the other side of the island, if the ferry runs. Ask me about it & more"
)
JAPANESE = 2 * (
    "今日は灯台まで歩いた。風が強くて誰もいない。写真はhttps://example.jp/写真。"
    "@taroさんと #灯台 #海鳥 また明日！👩\u200d👩\u200d👧"
)
TARGETS = {acct: MentionTarget(f"https://our.example/@{acct}", acct) for acct in ("maria", "jens@social.example")}


def tag_url(key: str) -> str:
    return f"https://our.example/tags/{key}"


def best_us(call: Callable[[], object], times: int = 2_000) -> float:
    """Best of seven rounds: what the code costs, not what else the machine did."""
    return min(timeit.repeat(call, number=times, repeat=7)) / times * 1e6


def cases() -> dict[str, Callable[[], object]]:
    parsed, japanese, key = parse(POST), parse(JAPANESE), WordKey(b"k" * 32)
    html, terms = render(parsed, TARGETS, tag_url), words(parsed)
    forgetful = WordKey(b"k" * 32).hash.__wrapped__
    return {
        "parse": lambda: parse(POST),
        "parse, Japanese": lambda: parse(JAPANESE),
        "clean": lambda: clean(POST),
        "clean, Japanese": lambda: clean(JAPANESE),
        "length of parsed": lambda: length(parsed),
        "length, Japanese with emoji": lambda: length(japanese),
        "render of parsed": lambda: render(parsed, TARGETS, tag_url),
        "sanitise": lambda: sanitise(html),
        "plain": lambda: plain(html),
        "fold": lambda: fold(POST),
        "fold, Japanese": lambda: fold(JAPANESE),
        "words of parsed": lambda: words(parsed),
        "words, Japanese": lambda: words(japanese),
        "query": lambda: query('lighthouse "old tower" #seabirds isl'),
        f"hashes of {len(terms)} words, known": lambda: key.hashes(terms),
        "hash of one word, new": lambda: forgetful("lighthouse"),
    }


def main() -> None:
    link = re.compile(r"https?://\S+")
    baseline = best_us(lambda: link.sub(r'<a href="\g<0>">\g<0></a>', POST))
    print(f"post of {len(POST.encode())} bytes ({len(JAPANESE.encode())} Japanese)")
    print(f"{'plain re.sub':32}{baseline:8.2f} us")
    for name, call in cases().items():
        took = best_us(call)
        print(f"{name:32}{took:8.2f} us {took / baseline:7.1f} x")


if __name__ == "__main__":
    main()
