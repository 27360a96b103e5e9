"""Settings come from four places, in one order; what nobody knows is refused by name."""

from pathlib import Path

import pytest

from petrel import settings
from petrel.core.errors import Invalid


def load(data: Path, environment: dict[str, str] | None = None, **given: object) -> settings.Settings:
    return settings.load(str(data), environment=environment or {}, **given)


def test_the_later_source_wins(tmp_path: Path) -> None:
    assert load(tmp_path).port == 8000
    (tmp_path / "settings.toml").write_text("port = 8001\npost_length = 1000\n")
    assert (load(tmp_path).port, load(tmp_path).post_length) == (8001, 1000)
    assert load(tmp_path, {"PETREL_PORT": "8002"}).port == 8002
    assert load(tmp_path, {"PETREL_PORT": "8002"}, port=8003).port == 8003
    assert load(tmp_path, {"PETREL_PORT": "8002"}, port=None).port == 8002


def test_the_data_directory_comes_from_the_environment_or_the_command_line(tmp_path: Path) -> None:
    assert settings.load(environment={"PETREL_DATA": str(tmp_path)}).folder == tmp_path
    assert settings.load(str(tmp_path), environment={"PETREL_DATA": "/elsewhere"}).folder == tmp_path
    assert settings.load(environment={}).data == "petrel-data"
    (tmp_path / "settings.toml").write_text(f'data = "{tmp_path}"\n')
    with pytest.raises(Invalid, match="locates"):
        load(tmp_path)


@pytest.mark.parametrize(("name", "value", "told"), [
    ("PETREL_PROT", "1", "Did you mean port"), ("PETREL_PORT", "none", "port = 'none'"),
    ("PETREL_PORT", "99999", "0 to 65535"), ("PETREL_REGISTRATIONS", "maybe", "open | approval | invite | closed"),
    ("PETREL_RATE_LIMITS", "perhaps", "on | off"), ("PETREL_BASE_URL", "example.org", "base_url"),
    ("PETREL_BASE_URL", "https://example.org/", "no slash"), ("PETREL_WEB_WORKERS", "0", "1 to 16"),
    ("PETREL_XYZZY", "1", "petrel settings show"),
])
def test_wrong_ones_are_named_with_their_place(tmp_path: Path, name: str, value: str, told: str) -> None:
    with pytest.raises(Invalid) as wrong:
        load(tmp_path, {name: value})
    assert told in wrong.value.message and "environment" in wrong.value.message


@pytest.mark.parametrize("text", ["port = [1]", "prot = 1", "port = \n", "[server]\nport = 1", "web_workers = 2.5"])
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(Invalid) as wrong:
        load(tmp_path)
    assert "settings.toml" in wrong.value.message


@pytest.mark.parametrize(("text", "value"), [("on", True), ("off", False), ("TRUE", True), ("0", False)])
def test_switches(tmp_path: Path, text: str, value: bool) -> None:
    assert load(tmp_path, {"PETREL_RATE_LIMITS": text}).rate_limits is value


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    now = load(tmp_path, {"PETREL_DATABASE_URL": "postgresql://a:hunter2@b/c"})
    assert "hunter2" not in repr(now) and "hunter2" not in str(now) and "hunter2" in now.database_url
    with pytest.raises(Invalid) as wrong:
        settings.write(tmp_path, "database_url", "")
        load(tmp_path, {"PETREL_DATABASE_URL": "\0hunter2", "PETREL_PORT": "x"})
    assert "hunter2" not in wrong.value.message


def test_writing_keeps_comments_order_and_other_lines(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# ours\nsite_name = "Old"\n\nport = 8001 # behind a proxy\n')
    settings.write(tmp_path, "site_name", 'A "quoted" name, größer')
    settings.write(tmp_path, "registrations", "closed")
    now = load(tmp_path)
    assert (now.site_name, now.port, now.registrations) == ('A "quoted" name, größer', 8001, "closed")
    assert path.read_text().startswith("# ours\n") and "# behind a proxy" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(Invalid):
        settings.write(tmp_path, "data", "/elsewhere")


def test_every_setting_is_explained() -> None:
    for field in settings.fields():
        assert len(field.meaning) > 10 and field.variable == f"PETREL_{field.name.upper()}"
        assert field.unit or field.kind is not int or field.safe


def test_the_address_follows_the_port_until_one_is_set(tmp_path: Path) -> None:
    assert load(tmp_path).address == "http://localhost:8000"
    assert load(tmp_path, port=8080).address == "http://localhost:8080"
    assert load(tmp_path, {"PETREL_BASE_URL": "https://birds.example"}, port=8080).address == "https://birds.example"


def test_the_directory_may_be_named_twice_and_the_nearer_counts(tmp_path: Path) -> None:
    assert settings.load(str(tmp_path), environment={"PETREL_DATA": "/elsewhere"}).folder == tmp_path
    assert settings.load(None, environment={"PETREL_DATA": str(tmp_path)}).folder == tmp_path
