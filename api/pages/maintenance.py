"""Announced works: what is coming, what was, and the form that records a letter of a carrier."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import repeating
from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer
from api.guard import client_address
from api.localtime import instant
from api.snapshot import Picture
from core.errors import Invalid
from core.maintenance import Maintenance
from core.model import Model
from core.text import Text, nfc, vietnamese_order

router = APIRouter(include_in_schema=False)
PAST = timedelta(days=92)  # of works that are shown unasked


class Entry(Model):
    """The form as it was filled in, shown again where it was refused. Times are local."""

    begin: str = ""
    end: str = ""
    repeat: str = ""
    repeat_until: str = ""
    reason: str = ""
    announced_at: str = ""
    reference: str = ""
    unit: str = ""
    carrier: str = ""
    targets: str = ""


def _entry(
    *,
    begin: Annotated[str, Form(max_length=40)] = "",
    end: Annotated[str, Form(max_length=40)] = "",
    repeat: Annotated[str, Form(max_length=20)] = "",
    repeat_until: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
    announced_at: Annotated[str, Form(max_length=40)] = "",
    reference: Annotated[str, Form(max_length=200)] = "",
    unit: Annotated[str, Form(max_length=63)] = "",
    carrier: Annotated[str, Form(max_length=200)] = "",
    targets: Annotated[str, Form(max_length=2000)] = "",
) -> Entry:
    return Entry(
        begin=begin,
        end=end,
        repeat=repeat,
        repeat_until=repeat_until,
        reason=nfc(reason),
        announced_at=announced_at,
        reference=nfc(reference),
        unit=unit,
        carrier=nfc(carrier),
        targets=targets,
    )


@router.get("/maintenance")
async def maintenance(request: Request, context: Ctx, asker: Viewer) -> HTMLResponse:
    """Show works that are coming, going on, and of the last three months."""
    return await _page(request, context, asker, Entry())


@router.post("/maintenance")
async def add(
    request: Request, context: Ctx, asker: Operator, entry: Annotated[Entry, Depends(_entry)]
) -> Response:
    """Record announced works."""
    picture: Picture = await request.app.state.pictures.now()
    slugs = tuple(dict.fromkeys(entry.targets.replace(",", " ").split()))
    strangers = [slug for slug in slugs if slug not in picture.targets]
    if refusal := _refusal(entry, strangers):
        return await _page(request, context, asker, entry, (refusal,))
    now = context.clock.now()
    try:
        await context.ledger.maintenance.add(
            instant(entry.begin),
            instant(entry.end),
            entry.reason,
            asker.name,
            now,
            rule=repeating.chosen(entry.repeat, _day(entry.repeat_until)),
            announced_at=instant(entry.announced_at) if entry.announced_at else None,
            reference=entry.reference or None,
            units=(entry.unit,) if entry.unit else (),
            carriers=(entry.carrier,) if entry.carrier else (),
            targets=slugs,
            origin=client_address(request, context.settings.proxies),
        )
    except Invalid as invalid:
        refusals = tuple(
            Text(f"{p.what.vi}. {p.mend.vi}.", f"{p.what.en}. {p.mend.en}.")
            for p in invalid.problems
        )
        return await _page(request, context, asker, entry, refusals)
    return RedirectResponse("/maintenance", 303)


@router.post("/maintenance/{works}/cancel")
async def cancel(request: Request, context: Ctx, asker: Operator, works: str) -> RedirectResponse:
    """Call works off."""
    origin = client_address(request, context.settings.proxies)
    await context.ledger.maintenance.cancel(works, asker.name, context.clock.now(), origin)
    return RedirectResponse("/maintenance", 303)


async def _page(
    request: Request,
    context: Context,
    asker: Asker,
    entry: Entry,
    refusals: tuple[Text, ...] = (),
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    rows = await context.ledger.maintenance.find(now - PAST)
    ahead = [row for row in rows if row.until > now and row.cancelled_at is None]
    targets = picture.estate.targets
    carriers = {target.carrier for target in targets if target.carrier}
    units = {slug for target in targets for slug in target.unit_path}
    language = request.app.state.pages.language(request)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "maintenance.html",
        asker,
        status=422 if refusals else 200,
        picture=picture,
        ahead=ahead,
        behind=[row for row in reversed(rows) if row not in ahead],
        under_way={row.id for row in ahead if row.holds_until(now) is not None},
        repeats=lambda rule: repeating.said(rule, language),
        choices=repeating.CHOICES,
        concerns=lambda row: _concerns(picture, row, language == "en"),
        carriers=sorted(carriers, key=vietnamese_order),
        units=sorted(
            ((slug, picture.unit_name(slug, language)) for slug in units),
            key=lambda unit: vietnamese_order(unit[1]),
        ),
        entry=entry,
        refusals=refusals,
    )
    return page


def _concerns(picture: Picture, row: Maintenance, english: bool) -> str:
    """Return what works concern, in words."""
    language = "en" if english else "vi"
    names = [picture.unit_name(slug, "en" if english else "vi") for slug in row.units]
    names += row.carriers
    for slug in row.targets:
        target = picture.targets.get(slug)
        name = target.name_en if target and language == "en" else None
        names.append(name or (target.name if target else slug))
    return ", ".join(names)


def _refusal(entry: Entry, strangers: list[str]) -> Text | None:
    if not entry.reason:
        return Text("Hãy ghi nội dung công việc.", "Say what the works are.")
    for value in (entry.begin, entry.end, entry.announced_at or entry.begin):
        try:
            instant(value)
            _day(entry.repeat_until)
        except ValueError:
            return Text(
                "Ngày giờ không hợp lệ; chọn lại trong biểu mẫu.",
                "A time is not valid; choose it in the form again.",
            )
    if strangers:
        named = ", ".join(strangers)
        return Text(
            f"Không có đối tượng: {named}. Ghi mã định danh như trong danh mục.",
            f"No such target: {named}. Write identifiers as in the inventory.",
        )
    return None


def _day(local: str) -> date | None:
    """Return the day of a browser's date field, None for an empty one."""
    return date.fromisoformat(local) if local else None
