"""Folders of bookmarks, as an app has them: an API of our own."""

import pytest

from petrel.features.posts import folders
from tests.api.members import Members

FOLDERS = "/api/v1/petrel/bookmark_folders"


@pytest.fixture
def api(api):
    return Members(api)


async def made(api, owner, name="Recipes"):
    return (await api.post(FOLDERS, as_=owner, name=name)).json["id"]


async def kept(api, reader, writer, *texts):
    """Posts of the writer's that the reader bookmarked, in this order."""
    found = []
    for text in texts:
        one = (await api.post("/api/v1/statuses", as_=writer, status=text)).json["id"]
        await api.post(f"/api/v1/statuses/{one}/bookmark", as_=reader)
        found.append(int(one))
    return found


async def inside(api, reader, folder):
    return (await api.get(f"/api/v1/bookmarks?folder={folder}", as_=reader)).ids


async def test_a_folder_from_making_to_deleting(api):
    ann, ben = await api.join(2)
    soup, cake = await kept(api, ann, ben, "soup", "cake")
    one = (await api.post(FOLDERS, as_=ann, name="  Recipes ")).json
    assert one["name"] == "Recipes"
    at = f"{FOLDERS}/{one['id']}"
    renamed = (await api.ask("PUT", at, as_=ann, name="To cook")).json
    assert renamed == {"id": one["id"], "name": "To cook"} == (await api.get(at, as_=ann)).json
    assert (await api.get(FOLDERS, as_=ann)).json == [renamed]
    assert (await api.post(f"{at}/statuses", as_=ann, status_ids=[str(soup), str(cake)])).json == {}
    assert await inside(api, ann, one["id"]) == [cake, soup], "the latest bookmark first"
    assert (await api.get(f"{FOLDERS}?status_id={soup}", as_=ann)).json == [renamed]
    assert (await api.ask("DELETE", f"{at}/statuses", as_=ann, status_ids=[str(soup)])).json == {}
    assert await inside(api, ann, one["id"]) == [cake]
    assert (await api.get(f"{FOLDERS}?status_id={soup}", as_=ann)).json == []
    assert (await api.ask("DELETE", at, as_=ann)).json == {}
    assert (await api.get(f"/api/v1/bookmarks?folder={one['id']}", as_=ann)).status == 404
    assert (await api.get("/api/v1/bookmarks", as_=ann)).ids == [cake, soup], "they stay bookmarked"


async def test_pages_of_a_folder(api):
    ann, ben = await api.join(2)
    posts = await kept(api, ann, ben, *"abcde")
    folder = await made(api, ann)
    await api.post(f"{FOLDERS}/{folder}/statuses", as_=ann, status_ids=[str(p) for p in posts[:4]])
    first = await api.get(f"/api/v1/bookmarks?folder={folder}&limit=2", as_=ann)
    second = await api.get(first.link("next"), as_=ann)
    assert first.ids + second.ids == posts[:4][::-1]
    assert (await api.get(second.link("prev"), as_=ann)).ids == first.ids


async def test_a_bookmark_lies_in_one_folder_and_leaves_it_when_taken_back(api):
    ann, ben = await api.join(2)
    post, = await kept(api, ann, ben, "soup")
    old, new = await made(api, ann), await made(api, ann, "Later")
    for folder in (old, new, new):
        await api.post(f"{FOLDERS}/{folder}/statuses", as_=ann, status_ids=[str(post)])
    assert (await inside(api, ann, old), await inside(api, ann, new)) == ([], [post])
    await api.post(f"/api/v1/statuses/{post}/unbookmark", as_=ann)
    assert await inside(api, ann, new) == []
    await api.post(f"/api/v1/statuses/{post}/bookmark", as_=ann)
    assert await inside(api, ann, new) == [], "bookmarked anew, it is in none"


async def test_only_what_one_bookmarked_goes_in_and_all_or_none(api):
    ann, ben = await api.join(2)
    post, = await kept(api, ann, ben, "soup")
    other = (await api.post("/api/v1/statuses", as_=ben, status="not kept")).json["id"]
    hidden = (await api.post("/api/v1/statuses", as_=ben, status="hidden", visibility="private")).json["id"]
    folder = await made(api, ann)
    answers = {(told.status, told.body) for told in [
        await api.post(f"{FOLDERS}/{folder}/statuses", as_=ann, status_ids=[str(post), str(one)])
        for one in (other, hidden, int(hidden) + 1)]}
    assert [status for status, _ in answers] == [404], "what is hidden is as what is missing"
    assert await inside(api, ann, folder) == []


async def test_somebody_elses_folder_does_not_exist(api):
    ann, eve = await api.join(2)
    post, = await kept(api, eve, ann, "mine too")
    folder = await made(api, ann)
    at = f"{FOLDERS}/{folder}"
    for method, path, body in (("GET", at, {}), ("PUT", at, {"name": "mine"}), ("DELETE", at, {}),
                               ("POST", f"{at}/statuses", {"status_ids": [str(post)]}),
                               ("DELETE", f"{at}/statuses", {"status_ids": [str(post)]}),
                               ("GET", f"/api/v1/bookmarks?folder={folder}", {})):
        assert (await api.ask(method, path, as_=eve, **body)).status == 404, (method, path)
    assert (await api.get(FOLDERS, as_=eve)).json == []
    assert (await api.get(at, as_=ann)).json["name"] == "Recipes"


async def test_what_is_hidden_since_is_hidden_in_its_folder(api):
    ann, ben = await api.join(2)
    post, = await kept(api, ann, ben, "soup")
    folder = await made(api, ann)
    await api.post(f"{FOLDERS}/{folder}/statuses", as_=ann, status_ids=[str(post)])
    await api.post(f"/api/v1/accounts/{ann.id}/block", as_=ben)
    assert await inside(api, ann, folder) == []


@pytest.mark.parametrize("name, text", [
    ("", "Validation failed: Name can't be blank"), (" \n", "Validation failed: Name can't be blank"),
    ("x" * 101, "Validation failed: Name is too long (maximum is 100 characters)"),
])
async def test_wrong_names_are_refused(api, name, text):
    ann, = await api.join(1)
    told = await api.post(FOLDERS, as_=ann, name=name)
    assert (told.status, told.error) == (422, text)


async def test_there_is_a_limit(api, monkeypatch):
    monkeypatch.setattr(folders, "MOST_FOLDERS", 2)
    ann, = await api.join(1)
    await made(api, ann)
    await made(api, ann)
    told = await api.post(FOLDERS, as_=ann, name="one more")
    assert (told.status, told.error) == (422, "Validation failed: You have 2 folders, which is the most there can be")
