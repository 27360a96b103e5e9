"""The one place where a replay touches the rooms: their batch commands, behind the shape of bulk.Rooms."""

from collections.abc import Sequence

from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import accounts, relationships

REPLAY = System("replay")


class SiteRooms:
    """Needs the doors of the site open in this process; the command opens them."""

    async def existing(self, handles: Sequence[str]) -> dict[str, int]:
        async with reading(REPLAY) as r:
            return await accounts.ids_by_handle(r, handles)

    async def create(self, handles: Sequence[str]) -> list[int]:
        fresh = [accounts.NewAccount(handle=handle) for handle in handles]
        async with writing(REPLAY, cause="replay") as w:
            return await accounts.create_many(w, fresh)

    async def follow(self, pairs: Sequence[tuple[int, int]]) -> int:
        async with writing(REPLAY, cause="replay") as w:
            return await relationships.follow_many(w, pairs)

    async def issue_tokens(self, ids: Sequence[int], scopes: Sequence[str]) -> list[str]:
        async with writing(REPLAY, cause="replay") as w:
            return await accounts.issue_tokens_many(w, ids, scopes)
