"""When is which report sent to whom? One schedule of the settings, and when it is due."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from core.clock import LOCAL
from core.model import Model
from core.text import Language, Text
from core.watching import TargetKind
from reports.periods import before, local_day, period_of
from reports.render.kinds import Format
from reports.report import Period, PeriodKind, ScopeKind
from reports.request import UptimeRequest
from runtime.quantities import Wrong, hour

_SCOPES = tuple(kind.value for kind in ScopeKind)


def _somebody(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise Wrong(
            Text(vi="chưa có người nhận", en="nobody is to get it"),
            Text(
                vi='Viết người trong danh bạ hoặc địa chỉ, ví dụ ["lan", "so@tinh.gov.vn"]',
                en='Write contacts or addresses, such as ["lan", "so@tinh.gov.vn"]',
            ),
        )
    return value


class Schedule(Model):
    """One report that is sent by itself; docs/reports.md tells every key."""

    to: Annotated[tuple[str, ...], AfterValidator(_somebody)]  # slugs of contacts, or addresses
    unit: str | None = None
    organisation: str | None = None
    network: str | None = None
    carrier: str | None = None
    target: str | None = None
    every: PeriodKind = PeriodKind.MONTH
    day: Annotated[int, Field(ge=1, le=28)] = 1  # days after the period's end, 1 = the next day
    at: Annotated[time, BeforeValidator(hour)] = time(7, 30)  # local
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("vi",)
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = (Format.PDF, Format.XLSX)
    kind: TargetKind | None = None
    calendar: str = "24x7"
    channel: str | None = None  # a configured e-mail channel; None: the first

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if len([1 for name in _SCOPES if getattr(self, name)]) != 1:
            raise Wrong(
                Text(
                    vi="cần đúng một phạm vi báo cáo",
                    en="exactly one scope of the report is needed",
                ),
                Text(
                    vi=f"Đặt một trong các khoá: {', '.join(_SCOPES)}",
                    en=f"Set one of the keys: {', '.join(_SCOPES)}",
                ),
            )
        return self

    def period(self, now: datetime) -> Period:
        """Return the last period whose report is due; older ones are not made up for."""
        period = before(period_of(self.every, local_day(now)))
        return period if now >= self.due(period) else before(period)

    def due(self, period: Period) -> datetime:
        """Return when the report of a period is to be sent."""
        day = local_day(period.end) + timedelta(days=self.day - 1)
        return datetime.combine(day, self.at.replace(tzinfo=None), LOCAL).astimezone(UTC)

    def request(self, period: Period) -> UptimeRequest:
        """Return what is asked of the ledger."""
        scope = next(kind for kind in ScopeKind if getattr(self, kind.value))
        return UptimeRequest(
            scope=scope,
            key=getattr(self, scope.value),
            period=period,
            kind=self.kind,
            calendar=self.calendar,
            listed=None,
        )


def period_key(period: Period) -> str:
    """Return how a period is remembered: `month 2026-10-01`."""
    return f"{period.kind.value} {period.first.isoformat()}"
