"""A machine of the tests' own: a directory for its root, users and units that are only noted."""

from pathlib import Path

from petrel.ops.setup import Answers, Layout, Machine, Work


class PowerCut(BaseException):
    """Nothing catches this, as nothing catches the end of the power."""


class Pretended(Machine):
    """As a test wants it to be."""

    hidden = ("/root/",)
    has_ipv6 = True

    def __init__(self, root: Path) -> None:
        self.root = root
        self.users: dict[str, tuple[int, int]] = {}
        self.calls: list[tuple[str, ...]] = []
        self.names: dict[str, set[str]] = {"social.bird.org": {"100.0.0.5"}}
        self.here = {"127.0.0.1", "10.0.0.4", "100.0.0.5"}
        self.ports: dict[int, str] = {}
        self.ours: set[int] = set()
        self.clock_s: float | None = 0.4
        self.free_memory = 4 << 30
        self.root_user = True
        self.place = root / "opt/petrel/.venv/bin/petrel"
        self.place.parent.mkdir(parents=True)
        self.place.touch()
        self.place.chmod(0o755)

    @property
    def is_root(self) -> bool:
        return self.root_user

    @property
    def program(self) -> Path:
        return self.place

    @property
    def python(self) -> Path:
        return Path("/usr/bin/python3")

    @property
    def has_systemd(self) -> bool:
        return False

    def memory_bytes(self) -> int:
        return self.free_memory

    def addresses_of(self, domain: str) -> set[str]:
        return self.names.get(domain, set())

    def own_addresses(self) -> set[str]:
        return self.here

    def holder_of(self, port: int) -> str | None:
        return self.ports.get(port)

    def is_of(self, port: int, data: Path) -> bool:
        return port in self.ours

    def ahead_s(self, address: str = "") -> float | None:
        return self.clock_s

    def user(self, name: str) -> tuple[int, int] | None:
        return self.users.get(name)

    def make_user(self, name: str, home: Path) -> None:
        assert name not in self.users
        self.users[name] = (4711, 4711)
        self.calls.append(("useradd", name))

    def own(self, path: Path, owner: tuple[int, int]) -> None:
        self.calls.append(("own", str(path)))

    def closed_on_the_way(self, path: Path) -> list[Path]:
        return []


def layout_of(root: Path) -> Layout:
    return Layout(root / "var/lib/petrel", root)


def files(root: Path) -> dict[str, str]:
    """Every file of the machine with its mode and words."""
    return {str(p.relative_to(root)): f"{p.lstat().st_mode:o} {p.readlink() if p.is_symlink() else p.read_text()}"
            for p in sorted(root.rglob("*")) if not p.is_dir()}


def work(answers: Answers, machine: Pretended, said: list[str] | None = None) -> Work:
    from petrel.program import Program

    layout = layout_of(machine.root)
    return Work(answers=answers, layout=layout, machine=machine, say=(said if said is not None else []).append,
                settings=lambda wanted: Program().write_settings(
                    layout.data, [(w.name, w.value, w.is_first_only) for w in wanted]),
                prepare_database=lambda: machine.calls.append(("database",)))
