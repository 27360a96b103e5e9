"""A post in its thread, writing one, and what members do with posts."""

from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from petrel.core import room
from petrel.core.errors import Invalid, NotFound, PetrelError
from petrel.web import addresses, present, threads, words
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.needs import Mark
from petrel.web.serve import trouble_page
from petrel.web.shapes import Draft, Gap, PostView

MARKS: dict[str, Mark] = {"like": "like", "boost": "boost", "bookmark": "bookmark"}


async def show(visit: Visit) -> Response:
    reveal = visit.request.query_params.get("reveal") == "1"
    after = as_id(visit.request.query_params.get("after", ""))
    thread = await visit.needs.thread(visit.viewer, _id(visit), reveal=reveal, after=after)
    if isinstance(thread.focus, Gap):
        reason = thread.focus.reason
        return trouble_page(visit, words.GAP_STATUS.get(reason, 410), title=visit.says.gap(reason).rstrip(".。"),
                            message=_order(visit, thread.focus))
    if (thread.focus.author.handle, thread.focus.id) != (visit.request.path_params["handle"], _id(visit)):
        # Another spelling of the handle, or a boost: the page is that of the boosted post.
        return RedirectResponse(thread.focus.url + ("?reveal=1" if reveal else ""), status_code=301)
    return visit.page(
        "post.html",
        thread=thread,
        post=thread.focus,
        branches=threads.nest(thread.focus.id, thread.replies, thread.more),
        meta=present.post_meta(visit, thread.focus, is_revealed=reveal or bool(after)),
        composer=present.composer(visit, answers=thread.focus) if visit.me and not thread.focus.is_gated else None,
    )


def _order(visit: Visit, focus: Gap) -> str:
    """Which legal order it is, of what is withheld."""
    return visit.says.t("gap.order", number=focus.case_number, address=focus.notice_url) if focus.case_number else ""


async def write(visit: Visit) -> Response:
    """The composer alone: for phones, and to answer or quote a post."""
    visit.member()
    answers = await _answered(visit, as_id(visit.request.query_params.get("reply_to", "")))
    quoted = None if answers else await _answered(visit, as_id(visit.request.query_params.get("quote", "")))
    composer = await _begun(visit, present.composer(visit, answers=answers, quoted=quoted))
    return visit.page("compose.html", composer=composer, answers=answers, quoted=quoted, sheet="write",
                      is_lost=visit.request.query_params.get("lost") == "1")


async def _begun(visit: Visit, composer: present.Composer) -> present.Composer:
    """With what the address says it begins with: words from elsewhere, and files that came before."""
    asked = visit.request.query_params
    text = "\n".join(said for name in ("title", "text", "url") if (said := asked.get(name, "").strip()))
    numbers = [number for one in asked.getlist("media")[:len(present.FILES)] if (number := as_id(one)) is not None]
    files = await visit.needs.own_files(visit.viewer, numbers) if numbers else ()
    return replace(composer, text=composer.text + text[:present.MOST_BEGUN_WITH], files=files,
                   is_about_files=bool(files), choices=composer.choices[:max(1, len(present.FILES) - len(files))])


async def create(visit: Visit) -> Response:
    room.refuse("posts")
    visit.member()
    draft = present.draft(visit.sent)
    try:
        for n in present.FILES:
            draft = await _with_file(visit, draft, n)
        post = await visit.needs.create_post(visit.viewer, draft, cause=visit.cause)
    except PetrelError as wrong:
        return await _write_again(visit, draft, wrong)
    return visit.go(addresses.own(visit.sent.get("back", ""), post.url))


async def _with_file(visit: Visit, draft: Draft, n: int) -> Draft:
    """With the file of the field of this number, if there is one. Errors: Invalid."""
    file = visit.form.files.get(f"file{n}")
    if file is None:
        return draft
    description = visit.sent.get(f"description{n}", "").strip()
    number = await visit.needs.take_file(visit.viewer, file, description, cause=visit.cause)
    visit.sent.pop(f"description{n}", None)         # the file has it now
    return replace(draft, media=(*draft.media, number))


async def mark(visit: Visit) -> Response:
    """One button of a post: `mark` is "like on 123 456": what, on or off, the post, its place in the list."""
    visit.member()
    said = (visit.sent.get("mark", "") + "    ").split(" ")
    word, state, post = said[0], said[1], as_id(said[2])
    if word not in MARKS or state not in ("on", "off") or post is None:
        raise Invalid(None, "That button is not known here")
    await visit.needs.mark(visit.viewer, post, MARKS[word], on=state == "on", cause=visit.cause)
    back = addresses.own(visit.sent.get("back", "")).partition("#")[0]
    return visit.go(f"{back}#p{as_id(said[3]) or post}")


async def vote(visit: Visit) -> Response:
    """The form of a poll: `choice` where one is chosen, `choice0` ... where several may be."""
    visit.member()
    post = as_id(visit.sent.get("post", ""))
    if post is None:
        raise NotFound()
    chosen = [text for name, text in visit.sent.items() if name.startswith("choice")]
    choices = [int(one) if one.isascii() and one.isdigit() and len(one) < 3 else -1 for one in chosen]
    if not choices:
        return trouble_page(visit, 422, visit.says.t("poll.choose_first"))
    await visit.needs.vote(visit.viewer, post, choices, cause=visit.cause)
    back = addresses.own(visit.sent.get("back", "")).partition("#")[0]
    return visit.go(f"{back}#p{as_id(visit.sent.get('place', '')) or post}")


async def ask_delete(visit: Visit) -> Response:
    visit.member()
    return visit.page("delete.html", post=await own_post(visit))


async def delete(visit: Visit) -> Response:
    me = visit.member()
    post = await own_post(visit)
    await visit.needs.delete_post(visit.viewer, post.id, cause=visit.cause)
    return visit.go(me.url)


def _id(visit: Visit) -> int:
    id_ = as_id(visit.request.path_params["post"])
    if id_ is None:
        raise NotFound()
    return id_


async def own_post(visit: Visit) -> PostView:
    thread = await visit.needs.thread(visit.viewer, _id(visit), reveal=True)
    if isinstance(thread.focus, Gap) or not thread.focus.is_own:
        raise NotFound()
    return thread.focus


async def _answered(visit: Visit, post: int | None) -> PostView | None:
    if post is None:
        return None
    focus = (await visit.needs.thread(visit.viewer, post, reveal=True)).focus
    if isinstance(focus, Gap):
        raise NotFound()
    return focus


async def _write_again(visit: Visit, draft: Draft, wrong: PetrelError) -> Response:
    """The composer with everything that was typed, and what is wrong; nothing typed is ever lost."""
    status, message = words.status_of(wrong), words.said(wrong)
    answers = quoted = None
    if isinstance(wrong, NotFound):
        message = visit.says.t("composer.gone")
    else:
        try:
            answers = await _answered(visit, draft.reply_to)
            quoted = await _answered(visit, draft.quote_of)
        except PetrelError:
            answers = quoted = None
    files = await visit.needs.own_files(visit.viewer, draft.media) if draft.media else ()
    composer = present.composer_again(visit, draft, message, answers=answers, quoted=quoted, files=files)
    return visit.page("compose.html", status=status, composer=composer, answers=answers, quoted=quoted, sheet="write")
