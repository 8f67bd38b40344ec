"""Every morning says what no message said, and every week what silences hid; by real mail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from alerts.channels.email import CHANNEL, EmailParams
from core.clock import LOCAL
from core.incident import (
    Delivery,
    Incident,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.inventory import Contact, Unit, UnitLevel
from core.outcome import Outcome
from core.people import Role
from core.silence import Scope, Silence
from lab.mailbox import Letter, Mailbox
from runtime.digest_letters import DailyLetters, Desk, WeeklyLetters, digests
from runtime.estate_feed import Edition
from runtime.mailing import Letters, Mailing
from runtime.outlet import Outlet
from runtime.settings import build
from storage.ledger import Ledger, open_ledger
from storage.silences import Wanted
from tests.alerts.province import estate
from tests.databases import migrated
from tests.factories import FakeClock

MONDAY = datetime(2026, 11, 30, 7, 30, tzinfo=LOCAL)
NIGHT = MONDAY - timedelta(hours=5)
HOUR = timedelta(hours=1)
CONTACTS = (
    Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@example.vn", language="en"),
    Contact(slug="minh", name="Trần Văn Minh", email="minh@example.vn"),
)
PROVINCE = Unit(
    slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Tỉnh Đồng Nai", province_code="75"
)
UNITS = (PROVINCE,)


@dataclass
class Office:
    """The letters over a real ledger and a real mail server, on a Monday morning."""

    ledger: Ledger
    mailbox: Mailbox
    clock: FakeClock
    mailing: Mailing

    async def sent(self) -> dict[str, list[Letter]]:
        """Let what is due go out; return the letters by reader, each with its subject first."""
        await self.mailing.turn()
        found: dict[str, list[Letter]] = {}
        for one in self.mailbox.letters:
            found.setdefault(one.recipients[0], []).append(one)
        return found

    async def trouble(
        self, number: int, root: str, *, lasted: timedelta | None = None, **changes: object
    ) -> str:
        """Write a problem of the night, ended after a while or still open, with its message."""
        code = f"SC-20261130-{number:04}"
        fields: dict[str, object] = {
            "id": code,
            "root": root,
            "severity": Severity.WARNING,
            "began_at": NIGHT,
            "decided_at": NIGHT,
            "members": (Member(target=root, joined_at=NIGHT),),
            "state": IncidentState.OPEN if lasted is None else IncidentState.RECOVERED,
            "recovered_at": None if lasted is None else NIGHT + lasted,
        }
        incident = Incident.model_validate(fields | changes)
        notice = Notification(
            incident=code,
            purpose=Purpose.PROBLEM,
            recipient="lan",
            address="lan@example.vn",
            channel="mail",
            reason="new_problem",
            because="night",
            due_at=MONDAY if lasted is None else NIGHT,
            state=NotificationState.PENDING if lasted is None else NotificationState.CANCELLED,
        )
        await self.ledger.brain.commit(
            Outcome(incidents=[incident], notifications=[notice]), self.clock.now()
        )
        return code

    async def silence(self, owner: str, scope: Scope, begin: datetime = NIGHT) -> Silence:
        """Let somebody silence something for nine hours of that night."""
        wanted = Wanted(begin, begin + 9 * HOUR, "Chờ vật tư", scope)
        return (await self.ledger.silences.add(wanted, owner, begin))[0]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrated(url)
    clock = FakeClock(MONDAY.astimezone(UTC))
    ledger = await open_ledger(url, None, clock)
    await ledger.people.create_user("an", "An", Role.ADMIN, "x", clock.now(), contact="lan")
    await ledger.people.create_user("ha", "Lê Thu Hà", Role.OPERATOR, "x", clock.now())
    edition = Edition(1, MONDAY.date(), estate(hubs=1, communes=2), CONTACTS, UNITS)
    desk = Desk(ledger, lambda: edition, time(7, 30), base_url="https://thongsuot.example.vn")
    async with Mailbox() as mailbox:
        params = EmailParams(
            host="127.0.0.1", port=mailbox.port, security="none", sender="hub@example.vn"
        )
        outlets = {"thu": Outlet(CHANNEL, lambda: params)}
        letters: list[Letters] = [DailyLetters(desk), WeeklyLetters(desk)]
        yield Office(ledger, mailbox, clock, Mailing(letters, outlets, ledger.sendings, clock))
    await ledger.aclose()


async def test_a_calm_night_is_told_too(office: Office) -> None:
    [letter] = (await office.sent())["lan@example.vn"]
    assert letter.subject == "Thông Suốt: the morning of 30/11/2026"
    assert "From 07:30 on 29/11/2026 until 07:30 on 30/11/2026." in letter.text
    assert "There was no incident." in letter.text
    assert "SILENCED NOW: none" in letter.text
    assert "https://thongsuot.example.vn" in letter.text


async def test_the_morning_tells_what_ended_untold_what_waits_and_what_is_silenced(
    office: Office,
) -> None:
    passed = await office.trouble(1, "c11-vc", lasted=timedelta(minutes=4))
    waits = await office.trouble(2, "line-c11", acked_by="ha", acked_at=MONDAY)
    quiet = await office.trouble(3, "c12-vc", severity=Severity.MAJOR)
    row = await office.silence("minh", Scope(targets=("c12-vc",), units=("tinh",)), NIGHT)
    letter = (await office.sent())["lan@example.vn"][0]
    lines = {code: line for line in letter.text.splitlines() for code in (passed, waits, quiet)
             if f"({code})" in line}  # fmt: skip
    assert "for 4 min; it ended before its hour: nobody was told" in lines[passed]
    assert "since 02:30 on 30/11/2026, for 5 h" in lines[waits]
    assert "silenced until 11:30 on 30/11/2026" in lines[quiet]
    assert letter.text.index(quiet) < letter.text.index(waits) < letter.text.index("OVER: 1")
    assert f"{row.id} Tỉnh Đồng Nai" in letter.text
    assert "(Trần Văn Minh), until 11:30 on 30/11/2026" in letter.text


async def test_what_waits_for_the_morning_says_when_and_who_was_told_is_told(
    office: Office,
) -> None:
    await office.trouble(1, "c11-vc")
    told = await office.trouble(2, "c12-vc")
    [first, second] = await office.ledger.outbox.claim("hub", MONDAY)
    receipt = Delivery(notification=second.id or 0, at=MONDAY, ok=True)
    await office.ledger.outbox.settle(first, None, NotificationState.PENDING, MONDAY + HOUR)
    await office.ledger.outbox.settle(second, receipt, NotificationState.SENT)
    [letter] = (await office.sent())["lan@example.vn"]
    assert "will be told at 08:30 on 30/11/2026 (SC-20261130-0001)" in letter.text
    assert f"nobody has taken it on; told ({told})" in letter.text


async def test_nobody_gets_a_morning_twice_and_the_next_one_comes_tomorrow(
    office: Office,
) -> None:
    await office.sent()
    assert len((await office.sent())["lan@example.vn"]) == 1
    office.clock.advance(24 * 3600 - 1)
    assert len((await office.sent())["lan@example.vn"]) == 1
    office.clock.advance(1)
    assert len((await office.sent())["lan@example.vn"]) == 2
    assert await office.ledger.sendings.latest() == []  # these are no reports


async def test_a_week_with_silences_is_told_to_owners_and_administrators(office: Office) -> None:
    early = MONDAY - timedelta(days=3)
    mine = await office.silence("minh", Scope(targets=("c11-vc",)), early)
    other = await office.silence("ha", Scope(carriers=("VNPT",)), early)
    code = await office.trouble(1, "c11-vc", lasted=HOUR)
    [row] = [n for n, _ in await office.ledger.outbox.for_incident(code)]
    held = row.model_copy(
        update={"recipient": "minh", "held_by": mine.id, "state": NotificationState.CANCELLED}
    )
    await office.ledger.outbox.add(held)
    letters = await office.sent()
    [to_owner] = letters["minh@example.vn"]
    assert to_owner.subject == "Thông Suốt: những gì đã tạm dừng báo, tuần đến 30/11/2026"
    assert f"{mine.id} Thiết bị c11-vc" in to_owner.text
    assert "đã giữ lại tin của 1 sự cố." in to_owner.text
    assert f"({code})" in to_owner.text
    assert other.id not in to_owner.text
    [_, to_admin] = letters["lan@example.vn"]
    assert f"{other.id} VNPT: Chờ vật tư (Lê Thu Hà)" in to_admin.text
    assert "held nothing back." in to_admin.text


async def test_a_week_without_silences_is_no_letter(office: Office) -> None:
    await office.silence("minh", Scope(targets=("c11-vc",)), MONDAY - timedelta(days=9))
    assert set(await office.sent()) == {"lan@example.vn"}
    assert len(office.mailbox.letters) == 1


def test_letters_are_written_as_the_settings_say(tmp_path: Path) -> None:
    mail = {"channels": {"thu": {"kind": "email", "host": "mail", "sender": "a@example.vn"}}}
    none = build({}, tmp_path)
    both = build(mail, tmp_path)
    one = build(mail | {"telling": {"digest": {"daily": False, "to": ["lan"]}}}, tmp_path)
    desk = Desk(None, lambda: None, time(7, 30))  # type: ignore[arg-type, return-value]
    assert digests(none, desk) == []
    assert [type(letter) for letter in digests(both, desk)] == [DailyLetters, WeeklyLetters]
    assert [type(letter) for letter in digests(one, desk)] == [WeeklyLetters]


async def test_the_settings_may_name_the_readers(office: Office) -> None:
    edition = Edition(1, MONDAY.date(), estate(hubs=1), CONTACTS, UNITS)
    desk = Desk(office.ledger, lambda: edition, time(7, 30), ("minh", "so@example.vn", "gone"))
    assert await desk.everybody("digest:daily") == [
        ("minh@example.vn", "vi"),
        ("so@example.vn", "vi"),
    ]
