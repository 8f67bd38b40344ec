"""Templates in use: what is measured by them; add, change, try and end one."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api import measures as in_use
from api.context import Glimpse
from api.door import Admin, Ctx, Viewer
from api.forms import unfit
from api.snapshot import Picture
from api.v1.shapes import CheckOut, SampleOut
from core.clock import LOCAL
from core.errors import Invalid, NotFound
from core.inventory import Measure
from core.model import Line, Slug
from core.reading import is_stale
from core.text import Text
from inventory import measuring
from inventory.templating import Template, given, templates, written

router = APIRouter(prefix="/api/v1", tags=["measures"])
_Value = Annotated[str, Field(max_length=2000)]


class MeasureIn(BaseModel):
    """A template filled in for a service or a device."""

    model_config = ConfigDict(extra="forbid")

    target: Slug
    template: Slug
    params: dict[str, _Value] = Field(default={}, description="The template's fields.")
    address: Line | None = Field(default=None, description="Whom to ask; null: the target's own.")
    secret: Slug | None = Field(default=None, description="The name of its credential.")
    interval: int | None = Field(
        default=None, ge=10, le=86_400, description="Seconds; null: the template's."
    )

    def row(self, slug: str) -> Measure:
        """Return the row; Invalid names the fields that do not fit."""
        fields = self.model_dump() | {"slug": slug, "params": written(self.params)}
        try:
            return Measure.model_validate(fields)
        except ValidationError as error:  # the slug of an address, names of parameters
            raise Invalid(unfit(error.errors())) from None


class NewMeasureIn(MeasureIn):
    """A template filled in, with the name that it shall have."""

    slug: Slug | None = Field(default=None, description="Null: made of target and template.")


class MeasureOut(BaseModel):
    """A template in use, and what it saw last."""

    slug: str
    target: str
    template: str
    params: dict[str, str]
    address: str | None
    secret: str | None = Field(description="The name of its credential, never its text.")
    interval: int | None
    status: str = Field(description="up, degraded (a look failed), unknown (nobody looked yet).")
    looked_at: datetime | None
    metric: str | None = Field(description="The metric that says most of it.")
    value: float | None
    checks: list[CheckOut]


class EntryOut(BaseModel):
    """One field of a template's form."""

    name: str
    vi: str
    en: str
    example: str
    required: bool
    default: str | None
    pattern: str | None
    many: bool
    secret: bool = Field(description="Whether it holds the name of a credential.")


class TemplateOut(BaseModel):
    """A template and what it wants to know."""

    name: str
    rows: tuple[str, ...] = Field(description="Of the checklist: D2.")
    vi: str
    en: str
    help_vi: str
    help_en: str
    unconfirmed: bool
    needs_secret: bool
    secret_vi: str | None
    secret_en: str | None
    fields: list[EntryOut]
    collectors: list[str]


class GlimpseOut(BaseModel):
    """What one look saw that nobody keeps."""

    check: str
    collector: str
    address: str
    ok: bool
    failure: str | None
    failure_detail: str
    duration: float | None = Field(description="Seconds.")
    samples: list[SampleOut]
    transcript: list[str]


@router.get("/templates", summary="What can be measured by filling in a form")
async def known(asker: Viewer) -> list[TemplateOut]:
    """List the templates."""
    return [_template_out(one) for one in templates().values()]


@router.get("/measures", summary="Templates in use, by target")
async def measures(request: Request, context: Ctx, asker: Viewer) -> list[MeasureOut]:
    """List what is measured by templates, with what came of it last."""
    return await _rows(request, context)


@router.post("/measures", summary="Use a template (administrator)", status_code=201)
async def add(request: Request, context: Ctx, asker: Admin, wish: NewMeasureIn) -> MeasureOut:
    """Fill a template in. 422 names the fields that do not fit, 409 a slug that is taken."""
    inventory = await context.ledger.inventory.load()
    slug = wish.slug or measuring.proposed_slug(inventory, wish.target, wish.template)
    row = wish.row(slug)
    await in_use.put(request, context, asker, row, measuring.added)
    return await _one(request, context, slug)


@router.post("/measures/try", summary="Look once by a template, keep nothing (administrator)")
async def try_(request: Request, context: Ctx, asker: Admin, wish: MeasureIn) -> list[GlimpseOut]:
    """Return what its checks see now."""
    picture: Picture = await request.app.state.pictures.now()
    return [_glimpse_out(one) for one in await in_use.tried(context, picture, wish.row("try"))]


@router.get("/measures/{slug}", summary="One template in use")
async def one(request: Request, context: Ctx, asker: Viewer, slug: str) -> MeasureOut:
    """Return one row and what it saw last."""
    return await _one(request, context, slug)


@router.put("/measures/{slug}", summary="Change one (administrator)")
async def change(
    request: Request, context: Ctx, asker: Admin, slug: str, wish: MeasureIn
) -> MeasureOut:
    """Let a row be otherwise; 422 names the fields that do not fit."""
    await in_use.put(request, context, asker, wish.row(slug), measuring.changed)
    return await _one(request, context, slug)


@router.post("/measures/{slug}/end", summary="End one (administrator)", status_code=204)
async def end(request: Request, context: Ctx, asker: Admin, slug: str) -> None:
    """Measure by it no more, from today."""
    await in_use.end(request, context, asker, slug)


async def _rows(request: Request, context: Ctx) -> list[MeasureOut]:
    picture: Picture = await request.app.state.pictures.now()
    today = context.clock.now().astimezone(LOCAL).date()
    inventory = await context.ledger.inventory.load(today)
    return [_out(row) for row in in_use.rows(context, picture, inventory)]


async def _one(request: Request, context: Ctx, slug: str) -> MeasureOut:
    for row in await _rows(request, context):
        if row.slug == slug:
            return row
    raise NotFound(Text(f"Không có phép đo {slug}", f"There is no measure {slug}"))


def _out(row: in_use.MeasureRow) -> MeasureOut:
    measure = row.measure
    return MeasureOut(
        slug=measure.slug,
        target=measure.target,
        template=measure.template,
        params=given(measure.params) or {},
        address=measure.address,
        secret=measure.secret,
        interval=measure.interval,
        status=row.status.value,
        looked_at=row.looked_at,
        metric=row.value.emit.name if row.value else None,
        value=row.value.value if row.value else None,
        checks=list(row.checks),
    )


def _template_out(one: Template) -> TemplateOut:
    return TemplateOut(
        **one.model_dump(include=set(TemplateOut.model_fields) - {"fields"}),
        needs_secret=one.needs_secret,
        fields=[EntryOut(name=name, **entry.model_dump()) for name, entry in one.fields.items()],
        collectors=list(dict.fromkeys(look.collector for look in one.checks)),
    )


def _glimpse_out(one: Glimpse) -> GlimpseOut:
    failure = one.reading.failure
    return GlimpseOut(
        check=one.check.slug,
        collector=one.check.collector,
        address=one.check.address,
        ok=one.reading.ok,
        failure=failure.kind.value if failure else None,
        failure_detail=failure.detail if failure else "",
        duration=one.reading.duration,
        samples=[
            SampleOut(name=series.name, labels=dict(series.labels), value=value)
            for series, value in one.reading.samples
            if not is_stale(value)
        ],
        transcript=list(one.lines),
    )
