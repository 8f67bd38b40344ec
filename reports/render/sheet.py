"""What of a report a document shows: lines folded, long lists bounded, charts drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.text import Language, Text
from reports.render import words
from reports.report import Outage, Report, Row, Seconds


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a document holds; the workbook holds everything."""

    lines: int = 400
    timelines: int = 200
    outages: int = 200
    links: int = 300


PAPER = Bounds(lines=260, timelines=160, outages=150, links=200)
PAGE = Bounds(lines=600, timelines=300, outages=300, links=300)
SCREEN = Bounds(lines=4000, timelines=1000, outages=1000, links=4000)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. A unit with a single target is one line, not two."""

    row: Row
    under: Text | None = None  # the unit's only target

    @property
    def depth(self) -> int:
        """Return how far it is set in; beyond four a table has no room."""
        return min(self.row.depth, 4)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report as a document shows it; the `more_…` say how much is left to the workbook."""

    report: Report
    whole: Row
    lines: tuple[Line, ...]
    more_lines: int
    timelines: tuple[Row, ...]
    more_timelines: int
    outages: tuple[Outage, ...]
    more_outages: int
    links: tuple[Row, ...]
    more_links: int
    count: int  # of all outages
    longest_bar: Fraction

    @property
    def goal_met(self) -> bool | None:
        """Say whether the goal was reached; None without a goal or without data."""
        reached = self.whole.seconds.availability
        goal = self.report.goal
        return None if goal is None or reached is None else reached >= goal


def sheet(report: Report, bounds: Bounds) -> Sheet:
    """Return what a document of these bounds shows of a report."""
    lines = _bounded_lines(list(_folded(report.rows)), bounds.lines)
    drawn = [row for row in report.rows if row.timeline] or [
        row for row in report.links if row.timeline
    ]
    timelines = _most_down(drawn, bounds.timelines)
    outages = _longest(report.outages, bounds.outages)
    folded = sum(1 for _ in _folded(report.rows))
    return Sheet(
        report=report,
        whole=report.rows[0],
        lines=tuple(lines),
        more_lines=folded - len(lines),
        timelines=tuple(timelines),
        more_timelines=len(drawn) - len(timelines),
        outages=tuple(outages),
        more_outages=told(report) - len(outages),
        links=report.links[: bounds.links],
        more_links=max(0, len(report.links) - bounds.links),
        count=told(report),
        longest_bar=max(
            (one for row in report.worst for one in (lost(row.seconds), lost(row.before)) if one),
            default=Fraction(0),
        ),
    )


def told(report: Report) -> int:
    """Return how many outages there were, whether or not all of them are listed."""
    return max(len(report.outages), report.rows[0].outages)


def lost(seconds: Seconds | None) -> Fraction | None:
    """Return the share of agreed and known time that was down; None where nothing is known."""
    if seconds is None or seconds.availability is None:
        return None
    return 1 - seconds.availability


def _folded(rows: Sequence[Row]) -> Iterator[Line]:
    skip = False
    for place, row in enumerate(rows):
        if skip:
            skip = False
            continue
        following = rows[place + 1] if place + 1 < len(rows) else None
        alone = (
            following is not None
            and row.kind is None
            and row.depth > 0
            and row.targets == 1
            and following.kind is not None
            and following.depth == row.depth + 1
        )
        skip = alone
        yield Line(row, _beside(row, following) if alone and following is not None else None)


def _beside(row: Row, target: Row) -> Text | None:
    """Return the name of a unit's only target, unless it says no more than the unit's own."""
    return None if row.name.vi.casefold() in target.name.vi.casefold() else target.name


def _bounded_lines(lines: list[Line], limit: int) -> list[Line]:
    """Return the lines; of too many first the units alone, then the first of them."""
    if len(lines) <= limit:
        return lines
    return [line for line in lines if line.row.kind is None][:limit] or lines[:limit]


def _most_down(rows: list[Row], limit: int) -> list[Row]:
    """Return the rows; of too many those with most time down, in their old order."""
    if len(rows) <= limit:
        return rows
    worst = sorted(range(len(rows)), key=lambda place: (-rows[place].seconds.down, place))[:limit]
    return [rows[place] for place in sorted(worst)]


def _longest(outages: Sequence[Outage], limit: int) -> list[Outage]:
    """Return the outages; of too many the longest, in their old order."""
    if len(outages) <= limit:
        return list(outages)
    found = sorted(range(len(outages)), key=lambda place: (-outages[place].seconds, place))[:limit]
    return [outages[place] for place in sorted(found)]


def blame(outage: Outage, language: Language) -> str:
    """Return what failed and how: as people found, else as it was measured.

    A measured cause stands alone where it names the root already.
    """
    if outage.root is None or outage.root == outage.target:
        root = words.said("itself", language) if outage.root else ""
    else:
        root = outage.root_name.said(language) if outage.root_name else outage.root
    if outage.stated is not None:
        fault = f" ({outage.fault.said(language)})" if outage.fault is not None else ""
        return ": ".join(filter(None, (root, outage.stated.said(language)))) + fault
    cause = outage.cause.said(language) if outage.cause else ""
    return cause if root in cause else ": ".join(part for part in (root, cause) if part)
