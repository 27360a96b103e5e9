"""Who answers whom in passing, and how: short banks in the manner of `banks.py`."""
# ruff: noqa: E501 (sentences end where they end)

from petrel.ops.demo.banks import DAY, Bank

FRIENDS = {
    "mira": "okello ines bram yuki joon wren",
    "okello": "mira joon priya gustav",
    "ines": "mira okello defne bram jonas",
    "bram": "mira salma yuki ines gustav",
    "yuki": "priya bram joon mira jonas",
    "jonas": "priya defne ines gustav mira yuki",
    "defne": "ines salma jonas mira",
    "salma": "bram mira defne yuki",
    "priya": "yuki jonas joon okello",
    "joon": "okello mira yuki priya",
    "gustav": "jonas bram",
    "wren": "mira ines",
}
"""Author -> who may answer. Nobody answers across a block: see `cast.BLOCKS`."""


def _bank(who: str, frames: tuple[str, ...], words: dict[str, tuple[str, ...]], language: str = "") -> Bank:
    return Bank(who, 0, DAY, frames, words, language)


REPLIES = {
    "mira": _bank("mira", ("{yes} {more}", "{more}", "{yes}", "I read this {how} and {then}."), {
        "yes": ("Noted in the log.", "The light agrees.", "Seen from up here, too.", "Yes.", "Exactly so.", "Approved by the tower.", "That is the right order."),
        "more": ("Come up for tea.", "I would have waved.", "The gulls say otherwise, but they would.", "More of this, please.", "Same weather here, different coat.", "I know that step.", "Keep it dry.", "This is why I keep the receiver on.", "My kettle is jealous.", "Twice, if you can."),
        "how": ("aloud on the stairs", "between two ships", "with cold hands", "at the top, out of breath", "to the heron"),
        "then": ("it helped", "he did not blink", "had to sit down", "stayed for the sunset", "felt less like a post")}),
    "okello": _bank("okello", ("{said}", "{said} {cat}", "Have you tried {tried}?", "{n} out of {n} machines agree. {said}"), {
        "said": ("That is also true of disks.", "I am stealing this for the documentation.", "Works on my lighthouse.", "Filed under: load-bearing.", "This is better than my whole queue.", "Please write that on the box.", "Change nothing.", "I would put that in production.", "A known issue, and a good one."),
        "cat": ("Swap concurs.", "Swap has questions.", "Swap is asleep on the answer.", "Swap wants the fish."),
        "tried": ("turning the sea off and on", "a longer cable", "asking it nicely", "bread", "an older version", "telling nobody")}),
    "ines": _bank("ines", ("{said}", "{said} {pt}", "{pt}", "Come by {when}, there is {what}."), {
        "said": ("This needs butter.", "I laughed into the flour.", "There is a roll with your name on it.", "My oven read this and rose.", "You have earned a crust.", "That is exactly how it smells.", "Forty years in a bakery in one sentence."),
        "pt": ("Que bonito.", "Tal e qual.", "Nem mais.", "Ai, coração.", "Até amanhã cedo.", "Guardo esta."),
        "when": ("at seven", "before it is gone", "with a bag", "when the rain stops"),
        "what": ("rye", "one fig loaf", "coffee and an ear", "yesterday's, half price, twice the character")}),
    "bram": _bank("bram", ("{said}", "Could it have been {bird}? {said}", "{said} {ask}", "{ask}"), {
        "said": ("Envy, pure and simple.", "Note the wind next time!", "I would have dropped the sandwich.", "Good eye.", "That counts.", "I had the same one an hour later, going the other way.", "The dog sends regards.", "Wonderful.", "Write down the time, always the time."),
        "ask": ("Which way was it heading?", "Any white in the wing?", "Alone, or with terns?", "Did it call?", "Legs?", "How long did it stay?"),
        "bird": ("a young kittiwake", "a skua far out", "a diver asleep", "a plastic bag (no shame, 40 % are)", "a whimbrel", "a very confident pigeon")}),
    "yuki": _bank("yuki", ("{said}", "{said} {more}", "{more}"), {
        "said": ("いいですね。", "わかります。", "その光、見たかった。", "そこに行きたい。", "声に出して読みました。", "写真にしたい文章。", "うらやましい。", "かもめも同じ意見です。"),
        "more": ("次は一緒に。", "フィルムを一本持って行きます。", "寒くなかったですか。", "音が聞こえる気がします。", "続きを待っています。", "お茶をいれました。")}, "ja"),
    "jonas": _bank("jonas", ("{said}", "{said} {more}", "{more}"), {
        "said": ("Dafür steige ich aus.", "Sehr gut beobachtet.", "Das hätte ich gern gehört.", "Genau so.", "Ein Satz wie ein leerer Bahnsteig.", "Mitgelesen, mitgenickt.", "Das gehört in den Fahrplan.", "I would change trains twice for this."),
        "more": ("Gruß aus Wagen 9.", "Nächstes Mal mit Apfel.", "Ich habe es dem Schaffner vorgelesen.", "Drei Minuten Aufenthalt dafür.", "Bitte mehr davon.", "Der Anschluss wartet.")}, "de"),
    "defne": _bank("defne", ("{said}", "{said} {more}", "{more}"), {
        "said": ("Ellerine sağlık!", "Ne güzel yazmışsın.", "Acıktım.", "Aynen öyle.", "Bunu anneme okudum.", "Limon unutma.", "Kıskandım, itiraf ediyorum.", "Afiyet olsun."),
        "more": ("Bir tabak ayır.", "Perşembe pazarda ara beni.", "Kokusu buraya geldi.", "Çay hazır.", "Tarifi değil, hikâyesini istiyorum.", "And then? Tell us!")}, "tr"),
    "salma": _bank("salma", ("{said}", "{said} {more}", "{more}"), {
        "said": ("ما أجمل هذا.", "أحسدك بصدق.", "قرأتها للصف كله.", "صحيح تمامًا.", "هذا يكفي ليومين.", "سبحان الله.", "ضحكتُ حتى التفتت القطة."),
        "more": ("هل كانت الريح شمالية؟", "اكتبها في الدفتر.", "سلّم على البحر.", "ننتظر الصورة.", "Which ring, if any?", "The class sends nine drawings.")}, "ar"),
    "priya": _bank("priya", ("{said}", "{said} {more}", "{more}"), {
        "said": ("I can see the frame.", "One twenty-fifth of a second, no more.", "That light!", "Please stand still, I am on my way.", "This is a whole roll in one line.", "Print it large.", "The shadow does the work here."),
        "more": ("Which film?", "I would miss it, as always.", "Window seat, obviously.", "Coffee is on me.", "Send me the fog as well.", "Did you look up?")}),
    "joon": _bank("joon", ("{said}", "{said} {more}"), {
        "said": ("It is the capacitor.", "좋네요.", "고칠 수 있어요.", "Do not throw it away!", "그 소리 알아요.", "I know somebody with the part.", "This hums in the right key.", "먼지부터 닦아 보세요."),
        "more": ("Bring it by.", "천천히.", "No charge for this one.", "커피는 제가.", "I mean it.", "Keep the screws.")}),
    "gustav": _bank("gustav", ("{said}", "{said} {more}"), {
        "said": ("No.", "Allegedly.", "I have seen better.", "Hm.", "I disagree on principle.", "This is almost good.", "Who paid for that?", "Overrated, like mornings."),
        "more": ("But go on.", "Tell the bird.", "My sister would like it.", "Six out of ten.", "Carry on, then.", "I shall deny having said so.")}),
    "wren": _bank("wren", ("{said}",), {
        "said": ("I did not know that! Thank you.", "Writing this down.", "I saw it too, from the balcony!", "What is it called when it is young?", "I think I heard it. I think.", "Is that the one with the red legs?", "I am learning so much here.")}),
}
