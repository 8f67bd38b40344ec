"""The report for programs: exact integers, keys always in the same order."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import TypeVar

from core.text import Text
from reports.capacity import Crowding
from reports.indicators import Indicator
from reports.render.figures import percent_figure
from reports.report import Outage, Period, Report, Row, Seconds, Works

SCHEMA = "thongsuot.uptime/1"
T = TypeVar("T")
Plain = dict[str, object]


def jsonfile(report: Report) -> bytes:
    """Return the report as UTF-8 JSON, both languages within; docs/reports.md has the schema."""
    return (json.dumps(plain(report), ensure_ascii=False, indent=1) + "\n").encode()


def plain(report: Report) -> Plain:
    """Return the report as JSON's own types."""
    return {
        "schema": SCHEMA,
        "scope": {
            "kind": report.scope.kind.value,
            "key": report.scope.key,
            "code": report.scope.code,
            "name": _text(report.scope.name),
        },
        "period": _period(report.period),
        "previous": _period(report.previous),
        "calendar": _text(report.calendar),
        "as_known_at": _moment(report.as_known_at),
        "goal": {
            "percent": percent_figure(report.goal),
            "is_ours": report.goal_is_ours,
        }
        if report.goal is not None
        else None,
        "rows": [_row(row) for row in report.rows],
        "outages": [_outage(one) for one in report.outages],
        "worst": [row.key for row in report.worst],
        "works": [_works(one) for one in report.works],
        "links": [_row(row) for row in report.links],
        "unsynchronised": [
            {"begin": _moment(begin), "end": _moment(end)} for begin, end in report.unsynchronised
        ],
        "special_days": [
            {"on": on.isoformat(), "name": _text(name)}
            for on, name in sorted(report.special_days.items())
        ],
        "notes": [_text(note) for note in report.notes],
        "crowding": _maybe(report.crowding, _crowding),
        "indicators": [_indicator(one) for one in report.indicators],
    }


def _row(row: Row) -> Plain:
    return {
        "key": row.key,
        "name": _text(row.name),
        "depth": row.depth,
        "kind": row.kind.value if row.kind else None,
        "level": row.level,
        "code": row.code,
        "detail": row.detail,
        "targets": row.targets,
        "seconds": _seconds(row.seconds),
        "before": _maybe(row.before, _seconds),
        "outages": row.outages,
        "longest_seconds": row.longest,
        "mttr_seconds": _maybe(row.mttr, _exact),
        "mtbf_seconds": _maybe(row.mtbf, _exact),
        "note": _maybe(row.note, _text),
    }


def _seconds(seconds: Seconds) -> Plain:
    return {
        "up": seconds.up,
        "degraded": seconds.degraded,
        "down": seconds.down,
        "excluded": seconds.excluded,
        "unknown": seconds.unknown,
        "total": seconds.total,
        "numerator": seconds.numerator,
        "denominator": seconds.denominator,
        "availability_percent": percent_figure(seconds.availability),
    }


def _outage(one: Outage) -> Plain:
    return {
        "target": one.target,
        "name": _text(one.name),
        "unit": one.unit,
        "unit_name": _maybe(one.unit_name, _text),
        "begin": _moment(one.begin),
        "end": _moment(one.end),
        "seconds": one.seconds,
        "excluded_seconds": one.excluded,
        "began_before": one.began_before,
        "still_open": one.still_open,
        "root": one.root,
        "root_name": _maybe(one.root_name, _text),
        "cause": _maybe(one.cause, _text),
        "stated_cause": _maybe(one.stated, _text),
        "fault": _maybe(one.fault, _text),
        "carrier": one.carrier,
        "circuit": one.circuit,
        "incident": one.incident,
    }


def _works(works: Works) -> Plain:
    one = works.maintenance
    return {
        "id": one.id,
        "begin": _moment(one.begin),
        "end": _moment(one.end),
        "reason": one.reason,
        "reference": one.reference,
        "announced_at": _moment(one.announced_at),
        "cancelled_at": _maybe(one.cancelled_at, _moment),
        "units": list(one.units),
        "carriers": list(one.carriers),
        "circuits": list(one.circuits),
        "targets": list(one.targets),
        "seconds": works.seconds,
        "excluded": works.excluded,
        "why": _maybe(works.why, _text),
    }


def _indicator(one: Indicator) -> Plain:
    return {
        "code": one.code,
        "name": _text(one.name),
        "of": one.of,
        "per": one.per,
        "units": one.units,
        "stale_rows": one.stale,
        "figures": _text(one.figures),
        "source": _text(one.source),
    }


def _crowding(one: Crowding) -> Plain:
    return {
        "links": one.watched,
        "unknown": one.unknown,
        "above": [
            {
                "link": line.link,
                "name": _text(line.name),
                "carrier": line.carrier,
                "circuit": line.circuit,
                "direction": line.direction.value,
                "days": line.days,
                "judged_days": line.judged,
                "highest_p95_ratio": round(line.highest, 6),
                "first": line.first.isoformat(),
                "last": line.last.isoformat(),
            }
            for line in one.lines
        ],
    }


def _period(period: Period) -> Plain:
    return {
        "kind": period.kind.value,
        "first": period.first.isoformat(),
        "begin": _moment(period.begin),
        "end": _moment(period.end),
        "name": _text(period.name),
    }


def _text(text: Text) -> Plain:
    return {"vi": text.vi, "en": text.en}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _exact(value: Fraction) -> Sequence[int]:
    return [value.numerator, value.denominator]


def _maybe(value: T | None, made: Callable[[T], object]) -> object:
    return None if value is None else made(value)
