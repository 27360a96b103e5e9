"""`petrel restore`: a site comes back on another machine, from its backup target and enough shares of its key."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from petrel.cli.common import MB, progress, put, say, with_json
from petrel.cli.wiring import Wiring

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.argument("target", metavar="TARGET")
@click.option("--data", required=True, metavar="DIR", help="The new data directory: empty, or not there yet.")
@click.option("--share-file", "share_files", multiple=True, metavar="FILE", type=FILE,
              help="Shares of the recovery key, one or more in a file. Without any they are asked for.")
@click.option("--key-file", "key_files", multiple=True, metavar="FILE", type=FILE,
              help="In place of shares: what `petrel backups key` printed. May be given twice.")
@click.option("--keys", "key_folder", type=FOLDER, metavar="DIR",
              help="In place of shares: the keys/ of an old data directory.")
@click.option("--witness", type=FOLDER, metavar="DIR",
              help="A copy of DATA/witness that is newer than what the target has.")
@click.option("--without-witness", is_flag=True, help="There is none left. Asks; every surface stays closed after it.")
@click.option("--without-log", is_flag=True, help="Only to the copy itself, not on to the end of the archived log.")
@click.option("--backup", metavar="NAME", help="Which one.  [default: the newest that is whole]")
@click.option("--keys-from", metavar="NAME",
              help="Take the keyring copy of a later backup: it opens what was not deleted until then.")
@click.option("--plan", is_flag=True, help="Say what would be done and how long it would take, and do nothing.")
@with_json
@click.pass_obj
def restore(wiring: Wiring, /, target: str, data: str, as_json: bool, plan: bool, **given: Any) -> None:
    """Bring a site back from TARGET into a new data directory: the newest copy, and the log after it.

    TARGET is a directory, ssh://USER@HOST/DIR or s3://BUCKET/PREFIX; how to get in is said by settings in the
    environment (PETREL_BACKUP_SSH_CONFIG, PETREL_BACKUP_S3_KEY ...). What was taken away since is taken away again
    before anything is served. Exit code 1 when a check found something: then the new directory cannot be served.
    """
    from petrel.ops import backups as room

    wish = _wish(wiring, target, data, given)
    load, here = room.going_back.tried(wish, room.Meter())
    stages = room.going_back.expected(wish, load, here)
    say(_foretold(wish, load, stages))
    began = time.monotonic()
    if plan:
        put({"backup": wish.pair.data.backup, "load": load, "here": here, "expected_s": stages}, "", as_json)
        return

    meter = room.Course(stages, say)
    told = progress(meter.left_s)
    with room.going_back.ready(wish, told, meter) as ready:
        meter.again(room.going_back.expected(wish, ready.load, here))
        outcome = wiring.restore(ready.ask, say, told, meter)
    took_s = time.monotonic() - began
    result = {"backup": outcome.backup, "took_s": round(took_s, 3), "here": here,
              "expected_s": stages, "refined_s": meter.refined_s, "stages_s": meter.seconds(),
              "epoch": outcome.epoch, "restored_to": outcome.restored_to, "lost_until": outcome.lost_until,
              "until_ms": outcome.until_ms, "surfaces_closed": outcome.surfaces_closed, "replayed": outcome.replayed,
              "checked": outcome.checked}
    put(result, lambda: restored(outcome, data, took_s), as_json)
    sys.exit(1 if outcome.checked.findings else 0)


def _wish(wiring: Wiring, target: str, data: str, given: dict[str, Any]) -> Any:
    from petrel.ops import backups as room

    if given["witness"] is not None and given["without_witness"]:
        raise click.UsageError("Say --witness DIR, or --without-witness when every copy of the witness is lost.")
    if given["without_witness"] and click.prompt(
            "Without a witness nobody knows what was deleted, blocked or closed since the backup. All of it comes "
            f'back, behind closed surfaces that two of the crew can open. Type "{room.PHRASE}"',
            err=True) != room.PHRASE:
        raise room.NotNow("Nothing was done.")
    store = wiring.store(wiring.settings_or_defaults(), target)
    known = _keys(store, given)
    pair = room.choose(store, known, given["backup"], given["keys_from"])
    with_log = not given["without_log"] and not given["without_witness"] and bool(pair.data.log)
    if not with_log and given["witness"] is None and not given["without_witness"]:
        raise click.UsageError("This restore does not go on with the archived log, which has the newest witness. Say "
                               "--witness DIR, or --without-witness when every copy of the witness is lost.")
    witness = room.going_back.WITHOUT_WITNESS if given["without_witness"] else given["witness"]
    return room.going_back.Wish(pair, known, Path(data).absolute(), witness, with_log)


def _keys(store: Any, given: dict[str, Any]) -> dict[Any, bytes]:
    from petrel.ops import backups as room

    if given["key_folder"]:
        return dict(room.keys.load(given["key_folder"]))
    if given["key_files"]:
        return dict(room.keys.from_files(given["key_files"]))
    shares = []
    for path in given["share_files"]:
        try:
            shares += room.shares.parsed(path.read_text(), str(path))
        except (OSError, UnicodeDecodeError) as e:
            raise room.NotNow(f"{path} cannot be read: {e}") from e
    while not shares or len({one.x for one in shares}) < shares[0].needed:
        number = len({one.x for one in shares}) + 1
        most = f" of {shares[0].needed}" if shares else ""
        text = click.prompt(f"Share {number}{most}", err=True, hide_input=True).strip()
        letters = "".join(text.removeprefix("petrel-share-1").split())      # read from paper, also in groups
        try:
            shares += room.shares.parsed(f"petrel-share-1 {letters}", "your typing")
        except room.WrongKey as e:
            say(e.message)
    return dict(room.recovery.unlocked(store, shares))


def _foretold(wish: Any, load: Any, stages: dict[str, float] | None) -> str:
    made = f"{datetime.fromtimestamp(wish.pair.data.began.at_ms / 1000, UTC):%F %T} UTC"
    much = (f"{wish.pair.data.backup}, made {made}: {load.plain_bytes / MB:.0f} MB, and {load.log_bytes / MB:.0f} MB "
            f"of log in {load.pieces} pieces.")
    if stages is None:
        return f"{much}\nNo rehearsal has passed: nobody can say how long this takes."
    told = ", ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items() if seconds >= 0.05)
    return (f"{much}\nExpected to take {sum(stages.values()):.0f} s, by the rehearsals and by this machine as it is "
            f"now ({told}).")


def restored(outcome: Any, data: str, took_s: float) -> str:
    done, checked = outcome.replayed, outcome.checked
    lines = [f"Back at {outcome.backup}, in {took_s:.1f} s. Epoch {outcome.epoch} begins after root "
             f"{outcome.restored_to}; the lost past went on to root {outcome.lost_until}.",
             f"Taken away since, by the witness: {done.witnessed}; in the backup already: {done.known}; "
             f"done again: {sum(done.changed.values())}; keys destroyed: {done.keys_destroyed}.",
             *(f"  {kind}: {count}" for kind, count in sorted(done.changed.items()))]
    if outcome.until_ms:
        lines.append(f"By the archive of the log, everything that was acknowledged before "
                     f"{datetime.fromtimestamp(outcome.until_ms / 1000, UTC):%F %T.%f} UTC is there.")
    if done.locked_out:
        lines.append("These changed their password since; give them a new one: "
                     f"{', '.join(map(str, done.locked_out))}")
    if outcome.surfaces_closed:
        lines.append(f"{outcome.surfaces_closed} surfaces are closed: look first, then `petrel surfaces open`.")
    lines += [f"note: {remark}" for remark in checked.remarks]
    if checked.findings:
        lines += [*(f"FOUND: {finding}" for finding in checked.findings),
                  f"{data} cannot be served. Restore another backup, or find out first."]
    else:
        lines.append(f"{checked.entries} journal entries verified, {checked.live} posts and messages looked at. "
                     f"`petrel init NAME` serves it (set up by hand: `petrel up --data {data}`); search catches up by "
                     "itself.")
    return "\n".join(lines)
