"""Blocked servers, mail domains, networks and mail addresses in the client API: for the crew, and the public list of
servers."""

from typing import Any, Literal

from msgspec import Struct

from petrel.api.http import Call, Id, Paged, Reply, listed, route
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features import moderation
from petrel.features.moderation.block_rules import LEVELS, Block, BlockKind, NewBlock

NO_POSTS = "names of servers and networks; no post"
Severity = Literal["noop", "silence", "suspend"]
NetworkSeverity = Literal["sign_up_requires_approval", "sign_up_block"]
D, E, N = "/api/v1/admin/domain_blocks", "/api/v1/admin/email_domain_blocks", "/api/v1/admin/ip_blocks"
M = "/api/v1/admin/canonical_email_blocks"


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class DomainForm(Struct, frozen=True, kw_only=True):
    domain: str
    severity: Severity = "silence"
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str = ""
    public_comment: str = ""
    obfuscate: bool = False


class DomainChange(Address, frozen=True, kw_only=True):
    severity: Severity | None = None
    reject_media: bool | None = None
    reject_reports: bool | None = None
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool | None = None


class MailForm(Struct, frozen=True, kw_only=True):
    domain: str


class EmailForm(Struct, frozen=True, kw_only=True):
    email: str = ""


class MailboxForm(EmailForm, frozen=True, kw_only=True):
    """`canonical_email_hash`: what another site gives for an address (SHA-256 in hex); counts without `email`."""

    canonical_email_hash: str = ""


class NetworkForm(Struct, frozen=True, kw_only=True):
    """`expires_in` in seconds. This site shuts nobody out of reading by their address."""

    ip: str
    severity: NetworkSeverity
    comment: str = ""
    expires_in: int | None = None


class NetworkChange(Address, frozen=True, kw_only=True):
    ip: str | None = None
    severity: NetworkSeverity | None = None
    comment: str | None = None
    expires_in: int | None = None


def entity(one: Block) -> dict[str, Any]:
    made: dict[str, Any] = {"id": str(one.id), "created_at": rfc3339(one.made_at)}
    match one.kind:
        case "server":
            return made | {
                "domain": one.name, "digest": one.digest, "severity": one.word, "reject_media": one.rejects_media,
                "reject_reports": one.rejects_reports, "private_comment": one.note or None,
                "public_comment": one.public_comment or None, "obfuscate": one.is_obfuscated}
        case "mail":
            return made | {"domain": one.name, "history": [], "allow_with_approval": False}
        case "mailbox":
            return {"id": str(one.id), "canonical_email_hash": one.name}
    return made | {"ip": one.name, "severity": one.word, "comment": one.note,
                   "expires_at": one.expires_at and rfc3339(one.expires_at)}


@route("GET", "/api/v1/instance/domain_blocks", scope="public or user", surface="none", why_no_surface=NO_POSTS)
async def public(call: Call) -> list[dict[str, Any]]:
    async with reading(call.viewer) as r:
        found = await moderation.blocks.public(r)
    return [{"domain": one.veiled, "digest": one.digest, "severity": one.word, "comment": one.public_comment}
            for one in found]


async def _page(call: Call, kind: BlockKind, page: Page) -> Reply:
    async with reading(call.viewer) as r:
        await moderation.crew(r, moderation.blocks.ANY_SCOPE)
        found = await moderation.blocks.listed(r, kind, below=page.max_id, limit=page.limit)
    return listed(call, [entity(one) for one in found], [one.id for one in found], is_full=len(found) == page.limit)


async def _one(call: Call, kind: BlockKind, number: int) -> dict[str, Any]:
    async with reading(call.viewer) as r:
        await moderation.crew(r, moderation.blocks.ANY_SCOPE)
        return entity(await moderation.blocks.find(r, kind, number))


async def _put(call: Call, new: NewBlock) -> dict[str, Any]:
    async with writing(call.member, cause=call.id) as w:
        number = await moderation.blocks.put(w, new)
        return entity(await moderation.blocks.find(w, new.kind, number))


async def _lift(call: Call, kind: BlockKind, number: int) -> None:
    async with writing(call.member, cause=call.id) as w:
        await moderation.blocks.must_block(w, moderation.blocks.WRITE_SCOPES)
        await moderation.blocks.find(w, kind, number)
        await moderation.blocks.lift(w, number)


@route("GET", D, scope="admin:read:domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def domains(call: Call, form: Paged) -> Reply:
    return await _page(call, "server", form.page(100, 200))


@route("GET", E, scope="admin:read:email_domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def mails(call: Call, form: Paged) -> Reply:
    return await _page(call, "mail", form.page(100, 200))


@route("GET", N, scope="admin:read:ip_blocks", surface="none", why_no_surface=NO_POSTS)
async def networks(call: Call, form: Paged) -> Reply:
    return await _page(call, "network", form.page(100, 200))


@route("GET", M, scope="admin:read:canonical_email_blocks", surface="none", why_no_surface=NO_POSTS)
async def mailboxes(call: Call, form: Paged) -> Reply:
    return await _page(call, "mailbox", form.page(100, 200))


@route("GET", D + "/:id", scope="admin:read:domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def domain(call: Call, form: Address) -> dict[str, Any]:
    return await _one(call, "server", form.id)


@route("GET", E + "/:id", scope="admin:read:email_domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def mail(call: Call, form: Address) -> dict[str, Any]:
    return await _one(call, "mail", form.id)


@route("GET", N + "/:id", scope="admin:read:ip_blocks", surface="none", why_no_surface=NO_POSTS)
async def network(call: Call, form: Address) -> dict[str, Any]:
    return await _one(call, "network", form.id)


@route("GET", M + "/:id", scope="admin:read:canonical_email_blocks", surface="none", why_no_surface=NO_POSTS)
async def mailbox(call: Call, form: Address) -> dict[str, Any]:
    return await _one(call, "mailbox", form.id)


@route("POST", M + "/test", scope="admin:read:canonical_email_blocks", surface="none", why_no_surface=NO_POSTS)
async def test_mailbox(call: Call, form: EmailForm) -> list[dict[str, Any]]:
    """What blocks this address: one block or none."""
    async with reading(call.viewer) as r:
        await moderation.crew(r, moderation.blocks.ANY_SCOPE)
        return [entity(one) for one in await moderation.blocks.of_mailbox(r, form.email)]


@route("POST", D, scope="admin:write:domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def block_domain(call: Call, form: DomainForm) -> dict[str, Any]:
    return await _put(call, NewBlock(
        "server", form.domain, LEVELS["server"][form.severity], form.public_comment, form.private_comment,
        form.reject_media, form.reject_reports, form.obfuscate))


@route("PUT", D + "/:id", scope="admin:write:domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def change_domain(call: Call, form: DomainChange) -> dict[str, Any]:
    old = await _own(call, "server", form.id)
    level = old.level if form.severity is None else LEVELS["server"][form.severity]
    return await _put(call, NewBlock(
        "server", old.name, level, _or(form.public_comment, old.public_comment), _or(form.private_comment, old.note),
        _or(form.reject_media, old.rejects_media), _or(form.reject_reports, old.rejects_reports),
        _or(form.obfuscate, old.is_obfuscated)))


@route("POST", E, scope="admin:write:email_domain_blocks", surface="none", why_no_surface=NO_POSTS)
async def block_mail(call: Call, form: MailForm) -> dict[str, Any]:
    return await _put(call, NewBlock("mail", form.domain, 1))


@route("POST", M, scope="admin:write:canonical_email_blocks", surface="none", why_no_surface=NO_POSTS)
async def block_mailbox(call: Call, form: MailboxForm) -> dict[str, Any]:
    return await _put(call, NewBlock("mailbox", form.email or form.canonical_email_hash, 1))


@route("POST", N, scope="admin:write:ip_blocks", surface="none", why_no_surface=NO_POSTS)
async def block_network(call: Call, form: NetworkForm) -> dict[str, Any]:
    return await _put(call, NewBlock("network", form.ip, LEVELS["network"][form.severity], "", form.comment,
                                     expires_in_s=form.expires_in))


@route("PUT", N + "/:id", scope="admin:write:ip_blocks", surface="none", why_no_surface=NO_POSTS)
async def change_network(call: Call, form: NetworkChange) -> dict[str, Any]:
    """Another `ip` is another block: the old one is lifted."""
    old = await _own(call, "network", form.id)
    level = old.level if form.severity is None else LEVELS["network"][form.severity]
    made = await _put(call, NewBlock("network", _or(form.ip, old.name), level, "", _or(form.comment, old.note),
                                     expires_in_s=form.expires_in))
    if made["id"] != str(old.id):
        await _lift(call, "network", old.id)
    return made


for _path, _kind, _scope in ((D, "server", "domain"), (E, "mail", "email_domain"), (N, "network", "ip"),
                             (M, "mailbox", "canonical_email")):
    def _lifting(path: str, kind: Any, scope: str) -> None:
        @route("DELETE", path + "/:id", scope=f"admin:write:{scope}_blocks", surface="none", why_no_surface=NO_POSTS)
        async def lift(call: Call, form: Address) -> None:
            await _lift(call, kind, form.id)
    _lifting(_path, _kind, _scope)


async def _own(call: Call, kind: BlockKind, number: int) -> Block:
    """The block as it stands, with a name. Errors: NotFound."""
    async with reading(call.viewer) as r:
        await moderation.crew(r, moderation.blocks.WRITE_SCOPES)
        found = await moderation.blocks.listed(r, kind, only=number)
    if not found or not found[0].name:
        raise NotFound
    return found[0]


def _or(new: Any, old: Any) -> Any:
    return old if new is None else new
