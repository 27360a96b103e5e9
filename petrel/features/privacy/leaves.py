"""The pages of an export, for people: they open offline, load nothing, run nothing, and print everything escaped."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from petrel.features.privacy.shapes import Column, List, Message, Post, Profile, Relation

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; --ink: #1e2a30; --soft: #5a6468; --paper: #f6f1e8; --sheet: #fffdf8; --line: #e2d9c9;
  --sea: #155465 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ebe5d9; --soft: #a2adaf; --paper: #0f181c; --sheet: #151f24; --line: #26343b; --sea: #86c5d1 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 44rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1, h2 { font-family: Georgia, serif; font-weight: 600; line-height: 1.15 }
h2 { margin: 2rem 0 .5rem }
a { color: var(--sea) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding-bottom: 1rem; border-bottom: 1px solid var(--line) }
article, .sheet { margin: .75rem 0; padding: .75rem 1rem; background: var(--sheet); border: 1px solid var(--line);
  border-radius: 12px }
article p, .said { margin: .25rem 0; white-space: pre-wrap }
.soft, time { color: var(--soft); font-size: .875rem }
.mine { border-left: 4px solid var(--sea) }
.who { display: flex; gap: 1rem; align-items: center } .who img { border-radius: 16px }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .25rem 1rem }
dt { color: var(--soft) }
dd { margin: 0 }
table { width: 100%; border-collapse: collapse; font-size: .875rem }
td, th { padding: .3rem .5rem .3rem 0; text-align: left;
  vertical-align: top; border-bottom: 1px solid var(--line) }
"""
WAYS = (("index.html", "Start"), ("posts-0001.html", "Posts"), ("messages.html", "Messages"), ("people.html", "People"),
        ("account.html", "Account"), ("held.html", "What we hold"))
HEADINGS = {"follows": "Whom you follow", "followers": "Who follows you", "blocks": "Whom you block",
            "mutes": "Whom you mute"}
WORDS = {"is_protected": "Follows need your yes", "is_discoverable": "May be suggested to others",
         "is_indexable": "Public posts may be found by words", "is_bot": "Acts by itself",
         "hides_network": "Hides whom you follow", "default_sensitive": "Posts marked sensitive",
         "default_language": "Language of posts", "default_audience": "Audience of posts",
         "default_quote": "Who may quote posts"}


def _page(title: str, profile: Profile, body: Iterable[str]) -> bytes:
    ways = "".join(f'<a href="{address}">{name}</a>' for address, name in WAYS)
    return "\n".join((
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="content-security-policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{escape(title)} · @{escape(profile.acct)}</title>\n<link rel="stylesheet" href="style.css">\n</head>',
        f"<body>\n<nav>{ways}</nav>\n<h1>{escape(title)}</h1>", *body, "</body>\n</html>\n")).encode()


def _when(at: datetime | str | None) -> str:
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return "" if at is None else f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>'


def _said(text: str, spoiler: str) -> str:
    warning = f'<p class="soft">{escape(spoiler)}</p>' if spoiler else ""
    return f"{warning}<p>{escape(text)}</p>"


def posts_page(profile: Profile, posts: Sequence[Post], number: int) -> bytes:
    body = []
    for post in posts:
        about = [_when(post.created_at), escape(post.audience)]
        about += [f"answers {escape(post.in_reply_to)}"] if post.in_reply_to else []
        about += [f"boosts {escape(post.boost_of)}"] if post.boost_of else []
        edits = "".join(f"<details><summary>Before the edit of {_when(e.at)}</summary>{_said(e.text, e.spoiler)}"
                        "</details>" for e in post.edits)
        body.append(f'<article id="p{escape(post.id)}">{_said(post.text, post.spoiler) if not post.boost_of else ""}'
                    f'<p class="soft">{" · ".join(about)}</p>{edits}</article>')
    return _page(f"Posts, page {number}", profile, body or ['<p class="soft">There are none.</p>'])


def messages_page(profile: Profile, talks: Mapping[str, Sequence[Message]]) -> bytes:
    body = []
    for talk in talks.values():
        people = sorted({name for one in talk for name in (one.author, *one.named)} - {profile.acct})
        body.append(f"<h2>With {escape(', '.join('@' + name for name in people)) or 'yourself'}</h2>")
        for one in talk:
            notice = '<p class="soft">Sent before a block.</p>' if one.is_history else ""
            body.append(f'<article{" class=mine" if one.is_own else ""}>{notice}{_said(one.text, one.spoiler)}'
                        f'<p class="soft">@{escape(one.author)} · {_when(one.created_at)}</p></article>')
    return _page("Messages", profile, body or ['<p class="soft">There are none.</p>'])


def people_page(profile: Profile, people: Mapping[str, Sequence[Relation]], lists: Sequence[List]) -> bytes:
    body = []
    for name, some in people.items():
        body.append(f"<h2>{HEADINGS[name]}</h2>")
        body.append(_people(some))
    for one in lists:
        body.append(f"<h2>List: {escape(one.title)}</h2>{_people(one.members)}")
    return _page("People", profile, body)


def _people(some: Sequence[Relation]) -> str:
    rows = "".join(f"<tr><td>{'@' + escape(one.acct) if one.acct else 'number ' + escape(one.account)}</td>"
                   f"<td>{_when(one.since)}</td></tr>" for one in some)
    return f"<table>{rows}</table>" if rows else '<p class="soft">Nobody.</p>'


def account_page(profile: Profile, tokens: Sequence[Mapping[str, Any]], consents: Sequence[Mapping[str, Any]],
                 requests: Sequence[Mapping[str, Any]]) -> bytes:
    settings = "".join(f"<dt>{escape(WORDS.get(name, name))}</dt><dd>{escape(_plain(value))}</dd>"
                       for name, value in profile.settings.items())
    sessions = "".join(f"<tr><td>{escape(t['kind'])}</td><td>{_when(t['made_at'])}</td><td>"
                       f"{'ended ' + _when(t['revoked_at']) if t['revoked_at'] else 'open'}</td></tr>" for t in tokens)
    agreed = "".join(f"<tr><td>{escape(c['what'])} ({escape(c['version'])})</td><td>"
                     f"{'given' if c['given'] else 'withdrawn'}, {escape(c['how'])}</td><td>{_when(c['at'])}</td></tr>"
                     for c in consents)
    asked = "".join(f"<tr><td>{escape(q['kind'])}</td><td>{_when(q['asked_at'])}</td>"
                    f"<td>{'answered ' + _when(q['done_at']) if q['done_at'] else 'open'}</td></tr>" for q in requests)
    nothing = '<p class="soft">None.</p>'
    return _page("Account", profile, (
        f"<h2>Settings</h2><dl><dt>E-mail</dt><dd>{escape(profile.email or 'none')}</dd>{settings}</dl>",
        "<h2>Where you are signed in</h2>", f"<table>{sessions}</table>" if sessions else nothing,
        "<h2>What you agreed to</h2>", f"<table>{agreed}</table>" if agreed else nothing,
        "<h2>What you asked of us</h2>", f"<table>{asked}</table>" if asked else nothing,
        "<h2>Decisions about you</h2>", nothing))


def held_page(profile: Profile, columns: Sequence[Column]) -> bytes:
    rows = "".join(f"<tr><td>{escape(c.what)}</td><td>{escape(c.held or c.file or '')}</td></tr>" for c in columns)
    return _page("What we hold", profile, (
        "<p>Everything we keep that is yours, and where it stands in this archive. Where there is a reason instead "
        "of a file, we hold it and do not hand it out.</p>",
        f"<table><tr><th>What</th><th>Where</th></tr>{rows}</table>"))


def index_page(profile: Profile, pages: int, counts: Mapping[str, int | None]) -> bytes:
    files = "".join(f'<tr><td><a href="data/{escape(name)}">{escape(name)}</a></td><td>{count}</td></tr>'
                    for name, count in counts.items())
    more = " ".join(f'<a href="posts-{n:04}.html">{n}</a>' for n in range(1, pages + 1))
    return _page(profile.display_name or f"@{profile.acct}", profile, (
        '<p class="who"><img src="media/avatar.png" alt="" width="80" height="80">'
        f"<span>@{escape(profile.acct)}<br>{_when(profile.joined_at)}</span></p>",
        f'<p class="said">{escape(profile.note)}</p>', f"<h2>Posts</h2><p>Pages: {more}</p>",
        f"<h2>Files</h2><table>{files}</table>"))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def readme(profile: Profile, site: str) -> str:
    return f"""This is everything that {site} keeps of @{profile.acct}.

Open index.html in a browser: it works without a network. The pages load nothing from anywhere and run no scripts.

  posts-0001.html ...   what you wrote, oldest first, with what it said before you edited it
  messages.html         direct messages you wrote or received, by conversation
  people.html           whom you follow, who follows you, whom you block and mute, your lists
  account.html          your settings, where you are signed in, what you agreed to, what you asked of us
  held.html             every single thing we keep of you, and what we keep but do not hand out, with the reason
  data/*.json           the same for other programs; data/manifest.json names each file with its SHA-256 digest
  data/tables/*.json    the tables of the database as they are, your rows of them
  media/                your pictures

What you deleted is not in it: we do not have it any more. What others wrote to everybody is theirs and is not in it;
what they wrote to you is. Whether somebody blocks you is theirs to know.

Keep this archive in a safe place. Whoever has it can read all of it. On {site} it is removed seven days after it
was made.
"""
