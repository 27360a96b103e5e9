"""Writing the index: from sealed texts to hashes, in batches. Plain text is in memory here and nowhere else."""

import asyncio
from collections.abc import Iterable, Sequence

from petrel.core import seal
from petrel.core.doors import Row, Writer, deriving
from petrel.core.text import WordKey, words
from petrel.core.text.grammar import Parsed
from petrel.features import accounts as people
from petrel.features import posts as room
from petrel.features.posts import Audience, State
from petrel.features.search import rows, terms

AT_ONCE = 32
MOST_KNOWN = 131_072        # words remembered as being in the vocabulary: about 10 MB


class Known:
    """What this process knows to be in the vocabulary of the index that was born as `born`."""

    def __init__(self) -> None:
        self.born: int | None = None
        self.words: set[int] = set()

    def see(self, born: int | None) -> None:
        """After a crash, or in another site, the vocabulary begins anew."""
        if born != self.born or len(self.words) > MOST_KNOWN:
            self.born, self.words = born, set()


_known = Known()


class Flat:
    """Arrays of varying length as columns for one statement: first, last (from 1), and all items in one array."""

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.lasts: list[int] = []
        self.all: list[int] = []

    def add(self, items: Iterable[int]) -> None:
        self.firsts.append(len(self.all) + 1)
        self.all += items
        self.lasts.append(len(self.all))

    @property
    def columns(self) -> tuple[list[int], list[int], list[int]]:
        return self.firsts, self.lasts, self.all


async def hold(w: Writer) -> int | None:
    """Makes this the only writer of the index until it commits; returns which index it is, None for a lost one."""
    row = await w.row(rows.HOLD)
    born: int | None = row["born"] if row else None
    _known.see(born)
    return born


async def put_posts(w: Writer, posts: Sequence[int]) -> None:
    """Indexes posts as they are now, over what is there; those that are gone are passed over."""
    found = await w.fetch(rows.SEALED, list(posts))
    keys = await seal.keys([row["id"] for row in found])
    key = await terms.word_key()
    ids, all_words, all_pairs = list[int](), Flat(), Flat()
    new, names = dict[int, str](), dict[int, str]()
    for place, row in enumerate(found):
        if place % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)      # fan-out lives in the same process, and has promised milliseconds
        number = row["id"]
        if number not in keys:
            continue
        content = room.decode_content(seal.open_sealed(keys[number], number, row["sealed"]))
        parsed = terms.read(content.text, content.spoiler)
        plain = words(parsed)
        if more := terms.beside(content):
            # What looks like a tag or a name beside the text is none.
            plain = list(dict.fromkeys([*plain, *(word for word in words(more) if word[0] not in "#@")]))
        hashes = list(map(key.hash, plain))
        # What stands in narrower posts only completes no tag for anybody.
        is_public = row["audience"] == Audience.PUBLIC and not row["flags"] & State.WRITTEN_PROTECTED
        for word, hashed in zip(plain, hashes, strict=True):
            if hashed not in _known.words and (is_public or word[0] != "#"):
                new[hashed] = word
                if word[0] == "#":
                    names[hashed] = parsed.tags[word[1:]]
        ids.append(number)
        all_words.add({*hashes, *map(key.hash, _marks(row, parsed))})
        all_pairs.add(terms.pairs(key, terms.spoken(content)))
    await _learn(key, new, names)
    if ids:
        await w.execute(rows.PUT_POSTS, ids, *all_words.columns, key.hash(terms.OPEN), *all_pairs.columns)


def _marks(row: Row, parsed: Parsed) -> list[str]:
    """Who wrote it, whom it is for by name or as an answer, what it carries."""
    to = dict.fromkeys(row["mentions"])
    if row["reply_to_account"] not in (None, row["author"]):
        to[row["reply_to_account"]] = None
    return [terms.by(row["author"]), *map(terms.to, to),
            *terms.kinds(row["flags"], parsed, row["reply_to"] is not None, row["language"])]


async def _learn(key: WordKey, new: dict[int, str], names: dict[int, str]) -> None:
    """Adds words to the vocabulary, in a transaction of its own: they do no harm when the posts do not follow."""
    edged = {hashed: edges for hashed, word in new.items() if (edges := terms.edges_of(word)) or hashed in names}
    if edged:
        flat = Flat()
        for edges in edged.values():
            flat.add(map(key.hash, edges))
        async with deriving("search") as w:
            await w.execute(rows.LEARN, list(edged), *flat.columns)
            if names:
                secret = await seal.secret("tags")
                await w.execute(rows.NAME_TAGS, list(names), [
                    seal.seal(secret, hashed % (1 << 64), name.encode())
                    for hashed, name in names.items()])
    _known.words |= new.keys()


async def forget_tags(w: Writer, words: Iterable[int]) -> None:
    """Ends the names of those tags among these words that were on the last public post with them."""
    gone = await w.change(rows.FORGET_TAGS, list(set(words)))
    _known.words.difference_update(row["tag"] for row in gone)


async def put_accounts(w: Writer, ids: Sequence[int]) -> None:
    """Indexes accounts as they are now."""
    key = await terms.word_key()
    found, flat = list[int](), Flat()
    for row, profile in await people.profiles_of(w, ids):
        found.append(row["id"])
        flat.add(set(map(key.hash, terms.of_name(row["handle"], profile.display_name))))
    if found:
        await w.execute(rows.PUT_ACCOUNTS, found, *flat.columns)


async def reopen(w: Writer, account: int, below: int) -> int:
    """Corrects which of an account's posts are open to search, a thousand at most; returns where to go on, 0 at the
    end."""
    changed = await w.change(rows.REOPEN, account, below, (await terms.word_key()).hash(terms.OPEN))
    return min(row["post"] for row in changed) if len(changed) == 1000 else 0
