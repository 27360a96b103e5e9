"""The composer counts as the server does: one table of samples, given to both."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from petrel.core.text import length
from petrel.core.text.normal import clean

ROOT = Path(__file__).resolve().parents[2]
COUNTING = ROOT / "petrel/web/client/src/composer/length.ts"
NODE = Path(sys.executable).parent / "node"
RUN = """import { length } from %s; import { readFileSync } from "node:fs";
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(([text, warning]) => length(text, warning))));"""

SAMPLES = [
    "", "   ", "plain", "two\r\nlines", "  blank at the ends\n\n", "tab\tinside",
    "cafe\u0301 and café", "naïve",
    "👍", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇯🇵", "1️⃣", "नमस्ते", "ภาษาไทย", "한국어", "각",
    "日本語のテキスト。", "العربية", "שָׁלוֹם",
    "z" + "\u0301" * 40, "e" + "\u0301" * 100 + "nd",
    "https://example.org", "see https://example.org/a/very/long/path?with=query&and=more#part now",
    "http://a.b", "http://nowhere", "http://localhost:8000/x", "http://127.0.0.1/x",
    "https://[::1]/x", "ftp://example.org/not",
    "xhttps://example.org", "(https://example.org/a_(b))",
    "https://example.org/a_(b)_c", "https://example.org.", "https://example.org/!",
    "https://example.org/a,b.", "HTTPS://EXAMPLE.ORG/x",
    "https://user:pass@example.org/x", "https://user@nowhere",
    "https://example.org。次", "https://example.org次", "https://例え.jp/パス",
    "https://münchen.example/straße", "https://example.org/«x»",
    "https://example.org/" + "x" * 2027, "https://example.org/" + "x" * 2028,
    "https://example.org/" + "x" * 2029,
    "https://a.example https://b.example", "https://a.examplehttps://b.example",
    "https://example.org/[a]/(b)/[c",
    "https://-bad.example", "https://a-.example", "https://a--b.example",
    "https://a.b.c.d.example.", "https://x_y.example/",
    "@bob", "@bob@example.org", "hello @bob@example.org, and @ann.", "@bob@nowhere",
    "@bob@localhost:8000", "a@bob.example",
    "@jos\u00e9", "@bob@例え.jp", "@bob@example.orgさん", "@bobさん", "@bob-",
    "@bob.smith@example.org", "@bob@example.org:443x", "/@bob@example.org",
    "=@bob@example.org", "@@bob@example.org", "@bob@@example.org",
    "@bob@example.org@other.example", "@bob\u0301", "@bob@a.b", "@b@a.co.uk/x",
    "#tag", "#tag@bob@example.org", "#1", "#1a@x@example.org", "#日本語",
    "&#39;@bob@example.org", "#a·b", "#https://example.org",
    "https://example.org/@bob@other.example", "https://example.org/#tag",
    ":https://example.org", "ahttp://example.org",
    "_https://example.org", "é.https://example.org", "éhttps://example.org",
    "中https://example.org/文", "@bob@example.org\n@bob@example.org",
    "\u200bhidden at the ends\u200b", "\ufeffmark", "a\u200db", "\u202eright\u202c",
    "a\x00b\x07c", "line\u2028separator", "𝔘𝔫𝔦", "𐍈@bob@example.org",
    "https://example.org/😀", "😀https://example.org", "😀@bob@example.org",
    "https://a\u0301.example", "http://1.2.3.4.5", "http://999.1.1.1/x",
    "@a.b.c@d.e", "@a..b@example.org", "@a.@example.org", "@-a@example.org",
    "@bob@example.org-", "@bob@example.org.x",
]
WARNED = [("short", "Wings"), ("", "Only a warning"), ("@a@example.org", " https://example.org "), ("x", "👍🏽")]


@pytest.mark.skipif(not NODE.exists(), reason="node is not there: make setup installs it")
def test_the_composer_counts_as_the_server() -> None:
    pairs = [(one, "") for one in SAMPLES] + WARNED
    told = subprocess.run(
        [NODE, "--input-type=module", "--no-warnings", "-e", RUN % json.dumps(COUNTING.as_uri())],
        input=json.dumps(pairs), capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    ours = [length(clean(text), clean(warning)) for text, warning in pairs]
    theirs = json.loads(told.stdout)
    assert [(pair, mine, its) for pair, mine, its in zip(pairs, ours, theirs, strict=True) if mine != its] == []
