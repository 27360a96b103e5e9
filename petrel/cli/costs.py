"""`petrel costs`: what a site costs a month."""

from typing import TYPE_CHECKING

import click

from petrel.cli.common import put, table, with_json

if TYPE_CHECKING:
    from petrel.ops.costs import Month, Prices


@click.command()
@click.option("--active", multiple=True, type=click.IntRange(1, 10_000_000), default=(1_000, 10_000, 50_000),
              show_default=True, help="Accounts that come on most days; may be given more than once.")
@click.option("--years", type=click.FloatRange(0.1, 20), default=1, show_default=True, help="How long it has run.")
@click.option("--price", multiple=True, metavar="NAME=EUROS", help="What you pay a month, in place of our guess.")
@with_json
def costs(active: tuple[int, ...], years: float, price: tuple[str, ...], as_json: bool) -> None:
    """What has to be rented for so many people, and what that costs a month.

    Quantities are worked out as in docs/handbook/costs.md, from measurements. Prices are guesses until you give yours:
    --price core=2.5 --price letters_1000=0.1 (the names stand in the last column).
    """
    from petrel.ops import costs as room

    prices = _prices(price)
    months = [room.reckon(one, prices=prices, years=years) for one in active]
    put({"months": months, "sums": [one.sum_euros for one in months], "prices": prices},
        lambda: _told(months, prices), as_json)


def _prices(given: tuple[str, ...]) -> "Prices":
    """Errors: Invalid."""
    import msgspec

    from petrel.core.errors import Invalid
    from petrel.ops import costs as room

    known = room.Prices.__struct_fields__
    words = {}
    for one in given:
        name, _, euros = one.partition("=")
        if name not in known:
            raise Invalid(message=f"Nothing here has the price {name!r}. There are: {', '.join(known)}")
        words[name] = euros
    try:
        return msgspec.convert(words, room.Prices, strict=False)
    except msgspec.ValidationError as e:
        raise Invalid(message=f"--price takes euros of a month, with a point: core=2.5 ({e})") from e


def _told(months: "list[Month]", prices: "Prices") -> str:
    quantities = [
        ("machine", *(f"{one.cores} cores, {one.memory_gib} GiB" for one in months)),
        ("its disk", *(f"{one.disk_gb:g} GB" for one in months)),
        ("backup target", *(f"{one.target_gb:g} GB" for one in months)),
        ("traffic a month", *(f"{one.traffic_tb:g} TB" for one in months)),
        ("letters a month", *(f"{one.letters:,}" for one in months)),
        ("disk grows a year", *(f"{one.growth_year_gb:.1f} GB" for one in months))]
    at = {"machine": f"core={prices.core:g}, memory_gib={prices.memory_gib:g}", "disk": f"disk_gb={prices.disk_gb:g}",
          "backup target": f"target_gb={prices.target_gb:g}", "traffic": f"traffic_tb={prices.traffic_tb:g}",
          "letters": f"letters_1000={prices.letters_1000:g}", "watcher": f"watcher={prices.watcher:g}",
          "name": f"name={prices.name:g}"}
    euros = [(name, *(f"{one.euros[name]:.2f}" for one in months), at[name]) for name in at]
    euros.append(("together", *(f"{one.sum_euros:.2f}" for one in months), ""))
    euros.append(("for each of them", *(f"{one.sum_euros / one.active:.4f}" for one in months), ""))
    heads = [f"{one.active:,}" for one in months]
    return "\n".join([table(quantities, ("active accounts", *heads)), "",
                      table(euros, ("euros a month", *heads, "at --price"))])
