"""From shapes to what a template needs beside them: head lines, the state of the composer, a form's draft."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from petrel.features import media
from petrel.web import markup, words
from petrel.web.asking import PollFields
from petrel.web.carried import MediaView
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.shapes import AccountView, Draft, PostView, Profile


class Meta(Struct, frozen=True):
    """Head lines of a page that may be linked to: canonical address, what previews show, whether robots may keep it."""

    path: str
    title: str
    description: str = ""
    image: str = ""
    image_about: str = ""
    image_size: tuple[int, int] | None = None
    has_large_image: bool = False
    kind: str = "website"
    is_indexed: bool = False
    is_shared: bool = True
    """Whether previews (Open Graph) are given at all: only for what everybody may see."""


MOST_BEGUN_WITH = 5000
"""Characters that an address can put into the composer."""

FILES = range(1, 5)
"""The composer's fields for files are called file1 to file4, their descriptions likewise."""


class Composer(Struct, frozen=True):
    """A form for a post, fresh or as it came back. `audiences`: codes that may be chosen."""

    text: str = ""
    warning: str = ""
    audience: str = "public"
    audiences: list[str] = []
    reply_to: int | None = None
    once: str = ""
    message: str = ""
    back: str = ""
    poll: PollFields = PollFields()
    quote_of: int | None = None
    files: tuple[MediaView, ...] = ()
    """Files that came already, where something else was wrong."""
    choices: tuple[tuple[int, str], ...] = tuple((n, "") for n in FILES)
    """Fields for more files: their numbers, and the descriptions typed for files that did not come."""
    is_about_files: bool = False
    accepts: str = ",".join(media.rules.told()["supported_mime_types"])


def composer(visit: Visit, *, answers: PostView | None = None, quoted: PostView | None = None) -> Composer:
    """For an answer: addressed to those who take part, to an audience no wider than the post's. `quoted`: what to
    quote."""
    audiences = words.audiences_within(answers.audience if answers else "public")
    usual = visit.visitor.default_audience
    audience = usual if usual in audiences else audiences[0]
    if answers is None:
        return Composer(audience=audience, audiences=audiences, once=visit.once, back="/",
                        quote_of=quoted.id if quoted else None)
    return Composer(
        text=_addressees(visit, answers),
        warning=answers.warning,
        audience=audience,
        audiences=audiences,
        reply_to=answers.id,
        once=visit.once,
    )


def composer_again(visit: Visit, draft: Draft, message: str, *, answers: PostView | None, quoted: PostView | None,
                   files: tuple[MediaView, ...]) -> Composer:
    """With all that was sent; a field for one more file even where as many are here as fit, to exchange one."""
    audiences = words.audiences_within(answers.audience if answers else "public")
    audience = draft.audience if draft.audience in audiences else audiences[0]
    typed = {n: visit.sent.get(f"description{n}", "") for n in FILES}
    most = max(1, len(FILES) - len(files))
    kept = sorted(sorted(FILES, key=lambda n: not typed[n])[:most])
    return Composer(
        draft.text, draft.warning, audience, audiences, answers.id if answers else None, draft.once, message,
        visit.sent.get("back", ""), draft.poll, quoted.id if quoted else None, files,
        tuple((n, typed[n]) for n in kept), is_about_files=bool(files or visit.form.files or any(typed.values())))


def _addressees(visit: Visit, answers: PostView) -> str:
    me = visit.me.handle.lower() if visit.me else ""
    named = dict.fromkeys((answers.author.handle, *answers.mentions))
    return "".join(f"@{handle} " for handle in named if handle.lower() != me)


def draft(sent: Mapping[str, str]) -> Draft:
    return Draft(
        text=sent.get("text", ""),
        warning=sent.get("warning", "").strip(),
        audience=sent.get("audience", "public"),
        reply_to=as_id(sent.get("reply_to", "")),
        once=sent.get("once", "")[:64],
        poll=_poll(sent),
        quote_of=as_id(sent.get("quote_of", "")),
        media=_files(sent),
    )


def _files(sent: Mapping[str, str]) -> tuple[int, ...]:
    """Those that came before and are still ticked: a field for each, called by its number."""
    numbers = (as_id(name.removeprefix("media")) for name in sent if name.startswith("media"))
    return tuple(number for number in numbers if number is not None)[:2 * len(FILES)]


def _poll(sent: Mapping[str, str]) -> PollFields:
    minutes = sent.get("poll_minutes", "")
    return PollFields(
        options=tuple(text.strip() for n in range(words.POLL_OPTIONS) if (text := sent.get(f"option{n}", "")).strip()),
        minutes=int(minutes) if minutes in {str(m) for m in words.POLL_MINUTES} else 1440,
        is_multiple="poll_multiple" in sent,
        hides_totals="poll_hidden" in sent,
    )


def of_site(visit: Visit) -> str:
    """The site in one sentence: its crew's, or else that of every new site."""
    return visit.site.description or visit.says.t("welcome.about")


def profile_meta(visit: Visit, profile: Profile, tail: str) -> Meta:
    """What is said of an account is its own note, or else, of who wants to be found, whose posts these are."""
    account, base_url = profile.account, visit.door.base_url
    unsaid = visit.says.t("feed.title", name=account.label) if profile.has_feed else ""
    return Meta(
        path=account.url + tail,
        title=f"{account.label} (@{account.handle})",
        description=markup.plain(profile.html) or unsaid,
        image=_image(base_url, account),
        image_about=account.label,
        kind="profile",
        is_indexed=profile.has_feed and not tail,
    )


def post_meta(visit: Visit, post: PostView, *, is_revealed: bool) -> Meta:
    """Previews never show what waits behind a warning, nor posts that not everybody may see. Only of who agreed may a
    search engine keep a post."""
    author, says = post.author, visit.says
    is_hidden = bool(post.is_gated or post.warning or post.notice)
    is_shared = post.audience in ("public", "unlisted") and not author.is_protected
    instead = post.warning or says.notice(post.notice or "behind")
    picture = next((one for one in post.media if one.kind == "image"), None)
    meta = Meta(
        path=post.url,
        title=f"{author.label} (@{author.handle})",
        description=instead if is_hidden else markup.excerpt(post, says=says),
        image=_image(visit.door.base_url, author),
        image_about=author.label,
        kind="article",
        is_indexed=post.audience == "public" and author.is_indexable and not is_revealed,
        is_shared=is_shared,
    )
    if picture is None or is_hidden or not is_shared or picture.is_closed:
        return meta
    size = (picture.width, picture.height) if picture.width and picture.height else None
    return replace(meta, image=visit.door.base_url + (picture.preview or picture.url), image_about=picture.description,
                   image_size=size, has_large_image=True)


def _image(base_url: str, account: AccountView) -> str:
    """Not as SVG where it is drawn: few of those who make previews can show that."""
    return base_url + media.avatar(account.id, account.picture)
