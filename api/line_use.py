"""The lines as people ask for them: the most crowded first, with who carries them and for whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.context import Context
from api.snapshot import Picture
from core.errors import Unavailable
from core.status import Status
from core.text import Text, fold, vietnamese_order
from core.watching import Target, TargetKind
from reports.capacity import LineUse, Week, worst_first
from reports.render.line_use import Line
from storage.port_quality import PortQuality

NOT_YET = Text(
    "Chưa có kết quả 7 ngày: chưa có máy chủ chuỗi thời gian, hoặc đang tính sau khi khởi động",
    "There are no figures of 7 days: no time-series engine, or they are being counted still",
)


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line now."""

    target: Target
    status: Status
    use: LineUse | None  # None: not measured yet
    quality: PortQuality | None


def matching(unit: str = "", carrier: str = "") -> Callable[[Target], bool]:
    """Return whether a line ends within a unit and is of a carrier; empty: any."""
    wanted = fold(carrier)

    def holds(target: Target) -> bool:
        if target.kind is not TargetKind.LINK:
            return False
        if unit and unit not in target.unit_path:
            return False
        return not wanted or fold(target.carrier or "") == wanted

    return holds


def line_rows(context: Context, picture: Picture, lines: Sequence[Target]) -> list[LineRow]:
    """Return lines: beyond the bound first, then by use, those without figures last."""
    week, quality = context.line_use(), context.line_quality()
    uses = week.lines if week is not None else {}
    order = {
        use.link: place
        for place, use in enumerate(
            worst_first(uses[line.slug] for line in lines if line.slug in uses)
        )
    }
    rows = [
        LineRow(line, picture.status(line.slug), uses.get(line.slug), quality.get(line.slug))
        for line in lines
    ]
    return sorted(
        rows,
        key=lambda row: (
            order.get(row.target.slug, len(order)),
            vietnamese_order(row.target.name),
            row.target.slug,
        ),
    )


def carriers(picture: Picture) -> list[str]:
    """Return the carriers of the lines there are, by name."""
    found = {t.carrier for t in picture.estate.targets if t.kind is TargetKind.LINK and t.carrier}
    return sorted(found, key=vietnamese_order)


def the_week(context: Context) -> Week:
    """Return the week that was measured last; Unavailable if there is none."""
    week = context.line_use()
    if week is None:
        raise Unavailable(NOT_YET)
    return week


def lines_of(picture: Picture, week: Week, wanted: Callable[[Target], bool]) -> list[Line]:
    """Return the wanted lines of a week for a file, the worst first."""
    targets = picture.targets
    uses = [u for slug, u in week.lines.items() if slug in targets and wanted(targets[slug])]
    return [_line(picture, targets[use.link], use) for use in worst_first(uses)]


def _line(picture: Picture, target: Target, use: LineUse) -> Line:
    unit = picture.units.get(target.unit or "")
    return Line(
        use,
        Text(target.name, target.name_en or target.name),
        target.unit or "",
        Text(unit.name, unit.name_en or unit.name) if unit is not None else None,
        target.carrier,
        target.circuit,
    )
