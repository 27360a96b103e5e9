"""The units, the environment and the command of this machine's site, as texts. Pure."""

from pathlib import Path

from petrel.ops.setup.shapes import PORT, UNITS, USER, Answers, Layout

FILES = Path(__file__).parent / "files"
NAMES = UNITS


def all_of(answers: Answers, layout: Layout, program: Path) -> dict[str, str]:
    """Texts by name. With a proxy in front there is no plain port, and the site's is for that proxy."""
    wanted = ["petrel.service", "petrel.socket"]
    if answers.https == "own":
        wanted.append("petrel-plain.socket")
    words = {"domain": answers.domain or "this machine", "user": USER, "program": str(program),
             "data": str(layout.data), "listen": _listen(answers), "sockets": " ".join(wanted[1:])}
    return {name: _filled(name, words) for name in wanted}


def script(program: Path) -> str:
    return _filled("petrel.sh", {"user": USER, "program": str(program)})


def environment(layout: Layout) -> str:
    return ("# Where this machine's site is. Its settings are in that directory; settings.toml here leads there.\n"
            f"PETREL_DATA={layout.data}\n")


def _listen(answers: Answers) -> str:
    if answers.https == "own":
        return "443"
    is_here = all(one.strip() in ("127.0.0.1", "::1") for one in answers.proxies.split(","))
    return f"127.0.0.1:{PORT}" if answers.https == "proxy" and is_here else str(PORT)


def _filled(name: str, words: dict[str, str]) -> str:
    text = (FILES / name).read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    return text
