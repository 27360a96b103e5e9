"""`petrel emoji`: the site's own emoji."""

from collections.abc import Sequence
from pathlib import Path

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

ENDINGS = (".png", ".gif", ".webp", ".jpg", ".jpeg", ".avif")


@click.group()
def emoji() -> None:
    """Small pictures that members write as :name:."""


@emoji.command("import")
@click.argument("place", type=click.Path(exists=True, path_type=Path))
@click.option("--category", help="Group in which apps list them.")
@with_data
@click.pass_obj
def import_(wiring: Wiring, place: Path, category: str | None, data: str | None) -> None:
    """Take the picture PLACE, or all pictures of the directory PLACE; each is called as its file without the ending."""
    from petrel.core.errors import PetrelError
    from petrel.features import media

    paths = [place] if place.is_file() else sorted(p for p in place.iterdir() if p.suffix.lower() in ENDINGS)

    async def work() -> list[str]:
        wrong = []
        for path in paths:
            try:
                await media.emojis.put(path.stem, path.read_bytes(), category)
                say(f":{path.stem}:")
            except PetrelError as e:
                wrong.append(f"{path.name}: {e.message}")
        return wrong

    wrong = wiring.call(wiring.settings(data), work, say)
    for line in wrong:
        click.echo(line, err=True)
    click.echo(f"{len(paths) - len(wrong)} of {len(paths)} taken.")
    if wrong:
        raise SystemExit(1)


@emoji.command("list")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Every emoji by its name."""
    from petrel.features import media

    async def work() -> Sequence[str]:
        return await media.emojis.listed()

    found = wiring.call(wiring.settings(data), work, say)
    put(found, lambda: table([(name,) for name in found], ("name",)), as_json)


@emoji.command()
@click.argument("name")
@with_data
@click.pass_obj
def remove(wiring: Wiring, name: str, data: str | None) -> None:
    """Take :NAME: away, with its picture; texts that name it keep the word."""
    from petrel.features import media

    async def work() -> None:
        await media.emojis.remove(name)

    wiring.call(wiring.settings(data), work, say)
    click.echo(f":{name}: is gone.")
