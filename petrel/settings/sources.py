"""Where the settings come from, the later one wins: defaults, DATA/settings.toml, environment `PETREL_NAME`, command
line. A name nobody knows is an error wherever it stands."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from petrel.core import whole_file
from petrel.core.errors import Invalid
from petrel.ops.processes import user_of
from petrel.settings.shapes import HINTS, PREFIX, Field, Settings, fields

FILE = "settings.toml"
NOT_SETTINGS = ("PETREL_TEST_",)      # environment of the tests, read by tests/conftest.py
TRUE, FALSE = ("on", "true", "yes", "1"), ("off", "false", "no", "0")
_BY_NAME = {field.name: field for field in fields()}


def load(data: str | None = None, *, environment: Mapping[str, str] | None = None, **command_line: Any) -> Settings:
    """The settings that count now. `command_line`: None means not given.

    Errors: Invalid, naming the setting and where it stands.
    """
    return load_with_sources(data, environment=environment, **command_line)[0]


def defaults(data: str | None) -> Settings:
    """What counts when nothing else is said but where the site is."""
    return Settings(data=data or os.environ.get(_BY_NAME["data"].variable) or Settings.__struct_defaults__[0])


def load_with_sources(data: str | None = None, *, environment: Mapping[str, str] | None = None,
                      **command_line: Any) -> tuple[Settings, dict[str, str]]:
    """As `load`, and where each setting that is not a default comes from."""
    return _merge(data, os.environ if environment is None else environment, command_line)


def replace(settings: Settings, **changes: Any) -> Settings:
    """Settings with some values changed, which are checked like any others."""
    checked = {name: _check(_field(name, "the program"), value, "the program") for name, value in changes.items()}
    return msgspec.structs.replace(settings, **checked)


def write(data: Path, name: str, text: str) -> Field:
    """Sets one line of DATA/settings.toml; comments and order stay. Errors: Invalid."""
    return write_all(data, {name: text})[0]


def write_all(data: Path, texts: Mapping[str, str]) -> list[Field]:
    """Sets several lines at once: all of them or none, whatever happens meanwhile. Errors: Invalid."""
    written = [_field(name, "the command line") for name in texts]
    path = data / FILE
    lines = path.read_text().splitlines() if path.exists() else []
    for field, text in zip(written, texts.values(), strict=True):
        if field.place:
            raise Invalid(message=f"{field.name} says where {FILE} is and cannot stand there: use --{field.name} or "
                                  f"{field.variable}")
        line = f"{field.name} = {_toml(_check(field, text, 'the command line'))}"
        places = [i for i, old in enumerate(lines) if re.match(rf"\s*{field.name}\s*=", old)]
        if places:
            lines[places[0]] = line
        else:
            lines.append(line)
    _replace_file(path, "\n".join(lines) + "\n")
    return written


def write_wanted(data: Path, wanted: Sequence[tuple[str, Any, bool]]) -> None:
    """(name, value, whether only where nothing is set) each, all or none; what is so already is left.

    Errors: Invalid.
    """
    now, sources = load_with_sources(str(data), environment={})
    changed = {name: ("off", "on")[value] if isinstance(value, bool) else str(value)
               for name, value, is_first_only in wanted
               if getattr(now, name) != value and not (is_first_only and name in sources)}
    if changed:
        write_all(data, changed)


def _replace_file(path: Path, text: str) -> None:
    whole_file.write(path, text.encode(), owner=whole_file.owner_of(path.parent))


def _merge(data: str | None, environment: Mapping[str, str],
           command_line: Mapping[str, Any]) -> tuple[Settings, dict[str, str]]:
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    from_environment = dict(_environment(environment))
    data_there = from_environment.pop("data", None)
    data = data or data_there or Settings.__struct_defaults__[0]
    path = Path(data) / FILE
    for name, value in _file(path):
        values[name], sources[name] = _check(_field(name, str(path)), value, str(path)), str(path)
    for name, value in from_environment.items():
        values[name], sources[name] = _check(_field(name, "the environment"), value, "the environment"), "environment"
    for name, value in command_line.items():
        if value is not None:
            values[name] = _check(_field(name, "the command line"), value, "the command line")
            sources[name] = "command line"
    return Settings(data=data, **values), sources


def _environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        if name.startswith(PREFIX) and not name.startswith(NOT_SETTINGS):
            yield name[len(PREFIX):].lower(), value


def _file(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return
    except PermissionError as e:
        user = user_of(path)
        raise Invalid(message=f"{path} cannot be read: it is {user}'s. As that user: sudo -u {user} petrel ...") from e
    except OSError as e:
        raise Invalid(message=f"{path} cannot be read: {e.strerror}") from e
    try:
        known = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise Invalid(message=f"{path} is not TOML: {e}") from e
    for name, value in known.items():
        if _BY_NAME.get(name) is not None and _BY_NAME[name].place:
            raise Invalid(message=f"{name} cannot stand in {path}, which it locates")
        yield name, value


def _field(name: str, place: str) -> Field:
    field = _BY_NAME.get(name)
    if field is None:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        hint = f" Did you mean {near[0]}?" if near else " `petrel settings show` lists all."
        raise Invalid(message=f"There is no setting {name} ({place}).{hint}")
    return field


def _check(field: Field, value: Any, place: str) -> Any:
    if field.kind is bool and isinstance(value, str):
        value = True if value.lower() in TRUE else False if value.lower() in FALSE else value
    elif field.kind is int and isinstance(value, str):
        value = int(value) if re.fullmatch(r"-?[0-9]{1,18}", value.replace("_", "")) else value
    try:
        return msgspec.convert(value, HINTS[field.name])
    except msgspec.ValidationError as e:
        shown = "***" if field.secret else repr(value)
        raise Invalid(message=f"{field.name} = {shown} ({place}): {str(e)[0].lower() + str(e)[1:]}. "
                              f"{field.meaning}{f'; {field.safe}' if field.safe else ''}.") from e


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else msgspec.json.encode(value).decode()
