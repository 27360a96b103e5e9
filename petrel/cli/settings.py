"""`petrel settings`: what can be set, what it is now and why, and changing it."""

from typing import Any

import click

from petrel.cli.common import put, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def settings() -> None:
    """Show and change settings."""


@settings.command()
@click.argument("name", required=False)
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, name: str | None, data: str | None, as_json: bool) -> None:
    """Every setting (or one): its value, where that comes from, meaning and range. Secrets are not shown."""
    now, sources, fields = wiring.explained(data)
    shown = [_shown(field, getattr(now, field.name), sources.get(field.name, "default"))
             for field in fields if name in (None, field.name)]
    if not shown:
        raise click.BadParameter(f"there is no setting {name}; `petrel settings show` lists all")
    put(shown[0] if name else shown, "\n".join(_line(one) for one in shown), as_json)


@settings.command("set")
@click.argument("name")
@click.argument("value")
@with_data
@with_json
@click.pass_obj
def set_(wiring: Wiring, name: str, value: str, data: str | None, as_json: bool) -> None:
    """Write a setting into settings.toml of the data directory."""
    field = wiring.set(data, name, value)
    effect = "Running processes take it over within seconds." if field.live else "It counts from the next start on."
    _, sources, _ = wiring.explained(data)
    if (source := sources.get(name)) in ("environment", "command line"):
        effect = f"But the {source} says otherwise, and wins."
    put({"name": name, "live": field.live, "source": source}, f"{name} is set. {effect}", as_json)


def _shown(field: Any, value: Any, source: str) -> dict[str, Any]:
    return {"name": field.name, "value": "***" if field.secret and value else value, "source": source,
            "default": field.default, "unit": field.unit, "safe": field.safe, "live": field.live,
            "variable": field.variable, "meaning": field.meaning}


def _line(one: dict[str, Any]) -> str:
    value = ("off", "on")[one["value"]] if isinstance(one["value"], bool) else one["value"]
    about = "; ".join(part for part in (one["unit"], one["safe"], "live" if one["live"] else "") if part)
    return f"{one['name']} = {value if value != '' else '(empty)'}   [{one['source']}]\n    {one['meaning']}" + (
        f" ({about})" if about else "")
