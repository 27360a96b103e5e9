"""Every column of both clusters has a line in the data inventory, and the line is true as far as that can be seen."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from petrel.core import inventory
from petrel.core.doors import current, reading
from petrel.core.viewer import System
from petrel.storage import migrate

GOOD = "what: a word; of: account by account; for: show; kept: with account; erased: row; leaves: no"


async def read() -> dict[str, inventory.Found]:
    async with reading(System("inventory")) as r:
        found = await inventory.read({"main": r.fetch, "keyring": current().pools["keyring.reader"].fetch})
    return {one.cluster: one for one in found}


async def test_every_column_has_a_line_and_every_line_is_sound(site):
    found = await read()
    assert [fault for one in found.values() for fault in one.faults] == []
    assert len(found["main"].lines) > 250
    assert {"keyring.key.id", "keyring.key.key"} <= found["keyring"].lines.keys()


async def test_no_line_speaks_of_a_column_that_is_gone(site):
    found = await read()
    for cluster, path in (("main", "inventory.sql"), ("keyring", "keyring/inventory.sql")):
        text = (migrate.STORAGE / path).read_text()
        written = re.findall(r"^comment on column (\S+) is '", text, re.M)
        assert sorted(written) == sorted(found[cluster].lines), cluster


async def test_every_sealed_column_says_which_key(site):
    lines = (await read())["main"].lines
    sealed = {name: line for name, line in lines.items() if name.rpartition(".")[2].startswith("sealed")}
    assert all(line.key for line in sealed.values())
    assert {name for name, line in lines.items() if line.key} == sealed.keys()


async def test_what_is_derived_from_content_and_unlogged_stays_at_home(site):
    lines = (await read())["main"].lines
    async with reading(System("tests")) as r:
        unlogged = [row[0] for row in await r.fetch(
            "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.relpersistence = 'u' and c.relkind = 'r'")]
    assert "search.post_words" in unlogged
    for name, line in lines.items():
        if name.rpartition(".")[0] in unlogged:
            assert "rebuilt" in line.erased.ways and line.leaves == "no", name


async def test_columns_that_name_their_subject_hold_numbers(site):
    """`of: account by COLUMN` is what an export will join on."""
    lines = (await read())["main"].lines
    async with reading(System("tests")) as r:
        kinds = {row[0]: row[1] for row in await r.fetch(
            "select format('%s.%s.%s', n.nspname, c.relname, a.attname), format_type(a.atttypid, a.atttypmod) "
            "from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace")}
    for name, line in lines.items():
        for column in line.of.columns:
            assert kinds[f"{name.rpartition('.')[0]}.{column}"] in ("bigint", "bigint[]"), (name, column)


async def planted(addresses: Any, *statements: str) -> list[str]:
    """What the fence says more after these changes, made by the owner and taken back."""
    connection = await asyncpg.connect(**addresses.main["owner"])
    change = connection.transaction()
    await change.start()
    try:
        [before] = await inventory.read({"main": connection.fetch})
        for statement in statements:
            await connection.execute(statement)
        [after] = await inventory.read({"main": connection.fetch})
        return [fault for fault in after.faults if fault not in before.faults]
    finally:
        await change.rollback()
        await connection.close()


@pytest.mark.parametrize(("comment", "says"), [
    (None, "has no line"),
    ("The shoe size of the account", "is not `name: value`"),
    (GOOD.replace("; leaves: no", ""), "the parts are"),
    (GOOD.replace("for: show", "for: fun"), "for: fun"),
    (GOOD.replace("kept: with account", "kept: a while"), "kept: a while"),
    (GOOD.replace("erased: row", "erased: somehow"), "erased: somehow"),
    (GOOD.replace("by account", "by holder"), "there is no column holder"),
    (GOOD.replace("account by account", "account of accounts.nothing by account"), "there is no table"),
    (GOOD.replace("erased: row", "erased: never"), "cannot stay for ever"),
    (GOOD.replace("kept: with account", "kept: always"), "not kept always"),
    (GOOD.replace("erased: row", "erased: key"), "is not sealed"),
    (f"{GOOD}; key: account", "is not sealed"),
])
async def test_a_planted_column_is_found(addresses, comment, says):
    statements = ["alter table accounts.credential add shoe_size integer"]
    if comment is not None:
        statements.append(f"comment on column accounts.credential.shoe_size is '{comment}'")
    [fault] = await planted(addresses, *statements)
    assert fault.startswith("accounts.credential.shoe_size: ") and says in fault


async def test_a_planted_sealed_column_without_a_key_is_found(addresses):
    add = "alter table accounts.credential add sealed_shoe bytea"
    comment = "comment on column accounts.credential.sealed_shoe is '{}'"
    no_key = await planted(addresses, add, comment.format(GOOD))
    assert no_key == ["accounts.credential.sealed_shoe: is sealed, and no key is named"]
    assert await planted(addresses, add, comment.format(f"{GOOD}; key: account")) == []
    assert await planted(addresses, add, comment.format(f"{GOOD}; key: secret shoes")) == []
    [shared] = await planted(addresses, add, comment.format(f"{GOOD}; key: secret shoes".replace("row", "key")))
    assert "shares its key" in shared


async def test_a_planted_table_in_a_new_schema_is_found(addresses):
    faults = await planted(addresses, "create schema shoes", "create table shoes.shoe (size integer)")
    assert faults == ["shoes.shoe.size: has no line in the inventory"]


def test_the_grammar_reads_what_it_should():
    line = inventory.parse("what: text, and more; of: author of posts.post by post; for: show; "
                           "kept: 90 days after deletion (not built); erased: key, row; leaves: sealed; key: post")
    assert line == inventory.Line(
        what="text, and more", of=inventory.Whose("author", ("post",), "posts.post"), purpose="show",
        kept=inventory.Term("90 days after deletion", 90, is_built=False), erased=inventory.Erasure(("key", "row")),
        leaves="sealed", key="post")


def test_columns_are_listed_by_whose_they_are():
    mine = inventory.parse(GOOD)
    ours = inventory.parse(GOOD.replace("account by account", "site"))
    assert inventory.by_subject({"a.b.c": mine, "a.b.d": ours}) == {
        "account": ["a.b.c"], "author": [], "both": [], "site": ["a.b.d"], "nobody": []}


def test_the_words_of_the_grammar_are_explained_where_it_is_written():
    head = (migrate.STORAGE / "inventory.sql").read_text().split("\n\n")[0]
    for word in inventory.LEAVES:
        assert word in head
    assert Path(inventory.rules.__file__).name in head
