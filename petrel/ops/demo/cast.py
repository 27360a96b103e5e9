"""The named cast: a handful of invented people in fixed relations. The demo shows them, and tests use them.

Whoever changes a relation here changes what tests may rely on: see `tests/cast.py`.
"""

from msgspec import Struct

from petrel.features.accounts import Role


class Person(Struct, frozen=True, kw_only=True):
    """Somebody of the cast. `fields`: lines of the profile. `days`: since when they are here."""

    handle: str
    name: str
    note: str
    fields: tuple[tuple[str, str], ...] = ()
    language: str = "en"
    days: int = 60
    role: Role = "member"
    is_protected: bool = False
    is_bot: bool = False
    is_indexable: bool = True


CAST = (
    Person(
        handle="mira",
        name="Mira Halvorsen",
        note="Keeps the lighthouse, and this site, which needs less paint. Sea birds, weather, the long way round.\n\n"
        "Questions about the site: just name me.",
        fields=(("Lighthouse", "white, one flash every ten seconds"), ("Speaks", "Norsk, English, some Português"),
                ("Pronouns", "she/her")),
        role="owner",
        days=420,
    ),
    Person(
        handle="okello",
        name="Okello",
        note="Runs small servers for people who do not want to know. Boring on purpose. Cat: Swap.",
        fields=(("Uptime", "longer than the cat approves of"), ("Backups", "restored every Friday, not only made")),
        role="moderator",
        days=415,
    ),
    Person(
        handle="ines",
        name="Inês Duarte",
        note="Padeira. Baker, 4 a.m. to noon; the rest of the day belongs to the sea. Porto. #bread",
        fields=(("Shop", "Rua do Cais 12"), ("Starter", "Amália, born 2011")),
        days=390,
    ),
    Person(
        handle="bram",
        name="Bram de Wit",
        note="Counts sea birds from a dune on Texel. If you saw something small and dark over the waves, tell me the "
        "rump, the tail, and the wind. #seabirds",
        fields=(("Year list", "see pinned notebook, page 40 on"), ("Scope", "older than the dog")),
        days=300,
    ),
    Person(
        handle="yuki",
        name="ゆき",
        note="港と灯台の写真を撮っています。フィルムとデジタル半々。カモメに好かれない。\nHarbours and lighthouses, "
        "half of it on film. #港 #写真",
        fields=(("カメラ", "二眼レフと、あと何か"), ("場所", "小樽 → どこかの港")),
        language="ja",
        days=280,
    ),
    Person(
        handle="jonas",
        name="Jonas Brandt",
        note="Fährt lieber Zug. Nachtzüge, Nebenstrecken, Bahnhofsuhren. Sammelt Verspätungen und schöne Bahnsteige. "
        "#zug #trains",
        fields=(("Heimatbahnhof", "Lindau-Insel"), ("Längste Umstiegszeit", "7 Stunden, freiwillig")),
        language="de",
        days=250,
    ),
    Person(
        handle="defne",
        name="Defne Aksoy",
        note="İzmir'de mutfak, pazar, deniz. Tarif veririm, ölçü vermem. Cooks with what the market has. #mutfak",
        fields=(("Mutfak kuralı", "önce soğan"), ("Pazar günü", "perşembe")),
        language="tr",
        days=210,
    ),
    Person(
        handle="salma",
        name="سلمى الحداد",
        note="معلمة أحياء في الإسكندرية، أضع الحلقات للطيور في الخريف وأكتب عنها طوال السنة.\nTeaches biology, rings "
        "birds in autumn. #طيور",
        fields=(("المحطة", "برج العرب، فجرًا"), ("Rings so far", "4,112")),
        language="ar",
        days=180,
    ),
    Person(
        handle="priya",
        name="Priya Raman",
        note="Slow photographs, fast trains, strong coffee. Develops film in the bathroom, with apologies to the "
        "family. #photography",
        fields=(("Film", "the one that was on sale"), ("City", "Chennai")),
        days=150,
    ),
    Person(
        handle="joon",
        name="박준",
        note="고장 난 라디오와 기압계를 고칩니다. Repairs radios, barographs and, once, an accordion.",
        fields=(("Workbench", "second table from the window"),),
        language="ko",
        days=120,
    ),
    Person(
        handle="tidetable",
        name="Tide table",
        note="High and low water at the harbour wall, wind and visibility, four times a day. Written by a machine; "
        "looked after by @mira.",
        is_bot=True,
        days=400,
    ),
    Person(
        handle="gustav",
        name="Gustav Krall",
        note="Has opinions. Some of them on coffee.",
        days=90,
        is_indexable=False,
    ),
    Person(
        handle="quiet_harbour",
        name="Quiet Harbour",
        note="For friends. The boat, the boat, and now and then the children.",
        fields=(("Boat", "Solveig, 1962"),),
        is_protected=True,
        is_indexable=False,
        days=330,
    ),
    Person(
        handle="wren",
        name="Wren",
        note="New here! Came for the birds, staying for the bread apparently.",
        days=2,
        is_indexable=False,
    ),
)
"""Oldest friends first."""

BY_HANDLE = {person.handle: person for person in CAST}

FOLLOWS = {
    "mira": "okello ines bram yuki jonas defne salma priya joon tidetable quiet_harbour wren",
    "okello": "mira ines joon priya quiet_harbour",
    "ines": "mira okello defne bram jonas yuki tidetable",
    "bram": "mira salma yuki tidetable quiet_harbour ines priya wren",
    "yuki": "mira priya ines joon jonas bram",
    "jonas": "mira priya yuki ines defne gustav okello",
    "defne": "ines mira salma jonas yuki",
    "salma": "bram mira defne yuki",
    "priya": "yuki jonas mira joon okello",
    "joon": "mira yuki okello priya tidetable",
    "gustav": "mira okello jonas bram tidetable",
    "quiet_harbour": "mira bram okello",
    "wren": "mira bram ines salma",
}
"""Who follows whom. `quiet_harbour` is protected: whoever stands here was let in."""

REQUESTS = {"wren": "quiet_harbour"}
"""Asked, not answered."""

BLOCKS = {"ines": "gustav"}
MUTES = {"okello": "gustav"}

LISTS = {"mira": {"Birds": "bram salma yuki", "Kitchen": "ines defne"}, "jonas": {"Bilder": "yuki priya"}}
"""Owner -> title -> members, all of whom the owner follows."""
