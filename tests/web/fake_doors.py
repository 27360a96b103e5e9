"""The doors of the fake site: functions of `needs.Doorkeeping` and `needs.Consenting`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.viewer import Viewer, account_of
from petrel.features.notifications import Policy
from petrel.web.arriving import Entered, Newcomer, SignupGate
from petrel.web.chosen import Away, Chosen, FilterView, OwnProfile, PeopleKind
from petrel.web.entered import Asked, Device, Entrances
from petrel.web.said import Announced, Founding, Reached, SiteText
from petrel.web.shapes import (
    AccountView,
    Consent,
    Handover,
)
from tests.web.memory import INVITE, OOB, PASSWORD, Memory


class FakeDoors(Memory):
    async def site_text(self, kind: str, day: date | None = None) -> SiteText:
        self._stumble()
        if kind not in self.site_says.texts:
            raise NotFound()
        days = (date(2026, 6, 1), date(2026, 1, 1))
        return SiteText(html=f"<h2>Our {kind}</h2><p>Be <strong>kind</strong>.</p>", effective_on=day or days[0],
                        succeeded_on=days[0] if day == days[1] else None, is_in_force=day != days[1], days=days)

    async def founding(self, viewer: Viewer, step: str) -> Founding:
        if account_of(viewer) != self._account("mira").id:
            raise NotFound()
        settings = dict(site_name="Petrel", site_description="", contact_email="", registrations="invite",
                        mail_server="", mail_port=587, mail_security="starttls", mail_user="", mail_password="",
                        mail_from="", backup_target="")
        steps = ("site", "contact", "rules", "imprint", "privacy", "terms", "joining", "mail", "backups")
        return Founding(step=step, steps=steps, done=frozenset(("rules", "joining")), text="- Be <b>kind</b> in [town]",
                        is_draft=True, settings=settings, reached=Reached())

    async def found(self, viewer: Viewer, step: str, sent: Mapping[str, str], *, cause: str) -> None:
        self._stumble()

    async def test_mail(self, viewer: Viewer, address: str) -> str:
        self._stumble()
        return f"smtp.example took a letter to {address}."

    async def reached(self) -> Reached:
        return Reached(authorities="law@petrel.example", people="crew@petrel.example", languages="English, Deutsch")

    async def announced(self, viewer: Viewer) -> list[Announced]:
        return [Announced(id=7, html="<p>The tide tables have moved.</p>", at=datetime(2026, 11, 20, 9, tzinfo=UTC))]

    async def put_away(self, viewer: Viewer, number: int, *, cause: str) -> None:
        self._stumble()

    async def sign_in(self, name: str, password: str, *, address: str, cause: str, device: str) -> str:
        self._stumble()
        found = [a for a in self.accounts.values() if a.handle.lower() == name.lower().lstrip("@")]
        if not found or password != PASSWORD:
            raise Invalid("password", "is wrong")
        return self.enter(found[0].handle)

    async def ask_passkey(self) -> Asked:
        return Asked('{"challenge":"AAAA"}', "kept")

    async def entrances(self, viewer: Viewer) -> Entrances:
        self._member(viewer)
        return Entrances()

    async def devices(self, viewer: Viewer) -> tuple[Device, ...]:
        self._member(viewer)
        return (Device(id=1, made_at=datetime(2026, 11, 20, 9, tzinfo=UTC), is_current=True, name="Firefox on Linux"),)

    async def filters(self, viewer: Viewer) -> tuple[FilterView, ...]:
        self._member(viewer)
        return (FilterView(id=3, title="Tides", contexts=("home",), whole=("neap",)),)

    async def away(self, viewer: Viewer, kind: PeopleKind, below: int | None) -> Away:
        self._member(viewer)
        return Away()

    async def own_profile(self, viewer: Viewer) -> OwnProfile:
        me = self.accounts[self._member(viewer)]
        return OwnProfile(name=me.name, avatar=f"/avatars/{me.id}.svg", header=f"/headers/{me.id}.svg")

    async def chosen(self, viewer: Viewer) -> Chosen:
        self._member(viewer)
        return Chosen()

    async def policy(self, viewer: Viewer) -> Policy:
        self._member(viewer)
        return Policy()

    async def sign_out(self, session: str, *, cause: str) -> None:
        self.sessions.pop(session, None)

    async def signup_gate(self) -> SignupGate:
        return SignupGate(mode=self.site_says.registration)

    async def sign_up(self, newcomer: Newcomer, *, address: str, cause: str) -> Entered:
        if self.site_says.registration == "closed":
            raise Refused("deny.closed", "New accounts are not taken at the moment")
        if self.site_says.registration == "invite" and newcomer.invite != INVITE:
            raise Invalid("invite", "has been used or has expired")
        if not newcomer.has_agreed:
            raise Invalid("agreement", "must be accepted")
        return Entered(session=self._settle(newcomer, "member"))

    async def invite_holds(self, invite: str) -> bool:
        return invite == INVITE

    async def setup_holds(self, token: str) -> bool:
        return token in self.setup_tokens

    async def set_up(self, token: str, newcomer: Newcomer, *, cause: str) -> str:
        if token not in self.setup_tokens:
            raise NotFound()
        session = self._settle(newcomer, "owner")
        self.setup_tokens.discard(token)
        return session

    async def authorize_request(self, parameters: dict[str, str]) -> Consent | Handover:
        if parameters.get("client_id") != "ivy":
            raise Invalid(None, "This app is not known here. It may have to register again")
        address = parameters.get("redirect_uri", "")
        if address not in (OOB, "https://ivy.example/back", "ivyapp:/back"):
            raise Invalid(None, "The app gave an address that it had not registered")
        scopes = tuple(parameters.get("scope", "read").split())
        if "root" in scopes:
            return Handover(address=f"{address}?error=invalid_scope")
        return Consent(app="Ivy <for phones>", website="https://ivy.example", scopes=scopes, redirect_uri=address)

    async def grant(self, viewer: Viewer, parameters: dict[str, str], *, cause: str) -> Handover:
        self._member(viewer)
        return await self._hand_over(parameters, {"code": "c0de-of-the-day"})

    async def deny(self, viewer: Viewer, parameters: dict[str, str], *, cause: str) -> Handover:
        return await self._hand_over(parameters, {"error": "access_denied"})

    async def _hand_over(self, parameters: dict[str, str], fields: dict[str, str]) -> Handover:
        checked = await self.authorize_request(parameters)
        if isinstance(checked, Handover):
            return checked
        if checked.redirect_uri == OOB:
            return Handover(code=fields.get("code", ""))
        fields = {**fields, **({"state": parameters["state"]} if "state" in parameters else {})}
        if parameters.get("response_mode") == "form_post":
            return Handover(address=checked.redirect_uri, fields=fields)
        return Handover(address=checked.redirect_uri + "?" + "&".join(f"{k}={v}" for k, v in fields.items()))

    def _settle(self, newcomer: Newcomer, role: str) -> str:
        if not newcomer.handle.replace("_", "").isalnum():
            raise Invalid("handle", "must contain only letters, digits and _")
        if any(a.handle.lower() == newcomer.handle.lower() for a in self.accounts.values()):
            raise Invalid("handle", "has already been taken")
        if len(newcomer.password) < self.site_says.password_characters:
            raise Invalid("password", "is too short")
        account = AccountView(id=max(self.accounts) + 1, handle=newcomer.handle, name=newcomer.name, role=role)
        self.accounts[account.id] = account
        return self.enter(account.handle)
