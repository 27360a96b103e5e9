"""Who lives in the fake site, and what they have said. Ids grow with time; `minutes_ago` is for the eye only."""

from typing import NamedTuple

from petrel.web.shapes import AccountView


class Line(NamedTuple):
    """A post; with `booster` a boost of it under an id of its own."""

    id: int
    author: int
    minutes_ago: int
    html: str
    audience: str = "public"
    reply_to: int | None = None
    warning: str = ""
    likes: int = 0
    boosts: int = 0
    booster: int = 0
    language: str = "en"


ACCOUNTS = (
    AccountView(is_indexable=True, id=1, handle="mira", name="Mira Halvorsen", role="admin"),
    AccountView(id=2, handle="okello", name="Okello"),
    AccountView(is_indexable=True, id=3, handle="ines", name="Inês Duarte"),
    AccountView(id=4, handle="tidetable", name="Tide table", is_bot=True),
    AccountView(is_indexable=True, id=5, handle="joon", name="박준"),
    AccountView(id=6, handle="yuki", name="ゆき"),
    AccountView(is_indexable=True, id=7, handle="salma", name="سلمى"),
    AccountView(id=8, handle="bram", name=""),
    AccountView(is_indexable=True, id=9, handle="quiet_harbour", name="Quiet Harbour", is_protected=True),
    AccountView(id=10, handle="mallory", name='<script>alert("name")</script>'),
)
FOLLOWS = ((1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (2, 1), (3, 1), (4, 1), (5, 1), (8, 1), (2, 9))

PROFILES = {
    1: (
        "<p>Keeps the lighthouse and this site. Writes about birds, weather, and the long way round.</p>",
        (
            ("Lighthouse", '<a href="https://light.example/tour">light.example/tour</a>', True),
            ("Speaks", "Norsk, English, some Português", False),
            ("Pronouns", "she/her", False),
        ),
    ),
    3: ("<p>Baker, 4 a.m. to noon. The rest of the day belongs to the sea.</p>", (("Shop", "Rua do Cais 12", False),)),
    9: ("<p>For friends only.</p>", ()),
    10: (
        "<p><img src=x onerror=alert(1)>note<script>alert(2)</script></p>",
        (("<b>x", "<svg/onload=alert(3)>", False),),
    ),
}


def _tag(name: str) -> str:
    return f'<a href="/tags/{name}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'


def _at(handle: str) -> str:
    return f'<span class="h-card"><a href="/@{handle}" class="u-url mention">@<span>{handle}</span></a></span>'


POSTS = (
    Line(10, 8, 9 * 24 * 60, "<p>First post. Is this thing on?</p>", likes=3),
    Line(
        11,
        2,
        6 * 24 * 60,
        "<p>Packed the whole flat into eleven boxes. Ten of them are books. The eleventh is a cat.</p>",
        likes=48,
        boosts=6,
    ),
    Line(12, 6, 5 * 24 * 60, "<p>雨上がりの港。かもめが一羽、ずっと同じ杭の上にいる。</p>", likes=21, language="ja"),
    Line(13, 7, 4 * 24 * 60, "<p>البحر هادئ هذا الصباح، والقهوة أيضًا.</p>", likes=17, boosts=2, language="ar"),
    Line(
        14,
        5,
        3 * 24 * 60,
        f"<p>Repaired the old barograph. It draws storms better than I do. {_tag('tides')}</p>",
        likes=34,
        boosts=4,
    ),
    Line(
        20,
        1,
        26 * 60,
        "<p>Saw a storm petrel tonight, at the edge of the light: a small dark bird, walking on the water as if it "
        f"had every right to. {_tag('birds')}</p>"
        "<p>They weigh as much as a letter and live through forty winters out there.</p>",
        likes=1284,
        boosts=312,
    ),
    Line(
        21, 2, 25 * 60, f"<p>{_at('mira')} As much as a letter! What would you write on it?</p>", reply_to=20, likes=12
    ),
    Line(22, 1, 24 * 60 + 40, f"<p>{_at('okello')} “Back in spring.”</p>", reply_to=21, likes=67, boosts=3),
    Line(
        23,
        3,
        24 * 60 + 10,
        f"<p>{_at('okello')} {_at('mira')} And no stamp, they pay in fish.</p>",
        reply_to=22,
        likes=9,
    ),
    Line(
        24,
        5,
        23 * 60,
        f"<p>{_at('ines')} {_at('mira')} {_at('okello')} Postage due: two sprats.</p>",
        reply_to=23,
        likes=4,
    ),
    Line(
        25,
        8,
        22 * 60,
        f"<p>{_at('joon')} {_at('ines')} {_at('mira')} {_at('okello')} I would sign for that parcel.</p>",
        reply_to=24,
    ),
    Line(26, 6, 21 * 60, f"<p>{_at('mira')} 海の上を歩く鳥、見てみたい。</p>", reply_to=20, likes=8, language="ja"),
    Line(27, 8, 20 * 60, f"<p>{_at('mira')} Was it Leach’s or European? Forked tail?</p>", reply_to=20),
    Line(
        28, 1, 19 * 60, f"<p>{_at('bram')} European, I think: square tail, very white rump.</p>", reply_to=27, likes=2
    ),
    Line(
        30,
        3,
        7 * 60,
        f"<p>Today’s crumb. 82 % water, one long night, a little impatience at the end. {_tag('bread')}</p>"
        '<p><a href="https://bakery.example/notes/2026/high-loaves"><span class="invisible">https://</span>'
        '<span class="ellipsis">bakery.example/notes/2026/high</span><span class="invisible">-loaves</span></a></p>',
        likes=203,
        boosts=19,
    ),
    Line(
        31,
        2,
        6 * 60,
        "<p>It was the brother, in the second chapter already.</p>",
        warning="The end of “The Salt Road”",
        likes=11,
    ),
    Line(
        33,
        10,
        5 * 60,
        '<p>Hello <script>alert("post")</script>'
        '<a href="javascript:alert(1)" onclick="x()">click</a><img src=x onerror=alert(2)></p>',
    ),
    Line(34, 9, 4 * 60, "<p>Only those who follow me read this.</p>", audience="followers"),
    Line(
        35, 3, 3 * 60, f"<p>{_at('mira')} The side door key is under the third pot, as always.</p>", audience="direct"
    ),
    Line(
        36,
        5,
        150,
        "<p>Somebody has to say it: the foghorn is a B flat, and it is beautiful.</p>",
        audience="unlisted",
        likes=29,
        boosts=1,
    ),
    Line(
        38,
        4,
        95,
        f"<p>High water 18:42 (3.1 m), low water 00:55 (0.4 m). Wind south-west 6, gusts of 8 "
        f"from midnight. {_tag('tides')} {_tag('harbour')}</p>",
        likes=6,
        boosts=9,
    ),
    Line(40, 6, 62, "<p>灯台の光、今日は数えてみたら十秒に一回。</p>", likes=14, language="ja", boosts=1),
    Line(
        41,
        3,
        50,
        f"<p>Storm coming. I have put the sourdough in the cellar and the cat in charge. {_tag('harbour')}</p>",
        likes=58,
        boosts=5,
    ),
    Line(42, 7, 44, "<p>النافذة مفتوحة والموج عالٍ.</p>", booster=2, likes=10, language="ar"),
    Line(43, 3, 31, f"<p>{_at('mira')} Is the light on all night? I would like to see it from the oven.</p>", likes=3),
    Line(
        44,
        1,
        12,
        "<p>It is. It always is. I will blink it twice at four, for the bread.</p>",
        reply_to=43,
        likes=41,
        boosts=7,
    ),
    Line(45, 8, 3, "<p>Twice at four. Setting my alarm.</p>", reply_to=44, likes=5),
)
