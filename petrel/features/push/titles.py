"""What a push says in words of ours, in the receiver's language: the one of their account, else the one in
which their app asked to be told.

A pointer names nobody. source: docs/law/visibility.md section 14, the form of `P`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct


class Titles(Struct, frozen=True):
    """One language. `whole`, `pointers`: by the kind of notification; `something` for kinds that are in neither.
    `files`: by kind, for one and for more; "" for kinds that are not known."""

    whole: Mapping[str, str]
    pointers: Mapping[str, str]
    something: str
    open_it: str
    files: Mapping[str, tuple[str, str]]
    between: str

    def of(self, kind: str, name: str) -> str:
        return self.whole[kind].format(name=name) if kind in self.whole else self.pointer(kind)

    def pointer(self, kind: str) -> str:
        return self.pointers.get(kind, self.something)

    def counted(self, kinds: Iterable[str]) -> str:
        """For a post without words: "2 pictures", "1 film and 1 sound"; "" for none."""
        found = Counter(self.files.get(kind, self.files[""]) for kind in kinds)
        return self.between.join(nouns[n > 1].format(n=n) for nouns, n in found.items())


ENGLISH = Titles(
    {"mention": "{name} mentioned you", "status": "{name} has posted", "reblog": "{name} boosted your post",
     "follow": "{name} follows you", "follow_request": "{name} asks to follow you",
     "favourite": "{name} likes your post", "poll": "A poll has ended", "update": "{name} edited a post",
     "quote": "{name} quoted your post", "quoted_update": "{name} edited a post that you quoted"},
    {"mention": "You were mentioned", "status": "There is a new post", "reblog": "A post of yours was boosted",
     "favourite": "A post of yours was liked", "update": "A post was edited", "quote": "You were quoted",
     "quoted_update": "A post that you quoted was edited", "poll": "A poll has ended"},
    "There is something new", "Open the app to see it.",
    {"image": ("{n} picture", "{n} pictures"), "gifv": ("{n} film", "{n} films"), "video": ("{n} film", "{n} films"),
     "audio": ("{n} sound", "{n} sounds"), "": ("{n} file", "{n} files")}, " and ")
GERMAN = Titles(
    {"mention": "{name} hat dich erwähnt", "status": "{name} hat etwas geschrieben",
     "reblog": "{name} hat deinen Beitrag geteilt", "follow": "{name} folgt dir",
     "follow_request": "{name} möchte dir folgen", "favourite": "{name} mag deinen Beitrag",
     "poll": "Eine Umfrage ist beendet", "update": "{name} hat einen Beitrag bearbeitet",
     "quote": "{name} hat deinen Beitrag zitiert",
     "quoted_update": "{name} hat einen Beitrag bearbeitet, den du zitiert hast"},
    {"mention": "Du wurdest erwähnt", "status": "Es gibt einen neuen Beitrag",
     "reblog": "Ein Beitrag von dir wurde geteilt", "favourite": "Ein Beitrag von dir gefällt jemandem",
     "update": "Ein Beitrag wurde bearbeitet", "quote": "Du wurdest zitiert",
     "quoted_update": "Ein Beitrag, den du zitiert hast, wurde bearbeitet", "poll": "Eine Umfrage ist beendet"},
    "Es gibt etwas Neues", "Öffne die App, um es zu sehen.",
    {"image": ("{n} Bild", "{n} Bilder"), "gifv": ("{n} Film", "{n} Filme"), "video": ("{n} Film", "{n} Filme"),
     "audio": ("{n} Tonaufnahme", "{n} Tonaufnahmen"), "": ("{n} Datei", "{n} Dateien")}, " und ")
JAPANESE = Titles(
    {"mention": "{name} があなたの名前を挙げました", "status": "{name} が投稿しました",
     "reblog": "{name} があなたの投稿をブーストしました", "follow": "{name} があなたをフォローしました",
     "follow_request": "{name} がフォローを申し込んでいます", "favourite": "{name} があなたの投稿をいいねしました",
     "poll": "アンケートが終了しました", "update": "{name} が投稿を編集しました",
     "quote": "{name} があなたの投稿を引用しました", "quoted_update": "{name} があなたの引用した投稿を編集しました"},
    {"mention": "あなたの名前が挙がりました", "status": "新しい投稿があります",
     "reblog": "あなたの投稿がブーストされました", "favourite": "あなたの投稿がいいねされました",
     "update": "投稿が編集されました", "quote": "あなたの投稿が引用されました",
     "quoted_update": "あなたの引用した投稿が編集されました", "poll": "アンケートが終了しました"},
    "新しいお知らせがあります", "アプリを開いて確かめてください。",
    {"image": ("画像{n}枚", "画像{n}枚"), "gifv": ("動画{n}本", "動画{n}本"), "video": ("動画{n}本", "動画{n}本"),
     "audio": ("音声{n}本", "音声{n}本"), "": ("ファイル{n}個", "ファイル{n}個")}, "、")

LANGUAGES: Mapping[str, Titles] = {"en": ENGLISH, "de": GERMAN, "ja": JAPANESE}


def titles(locale: str) -> Titles:
    """`locale` as an account has it: `de`, or `de-AT`."""
    return LANGUAGES.get(locale.partition("-")[0].lower(), ENGLISH)
