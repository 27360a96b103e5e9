"""One round: is a new certificate due, order it, prove it, serve it, see it served, else go back. Whatever breaks off
in the middle is found by the next round as it was left: the files say what has happened.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
import structlog

from petrel.core import file_lock, whole_file
from petrel.ops.certificates import proving, reading
from petrel.ops.certificates.places import Places, places
from petrel.ops.certificates.rules import again_s, is_due
from petrel.ops.certificates.serving import LOOK_S
from petrel.ops.certificates.shapes import Certificate, Issuer, Plan, State
from petrel.outside.acme import Issued, Order

log = structlog.get_logger("petrel.certificates")

PROGRAM = (sys.executable, "-m", "petrel.outside.acme")
ORDER_S = 240.0                 # more than the program gives itself
TAKEN_OVER_S = 15.0             # within which the web processes show a new one
SEEN_TIMES = 6                  # handshakes in a row; the processes share the port
# Told of what happened: the verb of a journal entry, and words for it.
Tell = Callable[[str, str], Awaitable[None]]


async def silent(_verb: str, _words: str) -> None:
    """A `Tell` for where there is no journal."""


async def turn(plan: Plan, tell: Tell = silent) -> str | None:
    """What is due now, or has been asked for (`ask`). Returns what was done, None for nothing."""
    where = places(plan.data)
    if not plan.issuers:
        return None
    where.make()
    with file_lock.opened(where.root / "lock") as lock:
        if not file_lock.takes(lock):           # somebody else renews
            return None
        await _settle(plan, where, tell)
        live, known = reading.read(where.live), reading.state(where)
        known = await _ask_window(plan, where, live, known)
        if not (where.asked.exists() or is_due(live, plan.names, known, datetime.now(UTC))):
            return None
        where.asked.unlink(missing_ok=True)
        return await _renew(plan, where, known, live, tell)


def ask(plan: Plan) -> None:
    """Has the jobs process of the site order a new certificate within seconds, due or not."""
    where = places(plan.data)
    where.make()
    whole_file.write(where.asked, b"")


async def _renew(plan: Plan, where: Places, known: State, live: Certificate | None, tell: Tell) -> str:
    said: list[str] = []
    way = plan.challenges[known.failures % len(plan.challenges)]
    for issuer in plan.issuers:
        problem = await _order(plan, where, issuer, way)
        if not problem:
            _install(where, issuer)
            await tell("issued", f"{issuer.directory} {way}")
            if proven := await _see(plan, where, tell):
                return proven
            problem = "it was not seen in handshakes and has been taken back"
        said.append(problem)
        log.warning("no certificate from this issuer", issuer=issuer.directory, why=problem)
    now = datetime.now(UTC)
    known = reading.state(where)
    failures = known.failures + 1
    wait_s = again_s(failures, live, now)
    reading.keep(where, msgspec.structs.replace(known, failures=failures, tried_at=now, said=tuple(said),
                                                next_try_at=now + timedelta(seconds=wait_s)))
    await tell("failed", "; ".join(said))
    return f"no new certificate, trying again in {wait_s:.0f} s: {'; '.join(said)}"


async def _order(plan: Plan, where: Places, issuer: Issuer, way: str) -> str:
    """Leaves a proven certificate in `fresh`; or returns why not."""
    got = await _issuer(_as_order(plan, where, issuer, way))
    if got.error:
        return got.error
    whole_file.write(where.fresh, got.pem.encode())
    if problem := await asyncio.to_thread(proving.problem, where.fresh, plan.names, plan.roots):
        where.fresh.unlink()
        clock = ". Is this machine's clock right?" if "valid" in problem or "expired" in problem else ""
        return f"{issuer.directory} issued what no visitor would accept: {problem}{clock}"
    return ""


def _as_order(plan: Plan, where: Places, issuer: Issuer, way: str) -> Order:
    account = where.root / f"account-{sha256(issuer.directory.encode()).hexdigest()[:12]}.pem"
    return Order(directory=issuer.directory, names=plan.names, account=str(account), questions=str(where.questions),
                 handshakes=str(where.handshakes), challenge=way, contact=plan.contact, binding=issuer.binding,
                 roots=plan.roots, settle_s=2 * LOOK_S + 0.3)


async def _issuer(order: Order) -> Issued:
    """By a process of its own, which ends with us."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(ORDER_S):
            out, errors = await process.communicate(msgspec.json.encode(order))
        return msgspec.json.decode(out, type=Issued)
    except TimeoutError:
        return Issued(error=f"{order.directory} did not answer within {ORDER_S:.0f} s")
    except msgspec.MsgspecError:
        return Issued(error=f"the order failed: {errors.decode(errors='replace')[-300:]}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _install(where: Places, issuer: Issuer) -> None:
    """The old one is kept as `previous`. In this order, a power cut loses neither."""
    if where.live.exists():
        whole_file.write(where.previous, where.live.read_bytes())
    whole_file.write(where.live, where.fresh.read_bytes())
    reading.keep(where, msgspec.structs.replace(
        reading.state(where), issuer=issuer.directory, installed_at=datetime.now(UTC)))
    where.fresh.unlink()


async def _settle(plan: Plan, where: Places, tell: Tell) -> None:
    """What a round before has left: a certificate that was not installed, or one that nobody has seen served."""
    if where.fresh.exists():
        where.fresh.unlink()            # ordered and not installed: another is ordered when it is due
    live = reading.read(where.live)
    if live is None and where.previous.exists():
        whole_file.write(where.live, where.previous.read_bytes())
        live = reading.read(where.live)
    if live is not None and reading.state(where).proven != live.fingerprint:
        await _see(plan, where, tell)
    elif live is not None:
        where.previous.unlink(missing_ok=True)      # the power went between keeping it and exchanging, or after


async def _see(plan: Plan, where: Places, tell: Tell) -> str:
    """Words when the web processes show the live one, and visitors would believe it; "" when they do not and the one
    before serves again."""
    live = reading.read(where.live)
    if live is None:
        return ""
    problem = await _seen(plan, live)
    if not problem:
        reading.keep(where, msgspec.structs.replace(
            reading.state(where), proven=live.fingerprint, failures=0, said=(), next_try_at=None,
            tried_at=datetime.now(UTC), window=None, window_of="", ask_window_at=None))
        where.previous.unlink(missing_ok=True)
        where.temporary.unlink(missing_ok=True)
        await tell("proven", live.fingerprint)
        return f"a certificate by {live.issuer} is served, until {live.not_after:%Y-%m-%d %H:%M} UTC"
    before = reading.read(where.previous)
    log.error("a new certificate does not prove itself", why=problem, goes_back=before is not None)
    if before is not None and before.left_s(datetime.now(UTC)) > 0:
        whole_file.write(where.live, where.previous.read_bytes())
        reading.keep(where, msgspec.structs.replace(reading.state(where), proven=before.fingerprint))
        where.previous.unlink()
        await tell("taken_back", problem)
    return ""


async def _seen(plan: Plan, live: Certificate) -> str:
    """"" once the site has shown it so many times in a row; else what was last wrong."""
    until, in_a_row, problem = asyncio.get_running_loop().time() + TAKEN_OVER_S, 0, ""
    believing = await asyncio.to_thread(proving.believing, plan.roots)
    while in_a_row < SEEN_TIMES:
        try:
            found = await proving.shown(plan.host, plan.port, plan.names[0], believing)
            problem = "" if found.fingerprint == live.fingerprint else f"{found.fingerprint[:16]} is shown instead"
        except (OSError, TimeoutError, ValueError) as e:
            problem = getattr(e, "verify_message", "") or str(e) or type(e).__name__
        in_a_row = 0 if problem else in_a_row + 1
        if problem:
            if asyncio.get_running_loop().time() > until:
                return problem
            await asyncio.sleep(LOOK_S)
    return ""


async def _ask_window(plan: Plan, where: Places, live: Certificate | None, known: State) -> State:
    """What the issuer of the live one wishes, as often as it wants to be asked."""
    now = datetime.now(UTC)
    issuer = next((one for one in plan.issuers if one.directory == known.issuer), None)
    if live is None or issuer is None or (known.ask_window_at is not None and now < known.ask_window_at):
        return known
    about = where.live.read_text()
    order = msgspec.structs.replace(_as_order(plan, where, issuer, "http-01"),
                                    about=about[about.index("-----BEGIN CERTIFICATE"):])
    got = await _issuer(order)
    known = reading.state(where)
    if got.window is None:              # it has none, or cannot say now: asked again after some of the rest
        wait_s = max(1.0, min(6 * 3600.0, abs(live.left_s(now)) / 20))
        known = msgspec.structs.replace(known, ask_window_at=now + timedelta(seconds=wait_s))
    else:
        known = msgspec.structs.replace(known, window=got.window, window_of=live.fingerprint,
                                        ask_window_at=got.window.again_at)
    reading.keep(where, known)
    return known
