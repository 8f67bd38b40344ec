"""How much of the time did it work? Counted to the second, printed, and taken along."""

from pathlib import Path
from typing import Annotated

import typer

from runtime.cli._config import Config

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Make uptime reports.")

Unit = Annotated[str | None, typer.Option("--unit", help="A unit, by code or slug.")]
Month = Annotated[str | None, typer.Option("--month", metavar="2026-10", help="A month.")]


@app.command()
def uptime(
    *,
    unit: Unit = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="An organisation, by slug.")
    ] = None,
    network: Annotated[
        str | None, typer.Option("--network", help="A class of links, in its own words.")
    ] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", help="A carrier, by name.")] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="One site, link, device, room or service.")
    ] = None,
    day: Annotated[str | None, typer.Option("--day", metavar="2026-10-05", help="A day.")] = None,
    week: Annotated[
        str | None, typer.Option("--week", metavar="2026-W41", help="A week, from Monday.")
    ] = None,
    month: Month = None,
    quarter: Annotated[
        str | None, typer.Option("--quarter", metavar="2026-Q3", help="A quarter.")
    ] = None,
    year: Annotated[str | None, typer.Option("--year", metavar="2026", help="A year.")] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="Count site, link, device, room or service (by the scope)."),
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", help="24x7 (default), expected, or a calendar's slug."),
    ] = None,
    vantage: Annotated[
        str | None,
        typer.Option("--vantage", help="Services looked at from there (here: from this platform)."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write a file; a table without it.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="html, csv, json, xlsx or pdf; by -o if absent."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="vi or en; that of the terminal if absent.")
    ] = None,
    as_known_at: Annotated[
        str | None,
        typer.Option(
            "--as-known-at",
            metavar="2026-11-01T08:00",
            help="Leave out what was recorded later (local time unless it has a zone).",
        ),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Count one scope over one period: availability, outages, worst targets, works."""
    from core.clock import SystemClock
    from reports.asking import asked
    from reports.report import PeriodKind, ScopeKind
    from runtime.cli._ledger import Voice
    from runtime.cli._reports import Desk, chosen_format, chosen_kind, moment

    voice = Voice(as_json=as_json)
    desk = Desk(voice, config)
    language = desk.language(lang)
    wanted_format = desk.meant(lambda: chosen_format(form, output, as_json=as_json))
    scopes = (unit, organisation, network, carrier, target)
    spans = (day, week, month, quarter, year)
    request = desk.meant(
        lambda: asked(
            dict(zip(ScopeKind, scopes, strict=True)),
            dict(zip(PeriodKind, spans, strict=True)),
            SystemClock().now(),
            kind=chosen_kind(kind),
            calendar=calendar,
            vantage=vantage,
            as_known_at=moment(as_known_at),
        )
    )
    report = desk.counted(request)
    if wanted_format is None:
        desk.show(report, language)
    else:
        desk.write(report, language, wanted_format, output)


@app.command()
def links(
    *,
    unit: Unit = None,
    carrier: Annotated[str | None, typer.Option("--carrier", help="A carrier, by name.")] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="2026-11-29", help="The last of the 7 days; else yesterday."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write a file, csv, xlsx or json; else a table."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="vi or en; that of the terminal if absent.")
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell the use of lines over 7 days, against 90 % of their capacity (P95), the worst first."""
    from runtime.cli._ledger import Voice
    from runtime.cli._line_use import Wanted, tell

    tell(Wanted(unit, carrier, on, output, lang), config, Voice(as_json=as_json))


@app.command()
def optics(
    config: Config = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every sensor, not only those that fade.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List optical sensors whose light fades by more than 0.5 dB in 30 days, the fastest first."""
    from runtime.cli._ledger import Voice
    from runtime.cli._optics import tell

    tell(config, Voice(as_json=as_json), everything=everything)


@app.command(name="set")
def monthly_set(
    *,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Into this folder.")
    ],
    unit: Unit = None,
    month: Month = None,
    quarter: Annotated[
        str | None, typer.Option("--quarter", metavar="2026-Q3", help="A quarter instead.")
    ] = None,
    year: Annotated[
        str | None, typer.Option("--year", metavar="2026", help="A year instead.")
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", help="24x7 (default), expected, or a calendar's slug."),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the set that is signed: PDF and XLSX of a unit, in Vietnamese and in English."""
    from core.clock import SystemClock
    from reports.asking import asked
    from reports.report import PeriodKind, ScopeKind
    from runtime.cli._ledger import Voice
    from runtime.cli._reports import Desk

    desk = Desk(Voice(as_json=as_json), config)
    spans = {PeriodKind.MONTH: month, PeriodKind.QUARTER: quarter, PeriodKind.YEAR: year}
    request = desk.meant(
        lambda: asked({ScopeKind.UNIT: unit}, spans, SystemClock().now(), calendar=calendar)
    )
    report = desk.counted(request)
    desk.write_set(report, folder)
