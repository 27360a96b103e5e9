"""`petrel init DOMAIN`: a machine becomes a site. At most four questions, each with a flag."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from petrel.cli.common import say
from petrel.cli.wiring import Wiring
from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import setup
from petrel.ops.processes import become_owner
from petrel.ops.setup import Answers, CannotWork, Layout, Machine

FOR_EVER = """
{domain} becomes part of the address of everything that is written here, and of everybody's
name: @somebody@{domain}. Other servers and people's apps remember it.

IT CANNOT BE CHANGED LATER, and when the name is lost the site cannot come back. Take one that is
yours for as long as the site is to live. Not sure yet? petrel init {domain} --try-out
"""


@click.command()
@click.argument("domain", required=False, default="")
@click.option("--for-ever", is_flag=True, help="The name is for ever: you know.")
@click.option("--contact", metavar="ADDRESS", help="Mail address at which people and authorities reach you.")
@click.option("--https", type=click.Choice(["own", "proxy"]), help="Who does HTTPS: this site, or a proxy in front.")
@click.option("--proxy", "proxies", metavar="ADDRESSES", help="Where that proxy is.  [default: this machine]")
@click.option("--database", type=click.Choice(["embedded", "system"]), help="Petrel's own Postgres, or Debian's.")
@click.option("--try-out", is_flag=True, help="The name may still change, and everything may be thrown away.")
@click.option("--data", metavar="DIR", help="Directory of everything the site keeps.  [default: /var/lib/petrel]")
@click.option("--by-hand", is_flag=True, help="No user, no units: only the data directory, for whoever starts it.")
@click.option("--despite", multiple=True, metavar="CHECK", help="Go on although this check fails. Repeatable.")
@click.option("--check", "only_check", is_flag=True, help="Look whether all is ready for it, and change nothing.")
@click.pass_obj
def init(wiring: Wiring, /, domain: str, **given: Any) -> None:
    """Make this machine the site of DOMAIN: user, directories, settings, certificates, units; and start it.

    Interrupted anywhere, by a power cut too, the same command goes on. Without DOMAIN, --try-out makes a site that only
    this machine reaches.
    """
    machine = Machine()
    is_local = given["try_out"] and not domain
    by_hand = given["by_hand"] or is_local
    data = Path(given["data"] or ("petrel-data" if by_hand else "/var/lib/petrel")).absolute()
    layout = Layout(data, is_system=not by_hand)
    before = setup.answers_before(layout)
    _refuse_another_name(wiring, layout, domain, before)

    if not domain and before is not None:
        domain = before.domain
    if not domain and not is_local:
        raise CannotWork("Which name shall the site have? petrel init DOMAIN, or, only to look at Petrel: petrel init "
                         "--try-out")
    answers = _ask(domain, given, before)
    _look(answers, layout, machine, wiring.settings_or_defaults(str(data)).acme_directory, given["despite"])
    if given["only_check"]:
        return
    work = setup.Work(
        answers=answers, layout=layout, machine=machine, say=click.echo,
        settings=lambda wanted: wiring.write_settings(data, [(w.name, w.value, w.is_first_only) for w in wanted]),
        prepare_database=lambda: _prepare_database(machine, data))
    setup.run(work)
    _tell(wiring, answers, layout, machine)


def _ask(domain: str, given: dict[str, Any], before: Answers | None) -> Answers:
    """What no flag says and nothing said before is asked; four things at most. Errors: CannotWork."""
    try_out = given["try_out"]
    name = setup.proper(domain, try_out=try_out) if domain else ""
    if before is not None and before.domain == name and before.try_out == try_out:
        kept = {key: given[key] for key in ("contact", "https", "proxies", "database") if given[key]}
        return _checked(Answers(**{**{f: getattr(before, f) for f in Answers.__struct_fields__}, **kept}))
    if not name:
        return Answers("", given["contact"] or "", "off", database=given["database"] or "embedded", try_out=True)
    if not try_out and not given["for_ever"]:
        click.echo(FOR_EVER.format(domain=name).strip())
        typed = _prompt("Type the name once more, if that is what you want", "--for-ever")
        if setup.proper(typed) != name:
            raise CannotWork(f"You typed {typed}, not {name}. Nothing was changed")
    contact = given["contact"] or _prompt("Mail address at which people and authorities reach you", "--contact ADDRESS")
    https = _https(name, given)
    database: Any = given["database"] or _prompt(
        "Databases: those that Petrel brings (embedded), or Debian's Postgres, for more than a few thousand people "
        "(system)?", "--database embedded|system", "embedded", ["embedded", "system"])
    more = {"proxies": given["proxies"]} if given["proxies"] else {}
    return _checked(Answers(name, contact.strip(), https, database=database, try_out=try_out, **more))


def _https(name: str, given: dict[str, Any]) -> Any:
    if given["https"] or given["proxies"]:
        return given["https"] or "proxy"
    if given["try_out"] and not setup.is_public(name):
        return "off"                        # nobody gives a certificate for such a name
    return _prompt("HTTPS: does this site do it (own), or a proxy in front that you run (proxy)?",
                   "--https own|proxy", "own", ["own", "proxy"])


def _checked(answers: Answers) -> Answers:
    name, _, host = answers.contact.partition("@")
    if answers.domain and not (name and "." in host and not set(answers.contact) & set(" ,<>\"")):
        raise CannotWork(f"{answers.contact or 'Nothing'} is no mail address. Give one at which you read mail: "
                         "--contact you@somewhere.org")
    return answers


def _prompt(question: str, flag: str, default: str | None = None, words: list[str] | None = None) -> Any:
    if not sys.stdin.isatty():
        if default is not None:
            return default
        raise CannotWork(f"{question}: nobody is here to answer. Say it with {flag}")
    return click.prompt(question, default=default, type=click.Choice(words) if words else str)


def _refuse_another_name(wiring: Wiring, layout: Layout, domain: str, before: Answers | None) -> None:
    if not (layout.data / "settings.toml").exists():
        return
    held = wiring.settings(str(layout.data))
    if domain:
        setup.refuse_another_name(layout, held.base_url, held.try_out, setup.proper(domain, try_out=True))


def _look(answers: Answers, layout: Layout, machine: Machine, issuer: str, despite: tuple[str, ...]) -> None:
    """Errors: CannotWork, with everything that stands in the way."""
    checks = setup.examine(answers, layout, machine, issuer)
    wrong = [c for c in checks if not c.ok and c.name not in despite]
    for c in checks:
        click.echo(f"{'ok ' if c.ok else 'BAD' if c in wrong else '-- '} {c.name}: {c.found}")
        if c in wrong:
            click.echo(f"      {c.cure}")
    if wrong:
        names = " ".join(f"--despite '{c.name}'" for c in wrong)
        raise CannotWork("Nothing was changed. Mend what is BAD and run the same command again. (You know better? "
                         f"{names})")


def _prepare_database(machine: Machine, data: Path) -> None:
    """What `petrel database prepare` does, in a process of its own: it may speak to servers as other users."""
    try:
        subprocess.run([str(machine.program), "database", "prepare", "--data", str(data)], check=True)
    except subprocess.CalledProcessError as e:
        raise CannotWork("The databases could not be prepared; why stands above. Mend that, and run the same command "
                         "again, or take --database embedded.") from e


def _tell(wiring: Wiring, answers: Answers, layout: Layout, machine: Machine) -> None:
    click.echo("")
    if not layout.is_system or not machine.has_systemd:
        program = machine.program if machine.program.exists() else "petrel"     # nobody put it where shells look
        start = "petrel up" if layout.is_system else f"{program} up --data {layout.data}"
        click.echo(f"Everything is ready. Start the site with: {start}\nIt prints a link: open it in a browser, make "
                   "your account, and go through the first pages there.")
        return
    click.echo(f"The site runs, and starts by itself with this machine: {answers.address}")
    become_owner(layout.data)
    now = wiring.settings(str(layout.data))
    if answers.https == "own" and not setup.wait_for_certificate(answers.domain, now.port, now.acme_roots):
        click.echo("It has no certificate yet, so browsers warn. It goes on asking for one; what is in the way: petrel "
                   "certificates show; petrel doctor")
    if link := _setup_link(wiring, now):
        click.echo("Open this in a browser, make your account, and go through the first pages. It works once, within "
                   f"seven days:\n  {link}")
    click.echo("Is it well? petrel doctor")


def _setup_link(wiring: Wiring, now: Any) -> str | None:
    async def work() -> str | None:
        async with writing(System("cli"), cause="petrel init") as w:
            return await accounts.invites.make_first_setup_link(w)

    secret = wiring.call(now, work, say)
    return f"{wiring.address(now)}/setup/{secret}" if secret else None
