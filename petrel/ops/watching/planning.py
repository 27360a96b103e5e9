"""What is watched for: the rules that come with Petrel, and what DATA/alerts.toml changes of them.

    [owners.anna]                         [rules.disk]
    mail = ["anna@example.org"]           limit = 0.7
    webhook = ["https://..."]             owner = "anna"
                                          then = "crew"
    [rota]
    turns = ["anna", "ben"]
    manager = "carla"

Who is called "crew" unless the file says so: the settings `alert_mail` and `alert_webhook`.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from petrel.core.amounts import Amount
from petrel.core.errors import Invalid
from petrel.ops.watching.shapes import Owner, Plan, Rota, Rule

FILE = "alerts.toml"
SAMPLE: Mapping[str, Any] = {"value": Amount(1), "target": "x"}


def crew(mail: str, webhook: str) -> Owner:
    """From the settings: addresses with commas between."""
    parts = [tuple(filter(None, map(str.strip, text.split(",")))) for text in (mail, webhook)]
    return Owner(mail=parts[0], webhook=parts[1])


def shipped() -> dict[str, Any]:
    """The rules that come with Petrel, as they are written."""
    return dict(tomllib.loads((files("petrel.ops.watching") / "rules.toml").read_text())["rules"])


def plan(data: Path, ours: Owner) -> Plan:
    """Errors: Invalid, naming file and rule."""
    path = data / FILE
    known = shipped()
    try:
        theirs = tomllib.loads(path.read_text()) if path.exists() else {}
    except (OSError, tomllib.TOMLDecodeError) as e:
        raise Invalid(message=f"{path}: {e}") from e
    if unknown := theirs.keys() - {"rules", "owners", "rota"}:
        raise Invalid(message=f"{path}: {', '.join(sorted(unknown))}: known are rules, owners and rota")
    rules = {name: _rule(name, known.get(name, {}) | theirs.get("rules", {}).get(name, {}), path)
             for name in {**known, **theirs.get("rules", {})}}
    owners = {"crew": ours} | {name: _owner(name, said, path) for name, said in theirs.get("owners", {}).items()}
    for name, rule in rules.items():
        for owner in filter(None, (rule.owner, rule.then)):
            if owner not in owners:
                raise Invalid(message=f"{path}: rule {name} belongs to {owner}: say who that is, [owners.{owner}]")
    return Plan(rules, owners, _rota(theirs["rota"], owners, path) if "rota" in theirs else None)


def _rota(said: Mapping[str, Any], owners: Mapping[str, Owner], path: Path) -> Rota:
    try:
        rota = msgspec.convert(said, Rota)
    except msgspec.ValidationError as e:
        raise Invalid(message=f"{path}: rota: {e}") from e
    if not rota.turns or rota.turn_days < 1 or not 0 <= rota.at_hour < 24 or rota.wait_s < 30:
        raise Invalid(message=f"{path}: rota: somebody in turns, turn_days from 1, at_hour 0 to 23, wait_s from 30")
    for name in filter(None, (*rota.turns, rota.manager)):
        if name not in owners:
            raise Invalid(message=f"{path}: rota names {name}: say who that is, [owners.{name}]")
    return rota


def _rule(name: str, said: Mapping[str, Any], path: Path) -> Rule:
    try:
        rule = msgspec.convert(said, Rule)
        rule.says.format(**SAMPLE)
    except (msgspec.ValidationError, KeyError, ValueError, IndexError) as e:
        raise Invalid(message=f"{path}: rule {name}: {e}") from e
    return rule


def _owner(name: str, said: Mapping[str, Any], path: Path) -> Owner:
    try:
        return msgspec.convert(said, Owner)
    except msgspec.ValidationError as e:
        raise Invalid(message=f"{path}: owner {name}: {e}") from e
