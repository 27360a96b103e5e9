"""Things with marks in everything that people entrust: half of them to be deleted, half to stay."""

import secrets
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from drills.leak.cast import Planter
from petrel.core import inventory, seal
from petrel.ops.drills import Broken, Clients, Person, Site

ROUNDS = 12
OF_ERASED = 15
KINDS = ("public", "unlisted", "private", "warned", "edited", "tagged")


class Thing(Struct, frozen=True):
    """`words`: the marks that it holds, or held before it was edited; `shown`: the one that it shows now."""

    id: int
    kind: str
    owner: Person
    words: tuple[str, ...]
    doomed: bool

    @property
    def shown(self) -> str:
        return self.words[-1]


class Sealed(Struct, frozen=True):
    """A ciphertext as it stood in a table: whoever copied it has this. It opens under `key` for one of `objects`."""

    place: str
    key_id: int
    objects: tuple[int, ...]
    bytes: bytes


class Planted(Struct):
    """`stem` begins every mark. `erased`: an account that is to go as a whole."""

    stem: str
    things: list[Thing]
    ann: Person
    ben: Person
    cat: Person
    erased: Person
    erased_words: list[str] = []
    erased_ids: list[int] = []

    @property
    def doomed(self) -> list[Thing]:
        return [t for t in self.things if t.doomed]

    @property
    def control(self) -> list[Thing]:
        return [t for t in self.things if not t.doomed]

    @property
    def doomed_ids(self) -> set[int]:
        """Numbers of all keys that have to go."""
        return {t.id for t in self.doomed} | {self.erased.id, *self.erased_ids}

    @property
    def doomed_words(self) -> list[str]:
        return [*(w for t in self.doomed for w in t.words), *self.erased_words]


class Marks(Planter):
    """Plants as people do, with marks that begin alike."""

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients)
        self.stem = "zq" + secrets.token_hex(4)
        self.made: list[int] = []

    async def post(self, person: Person, text: str, visibility: str, **more: Any) -> int:
        self.made.append(await super().post(person, text, visibility, **more))
        return self.made[-1]

    def word(self) -> str:
        return self.stem + secrets.token_hex(16)


async def plant(wire: Clients, ann: Person, ben: Person, cat: Person, erased: Person) -> Planted:
    """Ben follows Ann; all write, like, boost, bookmark, and talk with each other in private."""
    p = Marks(wire)
    planted = Planted(p.stem, [], ann, ben, cat, erased)
    await p.do("POST", f"/api/v1/accounts/{ann.id}/follow", ben)
    for number in range(ROUNDS * len(KINDS) * 2):
        doomed = number % 2 == 0
        planted.things.append(await _post(p, KINDS[number // 2 % len(KINDS)], ann, doomed))
    for thing in [t for t in planted.things if t.kind in ("public", "tagged")]:
        for act in ("favourite", "bookmark", "reblog"):
            await p.do("POST", f"/api/v1/statuses/{thing.id}/{act}", ben)
        await p.do("POST", f"/api/v1/statuses/{thing.id}/favourite", cat)
    await _talk(p, planted)
    await _account(p, planted)
    return planted


async def _post(p: Marks, kind: str, author: Person, doomed: bool) -> Thing:
    words = [p.word() for _ in range({"warned": 2, "edited": 3}.get(kind, 1))]
    visibility = kind if kind in ("unlisted", "private") else "public"
    more: dict[str, Any] = {"spoiler_text": words[0]} if kind in ("warned", "edited") else {}
    text = f"#{words[0]} @ben" if kind == "tagged" else f"{words[-1] if kind != 'edited' else words[1]} said"
    post = await p.post(author, text, visibility, **more)
    if kind == "edited":
        await p.do("PUT", f"/api/v1/statuses/{post}", author, status=f"{words[2]} said anew")
    return Thing(post, kind, author, tuple(words), doomed)


async def _talk(p: Marks, planted: Planted) -> None:
    before: int | None = None
    for number in range(2 * ROUNDS):
        me, other = (planted.ann, planted.ben)[:: 1 if number % 2 else -1]
        word = p.word()
        before = await p.post(me, f"@{other.handle} {word}", "direct",
                              **({"in_reply_to_id": str(before)} if before else {}))
        planted.things.append(Thing(before, "message", me, (word,), number % 4 < 2))


async def _account(p: Marks, planted: Planted) -> None:
    """Of the one whose account goes: texts about themselves, a list, a filter, a tag, posts, messages, answers."""
    me, words, first = planted.erased, planted.erased_words, len(p.made)

    def word() -> str:
        words.append(p.word())
        return words[-1]

    await p.do("PATCH", "/api/v1/accounts/update_credentials", me, display_name=word()[:30], note=word())
    words[-2] = words[-2][:30]
    await p.do("POST", "/api/v1/lists", me, title=word())
    await p.do("POST", "/api/v2/filters", me, title=word(), context=["home"], keywords_attributes=[{"keyword": word()}])
    await p.do("POST", f"/api/v1/tags/{word()}/follow", me)
    await p.do("POST", f"/api/v1/accounts/{planted.ann.id}/note", me, comment=word())
    stays = next(t for t in planted.control if t.kind == "public")
    for number in range(OF_ERASED):
        await p.post(me, f"{word()} said", ("public", "private", "unlisted")[number % 3])
        await p.post(me, f"@ann {word()}", "direct")
    await p.post(me, f"@ann {word()} answers", "public", in_reply_to_id=str(stays.id))
    planted.erased_ids = p.made[first:]


async def copied(site: Site) -> list[Sealed]:
    """Every ciphertext that has a key of its own, with the number of that key, from every column that holds any."""
    found: list[Sealed] = []
    async with site.database() as owner:
        [book] = await inventory.read({"main": owner.fetch})
        for name, line in book.lines.items():
            if not line.key or line.key.startswith("secret "):
                continue
            table, _, column = name.rpartition(".")
            for row in await owner.fetch(f"select * from {table} where length({column}) > 0"):
                others = {row[line.key], *([row["id"]] if "id" in row.keys() else [])}      # noqa: SIM118
                found.append(Sealed(name, row[line.key], tuple(others), row[column]))
    return found


def opened(some: Iterable[Sealed], keys: Iterable[bytes]) -> list[Sealed]:
    """Those that one of these keys opens."""
    every = list(keys)
    return [one for one in some if any(opens(one, key) for key in every)]


def opens(one: Sealed, key: bytes) -> bool:
    for number in one.objects:
        try:
            seal.open_sealed(key, number, one.bytes)
        except seal.Unreadable:
            continue
        return True
    return False


async def keys_of(site: Site) -> dict[int, bytes]:
    async with site.database(cluster="keyring") as owner:
        return {row[0]: row[1] for row in await owner.fetch("select id, key from keyring.key")}


async def secrets_of(site: Site) -> list[bytes]:
    async with site.database(cluster="keyring") as owner:
        return [row[0] for row in await owner.fetch("select value from keyring.secret")]


def checked(planted: Planted, copies: list[Sealed], keys: dict[int, bytes]) -> list[Sealed]:
    """The copies of what is doomed; each opens now. Errors: Broken: what cannot be read before proves nothing."""
    doomed = planted.doomed_ids
    some = [one for one in copies if one.key_id in doomed]
    shut = [one for one in some if one.key_id not in keys or not opens(one, keys[one.key_id])]
    if shut or len(some) < len(doomed):
        raise Broken(f"{len(shut)} of {len(some)} copies of {len(doomed)} things do not open before the deletion")
    return some
