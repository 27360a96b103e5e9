"""`petrel why @viewer POST`: what this viewer gets of this post, surface by surface, and which rule says so."""

from typing import TYPE_CHECKING

import click
import msgspec

from petrel.cli.accounts import find
from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.features import posts


@click.command()
@click.argument("viewer")
@click.argument("post", type=int)
@click.option("--country", metavar="XX", help="Of somebody not signed in: where their network address is.")
@with_data
@with_json
@click.pass_obj
def why(wiring: Wiring, viewer: str, post: int, country: str | None, data: str | None, as_json: bool) -> None:
    """Say why VIEWER (a handle, or "anon") sees POST (its number) or does not: verdicts, facts and the rule for each.

    No text is shown. A look at a direct message tells who is in a conversation: it is recorded in the journal.
    """
    from petrel.core.viewer import System
    from petrel.features import posts

    async def work() -> posts.Explanation | None:
        account = None if viewer == "anon" else (await find(viewer)).id
        return await posts.why(System("why"), account, post, country=country, cause="petrel why")

    found = wiring.call(wiring.settings(data), work, say)
    if found is None:
        put({"viewer": viewer, "post": post, "found": False}, f"There is no post or message {post}.", as_json)
        return
    put({"who": viewer, "found": True, **msgspec.to_builtins(found), "post": str(post), "author": str(found.author)},
        lambda: _told(viewer, found), as_json)


def _told(viewer: str, found: "posts.Explanation") -> str:
    rows = [(one.surface, one.code, f"{one.line}, {one.column}: {one.letter}", one.heading,
             one.because or one.meaning) for one in found.verdicts]
    return "\n".join([
        f"{viewer} is {found.viewer}. The post is {found.state}, for {found.audience}: {found.audience_why}.", "",
        table(rows, ("surface", "verdict", "cell that decided", "of docs/law/visibility.md", "which is")), "",
        *found.notes, f"Policy {found.policy} is in force; this program knows {found.program}. Decided in "
                      f"{'messages/functions.sql' if found.is_message else 'posts/visibility.sql'}."])
