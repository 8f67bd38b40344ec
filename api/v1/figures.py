"""Figures that others declare of units: what stands, what was said, and lists to take in."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from api.context import Context
from api.door import Ctx, Operator, Viewer
from api.errors import Refused
from api.figures import Shown, all_shown, form_of, shown
from api.guard import client_address
from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.text import Text
from core.unitfigures import Period, Span
from inventory import figurelist
from inventory.figurelist import Asked, FigureList
from inventory.figureperiods import period_of
from inventory.figures import Share

router = APIRouter(prefix="/api/v1/figures", tags=["figures"])
LONGEST = 32 * 1024 * 1024  # bytes of a list
_Said = Annotated[str, Query(max_length=120)]


class ShareOut(BaseModel):
    """A share with both of its numbers."""

    of: float
    per: float
    value: float
    indicator: str = Field(description="Of the documents, such as I4; empty: none.")


class FiguresOut(BaseModel):
    """The latest figures of a unit, or of an organisation in it."""

    unit: str
    organisation: str | None
    name: str
    part: str | None = Field(description="Operator, application, product.")
    begin: date
    span: Span
    values: dict[str, float]
    shares: dict[str, ShareOut] = Field(description="None of stale figures.")
    age_days: int
    stale: bool


class ListOut(BaseModel):
    """A list and how its units stand."""

    name: str
    title: str
    rows: list[str] = Field(description="Of the checklist, such as B5.")
    columns: dict[str, str]
    stale_after_days: int
    units: int = Field(description="With figures that are fresh.")
    stale: int = Field(description="Rows that are too old, and enter no total.")
    values: dict[str, float]
    shares: dict[str, ShareOut]


class SaidOut(BaseModel):
    """What was said of a unit; `replaced_at`: until when it held."""

    organisation: str | None
    part: str | None
    begin: date
    span: Span
    values: dict[str, float]
    source: str
    by: str
    at: AwareDatetime
    replaced_at: AwareDatetime | None


class TakenOut(BaseModel):
    """What a list has changed, or would change."""

    applied: bool
    added: int
    changed: int
    same: int
    notices: list[str]


@router.get("", summary="Lists of units' figures, and their totals")
async def lists(context: Ctx, asker: Viewer) -> list[ListOut]:
    """Return every list with the sums of the figures that are fresh."""
    return [_list(one) for one in await all_shown(context.ledger, _today(context))]


@router.get("/{name}", summary="The latest figures of each unit in a list")
async def figures(context: Ctx, asker: Viewer, name: str) -> list[FiguresOut]:
    """Return the latest figures by unit; what a list does not say is left out."""
    found = await shown(context.ledger, name, _today(context))
    return [
        FiguresOut(
            unit=one.row.unit,
            organisation=one.row.organisation or None,
            name=found.name(one),
            part=one.row.part or None,
            begin=one.row.begin,
            span=one.row.span,
            values=dict(one.row.values),
            shares=_shares(found, one.shares),
            age_days=one.age,
            stale=one.stale,
        )
        for one in found.rows
    ]


@router.get("/{name}/units/{unit}", summary="All that was ever said of a unit, newest first")
async def history(context: Ctx, asker: Viewer, name: str, unit: str) -> list[SaidOut]:
    """Return the rows of a unit, replaced ones as well."""
    form_of(name)
    rows = await context.ledger.unit_figures.history(name, unit)
    return [
        SaidOut(
            organisation=row.organisation or None,
            part=row.part or None,
            begin=row.begin,
            span=row.span,
            values=dict(row.values),
            source=row.source,
            by=row.by,
            at=row.at,
            replaced_at=row.replaced_at,
        )
        for row in rows
    ]


@router.post("/{name}", summary="Take a list in: an .xlsx or .csv file as the body")
async def take(
    request: Request,
    context: Ctx,
    asker: Operator,
    name: str,
    *,
    file: _Said = "list.csv",
    period: _Said = "",
    unit: _Said = "",
    part: _Said = "",
    dry_run: bool = False,
) -> TakenOut:
    """Take in a whole list or nothing of it; 422 names file, row and column of every problem."""
    content = await request.body()
    if len(content) > LONGEST:
        raise Refused(413)
    asked = wish(name, _today(context), period=period, unit=unit, part=part)
    found = await read(context, file, content, asked)
    if found.problems:
        raise Invalid(found.problems)
    book = context.ledger.unit_figures
    now, origin = context.clock.now(), client_address(request, context.settings.proxies)
    done = (
        await book.weigh(found.rows)
        if dry_run
        else await book.gather(found.rows, file, asker.name, now, origin=origin)
    )
    return TakenOut(
        applied=not dry_run,
        added=len(done.added),
        changed=len(done.changed),
        same=done.same,
        notices=[one.said("vi") for one in found.notices],
    )


def wish(name: str, today: date, *, period: str = "", unit: str = "", part: str = "") -> Asked:
    """Return what is asked beside a file; NotFound, or Invalid with a period that is none."""
    form = form_of(name)
    found: Period | None = None
    if period.strip():
        found = period_of(period, form)
        if found is None:
            raise Invalid([Problem(name, _NO_PERIOD, _WRITE_IT, key="period")])
    return Asked(form, today, found, unit.strip(), part.strip())


async def read(context: Context, file: str, content: bytes, asked: Asked) -> FigureList:
    """Return the figures of a file, read in a process of its own; Invalid."""
    current = await context.ledger.inventory.load()
    found: FigureList = await context.work(figurelist.read, file, content, current, asked)
    return found


def _today(context: Context) -> date:
    return context.clock.now().astimezone(LOCAL).date()


def _list(found: Shown) -> ListOut:
    form = found.form
    return ListOut(
        name=form.name,
        title=form.vi,
        rows=list(form.rows),
        columns={name: column.vi for name, column in form.columns.items()},
        stale_after_days=form.stale_after,
        units=found.total.units,
        stale=found.total.stale,
        values=dict(found.total.values),
        shares=_shares(found, found.total.shares),
    )


def _shares(found: Shown, shares: Mapping[str, Share]) -> dict[str, ShareOut]:
    return {
        name: ShareOut(
            of=share.of,
            per=share.per,
            value=share.value,
            indicator=found.form.rates[name].indicator,
        )
        for name, share in shares.items()
    }


_NO_PERIOD = Text("không phải là một kỳ", "this is no period")
_WRITE_IT = Text("Ghi như 10/2026 hoặc 30/11/2026", "Write it like 10/2026 or 30/11/2026")
