"""Scheduled reports: sent at their hour, once to everybody, to a real mail server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.channels.email import CHANNEL, EmailParams
from core.errors import NotFound, Unavailable
from core.inventory import Contact
from core.text import Language, Text
from lab.mailbox import Mailbox
from reports.render.formats import render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import PeriodKind, Report, ScopeKind
from reports.request import UptimeRequest
from runtime.mailing import Mailing
from runtime.outlet import Outlet
from runtime.report_letters import ReportLetters, letter
from runtime.report_schedule import Schedule, period_key
from storage.ledger import Ledger, open_ledger
from tests.databases import migrated
from tests.factories import FakeClock
from tests.reports.builders import a_province, all_unknown

DUE = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)  # 2 November, 07:30 local
MONTHLY = Schedule(to=("lan", "so@example.vn"), unit="75", day=2, formats=(Format.CSV, Format.XLSX))
CONTACTS = (Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@example.vn", language="en"),)


@dataclass
class Maker:
    """Counts as the press does, or fails as told."""

    asked: list[UptimeRequest] = field(default_factory=list)
    trouble: Exception | None = None

    async def build(self, request: UptimeRequest) -> Report:
        self.asked.append(request)
        if self.trouble is not None:
            raise self.trouble
        return replace(a_province(2), period=request.period)

    async def printed(self, report: Report, language: Language, form: Format) -> bytes:
        return render(report, Letterhead(), language, form)


@dataclass
class Office:
    """A mailing over a real ledger and a real mail server."""

    mailing: Mailing
    maker: Maker
    mailbox: Mailbox
    clock: FakeClock
    ledger: Ledger

    def again(self) -> Mailing:
        """Return the mailing of the next life of the hub."""
        old = self.mailing
        return Mailing(old.letters, old.outlets, old.sendings, old.clock)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrated(url)
    clock = FakeClock(DUE)
    ledger = await open_ledger(url, None, clock)
    async with Mailbox() as mailbox:
        params = EmailParams(
            host="127.0.0.1", port=mailbox.port, security="none", sender="hub@example.vn"
        )
        maker = Maker()
        home = "https://thongsuot.example.vn"
        letters = ReportLetters("thang", MONTHLY, maker, lambda: CONTACTS, home)
        mailing = Mailing(
            [letters], {"thu": Outlet(CHANNEL, lambda: params)}, ledger.sendings, clock
        )
        yield Office(mailing, maker, mailbox, clock, ledger)
    await ledger.aclose()


async def test_a_report_goes_out_at_its_hour_with_its_files(office: Office) -> None:
    await office.mailing.turn()
    letters = {one.recipients[0]: one for one in office.mailbox.letters}
    assert set(letters) == {"lan@example.vn", "so@example.vn"}
    vietnamese, english = letters["so@example.vn"], letters["lan@example.vn"]
    assert vietnamese.subject == "Báo cáo thời gian hoạt động – Tỉnh Đồng Nai – Tháng 10/2026"
    assert "Số liệu chốt lúc" in vietnamese.text
    assert "As known at" in english.text
    assert "https://thongsuot.example.vn/reports" in english.text
    files = {part.get_filename(): part for part in vietnamese.message.iter_attachments()}
    assert set(files) == {
        "uptime-75-month-2026-10-01.vi.csv",
        "uptime-75-month-2026-10-01.vi.xlsx",
    }
    content = files["uptime-75-month-2026-10-01.vi.xlsx"].get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.startswith(b"PK")
    [asked] = office.maker.asked
    assert (asked.scope, asked.key) == (ScopeKind.UNIT, "75")
    assert asked.period.name.vi == "Tháng 10/2026"


async def test_nobody_gets_it_twice_whatever_is_restarted(office: Office) -> None:
    await office.mailing.turn()
    await office.mailing.turn()
    await office.again().turn()
    assert len(office.mailbox.letters) == 2
    kept = await office.ledger.sendings.latest()
    assert {one.period for one in kept} == {"month 2026-10-01"}
    assert all(one.receipt for one in kept)


async def test_before_its_hour_the_report_of_the_month_before_is_owed(office: Office) -> None:
    office.clock.advance(-60)
    await office.mailing.turn()
    assert office.maker.asked[0].period.name.vi == "Tháng 9/2026"
    office.clock.advance(60)
    await office.mailing.turn()
    assert office.maker.asked[1].period.name.vi == "Tháng 10/2026"


async def test_a_report_that_was_missed_is_made_up_for(office: Office) -> None:
    office.clock.advance(11 * 86400)
    await office.mailing.turn()
    assert len(office.mailbox.letters) == 2


async def test_what_fails_is_tried_again_and_only_to_whom_it_is_missing(office: Office) -> None:
    office.maker.trouble = Unavailable(Text("sổ cái đi vắng", "the ledger is away"))
    await office.mailing.turn()
    assert office.mailbox.letters == []
    office.maker.trouble = None
    await office.mailing.turn()
    assert office.mailbox.letters == [], "not before a minute has passed"
    office.clock.advance(61)
    await office.mailing.turn()
    assert len(office.mailbox.letters) == 2


async def test_a_letter_that_a_fault_of_ours_breaks_is_told_of_until_it_is_made(
    office: Office,
) -> None:
    """It is tried ever more seldom: quiet in between is no sign that it is well."""
    office.maker.trouble = UnboundLocalError("told")
    for _ in range(6):
        office.clock.advance(3600)
        await office.mailing.turn()
    office.clock.advance(1800)
    assert office.mailing.bug == "UnboundLocalError: told"
    office.maker.trouble = None
    office.clock.advance(1801)
    await office.mailing.turn()
    assert (office.mailing.bug, len(office.mailbox.letters)) == ("", 2)


async def test_a_scope_that_is_gone_harms_no_other_schedule(office: Office) -> None:
    office.maker.trouble = NotFound(Text("không có", "there is none"))
    await office.mailing.turn()
    assert office.mailbox.letters == []


async def test_a_missing_channel_is_said_and_tried_again(office: Office) -> None:
    office.mailing.outlets = {}
    await office.mailing.turn()
    assert office.mailbox.letters == []


async def test_it_looks_at_the_clock_until_it_is_stopped(office: Office) -> None:
    task = asyncio.create_task(office.mailing.run())
    async with asyncio.timeout(20):
        await office.mailbox.wait(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("every", "now", "first"),
    [
        (PeriodKind.DAY, "2026-11-02T00:30", "2026-11-01"),
        (PeriodKind.WEEK, "2026-11-10T00:30", "2026-11-02"),
        (PeriodKind.WEEK, "2026-11-09T23:00", "2026-10-26"),
        (PeriodKind.QUARTER, "2026-11-02T00:30", "2026-07-01"),
        (PeriodKind.YEAR, "2026-11-02T00:30", "2025-01-01"),
        (PeriodKind.MONTH, "2026-11-30T16:59", "2026-10-01"),
    ],
)
def test_the_last_period_that_is_over_and_due(every: PeriodKind, now: str, first: str) -> None:
    day = 1 if every is PeriodKind.DAY else 2
    schedule = MONTHLY.model_copy(update={"every": every, "day": day})
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    period = schedule.period(at)
    assert period_key(period) == f"{every.value} {first}"
    assert schedule.due(period) <= at < schedule.due(period) + timedelta(days=370)


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": ()},
        {"unit": None},
        {"carrier": "VNPT"},
        {"day": 29},
        {"every": "fortnight"},
        {"formats": ("docx",)},
        {"languages": ("fr",)},
        {"at": "25:00"},
        {"hour": 7},
    ],
)
def test_a_schedule_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    given = {"to": ("a@example.vn",), "unit": "75"}
    with pytest.raises(ValidationError):
        Schedule.model_validate(given | wrong)


def test_a_letter_says_that_nothing_is_known_and_never_zero() -> None:
    assert "- Tỷ lệ hoạt động: chưa có số liệu" in letter(all_unknown(), "vi")
