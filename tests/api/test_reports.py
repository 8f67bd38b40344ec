"""The uptime report on a page and through the interface."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.context import Web
from api.pages.reports import _drawn
from core.errors import NotFound
from core.inventory import Inventory, Link, Unit
from core.people import Role
from core.sending import ReportSending
from core.text import Text
from reports.report import PeriodKind, Report, ScopeKind
from reports.request import UptimeRequest
from tests.api.test_pages import words
from tests.api.world import World, a_world
from tests.reports.builders import KNOWN, a_province, strange


async def build(request: UptimeRequest) -> Report:
    """Count as the runtime does: here always the same province."""
    if request.key == "mars":
        raise NotFound(Text("Không có đơn vị mars", "There is no unit mars"))
    report = strange() if request.key == "strange" else a_province(5)
    return replace(report, as_known_at=request.as_known_at or KNOWN)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[tuple[World, list[UptimeRequest]]]:
    """Yield a world that can count, and what it was asked for."""
    said: list[UptimeRequest] = []

    async def noted(request: UptimeRequest) -> Report:
        said.append(request)
        return await build(request)

    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings, build_report=noted) as made:
        yield made, said


Office = tuple[World, list[UptimeRequest]]
MONTH = "/api/v1/reports/uptime?unit=75&month=2026-10"


async def test_a_program_gets_exact_json(office: Office) -> None:
    world, said = office
    answer = await world.client.get(MONTH, headers=await world.token(Role.VIEWER))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["schema"] == "thongsuot.uptime/1"
    assert (said[0].scope, said[0].key) == (ScopeKind.UNIT, "75")
    assert said[0].period.name.vi == "Tháng 10/2026"


@pytest.mark.parametrize(
    ("query", "accept", "media", "head"),
    [
        ("&format=pdf", "*/*", "application/pdf", b"%PDF"),
        ("", "application/pdf", "application/pdf", b"%PDF"),
        ("&format=csv", "*/*", "text/csv", b"\xef\xbb\xbf"),
        ("&format=html&language=en", "*/*", "text/html", b"<!doctype html>"),
        (
            "&format=xlsx",
            "application/json",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
    ],
)
async def test_a_file_comes_by_format_or_by_what_is_accepted(
    office: Office, query: str, accept: str, media: str, head: bytes
) -> None:
    world, _ = office
    headers = {**await world.token(Role.VIEWER), "accept": accept}
    answer = await world.client.get(MONTH + query, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media)
    assert answer.content.startswith(head)
    assert re.fullmatch(
        r'attachment; filename="uptime-75-month-2026-10-01\.(vi|en)\.\w+"',
        answer.headers["content-disposition"],
    )
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "query",
    [
        "unit=75",
        "month=2026-10",
        "unit=75&carrier=VNPT&month=2026-10",
        "unit=75&month=2026-13",
        "unit=75&month=2031-01",
        "unit=75&week=2026-W60",
        "unit=75&month=2026-10&format=docx",
        "unit=75&month=2026-10&kind=cat",
        "unit=75&month=2026-10&as_known_at=2026-11-01T00:00:00",
    ],
)
async def test_a_question_that_cannot_be_meant_is_refused(office: Office, query: str) -> None:
    world, said = office
    answer = await world.client.get(
        f"/api/v1/reports/uptime?{query}", headers=await world.token(Role.VIEWER)
    )
    assert answer.status_code == 422, query
    assert answer.json()["errors"]
    assert said == []


async def test_nobody_unknown_sees_a_report(office: Office) -> None:
    world, _ = office
    assert (await world.client.get(MONTH)).status_code == 401


async def test_a_server_without_a_builder_says_that_it_cannot(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        answer = await world.client.get(MONTH, headers=await world.token(Role.VIEWER))
        assert answer.status_code == 503


async def test_the_page_proposes_the_month_that_is_over(office: Office) -> None:
    world, said = office
    answer = await world.client.get("/reports", headers=await world.token(Role.VIEWER))
    assert answer.status_code == 200
    assert 'value="2026-10-01"' in answer.text
    assert 'value="unit:dong-nai"' in answer.text
    assert said == []


async def test_the_page_shows_the_report_and_files_of_the_same_facts(office: Office) -> None:
    world, said = office
    viewer = await world.token(Role.VIEWER)
    path = "/reports?about=unit:dong-nai&every=quarter&on=2026-10-31&calendar=expected"
    answer = await world.client.get(path, headers=viewer)
    assert answer.status_code == 200
    assert "Tỷ lệ hoạt động" in words(answer.text)
    assert said[0].period.kind is PeriodKind.QUARTER
    assert said[0].calendar == "expected"
    links = re.findall(r'href="(/api/v1/reports/uptime[^"]+)"', answer.text)
    assert len(links) == 9
    for link in links:
        assert "as_known_at=2026-11-02T01%3A30%3A00.000000Z" in link
    taken = await world.client.get(links[-1].replace("&amp;", "&"), headers=viewer)
    assert json.loads(taken.content)["as_known_at"] == "2026-11-02T01:30:00Z"
    assert said[1].as_known_at == KNOWN


async def test_what_the_page_was_asked_wrongly_is_said_in_words(office: Office) -> None:
    world, _ = office
    viewer = await world.token(Role.VIEWER)
    for query, said in (
        ("about=unit:mars", "Không có đơn vị mars"),
        ("about=nonsense", "Cần đúng một phạm vi"),
        ("about=unit:x&every=month&on=2031-01-01", "chưa bắt đầu"),
    ):
        answer = await world.client.get(f"/reports?{query}", headers=viewer)
        assert answer.status_code == 422
        assert said in words(answer.text)


async def test_names_on_the_page_run_nothing_and_break_no_policy(office: Office) -> None:
    world, _ = office
    answer = await world.client.get(
        "/reports?about=unit:strange", headers=await world.token(Role.VIEWER)
    )
    assert "<Khu kinh tế>" not in answer.text
    assert "<style" not in answer.text
    assert 'style="' not in answer.text


async def test_the_style_of_a_report_is_kept_by_browsers(office: Office) -> None:
    world, _ = office
    page = await world.client.get("/reports", headers=await world.token(Role.VIEWER))
    [address] = re.findall(r'href="(/reports/style\.css\?v=\w+)"', page.text)
    viewer = await world.token(Role.VIEWER)
    answer = await world.client.get(address, headers=viewer)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


async def test_whoever_runs_it_sees_what_was_sent(office: Office) -> None:
    world, _ = office
    sending = ReportSending(
        schedule="thang", period="month 2026-10-01", address="so@example.vn", sent_at=KNOWN
    )
    await world.ledger.sendings.remember(sending)
    for role, seen in ((Role.VIEWER, False), (Role.OPERATOR, True)):
        answer = await world.client.get("/reports", headers=await world.token(role))
        assert ("so@example.vn" in answer.text) is seen


async def test_a_place_leads_to_its_report(office: Office) -> None:
    world, said = office
    viewer = await world.token(Role.VIEWER)
    for page in ("/units/an-loc", "/targets/link-an-loc"):
        answer = await world.client.get(page, headers=viewer)
        [link] = re.findall(r'href="(/reports[^"]+)"', answer.text.split('id="content"')[1])
        assert (await world.client.get(link, headers=viewer)).status_code == 200
    assert [(one.scope.value, one.key) for one in said] == [
        ("unit", "an-loc"),
        ("target", "link-an-loc"),
    ]


def test_what_ended_stands_apart_and_a_carrier_is_offered_once() -> None:
    def unit(slug: str, until: date | None = None) -> Unit:
        fields = {"slug": slug, "code": "25000", "level": "commune", "name": "Xã Long Hà"}
        return Unit.model_validate(fields | {"province_code": "75", "valid_to": until})

    def line(slug: str, carrier: str) -> Link:
        return Link(slug=slug, name=slug, near="a", far="b", carrier=carrier)

    inventory = Inventory(
        units=(unit("xa-cu", date(2025, 7, 1)), unit("xa-moi")),
        links=(line("k1", "viettel"), line("k2", "Viettel")),
    )
    choices = _drawn(inventory, 1, "vi", date(2026, 12, 1))
    groups = choices.groups
    assert groups[ScopeKind.UNIT] == [("unit:xa-moi", "Xã Long Hà (25000)")]
    assert choices.ended == [("unit:xa-cu", "Xã Long Hà (25000), đến 30/06/2025")]
    before = _drawn(inventory, 1, "vi", date(2025, 6, 30))
    assert len(before.groups[ScopeKind.UNIT]) == 2
    assert not before.ended
    assert groups[ScopeKind.CARRIER] == [("carrier:Viettel", "Viettel")]
