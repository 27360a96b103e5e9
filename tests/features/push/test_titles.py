"""Words of pushes: the same in every language that an account can have, and pointers that name nobody."""

from petrel.features.accounts.rules import LOCALES
from petrel.features.push.titles import ENGLISH, GERMAN, JAPANESE, LANGUAGES, titles


def test_every_language_has_every_word() -> None:
    assert set(LANGUAGES) == set(LOCALES)
    for one in LANGUAGES.values():
        assert one.whole.keys() == ENGLISH.whole.keys() and one.pointers.keys() == ENGLISH.pointers.keys()
        assert one.files.keys() == ENGLISH.files.keys()
        assert [kind for kind, text in one.whole.items() if "{name}" not in text] == ["poll"]
        assert not any("{" in text for text in (*one.pointers.values(), one.something, one.open_it))


def test_the_language_is_the_accounts_and_else_english() -> None:
    assert titles("de-AT") is GERMAN and titles("JA") is JAPANESE and titles("fr") is titles("") is ENGLISH
    assert titles("de").of("favourite", "A{0}") == "A{0} mag deinen Beitrag"
    assert ENGLISH.of("something else", "A") == "There is something new"
    assert ENGLISH.counted(["image", "image", "video"]) == "2 pictures and 1 film"
    assert JAPANESE.counted(["image", "hologram"]) == "画像1枚、ファイル1個"
