"""What the report commands share: counting with progress, the table, writing files."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from core.clock import LOCAL, SystemClock
from core.errors import Conflict, DomainError, Invalid, Problem, os_reason
from core.text import Language, Text
from core.watching import TargetKind
from reports.render import figures, words
from reports.render.document import title
from reports.render.formats import file_name, render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.render.sheet import PAPER, sheet
from reports.report import Report, Row
from reports.request import UptimeRequest
from runtime.assembly import letterhead
from runtime.cli._ledger import Voice, settings_of, with_ledger
from runtime.cli._series import engine, with_secrets
from runtime.nearest import counted
from runtime.press import prepare
from storage.ledger import Ledger

T = TypeVar("T")
_LANGUAGES: tuple[Language, ...] = ("vi", "en")
_LIST = 10  # outages on the terminal


class Desk:
    """Makes reports for a person at a terminal."""

    def __init__(self, voice: Voice, config: Path | None) -> None:
        self._voice = voice
        self._config = config

    def meant(self, read: Callable[[], T]) -> T:
        """Return what the options mean, or say what is wrong with them and end."""
        try:
            return read()
        except DomainError as error:
            self._voice.refuse(error)

    def language(self, given: str | None) -> Language:
        """Return the language of the report."""
        found: Language | None = next((one for one in _LANGUAGES if one == given), None)
        if given is not None and found is None:
            self._voice.refuse(_one_of("--lang", given, _LANGUAGES))
        return found or self._voice.language

    def counted(self, request: UptimeRequest) -> Report:
        """Return the report, with a bar while it is counted."""
        settings = settings_of(self._config, self._voice)
        with _bar() as bar:
            task = bar.add_task(_COUNTING.said(self._voice.language), total=None)

            def told(done: int, of: int) -> None:
                bar.update(task, completed=done, total=of)

            async def work(ledger: Ledger) -> Report:
                async with engine(ledger, settings.series) as series:
                    return await counted(ledger, request, SystemClock().now(), told, series=series)

            return with_ledger(
                self._config, self._voice, work, needs_key=with_secrets(settings.series)
            )

    def write(self, report: Report, language: Language, form: Format, path: Path | None) -> None:
        """Write one file, or to standard output."""
        content = self._rendered(report, language, form)
        if path is None:
            sys.stdout.buffer.write(content)
            return
        self.put(path, content)
        if not self._voice.as_json:
            self._said(path, content)

    def write_set(self, report: Report, folder: Path) -> None:
        """Write PDF and XLSX in both languages, two at a time."""
        head = self._head()
        jobs = [(language, form) for form in (Format.PDF, Format.XLSX) for language in _LANGUAGES]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._voice.refuse(_unwritable(folder, error))
        written: dict[str, int] = {}
        with _bar() as bar, _pool() as pool:
            task = bar.add_task(_PRINTING.said(self._voice.language), total=len(jobs))
            made = {
                pool.submit(render, report, head, language, form): file_name(report, language, form)
                for language, form in jobs
            }
            for future in as_completed(made):
                content = self.meant(future.result)
                self.put(folder / made[future], content)
                written[made[future]] = len(content)
                bar.advance(task)
        files = sorted(written)
        listed = "\n".join(f"{folder / name}  ({_size(written[name])})" for name in files)
        self._voice.done(Text(listed, listed), files=[str(folder / name) for name in files])

    def show(self, report: Report, language: Language) -> None:
        """Print the figures and the table."""
        shown = sheet(report, PAPER)
        console = Console(highlight=False, soft_wrap=True)
        for line in (title(report, language), *_facts(report, language)):
            console.print(line, markup=False)
        console.print()
        heads = ("name", "availability", "down", "unknown", "times", "before")
        rows: list[dict[str, object]] = [
            dict(zip(heads, _cells(line.row, language), strict=True)) for line in shown.lines
        ]
        self._voice.table(tuple(words.WORDS[key] for key in heads), rows)
        if shown.more_lines:
            console.print(words.said("more_rows", language, shown.more_lines), markup=False)
        longest = sorted(report.outages, key=lambda one: -one.seconds)[:_LIST]
        if longest:
            console.print()
            told = ("target", "begin", "end", "length", "cause")
            lines: list[dict[str, object]] = [
                {
                    "target": one.name.said(language),
                    "begin": figures.moment(one.begin),
                    "end": figures.moment(one.end),
                    "length": figures.clock(one.seconds, language),
                    "cause": one.cause.said(language) if one.cause else "",
                }
                for one in longest
            ]
            self._voice.table(tuple(words.WORDS[key] for key in told), lines)

    def _rendered(self, report: Report, language: Language, form: Format) -> bytes:
        head = self._head()
        with _bar() as bar:
            bar.add_task(_PRINTING.said(self._voice.language), total=None)
            return self.meant(lambda: render(report, head, language, form))

    def _head(self) -> Letterhead:
        return letterhead(settings_of(self._config, self._voice).reports)

    def put(self, path: Path, content: bytes) -> None:
        """Write a file, or say why that cannot be and end."""
        try:
            path.write_bytes(content)
        except OSError as error:
            self._voice.refuse(_unwritable(path, error))

    def _said(self, path: Path, content: bytes) -> None:
        size = _size(len(content))
        typer.echo(
            Text(f"Đã ghi {path} ({size}).", f"Wrote {path} ({size}).").said(self._voice.language),
            err=True,
        )


def chosen_format(given: str | None, path: Path | None, *, as_json: bool) -> Format | None:
    """Return the kind of file that is meant; None: a table on the terminal. Invalid."""
    if as_json:
        return Format.JSON
    ending = given or (path.suffix.lstrip(".").lower() if path else None)
    if ending is None:
        return None
    if ending not in set(Format):
        raise _one_of("--format", ending, [form.value for form in Format])
    return Format(ending)


def chosen_kind(given: str | None) -> TargetKind | None:
    """Return what is counted; Invalid."""
    if given is None:
        return None
    kinds = [kind.value for kind in TargetKind if kind is not TargetKind.GROUP]
    if given not in kinds:
        raise _one_of("--kind", given, kinds)
    return TargetKind(given)


def moment(written: str | None) -> datetime | None:
    """Return a moment, local where it names no zone; Invalid."""
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError as fault:
        raise Invalid(
            [
                Problem(
                    file="report",
                    key="--as-known-at",
                    what=Text(f"“{written}” không phải thời điểm", f"“{written}” is no moment"),
                    mend=Text("Viết như 2026-11-01T08:00", "Write it like 2026-11-01T08:00"),
                )
            ]
        ) from fault
    return found if found.tzinfo else found.replace(tzinfo=LOCAL)


_COUNTING = Text("Đang tính", "Counting")
_PRINTING = Text("Đang lập tệp", "Making files")


def _one_of(key: str, given: str, known: tuple[str, ...] | list[str]) -> Invalid:
    listed = ", ".join(known)
    return Invalid(
        [
            Problem(
                file="report",
                key=key,
                what=Text(f"không có “{given}”", f"there is no “{given}”"),
                mend=Text(f"Dùng được: {listed}", f"There are: {listed}"),
            )
        ]
    )


def _unwritable(path: Path, error: OSError) -> Conflict:
    why = os_reason(error)
    return Conflict(Text(f"Không ghi được {path}: {why.vi}", f"Cannot write {path}: {why.en}"))


def _facts(report: Report, language: Language) -> Iterator[str]:
    whole = report.rows[0]
    share = figures.percent(whole.seconds.availability, language)
    known = share or words.NO_DATA.said(language)
    numbers = [
        f"{words.said('numerator', language)} {figures.clock(whole.seconds.numerator, language)}",
        f"{words.said('denominator', language)} "
        f"{figures.clock(whole.seconds.denominator, language)}",
        f"{words.said('unknown', language)} {figures.clock(whole.seconds.unknown, language)}",
    ]
    yield f"{words.said('availability', language)}: {known} ({'; '.join(numbers)})"
    yield (
        f"{words.said('outages', language)}: {figures.whole(whole.outages, language)}; "
        f"MTTR {figures.mean(whole.mttr, language)}; MTBF {figures.mean(whole.mtbf, language)}"
    )
    yield (
        f"{words.said('calendar', language)}: {report.calendar.said(language)}; "
        f"{words.said('known', language)}: {figures.moment(report.as_known_at)}"
    )
    for note in report.notes:
        yield note.said(language)


def _cells(row: Row, language: Language) -> tuple[str, ...]:
    no_data = words.NO_DATA.said(language)
    before = row.before.availability if row.before else None
    return (
        "  " * row.depth + row.name.said(language),
        figures.percent(row.seconds.availability, language) or no_data,
        figures.clock(row.seconds.down, language),
        figures.clock(row.seconds.unknown, language),
        figures.whole(row.outages, language),
        "–" if row.before is None else figures.percent(before, language) or no_data,
    )


def _size(count: int) -> str:
    return f"{(count + 999) // 1000} kB"


def _bar() -> Progress:
    """Return a bar on standard error, silent where that is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@contextmanager
def _pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, get_context("spawn"), prepare) as pool:
        yield pool
