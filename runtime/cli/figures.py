"""What do others declare of units? Lists shown, read in, exported, and workbooks to fill in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from datetime import date

    from api.figures import Shown
    from core.inventory import Inventory
    from core.unitfigures import Declared
    from inventory.figurelist import FigureList
    from storage.ledger import Ledger
    from storage.unit_figures import Gathered

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Show, read in and export what others declare of units: BTS, PCs, mailboxes, antivirus.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
List = Annotated[str, typer.Argument(metavar="LIST", help="bts, computers, mailboxes …")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file.")]


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print the lists there are, and of when their figures are."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[Shown]":
        from api.figures import all_shown

        return await all_shown(ledger, _today())

    voice.table(
        (
            Text(vi="danh sách", en="list"),
            Text(vi="tên", en="title"),
            Text(vi="kỳ cuối", en="last period"),
            Text(vi="đơn vị", en="units"),
            Text(vi="dòng đã cũ", en="stale rows"),
        ),
        [
            {
                "list": one.form.name,
                "title": one.form.title.said(voice.language),
                "period": one.periods[0].said.said(voice.language) if one.rows else None,
                "units": one.total.units,
                "stale": one.total.stale,
            }
            for one in with_ledger(config, voice, work)
        ],
    )


@app.command()
def show(name: List, config: Config = None, *, as_json: Json = False) -> None:
    """Print the latest figures of each unit; a share of stale figures is left out."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    found = with_ledger(config, voice, lambda ledger: _shown(ledger, name))
    form = found.form
    part = (Text(form.part.vi, form.part.en),) if form.part is not None else ()
    voice.table(
        (
            Text(vi="đơn vị", en="unit"),
            *part,
            Text(vi="kỳ", en="period"),
            *(column.name for column in form.columns.values()),
            *(Text(f"{rate.vi} %", f"{rate.en} %") for rate in form.rates.values()),
            Text(vi="đã cũ", en="stale"),
        ),
        [
            {
                "unit": one.row.unit if as_json else found.name(one),
                **({"organisation": one.row.organisation or None} if as_json else {}),
                **({"part": one.row.part} if form.part is not None else {}),
                "period": one.row.period.said.said(voice.language),
                **{column: _figure(one.row.values.get(column)) for column in form.columns},
                **{
                    # A share may be called as the figure that it is of.
                    f"{rate}_ratio" if rate in form.columns else rate: _percent(
                        one.shares[rate].value, exact=as_json
                    )
                    if rate in one.shares
                    else None
                    for rate in form.rates
                },
                "stale": one.stale,
            }
            for one in found.rows
        ],
    )


@app.command()
def history(
    name: List,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Its slug.")],
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Print all that was ever said of a unit, replaced figures as well, newest first."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)

    async def work(ledger: "Ledger") -> "list[Declared]":
        from api.figures import form_of

        form_of(name)
        return await ledger.unit_figures.history(name, unit)

    voice.table(
        (
            Text(vi="kỳ", en="period"),
            Text(vi="phần", en="part"),
            Text(vi="số liệu", en="figures"),
            Text(vi="tệp", en="file"),
            Text(vi="người nhập", en="by"),
            Text(vi="nhập lúc", en="at"),
            Text(vi="bị thay lúc", en="replaced"),
        ),
        [
            {
                "period": row.period.said.said(voice.language),
                "part": row.part,
                "values": dict(row.values)
                if as_json
                else " ".join(f"{key}={value:g}" for key, value in row.values.items()),
                "source": row.source,
                "by": row.by,
                "at": row.at,
                "replaced_at": row.replaced_at,
            }
            for row in with_ledger(config, voice, work)
        ],
    )


@app.command("import")
def import_(
    name: List,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A .xlsx or .csv file.")],
    config: Config = None,
    *,
    period: Annotated[
        str, typer.Option("--period", help="Where the file does not say it: 10/2026.")
    ] = "",
    part: Annotated[
        str, typer.Option("--part", help="Operator, application or product of the whole file.")
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help="The unit of the whole file.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would change, do nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a list in, whole or not at all: what was said of the same period is replaced.

    Exit 0 done or no change, 2 bad input.
    """
    from core.clock import SystemClock
    from inventory.workbook import MOST_BYTES
    from runtime.cli._inventory import Speaker, problems_as_objects
    from runtime.cli._ledger import actor, with_ledger

    speaker = Speaker(as_json=as_json)
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)  # what is longer is refused unread

    async def work(ledger: "Ledger") -> "tuple[FigureList, Gathered | None]":
        from api.v1.figures import wish
        from inventory import figurelist

        asked = wish(name, _today(), period=period, unit=unit, part=part)
        found = figurelist.read(path.name, content, await ledger.inventory.load(), asked)
        if found.problems:
            return found, None
        book = ledger.unit_figures
        if dry_run:
            return found, await book.weigh(found.rows)
        return found, await book.gather(found.rows, path.name, actor(), SystemClock().now())

    found, done = with_ledger(config, speaker, work)
    if done is None:
        speaker.warnings(found.notices)
        speaker.problems(found.problems)
    added, changed = len(done.added), len(done.changed)
    speaker.object(
        {
            "ok": True,
            "applied": not dry_run,
            "rows": [row.model_dump(mode="json") for row in found.rows],
            "added": added,
            "changed": changed,
            "same": done.same,
            "notices": problems_as_objects(found.notices, speaker.language),
        }
    )
    speaker.warnings(found.notices)
    speaker.say(
        f"{len(found.rows)} dòng: {added} mới, {changed} thay số, {done.same} không đổi."
        + (" Chạy thử: chưa thay đổi gì." if dry_run else ""),
        f"{len(found.rows)} rows: {added} new, {changed} replaced, {done.same} as they were."
        + (" Dry run: nothing was changed." if dry_run else ""),
    )


@app.command()
def template(
    name: List,
    config: Config = None,
    *,
    output: Output = Path("so-lieu.xlsx"),
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the workbook of a list to fill in, with every commune."""
    from api.figures import last_period
    from core.text import Text
    from inventory import figurebook
    from inventory.plan import as_of
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger
    from runtime.cli.export import refuse_to_replace

    speaker = Speaker(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[Shown, Inventory]":
        return await _shown(ledger, name), await ledger.inventory.load()

    found, inventory = with_ledger(config, speaker, work)
    today = _today()
    content = figurebook.workbook(
        found.form, as_of(inventory, today).units, last_period(found.form, today), speaker.language
    )
    refuse_to_replace(output, content, speaker, force=force)
    output.write_bytes(content)
    done = Text(
        vi=f"Đã ghi {output}. Điền rồi chạy: thongsuot figures import {name} {output} --dry-run",
        en=f"Wrote {output}. Fill it in, then: thongsuot figures import {name} {output} --dry-run",
    )
    speaker.done(done, file=str(output))


@app.command()
def export(
    name: List,
    config: Config = None,
    *,
    output: Output = Path("so-lieu.xlsx"),
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the latest figures of each unit as .xlsx or, by the file's ending, .csv."""
    from api.figures import cells, heads
    from api.spreadsheet import kind_of, table
    from core.text import Text
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger
    from runtime.cli.export import refuse_to_replace

    speaker = Speaker(as_json=as_json)
    found = with_ledger(config, speaker, lambda ledger: _shown(ledger, name))
    content = table(kind_of(output.name), heads(found.form), cells(found), speaker.language)
    refuse_to_replace(output, content, speaker, force=force)
    output.write_bytes(content)
    done = Text(
        vi=f"Đã ghi {output}: {len(found.rows)} dòng.",
        en=f"Wrote {output}: {len(found.rows)} rows.",
    )
    speaker.done(done, file=str(output), rows=len(found.rows))


async def _shown(ledger: "Ledger", name: str) -> "Shown":
    from api.figures import shown

    return await shown(ledger, name, _today())


def _today() -> "date":
    from core.clock import LOCAL, SystemClock

    return SystemClock().now().astimezone(LOCAL).date()


def _figure(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


def _percent(value: float, *, exact: bool) -> float:
    return value if exact else round(value * 100, 1)
