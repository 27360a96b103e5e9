"""Coming in and going: sign-in, sign-up, sign-out, and the set-up link of the first administrator."""

from starlette.responses import Response

from petrel.core import room
from petrel.core.errors import Invalid, NotFound, PetrelError, Refused, TooMany
from petrel.features.accounts import CodeNeeded
from petrel.web import addresses, serve, words
from petrel.web.arriving import Newcomer
from petrel.web.door import Visit

USED_INVITE = "has been used, or has ended. Ask for a new one"
OWN_SECRETS = {"referrer-policy": "no-referrer", "cache-control": "no-store"}


async def sign_in_form(visit: Visit) -> Response:
    next_ = addresses.own(visit.request.query_params.get("next", ""))
    if visit.me is not None and visit.request.query_params.get("force") != "1":
        return visit.go(next_)
    asked = visit.request.query_params
    why = "late" if asked.get("late") == "1" else "no_key" if asked.get("key") == "0" else ""
    message = visit.says.t(f"sign_in.{why}") if why else ""
    return await _sign_in_page(visit, next_, message=message)


async def sign_in(visit: Visit) -> Response:
    next_ = addresses.own(visit.sent.get("next", ""))
    name = visit.sent.get("name", "").strip()
    try:
        session = await visit.needs.sign_in(
            name, visit.sent.get("password", ""), address=visit.address, cause=visit.cause, device=visit.device)
    except CodeNeeded as needed:
        return step_page(visit, needed.step, next_)
    except PetrelError as wrong:
        if isinstance(wrong, Refused) and wrong.reason == "deny.suspended":
            return await _to_reasons(visit, name)
        status, message = words.status_of(wrong), words.said(wrong)
        if isinstance(wrong, Invalid):
            message = visit.says.t("sign_in.mismatch")
        return await _sign_in_page(visit, next_, name=name, status=status, message=message)
    return visit.come_in(session, next_)


async def _to_reasons(visit: Visit, name: str) -> Response:
    """The password was right. Who is suspended comes in to the pages of why, appeal and export, and no further."""
    try:
        session = await visit.needs.sign_in_for_data(name, visit.sent.get("password", ""), address=visit.address,
                                                     cause=visit.cause, device=visit.device)
    except CodeNeeded as needed:
        return step_page(visit, needed.step, "/settings/moderation")
    return visit.come_in(session, "/settings/moderation")


def step_page(visit: Visit, step: str, next_: str, *, status: int = 200, message: str = "") -> Response:
    """Asks for the code after the password."""
    return secret_page(visit.page("second_step.html", status=status, step=step, next=next_, message=message))


async def again_form(visit: Visit) -> Response:
    """The password once more, before something is shown to more people."""
    visit.member()
    message = visit.says.t("sign_in.no_key") if visit.request.query_params.get("key") == "0" else ""
    return await _again_page(visit, addresses.own(visit.request.query_params.get("next", "")), message=message)


async def again(visit: Visit) -> Response:
    visit.member()
    next_ = addresses.own(visit.sent.get("next", ""))
    try:
        session = await visit.needs.sign_in_again(
            visit.viewer, visit.sent.get("password", ""), code=visit.sent.get("code", ""), address=visit.address,
            cause=visit.cause, device=visit.device)
    except Invalid as wrong:
        message = visit.says.t("step.wrong" if wrong.field == "code" else "again.wrong_password")
        return await _again_page(visit, next_, status=422, message=message)
    except TooMany as wrong:
        return await _again_page(visit, next_, status=429, message=words.said(wrong))
    return visit.come_in(session, next_)


async def sign_out_form(visit: Visit) -> Response:
    return visit.page("sign_out.html") if visit.me else visit.go("/")


async def sign_out(visit: Visit) -> Response:
    if visit.session:
        await visit.needs.sign_out(visit.session, cause=visit.cause)
    return visit.leave()


async def sign_up_form(visit: Visit) -> Response:
    if visit.me is not None:
        return visit.go("/")
    invite = visit.request.query_params.get("invite", "")[:200]
    holds = bool(invite) and await visit.needs.invite_holds(invite)
    return await _sign_up_page(visit, Newcomer(handle="", password="", invite=invite), invite_holds=holds)


async def sign_up(visit: Visit) -> Response:
    room.refuse("posts")
    newcomer = _newcomer(visit)
    try:
        compare_passwords(visit)
        entered = await visit.needs.sign_up(newcomer, address=visit.address, cause=visit.cause)
    except NotFound:
        return await _sign_up_page(visit, newcomer, wrong=Invalid("invite", USED_INVITE), invite_holds=True)
    except PetrelError as wrong:
        return await _sign_up_page(visit, newcomer, wrong=wrong, invite_holds=bool(newcomer.invite))
    if not entered.session:
        return visit.page("confirm.html", email=newcomer.email, waits=entered.waits)
    return visit.come_in(entered.session, "/")


async def setup_form(visit: Visit) -> Response:
    if not await visit.needs.setup_holds(visit.request.path_params["token"]):
        return _used_up(visit)
    return _setup_page(visit, Newcomer(handle="", password=""))


async def setup(visit: Visit) -> Response:
    newcomer = _newcomer(visit)
    try:
        compare_passwords(visit)
        session = await visit.needs.set_up(visit.request.path_params["token"], newcomer, cause=visit.cause)
    except NotFound:
        return _used_up(visit)
    except PetrelError as wrong:
        return _setup_page(visit, newcomer, wrong=wrong)
    return visit.come_in(session, "/setup/steps/site")


def _newcomer(visit: Visit) -> Newcomer:
    sent = visit.sent
    return Newcomer(
        handle=sent.get("handle", "").strip().removeprefix("@"),
        password=sent.get("password", ""),
        name=sent.get("name", "").strip(),
        email=sent.get("email", "").strip(),
        invite=sent.get("invite", "").strip(),
        has_agreed=sent.get("agreement") == "1",
        reason=sent.get("reason", "").strip()[:2000],
        challenge=sent.get("challenge", "")[:100],
        proof=sent.get("proof", "")[:40],
        device=visit.device,
        language=visit.says.language,
    )


def compare_passwords(visit: Visit) -> None:
    """Nothing can show a hidden password on a page without script, so it is typed twice."""
    if visit.sent.get("password", "") != visit.sent.get("password_again", ""):
        raise Invalid("password_again", "is not the same as the first")


async def _sign_in_page(visit: Visit, next_: str, *, name: str = "", status: int = 200,
                        message: str = "") -> Response:
    page = visit.page("sign_in.html", status=status, next=next_, name=name, message=message,
                      asked=await visit.needs.ask_passkey())
    return serve.allow_script(secret_page(page))


async def _again_page(visit: Visit, next_: str, *, status: int = 200, message: str = "") -> Response:
    own = await visit.needs.entrances(visit.viewer)
    asked = await visit.needs.ask_passkey() if own.passkeys else None
    page = secret_page(visit.page("again.html", status=status, next=next_, message=message, asked=asked,
                                  asks_code=own.codes_since is not None))
    return serve.allow_script(page) if asked else page


async def _sign_up_page(
    visit: Visit, newcomer: Newcomer, *, invite_holds: bool, wrong: PetrelError | None = None
) -> Response:
    gate = await visit.needs.signup_gate()
    status = words.status_of(wrong) if wrong else 200
    response = secret_page(visit.page("sign_up.html", status=status, newcomer=newcomer, invite_holds=invite_holds,
                                      wrongs=words.wrongs(wrong), gate=gate))
    return serve.allow_script(response) if gate.challenge else response


def _setup_page(visit: Visit, newcomer: Newcomer, *, wrong: PetrelError | None = None) -> Response:
    status = words.status_of(wrong) if wrong else 200
    return secret_page(visit.page("setup.html", status=status, newcomer=newcomer, wrongs=words.wrongs(wrong)))


def _used_up(visit: Visit) -> Response:
    return secret_page(visit.page("setup_used.html", status=404))


def secret_page(response: Response) -> Response:
    """The address, or what was typed, is nobody else's: not for other sites, not for a cache."""
    response.headers.update(OWN_SECRETS)
    return response
