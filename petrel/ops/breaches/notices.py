"""Drafts of what the authority and the people concerned are told. The crew completes what stands in brackets.

source: GDPR article 33 (3), article 34 (2).
"""

from datetime import datetime

from petrel.ops.breaches.shapes import Breach

COVERS = {
    "link": "the pages of single posts", "api": "fetching single posts", "prof": "profiles", "thrd": "threads",
    "embd": "posts inside others", "home": "home timelines", "pub": "public timelines and hashtags", "srch": "search",
    "ntf": "notifications", "strm": "live streams", "push": "push messages and mail", "media": "files",
    "cnt": "numbers and lists of people under posts", "exp": "exports", "none": "one address of the site"}


def to_authority(one: Breach, site: str) -> str:
    """Within 72 hours, complete or not: what is missing may follow."""
    return f"""Notification of a personal data breach: {site}, case {one.id}

What happened: through {_where(one)} of {site}, {_kinds(one)} could be read by {one.viewer}, for whom it was not meant.
The site noticed by itself, with accounts of its own that hold nothing real, at {_time(one.found_at)}, and shut that
part of the site {_shut(one)}. It cannot have begun before {_time(one.first_at)}.

Whom it concerns: [number, from `petrel privacy who-saw`; of what sort]
What may follow for them: [your assessment]
What has been done: the part of the site answers nobody until two people have opened it again. [cause and repair]
Who can be asked: [name, address]
Build {one.build}, privacy policy {one.policy}."""


def to_people(one: Breach, site: str) -> str:
    """In plain words, when the risk for them is high."""
    return f"""Something of yours on {site} may have been seen by others

Between {_time(one.first_at)} and {_time(one.until_at)}, {_kinds(one)} could be read through {_where(one)} by people who
should not have seen it. We noticed it ourselves and shut that part of the site {_shut(one)}.

Of yours, this was shown: [from `petrel privacy who-saw`; or: we know of nobody who did]
What you can do: [such as: change a password that you sent in a message]
What we have done: [cause and repair]. We are sorry. Ask us: [address]"""


def _where(one: Breach) -> str:
    return ", ".join(COVERS.get(name, name) for name in one.surface.split())


def _kinds(one: Breach) -> str:
    return ", ".join(one.kinds)


def _shut(one: Breach) -> str:
    return f"at {_time(one.until_at)}" if one.until_at else "[not yet: do it now, petrel surfaces close]"


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "[not known]"
