"""What is not good is never served for long, and what breaks off is found as it was left."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from petrel.core import file_lock, whole_file
from petrel.ops.certificates import ask, read, self_signed, state
from petrel.ops.certificates import census as noted
from petrel.ops.certificates import renewing as room
from petrel.ops.certificates.census import look
from petrel.ops.certificates.proving import problem
from petrel.outside.acme import Issued, Order
from tests.ops.certificates.authority import Authority
from tests.ops.certificates.host import NAME, Host, host

Issue = Callable[[Order], bytes]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def issuing(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                  issue: Issue | None = None) -> AsyncIterator[Host]:
    """A host whose issuer is this authority; the first certificate is served."""
    made: list[Issue] = []

    async def issuer(order: Order) -> Issued:
        return Issued() if order.about else Issued(pem=made[0](order).decode())

    monkeypatch.setattr(room, "_issuer", issuer)
    monkeypatch.setattr(room, "TAKEN_OVER_S", 1.0)
    async with host(tmp_path, roots=authority.roots) as here:
        made[:] = [lambda order: authority.issue(order.names)]
        assert "is served" in (await here.turn() or "")
        if issue is not None:
            made[:] = [issue]
        yield here


@pytest.mark.parametrize(("wrong", "told"), [
    (lambda a: a.issue(["other.test"]), "mismatch"),
    (lambda a: a.issue([NAME], chain=False), "unable to get local issuer"),
    (lambda a: a.issue([NAME], days=1, begun_days=2), "expired. Is this machine's clock right?"),
    (lambda a: a.issue([NAME], begun_days=-2), "not yet valid. Is this machine's clock right?"),
    (lambda a: self_signed([NAME]), "self"),
    (lambda a: b"nonsense", "accept"),
])
async def test_what_no_visitor_would_accept_is_never_served(
        authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        wrong: Callable[[Authority], bytes], told: str) -> None:
    async with issuing(authority, tmp_path, monkeypatch, lambda _order: wrong(authority)) as here:
        first = await here.shows()
        ask(here.plan)
        said = await here.turn()
        assert said is not None and told in said and "trying again in 60 s" in said
        assert await here.shows() == first and not here.where.fresh.exists()
        assert state(here.where).failures == 1 and told in state(here.where).said[0]


async def test_one_that_the_site_does_not_show_makes_room_for_the_one_before(
        authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with issuing(authority, tmp_path, monkeypatch) as here:
        first = await here.shows()
        here.watching.cancel()                                               # web processes that notice nothing
        ask(here.plan)
        said = await here.turn()
        assert said is not None and "taken back" in said
        assert (live := read(here.where.live)) is not None and live.fingerprint == first == await here.shows()
        assert "taken_back" in [verb for verb, _ in here.told] and not here.where.previous.exists()


async def test_a_power_cut_at_any_step_leaves_something_to_serve(
        authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with issuing(authority, tmp_path, monkeypatch) as here:
        first = read(here.where.live)
        assert first is not None
        whole_file.write(here.where.fresh, authority.issue([NAME]))                       # ordered, not installed
        assert await here.turn() is None
        assert not here.where.fresh.exists() and read(here.where.live) == first

        whole_file.write(here.where.previous, here.where.live.read_bytes())  # the notes are lost, and the new one
        here.where.live.unlink()
        here.where.state.write_bytes(b"{half")
        assert await here.turn() is None
        assert read(here.where.live) == first and state(here.where).proven == first.fingerprint

        whole_file.write(here.where.previous, here.where.live.read_bytes())               # installed, not proven yet
        whole_file.write(here.where.live, authority.issue([NAME]))
        assert await here.turn() is None
        assert state(here.where).proven == await here.shows() != first.fingerprint
        assert not here.where.previous.exists()


class PowerCut(BaseException):
    """Nothing catches this, as nothing catches the end of the power."""


async def test_the_power_may_go_with_every_change_of_a_disk(
        authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SEEN_TIMES", 1)
    monkeypatch.setattr(room, "LOOK_S", 0.02)
    async with issuing(authority, tmp_path, monkeypatch) as here:
        for after in range(1, 60):
            ask(here.plan)
            with monkeypatch.context() as power:
                _cut(power, after)
                try:
                    await here.turn()
                    break                                                    # it came to its end
                except PowerCut:
                    pass
            # What the machine finds when it comes back: one of the two to be served, whole, and it is.
            assert read(here.where.live) is not None, after
            assert await here.shows(), after
            await here.turn()
            assert state(here.where).proven == await here.shows(), after
            assert not here.where.fresh.exists() and not here.where.previous.exists(), after
        assert after > 12
        assert problem(here.where.live, [NAME], str(authority.roots)) == ""


def _cut(power: pytest.MonkeyPatch, after: int) -> None:
    """Ends the power with the call of this number that changes a disk, before and after its effect by turns."""
    count = 0

    def cutting(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **given: object) -> object:
            nonlocal count
            count += 1
            if count == after and count % 2:
                raise PowerCut
            done = real(*args, **given)
            if count == after:
                raise PowerCut
            return done
        return call

    power.setattr(os, "fsync", cutting(os.fsync))
    for name in ("replace", "unlink"):
        power.setattr(Path, name, cutting(getattr(Path, name)))


async def test_only_one_renews_at_a_time(
        authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with issuing(authority, tmp_path, monkeypatch) as here:
        ask(here.plan)
        with file_lock.opened(here.where.root / "lock") as lock:
            assert file_lock.takes(lock)
            assert await here.turn() is None
        assert "is served" in (await here.turn() or "")


async def test_a_certificate_that_nobody_declared_is_seen_where_it_is_served(
        authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with issuing(authority, tmp_path, monkeypatch) as here:
        assert [one.is_declared for one in (await look(here.plan)).seen if one.is_ours] == [True]
        rogue = tmp_path / "rogue.pem"
        rogue.write_bytes(authority.issue([NAME]))                           # good, but not ours
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rogue)
        server = await asyncio.start_server(lambda _r, w: w.close(), "0.0.0.0", 0, ssl=context)  # noqa: S104
        try:
            await look(here.plan)
        finally:
            server.close()
        found = noted(here.where)
        assert found is not None
        strange, = [one for one in found.seen if one.is_ours and not one.is_declared]
        assert strange.certificate == read(rogue)


def test_a_handshake_in_memory_finds_what_a_visitor_would(authority: Authority, tmp_path: Path) -> None:
    good = tmp_path / "good.pem"
    good.write_bytes(authority.issue([NAME]))
    assert problem(good, [NAME], str(authority.roots)) == ""
    assert "mismatch" in problem(good, [NAME, "www.petrel.test"], str(authority.roots))
    assert problem(good, [NAME])                                             # the usual authorities know it not
