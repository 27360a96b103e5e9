"""From shapes to what a template needs beside them: head lines, the state of the composer, a form's draft."""

from collections.abc import Mapping

from msgspec import Struct

from petrel.features import media
from petrel.web import markup, words
from petrel.web.asking import PollFields
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.shapes import Draft, PostView, Profile


class Meta(Struct, frozen=True):
    """Head lines of a page that may be linked to: canonical address, what previews show, whether robots may keep it."""

    path: str
    title: str
    description: str = ""
    image: str = ""
    kind: str = "website"
    is_indexed: bool = False
    is_shared: bool = True
    """Whether previews (Open Graph) are given at all: only for what everybody may see."""


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
    files: tuple[int, ...] = ()
    """Files that came already, where something else was wrong."""
    accepts: str = ",".join(media.rules.told()["supported_mime_types"])


def composer(
    visit: Visit, *, answers: PostView | None = None, draft: Draft | None = None, message: str = "",
    quoted: int | None = None,
) -> Composer:
    """For an answer: addressed to those who take part, to an audience no wider than the post's. `quoted`: what to
    quote."""
    audiences = words.audiences_within(answers.audience if answers else "public")
    if draft is not None:
        audience = draft.audience if draft.audience in audiences else audiences[0]
        back = visit.sent.get("back", "")
        answered = answers.id if answers else None
        return Composer(draft.text, draft.warning, audience, audiences, answered, draft.once, message, back, draft.poll,
                        draft.quote_of, draft.media)
    usual = visit.visitor.default_audience
    audience = usual if usual in audiences else audiences[0]
    if answers is None:
        return Composer(audience=audience, audiences=audiences, once=visit.once, back="/", quote_of=quoted)
    return Composer(
        text=_addressees(visit, answers),
        warning=answers.warning,
        audience=audience,
        audiences=audiences,
        reply_to=answers.id,
        once=visit.once,
    )


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
        media=tuple(number for word in sent.get("media", "").split()[:4] if (number := as_id(word)) is not None),
    )


def _poll(sent: Mapping[str, str]) -> PollFields:
    minutes = sent.get("poll_minutes", "")
    return PollFields(
        options=tuple(text.strip() for n in range(words.POLL_OPTIONS) if (text := sent.get(f"option{n}", "")).strip()),
        minutes=int(minutes) if minutes in {str(m) for m, _ in words.POLL_TIMES} else 1440,
        is_multiple="poll_multiple" in sent,
        hides_totals="poll_hidden" in sent,
    )


def profile_meta(base_url: str, profile: Profile, tail: str) -> Meta:
    account = profile.account
    return Meta(
        path=account.url + tail,
        title=f"{account.label} (@{account.handle})",
        description=markup.plain(profile.html),
        image=f"{base_url}/avatars/{account.id}.png",
        kind="profile",
        is_indexed=profile.is_indexable and not account.is_protected and not tail,
    )


def post_meta(base_url: str, post: PostView, *, is_revealed: bool) -> Meta:
    """Previews never show what waits behind a warning, nor posts that not everybody may see."""
    author = post.author
    hidden = post.is_gated or post.warning or post.notice
    return Meta(
        path=post.url,
        title=f"{author.label} (@{author.handle})",
        description=(post.warning or post.notice or "Hidden behind a notice") if hidden else markup.plain(post.html),
        image=f"{base_url}/avatars/{author.id}.png",
        kind="article",
        is_indexed=post.audience == "public" and not is_revealed,
        is_shared=post.audience in ("public", "unlisted"),
    )
