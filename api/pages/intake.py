"""Import of somebody's list: send a file, see what it would do, mend the columns, apply it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.context import Context
from api.door import Admin, Asker, Ctx
from api.errors import Refused
from api.guard import client_address
from api.lists import Heading, Sent, Weighed, given_back, weighed
from api.uploads import Upload, Uploads
from core.clock import LOCAL
from core.errors import Conflict
from core.inventory import Inventory
from core.text import Language, Text, nfc
from inventory import blankbook, template, vocabulary
from inventory.headers import ALL_TARGETS, WIDE_LIST, WIDE_TARGETS
from inventory.listed import Options
from inventory.tables import BY_NAME

router = APIRouter(include_in_schema=False)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_NAME = 120
_SEPARATOR = "\x1f"  # between a sheet's fingerprint and a heading, in the names of fields


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may be taken for."""

    value: str  # "table.column"
    name: Text


@router.get("/import")
async def form(request: Request, asker: Admin) -> HTMLResponse:
    """Show the form that takes a file."""
    return _page(request, asker)


@router.get("/import/template.xlsx")
async def blank(request: Request, context: Ctx, asker: Admin) -> Response:
    """Hand out the workbook to fill, with the units of the ledger to look up."""
    language: Language = request.app.state.pages.language(request)
    today = context.clock.now().astimezone(LOCAL).date()
    units = (await context.ledger.inventory.load(today)).units
    content = await asyncio.to_thread(
        blankbook.workbook,
        Inventory(),
        language=language,
        examples=template.EXAMPLES,
        lookup=units,
    )
    return _file(content, "danh-muc.xlsx" if language == "vi" else "inventory.xlsx")


@router.post("/import")
async def send(request: Request, context: Ctx, asker: Admin) -> Response:
    """Take a file and weigh it; nothing is changed."""
    async with request.form() as sent_form:
        file = sent_form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return _page(request, asker, refusal=_NO_FILE)
        name = nfc(PurePath(file.filename.replace("\\", "/")).name)[-_LONGEST_NAME:]
        sent = _asked(Sent(name, await file.read()), sent_form, {})
    token = await _weigh(request, context, asker, sent)
    return RedirectResponse(f"/import/{token}", 303)


@router.get("/import/{token}")
async def preview(request: Request, context: Ctx, asker: Admin, token: str) -> HTMLResponse:
    """Show what a file would do."""
    return _page(request, asker, token=token, upload=_upload(request, context, asker, token))


@router.post("/import/{token}")
async def again(request: Request, context: Ctx, asker: Admin, token: str) -> Response:
    """Weigh a file anew, with columns named and other choices."""
    upload = _upload(request, context, asker, token)
    sent_form = await request.form()
    sent = _asked(upload.sent, sent_form, _mapping(sent_form, upload.weighed))
    await _weigh(request, context, asker, sent, token)
    return RedirectResponse(f"/import/{token}", 303)


@router.post("/import/{token}/apply")
async def apply(request: Request, context: Ctx, asker: Admin, token: str) -> Response:
    """Do what the preview shows, and remember what the columns mean."""
    upload = _upload(request, context, asker, token)
    found = upload.weighed
    allowed = (await request.form()).get("allow_retire") is not None
    if not found.applicable or (found.excessive and not allowed):
        return _page(request, asker, token=token, upload=upload, refusal=_NOT_NOW)
    now = context.clock.now()
    book = context.ledger.inventory
    try:
        version = await book.apply(
            found.changes,
            asker.name,
            now,
            based_on=upload.version,
            origin=client_address(request, context.settings.proxies),
        )
    except Conflict as refusal:
        await _weigh(request, context, asker, upload.sent, token)
        upload = _upload(request, context, asker, token)
        return _page(request, asker, token=token, upload=upload, refusal=refusal.text)
    if upload.sent.options.mapping:
        for sheet in found.sheets:
            told = {h.text: h.target for h in sheet.headings if h.target}
            if sheet.fingerprint and told:
                await book.remember_mapping(sheet.fingerprint, told, asker.name, now)
    request.app.state.uploads.drop(token)
    return _page(request, asker, upload=upload, version=version)


@router.post("/import/{token}/drop")
async def drop(request: Request, context: Ctx, asker: Admin, token: str) -> RedirectResponse:
    """Forget a file."""
    _upload(request, context, asker, token)
    request.app.state.uploads.drop(token)
    return RedirectResponse("/import", 303)


@router.get("/import/{token}/errors.xlsx")
async def errors(request: Request, context: Ctx, asker: Admin, token: str) -> Response:
    """Give the workbook back with its problems and suggestions."""
    upload = _upload(request, context, asker, token)
    now = context.clock.now()
    content = await context.work(
        given_back,
        upload.sent,
        await context.ledger.inventory.load(),
        now.astimezone(LOCAL).date(),
        request.app.state.pages.language(request),
        context.collectors,
    )
    stem = PurePath(upload.sent.name).stem
    return _file(content, f"{stem}.loi.xlsx")


async def _weigh(
    request: Request, context: Context, asker: Asker, sent: Sent, token: str = ""
) -> str:
    """Weigh a file in a process of its own and keep it; return its token."""
    book = context.ledger.inventory
    version = await book.version()
    sent = replace(sent, options=replace(sent.options, remembered=await book.mappings()))
    found = await context.work(
        weighed,
        sent,
        await book.load(),
        context.clock.now().astimezone(LOCAL).date(),
        context.collectors,
    )
    shelf: Uploads = request.app.state.uploads
    upload = Upload(asker.name, sent, found, version)
    return shelf.keep(upload, context.clock.monotonic(), token)


def _upload(request: Request, context: Context, asker: Asker, token: str) -> Upload:
    shelf: Uploads = request.app.state.uploads
    found = shelf.of(token, asker.name, context.clock.monotonic())
    if found is None:
        raise Refused(
            404,
            Text(
                "Tệp đã gửi không còn được giữ; hãy gửi lại",
                "The file is not kept any more; please send it again",
            ),
        )
    return found


def _page(
    request: Request,
    asker: Asker,
    *,
    token: str = "",
    upload: Upload | None = None,
    version: int | None = None,
    refusal: Text | None = None,
) -> HTMLResponse:
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "intake.html",
        asker,
        status=422 if refusal else 200,
        token=token,
        upload=upload,
        found=upload.weighed if upload else None,
        version=version,
        refusal=refusal,
        tabs=vocabulary.TABS,
        wide=WIDE_LIST,
        field=field_of,
        targets=targets_of,
    )
    return page


def field_of(fingerprint: str, heading: Heading) -> str:
    """Return the name of the form field that says what a heading means."""
    return f"map{_SEPARATOR}{fingerprint}{_SEPARATOR}{heading.text}"


def targets_of(table: str) -> list[Target]:
    """Return what a column of a sheet may be taken for, in the order of the tables."""
    if table != WIDE_LIST:
        columns = [column.name for column in BY_NAME[table].columns]
        context = vocabulary.CONTEXT if "unit" in columns else ()
        return [
            Target(f"{table}.{name}", vocabulary.heading(table, name))
            for name in [*columns, *context]
        ]
    return [
        Target(target, vocabulary.told(target)) for target in ALL_TARGETS if target in WIDE_TARGETS
    ]


def _mapping(sent_form: FormData, found: Weighed) -> Mapping[str, str]:
    """Return what the form says of headings, where it is not what was found out anyway."""
    said = {}
    for sheet in found.sheets:
        for heading in sheet.headings:
            value = sent_form.get(field_of(sheet.fingerprint, heading))
            if isinstance(value, str) and value:
                said[heading.text] = value
    return said


def _asked(sent: Sent, sent_form: FormData, mapping: Mapping[str, str]) -> Sent:
    """Return a file with what the form chooses."""
    near = sent_form.get("near")
    return replace(
        sent,
        options=Options(
            mapping=mapping, near=(near.strip()[:63] or None) if isinstance(near, str) else None
        ),
        partial="partial" in sent_form,
        replacing="replacing" in sent_form,
    )


def _file(content: bytes, name: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=XLSX, headers={"content-disposition": disposition})


_NO_FILE = Text("Chưa chọn tệp.", "No file was chosen.")
_NOT_NOW = Text(
    "Chưa thể áp dụng: còn lỗi, không có gì để làm, hoặc chưa đồng ý ngừng nhiều dòng.",
    "It cannot be applied: there are problems, nothing to do, or rows to retire not agreed to.",
)
