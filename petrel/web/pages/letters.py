"""Pages that mail leads to: a forgotten password, an address to confirm, an end of unwanted letters, settings.

A link in a mail is opened by machines too, which look for viruses: so opening one changes nothing, a button does. None
of these pages tells whether an address is known here.
"""

from starlette.responses import Response

from petrel.core.errors import Invalid, NotFound, PetrelError
from petrel.web import words
from petrel.web.door import Visit
from petrel.web.pages.doorway import compare_passwords, secret_page


async def forgot_form(visit: Visit) -> Response:
    return secret_page(visit.page("forgot.html", is_sent=False, message=""))


async def forgot(visit: Visit) -> Response:
    """The same answer for every address, after the same work."""
    address = visit.sent.get("email", "").strip()[:254]
    if "@" not in address:
        message = visit.says.t("forgot.wrong")
        return secret_page(visit.page("forgot.html", status=422, is_sent=False, message=message))
    await visit.needs.ask_reset(address, address=visit.address, cause=visit.cause)
    return secret_page(visit.page("forgot.html", is_sent=True, message=""))


async def reset_form(visit: Visit) -> Response:
    if not await visit.needs.reset_holds(visit.request.path_params["secret"][:100]):
        return _ended(visit)
    return _reset_page(visit)


async def reset(visit: Visit) -> Response:
    try:
        compare_passwords(visit)
        await visit.needs.reset(visit.request.path_params["secret"][:100], visit.sent.get("password", ""),
                                address=visit.address, cause=visit.cause)
    except NotFound:
        return _ended(visit)
    except PetrelError as wrong:
        return _reset_page(visit, wrong=wrong)
    return secret_page(visit.page("letter_done.html", done="reset"))


async def confirm_form(visit: Visit) -> Response:
    return secret_page(visit.page("confirm_address.html"))


async def confirm(visit: Visit) -> Response:
    try:
        await visit.needs.confirm_address(visit.request.path_params["secret"][:100], cause=visit.cause)
    except NotFound:
        return _ended(visit)
    return secret_page(visit.page("letter_done.html", done="confirm"))


async def off_form(visit: Visit) -> Response:
    return secret_page(visit.page("mail_off.html"))


async def off(visit: Visit) -> Response:
    """Pressed by a person, or by a mail program without page or cookie (RFC 8058): the link itself is the proof."""
    await visit.needs.unsubscribe(visit.request.path_params["secret"][:200], cause=visit.cause)
    return secret_page(visit.page("letter_done.html", done="off"))


async def settings(visit: Visit) -> Response:
    visit.member()
    return await _settings_page(visit)


async def set_mail(visit: Visit) -> Response:
    visit.member()
    act = visit.sent.get("act", "")
    if act == "confirm":
        await visit.needs.ask_confirmation(visit.viewer, cause=visit.cause)
        return await _settings_page(visit, said="confirm")
    if act == "address":
        try:
            await visit.needs.change_address(visit.viewer, visit.sent.get("email", "").strip(),
                                             visit.sent.get("password", ""), address=visit.address, cause=visit.cause)
        except Invalid as wrong:
            message = words.said(wrong) if wrong.field == "email" else visit.says.t("again.wrong_password")
            return await _settings_page(visit, message=message, status=422)
        return await _settings_page(visit, said="address")
    await visit.needs.set_wishes(visit.viewer, digest=visit.sent.get("digest") == "1", cause=visit.cause)
    return await _settings_page(visit, said="saved")


async def _settings_page(visit: Visit, *, said: str = "", message: str = "", status: int = 200) -> Response:
    own = await visit.needs.own_mail(visit.viewer)
    return visit.page("mail.html", status=status, own=own, said=said, message=message)


def _reset_page(visit: Visit, *, wrong: PetrelError | None = None) -> Response:
    status = words.status_of(wrong) if wrong else 200
    return secret_page(visit.page("reset.html", status=status, wrongs=words.wrongs(wrong)))


def _ended(visit: Visit) -> Response:
    return secret_page(visit.page("link_ended.html", status=404))
