"""Who may do what in the database, noted down each time it is given (`grants.sql`), so that what somebody has changed
since is known from it: `petrel doctor` says so, `petrel migrate` makes it what it was."""

from typing import Any, NamedTuple

# In the schemas that migrations made; of nobody else but the owner of each thing, who may do everything with it.
RIGHTS = """
with things as (
  select format('schema %I', n.nspname) as what, coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl,
         n.nspowner as owner
    from pg_namespace n where n.nspowner = to_regrole('petrel_owner')
  union all
  select format('%s %I.%I', case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname),
         coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)), c.relowner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspowner = to_regrole('petrel_owner') and c.relkind in ('r', 'p', 'v', 'm', 'S')
  union all
  select format('column %I.%I.%I', n.nspname, c.relname, a.attname), a.attacl, c.relowner
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
   where n.nspowner = to_regrole('petrel_owner') and a.attacl is not null and not a.attisdropped
  union all
  select format('function %s', p.oid::regprocedure), coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspowner = to_regrole('petrel_owner'))
select t.what, case when x.grantee = 0 then 'public' else x.grantee::regrole::text end as who,
       lower(x.privilege_type) as may
  from things t cross join lateral aclexplode(t.acl) x where x.grantee <> t.owner
"""
NOTED = "petrel_migrations.granted"
BOOK = f"create table if not exists {NOTED} (what text, who text, may text, primary key (what, who, may));"
CHANGED = f"""
select what, who, may, true as is_missing from (select * from {NOTED} except select * from ({RIGHTS}) r) lost
union all
select what, who, may, false from (select * from ({RIGHTS}) r except select * from {NOTED}) more
 order by is_missing desc, what, who, may
"""
FORGET = f"delete from {NOTED} where what like 'function %' and to_regprocedure(substr(what, 10)) is null"


class Changed(NamedTuple):
    """`what`: "table ops.follower", "column posts.post.replies", "function law.why(...)". `who`: a role, "public" for
    everybody."""

    what: str
    who: str
    may: str
    is_missing: bool


async def changed(connection: Any) -> list[Changed]:
    """What is otherwise than it was given, what is missing first; nothing where nothing was noted yet."""
    return [Changed(*row) for row in await connection.fetch(CHANGED)] if await is_noted(connection) else []


async def is_noted(connection: Any) -> bool:
    return bool(await connection.fetchval(f"select exists (select from {NOTED})"))


async def take(connection: Any) -> None:
    """Of everybody what was not given to them; inside a transaction."""
    more = [one for one in await changed(connection) if not one.is_missing]
    await connection.execute("set local role petrel_owner")
    for one in more:
        kind, _, name = one.what.partition(" ")
        may = one.may
        if kind == "column":
            kind, (name, _, column) = "table", name.rpartition(".")
            may = f"{may} ({column})"
        await connection.execute(f"revoke {may} on {kind} {name} from {one.who}")
    await connection.execute("reset role")


async def note(connection: Any) -> None:
    """All of it is as it was given; inside the transaction that gave it."""
    await connection.execute(f"delete from {NOTED}")
    await connection.execute(f"insert into {NOTED} select distinct * from ({RIGHTS}) r")


async def forget(connection: Any) -> None:
    """What is not there any more."""
    await connection.execute(FORGET)
