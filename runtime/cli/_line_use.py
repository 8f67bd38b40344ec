"""The use of lines from the terminal: measured now from the counters, over any seven days."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from core.clock import SystemClock
from core.errors import Conflict, Invalid, Problem, Unavailable
from core.inventory import Inventory
from core.text import Text, fold
from core.watching import Target, TargetKind
from inventory.compiled import compile_estate
from inventory.plan import as_of
from reports.capacity import Direction, Week, ended_by, worst_first
from reports.periods import local_day, midnight
from reports.render import figures, words
from reports.render.kinds import Format
from reports.render.line_use import FORMATS, Line, line_use_file
from runtime.assembly import letterhead, looking_defaults
from runtime.cli._inventory import Speaker, pieces
from runtime.cli._ledger import Voice, settings_of, with_ledger
from runtime.cli._reports import Desk
from runtime.cli._series import engine, with_secrets
from runtime.line_use import measured
from runtime.settings import Settings
from storage.ledger import Ledger

_MEGA = 1e6
_NO_ENGINE = Text(
    "Không lưu chuỗi thời gian ([series] enabled) nên không có gì để tính",
    "No time series are kept ([series] enabled), so there is nothing to count from",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say."""

    unit: str | None
    carrier: str | None
    on: str | None
    output: Path | None
    lang: str | None


def tell(wanted: Wanted, config: Path | None, voice: Voice) -> None:
    """Measure, and print or write what was found."""
    desk = Desk(voice, config)
    language = desk.language(wanted.lang)
    form = desk.meant(lambda: _form(wanted.output))
    day = desk.meant(lambda: _day(wanted.on))
    settings = settings_of(config, voice)

    async def work(ledger: Ledger) -> tuple[Week, list[Line]]:
        return await _measured(ledger, settings, wanted, day, voice)

    week, lines = with_ledger(config, voice, work, needs_key=with_secrets(settings.series))
    if wanted.output is not None and form is not None:
        head = letterhead(settings.reports)
        content = line_use_file(week, lines, head, language, form)
        desk.put(wanted.output, content)
        return
    if voice.as_json:
        head = letterhead(settings.reports)
        sys.stdout.buffer.write(line_use_file(week, lines, head, language, Format.JSON))
        return
    span = words.said("span", language, figures.minute(week.begin), figures.minute(week.end))
    voice.done(Text(span, span))
    voice.table(
        (
            words.WORDS["line_name"],
            words.WORDS["carrier"],
            words.WORDS["capacity"],
            words.WORDS["direction"],
            Text("P95", "P95"),
            words.WORDS["at_least"],
            words.WORDS["missing_slots"],
            words.WORDS["verdict"],
        ),
        [row for line in lines for row in _rows(line, voice)],
    )


def _rows(line: Line, voice: Voice) -> list[dict[str, object]]:
    use, language = line.use, voice.language
    return [
        {
            "line": line.name.said(language),
            "carrier": line.carrier or "",
            "capacity": f"{use.capacity / _MEGA:g}" if use.capacity else "",
            "direction": direction.value,
            "p95": _share(use.share(use.way(direction).p95)),
            "at_least": _share(
                use.share(use.way(direction).at_least) if use.way(direction).known else None
            ),
            "missing": use.way(direction).missing,
            "verdict": words.VERDICT[use.verdict_of(direction)].said(language),
        }
        for direction in Direction
    ]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"


async def _measured(
    ledger: Ledger, settings: Settings, wanted: Wanted, day: date, voice: Voice
) -> tuple[Week, list[Line]]:
    inventory = await ledger.inventory.load()
    estate = compile_estate(inventory, day, looking_defaults(settings.looking))
    unit = _unit(inventory, day, wanted.unit)
    carrier = fold(wanted.carrier or "")

    def holds(target: Target) -> bool:
        within = unit is None or unit in target.unit_path
        return within and (not carrier or fold(target.carrier or "") == carrier)

    end = midnight(day + timedelta(days=1))
    async with engine(ledger, settings.series) as reader:
        if reader is None:
            raise Unavailable(_NO_ENGINE)
        speaker = Speaker(as_json=voice.as_json)
        task = Text(vi="Đang tính", en="Counting")
        with pieces(speaker, task) as show:
            week = await measured(reader, estate, end, only=holds, progress=show)
    targets = {t.slug: t for t in estate.targets if t.kind is TargetKind.LINK}
    names = {one.slug: one for one in as_of(inventory, day).units}
    return week, [
        Line(
            use,
            Text(targets[use.link].name, targets[use.link].name_en or targets[use.link].name),
            targets[use.link].unit or "",
            Text(one.name, one.name_en or one.name)
            if (one := names.get(targets[use.link].unit or ""))
            else None,
            targets[use.link].carrier,
            targets[use.link].circuit,
        )
        for use in worst_first(week.lines.values())
    ]


def _unit(inventory: Inventory, day: date, asked: str | None) -> str | None:
    """Return the slug of a unit by its code or slug; Conflict if there is none."""
    if asked is None:
        return None
    for one in as_of(inventory, day).units:
        if asked in {one.slug, one.code}:
            return one.slug
    raise Conflict(Text(f"Không có đơn vị {asked}", f"There is no unit {asked}"))


def _day(written: str | None) -> date:
    """Return the last of the seven days; Invalid if it is none, or has not ended."""
    newest = local_day(ended_by(SystemClock().now()) - timedelta(seconds=1))
    if written is None:
        return newest
    day = None
    with suppress(ValueError):
        day = date.fromisoformat(written)
    if day is None or day > newest:
        raise Invalid(
            [
                Problem(
                    file="report",
                    key="--on",
                    what=Text(f"“{written}” không phải ngày đã hết", f"“{written}” has not ended"),
                    mend=Text(
                        f"Viết một ngày đến {newest.isoformat()}",
                        f"Write a day up to {newest.isoformat()}",
                    ),
                )
            ]
        )
    return day


def _form(path: Path | None) -> Format | None:
    if path is None:
        return None
    ending = path.suffix.lstrip(".").lower()
    known = [form.value for form in FORMATS]
    if ending not in known:
        raise Invalid(
            [
                Problem(
                    file="report",
                    key="--output",
                    what=Text(f"không có “{ending}”", f"there is no “{ending}”"),
                    mend=Text(f"Dùng được: {', '.join(known)}", f"There are: {', '.join(known)}"),
                )
            ]
        )
    return Format(ending)
