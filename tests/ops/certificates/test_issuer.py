"""Certificates from a real issuer, pebble, by both ways to answer what it asks."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from petrel.ops.certificates import Issuer, ask, read, state
from petrel.ops.certificates.proving import believing
from petrel.ops.drills import issuer
from petrel.ops.drills.issuer import pebble
from tests.ops.certificates.host import NAME, host

pytestmark = pytest.mark.skipif(bool(issuer.is_there()), reason=issuer.is_there() or "-")


async def test_ordered_proven_exchanged_under_a_connection_and_as_the_issuer_wishes(tmp_path: Path) -> None:
    async with (host(tmp_path) as here, pebble(tmp_path / "away", http_port=9, tls_port=9) as away,
                pebble(tmp_path / "ca", http_port=here.plain_port, tls_port=here.plan.port) as ca):
        away.is_down = True
        ca.roots.write_bytes(away.roots.read_bytes() + ca.roots.read_bytes())
        here.plan = msgspec.structs.replace(here.plan, roots=str(ca.roots),
                                            issuers=(Issuer(away.directory), Issuer(ca.directory)))

        said = await here.turn(challenges=("http-01",))
        assert said is not None and "is served" in said, said
        first = read(here.where.live)
        assert first is not None and first.names == (NAME,) and state(here.where).proven == first.fingerprint
        assert state(here.where).issuer == ca.directory                     # the first issuer was away
        assert await here.shows() == first.fingerprint
        assert await here.turn() is None                                    # nothing is due

        reader, writer = await asyncio.open_connection(
            "127.0.0.1", here.plan.port, ssl=believing(str(ca.roots)), server_hostname=NAME)
        ca.window = (-60.0, -30.0)                                          # the issuer wants it renewed now
        here.plan = msgspec.structs.replace(here.plan, issuers=(Issuer(ca.directory),))
        known = state(here.where)
        here.where.state.write_bytes(msgspec.json.encode(msgspec.structs.replace(known, ask_window_at=None)))
        said = await here.turn(challenges=("tls-alpn-01",))
        assert said is not None and "is served" in said, said
        assert await here.shows() == state(here.where).proven != first.fingerprint
        writer.write(b"still here\n")
        assert await reader.readline() == b"still here\n"
        writer.close()

        assert [verb for verb, _ in here.told] == ["issued", "proven"] * 2
        left = sorted(path.name for path in here.where.root.iterdir())
        assert [name for name in left if not name.startswith("account-")] == [
            "handshakes", "live.pem", "lock", "questions", "state.json"]
        assert not [*here.where.questions.iterdir(), *here.where.handshakes.iterdir()]
        assert {path.stat().st_mode & 0o077 for path in here.where.root.glob("*.pem")} == {0}

        ca.is_down = True
        ask(here.plan)
        said = await here.turn()
        assert said is not None and "trying again in 60 s" in said and "cannot be used now" in said
        assert await here.shows() == state(here.where).proven
        ca.is_down = False
        here.plan = msgspec.structs.replace(here.plan, roots=str(away.roots))
        ask(here.plan)
        said = await here.turn()
        assert said is not None and "is not believed here" in said and "acme_roots" in said


async def test_a_name_that_leads_elsewhere_is_told_of_with_its_cure(tmp_path: Path) -> None:
    async with host(tmp_path) as here, pebble(tmp_path / "ca", http_port=9, tls_port=9) as ca:
        said = await here.turn(issuers=(Issuer(ca.directory),), roots=str(ca.roots), challenges=("http-01",))
    assert said is not None and "could not see that petrel.test is this machine" in said and "port 80" in said
