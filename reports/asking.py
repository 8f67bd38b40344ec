"""From what somebody wrote to a request: one scope, one period that has begun."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from core.errors import Invalid, Problem
from core.text import Text
from core.watching import TargetKind
from reports import periods
from reports.hours import ALWAYS
from reports.report import Period, PeriodKind, ScopeKind
from reports.request import UptimeRequest

K = TypeVar("K")
LISTED = 100_000  # outages that a file lists one by one; a document shows fewer and says so


def asked(
    scopes: Mapping[ScopeKind, str | None],
    spans: Mapping[PeriodKind, str | None],
    now: datetime,
    *,
    kind: TargetKind | None = None,
    calendar: str | None = None,
    vantage: str | None = None,
    as_known_at: datetime | None = None,
) -> UptimeRequest:
    """Return the request; Invalid names everything that is wrong with it at once."""
    problems: list[Problem] = []
    scope = _one(scopes, problems, _SCOPE)
    span = _one(spans, problems, _PERIOD)
    period = None
    if span is not None:
        period = _read(span[0], span[1], now, problems)
    if as_known_at is not None and as_known_at.tzinfo is None:
        problems.append(_ZONE)
    if kind is TargetKind.GROUP:
        problems.append(_GROUP)
    if vantage and kind is not TargetKind.SERVICE:
        problems.append(_VANTAGE)
    if problems or scope is None or period is None:
        raise Invalid(problems)
    return UptimeRequest(
        scope=scope[0],
        key=scope[1].strip(),
        period=period,
        kind=kind,
        calendar=calendar or ALWAYS,
        vantage=vantage or None,
        as_known_at=as_known_at.astimezone(UTC) if as_known_at else None,
        listed=LISTED,
    )


def last(kind: PeriodKind, now: datetime) -> Period:
    """Return the last period of a kind that is over."""
    return periods.before(periods.period_of(kind, periods.local_day(now)))


def written(period: Period) -> str:
    """Return a period as `periods.read` reads it: `2026-10`, `2026-W41`, `2026-Q4`."""
    first = period.first
    week = first.isocalendar()
    return {
        PeriodKind.DAY: first.isoformat(),
        PeriodKind.WEEK: f"{week.year}-W{week.week:02d}",
        PeriodKind.MONTH: f"{first:%Y-%m}",
        PeriodKind.QUARTER: f"{first.year}-Q{(first.month - 1) // 3 + 1}",
        PeriodKind.YEAR: f"{first.year}",
    }[period.kind]


_SCOPE = Problem(
    file="report",
    key="scope",
    what=Text(
        "cần đúng một phạm vi: đơn vị, cơ quan, loại đường truyền, nhà cung cấp hoặc đối tượng",
        "exactly one scope is needed: unit, organisation, network, carrier or target",
    ),
    mend=Text("Ví dụ --unit 75 hoặc --carrier VNPT", "Such as --unit 75 or --carrier VNPT"),
)
_PERIOD = Problem(
    file="report",
    key="period",
    what=Text(
        "cần đúng một kỳ báo cáo: ngày, tuần, tháng, quý hoặc năm",
        "exactly one period is needed: day, week, month, quarter or year",
    ),
    mend=Text(
        "Ví dụ --month 2026-10, --quarter 2026-Q3", "Such as --month 2026-10, --quarter 2026-Q3"
    ),
)
_ZONE = Problem(
    file="report",
    key="as_known_at",
    what=Text("thời điểm thiếu múi giờ", "the moment has no time zone"),
    mend=Text("Viết như 2026-11-01T08:00:00+07:00", "Write it like 2026-11-01T08:00:00+07:00"),
)


_GROUP = Problem(
    file="report",
    key="kind",
    what=Text(
        "phần dùng chung (nhà mạng, vòng, trạm, lộ điện) không có thời gian hoạt động riêng",
        "what lines and sites share has no uptime of its own",
    ),
    mend=Text("Chọn đường truyền của nhà mạng ấy", "Count the links of that carrier"),
)

_VANTAGE = Problem(
    file="report",
    key="vantage",
    what=Text("chỉ dịch vụ mới có điểm đo", "services alone are looked at from a vantage"),
    mend=Text("Chọn tính dịch vụ (--kind service)", "Count services (--kind service)"),
)


def _one(
    given: Mapping[K, str | None], problems: list[Problem], problem: Problem
) -> tuple[K, str] | None:
    found = [(key, value) for key, value in given.items() if value and value.strip()]
    if len(found) != 1:
        problems.append(problem)
        return None
    return found[0]


def _read(kind: PeriodKind, text: str, now: datetime, problems: list[Problem]) -> Period | None:
    try:
        period = periods.read(kind, text)
    except Invalid as invalid:
        problems.extend(invalid.problems)
        return None
    if period.begin > now:
        problems.append(
            Problem(
                file="report",
                key=kind.value,
                what=Text(
                    f"kỳ “{period.name.vi}” chưa bắt đầu", f"“{period.name.en}” has not begun"
                ),
                mend=Text("Chọn một kỳ đã qua", "Choose a period of the past"),
            )
        )
        return None
    return period
