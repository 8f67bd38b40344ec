"""Figures that others declare of units: how each unit stands, and lists to take in."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from api import words
from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer
from api.errors import Refused
from api.figures import Shown, all_shown, cells, form_of, heads, last_period, shown
from api.guard import client_address
from api.snapshot import Picture
from api.spreadsheet import Kind, download, table
from api.v1.figures import LONGEST, read, wish
from core import quantity
from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.text import Language, Text
from inventory import figurebook
from inventory.figureforms import Form as FigureForm
from inventory.plan import as_of
from storage.unit_figures import Gathered

router = APIRouter(include_in_schema=False)
_Change = tuple[str, Text, str, str]  # a subject, a column, as it was, as it is


@dataclass(frozen=True, slots=True)
class Entry:
    """What the form says beside the file."""

    period: str = ""
    part: str = ""
    unit: str = ""
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file."""

    refusals: Sequence[Problem] = ()
    notices: Sequence[Problem] = ()
    told: Text | None = None
    changed: Gathered | None = None  # of a trial


def _entry(
    period: Annotated[str, Form(max_length=20)] = "",
    part: Annotated[str, Form(max_length=120)] = "",
    unit: Annotated[str, Form(max_length=120)] = "",
    trial: Annotated[str, Form(max_length=3)] = "",
) -> Entry:
    return Entry(period, part, unit, bool(trial))


@router.get("/figures")
async def lists(request: Request, context: Ctx, asker: Viewer) -> HTMLResponse:
    """Show every list with its totals."""
    today = context.clock.now().astimezone(LOCAL).date()
    page: HTMLResponse = request.app.state.pages.render(
        request, "figures.html", asker, lists=await all_shown(context.ledger, today)
    )
    return page


@router.get("/figures/{name}/template.xlsx")
async def blank(request: Request, context: Ctx, asker: Operator, name: str) -> Response:
    """Hand out the workbook of a list, with every commune and the period that ended last."""
    form = form_of(name)
    today = context.clock.now().astimezone(LOCAL).date()
    period = last_period(form, today)
    units = as_of(await context.ledger.inventory.load(), today).units
    language: Language = request.app.state.pages.language(request)
    content = await asyncio.to_thread(figurebook.workbook, form, units, period, language)
    return download(content, "xlsx", f"mau-{name}")


@router.get("/figures/{name}.{kind}")
async def listed(request: Request, context: Ctx, asker: Viewer, name: str, kind: Kind) -> Response:
    """Return a list as it stands, for a spreadsheet."""
    today = context.clock.now().astimezone(LOCAL).date()
    found = await shown(context.ledger, name, today)
    language: Language = request.app.state.pages.language(request)
    content = await asyncio.to_thread(table, kind, heads(found.form), cells(found), language)
    return download(content, kind, f"{name}-{today:%Y%m%d}")


@router.get("/figures/{name}")
async def figures(request: Request, context: Ctx, asker: Viewer, name: str) -> HTMLResponse:
    """Show how each unit stands in a list."""
    return await _list(request, context, asker, name)


@router.post("/figures/{name}")
async def take(
    request: Request,
    context: Ctx,
    asker: Operator,
    name: str,
    *,
    file: Annotated[UploadFile, File()],
    entry: Annotated[Entry, Depends(_entry)],
) -> HTMLResponse:
    """Take a list in; one with faults changes nothing, a trial neither."""
    content = await file.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise Refused(413)
    now, title = context.clock.now(), file.filename or name
    today = now.astimezone(LOCAL).date()
    try:
        asked = wish(name, today, period=entry.period, unit=entry.unit, part=entry.part)
        found = await read(context, title, content, asked)
    except Invalid as refusal:
        return await _list(request, context, asker, name, entry, Outcome(refusal.problems))
    if found.problems:
        outcome = Outcome(found.problems, found.notices)
        return await _list(request, context, asker, name, entry, outcome)
    book = context.ledger.unit_figures
    if entry.trial:
        done = await book.weigh(found.rows)
        outcome = Outcome((), found.notices, _would(done), done)
    else:
        origin = client_address(request, context.settings.proxies)
        done = await book.gather(found.rows, title, asker.name, now, origin=origin)
        outcome = Outcome((), found.notices, _did(done))
    return await _list(request, context, asker, name, entry, outcome)


async def _list(  # noqa: PLR0917
    request: Request,
    context: Context,
    asker: Asker,
    name: str,
    entry: Entry | None = None,
    outcome: Outcome | None = None,
) -> HTMLResponse:
    outcome = outcome or Outcome()
    today = context.clock.now().astimezone(LOCAL).date()
    found = await shown(context.ledger, name, today)
    picture: Picture = await request.app.state.pictures.now()
    language = request.app.state.pages.language(request)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "figures_list.html",
        asker,
        status=422 if outcome.refusals else 200,
        picture=picture,
        found=found,
        entry=entry or Entry(),
        refusals=outcome.refusals,
        notices=outcome.notices,
        told=outcome.told,
        changes=list(_changes(outcome.changed, found, language)) if outcome.changed else [],
    )
    return page


def _changes(done: Gathered, found: Shown, language: Language) -> Iterator[_Change]:
    """Yield the figures that would be otherwise."""
    for old, new in done.changed:
        name = " · ".join(filter(None, (found.names.get(new.subject[:2], new.unit), new.part)))
        for field, column in found.form.columns.items():
            before, after = old.values.get(field), new.values.get(field)
            if before != after:
                said = (_plain(found.form, field, one, language) for one in (before, after))
                yield name, column.name, next(said), next(said)


def _plain(form: FigureForm, field: str, value: float | None, language: Language) -> str:
    if value is None:
        return "–"
    if form.columns[field].kind == "ratio":
        return words.share(value, language)
    return quantity.number(value, language, 0)


def _did(done: Gathered) -> Text:
    added, changed = len(done.added), len(done.changed)
    return Text(
        f"Đã nhập: {added} dòng mới, {changed} dòng thay số, {done.same} dòng không đổi",
        f"Taken in: {added} new rows, {changed} replaced, {done.same} as they were",
    )


def _would(done: Gathered) -> Text:
    added, changed = len(done.added), len(done.changed)
    return Text(
        f"Xem trước, chưa nhập: {added} dòng mới, {changed} dòng thay số, {done.same} không đổi",
        f"A trial, nothing was taken in: {added} new rows, {changed} to replace, "
        f"{done.same} as they are",
    )
