"""What setup does, step by step. Each step can be done again at any time: it makes true what it is about, and what is
true already it leaves. So after a power cut the same command begins again from the first, and changes what is missing.
"""

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from petrel.core.errors import PetrelError
from petrel.ops.setup import units
from petrel.ops.setup.beginning import start
from petrel.ops.setup.machine import Machine
from petrel.ops.setup.shapes import PORT, USER, Answers, CannotWork, Layout, Wish
from petrel.ops.setup.writing import make_folder, write

Say = Callable[[str], None]


class Work(Struct):
    """Everything that the steps need. `settings` writes settings into the data directory, `prepare_database` does what
    `--database system` asks for."""

    answers: Answers
    layout: Layout
    machine: Machine
    settings: Callable[[Sequence[Wish]], None]
    prepare_database: Callable[[], None]
    say: Say


class Step(Struct, frozen=True):
    """`says`: what it does, for people. `is_system`: only on a machine that is set up as a whole."""

    name: str
    says: str
    do: Callable[[Work], None]
    is_system: bool = True


def answers_before(layout: Layout) -> Answers | None:
    """What was answered the last time, so that nothing is asked twice. Errors: CannotWork."""
    try:
        return msgspec.json.decode(layout.answers.read_bytes(), type=Answers)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, OSError) as e:
        raise CannotWork(f"{layout.answers} cannot be read: {e}. Remove it and answer again.") from e


def wishes(answers: Answers, machine: Machine) -> list[Wish]:
    """The settings that follow from the answers. Sign-up stays shut to strangers until the crew has opened it."""
    everywhere = "::" if machine.has_ipv6 else "0.0.0.0"  # noqa: S104 (it is to be reached by everybody)
    found = [Wish("try_out", answers.try_out), Wish("contact_email", answers.contact, True),
             Wish("acme_contact", answers.contact, True), Wish("registrations", "invite", True)]
    if answers.domain:
        found += [Wish("base_url", answers.address)]
    if answers.https == "own":
        found += [Wish("tls", "acme"), Wish("host", everywhere), Wish("port", 443), Wish("http_port", 80)]
    elif answers.https == "proxy":
        is_here = all(one.strip() in ("127.0.0.1", "::1") for one in answers.proxies.split(","))
        found += [Wish("tls", "off"), Wish("host", "127.0.0.1" if is_here else everywhere), Wish("port", PORT),
                  Wish("trusted_proxies", answers.proxies)]
    elif answers.domain:
        found += [Wish("host", everywhere), Wish("port", PORT)]
    return found


def _keep_answers(work: Work) -> None:
    make_folder(work.layout.answers.parent, 0o755 if work.layout.is_system else 0o700)
    write(work.layout.answers, msgspec.json.format(msgspec.json.encode(work.answers)).decode() + "\n", 0o600)


def _make_user(work: Work) -> None:
    if work.machine.user(USER) is None:
        work.machine.make_user(USER, work.layout.data)


def _make_folders(work: Work) -> None:
    data = work.layout.data
    make_folder(data, 0o700)
    if work.layout.is_system:
        owner = work.machine.user(USER)
        assert owner is not None
        work.machine.own(data, owner)


def _write_settings(work: Work) -> None:
    work.settings(wishes(work.answers, work.machine))
    if work.layout.is_system:
        link = work.layout.config / "settings.toml"
        if not link.is_symlink():
            link.unlink(missing_ok=True)
            link.symlink_to(work.layout.data / "settings.toml")


def _prepare_database(work: Work) -> None:
    if work.answers.database == "system":
        work.prepare_database()


def _write_program(work: Work) -> None:
    write(work.layout.config / "petrel.env", units.environment(work.layout), 0o644)
    make_folder(work.layout.program.parent, 0o755)
    write(work.layout.program, units.script(work.machine.program), 0o755)


def _write_units(work: Work) -> None:
    make_folder(work.layout.units, 0o755)
    wanted = units.all_of(work.answers, work.layout, work.machine.program)
    for name in units.NAMES:
        path = work.layout.units / name
        if name in wanted:
            write(path, wanted[name], 0o644)
        else:
            path.unlink(missing_ok=True)
    if work.machine.has_systemd:
        work.machine.systemctl("daemon-reload")
        work.machine.systemctl("enable", *wanted)


def _begin(work: Work) -> None:
    if work.machine.has_systemd:
        start(work.layout.data, work.machine, work.say)


STEPS: tuple[Step, ...] = (
    Step("answers", "keep your answers, so that an interrupted set-up goes on without asking", _keep_answers, False),
    Step("user", f"make the user {USER}, whom the site runs as", _make_user),
    Step("folders", "make the directory of everything that the site keeps", _make_folders, False),
    Step("program", "put the command `petrel` where you find it", _write_program),
    Step("settings", "write the settings", _write_settings, False),
    Step("database", "find or set up the databases", _prepare_database, False),
    Step("units", "tell systemd about the site", _write_units),
    Step("start", "start the site and wait until it answers", _begin),
)


def left(layout: Layout) -> list[Step]:
    """The steps of this layout, in their order."""
    return [step for step in STEPS if layout.is_system or not step.is_system]


def run(work: Work) -> None:
    """All of them. Errors: those of a step, with where it stopped; the same command goes on from there."""
    steps = left(work.layout)
    for number, step in enumerate(steps, 1):
        work.say(f"[{number}/{len(steps)}] {step.says}")
        try:
            step.do(work)
        except PetrelError:
            raise
        except OSError as e:
            where = f" ({e.filename})" if e.filename else ""
            raise CannotWork(f"Could not {step.says}: {e.strerror or e}{where}. Mend that, and run the same command "
                             "again: it goes on from here.") from e


def refuse_another_name(layout: Layout, held: str, is_try_out: bool, wanted: str) -> None:
    """Refuses another name for a site that has one for ever. `held`: base URL in the settings. Errors: CannotWork."""
    before = held.partition("://")[2]
    if before and not is_try_out and before != wanted:
        raise CannotWork(
            f"The site in {layout.data} is called {before}, for ever: its name is in the address of everything written "
            f"there. {wanted or 'A try-out'} would be another site, and needs another machine or --data DIR.")


