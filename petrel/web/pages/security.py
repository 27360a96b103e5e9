"""Settings: how one signs in. Password, one-time codes, passkeys; and the second step of a sign-in."""

from urllib.parse import quote

from starlette.responses import Response

from petrel.core.errors import Invalid, NotFound, PetrelError, Refused
from petrel.web import addresses, serve, words
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.pages.doorway import compare_passwords, secret_page, step_page

HERE = "/settings/security"
SAID = frozenset(("password", "off", "key", "named", "removed"))


async def show(visit: Visit) -> Response:
    visit.member()
    said = visit.request.query_params.get("said", "")
    return await _page(visit, said=said if said in SAID else "")


async def set_password(visit: Visit) -> Response:
    visit.member()
    try:
        compare_passwords(visit)
        await visit.needs.change_password(visit.viewer, visit.sent.get("current", ""), visit.sent.get("password", ""),
                                          address=visit.address, cause=visit.cause)
    except Invalid as wrong:
        message = words.said(wrong) if wrong.field else visit.says.t("security.password_wrong")
        return await _page(visit, message=message, status=422)
    return visit.go(f"{HERE}?said=password")


async def codes_form(visit: Visit) -> Response:
    visit.member()
    if (await visit.needs.entrances(visit.viewer)).codes_since is not None:
        return visit.go(HERE)
    try:
        return await _codes_page(visit)
    except Refused:
        return _to_again(f"{HERE}/codes", visit)


async def enable_codes(visit: Visit) -> Response:
    visit.member()
    kept = visit.sent.get("kept", "")
    try:
        made = await visit.needs.enable_codes(visit.viewer, kept, visit.sent.get("code", ""), cause=visit.cause)
    except NotFound:
        return await _codes_page(visit, message=visit.says.t("security.codes_late"), status=422)
    except Invalid:
        return await _codes_page(visit, kept=kept, message=visit.says.t("security.codes_wrong"), status=422)
    except Refused:
        return _to_again(f"{HERE}/codes", visit)
    return secret_page(visit.page("recovery.html", codes=made, is_new=True))


async def set_codes(visit: Visit) -> Response:
    """Taking codes off, or ten new ones for the loss of the device."""
    visit.member()
    try:
        if visit.sent.get("act") == "renew":
            made = await visit.needs.renew_recovery(visit.viewer, cause=visit.cause)
            return secret_page(visit.page("recovery.html", codes=made, is_new=False))
        await visit.needs.disable_codes(visit.viewer, cause=visit.cause)
    except Refused:
        return _to_again(HERE, visit)
    return visit.go(f"{HERE}?said=off")


async def key_form(visit: Visit) -> Response:
    visit.member()
    if not (await visit.needs.entrances(visit.viewer)).is_fresh:
        return _to_again(f"{HERE}/passkeys", visit)
    return await _key_page(visit)


async def add_key(visit: Visit) -> Response:
    visit.member()
    sent = visit.sent
    try:
        await visit.needs.add_passkey(visit.viewer, sent.get("kept", ""), sent.get("answer", ""), sent.get("name", ""),
                                      cause=visit.cause)
    except Refused:
        return _to_again(f"{HERE}/passkeys", visit)
    except NotFound:
        return await _key_page(visit, message=visit.says.t("security.late"), status=422)
    except PetrelError as wrong:
        return await _key_page(visit, message=words.said(wrong), status=words.status_of(wrong))
    return visit.go(f"{HERE}?said=key")


async def set_key(visit: Visit) -> Response:
    """Another name for one, or its end."""
    visit.member()
    number = as_id(visit.sent.get("key", ""))
    if number is None:
        raise Invalid(None, "That button is not known here")
    if visit.sent.get("act") == "remove":
        await visit.needs.remove_passkey(visit.viewer, number, cause=visit.cause)
        return visit.go(f"{HERE}?said=removed")
    await visit.needs.rename_passkey(visit.viewer, number, visit.sent.get("name", ""), cause=visit.cause)
    return visit.go(f"{HERE}?said=named")


async def step(visit: Visit) -> Response:
    """The code after the password."""
    next_ = addresses.own(visit.sent.get("next", ""))
    try:
        session = await visit.needs.finish_sign_in(visit.sent.get("step", ""), visit.sent.get("code", ""),
                                                   address=visit.address, cause=visit.cause, device=visit.device)
    except NotFound:
        return visit.go("/auth/sign_in?late=1&next=" + quote(next_, safe=""))
    except Invalid:
        return step_page(visit, visit.sent.get("step", ""), next_, message=visit.says.t("step.wrong"), status=422)
    except PetrelError as wrong:
        return step_page(visit, visit.sent.get("step", ""), next_, status=words.status_of(wrong),
                         message=words.said(wrong))
    return visit.come_in(session, next_)


async def by_key(visit: Visit) -> Response:
    """A passkey signs in, or signs in again who is in."""
    next_ = addresses.own(visit.sent.get("next", ""))
    kept, answer, device = visit.sent.get("kept", ""), visit.sent.get("answer", ""), visit.device
    try:
        if visit.me is not None and visit.sent.get("again") == "1":
            session = await visit.needs.sign_in_again_by_key(visit.viewer, kept, answer, address=visit.address,
                                                             cause=visit.cause, device=device)
        else:
            session = await visit.needs.sign_in_by_key(kept, answer, address=visit.address, cause=visit.cause,
                                                       device=device)
    except (NotFound, Invalid):
        back = "/auth/again" if visit.me is not None else "/auth/sign_in"
        return visit.go(f"{back}?key=0&next={quote(next_, safe='')}")
    return visit.come_in(session, next_)


async def _page(visit: Visit, *, said: str = "", message: str = "", status: int = 200) -> Response:
    return visit.page("security.html", status=status, own=await visit.needs.entrances(visit.viewer), said=said,
                      message=message)


async def _codes_page(visit: Visit, *, kept: str = "", message: str = "", status: int = 200) -> Response:
    try:
        setup = await visit.needs.propose_codes(visit.viewer, kept)
    except NotFound:
        setup = await visit.needs.propose_codes(visit.viewer)
    return secret_page(visit.page("codes.html", status=status, setup=setup, message=message))


async def _key_page(visit: Visit, *, message: str = "", status: int = 200) -> Response:
    asked = await visit.needs.ask_new_passkey(visit.viewer)
    return serve.allow_script(secret_page(visit.page("new_passkey.html", status=status, asked=asked, message=message)))


def _to_again(next_: str, visit: Visit) -> Response:
    return visit.go("/auth/again?next=" + quote(next_, safe=""))
