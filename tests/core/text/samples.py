"""Ordinary posts in several languages, shared by the tests of this folder."""

POSTS = [
    "Went to the old lighthouse with @maria and @jens@social.example today. #seabirds https://www.example.org/a_(b)?c=d",
    "Grüße aus Köln! Die Straße ist voll, aber schön: #Straßenfest (mit @jörg und @Änne_2)",
    "İstanbul'da hava ılık; IŞIK yavaş yavaş sönüyor. @ahmet'e söyle #boğaz",
    "今日は灯台まで歩いた。@taroさん、写真はhttps://example.jp/写真。#灯台 #スター・ウォーズ",
    "اليوم ذهبنا إلى القُرْآن والمدرسة مع @sara #كتاب_جديد، تعالوا!",
    "안녕하세요 @minsu님 #바다 사진",
    "नमस्ते दुनिया, यह #हिन्दी में है",
    "👩‍👩‍👧‍👦 family day 🏳️‍🌈🇩🇪 #️⃣ #family ❤️ @bob",
    "nested (see [this] (https://en.example.org/wiki/Fox_(animal)), \"quoted 'inner' text\"...) — fine?!",
    '<script>alert(\'x\')</script> & <b onclick="x">bold</b> javascript:alert(1) https://x.example/"onmouseover=alert(1)',
    "first\n\nsecond line\nthird\ttab  two spaces",
]
