"""Half-sentences from which `catalogue.py` writes a month of everyday posts, one bank for each person."""
# ruff: noqa: E501 (sentences end where they end)

from msgspec import Struct

EARLY, DAY, EVENING = (4, 5, 5, 6, 6, 7), (8, 9, 10, 11, 12, 13, 14, 15, 16), (17, 18, 19, 19, 20, 20, 21, 22)


class Bank(Struct, frozen=True):
    """`share`: of all everyday posts. `frames` have slots such as {bird}, each filled from its list in `words`."""

    who: str
    share: float
    hours: tuple[int, ...]
    frames: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    language: str = ""


WINDS = (
    "Wind south-west 4, visibility good.", "Wind west 5, showers, visibility good.", "Wind north-west 6, gusts of 7, visibility moderate.",
    "Wind variable 2, mist until noon, visibility poor.", "Wind east 3, visibility very good.", "Wind south 5, rain later, visibility moderate.",
    "Wind north 4, visibility very good.", "Wind south-west 7, gusts of 9, visibility moderate, poor in rain.", "Calm. Visibility good.",
)

MIRA = Bank("mira", 0.11, EARLY + DAY + EVENING, (
    "{bird} {where} {time}. {aside}",
    "{time}: {bird} {where}. #seabirds",
    "{job} today. {aside}",
    "Visitors: {n}. Questions about {question}: {n}.",
    "Log, {time}: sea {sea}, light {light}, keeper {keeper}.",
    "{thing} has {fate} again. {aside}",
    "A child asked {asked}. I said {answer}.",
    "From the gallery {time}: {ship}, {bird}, and {n} gulls with no plans.",
    "{ship} went by {time} and answered when I dipped the flag. {aside}",
    "Somebody left {left} at the foot of the stairs. {aside}",
), {
    "bird": ("two gannets", "a razorbill with somewhere to be", "one great skua", "the usual fulmar", "four eiders in a row", "a black guillemot", "thirty turnstones", "a heron that thinks it is a post", "a pair of shags", "a kestrel that is lost", "one very small auk", "a line of scoters", "somebody's racing pigeon"),
    "where": ("below the light", "on the north rail", "over the bar", "in the lee of the pier", "past the buoy", "on the slip", "right above the kitchen window", "out where the water changes colour"),
    "time": ("at first light", "before coffee", "in the middle watch", "at slack water", "just after the rain", "at noon", "with the lamp already on", "at dusk", "at a quarter to four", "between two showers"),
    "aside": ("Nobody else saw it, so it counts double.", "I write it down so that it has happened.", "The kettle agrees.", "No further comment from the sea.", "We shall see what the wind says.", "It made my day, which had been short of things.", "The log has a line for this, but not a long one.", "I waved. One does.", "Good.", "My knees have filed a complaint.", "It looked at me first.", "There is tea for anybody who walks up."),
    "job": ("Cleaned the lens", "Oiled the hinges of the lamp room", "Changed the lamp that never burns out", "Swept 152 steps, top to bottom, which is the wrong order", "Painted what the salt took", "Tested the foghorn, with apologies to the village", "Mended the flag", "Found the leak; it had moved"),
    "question": ("the height of the tower", "whether I am lonely", "ghosts", "the stairs", "where the toilets are", "what happens if the lamp goes out"),
    "sea": ("grey and busy", "flat as a tray", "the colour of slate", "confused", "breathing slowly", "all white horses"),
    "light": ("lit", "lit, as if it could be otherwise", "lit early", "lit and counted"),
    "keeper": ("awake", "mostly awake", "in two jumpers", "content", "reading aloud to nobody"),
    "thing": ("The barometer", "The third step", "The storm shutter", "The weather vane", "The old radio", "The door of the oil store"),
    "fate": ("started to hum", "jammed", "come back to life", "changed its mind", "frightened a visitor", "been repaired by doing nothing"),
    "asked": ("who turns the sea off at night", "if I know the moon personally", "why the light does not stop going round when it is tired", "whether gulls have names", "how I come down again"),
    "answer": ("that I do, but only on Sundays", "that we have met", "that it is the other way round", "“quietly”", "that I have wondered, too"),
    "ship": ("The pilot boat", "A coaster with rust like a map", "The ferry, four minutes late", "A sail, far out, red", "The dredger, grumbling", "A grey ship with no name that one could read"),
    "left": ("a jar of plums", "one glove, left hand", "a drawing of the tower with a smile", "a very good walking stick", "a book about submarines", "a note that says “thank you for the light”"),
})

OKELLO = Bank("okello", 0.10, DAY + EVENING, (
    "{task}. {result} #smallservers",
    "Rule {n} of small servers: {rule}.",
    "{cat}",
    "Today's graph: {graph}. Cause: {cause}.",
    "Somebody asked me {asked}. Answer: {rule}.",
    "{task}; {n} minutes, most of them waiting. {result}",
    "Note to myself: {rule}. Signed, myself, {when}.",
    "The quietest alert is the one about {cause}. {result}",
    "{when}: {task_now}. The cat {cat_does}.",
), {
    "task": ("Renewed the certificates before they asked", "Moved the mail to the other machine", "Deleted {many} lines of configuration", "Wrote down how the router works", "Replaced a disk that was only thinking about failing", "Read the logs of a day on which nothing happened", "Turned one service off to see who would notice", "Put a label on the cable", "Upgraded the database on the copy first", "Cleaned the fan"),
    "result": ("Nobody noticed, which is the point.", "One person noticed, and was kind about it.", "It was the cable.", "It was the clock.", "It was not the network, for once.", "Cake was mentioned.", "Everything is as it was, only slower to explain.", "I slept.", "The graph is a straight line now, and I am proud of it.", "It had a reason. I have written the reason down."),
    "rule": ("if you cannot restore it, you do not have it", "the second machine is for the day when the first one is the problem", "label the cable before you unplug it", "nothing clever on a Friday", "a timeout is a decision; make it yourself", "every password in one head is a password lost", "read the whole error, also the end", "the disk is full; now read the rest", "buy the same machine twice", "what nobody looks at, stop collecting", "write to people before you write to the log", "a quiet system still has a pulse: look for it"),
    "cat": ("Swap slept on the warm switch for {n} hours and is now part of the cooling.", "Swap has found the one cardboard box that was needed.", "Swap walked over the keyboard and improved the variable names.", "Swap caught something under the rack. It was a screw, from {n} years ago, and it is the one I was looking for.", "Swap watched the progress bar to the end. I did not."),
    "graph": ("flat", "flat with a small hat", "a staircase", "a camel", "a saw, very regular, nobody knows why", "one tooth at three in the morning"),
    "cause": ("a backup that took its time", "a crawler with no manners", "lunch", "daylight saving", "the disk", "a certificate", "somebody's holiday pictures", "a loop I wrote myself", "the moon, as far as we know"),
    "asked": ("how many users a small machine can carry", "what to learn first", "which cloud to take", "why I do not automate this", "whether it is secure", "what the worst part is"),
    "when": ("before breakfast", "just after lunch", "at eleven at night", "in the rain", "early", "during somebody's wedding"),
    "task_now": ("a reboot, planned, announced, boring", "counting backups", "waiting for a checksum", "explaining DNS with two spoons", "throwing away a server that had a name", "watching somebody else do it right"),
    "cat_does": ("approves", "is elsewhere, loudly", "has opinions", "supervises", "wants the chair"),
})

INES = Bank("ines", 0.10, (*EARLY, 5, 6, 11, 12, 15), (
    "{time}: {dough}. {oven} #bread",
    "{loaf} today, {n} left. {customer}",
    "{customer}",
    "Amália {amalia}. {comment}",
    "{comment} {oven}",
    "A receita de hoje: {receita}. Mais nada.",
    "Bom dia! {bomdia}",
    "Sold out of {loaf_small} {time}. {comment}",
    "Tested: {test}. Result: {result}.",
), {
    "time": ("at ten past four", "at a quarter past four", "before the gulls", "at half past five", "after the first tram", "with the moon still up", "in the rain"),
    "dough": ("the dough is ahead of me", "the dough is sulking", "rye, and patience", "{n} trays and one radio", "first loaves out, ears on all of them", "the flour is new and thirsty", "a blister on every crust", "hands before brain"),
    "oven": ("The oven sings when it is right.", "Oven at 250, baker at 37.", "Steam on the windows, somebody drew a fish.", "One for the shelf, one for the floor, that is the tax.", "The cat waits where the heat is.", "It smells like Sunday in here.", "Open till there is nothing left."),
    "loaf": ("Rye with caraway", "Broa de milho", "Seeded loaves", "The big white one", "Fig and walnut", "Pão de Deus", "Olive rolls", "Wholemeal, the honest one"),
    "loaf_small": ("broa", "rye", "the fig loaf", "rolls", "everything with sesame", "pão de Deus"),
    "customer": ("A man bought one roll and asked it how it was. It was fine.", "The lady with the gulls took three. Not for herself.", "A tourist photographed the price list, very seriously.", "Somebody paid with a fish. I gave change in rolls.", "The postman takes his with butter now. We have corrupted him.", "Two children split a bun with a ruler.", "A dog waited outside with his own money in his collar.", "An old gentleman said it tastes like 1961. He meant it kindly, I think."),
    "amalia": ("has doubled in four hours", "is slow, it is the north wind", "escaped the jar", "was fed at midnight and has forgiven me", "smells of apples today", "went to a wedding in a jar of her own", "is fifteen this year and behaves like it"),
    "comment": ("Bread is mostly waiting, and then not waiting a moment too long.", "Nothing you do in a hurry will be round.", "Salt last. Always last. I have reasons and scars.", "You can hear when it is done: knock, and it answers.", "Yesterday's bread is not old, it is experienced.", "A warm stone forgives a lot.", "I burnt my wrist in the usual place.", "Flour in the keyboard; forgive the typing."),
    "receita": ("farinha, água, sal, tempo", "farinha de milho, centeio, um bocadinho de teimosia", "o que sobrou de ontem, e azeite", "figos, nozes, paciência", "água à temperatura do mar em setembro"),
    "bomdia": ("O forno já está acordado, eu quase.", "Chove, e o pão não se importa.", "Há broa até às nove.", "Hoje há regueifas, não digam a ninguém.", "O gato dormiu na farinha. O gato era preto.", "Cheira a pão até ao cais."),
    "test": ("seawater instead of salt", "a longer autolyse", "two hours less in the cold", "an old recipe from a drawer", "chestnut flour, a third", "baking with the door of the shop open"),
    "result": ("do not", "a brick with a good character", "better than it has any right to be", "again tomorrow", "the gulls declined", "I wrote it on the wall"),
})

BRAM = Bank("bram", 0.10, EARLY + DAY, (
    "{time}, dune: {many} {common}, {n} {scarce}, {rare}. #seabirds",
    "{rare_cap} {behaviour}. {aside}",
    "Wind {wind}: {hope}.",
    "How to tell {pair}: {how}.",
    "{visitor} {aside}",
    "{time}: {n} {scarce}, all of them {heading}. {aside}",
    "Field notes, wet: {behaviour_ing}, {many} {common}, thermos empty at half past nine.",
    "Vandaag: {vandaag}.",
), {
    "time": ("06:00 to 08:30", "first hour of light", "07:15 to noon", "two hours before the rain", "after the front", "half an hour, because of the hail"),
    "common": ("gannets", "common scoters", "kittiwakes", "sandwich terns", "oystercatchers", "sanderlings", "herring gulls, uncounted really"),
    "scarce": ("arctic skuas", "manx shearwaters", "red-throated divers", "little gulls", "razorbills", "fulmars", "whimbrels", "long-tailed ducks"),
    "rare": ("1 pomarine skua, spoons and all", "0 storm petrels, and not for lack of looking", "1 Sabine's gull for four seconds", "1 grey phalarope like a paper boat", "1 something, small, that I shall take to the grave", "1 sooty shearwater", "1 puffin, embarrassed", "1 Balearic shearwater, probably, says the dog"),
    "rare_cap": ("A pomarine skua", "A Leach's petrel", "A grey phalarope", "A little auk", "An adult glaucous gull", "A lone puffin", "A purple sandpiper"),
    "behaviour": ("went through the terns like a bill through the post", "sat on the groyne and let everybody look", "walked on the water, which I had only read about", "came so close that the scope was no use", "fed in the surf between two bathers", "was gone when the others arrived, naturally"),
    "behaviour_ing": ("terns diving in the channel", "divers going north in pairs", "a skua minding everybody's business", "gulls loafing", "waders restless before the tide"),
    "hope": ("shearwaters by noon, or I eat the hat", "stay in bed", "skuas, if anywhere then here", "good for divers, bad for ears", "somebody small may come ashore; look under your hedges", "the sort of day on which one sees nothing and remembers it"),
    "wind": ("WNW 7", "NW 8, veering", "SW 5", "E 3", "N 6 with hail", "W 4, clearing", "nothing at all"),
    "pair": ("a common from an arctic tern", "a great from an arctic skua", "a guillemot from a razorbill at a mile", "a sanderling from a dunlin", "a young gannet from a shearwater", "a Manx from a Balearic"),
    "how": ("look at the belly, then at the wings, then at your notes, then give up", "the one that makes you put down the sandwich is the rarer one", "weight: one flies like a bicycle, the other like a lorry", "ask what it does, not what it looks like", "patience, and then the underwing", "one is where it should be"),
    "heading": ("south", "north, against all reason", "west, low and fast", "nowhere in particular"),
    "aside": ("I was not dressed for it.", "The dog did not look up.", "Written down with a wet pencil, so it is true.", "Nobody to tell but you.", "That is why one gets up.", "Soup.", "The scope has sand in it, and so have I.", "Twenty-six years on this dune, and still."),
    "visitor": ("A man asked what I sell.", "A school class came by; nineteen of them saw the seal, one saw the skua, and that one will be a problem later.", "A jogger stopped, looked, and is now cold.", "Somebody borrowed the scope and gave it back without a word. That is how it starts.", "A lady brought pea soup because I looked as if."),
    "vandaag": ("regen, wind, {n} jagers, geen klachten", "mist, dus luisteren", "hoog water en {many} kanoeten op een plaat ter grootte van een tafel", "niets, en dat {n} uur lang", "de eerste {scarce} van het najaar"),
})

YUKI = Bank("yuki", 0.09, DAY + EVENING, (
    "{basho}。{kanso} #港",
    "{toki}、{basho}。{kanso}",
    "フィルム{n}枚。{kekka} #写真",
    "{kamome}",
    "{toki}の光。{kanso}",
    "{basho}で{n}時間待った。{kekka}",
    "今日の一枚：{basho}。{kanso}",
    "{dougu}。{kekka}",
), {
    "toki": ("朝五時", "日の出前", "雨上がり", "夕方", "霧の朝", "最終の船のあと", "昼休み", "満潮のころ", "風のない午後"),
    "basho": ("防波堤の先", "古い倉庫の裏", "赤い灯台", "誰もいない桟橋", "網を干す広場", "フェリー乗り場の窓際", "坂の上から見た港", "北の岸壁", "錆びた係船柱", "船大工の庭"),
    "kanso": ("音だけが先に来る", "海が空より明るい", "三脚を忘れて、かえってよかった", "白が白すぎない", "何も起きないのがいい", "ピントは合っていないが、気持ちは合っている", "影がゆっくり椅子から立つ", "息が写りそう", "遠くで誰かが手を振った。たぶん私にではない", "次は曇りの日に来る"),
    "kekka": ("使えるのは一枚", "全部だめ。でも楽しかった", "最後の一枚に鳥が入った", "現像してからのお楽しみ", "露出を間違えたほうがきれいだった", "同じ写真をまた撮った", "帰りに鯛焼きを買った", "手が冷たい", "もう一度行く"),
    "kamome": ("かもめにおにぎりを取られた。{n}回目。", "かもめが三脚に止まった。動けない。", "今日はかもめのほうがよく撮れている気がする。", "かもめと目が合った。負けた。", "鳥の名前を@bram に聞くのがもったいなくて、まだ「小さいの」と呼んでいる。", "かもめ{n}羽、全員こちらを見ている。"),
    "dougu": ("二眼レフのシャッターを直した", "古いレンズの曇りを取った", "露出計が気まぐれ", "フィルムの値段がまた上がった", "カメラ屋のおじさんと{n}分話した", "革のケースを縫い直した"),
}, "ja")

JONAS = Bank("jonas", 0.10, DAY + EVENING + EARLY, (
    "{wo}: {was}. {nachsatz} #zug",
    "{n} Minuten Verspätung. {grund} {nachsatz}",
    "{durchsage}",
    "Bahnhofsuhr, {ort}: {uhr}.",
    "Im Abteil: {abteil}. {nachsatz}",
    "Umstieg in {ort}, {n} Minuten. {nachsatz}",
    "{ort} hat {schoen}. Mehr muss ein Bahnhof nicht können.",
    "Speisewagen: {essen}. {nachsatz}",
    "For the English readers: {english}",
), {
    "wo": ("Kurz hinter dem Tunnel", "Gleis 3", "Am Fenster links", "Zwischen zwei Stationen, deren Namen keiner kennt", "Auf dem Bahnsteig", "Im letzten Wagen", "Grenzbahnhof"),
    "was": ("ein Reh, das den Fahrplan zu kennen schien", "Nebel bis zur Fensterkante", "jemand übt leise Klarinette", "die Schaffnerin kennt alle Kinder beim Namen", "ein Koffer, der allein reist", "das Licht geht waagrecht durch den Wagen", "ein See, länger als erwartet", "ein Signal, das uns lange ansieht"),
    "nachsatz": ("Ich hatte es nicht eilig.", "So muss das sein.", "Keiner sagt etwas, alle sehen hin.", "Ich steige noch nicht aus.", "Das steht in keinem Fahrplan.", "Der Apfel war eine gute Idee.", "Anschluss erreicht, Herz auch.", "Notiert.", "Morgen gern wieder.", "Wer fliegt, verpasst das."),
    "grund": ("Grund: Schafe.", "Grund: ein anderer Zug, der auch einmal durfte.", "Grund: keiner genannt, was ehrlich ist.", "Grund: Personen auf der Brücke, die winkten.", "Grund: Verspätung eines vorausfahrenden Zuges, also Philosophie."),
    "durchsage": ("Durchsage: „Wir halten hier, weil es schön ist.“ Nein, aber fast.", "Durchsage auf drei Sprachen, in jeder mit anderem Gleis.", "Durchsage: „Bitte achten Sie auf die Lücke.“ Welche, sagt er nicht.", "Durchsage, sehr leise: „Tut mir leid.“ Wir haben ihm alle verziehen.", "Die Stimme vom Band begrüßte uns in einem Ort, durch den wir nicht fahren."),
    "ort": ("Bregenz", "Brennero", "Buchloe", "Attnang-Puchheim", "Jesenice", "Tarvisio", "Sargans", "Singen", "Plattling", "Villach", "Bischofshofen", "Rovereto"),
    "uhr": ("geht nach, mit Würde", "steht, und niemand hat es eilig, das zu ändern", "der Sekundenzeiger wartet oben, wie er soll", "zwei Uhren, zwei Meinungen", "mit Taubennest, geht trotzdem"),
    "abteil": ("vier Menschen, ein Schachbrett, keine Könige", "ein Kind, das mir die Wagenreihung erklärt", "eine Dame mit Himbeeren, die teilt", "niemand, und der Regen", "zwei Lehrerinnen, ein Skelett aus Plastik", "ein Hund mit Fahrkarte"),
    "schoen": ("eine Linde auf Gleis 1", "noch einen Wartesaal mit Ofen", "eine Kantine, in der gesungen wird", "Stufen, auf denen man sitzen kann", "einen Brunnen, der läuft", "einen Bahnhofsvorstand mit Rosen"),
    "essen": ("Gulasch, Tischdecke, Aussicht", "Suppe in Kurven", "der Kaffee hält die Fahrtrichtung", "Knödel bei Tempo 140", "nur noch Senf, aber freundlich"),
    "english": ("the night train to Zagreb has a blue lamp that cannot be turned off, and one sleeps very well under it.", "I changed trains {n} times today and arrived earlier than planned. I have no explanation.", "the best seat is the one from which you see the engine in the bends.", "a station without a café is only a stop.", "I met a conductor who collects the same thing as I do. We did not talk much. It was perfect."),
}, "de")

DEFNE = Bank("defne", 0.09, DAY + EVENING, (
    "{pazar} #mutfak",
    "Bugün: {yemek}. {not_}",
    "{yemek_buyuk}: {nasil}.",
    "{komsu}",
    "{not_} {pazar}",
    "Tarif isteyenlere: {nasil}. Ölçü yok.",
    "In English, because you asked: {english}",
    "{n} kişi geldi, {n} tabak yetti. {not_}",
), {
    "pazar": ("Pazarda ilk incir.", "Enginar bitmiş, bakla başlamış.", "Teyze bugün naneyi hediye etti, demek ki iyi günündeydi.", "Domates nihayet domates gibi kokuyor.", "Balıkçı “dün gel” dedi. Dünkü balık da güzeldi.", "Bir kilo kiraz aldım, eve yarım kilo vardı.", "Zeytinci hâlâ geçen yılın hasadını anlatıyor.", "Ot toplayan kadınlar geri geldi, bahar resmî."),
    "yemek": ("zeytinyağlı taze fasulye", "mercimek çorbası, bol limon", "kabak çiçeği dolması", "barbunya, bir gün önceden", "nohutlu pilav", "közlenmiş patlıcan, sarımsaklı yoğurt", "şevketibostan", "hamsi, altı yedi tane daha kızartılabilirdi", "dünden kalanlar, bugünün kraliçesi"),
    "yemek_buyuk": ("Menemen", "Zeytinyağlı enginar", "Kısır", "Cacık", "İmambayıldı", "Tarhana", "Midye pilavı", "Ezogelin"),
    "nasil": ("soğan kısık ateşte, acele yok", "tuz en son, sabır en başta", "limonu cimrilik etmeden", "önce kokla, sonra karar ver", "tencerenin kapağını açıp durma", "zeytinyağı korkmadan", "dinlendir; yemek de insan gibi"),
    "not_": ("Fotoğraf çekemedim, yedik.", "Ekmek bitince yemek de biter.", "Kedi onayladı.", "Yarın daha güzel olacak.", "Annem aradı, kokuyu duymuş.", "Pencereyi açınca komşu geldi.", "Kaşık dibe değdi, demek olmuş.", "Bir tabak da @ines için ayırdım, gelmesi {n} saat sürer."),
    "komsu": ("Komşu tabak geri getirdi; boş gelmez, içinde üç incir.", "Alt kattaki çocuk soğan doğramayı öğrendi. İkimiz de ağladık.", "Kapıya bir kavanoz reçel bırakmışlar. Kim olduğunu tadından anladım.", "Apartmanda herkes ne pişirdiğimi biliyor; gizli hayat yok.", "Bakkal veresiye defterine “defne: {n} limon, moral” yazmış."),
    "english": ("you fry the onion until it stops arguing.", "there is no recipe, there is Thursday.", "artichokes are flowers that decided to be useful.", "the secret is lemon. If it is not lemon, it is time.", "yes, with bread. Everything with bread.", "a good market has one person who insults you fondly."),
}, "tr")

SALMA = Bank("salma", 0.08, EARLY + EVENING, (
    "{makan}، {waqt}: {tair}. {taliq} #طيور",
    "{fasl}",
    "{tair} {makan}. {taliq}",
    "{waqt}: {n} حلقات، {tair}. {taliq}",
    "Ringing station, {n} nets, {many} birds. {english}",
    "{taliq} {fasl}",
), {
    "makan": ("عند البحيرة", "قرب برج العرب", "على شاطئ العجمي", "في حديقة المدرسة", "فوق سطح البيت", "على الكورنيش", "بين القصب"),
    "waqt": ("قبل الشروق", "مع الفجر", "بعد الدرس الأخير", "عند الغروب", "في الضباب", "بعد المطر"),
    "tair": ("هدهد يمشي كأنه صاحب المكان", "سرب سمّان متعب", "خطّاف يشرب وهو يطير", "بلشون أبيض واحد", "صقر صغير على عمود الكهرباء", "أبو فصادة لا يهدأ", "طائر دخّلة بوزن ملعقة سكر", "نورس يتفاوض مع صياد", "لقالق كثيرة جدًا، توقفتُ عن العدّ"),
    "taliq": ("كتبتُه قبل أن أنساه.", "لم يره أحد غيري والقطة.", "القهوة بردت، ولا بأس.", "سألني حارس المدرسة: وما الفائدة؟ قلت: انظر.", "وصل متأخرًا مثلنا جميعًا.", "عبر البحر كله ليقف على غسيل جارتي.", "الحمد لله على عينين.", "غدًا نعود."),
    "fasl": ("سألتهم في الصف: من أين يأتي الخريف؟ قال يوسف: من الشمال، مع الطيور.", "درس اليوم: الريشة. انتهى الوقت ولم ينته الدرس.", "رسمت تلميذة طائرًا بثلاث أجنحة: واحد للطوارئ.", "قالت ندى إنها لن تصير طبيبة، ستصير بومة.", "امتحان الأحياء: {n} أجابوا أن الخفاش طائر «إذا أراد».", "علّقنا خريطة الهجرة فوق خريطة المترو، وصارت أوضح."),
    "english": ("The smallest weighed nine grams and bit me.", "Nobody we knew, all of them welcome.", "One came with a ring from the far north and no luggage.", "The sun came up on time, the students did not.", "We let the last one go together, it is a rule."),
}, "ar")

PRIYA = Bank("priya", 0.08, DAY + EVENING, (
    "{film}: {outcome}. #photography",
    "{scene}. {verdict}",
    "{time} in the bathroom with the red lamp. {verdict}",
    "Contact sheet: thirty-six frames, {n} thumbs, one {good}.",
    "{train} {verdict}",
    "Learned today: {lesson}.",
    "{scene}, {time}. {coffee}",
    "{coffee}",
    "Things I did not photograph: {scene_low}. {verdict}",
), {
    "film": ("Expired colour, found in a drawer", "Black and white, rated wrong on purpose", "The cheap roll", "A half-frame camera, seventy-two chances", "Infrared, by accident", "One roll, one street, one hour"),
    "outcome": ("everything green, like a memory", "grain the size of rice, and I love it", "thirty-five mistakes and a dog", "the best frame is the one I took by sitting on it", "light leak like a comet", "blank; I had not loaded it"),
    "scene": ("A man asleep on a mountain of marigolds", "Two umbrellas sharing one person", "The tailor's window at closing time", "A bus, wet, full, laughing", "Laundry that looks like a choir", "Somebody reading under the only lamp", "A goat on a scooter, properly seated", "Shadows of a fence, playing the piano"),
    "scene_low": ("a wedding seen through a barber's mirror", "my mother laughing at the radio", "rain arriving from the end of the street", "a boy carrying a door", "the moment before the pigeons decide"),
    "verdict": ("I was too late, which is also a composition.", "One frame. No more.", "It needs nothing.", "I shall look at it again in a month.", "My aunt says it is blurred. My aunt is right, and so am I.", "Kept.", "The negative is better than the day was.", "Film does not know that it is expensive."),
    "time": ("Late", "Ten minutes before the rain", "At the hour of pressure cookers", "Past midnight", "Before the first tram of the heat"),
    "good": ("photograph", "surprise", "maybe", "portrait that looks back"),
    "train": ("Window seat, second class, the country as a very long film.", "The 6:40 was late, so the light was better.", "Shared my samosas with a stranger who knew everything about shutters.", "A station dog posed for {n} frames and then sent me away.", "Slept through my stop, woke up at the sea."),
    "lesson": ("fixer before feelings", "never agitate film while singing", "the light meter is a suggestion", "ask first, shoot second, send the print third", "dust is forever", "one lens for a month and your feet learn to zoom"),
    "coffee": ("Filter coffee, steel tumbler, no notes.", "Third coffee. The scans can hear my heart.", "Coffee first, then colour balance, otherwise everybody is blue.", "Drank the coffee that was meant for the portrait. It had gone cold beautifully."),
})

JOON = Bank("joon", 0.06, DAY + EVENING, (
    "{item}: {fault}. {end}",
    "오늘 고친 것: {hangul}. {kend}",
    "{item} came in with a note: {note}. {end}",
    "작업대 위: {hangul}, 커피, 나사 {n}개. {kend}",
    "{fault}, said the owner of the {item_low}. {end}",
    "You need: {need}. You do not need: {needless}.",
    "{kend}",
), {
    "item": ("Valve radio, 1954", "A barograph with hiccups", "Ship's clock", "Transistor radio, pink", "A metronome", "Cassette recorder", "A telephone with a dial", "Music box, no bird"),
    "item_low": ("radio", "clock", "record player", "weather station", "tape deck", "doorbell"),
    "fault": ("it only speaks when nobody is listening", "one capacitor, dry as toast", "a spring that had retired", "a moth, historically", "it hums in G", "nothing; it was unplugged", "forty years of tobacco", "somebody had repaired it before"),
    "end": ("It plays.", "It plays, and I do not know why.", "Waiting for a part from a man who only writes letters.", "The owner cried a little, and so did the contact spray.", "I shall miss it.", "Bill: one coffee.", "It will outlive us.", "Back on the shelf of hope."),
    "note": ("“do not be kind to it”", "“grandfather said it was fine”", "“please keep the noise”", "“it stopped on the day we moved”", "“you may open it, I have forgiven it”"),
    "hangul": ("진공관 라디오", "멈춘 괘종시계", "카세트 녹음기", "기압계 바늘", "오르골", "전축 벨트", "탁상시계 두 개"),
    "kend": ("소리가 난다. 그걸로 충분하다.", "고장의 절반은 먼지다.", "주인이 먼저 웃었다.", "부품은 없고 시간은 있다.", "내일 다시 열어 보기로.", "고쳤는데 이유를 모르겠다.", "라디오에서 비 소식. 창밖은 맑음.", "오래된 것은 천천히 대답한다."),
    "need": ("a good lamp, one hand free, patience", "two screwdrivers, the second one longer", "a bowl for screws, and no cat", "solder, silence"),
    "needless": ("a new one", "an app", "force", "advice from behind"),
}, "ko")

GUSTAV = Bank("gustav", 0.03, EVENING + DAY, (
    "{claim}. I will not be taking questions.",
    "Unpopular: {claim}.",
    "{thing} was better when it was {adjective}. {concession}",
    "{thing}: {grade}. {concession}",
    "I have tried {thing_low}. {concession}",
), {
    "claim": ("umbrellas are a defeat", "soup is a drink", "the window seat belongs to whoever is awake", "a bench without a view is a shelf", "one spoon is enough for a household", "breakfast is lunch with no ambition", "all hats are helmets for the shy", "silence should be sold by the hour", "a cat is furniture with an agenda", "every map is upside down somewhere"),
    "thing": ("The ferry", "Toast", "The municipal fountain", "Autumn", "The number 4 bus", "Decaffeinated anything", "My neighbour's trombone", "The new bridge"),
    "thing_low": ("oat milk", "a podcast", "walking backwards, as the doctor said", "being nice before nine", "the other side of the bed", "photography"),
    "adjective": ("late", "smaller", "louder", "made of wood", "somebody else's", "closed"),
    "grade": ("two out of ten", "four out of ten", "six, with the wind behind it", "nine out of ten, and I am as surprised as you", "three and a half"),
    "concession": ("I admit nothing.", "It has one redeeming feature, and it knows.", "I liked it a little.", "My sister disagrees, loudly.", "I shall do it again to be sure.", "Fine."),
})

HARBOUR = Bank("quiet_harbour", 0.04, EVENING + EARLY, (
    "Solveig: {boat}. {aside}",
    "{kids} {aside}",
    "{weather} {aside}",
    "To do on the boat: {boat}; {boat}; tea.",
), {
    "boat": ("two coats of varnish, one of patience", "the bilge pump has opinions", "found the leak, lost the screwdriver", "new halyard, old knots", "engine started at the third curse", "the cushions smell of 1978", "one plank, as always"),
    "kids": ("The small one steered for {n} minutes and hit nothing.", "The big one has named every jellyfish.", "Both of them asleep under the foredeck before the lock.", "They rowed, in a circle, with great authority."),
    "weather": ("Flat calm. We drifted and called it sailing.", "Reefed at the pier already. Good decision.", "Fog; we listened our way home.", "One of those evenings with too many colours."),
    "aside": ("Only for you lot.", "Photographs exist, none of them flattering.", "Supper was cold and perfect.", "I would not change it.", "Home before the light was on."),
})

WREN = Bank("wren", 0.005, EVENING, (
    "Birds I can name now: {n}. {aside}",
    "{seen} {aside}",
), {
    "seen": ("Saw something black dry its wings like a broken umbrella.", "A small bird ran along the wave and did not get wet, I checked.", "There are gulls with black heads and gulls without. I will ask.", "Something sang at five in the morning. I forgive it."),
    "aside": ("I have bought a notebook.", "Please do not tell me yet.", "The bread helps.", "This is going well."),
})

BANKS = (MIRA, OKELLO, INES, BRAM, YUKI, JONAS, DEFNE, SALMA, PRIYA, JOON, GUSTAV, HARBOUR, WREN)
