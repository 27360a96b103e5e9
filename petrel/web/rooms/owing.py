"""What people are owed, a copy of what is theirs and an end of it: `needs.Owing` over the room privacy."""

from collections.abc import Iterator

from petrel.core import chain, clock, limits, sealed_file
from petrel.core.doors import Reader, current, reading, writing
from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.viewer import Anonymous, Member, System, Viewer
from petrel.features import accounts, deletions, privacy
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import member_of
from petrel.web.shapes import Agreed, Copy, Deleted, Download, Ended, Kept, OwnData

SYSTEM = System("web")
DELETIONS = 40


class OwingRooms:
    """One per process."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    async def claimant(self, session: str) -> Viewer:
        if not session:
            return Anonymous()
        async with reading(Anonymous()) as r:
            try:
                found = await accounts.resolve(r, accounts.digest_of(session), even_suspended=True)
            except Refused:
                return Anonymous()
        return found if isinstance(found, Member) and found.is_session else Anonymous()

    async def sign_in_for_data(self, name: str, password: str, *, address: str, cause: str, device: str) -> str:
        self._counting.take_address("signin", address)
        self._counting.take_key("signin_email", name)
        return (await accounts.sign_in(name, password, cause=cause, even_suspended=True, device=device)).token

    async def own_data(self, viewer: Viewer) -> OwnData:
        member = member_of(viewer)
        async with reading(member) as r:
            copies = await privacy.exporting.own(r)
            agreed = await privacy.consents.own(r)
            is_fresh = await accounts.is_fresh(r)
        return OwnData(
            is_fresh=is_fresh,
            copies=tuple(Copy(e.id, e.asked_at, e.done_at, e.bytes or 0, e.expires_at) for e in copies
                         if e.expires_at is None or e.expires_at > clock.now()),
            agreed=tuple(Agreed(c.what, c.version, c.given, c.at, c.how) for c in agreed))

    async def ask_export(self, viewer: Viewer, *, cause: str) -> None:
        member = member_of(viewer)
        async with reading(member) as r:
            if not await accounts.is_fresh(r):
                raise Refused("deny.not_fresh", "To get a copy of your data, sign in again first")
        async with writing(member, cause=cause) as w:
            await privacy.exporting.ask(w, member.account)

    async def download(self, viewer: Viewer, number: int) -> Download:
        async with reading(member_of(viewer)) as r:
            found = await privacy.exporting.open_own(r, number)

        def pieces(start: int, end: int) -> Iterator[bytes]:
            return sealed_file.read(found.path, found.key, found.id, start, end)

        return Download(bytes=found.bytes, digest=found.digest.hex(), pieces=pieces)

    async def planned_erasure(self, viewer: Viewer) -> dict[str, int]:
        async with reading(SYSTEM) as r:
            counts = await privacy.erasure.planned(r, member_of(viewer).account)
        return {what: sum(counts.get(name, 0) for name in names) for what, names in PLANNED.items()}

    async def erase(self, viewer: Viewer, handle: str, password: str, *, address: str, cause: str) -> str:
        member = member_of(viewer)
        self._counting.take_address("signin", address)
        self._counting.take_key("signin_email", str(member.account))
        async with reading(member) as r:
            own = await accounts.own(r)
        if handle.strip().removeprefix("@").lower() != own.account.handle.lower():
            raise Invalid("handle", "is not the name of this account")
        again = await accounts.sign_in_again(member, password, cause=cause)
        actor = Member(member.account, accounts.digest_of(again.token), member.scopes, is_session=True)
        async with writing(actor, cause=cause) as w:
            return await privacy.erasure.begin(w, member.account)

    async def ended(self, secret: str) -> Ended:
        told = await privacy.erasure.by_link(secret)
        receipt = b""
        async with reading(SYSTEM) as r:
            try:
                receipt = await _receipt(r, told.account)
            except (NotFound, OSError):
                pass            # the ledger follows within seconds
        gone = {what: sum(told.gone.get(name, 0) for name in names) for what, names in STEPS.items()}
        return Ended(told.asked_at, told.done_at, told.swept_at, gone, receipt)

    async def deletions(self, viewer: Viewer, below: int | None) -> tuple[Deleted, ...]:
        async with reading(member_of(viewer)) as r:
            found = await deletions.mine(r, below=below, most=DELETIONS)
        return tuple(Deleted(d.id, d.kind.name.lower(), d.asked_at, d.keys_gone_at, d.swept_at, bool(d.remains))
                     for d in found)

    async def deletion_receipt(self, viewer: Viewer, number: int) -> bytes:
        async with reading(member_of(viewer)) as r:
            return await _signed(r, await deletions.own(r, number))

    async def kept(self) -> tuple[Kept, ...]:
        async with reading(SYSTEM) as r:
            lines = await privacy.reach.lines_of(r)
        return tuple(Kept(g.title, g.why, g.what, g.how_long, g.who) for g in privacy.record.groups(lines))


async def _receipt(r: Reader, account: int) -> bytes:
    """Errors: NotFound, while the ledger has no line of it."""
    return await _signed(r, await deletions.find(r, account))


async def _signed(r: Reader, line: deletions.Deletion) -> bytes:
    run = current().run_directory
    if run is None:
        return b""
    return await deletions.signed(r, line, chain.load_key(run.parent / "keys"), limits.current().base_url)


PLANNED = {
    "posts": ("posts.post.author",),
    "messages": ("messages.message.author",),
    "marks": ("posts.mark.account",),
    "people": ("relationships.relation.owner",),
    "lists": ("lists.list.owner",),
    "collections": ("collections.collection.owner",),
    "notifications": ("notifications.notification.account",),
    "entrances": ("accounts.token.account",),
}
STEPS = {
    "keys": ("posts.keys", "messages.keys", "accounts.key"),
    "posts": ("posts", "posts.tombstones"),
    "messages": ("messages",),
    "marks": ("posts.marks",),
    "relations": ("relationships", "relationships.others"),
    "rest": ("lists", "lists.others", "collections", "collections.others", "notifications", "notifications.others",
             "search", "timelines", "messages.inbox", "privacy", "privacy.exports", "accounts"),
}
