"""Who was told of what in a month? The ledger of telling as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import xlsxwriter

from alerts.reasons import beside, reason_in_words
from api.telling import fate, step_names
from api.words import BECAUSE, PURPOSE
from core.clock import LOCAL
from core.incident import Delivery, Incident, Notification
from core.text import Language, Text
from reports.render.csvfile import harmless

Told = Sequence[tuple[Notification, Sequence[Delivery]]]
HEADS = (
    Text("sự cố", "incident"),
    Text("bắt đầu", "began"),
    Text("người nhận", "recipient"),
    Text("kênh", "channel"),
    Text("mục đích", "purpose"),
    Text("vì sao báo người này", "why this person"),
    Text("đến giờ", "due"),
    Text("vì sao lúc đó", "why then"),
    Text("kết quả, hoặc vì sao không báo", "what became of it, or why not"),
    Text("xong lúc", "settled"),
    Text("số lần gửi", "attempts"),
    Text("biên nhận", "receipts"),
    Text("nội dung đã gửi", "what was sent"),
    Text("người tiếp nhận", "taken on by"),
    Text("tiếp nhận lúc", "taken on at"),
)
_TIME = "%d/%m/%Y %H:%M:%S"


def rows(
    told: Iterable[tuple[Incident, Told]], names: Mapping[str, str], language: Language
) -> list[list[str]]:
    """Return the head and a row for every intent, oldest incident first."""
    found = [[head.said(language) for head in HEADS]]
    for incident, notes in told:
        intents = [note for note, _ in notes]
        steps = step_names(incident, intents)
        known = {**names, **{name: said.said(language) for name, said in steps.items()}}
        found += [_row(incident, note, tries, known, intents, language) for note, tries in notes]
    return found


def csv_file(table: Sequence[Sequence[str]]) -> bytes:
    """Return CSV that a spreadsheet opens as UTF-8 and runs nothing of."""
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(table: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet, its head kept in sight."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row, None if number else bold)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return content.getvalue()


def _row(  # noqa: PLR0917
    incident: Incident,
    note: Notification,
    tries: Sequence[Delivery],
    names: Mapping[str, str],
    intents: Sequence[Notification],
    language: Language,
) -> list[str]:
    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(LOCAL):{_TIME}}" if moment else ""

    because = BECAUSE.get(note.because)
    others = [names.get(slug, slug) for slug in beside(note, intents)]
    went = [one for one in tries if one.ok]
    return [
        incident.id,
        at(incident.began_at),
        names.get(note.recipient, note.recipient),
        note.channel,
        PURPOSE[note.purpose].said(language),
        reason_in_words(note, intents, others).said(language),
        at(note.due_at),
        because.said(language) if because else "",
        fate(incident, note, tries).said(language),
        at(note.settled_at),
        str(len(tries)),
        "; ".join(one.receipt for one in tries),
        "\n\n".join(f"{one.subject}\n{one.body}".strip() for one in went),
        names.get(incident.acked_by or "", incident.acked_by or ""),
        at(incident.acked_at),
    ]
