import hashlib

import pytest

from petrel.core.errors import Refused
from petrel.features import accounts, signup
from tests.api.entities import Entity, Id, Time, read
from tests.api.members import Members
from tests.api.schemas.crew import MailboxBlock


class DomainBlock(Entity):
    id: Id
    domain: str
    digest: str
    created_at: Time
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class MailBlock(Entity):
    id: Id
    domain: str
    created_at: Time
    history: list[dict[str, str]]
    allow_with_approval: bool


class NetworkBlock(Entity):
    id: Id
    ip: str
    severity: str
    comment: str
    created_at: Time
    expires_at: Time | None


@pytest.fixture
def api(api):
    return Members(api)


async def test_servers_are_blocked_changed_and_lifted(api):
    boss = await api.crew("admin")
    body = {"domain": "Bad.example", "severity": "suspend", "public_comment": "spam", "private_comment": "see case"}
    made = read(await api.post("/api/v1/admin/domain_blocks", as_=boss, **body, obfuscate=True), DomainBlock)
    assert (made.domain, made.severity, made.private_comment) == ("bad.example", "suspend", "see case")
    told = await api.ask("PUT", f"/api/v1/admin/domain_blocks/{made.id}", as_=boss, severity="silence")
    changed = read(told, DomainBlock)
    assert (changed.id, changed.severity, changed.public_comment) == (made.id, "silence", "spam")
    every = read(await api.get("/api/v1/admin/domain_blocks", as_=boss), list[DomainBlock])
    assert [one.id for one in every] == [made.id]
    assert read(await api.get(f"/api/v1/admin/domain_blocks/{made.id}", as_=boss), DomainBlock).severity == "silence"
    shown = (await api.get("/api/v1/instance/domain_blocks")).json
    assert [(one["domain"], one["severity"], one["comment"]) for one in shown] == [("b**.**a**l*", "silence", "spam")]
    assert (await api.ask("DELETE", f"/api/v1/admin/domain_blocks/{made.id}", as_=boss)).json == {}
    assert (await api.get(f"/api/v1/admin/domain_blocks/{made.id}", as_=boss)).status == 404
    assert (await api.get("/api/v1/instance/domain_blocks")).json == []


async def test_mail_domains_and_networks(api):
    boss = await api.crew("admin")
    made = read(await api.post("/api/v1/admin/email_domain_blocks", as_=boss, domain="mail.example"), MailBlock)
    assert read(await api.get(f"/api/v1/admin/email_domain_blocks/{made.id}", as_=boss), MailBlock) == made
    assert read(await api.get("/api/v1/admin/email_domain_blocks", as_=boss), list[MailBlock]) == [made]
    assert (await api.ask("DELETE", f"/api/v1/admin/email_domain_blocks/{made.id}", as_=boss)).status == 200
    body = {"ip": "192.0.2.9/24", "severity": "sign_up_block", "comment": "bots", "expires_in": 3600}
    net = read(await api.post("/api/v1/admin/ip_blocks", as_=boss, **body), NetworkBlock)
    assert (net.ip, net.comment, net.expires_at is not None) == ("192.0.2.0/24", "bots", True)
    moved = read(await api.ask("PUT", f"/api/v1/admin/ip_blocks/{net.id}", as_=boss, ip="192.0.2.0/25"), NetworkBlock)
    assert read(await api.get("/api/v1/admin/ip_blocks", as_=boss), list[NetworkBlock]) == [moved]
    assert read(await api.get(f"/api/v1/admin/ip_blocks/{moved.id}", as_=boss), NetworkBlock).ip == "192.0.2.0/25"
    assert (await api.ask("DELETE", f"/api/v1/admin/ip_blocks/{moved.id}", as_=boss)).status == 200


async def test_others_are_refused(api):
    mona, [ann] = await api.crew("moderator"), await api.join(1)
    body = {"domain": "bad.example"}
    assert (await api.post("/api/v1/admin/domain_blocks", as_=mona, **body)).status == 403
    assert (await api.post("/api/v1/admin/domain_blocks", as_=ann, **body)).status == 403, "no such scope"
    sly = await api.with_app_for_crew(ann)
    assert (await api.post("/api/v1/admin/domain_blocks", as_=sly, **body)).status == 404
    assert (await api.get("/api/v1/admin/domain_blocks", as_=sly)).status == 404


async def test_a_mail_address_is_blocked_however_it_is_spelled(api):
    """And really keeps somebody out."""
    boss = await api.crew("admin")
    sent = await api.post("/api/v1/admin/canonical_email_blocks", as_=boss, email="Te.st+spam@Mail.example")
    made = read(sent, MailboxBlock)
    told = hashlib.sha256(b"test@mail.example").hexdigest()
    assert made.canonical_email_hash == told, "the same that other sites give for it"
    assert read(await api.get("/api/v1/admin/canonical_email_blocks", as_=boss), list[MailboxBlock]) == [made]
    assert read(await api.get(f"/api/v1/admin/canonical_email_blocks/{made.id}", as_=boss), MailboxBlock) == made
    for email, found in (("test@mail.example", [made]), ("t.e.s.t@MAIL.example", [made]), ("other@mail.example", [])):
        told_of = await api.post("/api/v1/admin/canonical_email_blocks/test", as_=boss, email=email)
        assert read(told_of, list[MailboxBlock]) == found
    assert (await api.post("/api/v1/admin/canonical_email_blocks/test", as_=boss, email="nobody")).status == 422

    async def join(handle: str, email: str) -> bool:
        new = accounts.Newcomer(accounts.NewAccount(handle, "long enough", email), has_agreed=True)
        try:
            await signup.join(new, signup.Came("192.0.2.1"), cause="test")
        except Refused:
            return False
        return True

    assert not await join("mailbox1", "test+again@mail.example") and await join("mailbox2", "other@mail.example")
    assert (await api.ask("DELETE", f"/api/v1/admin/canonical_email_blocks/{made.id}", as_=boss)).json == {}
    assert (await api.get(f"/api/v1/admin/canonical_email_blocks/{made.id}", as_=boss)).status == 404
    assert await join("mailbox3", "test@mail.example")
    again = read(await api.post("/api/v1/admin/canonical_email_blocks", as_=boss,
                                canonical_email_hash=told.upper()), MailboxBlock)
    assert (again.id, again.canonical_email_hash) == (made.id, told)
    assert not await join("mailbox4", "t.est@mail.example")
    mona = await api.crew("moderator")
    assert (await api.post("/api/v1/admin/canonical_email_blocks", as_=mona, email="a@mail.example")).status == 403
    assert (await api.post("/api/v1/admin/canonical_email_blocks", as_=boss)).status == 422
