import pytest

from tests.api.entities import read
from tests.api.members import Members
from tests.api.schemas.accounts import Report


@pytest.fixture
def api(api):
    return Members(api)


async def test_a_report_is_taken(api):
    ann, ben = await api.join(2)
    post = (await api.post("/api/v1/statuses", as_=ben, status="Rude words")).json["id"]
    told = await api.post("/api/v1/reports", as_=ann, account_id=str(ben.id), status_ids=[post], comment="rude")
    report = read(told, Report)
    assert (report.category, report.status_ids, report.target_account.id) == ("other", [post], str(ben.id))
    assert not report.action_taken and report.comment == "rude"


async def test_wrong_reports_are_refused(api):
    ann, ben = await api.join(2)
    of_ben = {"account_id": str(ben.id)}
    for body, status in (({"account_id": "1"}, 404), ({}, 400), ({**of_ben, "comment": "x" * 1001}, 422),
                         ({**of_ben, "category": "boring"}, 422)):
        assert (await api.post("/api/v1/reports", as_=ann, **body)).status == status, body
    assert (await api.post("/api/v1/reports", account_id=str(ben.id))).status == 401
