"""Posts in another language, by a server that speaks as LibreTranslate does, over a real connection."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from msgspec.structs import replace

from petrel.api import translations
from petrel.core import limits
from tests.api.members import Members
from tests.serving import answering


class Server(BaseHTTPRequestHandler):
    """Turns texts into capital letters, with what a stranger may put in."""

    asked: ClassVar[list] = []
    status = 200

    def _say(self, found):
        body = json.dumps(found).encode()
        self.send_response(self.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self._say([{"code": "en", "name": "English", "targets": ["de", "en"]}])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(body)
        self._say({"translatedText": [text.replace("terns", "Seeschwalben<script>x</script>") for text in body["q"]],
                   "detectedLanguage": [{"language": "en", "confidence": 90}] * 2})

    def log_message(self, *_):
        pass


@pytest.fixture
def api(api):
    return Members(api)


@pytest.fixture
def translating():
    before = limits.current()
    translations.Resting.failures, translations.Resting.until = 0, 0.0
    translations.LANGUAGES.forget()
    Server.asked, Server.status = [], 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    with answering(server):
        limits.install(replace(before, translate_url=f"http://127.0.0.1:{server.server_port}/", translate_key="k"))
        yield
    limits.install(before)
    translations.Resting.failures, translations.Resting.until = 0, 0.0
    translations.LANGUAGES.forget()


async def written(api, who, **more):
    return (await api.post("/api/v1/statuses", as_=who, status="Two terns", spoiler_text="birds & terns", **more)).json


async def test_a_post_is_translated_and_what_came_back_is_cleaned(api, site, translating):
    ann, ben = await api.join(2)
    one = await written(api, ann, visibility="unlisted", language="en")
    told = (await api.post(f"/api/v1/statuses/{one['id']}/translate", as_=ben, lang="de")).json
    assert (told["content"], told["spoiler_text"]) == ("<p>Two Seeschwalben</p>", "birds & Seeschwalben")
    assert (told["language"], told["detected_source_language"], told["provider"]) == ("de", "en", "LibreTranslate")
    [asked] = Server.asked
    assert (asked["source"], asked["target"], asked["format"], asked["api_key"]) == ("en", "de", "html", "k")
    assert (await api.get("/api/v1/instance/translation_languages")).json == {"en": ["de"]}
    assert (await api.get("/api/v2/instance")).json["configuration"]["translation"] == {"enabled": True}


async def test_what_is_not_for_all_does_not_leave(api, site, translating):
    ann, ben = await api.join(2)
    closed = await written(api, ann, visibility="private")
    told = await api.post(f"/api/v1/statuses/{closed['id']}/translate", as_=ann, lang="de")
    assert (told.status, told.error) == (403, "This action is not allowed")
    assert (await api.post(f"/api/v1/statuses/{closed['id']}/translate", as_=ben, lang="de")).status == 404
    assert Server.asked == []


async def test_a_server_that_fails_is_let_rest(api, site, translating):
    ann, = await api.join(1)
    one = await written(api, ann)
    Server.status = 500
    answers = [await api.post(f"/api/v1/statuses/{one['id']}/translate", as_=ann, lang="de") for _ in range(7)]
    assert {answer.status for answer in answers} == {503} and len(Server.asked) == 5
    assert answers[-1].headers["retry-after"] == "60"
    assert (await api.get("/api/v1/instance/translation_languages")).status == 503


async def test_without_a_server_nothing_is_translated(api, site):
    ann, = await api.join(1)
    one = await written(api, ann)
    told = await api.post(f"/api/v1/statuses/{one['id']}/translate", as_=ann, lang="de")
    assert (told.status, told.error) == (404, "Record not found")
    assert (await api.get("/api/v1/instance/translation_languages")).json == {}
    assert (await api.get("/api/v2/instance")).json["configuration"]["translation"] == {"enabled": False}
