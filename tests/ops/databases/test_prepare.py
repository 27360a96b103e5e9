"""Distribution Postgres set up for a site: found or made, its links safe, its settings right, as often as one likes."""

import asyncio
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from petrel import app
from petrel.ops.databases import LOGIN, Unfit, Urls, debian, look, preparing, taking
from petrel.ops.databases.debian import Homes, Wanted
from petrel.storage.postgres import ClusterName, LinkRefused, Storage, check_external
from tests.debian import homes, needs_debian, stop

pytestmark = needs_debian
SAID: list[str] = []


@pytest.fixture(scope="module")
def local(places: Homes) -> Urls:
    return prepare(Wanted(homes=places)).urls


def prepare(wanted: Wanted, known: Urls = Urls(), *only: ClusterName) -> preparing.Prepared:
    return asyncio.run(preparing.on_this_machine(wanted, known, SAID.append, only or ("main", "keyring")))


def ask(url: str, sql: str) -> object:
    async def work() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()
    return asyncio.run(work())


def test_two_servers_ready_for_a_site(local: Urls, tmp_path: Path) -> None:
    assert local.where == "system"
    reports = asyncio.run(look(local))
    assert [f.text for one in reports for f in one.findings] == []
    assert all("over the socket" in one.about for one in reports)
    assert ask(local.main, "select rolsuper from pg_roles where rolname = current_user") is False
    assert ask(local.main, "select system_identifier from pg_control_system()") != \
        ask(local.keyring, "select system_identifier from pg_control_system()")
    storage = Storage(tmp_path, local.main, local.keyring)
    assert asyncio.run(app.migrate_site(app.addresses_of(storage)))
    # The keyring's log can be renewed after keys were destroyed, which takes two rights beyond those of an owner.
    assert ask(local.keyring, "select pg_has_role('pg_checkpoint', 'usage') and "
                              "has_function_privilege('pg_catalog.pg_switch_wal()', 'execute')") is True


def test_again_changes_nothing(local: Urls, places: Homes) -> None:
    since = ask(local.main, "select pg_postmaster_start_time()")
    assert prepare(Wanted(homes=places), local).urls == local
    assert ask(local.main, "select pg_postmaster_start_time()") == since


def test_nobody_gets_in_without_the_password(local: Urls, places: Homes) -> None:
    wrong = urlsplit(local.main)
    wrong = wrong._replace(netloc=f"{LOGIN}:wrong@")
    with pytest.raises(Exception, match="password authentication failed") as refused:
        asyncio.run(check_external("PETREL_DATABASE_URL", wrong.geturl()))
    assert "alter role" in str(refused.value)
    nobody = ["setpriv", "--reuid=nobody", "--clear-groups", "psql", "-w", "-h", str(places.sockets), "-p",
              str(urlsplit(local.main).query.rpartition("port=")[2]), "-U", "postgres", "-c", "select 1"]
    assert "Peer authentication failed" in subprocess.run(nobody, capture_output=True, text=True, check=False).stderr


def test_over_the_network_with_a_proven_name(local: Urls, places: Homes) -> None:
    urls = prepare(Wanted(listen=("127.0.0.1",), names=("localhost",), homes=places), local, "main").urls
    try:
        assert "sslmode=verify-full" in urls.main and "localhost" in urls.main
        reports = asyncio.run(look(urls))
        assert [f.text for one in reports for f in one.findings] == []
        assert "TLSv1.3 to localhost, whose name is proven" in reports[0].about
        assert ask(urls.main, "select ssl from pg_stat_ssl where pid = pg_backend_pid()") is True
        again = prepare(Wanted(homes=places), urls, "main").urls
        assert again.main == urls.main                          # nobody has to say it twice
        plain = urls.main.partition("?")[0]
        with pytest.raises(LinkRefused):
            asyncio.run(check_external("PETREL_DATABASE_URL", plain))
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="no encryption"):
            asyncio.run(asyncpg.connect(plain, ssl=False))
    finally:
        assert prepare(Wanted(listen=("none",), homes=places), local, "main").urls.main == local.main


def test_a_machine_that_serves_another_keeps_nothing(local: Urls, places: Homes, tmp_path: Path) -> None:
    data = tmp_path / "petrel-data"
    there = taking.for_whom(data, Urls(), preparing.Ask(listen=("127.0.0.1",), only="main"), places)
    try:
        first = served(places, there, new_password=True)
        assert urlsplit(first.urls.main).password and "not shown again" in first.next and first.is_for_others
        assert first.urls.main.endswith("main-ca.crt") and not first.urls.keyring
        again = taking.for_whom(data, Urls(), preparing.Ask(), places)
        assert again.for_others and again.only == "main"                # nobody has to say it twice
        second = served(places, again)
        assert second.urls == Urls() and "The password for main stays" in second.next
        assert ask(first.urls.main.replace("main-ca.crt", "ca.crt").replace("/etc/petrel/database", str(places.ours)),
                   "select 1") == 1
        third = served(places, again, new_password=True)
        assert urlsplit(third.urls.main).password not in (None, urlsplit(first.urls.main).password)
        assert not data.exists()
        data.mkdir()
        (data / "settings.toml").touch()
        assert not taking.for_whom(data, Urls(), preparing.Ask(), places).for_others        # a site's own machine
    finally:
        prepare(Wanted(listen=("none",), homes=places), Urls(), "main")
        supers = f"postgresql://postgres@/postgres?{urlsplit(local.main).query}"
        ask(supers, f"alter role {LOGIN} password '{urlsplit(local.main).password}'")


def served(places: Homes, asked: preparing.Ask, *, new_password: bool = False) -> taking.Done:
    passwords: preparing.Passwords = "new" if new_password else "theirs"
    assert asked.for_others and asked.only == "main"
    return taking.for_others(asyncio.run(preparing.on_this_machine(
        Wanted(listen=asked.listen, homes=places), Urls(), SAID.append, ("main",), passwords)))


def test_a_name_that_leads_nowhere_here_is_for_others(local: Urls, places: Homes) -> None:
    """Debian's installer lets a machine's own name lead to 127.0.1.1."""
    try:
        made = prepare(Wanted(listen=("127.0.0.1",), names=("db1.invalid",), homes=places), local, "main").urls
        assert "@db1.invalid:" in made.main
    finally:
        prepare(Wanted(listen=("none",), homes=places), local, "main")


def test_each_machine_has_an_authority_of_its_own() -> None:
    place = "sslmode=verify-full&sslrootcert=/etc/petrel/database/ca.crt"
    there = preparing.for_another_machine(Urls(f"postgresql://a@one/petrel?{place}", f"postgresql://a@two/keyring?{place}"))
    assert there.main.endswith("sslrootcert=/etc/petrel/database/main-ca.crt")
    assert there.keyring.endswith("sslrootcert=/etc/petrel/database/keyring-ca.crt")
    assert preparing.for_another_machine(Urls("postgresql:///petrel?host=/run", "")).main == "postgresql:///petrel?host=/run"


def test_a_power_cut_while_a_cluster_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with homes(tmp_path) as own:
        create = debian._create

        def cut(*args: object) -> None:
            create(*args)                                       # type: ignore[arg-type]
            raise KeyboardInterrupt
        monkeypatch.setattr(debian, "_create", cut)
        with pytest.raises(KeyboardInterrupt):
            prepare(Wanted(homes=own), Urls(), "main")
        assert debian.remains(own)
        next(own.data.glob("*/petrel/global/pg_control")).unlink()           # type: ignore[union-attr]
        monkeypatch.setattr(debian, "_create", create)
        SAID.clear()
        assert prepare(Wanted(homes=own), Urls(), "main").urls.main
        assert "left half made" in SAID[0] and not debian.remains(own)


def test_a_database_of_another_encoding_or_without_its_language(local: Urls, places: Homes) -> None:
    async def as_postgres(*statements: str, database: str = "postgres") -> None:
        port = int(urlsplit(local.main).query.rpartition("port=")[2])
        admin = await asyncpg.connect(host=str(places.sockets), port=port, user="postgres", database=database)
        for one in statements:
            await admin.execute(one)
        await admin.close()

    other = "create database petrel encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'"
    asyncio.run(as_postgres("alter database petrel rename to aside", other))
    try:
        with pytest.raises(Unfit, match="encoding SQL_ASCII") as refused:
            prepare(Wanted(homes=places), local)
        assert "drop database" in refused.value.cure
        asyncio.run(as_postgres("drop database petrel", "create database petrel encoding 'UTF8' template template0"))
        asyncio.run(as_postgres("drop extension plpgsql", database="petrel"))
        with pytest.raises(Unfit, match="lacks the extension plpgsql") as refused:
            prepare(Wanted(homes=places), local)
        assert "create extension" in refused.value.cure
    finally:
        asyncio.run(as_postgres("drop database petrel", "alter database aside rename to petrel"))


def test_servers_that_somebody_else_set_up(local: Urls, places: Homes) -> None:
    async def loosen(cluster: str, sql: str) -> None:
        port = int(urlsplit(local.of(cluster)).query.rpartition("port=")[2])     # type: ignore[arg-type]
        admin = await asyncpg.connect(host=str(places.sockets), port=port, user="postgres", database="postgres")
        await admin.execute(sql)
        await admin.close()

    for cluster in ("main", "keyring"):
        asyncio.run(loosen(cluster, "alter system set log_statement = 'all'"))
    supers = Urls(*(f"postgresql://postgres@/postgres?{urlsplit(url).query}" for url in (local.main, local.keyring)))
    done = asyncio.run(preparing.by_superuser(supers, local, SAID.append))
    assert done.urls == local and done.findings == []
    assert ask(local.main, "show log_statement") == "none"
    theirs = asyncio.run(preparing.by_superuser(supers, Urls(), SAID.append, "theirs"))
    assert theirs.unchanged == ("main", "keyring") and theirs.urls == Urls()
    assert ask(local.main, "select 1") == 1                         # the site elsewhere still gets in
    anew = asyncio.run(preparing.by_superuser(supers, local, SAID.append, "new")).urls
    assert urlsplit(anew.main).password != urlsplit(local.main).password and ask(anew.main, "select 1") == 1
    for cluster in ("main", "keyring"):
        asyncio.run(loosen(cluster, f"alter role {LOGIN} password '{urlsplit(local.of(cluster)).password}'"))
    with pytest.raises(Unfit, match="same server"):
        asyncio.run(preparing.by_superuser(Urls(supers.main, supers.main), local, SAID.append))
    with pytest.raises(Unfit, match="no superuser"):
        asyncio.run(preparing.by_superuser(Urls(local.main, supers.keyring), local, SAID.append))


def test_a_setting_that_breaks_a_promise_is_found(local: Urls) -> None:
    asyncio.run(_set(local, "alter role petrel_admin set log_statement = 'all'"))


async def _set(local: Urls, sql: str) -> None:
    """A login that is no superuser cannot loosen what the server promises."""
    connection = await asyncpg.connect(local.main)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    finally:
        await connection.close()


def test_a_server_that_is_down(local: Urls, places: Homes) -> None:
    stop(places)
    with pytest.raises(Exception, match="PETREL_DATABASE_URL cannot be used"):
        asyncio.run(look(local))
    assert prepare(Wanted(homes=places), local, "main").urls == local
    asyncio.run(look(local))


def test_what_cannot_work_is_said(places: Homes) -> None:
    with pytest.raises(Unfit, match="Postgres 99 is not installed") as refused:
        prepare(Wanted(major=99, homes=places))
    assert refused.value.cure == "apt install postgresql-99"
