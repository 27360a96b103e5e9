"""Posts and people that are nobody's, in every state that a post can be in, for the page that shows the looks."""

from datetime import datetime, timedelta
from typing import Any

from petrel.core import clock
from petrel.web.asking import CardView, OptionView, PollView
from petrel.web.carried import MediaView
from petrel.web.shapes import AccountView, Gap, PostView, QuoteView, Timeline

# Names below .example are nobody's (RFC 2606), so that no member is made to say anything.
TERN = AccountView(id=7, handle="tern@pier.example", name="Arctic Tern")
BOT = AccountView(id=12, handle="tides@pier.example", name="Tide table", is_bot=True)
SALMA = AccountView(id=31, handle="salma@pier.example", name="سلمى الحداد")
NOA = AccountView(id=44, handle="noa@pier.example", name="נועה (Noa)")
YUKI = AccountView(id=58, handle="yuki@pier.example", name="ゆき")
LONG = AccountView(id=63, name="Donaudampfschifffahrtsgesellschaftskapitän von und zu Hafenkante",
                   handle="a_handle_as_long_as_they_may_become@far-away.example")
HEAPED = AccountView(id=70, handle="fog@pier.example", name="F" + "\u0310\u0352\u035b\u0327\u0321\u0332" * 6 + "og")


def _post(number: int, author: AccountView, at: datetime, html: str, **more: Any) -> PostView:
    return PostView(id=number, author=author, at=at, html=f"<p>{html}</p>", **more)


def _poll(ends_at: datetime, *, is_over: bool) -> PollView:
    options = (OptionView(title="Before the gales", votes=12, share=60, is_own=True),
               OptionView(title="After them, as every year", votes=8, share=40),
               OptionView(title="🎨", votes=0, share=0))
    return PollView(options=options, ends_at=ends_at, is_over=is_over, voters=20, has_voted=True)


def timeline() -> Timeline:
    """Newest first, as any other list of posts."""
    now = clock.now()
    at = [now - timedelta(minutes=minutes) for minutes in (0, 3, 12, 45, 90, 300, 900, 2_000, 4_000, 9_000, 14_000,
                                                           40_000)]
    sea = MediaView(id=1, kind="image", url="/headers/7.svg", description="The sea in bands", width=600, height=200)
    inner = _post(2, YUKI, at[4], "灯台の光、今日は数えてみたら十秒に一回。", language="ja")
    card = CardView("https://birds.example/storm", "The smallest sea bird", "Twenty-five grams, out in any weather.",
                    "birds.example")
    return Timeline(posts=(
        _post(1, TERN, at[0], 'Seen from the <a href="https://pier.example">pier</a>, twenty-five grams of it.',
              replies=3, boosts=12, likes=1_234, is_liked=True, is_boosted=True, is_bookmarked=True),
        _post(3, TERN, at[1], "Four bands of sea, and a sun.", media=(sea,), language="en", boosted_by=BOT, boost=4),
        _post(5, TERN, at[2], "Morning, noon, evening, night.", media=(sea,) * 4, audience="followers",
              edited_at=at[1]),
        _post(6, BOT, at[3], "High water 18:42.", quote=QuoteView(post=inner), reply_to=1,
              reply_to_handle=TERN.handle),
        _post(7, TERN, at[4], "", warning="The end of the story", is_gated=True),
        _post(8, TERN, at[5], "It was the cat.", warning="The end of the story", audience="unlisted"),
        _post(9, TERN, at[6], "When is the lamp room painted?", poll=_poll(now, is_over=True)),
        _post(10, TERN, at[7], "Worth a walk:", card=card, quote=None),
        _post(11, SALMA, at[8], "طائر بوزن رسالة يعبر البحر في العاصفة، قالت @tern في pier.example.", language="ar"),
        _post(13, NOA, at[9], "שלום מהמזח. The lamp says hello, חמש פעמים.", language="he", audience="direct"),
        _post(14, LONG, at[10], "https://far-away.example/" + "on-and-on-" * 12 + " " + "Selbstverständlichkeit" * 4,
              quote=QuoteView(why="deleted")),
        _post(15, HEAPED, at[11], "Marks in heaps stay with who heaped them: f" + "\u0310\u0352\u0321" * 20 + "og"),
        Gap(reason="deleted"),
    ), older=1)
