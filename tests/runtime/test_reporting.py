"""From a real ledger to a report: the figures, whatever the inventory became meanwhile."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest

from core.errors import Conflict, NotFound
from core.finding import Category, Fault
from core.incident import Incident, Member, Severity
from core.inventory import (
    CalendarSpan,
    Changes,
    Device,
    Inventory,
    Link,
    Organisation,
    Site,
    SpecialDay,
    Succession,
    Unit,
    UnitLevel,
)
from core.outcome import Outcome
from core.silence import Scope
from core.status import Status, Transition
from core.text import Text
from core.timekeeping import ClockSpan, ClockTrouble
from core.watching import TargetKind
from reports.periods import read
from reports.render.formats import render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import Bucket, PeriodKind, Report, Row, ScopeKind, Seconds
from reports.request import UptimeRequest
from runtime.reporting import build
from storage.findings import Stated
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
REFORM = date(2025, 7, 1)
HOUR, DAY = 3600, 86400
UP, DEGRADED, DOWN = Status.UP, Status.DEGRADED, Status.DOWN
AWAY, UNKNOWN = Status.UNREACHABLE, Status.UNKNOWN
PROVINCE, DISTRICT, COMMUNE = UnitLevel.PROVINCE, UnitLevel.DISTRICT, UnitLevel.COMMUNE


def unit(slug: str, code: str, level: UnitLevel, parent: str | None = None, **more: object) -> Unit:
    fields = {"slug": slug, "code": code, "level": level, "name": slug, "parent": parent}
    return Unit.model_validate(fields | {"province_code": "75"} | more)


def site(slug: str, place: str, **more: object) -> Site:
    return Site.model_validate({"slug": slug, "name": f"UBND {slug}", "unit": place} | more)


def device(slug: str, place: str) -> Device:
    return Device(slug=slug, name=slug, site=place, kind="gateway", address="10.0.0.1")


LAND = Inventory(
    units=(
        unit("tinh", "75", PROVINCE),
        unit("xa-1", "00001", COMMUNE, "tinh"),
        unit("xa-2", "00002", COMMUNE, "tinh"),
    ),
    organisations=(Organisation(slug="so-y-te", name="Sở Y tế", unit="tinh"),),
    sites=(site("s1", "xa-1"), site("s2", "xa-2", organisation="so-y-te"), site("tt", "tinh")),
    devices=(device("r1", "tt"), device("g1", "s1"), device("g2", "s2")),
    links=(
        Link(slug="k1", name="Kênh 1", near="r1", far="g1", carrier="VNPT", circuit="C1",
             network="TSLCD cấp II"),
        Link(slug="k2", name="Kênh 2", near="r1", far="g2", carrier="Viettel", circuit="C2",
             network="TSLCD cấp II"),
    ),
)  # fmt: skip


def at(day: int, hour: float = 0, month: int = 10, year: int = 2026) -> datetime:
    """Return a local time, of October 2026 unless said otherwise."""
    return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour - 7)


async def put(ledger: Ledger, inventory: Inventory) -> None:
    await ledger.inventory.apply(Changes(put=inventory), "test", NOW)


async def keep(ledger: Ledger, *rows: tuple[str, Status, datetime], **more: object) -> None:
    made = [
        Transition(
            target, UNKNOWN, status, when, **{"recorded_at": when, "reason": "x"} | more  # type: ignore[arg-type]
        )
        for target, status, when in rows
    ]  # fmt: skip
    await ledger.brain.commit(Outcome(transitions=made), NOW)


async def up_since(ledger: Ledger, when: datetime, *targets: str) -> None:
    await keep(ledger, *((target, UP, when) for target in targets))


async def ask(
    ledger: Ledger,
    key: str = "75",
    written: str = "2026-10",
    *,
    period: PeriodKind = PeriodKind.MONTH,
    scope: ScopeKind = ScopeKind.UNIT,
    now: datetime = NOW,
    **more: object,
) -> Report:
    request = UptimeRequest(scope, key, read(period, written), **more)  # type: ignore[arg-type]
    return await build(ledger, request, now)


def row(report: Report, key: str) -> Row:
    (found,) = (row for row in report.rows if row.key == key)
    return found


def keys(rows: Sequence[Row]) -> list[str]:
    return [row.key for row in rows]


def as_bytes(report: Report) -> bytes:
    told = asdict(report)
    told["special_days"] = {day.isoformat(): name for day, name in report.special_days.items()}
    return json.dumps(told, default=str, ensure_ascii=False).encode()


def notes(report: Report) -> str:
    return " ".join(note.vi for note in report.notes)


async def test_a_month_is_counted_to_the_second(ledger: Ledger) -> None:
    await put(ledger, LAND)
    await up_since(ledger, at(1) - timedelta(days=3), "s1", "s2", "tt")
    await keep(ledger, ("s1", DOWN, at(5, 8)), ("s1", UP, at(5, 9) + timedelta(seconds=1)))
    report = await ask(ledger)
    whole = report.rows[0]
    assert whole.seconds == Seconds(up=3 * 31 * DAY - HOUR - 1, down=HOUR + 1)
    assert whole.seconds.availability == Fraction(3 * 31 * DAY - HOUR - 1, 3 * 31 * DAY)
    assert keys(report.rows) == ["tinh", "tt", "xa-1", "s1", "xa-2", "s2"]
    assert [(r.depth, r.targets) for r in report.rows] == [
        (0, 3), (1, 1), (1, 1), (2, 1), (1, 1), (2, 1)
    ]  # fmt: skip
    (outage,) = report.outages
    assert (outage.target, outage.begin, outage.seconds) == ("s1", at(5, 8), HOUR + 1)
    assert (outage.unit, outage.began_before, outage.still_open) == ("xa-1", False, False)
    assert (whole.outages, whole.longest, whole.mttr) == (1, HOUR + 1, Fraction(HOUR + 1))
    assert whole.mtbf == Fraction(whole.seconds.up)
    assert keys(report.worst) == ["s1"]
    assert report.as_known_at == at(1, month=11)


async def test_the_timeline_of_a_target_covers_the_period(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await keep(ledger, ("s1", UP, at(1)), ("s1", DOWN, at(5)), ("s1", DEGRADED, at(6)))
    drawn = row(await ask(ledger, "00001"), "s1").timeline
    assert [(s.begin, s.end, s.bucket) for s in drawn] == [
        (at(1), at(5), Bucket.UP), (at(5), at(6), Bucket.DOWN),
        (at(6), at(1, month=11), Bucket.DEGRADED),
    ]  # fmt: skip


async def test_the_period_before_stands_beside(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1")
    await keep(ledger, ("s1", DOWN, at(30, 23, month=9)), ("s1", UP, at(1, 1)))
    report = await ask(ledger, "xa-1")
    before = row(report, "s1").before
    assert before == row(report, "xa-1").before == Seconds(up=30 * DAY - HOUR, down=HOUR)
    assert row(report, "s1").seconds == Seconds(up=31 * DAY - HOUR, down=HOUR)
    (outage,) = report.outages
    assert (outage.began_before, outage.begin, outage.seconds) == (True, at(1), HOUR)
    assert report.rows[0].mtbf is None
    assert (await ask(ledger, "xa-1", compare=False)).rows[0].before is None


async def test_the_same_facts_give_the_same_bytes_whenever_asked(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "s2", "k1")
    await keep(ledger, ("s1", DOWN, at(5)), ("s1", UP, at(6)), recorded_at=at(20, month=11))
    first = await ask(ledger)
    assert as_bytes(first) == as_bytes(await ask(ledger, now=NOW + timedelta(days=400)))
    assert first.as_known_at == at(20, month=11)
    assert as_bytes(first) == as_bytes(await ask(ledger, as_known_at=first.as_known_at))


async def test_a_late_fact_changes_a_report_unless_it_is_pinned(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1")
    await keep(ledger, ("s1", DOWN, at(5)), ("s1", UP, at(6)))
    first = await ask(ledger, "xa-1")
    wrong = (await ledger.status.transitions("s1"))[1]
    late = at(15, month=11)
    await keep(ledger, ("s1", DOWN, at(5, 20)), recorded_at=late, supersedes=wrong.id)
    assert (await ask(ledger, "xa-1")).rows[0].seconds.down == 4 * HOUR
    pinned = await ask(ledger, "xa-1", as_known_at=first.as_known_at)
    assert as_bytes(pinned) == as_bytes(first)


async def test_a_period_that_runs_is_counted_until_now(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1")
    report = await ask(ledger, "xa-1", now=at(11, 12))
    assert report.rows[0].seconds == Seconds(up=10 * DAY + 12 * HOUR)
    assert report.as_known_at == at(11, 12)
    assert "chưa kết thúc" in notes(report)
    assert "12:00:00 ngày 11/10/2026" in notes(report)
    with pytest.raises(Conflict):
        await ask(ledger, "xa-1", now=at(30, month=9))


async def test_time_that_nobody_watched_is_unknown(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "s2")
    await keep(ledger, ("s2", DOWN, at(20)))
    await ledger.brain.observe("center", at(11))
    report = await ask(ledger)
    assert row(report, "s1").seconds == Seconds(up=10 * DAY, unknown=21 * DAY)
    assert row(report, "s2").seconds == Seconds(up=10 * DAY, unknown=21 * DAY)
    await ledger.brain.observe("center", at(12, 11.999))
    running = await ask(ledger, "xa-1", now=at(12, 12))
    assert running.rows[0].seconds.unknown == 0


async def test_a_hub_that_looks_leaves_no_gap_at_the_end_of_a_period(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1")
    await ledger.brain.observe("center", at(1, month=11) - timedelta(seconds=2))
    just_after = at(1, month=11) + timedelta(milliseconds=300)
    assert (await ask(ledger, "xa-1", now=just_after)).rows[0].seconds == Seconds(up=31 * DAY)
    stopped = await ask(ledger, "xa-1", now=just_after + timedelta(hours=1))
    assert stopped.rows[0].seconds == Seconds(up=31 * DAY - 2, unknown=2)


async def test_the_months_add_up_to_the_year(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, BEFORE)
    await a_year(ledger)
    await put(ledger, AFTER)
    year = await ask(ledger, "70", "2025", period=PeriodKind.YEAR)
    months = [await ask(ledger, "70", f"2025-{month:02}") for month in range(1, 13)]
    assert sum((month.rows[0].seconds for month in months), Seconds()) == year.rows[0].seconds


BEFORE = Inventory(
    units=(
        unit("tinh", "70", PROVINCE),
        unit("huyen-a", "001", DISTRICT, "tinh"),
        unit("huyen-b", "002", DISTRICT, "tinh"),
    ),
    sites=(site("s1", "huyen-a"), site("s2", "huyen-a"), site("s3", "huyen-b")),
)
AFTER = Inventory(
    units=(
        unit("huyen-a", "001", DISTRICT, "tinh", valid_to=REFORM),
        unit("huyen-b", "002", DISTRICT, "tinh", valid_to=REFORM),
        unit("xa-x", "25195", COMMUNE, "tinh", valid_from=REFORM, name="Xã X"),
        unit("phuong-y", "25210", COMMUNE, "tinh", valid_from=REFORM, name="Phường Y"),
    ),
    successions=(
        Succession(old="huyen-a", new="xa-x", on=REFORM),
        Succession(old="huyen-a", new="phuong-y", on=REFORM, partial=True),
        Succession(old="huyen-b", new="phuong-y", on=REFORM),
    ),
    sites=(
        site("s1", "huyen-a", valid_to=REFORM),
        site("s2", "huyen-a", valid_to=REFORM),
        site("s3", "huyen-b", valid_to=REFORM),
        site("s1", "xa-x", valid_from=REFORM),
        site("s2", "phuong-y", valid_from=REFORM),
        site("s3", "phuong-y", valid_from=REFORM),
    ),
)


async def a_year(ledger: Ledger) -> None:
    """Write outages around the reform, one of them across it."""
    await up_since(ledger, at(1, month=1, year=2025), "s1", "s2", "s3")
    for target, begin, end in (
        ("s1", at(3, 8, 6, 2025), at(3, 9, 6, 2025)),
        ("s2", at(30, 22, 6, 2025), at(1, 3, 7, 2025)),
        ("s3", at(9, 0, 7, 2025), at(9, 5, 7, 2025)),
    ):
        await keep(ledger, (target, DOWN, begin), (target, UP, end))


@pytest.mark.parametrize("key", ["70", "001", "huyen-b"])
async def test_june_by_district_is_the_same_after_the_reform(
    sqlite_ledger: Ledger, key: str
) -> None:
    ledger = sqlite_ledger
    await put(ledger, BEFORE)
    await a_year(ledger)
    before = await ask(ledger, key, "2025-06")
    await put(ledger, AFTER)
    assert as_bytes(await ask(ledger, key, "2025-06")) == as_bytes(before)


async def test_the_new_communes_add_up_to_the_old_districts(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, BEFORE)
    await a_year(ledger)
    old = await ask(ledger, "70", "2025-07")
    await put(ledger, AFTER)
    new = await ask(ledger, "70", "2025-07")
    assert keys(old.rows) == ["tinh", "huyen-a", "s1", "s2", "huyen-b", "s3"]
    assert keys(new.rows) == ["tinh", "phuong-y", "s2", "s3", "xa-x", "s1"]
    districts = row(old, "huyen-a").seconds + row(old, "huyen-b").seconds
    communes = row(new, "xa-x").seconds + row(new, "phuong-y").seconds
    assert districts == communes == old.rows[0].seconds == new.rows[0].seconds


async def test_a_year_is_split_by_the_day_on_which_the_units_changed(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, BEFORE)
    await a_year(ledger)
    whole_before = (await ask(ledger, "70", "2025", period=PeriodKind.YEAR)).rows[0]
    await put(ledger, AFTER)
    report = await ask(ledger, "70", "2025", period=PeriodKind.YEAR)
    whole = report.rows[0]
    assert keys([r for r in report.rows if r.kind is None]) == [
        "tinh", "huyen-a", "huyen-b", "phuong-y", "xa-x"
    ]  # fmt: skip
    units = [r for r in report.rows if r.depth == 1]
    assert sum((r.seconds for r in units), Seconds()) == whole.seconds
    assert whole.seconds == whole_before.seconds
    assert (whole.outages, whole.mttr, whole.longest) == (
        whole_before.outages, whole_before.mttr, whole_before.longest
    )  # fmt: skip
    # the outage across midnight of the reform is one for the province, a part for each unit
    assert whole.outages == 3
    assert [row(report, k).outages for k in ("huyen-a", "huyen-b", "phuong-y", "xa-x")] == [
        2, 0, 2, 0
    ]  # fmt: skip
    across = next(o for o in report.outages if o.target == "s2")
    assert (across.seconds, across.unit) == (5 * HOUR, "huyen-a")
    assert row(report, "huyen-a").seconds.down == HOUR + 2 * HOUR
    note = row(report, "huyen-a").note
    assert note is not None
    assert note.vi == "đến 30/06/2025, nay là Phường Y (một phần), Xã X"
    started = row(report, "xa-x").note
    assert started is not None
    assert started.vi == "từ 01/07/2025"


async def test_a_unit_that_ended_names_its_successors(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, BEFORE)
    await a_year(ledger)
    await put(ledger, AFTER)
    report = await ask(ledger, "huyen-b", "2025-08")
    assert report.rows[0].seconds == Seconds()
    assert report.rows[0].seconds.availability is None
    assert "huyen-b: đến 30/06/2025, nay là Phường Y." in notes(report)


async def test_time_before_and_after_a_target_is_excluded(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    fleeting = site("s9", "xa-1", valid_from=date(2026, 10, 11), valid_to=date(2026, 10, 21))
    await put(ledger, Inventory(units=LAND.units, sites=(fleeting,)))
    await up_since(ledger, at(1, month=9), "s9")
    report = await ask(ledger, "xa-1")
    assert row(report, "s9").seconds == Seconds(up=10 * DAY, excluded=21 * DAY)
    note = row(report, "s9").note
    assert note is not None
    assert note.vi == "từ 11/10/2026 đến 20/10/2026"
    assert "không còn trong danh mục" in notes(report)


def office(**more: object) -> tuple[CalendarSpan, ...]:
    return tuple(
        CalendarSpan.model_validate(
            {"slug": "hc", "name": "Giờ hành chính", "days": (1, 2, 3, 4, 5)}
            | {"begin": begin, "end": end}
            | more
        )
        for begin, end in ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
    )


async def test_working_hours_leave_out_nights_weekends_and_holidays(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    days = (
        SpecialDay(on=date(2026, 10, 5), kind="holiday", name="Nghỉ"),
        SpecialDay(on=date(2026, 10, 10), kind="working", name="Làm bù", like=1),
    )
    await put(ledger, LAND.model_copy(update={"calendars": office(), "special_days": days}))
    await up_since(ledger, at(1, month=9), "s1")
    await keep(
        ledger,
        *(("s1", DOWN, at(5, 8)), ("s1", UP, at(5, 12))),  # the holiday
        *(("s1", DOWN, at(10, 11)), ("s1", UP, at(10, 14))),  # the Saturday that is worked
        *(("s1", DOWN, at(11, 8)), ("s1", UP, at(11, 12))),  # a Sunday
    )
    report = await ask(ledger, "xa-1", calendar="hc")
    worked = 22 * 7.5 * HOUR  # 22 weekdays, one of them off, one Saturday worked
    assert report.rows[0].seconds == Seconds(
        up=int(worked) - HOUR, down=HOUR, excluded=31 * DAY - int(worked)
    )
    (outage,) = report.outages
    assert (outage.begin, outage.end) == (at(10, 11), at(10, 14))
    assert (outage.seconds, outage.excluded) == (HOUR, 2 * HOUR)
    assert report.calendar.vi == "Giờ hành chính"
    assert [day.vi for day in report.special_days.values()] == ["Nghỉ", "Làm bù"]
    with pytest.raises(NotFound):
        await ask(ledger, "xa-1", calendar="không-có")


async def test_what_is_switched_off_as_planned_is_no_gap(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    switched = LAND.model_copy(
        update={"calendars": office(), "sites": (site("s1", "xa-1", calendar="hc"),)}
    )
    await put(ledger, Inventory(units=switched.units, calendars=office(), sites=switched.sites))
    await up_since(ledger, at(1, month=9), "s1")
    await keep(ledger, ("s1", UNKNOWN, at(5, 16)), ("s1", UP, at(6, 8)))
    always = (await ask(ledger, "xa-1")).rows[0].seconds
    assert always == Seconds(
        up=31 * DAY - 16 * HOUR, unknown=3 * HOUR // 2, excluded=29 * HOUR // 2
    )
    expected = (await ask(ledger, "xa-1", calendar="expected")).rows[0].seconds
    assert expected.unknown == 3 * HOUR // 2
    assert expected.up == 22 * 15 * HOUR // 2 - 3 * HOUR // 2


IN_COMMUNE, OF_SITE = Scope(units=("xa-1",)), Scope(targets=("s1",))


async def with_works(
    ledger: Ledger, announced: datetime, scope: Scope = IN_COMMUNE, **more: object
) -> str:
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "s2", "k1")
    await keep(ledger, *((t, DOWN, at(20, 22)) for t in ("s1", "k1")))
    await keep(ledger, *((t, UP, at(21, 3)) for t in ("s1", "k1")))
    fields: dict[str, object] = {"announced_at": announced} | more
    works = await ledger.maintenance.add(
        at(20, 22), at(21, 2), "Nâng cấp tuyến", "an", announced, scope=scope, **fields  # type: ignore[arg-type]
    )  # fmt: skip
    return works.id


async def test_works_announced_long_enough_ahead_are_excluded_and_printed(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await with_works(ledger, at(8))  # 9, 12–16 and 19 October lie between
    report = await ask(ledger, "xa-1")
    assert row(report, "s1").seconds == Seconds(
        up=31 * DAY - 5 * HOUR, down=HOUR, excluded=4 * HOUR
    )
    (works,) = report.works
    assert (works.excluded, works.seconds, works.why) == (True, 4 * HOUR, None)
    (outage,) = report.outages
    assert (outage.seconds, outage.excluded) == (HOUR, 4 * HOUR)
    assert report.links[0].seconds.excluded == 4 * HOUR
    assert (await ask(ledger, "xa-2")).works == ()


async def test_works_announced_too_late_count_and_are_printed(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await with_works(ledger, at(9))
    report = await ask(ledger, "xa-1")
    assert row(report, "s1").seconds.down == 5 * HOUR
    (works,) = report.works
    assert not works.excluded
    assert works.why is not None
    assert works.why.vi == "báo trước 6 ngày làm việc, cần 7"
    asked = await ask(ledger, "xa-1", notice=6)
    assert row(asked, "s1").seconds.down == HOUR
    assert row(await ask(ledger, "xa-1", notice=0), "s1").seconds.down == HOUR


async def test_works_that_come_back_are_weighed_time_by_time(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await with_works(ledger, at(9), rule="FREQ=DAILY;INTERVAL=2;COUNT=8")  # 20, 22 … 3 November
    await keep(ledger, ("s1", DOWN, at(23, 1)), ("s1", UP, at(23, 2)))
    report = await ask(ledger, "xa-1")
    assert [(w.maintenance.begin, w.excluded) for w in report.works] == [
        (at(20, 22), False),  # six working days after the letter; then there are seven and more
        *((at(day, 22), True) for day in (22, 24, 26, 28, 30)),
    ]
    assert {w.seconds for w in report.works} == {4 * HOUR}
    assert row(report, "s1").seconds == Seconds(
        up=31 * DAY - 25 * HOUR, down=5 * HOUR, excluded=20 * HOUR
    )
    assert (await ask(ledger, "xa-1", "2026-09")).works == ()


async def test_the_same_works_once_or_by_a_rule_of_one_time_are_the_same_files(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger

    async def files(code: str) -> list[bytes]:
        report = await ask(ledger, "xa-1", as_known_at=at(2, month=11))
        made = [render(report, Letterhead(), "vi", form) for form in (Format.JSON, Format.HTML)]
        return [file.replace(code.encode(), b"BT") for file in made]

    code = await with_works(ledger, at(8))
    once = await files(code)
    await ledger.maintenance.cancel(code, "an", at(8))
    again = await ledger.maintenance.add(
        at(20, 22), at(21, 2), "Nâng cấp tuyến", "an", at(8),
        scope=IN_COMMUNE, rule="FREQ=DAILY;COUNT=1",
    )  # fmt: skip
    assert await files(again.id) == once


async def test_works_that_overlap_are_counted_once(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await with_works(ledger, at(1))
    await ledger.maintenance.add(
        at(21, 1), at(21, 3), "Đo kiểm", "an", at(1), scope=OF_SITE, announced_at=at(1)
    )
    report = await ask(ledger, "xa-1")
    assert row(report, "s1").seconds == Seconds(up=31 * DAY - 5 * HOUR, excluded=5 * HOUR)
    assert [w.seconds for w in report.works] == [4 * HOUR, 2 * HOUR]
    assert report.outages == ()


async def test_works_called_off_count_for_nothing(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    code = await with_works(ledger, at(1))
    await ledger.maintenance.cancel(code, "an", at(3))
    report = await ask(ledger, "xa-1")
    assert report.works == ()
    assert row(report, "s1").seconds.down == 5 * HOUR
    before = await ask(ledger, "xa-1", as_known_at=at(2))
    assert before.rows[0].seconds == Seconds(up=DAY)  # known by then: one day of the month


async def test_works_recorded_late_are_among_the_facts_up_to_the_printed_moment(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    code = await with_works(ledger, at(1))
    late, later = at(15, month=11), at(16, month=11)
    await ledger.maintenance.add(
        at(21, 2), at(21, 3), "Đo kiểm", "an", late - timedelta(milliseconds=1),
        scope=OF_SITE, announced_at=at(1),
    )  # fmt: skip
    report = await ask(ledger, "xa-1")
    assert report.as_known_at == late  # the second's end: files print no fractions
    assert as_bytes(report) == as_bytes(await ask(ledger, "xa-1", as_known_at=late))
    assert (await ask(ledger, "xa-2")).as_known_at == at(1, month=11)  # concerns it not
    await ledger.maintenance.cancel(code, "an", later)
    report = await ask(ledger, "xa-1")
    assert report.as_known_at == later
    assert as_bytes(report) == as_bytes(await ask(ledger, "xa-1", as_known_at=later))


async def test_works_of_a_carrier_concern_its_lines(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await with_works(ledger, at(1), Scope(carriers=("vnpt",)))
    report = await ask(ledger, "VNPT", scope=ScopeKind.CARRIER)
    assert report.rows[0].seconds.excluded == 4 * HOUR
    assert (await ask(ledger, "xa-1")).rows[0].seconds.excluded == 0


async def test_works_of_a_circuit_concern_its_line_alone(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    circuit = LAND.links[0].circuit or ""
    await with_works(ledger, at(1), Scope(circuits=(circuit.lower(),)))
    report = await ask(ledger, "xa-1")
    assert row(report, "s1").seconds.excluded == 0
    assert {line.key: line.seconds.excluded for line in report.links} == {"k1": 4 * HOUR}
    others = await ask(ledger, "TSLCD cấp II", scope=ScopeKind.NETWORK)
    assert {line.key: line.seconds.excluded for line in others.links} == {"k1": 4 * HOUR, "k2": 0}


async def test_works_that_mend_an_incident_excuse_no_outage(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    code = "SC-20261020-0001"
    mended = Incident(
        id=code, root="k1", severity=Severity.CRITICAL, began_at=at(20), decided_at=at(20)
    )
    await ledger.brain.commit(Outcome(incidents=[mended]), at(20))
    await with_works(ledger, at(1), Scope(incidents=(code,)))
    report = await ask(ledger, "xa-1")
    assert row(report, "s1").seconds.down == 5 * HOUR
    assert report.works == ()


async def test_a_class_of_links_is_split_by_carrier(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "k1", "k2")
    await keep(ledger, ("k1", AWAY, at(3)), ("k1", UP, at(4)), ("k2", DOWN, at(3)))
    report = await ask(ledger, "tslcd cấp ii", scope=ScopeKind.NETWORK)
    assert report.scope.key == "TSLCD cấp II"
    assert [(r.key, r.depth) for r in report.rows] == [
        ("TSLCD cấp II", 0), ("Viettel", 1), ("VNPT", 1)
    ]  # fmt: skip
    assert row(report, "VNPT").seconds == Seconds(up=30 * DAY, unknown=DAY)
    assert row(report, "Viettel").seconds == Seconds(up=2 * DAY, down=29 * DAY)
    assert [(r.key, r.detail) for r in report.links] == [("k1", "C1"), ("k2", "C2")]
    assert (report.outages[0].carrier, report.outages[0].circuit) == ("Viettel", "C2")
    assert report.outages[0].still_open
    assert row(report, "Viettel").mttr is None


async def test_a_carrier_written_in_two_ways_is_one(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    links = [link.model_copy(update={"carrier": name}) for link, name in
             zip(LAND.links, ("viettel", "Viettel"), strict=True)]  # fmt: skip
    await put(ledger, LAND.model_copy(update={"links": tuple(links)}))
    await up_since(ledger, at(1), "k1", "k2")
    report = await ask(ledger, "TSLCD cấp II", scope=ScopeKind.NETWORK)
    assert [(r.key, r.targets) for r in report.rows] == [("TSLCD cấp II", 2), ("Viettel", 2)]


async def test_an_organisation_and_a_single_target_can_be_asked_for(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "s2", "k2", "g2")
    report = await ask(ledger, "so-y-te", scope=ScopeKind.ORGANISATION)
    assert keys(report.rows) == ["so-y-te", "s2"]
    assert keys(report.links) == ["k2"]
    one = await ask(ledger, "s2", scope=ScopeKind.TARGET)
    assert [(r.key, r.kind) for r in one.rows] == [("s2", TargetKind.SITE)]
    assert one.rows[0].timeline
    assert keys(one.links) == ["k2"]
    gateway = await ask(ledger, "g2", scope=ScopeKind.TARGET)
    assert gateway.rows[0].seconds == Seconds(up=31 * DAY)
    devices = await ask(ledger, "xa-2", kind=TargetKind.DEVICE)
    assert keys(devices.rows) == ["xa-2", "g2"]
    for scope in ScopeKind:
        with pytest.raises(NotFound):
            await ask(ledger, "không-có", scope=scope)


async def test_an_outage_names_its_root_its_cause_and_its_incident(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "k1")
    await keep(ledger, ("s1", DOWN, at(5)), reason="gateway_lost", cause="g1")
    await keep(ledger, ("s1", AWAY, at(5, 0.5)), reason="parent_failed", cause="k1")
    await keep(ledger, ("s1", UP, at(5, 4)))
    incident = Incident(
        id="SC-20261005-0001", root="k1", severity=Severity.MAJOR, began_at=at(5),
        decided_at=at(5), recovered_at=at(5, 4),
        members=(Member(target="k1", joined_at=at(5)), Member(target="s1", joined_at=at(5))),
    )  # fmt: skip
    await ledger.brain.commit(Outcome(incidents=[incident]), NOW)
    (outage,) = (await ask(ledger, "xa-1")).outages
    assert (outage.seconds, outage.root, outage.incident) == (4 * HOUR, "k1", "SC-20261005-0001")
    assert outage.root_name is not None
    assert outage.root_name.vi == "Kênh 1"
    assert outage.cause is not None
    assert outage.cause.vi == "không tới được do Kênh 1"
    assert (outage.carrier, outage.circuit) == ("VNPT", "C1")
    assert outage.stated is None


async def test_an_outage_has_the_cause_that_people_found_as_it_was_known(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "k1")
    await keep(ledger, ("s1", AWAY, at(5)), reason="parent_failed", cause="k1")
    await keep(ledger, ("s1", UP, at(5, 4)))
    whole = Incident(
        id="SC-20261005-0001", root="k1", severity=Severity.MAJOR, began_at=at(5),
        decided_at=at(5), recovered_at=at(5, 4),
        members=(Member(target="k1", joined_at=at(5)), Member(target="s1", joined_at=at(5))),
    )  # fmt: skip
    apart = whole.model_copy(
        update={"id": "SC-20261005-0002", "root": "s1", "apart_from": whole.id}
    )
    await ledger.brain.commit(Outcome(incidents=[whole, apart]), NOW)
    cut = Category("cable", Text("đứt cáp", "cable cut"), Fault.CARRIER)
    stated = Stated("an", at(6), cut, Fault.NOBODY, "lũ cuốn")
    await ledger.findings.state([apart.id], stated)
    report = await ask(ledger, "xa-1")
    (outage,) = report.outages
    assert outage.incident == apart.id  # what a person split off, not what it was a part of
    assert (outage.stated, outage.fault) == (
        Text("đứt cáp: lũ cuốn", "cable cut: lũ cuốn"),
        Text("bất khả kháng", "force majeure"),
    )
    await ledger.findings.state([apart.id], stated._replace(now=NOW, text="", fault=None))
    assert (await ask(ledger, "xa-1", as_known_at=at(7))).outages == (outage,)
    page = render(await ask(ledger, "xa-1"), Letterhead(), "vi", Format.HTML).decode()
    assert "đứt cáp (nhà mạng)" in page


async def test_many_outages_are_counted_and_the_longest_listed(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1")
    for day in range(1, 21):
        await keep(ledger, ("s1", DOWN, at(day, 8)), ("s1", UP, at(day, 8 + day / 10)))
    report = await ask(ledger, "xa-1", listed=3)
    assert report.rows[0].outages == 20
    assert [o.begin for o in report.outages] == [at(18, 8), at(19, 8), at(20, 8)]
    assert "3 lần gián đoạn dài nhất trong số 20 lần" in notes(report)
    assert len((await ask(ledger, "xa-1", listed=None)).outages) == 20
    assert (await ask(ledger, "xa-1", listed=0)).outages == ()


async def test_lines_beside_sites_know_how_they_were_before(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await up_since(ledger, at(1, month=9), "s1", "k1", "k2")
    down = at(10, month=9)
    await keep(ledger, ("k1", DOWN, down), ("k1", UP, down + timedelta(hours=3)))
    first, second = (await ask(ledger)).links
    assert first.before == Seconds(up=30 * DAY - 3 * HOUR, down=3 * HOUR)
    assert second.before == Seconds(up=30 * DAY)
    (alone,) = (await ask(ledger, "s1", scope=ScopeKind.TARGET)).links
    assert alone.before == first.before
    assert (await ask(ledger, compare=False)).links[0].before is None


async def test_doubtful_time_of_our_own_marks_the_report(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    await ledger.timekeeping.keep(
        ClockSpan(kind=ClockTrouble.UNSYNCHRONISED, begin=at(30, month=9), end=at(2))
    )
    assert (await ask(ledger, "xa-1")).unsynchronised == ((at(1), at(2)),)


async def test_doubtful_time_that_goes_on_does_not_change_what_was_known(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    known = at(2, 8)

    async def doubtful_until(end: datetime) -> None:
        span = ClockSpan(kind=ClockTrouble.UNSYNCHRONISED, begin=at(2), end=end)
        await ledger.timekeeping.keep(span)

    await doubtful_until(known - timedelta(seconds=50))
    running = await ask(ledger, now=known)
    first = await ask(ledger, now=known, as_known_at=running.as_known_at)
    await doubtful_until(known + timedelta(seconds=10))
    later = await ask(ledger, now=known + timedelta(minutes=1), as_known_at=running.as_known_at)
    assert running.as_known_at == known
    assert as_bytes(running) == as_bytes(first) == as_bytes(later)
    assert first.unsynchronised == ((at(2), known - timedelta(minutes=2)),)


async def test_a_finished_period_is_known_once_its_doubtful_time_was_written(
    sqlite_ledger: Ledger,
) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    end = at(1, month=11)
    span = ClockSpan(kind=ClockTrouble.UNSYNCHRONISED, begin=at(2), end=end + timedelta(hours=1))
    await ledger.timekeeping.keep(span)
    for now in (end + timedelta(seconds=30), NOW):
        report = await ask(ledger, now=now)
        again = await ask(ledger, now=NOW, as_known_at=report.as_known_at)
        assert report.as_known_at <= now
        assert as_bytes(report) == as_bytes(again)
    assert report.unsynchronised == ((at(2), end),)


async def test_nothing_watched_is_no_data_rather_than_all_well(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    report = await ask(ledger, "75")
    assert report.rows[0].seconds == Seconds(unknown=3 * 31 * DAY)
    assert report.rows[0].seconds.availability is None
    assert report.worst == ()


async def test_progress_is_told(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await put(ledger, LAND)
    told: list[tuple[int, int]] = []
    request = UptimeRequest(ScopeKind.UNIT, "75", read(PeriodKind.MONTH, "2026-10"))
    await build(ledger, request, NOW, progress=lambda *p: told.append(p))
    assert told == [(5, 5)]
