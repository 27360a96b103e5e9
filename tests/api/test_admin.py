"""What a moderator's app does: reports, accounts."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from msgspec.structs import replace

from petrel import app
from petrel.core import limits
from petrel.core.doors import deriving, reading, writing
from petrel.core.viewer import System
from petrel.features import about, accounts, privacy, signup
from petrel.features.accounts import NewAccount, Newcomer
from petrel.storage import build
from petrel.worker import jobs
from tests.api.entities import read
from tests.api.members import Members, Person
from tests.api.schemas.crew import AdminAccount, AdminReport, Cohort, Dimension
from tests.drain import drain


@pytest.fixture(scope="module", autouse=True)
def rooms() -> None:
    """With their jobs: erasing asks every room."""
    app.load_rooms()


@pytest.fixture
def api(api):
    return Members(api)


async def reported(api, by: Person, about: Person, *posts: str) -> str:
    body = {"account_id": str(about.id), "status_ids": list(posts), "comment": "rude", "category": "violation"}
    return (await api.post("/api/v1/reports", as_=by, **body)).json["id"]


async def test_a_report_is_taken_resolved_and_opened_again(api):
    mona, [ann, ben] = await api.crew("moderator"), await api.join(2)
    post = (await api.post("/api/v1/statuses", as_=ben, status="Rude words")).json["id"]
    number = await reported(api, ann, ben, post)
    one = read(await api.get(f"/api/v1/admin/reports/{number}", as_=mona), AdminReport)
    assert (one.comment, one.target_account.username, one.statuses[0].id) == ("rude", ben.handle, post)
    assert one.account is None or one.account.id != str(ann.id), "who reported is not told to apps"
    assert one.target_account.email == ""
    listed = read(await api.get("/api/v1/admin/reports", as_=mona), list[AdminReport])
    assert number in [r.id for r in listed]
    taken = read(await api.post(f"/api/v1/admin/reports/{number}/assign_to_self", as_=mona), AdminReport)
    assert taken.assigned_account.id == str(mona.id)
    given = read(await api.post(f"/api/v1/admin/reports/{number}/unassign", as_=mona), AdminReport)
    assert given.assigned_account is None
    done = read(await api.post(f"/api/v1/admin/reports/{number}/resolve", as_=mona), AdminReport)
    assert done.action_taken and done.action_taken_by_account.id == str(mona.id)
    resolved = read(await api.get("/api/v1/admin/reports?resolved=true", as_=mona), list[AdminReport])
    assert number in [r.id for r in resolved]
    again = read(await api.post(f"/api/v1/admin/reports/{number}/reopen", as_=mona), AdminReport)
    assert not again.action_taken


async def kinds(report: str) -> tuple[str, str]:
    """Of a report, and of its case."""
    async with writing(System("tests"), cause="tests") as w:
        row = await w.row("select r.kind, c.kind as of_case from moderation.report r join moderation.case_file c "
                          "on c.cell = r.cell and c.id = r.case_file where r.id = $1", int(report))
    return row["kind"], row["of_case"]


async def test_what_a_report_is_of_is_put_right_and_its_case_with_it(api):
    mona, [ann, ben] = await api.crew("moderator"), await api.join(2)
    number = await reported(api, ann, ben)
    address = f"/api/v1/admin/reports/{number}"
    async with writing(System("tests"), cause="tests") as w:
        await about.write(w, "rules", "- No spam")
        rule = (await about.rules(w))[0].id

    async def put(status=200, **sent):
        answer = await api.ask("PUT", address, as_=mona, **sent)
        assert answer.status == status, answer.body
        return answer.json

    told = await api.ask("PUT", f"/api/v1/admin/reports/{number}", as_=mona, category="spam")
    assert (told.json["category"], told.json["rules"]) == ("spam", [])
    assert (await put())["category"] == "spam" and await kinds(number) == ("spam", "spam")
    told = await put(category="violation", rule_ids=[rule])
    assert (told["category"], [one["id"] for one in told["rules"]]) == ("violation", [rule])
    assert (await put(rule_ids=[]))["rules"] == [] and await kinds(number) == ("violation", "violation")
    await put(422, category="legal")
    await put(422, category="best")
    await put(422, rule_ids=["999"])
    notice = await api.post("/api/v1/reports", as_=ann, account_id=str(ben.id), category="legal", comment="a law")
    assert (await api.ask("PUT", f"/api/v1/admin/reports/{notice.json['id']}", as_=mona, category="spam")).status == 422
    assert (await api.ask("PUT", address, as_=ann, category="spam")).status in (403, 404)


async def test_how_much_happened_is_told_by_days(api):
    mona, keys = await api.crew("moderator"), ["new_users", "opened_reports", "resolved_reports"]

    async def told(**sent) -> dict[str, tuple[int, int, int]]:
        """Total, days, and the last day of each."""
        found = (await api.post("/api/v1/admin/measures", as_=mona, keys=[*keys, "interactions"], **sent)).json
        return {one["key"]: (int(one["total"]), len(one["data"]), int(one["data"][-1]["value"])) for one in found}

    before = await told()
    assert list(before) == keys and {days for _, days, _ in before.values()} == {30}
    ann, ben = await api.join(2)
    one, _ = await reported(api, ann, ben), await reported(api, mona, ben)
    await api.post(f"/api/v1/admin/reports/{one}/resolve", as_=mona)
    after = await told()
    assert [[after[key][n] - before[key][n] for key in keys] for n in (0, 2)] == [[2, 2, 2]] * 2
    [(total, days, _)] = [(await told(start_at="2020-01-01", end_at="2020-01-07T10:00:00Z"))["new_users"]]
    assert (total, days) == (0, 7)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    later = (await api.post("/api/v1/admin/measures", as_=mona, keys=keys, start_at=tomorrow, end_at=tomorrow)).json
    assert [one["previous_total"] for one in later] == [str(after[key][2]) for key in keys]
    for bad in ({"start_at": "soon"}, {"start_at": "2020-01-02", "end_at": "2020-01-01"}, {"start_at": "2000-01-01"},
                {"end_at": "0001-01-01"}, {"start_at": "9999-12-31", "end_at": "9999-12-31"}):
        assert (await api.post("/api/v1/admin/measures", as_=mona, keys=keys, **bad)).status == 422, bad
    assert (await api.post("/api/v1/admin/measures", as_=ann, keys=keys)).status == 403


async def test_what_the_site_is_used_with_and_how_large_it_is(api):
    mona, keys = await api.crew("moderator"), ["languages", "sources", "software_versions", "space_usage", "servers"]

    async def told(**sent) -> dict[str, dict[str, str]]:
        answer = await api.post("/api/v1/admin/dimensions", as_=mona, keys=keys, **sent)
        return {one.key: {line.human_key: line.value for line in one.data} for one in read(answer, list[Dimension])}

    gullwing = await api.post("/api/v1/apps", client_name="Gullwing", redirect_uris="a:/b", scopes="read")
    async with writing(System("test"), cause="test") as w:
        made = [await accounts.create(w, accounts.NewAccount(f"reads{n}", locale=locale))
                for n, locale in enumerate(("pt-BR", "pt", "de"))]
        for one in made:
            await accounts.open_session(w, one.id)
        for _ in range(2):
            await accounts.issue(w, made[0].id, int(gullwing.json["id"]), ["read"])
    async with deriving("disk") as w:
        await w.execute("insert into ops.disk_sample (place, bytes) values ('logs', 5), ('keys', 7000000000)")
    found = await told()
    assert list(found) == keys[:4], "of other servers nothing is known"
    assert (found["languages"]["Portuguese"], found["languages"]["German"]) == ("2", "1")
    assert (found["sources"]["Gullwing"], found["sources"]["Website"]) == ("1", "3")
    assert found["software_versions"]["Petrel"] == build.VERSION
    assert int(found["software_versions"]["PostgreSQL"].partition(".")[0]) >= 15
    assert (found["space_usage"]["keys"], found["space_usage"]["logs"]) == ("7000000000", "5")
    assert len((await told(limit=1))["languages"]) == 1
    assert (await told(start_at="2020-01-01", end_at="2020-01-31"))["languages"] == {}
    assert (await api.post("/api/v1/admin/dimensions", as_=(await api.join())[0], keys=keys)).status == 403


async def test_who_stays(api):
    mona, [ann, ben, cat] = await api.crew("moderator"), await api.join(3)
    came = datetime(2023, 3, 1, 23, tzinfo=UTC)
    for who, last in ((ann, None), (ben, datetime(2023, 3, 3).date()), (cat, datetime(2023, 4, 2).date())):
        await api.set(who, joined_at=came, last_post_on=last)

    async def told(**sent) -> list[Cohort]:
        return read(await api.post("/api/v1/admin/retention", as_=mona, **sent), list[Cohort])

    first, second = await told(start_at="2023-03-01", end_at="2023-03-02")
    assert [(at.date[:10], at.value, round(at.rate, 2)) for at in first.data] == [
        ("2023-03-01", "3", 1.0), ("2023-03-02", "2", 0.67)]
    assert [(at.value, at.rate) for at in second.data] == [("0", 0.0)], "nobody came on that day"
    months = await told(start_at="2023-03-09T10:00:00Z", end_at="2023-05-01", frequency="month")
    assert [one.period[:7] for one in months] == ["2023-03", "2023-04", "2023-05"]
    assert [at.value for at in months[0].data] == ["3", "1", "0"]
    assert await told(start_at="2023-03-01") == []
    for bad in ({"start_at": "2023-01-01", "end_at": "2023-12-31"}, {"start_at": "2023-03-02", "end_at": "2023-03-01"}):
        assert (await api.post("/api/v1/admin/retention", as_=mona, **bad)).status == 422
    assert (await api.post("/api/v1/admin/retention", as_=ann)).status == 403


async def test_counting_who_came_reads_those_who_came_then(api, addresses):
    mona, _ = await api.crew("moderator"), await api.join(30)
    owner = await asyncpg.connect(**addresses.main["owner"])
    try:
        await owner.execute("begin; set local enable_seqscan = off")
        found = await owner.fetch("select * from moderation.measured($1, $2, 'new_users', '2020-01-01', '2020-02-01')",
                                  accounts.digest_of(mona.token), ["admin:read"])
        read = await owner.fetchval("select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables "
                                    "where relid = 'accounts.account'::regclass")
        assert found == [] and read < 20
    finally:
        await owner.close()


async def test_an_account_is_limited_suspended_and_released(api):
    mona, [ann, ben] = await api.crew("moderator"), await api.join(2)
    number = await reported(api, ann, ben)
    path = f"/api/v1/admin/accounts/{ben.id}"
    assert (await api.post(f"/api/v1/admin/accounts/{ben.id}/action", as_=mona, type="silence")).status == 422
    for kind, report in (("silence", number), ("suspend", None)):
        body = {"type": kind, "text": "Advertising all day", **({"report_id": report} if report else {})}
        assert (await api.post(f"/api/v1/admin/accounts/{ben.id}/action", as_=mona, **body)).json == {}
    shown = read(await api.get(path, as_=mona), AdminAccount)
    assert shown.silenced and shown.suspended and shown.role.name == ""
    assert (await api.get("/api/v1/accounts/verify_credentials", as_=ben)).status == 403
    for query in ("?silenced=true", "?suspended=true&local=true", f"?username={ben.handle}"):
        found = read(await api.get("/api/v1/admin/accounts" + query, as_=mona), list[AdminAccount])
        assert [one.id for one in found] == [str(ben.id)], query
    found = read(await api.get("/api/v2/admin/accounts?status=suspended&origin=local", as_=mona), list[AdminAccount])
    assert [one.id for one in found] == [str(ben.id)]
    staff = read(await api.get("/api/v2/admin/accounts?permissions=staff", as_=mona), list[AdminAccount])
    assert {one.role.name for one in staff} == {"moderator"}
    assert not read(await api.post(f"/api/v1/admin/accounts/{ben.id}/unsilence", as_=mona), AdminAccount).silenced
    assert not read(await api.post(f"/api/v1/admin/accounts/{ben.id}/unsuspend", as_=mona), AdminAccount).suspended
    assert (await api.get(f"/api/v1/accounts/{ben.id}", as_=ann)).json["id"] == str(ben.id)


async def test_who_waits_is_let_in_or_turned_away(api):
    mona, [ann] = await api.crew("moderator"), await api.join(1)
    before = limits.current()
    limits.install(replace(before, registrations="approval"))
    try:
        for handle in ("dora", "drew"):
            new = Newcomer(NewAccount(handle, "long enough to be one", None), has_agreed=True)
            assert (await signup.join(new, signup.Came("192.0.2.1", answers="I like birds"), cause="tests")).waits
    finally:
        limits.install(before)
    waiting = {one.username: one for one in read(
        await api.get("/api/v2/admin/accounts?status=pending", as_=mona), list[AdminAccount])}
    assert not waiting["dora"].approved and not waiting["drew"].approved
    dora, drew = waiting["dora"].id, waiting["drew"].id
    sly = await api.with_app_for_crew(ann)
    assert (await api.post(f"/api/v1/admin/accounts/{dora}/approve", as_=sly)).status == 404
    assert read(await api.post(f"/api/v1/admin/accounts/{dora}/approve", as_=mona), AdminAccount).approved
    assert (await api.post(f"/api/v1/admin/accounts/{dora}/approve", as_=mona)).status == 404
    assert read(await api.post(f"/api/v1/admin/accounts/{drew}/reject", as_=mona), AdminAccount).username == "drew"
    assert (await api.get(f"/api/v1/admin/accounts/{drew}", as_=mona)).status == 404
    assert (await api.post(f"/api/v1/admin/accounts/{dora}/unsensitive", as_=mona)).status == 200
    assert not read(await api.post(f"/api/v1/admin/accounts/{dora}/enable", as_=mona), AdminAccount).disabled
    async with writing(System("tests"), cause="tests") as w:
        await privacy.erasure.begin(w, int(dora), by_crew=True)
    assert "by signing in" in (await api.post(f"/api/v1/admin/accounts/{dora}/enable", as_=mona)).error


async def test_what_is_suspended_is_erased_when_nobody_can_appeal_any_more(api, addresses):
    mona, ada, [ben] = await api.crew("moderator"), await api.crew("admin"), await api.join(1)
    path = f"/api/v1/admin/accounts/{ben.id}"
    assert "account that is suspended" in (await api.ask("DELETE", f"/api/v1/admin/accounts/{ben.id}", as_=ada)).error
    await api.post(f"{path}/action", as_=mona, type="suspend", text="Advertising all day")
    assert "admin or the owner" in (await api.ask("DELETE", f"/api/v1/admin/accounts/{ben.id}", as_=mona)).error
    told = await api.ask("DELETE", f"/api/v1/admin/accounts/{ben.id}", as_=ada)
    assert told.status == 403 and "can be erased from" in told.error
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update moderation.decision set decided_at = now() - interval '185 days' where about = $1",
                        ben.id)
    await owner.close()
    assert read(await api.ask("DELETE", f"/api/v1/admin/accounts/{ben.id}", as_=ada), AdminAccount).suspended
    await jobs.drain()
    assert (await api.get(f"/api/v1/accounts/{ben.id}")).status == 404
    async with reading(System("tests")) as r:
        assert await r.value("select done_at is not null and by_crew from privacy.erasure where account = $1", ben.id)


async def test_the_warned_are_told(api):
    mona, [ann, ben] = await api.crew("moderator"), await api.join(2)
    body = {"type": "none", "text": "Please be kind", "report_id": await reported(api, ann, ben)}
    assert (await api.post(f"/api/v1/admin/accounts/{ben.id}/action", as_=mona, **body)).status == 200
    await drain("notifications")
    [told] = (await api.get("/api/v1/notifications", as_=ben)).json
    assert told["type"] == "moderation_warning" and told["moderation_warning"]["action"] == "none"
    assert "Please be kind" in told["moderation_warning"]["text"] and told["account"]["id"] == str(ben.id)
    [group] = (await api.get("/api/v2/notifications", as_=ben)).json["notification_groups"]
    assert group["type"] == "moderation_warning" and "Please be kind" in group["moderation_warning"]["text"]
    assert (await api.get("/api/v1/notifications", as_=ann)).json == []


async def test_for_nobody_else(api):
    _, [ann, ben] = await api.crew("moderator"), await api.join(2)
    number = await reported(api, ann, ben)
    sly = await api.with_app_for_crew(ann)
    for path in (f"/api/v1/admin/reports/{number}", "/api/v1/admin/reports", "/api/v1/admin/accounts",
                 f"/api/v1/admin/accounts/{ben.id}"):
        assert (await api.get(path, as_=sly)).status == 404, path
        assert (await api.get(path, as_=ben)).status == 403, path
    for verb in ("resolve", "assign_to_self"):
        assert (await api.post(f"/api/v1/admin/reports/{number}/{verb}", as_=sly)).status == 404
    body = {"type": "suspend", "text": "because"}
    assert (await api.post(f"/api/v1/admin/accounts/{ben.id}/action", as_=sly, **body)).status == 404
    assert (await api.post(f"/api/v1/admin/accounts/{ben.id}/unsuspend", as_=sly)).status == 404


async def test_who_was_suspended_with_a_wave_is_erased_as_late_as_by_a_decision(api, addresses):
    ada, now = await api.crew("admin"), datetime.now(UTC)
    new = Newcomer(NewAccount("wave1", "long enough to be one", None), has_agreed=True)
    await signup.join(new, signup.Came("192.0.2.1"), cause="tests")
    async with reading(System("tests")) as r:
        bot = (await accounts.ids_by_handle(r, ["wave1"]))["wave1"]
    assert await signup.crew.undo(System("tests"), now, datetime.now(UTC), cause="tests") == 1
    told = await api.ask("DELETE", f"/api/v1/admin/accounts/{bot}", as_=ada)
    assert told.status == 403 and "can be erased from" in told.error
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update journal.entry set at = now() - interval '185 days' where subject = $1", bot)
    await owner.close()
    assert read(await api.ask("DELETE", f"/api/v1/admin/accounts/{bot}", as_=ada), AdminAccount).suspended
