"""Each way in which a site can be short of its word is seen, on a made-up site that is then spoiled in that way."""

import copy
import json
from collections import Counter

import pytest

from petrel.ops.drills import Answer, Person
from petrel.ops.drills.load import Ack, Record, Wish
from petrel.ops.drills.reckoning import Witness, shown_as

ANN, BEN = people = [Person("ann", 1, "t-ann"), Person("ben", 2, "t-ben")]
FOLLOWS = {1: [0]}


class TinySite:
    """What a client sees: ann's two posts, which ben likes and boosts; ben follows ann."""

    def __init__(self):
        self.by_id = {n: self.status(n, ANN, f"said {n}", likes=n == 10, boosts=n == 11) for n in (10, 11)}
        boost = self.status(20, BEN, "") | {"reblog": self.by_id[11]}
        self.lists = {"/api/v1/accounts/1/statuses": list(self.by_id.values()), "/api/v1/accounts/2/statuses": [boost],
                      "/api/v1/favourites t-ben": [self.by_id[10]], "/api/v1/favourites t-ann": [],
                      "/api/v1/timelines/public": list(self.by_id.values()),
                      "/api/v1/timelines/home": list(self.by_id.values())}
        self.sources = {n: f"said {n}" for n in self.by_id}

    @staticmethod
    def status(number, author, text, likes=0, boosts=0):
        return {"id": str(number), "content": shown_as(text), "account": {"id": str(author.id)},
                "favourites_count": int(likes), "reblogs_count": int(boosts)}

    async def ask(self, method, target, *, token=None, **_rest):
        path, _, query = target.partition("?")
        if path == "/api/v1/statuses":
            wanted = [int(part.partition("=")[2]) for part in query.split("&")]
            return Answer(200, (), json.dumps([self.by_id[n] for n in wanted if n in self.by_id]).encode())
        number = int(path.split("/")[4])
        found = number in self.sources
        return Answer(200 if found else 404, (), json.dumps({"text": self.sources.get(number)}).encode())

    async def pages(self, target, *, token=None, most=0):
        path = target.partition("?")[0]
        for status in self.lists.get(f"{path} {token}", self.lists.get(path, [])):
            yield status


def record():
    kept = Record()
    for wish, number in ((Wish("post", 0, "a1", "said 10"), 10), (Wish("post", 0, "a2", "said 11"), 11),
                         (Wish("like", 1, "b1", target=10), 10), (Wish("boost", 1, "b2", target=11), 20)):
        kept.note(Ack(wish, number, 1.0, 1.1))
    kept.see(TinySite().by_id[10], "/api/v1/timelines/public")
    return kept


async def reckoned(spoil=lambda site: None, kept=None):
    site = copy.deepcopy(TinySite())
    spoil(site)
    found = await Witness(site, people, kept or record(), FOLLOWS).look(settle_s=0)
    return {name: getattr(found, name) for name in found.__struct_fields__ if isinstance(getattr(found, name), list)
            and getattr(found, name)}


async def test_a_site_that_kept_its_word():
    assert await reckoned() == {}


def forget(site):
    site.by_id.pop(10)
    site.sources.pop(10)
    for some in site.lists.values():
        some[:] = [s for s in some if s["id"] != "10"]


def say_otherwise(site):
    site.by_id[11]["content"] = "<p>said 1</p>"
    site.sources[11] = "said 1"


def twice(site):
    site.lists["/api/v1/accounts/1/statuses"].append(TinySite.status(12, ANN, "said 11"))


@pytest.mark.parametrize("spoil, kinds", [
    (forget, {"posts_lost", "likes_lost", "vanished", "homes_incomplete"}),
    (say_otherwise, {"posts_changed"}),
    (twice, {"posts_doubled"}),
    (lambda s: s.lists["/api/v1/favourites t-ben"].clear(), {"likes_lost"}),
    (lambda s: s.lists["/api/v1/accounts/2/statuses"].clear(), {"boosts_lost"}),
    (lambda s: s.lists["/api/v1/timelines/public"].clear(), {"half_visible"}),
    (lambda s: s.lists["/api/v1/timelines/home"].pop(), {"homes_incomplete"}),
    (lambda s: s.by_id[10].update(favourites_count=0), {"counts_wrong"}),
    (lambda s: s.by_id[11].update(reblogs_count=2), {"counts_wrong"}),
])
async def test_each_broken_promise_is_seen(spoil, kinds):
    assert set(await reckoned(spoil)) == kinds


async def test_half_a_post_in_a_list_is_noted_when_it_is_seen():
    kept = record()
    kept.see({"id": "13", "content": "", "account": {"id": "1"}}, "/api/v1/timelines/home")
    kept.see({"id": "14", "content": "<p>x</p>", "account": None}, "/api/v1/timelines/home")
    assert len((await reckoned(kept=kept))["half_visible"]) == 2


def test_the_last_acknowledgement_of_a_person_is_the_one_sent_last():
    kept = Record()
    for sent_at in (1.0, 3.0, 2.0):
        kept.note(Ack(Wish("post", 0, "k", "x"), 10, sent_at, sent_at + 1))
    assert kept.last_ack[0].sent_at == 3.0 and Counter(a.wish.what for a in kept.acks) == {"post": 3}
