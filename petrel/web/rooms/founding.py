"""Setting the site up in the browser: `needs.Founding` over the site's texts, its settings and its mail."""

from collections.abc import Mapping

from petrel.core import choices, limits
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.viewer import Viewer
from petrel.features import about, mail
from petrel.web.rooms.reading import member_of
from petrel.web.said import Founding, Reached

TEXTS: tuple[about.Kind, ...] = ("rules", "imprint", "privacy", "terms")
STEPS = ("site", "contact", *TEXTS, "joining", "mail", "backups")
SETTINGS: dict[str, tuple[str, ...]] = {
    "site": ("site_name", "site_description"),
    "contact": ("contact_email",),
    "joining": ("registrations",),
    "mail": ("mail_server", "mail_port", "mail_security", "mail_user", "mail_password", "mail_from"),
    "backups": ("backup_target",),
}
HIDDEN = "***"


class FoundingRooms:
    """One per process."""

    async def founding(self, viewer: Viewer, step: str) -> Founding:
        async with reading(member_of(viewer)) as r:
            await _must_own(r, step)
            kinds = (await about.summary(r)).kinds
            reached = await about.contacts(r)
            found = await about.text(r, step) if step in TEXTS else None  # type: ignore[arg-type]
        now = choices.current().read()
        words = found.markdown if found is not None else _draft(step, reached)
        return Founding(step=step, steps=STEPS, done=_done(kinds, now), text=words, is_draft=found is None,
                        settings=now, reached=Reached(authorities=reached.authorities, people=reached.people,
                                                      languages=reached.languages))

    async def found(self, viewer: Viewer, step: str, sent: Mapping[str, str], *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await _must_own(w, step)
            if step in TEXTS:
                text = sent.get("text", "")
                if "anyway" not in sent and (blanks := about.drafts.unfinished(text)):
                    raise Invalid(None, "Still to be filled in: " + ", ".join(blanks))
                await about.write(w, step, text)  # type: ignore[arg-type]
            if step == "contact":
                fields = {name: sent.get(name, "").strip() for name in about.Contacts.__struct_fields__}
                await about.write_contacts(w, about.Contacts(**fields))
            changed = _changed(step, sent)
            if changed:
                await about.note_settings(w, changed)
                choices.current().write(changed)        # before the commit: what is refused leaves no trace

    async def test_mail(self, viewer: Viewer, address: str) -> str:
        async with reading(member_of(viewer)) as r:
            await _must_own(r, "mail")
        choices.current().read()
        if not mail.is_on():
            raise Invalid(None, "Save the name of a mail server first")
        return await mail.try_out(address)


async def _must_own(r: Reader, step: str) -> None:
    """To everybody else these pages do not exist."""
    if step not in STEPS or not await about.is_owner(r):
        raise NotFound


def _changed(step: str, sent: Mapping[str, str]) -> dict[str, str]:
    """What was typed and is another than before; a hidden secret that came back as it was shown is none.

    Errors: Invalid.
    """
    now = choices.current().read()
    typed = {name: sent[name].strip() for name in SETTINGS.get(step, ()) if name in sent and name in now}
    if step == "site" and not typed.get("site_name"):
        raise Invalid(None, "The site needs a name")
    return {name: value for name, value in typed.items() if value != HIDDEN and value != str(now[name])}


def _draft(step: str, contacts: about.Contacts) -> str:
    if step not in TEXTS:
        return ""
    site = limits.current()
    known = contacts if contacts.people else about.Contacts(people=site.contact_email)
    return about.drafts.draft(step, name=site.site_name, domain=site.domain, contacts=known)  # type: ignore[arg-type]


def _done(kinds: frozenset[str], now: Mapping[str, object]) -> frozenset[str]:
    """What somebody has filled in: so much can be seen from what there is. Who may join has an answer from the start,
    which the page shows."""
    filled = {"site": now.get("site_name") not in ("", "Petrel"), "contact": "contact" in kinds,
              "joining": True, "mail": bool(now.get("mail_server")),
              "backups": bool(now.get("backup_target")), **{kind: kind in kinds for kind in TEXTS}}
    return frozenset(name for name, is_filled in filled.items() if is_filled)
