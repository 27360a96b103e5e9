"""Posts: writing, editing, deleting, marking, and who may see them.

Words: post, draft, audience, surface, code (what the law gives), mark (like, bookmark, boost, pin, muted thread).
Invariants: a change to posts.* records a posts.* entry; text exists in memory only, at rest it is sealed.
Why can this viewer see this post? visibility.sql. Read next: shapes.py, then writing.py.
"""

from petrel.features.posts import polls, quotes
from petrel.features.posts.ahead import settled
from petrel.features.posts.audience import IfOpened, Standing, if_opened, narrow, standing, widen
from petrel.features.posts.changing import delete, edit, own
from petrel.features.posts.clearing import clear
from petrel.features.posts.explain import Explanation, Verdict, why
from petrel.features.posts.importing import Past, delete_imported, ids_at, import_many
from petrel.features.posts.marking import mark_many, mark_together
from petrel.features.posts.reads import (
    Shown,
    by_author,
    contents,
    history,
    judged,
    marked,
    public,
    reactions,
    shown,
    source,
    streamed,
    thread,
    with_media,
    withholding,
)
from petrel.features.posts.rules import linked, reason_of
from petrel.features.posts.shapes import (
    POLICY_BITS,
    Ask,
    Attachment,
    Audience,
    Carries,
    Code,
    Content,
    Draft,
    Fresh,
    Mark,
    MarkAsk,
    Marked,
    Named,
    PollDraft,
    PollText,
    PostNotFound,
    QuotePolicy,
    ReplyPolicy,
    State,
    Surface,
    TooWide,
    Who,
    decode_content,
    quote_policy_of,
    reply_policy_of,
)
from petrel.features.posts.taking_down import put_back, take_down
from petrel.features.posts.together import mark, publish
from petrel.features.posts.writing import create_many, create_together

__all__ = [
    "POLICY_BITS",
    "Ask",
    "Attachment",
    "Audience",
    "Carries",
    "Code",
    "Content",
    "Draft",
    "Explanation",
    "Fresh",
    "IfOpened",
    "Mark",
    "MarkAsk",
    "Marked",
    "Named",
    "Past",
    "PollDraft",
    "PollText",
    "PostNotFound",
    "QuotePolicy",
    "ReplyPolicy",
    "Shown",
    "Standing",
    "State",
    "Surface",
    "TooWide",
    "Verdict",
    "Who",
    "by_author",
    "clear",
    "contents",
    "create_many",
    "create_together",
    "decode_content",
    "delete",
    "delete_imported",
    "edit",
    "history",
    "ids_at",
    "if_opened",
    "import_many",
    "judged",
    "linked",
    "mark",
    "mark_many",
    "mark_together",
    "marked",
    "narrow",
    "own",
    "polls",
    "public",
    "publish",
    "put_back",
    "quote_policy_of",
    "quotes",
    "reactions",
    "reason_of",
    "reply_policy_of",
    "settled",
    "shown",
    "source",
    "standing",
    "streamed",
    "take_down",
    "thread",
    "why",
    "widen",
    "with_media",
    "withholding",
]
