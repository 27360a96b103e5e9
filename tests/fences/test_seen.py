"""No way to show what is not public goes past the record of reads.

Every function of the database that gives ciphertext of posts or messages to the web's role is called in one file of the
posts' room and in the one that makes exports; whatever there leads to such a call notes what it brings, or decides.
Who only decides is listed.
"""

import ast
import re
from pathlib import Path

from petrel.core.doors import current
from tests.fences.house import ROOT, name_of, parsed, plant, python_files

HOME = "petrel/features/posts/reads.py"
EXPORTS = "petrel/features/privacy/sources.py"
DECIDES, DESKS = ("judged", "judged_on"), ("posts", "room", "reads")
# Who looks at rows of the law without showing anything of them.
DECIDERS = {
    "petrel/api/statuses.py:_take_back": "whether it is a boost that is taken back",
    "petrel/api/live/events.py:_streamable": "which notifications and messages may be streamed",
    "petrel/features/discovery/reads.py:trending_tags": "whether a tag is on anything that the viewer may see",
    "petrel/features/discovery/links.py:_whole": "whether a link is in anything that the viewer may see",
    "petrel/features/discovery/reviewing.py:_meant": "whether whoever reviews a post may see it",
    "petrel/features/notifications/digest.py:has_news": "whether there is something new at all",
    "petrel/features/posts/reads.py:judged": "the same, of one surface",
    "petrel/features/posts/reads.py:replies": "whether the viewer may open the thread of it",
    "petrel/features/posts/reads.py:shown": "notes what it got this way",
    "petrel/features/posts/reads.py:shown_on": "notes what it got this way",
    "petrel/features/posts/reads.py:thread": "whether the viewer may open the thread of it",
    "petrel/features/archives/waiting.py:_bookmarks": "whether what a file names is there to be bookmarked",
    "petrel/features/cards/fetching.py:public_of": "whether anybody at all may see it",
    "petrel/features/push/saying.py:_said": "brings the text of public posts; the rest leaves as a pointer",
    "petrel/features/reasons/reads.py:_boosters": "whose boosts the viewer is shown, not what they say",
    "petrel/features/search/reads.py:_saying": "candidates that say the words; the page asks for them after",
    "petrel/features/search/reads.py:tags": "whether a tag is on anything that the viewer may see",
    "petrel/web/rooms/telling.py:unread": "how many there are",
}
# What brings rows for others to send, and who does: they note what they send.
HANDED_ON = {"streamed": "petrel/api/live/judging.py"}
GIVES = """
select distinct n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  left join pg_type t on t.oid = p.prorettype left join pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0
 where n.nspname in ('law', 'posts', 'messages', 'deletions', 'privacy', 'archives')
   and has_function_privilege('petrel_reader', p.oid, 'execute')
   and has_schema_privilege('petrel_reader', n.oid, 'usage')
   and p.oid::regprocedure::text not like 'posts.folders(%'      -- names of a member's own, no text of posts
   and (p.oid::regprocedure::text like 'messages.export(%' or p.oid::regprocedure::text like 'law.streamed(%'
     or a.attname like 'sealed%' or exists (select from unnest(p.proargnames) x where x like 'sealed%'))
"""


def users_of(root: Path, functions: set[str]) -> dict[str, set[str]]:
    """Files that name one of these functions of the database, and the functions there that lead to that."""
    pattern = re.compile(rf"\b(?:{'|'.join(re.escape(one) for one in sorted(functions))})\s*\(")
    found: dict[str, set[str]] = {}
    for path in python_files(root, "petrel"):
        tree = parsed(path)
        constants = {target.id for node in tree.body if isinstance(node, ast.Assign)
                     for target in node.targets if isinstance(target, ast.Name) and _says(node.value, pattern)}
        leading = _leading(tree, pattern, constants)
        if leading or constants:
            found[name_of(root, path)] = leading
    return found


def _says(node: ast.AST, pattern: re.Pattern[str]) -> bool:
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and pattern.search(one.value)
               for one in ast.walk(node))


def _leading(tree: ast.Module, pattern: re.Pattern[str], names: set[str]) -> set[str]:
    """Functions of a file that ask one of them, or name one that does; not beyond what notes or only decides."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assigned = {target.id: node.value for node in tree.body
                if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name)}
    reached = set(names)
    grown = True
    while grown:
        grown = False
        for name, node in [*functions.items(), *assigned.items()]:
            if name in reached or name in DECIDES or _notes(node):
                continue
            doc = ast.get_docstring(node, clean=False) if name in functions else None  # type: ignore[arg-type]
            says = any(isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value != doc
                       and pattern.search(one.value) for one in ast.walk(node))
            if says or any(isinstance(one, ast.Name) and one.id in reached for one in ast.walk(node)):
                reached.add(name)
                grown = True
    return {name for name in reached if name in functions}


def _notes(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Call) and ast.unparse(one.func) in ("seen.note", "_note") for one in ast.walk(node))


def passers_by(root: Path, functions: set[str]) -> list[str]:
    """What leads past the record: another file that asks, or a function of the one file that notes nothing."""
    found = []
    for name, leading in users_of(root, functions).items():
        if name not in (HOME, EXPORTS):
            found.append(f"{name}: asks the database itself; posts.shown records what is read")
        else:
            found += [f"{name}:{one}: neither notes what it brings nor is listed" for one in sorted(leading)
                      if not one.startswith("_") and one not in HANDED_ON]
    return found


def _decides(node: ast.AST) -> bool:
    """Calls one by its name, or hands it on as `posts.judged`."""
    if isinstance(node, ast.Attribute):
        return node.attr in DECIDES and ast.unparse(node.value) in DESKS
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DECIDES


def deciders(root: Path) -> set[str]:
    found = set()
    for path in python_files(root, "petrel"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_decides, ast.walk(node))):
                found.add(f"{name_of(root, path)}:{node.name}")
    return found


def test_what_is_handed_on_is_noted_by_who_sends_it():
    for function, sender in HANDED_ON.items():
        users = [name_of(ROOT, path) for path in python_files(ROOT, "petrel")
                 if any(isinstance(node, ast.Attribute) and ast.unparse(node) == f"posts.{function}"
                        for node in ast.walk(parsed(path)))]
        assert users == [sender]
        calls = {node.func.attr for node in ast.walk(parsed(ROOT / sender))
                 if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
        assert "note" in calls


async def givers() -> set[str]:
    rows = await current().pools["system"].fetch(GIVES)
    return {row[0] for row in rows}


async def test_nothing_goes_past_the_record(site):
    functions = await givers()
    assert {"law.pages", "law.page", "law.streamed", "posts.history", "messages.entries",
            "messages.export"} <= functions
    assert passers_by(ROOT, functions) == []
    assert {HOME, EXPORTS} <= users_of(ROOT, functions).keys()


def test_who_only_decides_is_listed():
    assert deciders(ROOT) == set(DECIDERS)
    shown = [node for node in parsed(ROOT / HOME).body
             if isinstance(node, ast.AsyncFunctionDef) and node.name in ("shown", "shown_on")]
    assert len(shown) == 2 and all(map(_notes, shown))


def test_it_bites(tmp_path):
    plant(tmp_path, "petrel/features/lists/reads.py", "async def f(r):\n    await r.fetch('select law.page($1)')\n")
    plant(tmp_path, HOME, "PAGES = 'select * from law.pages($1)'\n"
          "async def _pages(r):\n    return await r.fetch(PAGES)\n"
          "_together = Together(_pages)\n"
          "async def judged(r):\n    return await _together(r)\n"
          "async def shown(r):\n    found = await judged(r)\n    _note(r, found)\n    return found\n"
          "async def bare(r):\n    return await _together(r)\n"
          "async def whole(r):\n    return await bare(r)\n"
          "async def other(r):\n    '''As law.pages( is.'''\n    return 1\n")
    plant(tmp_path, "petrel/api/x.py", "async def g(r):\n    return await posts.judged(r)\n")
    assert passers_by(tmp_path, {"law.pages", "law.page"}) == [
        "petrel/features/lists/reads.py: asks the database itself; posts.shown records what is read",
        f"{HOME}:bare: neither notes what it brings nor is listed",
        f"{HOME}:whole: neither notes what it brings nor is listed"]
    assert deciders(tmp_path) == {"petrel/api/x.py:g", f"{HOME}:shown"}
