"""What the cast has talked about in the last days. Written for this demo; `talks.py` says how to read it."""
# ruff: noqa: E501 (sentences end where they end)

from petrel.ops.demo.talks import Line, talk

SEA = (
    talk(
        26,
        Line("mira", "A storm petrel came in against the lamp room tonight, sat on the gallery rail for a minute to "
             "think about it, and went back out into a force 7.\n\nTwenty-five grams. I have had letters heavier than "
             "that. #seabirds", likes="okello ines bram yuki priya salma jonas wren quiet_harbour joon",
             boosts="bram okello priya yuki"),
        Line("bram", "Square tail or forked? And did you see the underwing?", 6),
        Line("mira", "Square. White rump like a torn stamp, and a pale bar below. European, I would say. It also looked "
             "at me as if I were the one out of place.", 4, likes="bram salma okello"),
        Line("salma", "طائر بوزن رسالة يعبر البحر في العاصفة، ونحن نتأخر عن الدرس بسبب المطر.", 22, to=0, language="ar",
             likes="mira bram defne yuki"),
        Line("ines", "As much as a letter! What would you write on it?", 15, to=0, likes="mira"),
        Line("mira", "“Back in spring.”", 3, likes="ines okello priya bram jonas", boosts="ines"),
        Line("okello", "And no stamp. They pay in fish.", 11, likes="ines mira"),
        Line("wren", "Is it normal that they come to the light? I thought birds avoid people.", 310, to=2),
        Line("bram", "On dark nights with rain or fog, yes: the light is the only thing they can see. That is why Mira "
             "draws the landward curtains in autumn. Ask her for the story with the forty starlings.", 14,
             likes="wren mira"),
        Line("mira", "They were starlings and they were inside. We do not talk about the soup.", 8,
             likes="bram ines okello wren"),
    ),
    talk(
        51,
        Line("bram", "Ring read this morning on the beach, black-headed gull, metal, left leg: it came from the other "
             "end of the sea. @salma does CAIRO + those five digits mean somebody you know?",
             likes="mira salma yuki", boosts="mira"),
        Line("salma", "نعم! هذه من حلقاتنا. وضعتها تلميذتي ندى قبل ثلاث سنوات عند البحيرة، وكان أول طائر تمسكه وحدها.\n\n"
             "Nada ringed it, her first one alone. She is going to shout when I tell her on Sunday.", 26,
             language="ar", likes="bram mira ines yuki defne wren", boosts="bram mira"),
        Line("bram", "Then tell her it was fat, rude and stealing chips from a tourist. In other words, in excellent "
             "health.", 5, likes="salma mira ines"),
        Line("salma", "أبلغتها. صرخت. ثم سألت: وما هي الـ chips بالهولندية؟", 2880, language="ar", likes="bram mira"),
        Line("bram", "Patat. Tell her this is controversial in the south of the country.", 12, likes="jonas salma"),
        Line("gustav", "It is friet.", 3, likes="jonas"),
        Line("bram", "See.", 2, likes="mira salma ines yuki okello"),
    ),
    talk(
        20,
        Line("tidetable", "High water 18:42 (3.1 m), low water 00:55 (0.4 m). Wind south-west 6, gusts of 9 from "
             "midnight. Visibility moderate, poor in rain. #tides", likes="ines quiet_harbour bram",
             boosts="mira quiet_harbour ines"),
        Line("mira", "In plain words: take the flower pots in, double the lines, and do not walk the pier to see how bad "
             "it is. It is bad.", 12, likes="ines okello bram wren quiet_harbour joon", boosts="ines bram"),
        Line("ines", "Sourdough is in the cellar, cat in charge.", 9, likes="mira okello defne jonas"),
        Line("okello", "Which of the two is the one that escapes?", 7, likes="ines mira defne"),
        Line("ines", "We do not know. Whoever it is, it left prints.", 4, likes="okello mira bram"),
        Line("wren", "Is the light on all night? I can see it from my new window, and I would like to know before I get "
             "attached to it.", 55, to=1, likes="mira ines"),
        Line("mira", "It is. It always is. I will blink it twice at four, for the bread.", 6,
             likes="wren ines okello bram yuki jonas defne", boosts="ines wren"),
        Line("ines", "Twice at four. I am awake anyway, and so is Amália.", 8, likes="mira wren"),
    ),
)

KEEPING = (
    talk(
        62,
        Line("okello", "Restored last night's backup on a machine that knows nothing, from the note I would leave for "
             "somebody else. 41 minutes. Two steps in the note were wrong, and one of them was the interesting one.\n\n"
             "A backup you have not restored is a rumour. #smallservers",
             likes="mira joon priya jonas ines gustav", boosts="mira joon"),
        Line("joon", "어느 단계가 틀렸어요? I am asking for a friend who is me.", 31, language="ko", likes="okello"),
        Line("okello", "The note said “then copy the keys back”. It did not say from where. The where was the machine "
             "that had just burned down in the story.", 6, likes="joon mira priya"),
        Line("mira", "Our keys are in a tin in the lamp room, under the spare wick. The tin says BISCUITS so that nobody "
             "opens it for the biscuits.", 18, likes="okello joon ines priya", boosts="okello"),
        Line("gustav", "This is not a security concept.", 40),
        Line("mira", "It is the second factor. The first factor is 152 steps.", 4,
             likes="okello ines joon bram priya jonas", boosts="priya"),
        Line("okello", "For whoever finds this later: dump, keys kept apart from the dump, a restore by the clock every "
             "Friday, and the note printed on paper. Nothing clever. It has to work for a tired person at three in "
             "the morning, because it will be.", 25, to=0, likes="mira joon ines wren", boosts="mira ines"),
    ),
    talk(
        9.5,
        Line("okello", "Planned: the site moves to a new disk tonight, 02:00 UTC. Reading goes on, writing will say "
             "“in a moment” for about a minute. If your post is refused, it is kept in the form. Nothing is lost; press "
             "the button again.", likes="mira ines joon", boosts="mira"),
        Line("priya", "Can I do anything useful?", 8),
        Line("okello", "Sleep. It is the only thing that helps every time.", 3, likes="priya mira joon wren"),
        Line("okello", "Done. 48 seconds, 31 of them me reading the note again. The cat supervised.", 330, to=0,
             likes="mira ines joon priya wren", boosts="mira"),
        Line("mira", "I sat next to the phone the whole time, and it did not ring. Best sort of night.", 9,
             likes="okello joon"),
    ),
    talk(
        6.5,
        Line("joon", "기압계가 어젯밤 폭풍을 나보다 잘 그렸다. The barograph drew last night's storm better than I could: one "
             "long slide, a small step, and then a line like somebody slowly standing up.", language="ko",
             likes="mira yuki okello priya", boosts="mira"),
        Line("yuki", "その紙、写真に撮ってもいいですか。", 40, language="ja", likes="joon"),
        Line("joon", "물론이죠. Bring coffee; it does not like to be photographed sober.", 9, likes="yuki priya"),
        Line("jonas", "Der Satz mit dem Aufstehen ist das Beste, was ich heute gelesen habe.", 75, to=0, language="de",
             likes="joon mira"),
    ),
    talk(
        100,
        Line("joon", "Somebody brought an accordion that had been on a boat. It had sand in F sharp. Only in F sharp.",
             likes="mira okello ines yuki priya bram jonas", boosts="okello mira jonas"),
        Line("bram", "Which beach? There are two that sound like that.", 21, likes="joon mira ines"),
        Line("joon", "It plays again. The customer cried, the F sharp still hisses a little, and we decided together "
             "that this is where it has been.", 1500, to=0, likes="mira ines bram yuki priya okello defne jonas",
             boosts="mira ines"),
    ),
    talk(
        0.15,
        Line("yuki", "灯がともる前の五分がいちばん静か。 #港", language="ja", likes="mira priya ines bram"),
    ),
    talk(
        0.7,
        Line("salma", "سألتني ندى: هل تعرف الطيور أننا نعدّها؟ قلت: لا أدري، لكنها تنتظر حتى ننتهي. #طيور", language="ar",
             likes="mira bram yuki defne", boosts="bram"),
        Line("bram", "I shall never count in a hurry again.", 9, likes="salma mira"),
    ),
    talk(
        0.4,
        Line("mira", "Housekeeping: this site has 13 people, a bot and a cat, and none of you has read the rules, "
             "because there are two: be kind to people, be hard on problems. #petrel",
             likes="okello ines bram priya", boosts="okello"),
        Line("ines", "Is the cat people or a problem?", 4, likes="okello mira"),
        Line("okello", "Swap has asked me not to answer that.", 3, likes="ines mira joon"),
    ),
)

TABLE = (
    talk(
        44,
        Line("ines", "Today’s crumb: 82 % water, one long night, a little impatience at the end. #bread",
             likes="defne mira bram jonas okello wren", boosts="defne"),
        Line("defne", "Bu ekmeğin yanına ne gider biliyor musun? Domates, taze soğan, biraz lor, bol zeytinyağı. Başka "
             "bir şey değil.", 17, language="tr", likes="ines jonas salma"),
        Line("ines", "Não preciso de tradução: vi “zeytin” e fui buscar o prato. I did not need a translation.", 6,
             language="pt", likes="defne mira"),
        Line("jonas", "Ich habe in einem Zug bei Villach genau das gegessen und dem Schaffner die Hälfte geben müssen. "
             "Er hat es als Fahrschein anerkannt.", 33, to=1, language="de", likes="defne ines mira priya",
             boosts="defne"),
        Line("defne", "Menemenle Avrupa'yı dolaşabilirsin demek ki.", 9, language="tr", likes="jonas ines"),
        Line("gustav", "82 % is soup.", 58, to=0),
        Line("ines", "Then you may have it in a bowl.", 5, likes="okello mira defne bram jonas"),
    ),
    talk(
        27,
        Line("defne", "Pazardan dönüş: enginar, bakla, üç çeşit ot (ikisinin adını bilmiyorum, teyze de söylemedi). "
             "Bu akşam hepsi tencerede, sonra konuşuruz. #mutfak", language="tr", likes="ines salma jonas",
             boosts="ines"),
        Line("salma", "الأعشاب التي لا اسم لها هي الأطيب. جدتي كانت تسميها كلها «خضرة» وتنتهي المسألة.", 30, language="ar",
             likes="defne ines mira"),
        Line("defne", "Benim anneannem de! “Yeşillik.” Aynı kadın olabilirler.", 7, language="tr",
             likes="salma ines mira"),
        Line("mira", "Mine said “gras” about everything green and did not mean it kindly.", 26, likes="salma defne ines"),
        Line("defne", "Update: it is good. The herb without a name wins. I will go back on Thursday and be charming until "
             "she tells me.", 290, to=0, likes="ines salma mira jonas yuki", boosts="salma"),
    ),
    talk(
        75,
        Line("gustav", "Coffee from a machine with a screen is not coffee but a message.", likes="jonas",
             boosts="jonas"),
        Line("jonas", "Im Speisewagen gibt es welchen ohne Bildschirm. Er schmeckt nach Reise und etwas nach Tunnel.", 19,
             language="de", likes="gustav priya mira"),
        Line("gustav", "Finally somebody who understands me. I take back what I said about night trains.", 11,
             likes="jonas mira"),
        Line("gustav", "But not all of it.", 2, to=2, likes="jonas"),
    ),
    talk(
        15,
        Line("ines", "Sobrou massa. Left-over dough is now flat, has anchovies on it, and nobody in this house is "
             "speaking, because their mouths are full.", likes="defne bram okello jonas mira", language="pt",
             warning="Food: fish"),
        Line("bram", "Asking as a man of science: how many anchovies?", 12),
        Line("ines", "Sim.", 3, language="pt", likes="bram defne okello mira"),
    ),
    talk(
        2.2,
        Line("defne", "Soğanı acele ettirmeyin. Tek öğüdüm bu. Gerisi kendiliğinden olur. #mutfak", language="tr",
             likes="ines salma"),
        Line("ines", "(“Do not hurry the onion. The rest takes care of itself.”) I am having this painted over the oven.",
             11, likes="defne mira okello", boosts="mira"),
    ),
)

RAILS = (
    talk(
        57,
        Line("jonas", "Nachtzug, Wagen 262, oberes Bett. Um drei Uhr Rangieren in einem Bahnhof, dessen Namen niemand "
             "ansagt. Draußen geht einer mit Lampe am Zug entlang und klopft die Räder ab, ganz ruhig, als würde er sie "
             "zudecken. #zug", language="de", likes="mira yuki priya ines defne okello", boosts="mira priya yuki"),
        Line("priya", "Somebody tucking in a train. I want that photograph, and I want it without the flash.", 46,
             likes="jonas yuki mira"),
        Line("jonas", "It was so dark that my own hand was a rumour. But I have the sound: tock, tock, tock, pause, tock.",
             8, likes="priya yuki"),
        Line("yuki", "夜行列車の写真、一枚だけ持っています。窓に自分しか写っていないのに、好きな一枚。", 120, to=0, language="ja",
             likes="priya jonas mira"),
        Line("jonas", "Das ist das ehrlichste Zugfoto, das es gibt.", 9, language="de", likes="yuki"),
    ),
    talk(
        35,
        Line("priya", "Question for the train people: which line would you take only for the window?", likes="jonas"),
        Line("jonas", "Bernina, Sitz rechts, im Februar. Und für Kenner: Villach–Ljubljana, egal wann.", 12, language="de",
             likes="priya mira"),
        Line("mira", "Nordlandsbanen. There is an hour in June when the sun goes along the carriage and nobody talks.", 25,
             to=0, likes="priya jonas yuki bram", boosts="jonas"),
        Line("defne", "İzmir–Denizli, sabah treni. İncir ağaçlarının arasından. Simit alın.", 48, to=0, language="tr",
             likes="priya jonas ines"),
        Line("yuki", "五能線。海が窓のすぐ下にあります。", 64, to=0, language="ja", likes="priya jonas mira"),
        Line("okello", "Kampala–Mombasa existed once and my grandfather still smells of it. So: that one, by story.", 90,
             to=0, likes="priya mira jonas ines yuki", boosts="priya mira"),
        Line("priya", "I asked for one line and have a year to plan. Thank you all, and please tell your grandfather "
             "that I am saving a seat.", 200, to=0, likes="okello mira jonas yuki"),
    ),
    talk(
        5.5,
        Line("jonas", "87 Minuten Verspätung, aber der Bahnsteig hat eine Linde, und unter der Linde ist eine Bank, und "
             "auf der Bank ist Platz. Ich beschwere mich morgen. #zug", language="de",
             likes="mira priya defne ines yuki", boosts="ines"),
        Line("defne", "Yanında yemek var mı?", 4, language="tr"),
        Line("jonas", "Brot von gestern, Käse, ein Apfel. Luxus.", 3, language="de", likes="defne ines mira"),
    ),
)

PICTURES = (
    talk(
        47,
        Line("yuki", "雨上がりの港。かもめが一羽、ずっと同じ杭の上にいる。わたしと同じで、することがない。 #港",
             language="ja", likes="mira bram priya ines joon jonas", boosts="mira priya"),
        Line("bram", "Herring gull, third winter, and I promise you: he is working. He is waiting for somebody to open a "
             "lunch box.", 35, likes="yuki mira ines"),
        Line("yuki", "わたしのお弁当でした。", 12, language="ja", likes="bram mira priya ines okello", boosts="bram"),
        Line("bram", "I am so sorry for your loss.", 2, likes="yuki ines mira"),
    ),
    talk(
        24,
        Line("priya", "Pushed an old roll two stops, by guess, in the bathroom, with the radio on. Half of it is fog. The "
             "other half is the best thing I have done this year. I do not know what to learn from this. #photography",
             likes="yuki joon jonas mira okello", boosts="yuki"),
        Line("yuki", "霧の半分も見たいです。", 21, language="ja", likes="priya joon"),
        Line("priya", "You shall. You are the only person to whom I can show fog.", 6, likes="yuki"),
        Line("joon", "What was on the radio? It matters for the chemistry.", 33, to=0, likes="priya yuki"),
        Line("priya", "Old film songs. Naturally.", 4, likes="joon jonas"),
    ),
    talk(
        18,
        Line("priya", "It was the lighthouse keeper all along. In the second reel already, if you look at the hands.",
             warning="The end of “The Salt Road”", likes="jonas yuki"),
        Line("mira", "I object to this film.", 13, likes="priya ines okello bram jonas yuki", boosts="priya"),
    ),
    talk(
        3.3,
        Line("yuki", "灯台の光、今日は数えてみたら十秒に一回。@mira 合っていますか。", language="ja",
             likes="mira ines joon"),
        Line("mira", "Ten seconds exactly. You are the first person who has checked in four hundred days, and I have "
             "been so careful.", 9, likes="yuki priya okello ines bram wren", boosts="okello"),
        Line("yuki", "これからも数えます。", 14, language="ja", likes="mira"),
    ),
)

NEIGHBOURS = (
    talk(
        29,
        Line("wren", "Hello! I am new here and a little afraid of doing it wrong. I moved to the harbour on Monday, I like "
             "birds, and I do not know the name of a single one. #introduction",
             likes="mira ines bram okello salma yuki jonas defne priya joon quiet_harbour", boosts="mira ines bram"),
        Line("mira", "Welcome! You cannot do it wrong. The big grey ones that shout are herring gulls. Now you know one.", 5,
             likes="wren bram ines okello"),
        Line("bram", "And the small ones that run away from each wave as if it were hot are sanderlings. Now two.", 8,
             to=0, likes="wren mira salma yuki"),
        Line("ines", "The ones in front of my shop at noon are sparrows, and they are paid in crumbs. Come by; newcomers "
             "get the end of the loaf.", 14, to=0, likes="wren mira okello"),
        Line("salma", "أهلًا بك! ثلاثة طيور في يوم واحد بداية ممتازة. Three in a day is an excellent start.", 38, to=0,
             language="ar", likes="wren bram mira"),
        Line("wren", "I was at the shop. The end of the loaf is the best part, and you all know it and keep it quiet.", 340,
             to=3, likes="ines mira okello bram defne"),
        Line("ines", "Now you are one of us and have to keep it quiet, too.", 6, likes="wren okello mira"),
    ),
    talk(
        12,
        Line("quiet_harbour", "Solveig is out of the water. One plank, as always; one curse, as always. Launch on Saturday "
             "if the paint is dry and the children are not in it.", audience="followers", likes="mira bram okello"),
        Line("bram", "I bring the thermos and stand in the way.", 22, audience="followers", likes="quiet_harbour mira"),
    ),
    talk(
        7.5,
        Line("mira", "Somebody has to say it: the foghorn is a B flat, and it is beautiful.", audience="unlisted",
             likes="ines okello joon yuki bram", boosts="joon"),
        Line("joon", "B flat minus eleven cents. I measured. It is more beautiful for it.", 16, audience="unlisted",
             likes="mira okello yuki ines"),
    ),
    talk(
        40,
        Line("bram", "Count from the dune, 06:10 to 09:40: 212 gannets, 61 kittiwakes, 14 arctic skuas, 3 sooty "
             "shearwaters, 1 man asking whether there is anything to see. #seabirds",
             likes="mira salma yuki priya", boosts="mira salma"),
        Line("salma", "٣ من جلم الماء السخامي؟ أنا حسودة.", 30, language="ar", likes="bram mira"),
        Line("gustav", "I was the man. There was nothing to see.", 22, to=0, is_deleted=True),
        Line("bram", "You were looking at the car park, my friend. Come again, I will turn you round.", 6,
             likes="mira salma ines yuki"),
    ),
    talk(
        1.3,
        Line("bram", "Wind has gone north-west. If anything small, dark and exhausted sits in your garden today: box, "
             "dark, quiet, no water, no milk, call me. I have shoes on already. #seabirds",
             likes="mira salma ines wren", boosts="mira salma ines yuki"),
        Line("wren", "There is something on my balcony! Small, brown, angry. What do I do?", 18, likes="bram"),
        Line("bram", "If it is angry it is a wren. Congratulations, you have met yourself. Leave the door closed and put out "
             "some raisins.", 3, likes="wren mira ines okello yuki salma", boosts="ines mira"),
    ),
    talk(
        22,
        Line("mira", "Painted the north railing today. The gulls have already signed it.",
             likes="okello ines bram wren yuki",
             edited_to="Painted the north railing today, second coat. The gulls have already signed it."),
    ),
)

MESSAGES = (
    talk(
        8,
        Line("okello", "@mira Small thing before tonight: the new disk is smaller than it says on the box. Enough for a "
             "year, not for two. Shall I go on?", audience="direct"),
        Line("mira", "@okello Go on. In a year we will be older and disks cheaper.", 7, audience="direct"),
        Line("okello", "@mira That is also my retirement plan.", 2, audience="direct"),
    ),
    talk(
        16,
        Line("ines", "@mira The side door key is under the third pot, as always. Two loaves on the table are yours, the "
             "third is for the gull lady.", audience="direct"),
        Line("mira", "@ines You are too good. I am the gull lady.", 12, audience="direct"),
        Line("ines", "@mira I know. Three loaves.", 3, audience="direct"),
    ),
    talk(
        30,
        Line("salma", "@bram ندى تريد أن تكتب لك عن الطائر. هل يمكن أن أعطيها عنوانك؟ May I give Nada your address?",
             audience="direct", language="ar"),
        Line("bram", "@salma Of course! Tell her I answer slowly but with feathers.", 45, audience="direct"),
    ),
)

TALKS = (*SEA, *KEEPING, *TABLE, *RAILS, *PICTURES, *NEIGHBOURS)
