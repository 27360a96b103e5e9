"""`petrel why @viewer POST`: what the law gives this viewer of this post, surface by surface, and from which facts."""

import click

from petrel.cli.accounts import find
from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring

SOURCE = "docs/law/visibility.md section 5; decided in petrel/features/posts/visibility.sql"


@click.command()
@click.argument("viewer")
@click.argument("post", type=int)
@with_data
@with_json
@click.pass_obj
def why(wiring: Wiring, viewer: str, post: int, data: str | None, as_json: bool) -> None:
    """Say why VIEWER (a handle, or "anon") sees POST (its number) or does not. Direct messages are not looked at."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import posts

    async def work() -> list[posts.Explained]:
        account = None if viewer == "anon" else (await find(viewer)).id
        async with reading(System("why")) as r:
            return await posts.why(r, account, post)

    found = wiring.call(wiring.settings(data), work, say)
    if not found:
        put({"viewer": viewer, "post": post, "found": False},
            f"There is no post {post} (or it is a direct message, which this command does not look at).", as_json)
        return
    facts = found[0]
    lines = [f"{viewer} is {facts.viewer}; the post is {facts.state}, for {facts.audience}.", ""]
    lines += [f"  {one.surface:<6} {one.code:<8} {one.meaning}" for one in found]
    put({"viewer": viewer, "post": post, "found": True, "is": facts.viewer, "state": facts.state,
         "audience": facts.audience, "surfaces": {one.surface: one.code for one in found}, "source": SOURCE},
        "\n".join([*lines, "", f"Source: {SOURCE}"]), as_json)
