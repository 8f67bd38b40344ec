"""Templates in use: what each sees now; the form that fills one in, tries it, and keeps it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import measures
from api.context import Context, Glimpse
from api.door import Admin, Asker, Ctx, Viewer
from api.forms import listed, unfit
from api.search import search
from api.snapshot import Picture
from core.clock import LOCAL
from core.errors import Invalid, NotFound
from core.inventory import Device, Inventory, Measure, Service
from core.status import Status
from core.text import Text, nfc, vietnamese_order
from inventory import checklist, measuring
from inventory.templating import Entry, Template, given, templates, written

router = APIRouter(include_in_schema=False)
PARAM = "params."  # before the names of a template's fields
_NEW = "new"  # stands for the slug that is chosen when a row is kept


@router.get("/measures")
async def in_use(
    request: Request,
    context: Ctx,
    asker: Viewer,
    *,
    status: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Show what is measured by templates, and what came of it last."""
    picture: Picture = await request.app.state.pictures.now()
    inventory = await _today(context)
    rows = measures.rows(context, picture, inventory)
    wanted = Status(status) if status in set(Status) else None
    shown = [row for row in rows if wanted is None or row.status is wanted]
    if q.strip():
        hits = {hit.slug for hit in search(picture, q, limit=len(picture.targets))}
        shown = [row for row in shown if row.measure.target in hits]
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "measures.html",
        asker,
        picture=picture,
        rows=shown,
        total=len(rows),
        statuses=(Status.UP, Status.DEGRADED, Status.UNKNOWN),
        status_wanted=wanted,
        q=q,
    )
    return page


@router.get("/measures/new")
async def choose(
    request: Request, context: Ctx, asker: Admin, target: Annotated[str, Query(max_length=63)] = ""
) -> HTMLResponse:
    """Offer the templates under the systems that the provinces' documents name."""
    page: HTMLResponse = request.app.state.pages.render(
        request, "measure_templates.html", asker, groups=grouped(), target=target
    )
    return page


def grouped() -> list[tuple[checklist.Row, list[Template]]]:
    """Return the rows of the checklist that templates serve, each with those of it alone.

    One that serves several stands under the first.
    """
    found, told = [], set[str]()
    for row in checklist.rows():
        mine = [t for t in templates().values() if row.code in t.rows and t.name not in told]
        told |= {one.name for one in mine}
        if mine:
            found.append((row, mine))
    return found


@router.get("/measures/new/{template}")
async def blank(
    request: Request,
    context: Ctx,
    asker: Admin,
    template: str,
    target: Annotated[str, Query(max_length=63)] = "",
) -> HTMLResponse:
    """Show the form of a template."""
    return await _form(request, context, asker, _template(template), {"target": target})


@router.post("/measures/new/{template}")
async def add(request: Request, context: Ctx, asker: Admin, template: str) -> Response:
    """Try what the form says, or keep it."""
    sent = await request.form()
    row = _row(sent, _template(template), _said(sent, "slug") or _NEW)
    if _said(sent, "do") == "try":
        return await _try(request, context, asker, row, sent)
    if row.slug == _NEW:
        inventory = await context.ledger.inventory.load()
        slug = measuring.proposed_slug(inventory, row.target, row.template)
        secret = slug if row.secret == _NEW else row.secret
        row = row.model_copy(update={"slug": slug, "secret": secret})
    secret = _said(sent, "secret_text")
    await measures.put(request, context, asker, row, measuring.added, secret=secret)
    return RedirectResponse(f"/measures#{row.slug}", 303)


@router.get("/measures/{slug}/edit")
async def edit(request: Request, context: Ctx, asker: Admin, slug: str) -> HTMLResponse:
    """Show a row in the form of its template."""
    row = measuring.in_use(await _today(context), slug, _day(context))
    return await _form(request, context, asker, _template(row.template), _filled(row), row=row)


@router.post("/measures/{slug}/edit")
async def change(request: Request, context: Ctx, asker: Admin, slug: str) -> Response:
    """Try what the form says, or let the row be so."""
    sent = await request.form()
    before = measuring.in_use(await _today(context), slug, _day(context))
    row = _row(sent, _template(before.template), slug)
    if _said(sent, "do") == "try":
        return await _try(request, context, asker, row, sent, before)
    secret = _said(sent, "secret_text")
    await measures.put(request, context, asker, row, measuring.changed, secret=secret)
    return RedirectResponse(f"/measures#{slug}", 303)


@router.post("/measures/{slug}/end")
async def end(request: Request, context: Ctx, asker: Admin, slug: str) -> Response:
    """Measure by it no more, from today."""
    await measures.end(request, context, asker, slug)
    return RedirectResponse("/measures", 303)


def _template(name: str) -> Template:
    if name not in templates():
        raise NotFound(Text(f"Không có mẫu giám sát {name}", f"There is no template {name}"))
    return templates()[name]


async def _today(context: Context) -> Inventory:
    return await context.ledger.inventory.load(_day(context))


def _day(context: Context) -> date:
    return context.clock.now().astimezone(LOCAL).date()


def _said(sent: FormData, name: str) -> str:
    value = sent.get(name)
    return nfc(value) if isinstance(value, str) else ""


def _row(sent: FormData, template: Template, slug: str) -> Measure:
    """Return the row that a form says; Invalid names the fields that cannot be read.

    A credential that is typed without a name gets that of the row.
    """
    values = {
        name.removeprefix(PARAM): _said(sent, name) for name in sent if name.startswith(PARAM)
    }
    for name, entry in template.fields.items():
        if entry.many and name in values:
            values[name] = " ".join(listed(values[name]))
        if entry.lines and name in values:
            values[name] = _lines(sent, f"{PARAM}{name}")
    named = _said(sent, "secret") or (slug if _said(sent, "secret_text") else None)
    fields: dict[str, object] = {
        "slug": slug,
        "target": _said(sent, "target"),
        "template": template.name,
        "params": written(values),
        "address": _said(sent, "address") or None,
        "secret": named,
        "interval": _said(sent, "interval") or None,
    }
    try:
        return Measure.model_validate(fields)
    except ValidationError as error:
        raise Invalid(unfit(error.errors())) from None


def _lines(sent: FormData, name: str) -> str:
    """Return the lines of a field as one line of a table has them: parted by `|`."""
    value = sent.get(name)
    lines = re.split(r"[\r\n|]+", value) if isinstance(value, str) else []
    return " | ".join(said for line in lines if (said := nfc(line)))


def _shown(value: str, entry: Entry | None) -> str:
    """Return a value as its field shows it."""
    if entry is not None and entry.many:
        return "; ".join(value.split())
    if entry is not None and entry.lines:
        return "\n".join(re.split(r" *[\n|] *", value))
    return value


def _filled(row: Measure) -> dict[str, str]:
    """Return a row as the fields of its form."""
    fields = _template(row.template).fields
    values = {
        f"{PARAM}{name}": _shown(value, fields.get(name))
        for name, value in (given(row.params) or {}).items()
    }
    return values | {
        "target": row.target,
        "address": row.address or "",
        "secret": row.secret or "",
        "interval": str(row.interval or ""),
    }


async def _try(  # noqa: PLR0917
    request: Request,
    context: Context,
    asker: Asker,
    row: Measure,
    sent: FormData,
    before: Measure | None = None,
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    seen = await measures.tried(context, picture, row, _said(sent, "secret_text") or None)
    values = {name: value for name, value in sent.items() if isinstance(value, str)}
    template = _template(row.template)
    return await _form(request, context, asker, template, values, row=before, seen=seen)


async def _form(
    request: Request,
    context: Context,
    asker: Asker,
    template: Template,
    values: Mapping[str, str],
    *,
    row: Measure | None = None,
    seen: Sequence[Glimpse] | None = None,
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    inventory = await _today(context)
    known: list[Service | Device] = [*inventory.services, *inventory.devices]
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "measure.html",
        asker,
        picture=picture,
        kind=template,
        row=row,
        values=values,
        seen=seen,
        emits=_emits(context),
        can_try=context.glance is not None,
        targets=sorted(known, key=lambda one: vietnamese_order(one.name)),
        secrets=await context.ledger.secrets.names(),
        param=PARAM,
    )
    return page


def _emits(context: Context) -> Mapping[str, Text]:
    """Return what each metric means."""
    collectors = (context.collectors or {}).values()
    return {emit.name: emit.help for one in collectors for emit in one.emits}
