"""What somebody deleted, with a receipt for each: theirs, and nobody else's."""

from petrel.core import chain
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features import deletions
from petrel.worker import jobs
from tests.drain import drain
from tests.web.someone import Someone, front_door, joined
from tests.web.test_rooms import text_of
from tests.web.test_rooms_owing import data  # noqa: F401 (a fixture)


async def test_each_deletion_has_a_receipt_that_holds_for_its_author_alone(site, data):  # noqa: F811
    ada, ben = await joined(await front_door(), "ada", "ben")
    assert "Nothing yet" in text_of(await ada.get("/settings/deletions"))
    address = await ada.write("Doomed")
    assert (await ada.submit(f"{address}/delete", f"{address}/delete")).status == 303
    await drain("deletions")
    await jobs.drain(until_s=120)

    page = text_of(await ada.get("/settings/deletions"))
    assert "Its key was destroyed. We looked for remains and found none." in page and "Doomed" not in page
    async with reading(System("tests")) as r:
        number = (await deletions.listed(r))[0].id
    answer = await ada.get(f"/settings/deletions/{number}.json")
    public = chain.public_bytes(chain.load_key(data / "keys").public_key()).hex()
    found, wrong = deletions.check(answer.body, public)
    assert (wrong, found.id, found.kind) == ("", str(number), "post")
    assert answer.headers["cache-control"] == "private, no-store"

    missing = await ben.get("/settings/deletions/12345.json")
    theirs = await ben.get(f"/settings/deletions/{number}.json")
    assert (theirs.status, theirs.body) == (missing.status, missing.body) == (404, missing.body)
    assert "Nothing yet" in text_of(await ben.get("/settings/deletions"))
    for path in ("", f"/{number}.json"):
        out = await Someone(ada.site).get(f"/settings/deletions{path}")
        assert out.status == 303 and out.location.startswith("/auth/sign_in")
