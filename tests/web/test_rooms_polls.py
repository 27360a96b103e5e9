"""Polls on the pages of the real program."""

from petrel.core.doors import Doors
from tests.web.someone import Someone, front_door, joined
from tests.web.test_rooms import text_of


async def test_a_poll_on_the_pages(site: Doors) -> None:
    door = await front_door()
    pia, quinn = await joined(door, "pia", "quinn")
    form = {"text": "Which?", "audience": "public", "option0": "Tea", "option1": "Coffee", "poll_minutes": "60",
            "back": ""}
    refused = await pia.submit("/compose", "/compose", **{**form, "option1": ""})
    assert refused.status == 422 and "more than one item" in refused.text and 'value="Tea"' in refused.text
    post = (await pia.submit("/compose", "/compose", **form)).location
    own = await pia.get(post)
    assert "0 people have voted" in text_of(own) and 'action="/votes"' not in own.text
    assert 'type="radio"' in (await quinn.get(post)).text
    number = post.rpartition("/")[2]
    assert (await quinn.submit(post, "/votes", post=number)).status == 422
    voted = await quinn.submit(post, "/votes", post=number, choice="1", place=number, back=post)
    assert (voted.status, voted.location) == (303, f"{post}#p{number}")
    told = text_of(await quinn.get(post))
    assert "Coffee your vote 100 %" in told and "1 person has voted" in told
    again = await quinn.submit("/compose", "/votes", post=number, choice="0")
    assert again.status == 422 and "You have already voted on this poll" in again.text
    assert "your vote" not in text_of(await pia.get(post)) and "Tea 0 %" in text_of(await Someone(door).get(post))


async def test_a_quote_on_the_pages(site: Doors) -> None:
    door = await front_door()
    rosa, sten = await joined(door, "rosa", "sten")
    first = await rosa.write("A heron on the pier")
    assert "Quote" in text_of(await sten.get(first)) and "Quote" not in text_of(await Someone(door).get(first))
    form = f"/compose?quote={first.rpartition('/')[2]}"
    assert "A heron on the pier" in text_of(await sten.get(form))
    second = (await sten.submit(form, "/compose", text="Look at that", audience="public", back="")).location
    told = text_of(await Someone(door).get(second))
    assert told.index("Look at that") < told.index("A heron on the pier")
    await rosa.submit(f"{first}/delete", f"{first}/delete")
    told = text_of(await sten.get(second))
    assert "A heron" not in told and "This post was deleted by its author." in told
