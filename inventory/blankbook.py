"""Workbooks of our own: the template to fill, and all rows of the ledger to change and import."""

import io
import re
from collections.abc import Iterable
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.inventory import EPOCH, Inventory, Unit
from core.text import Language, Text, vietnamese_order
from inventory import cells, vocabulary
from inventory.tables import BY_NAME, TABLES, AnyRow, Column, Table, key, rows
from inventory.vocabulary import EXAMPLE, GUIDE, HELP, LOOKUP, ORDINAL, TABS
from inventory.workbook import OWN_MARK

_WIDTH, _WIDE, _NARROW = 18, 34, 7  # letters
_FILLED = 5_000  # rows that have drop-downs and text formats
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  (the same rows, the same bytes)
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FILE = re.compile(rf"\b({'|'.join(BY_NAME)})\.csv\b")
_COLUMN = re.compile(r"\b(near|far|kind|vendor)\b")  # by their names in CSV files
_TERMS = {
    "slug": Text("mã định danh", "identifier"),
    "slugs": Text("mã định danh", "identifiers"),
    "link": Text("đường truyền", "link"),
}
# Columns in which a spreadsheet would make a quantity of what is a text.
_TEXTS = frozenset({"code", "province_code", "phone", "circuit", "days", "begin", "end", "slug"})

_GUIDE = (
    Text(
        vi="Mỗi trang là một bảng. Điền từ dòng dưới dòng Ví dụ; cột nào không có thì để trống.",
        en="Each sheet is a table. Fill it in below the example; leave empty what you do not know.",
    ),
    Text(
        vi="Dòng có chữ Ví dụ hoặc Giải thích ở cột STT không được nhập.",
        en="Rows marked Example or Help in the first column are not imported.",
    ),
    Text(
        vi="Cột in đậm có dấu * là bắt buộc. Mã định danh để trống thì được đặt theo tên.",
        en="Headings with * are required. An empty identifier is made from the name.",
    ),
    Text(
        vi="Nơi cần đơn vị, điểm, thiết bị, đầu mối: ghi tên hoặc mã định danh đều được.",
        en="Where a unit, site, device or contact is asked for, write its name or identifier.",
    ),
    Text(
        vi="Tên đơn vị ghi như thường gọi (P. Bình Phước, UBND xã Tân Tiến); trùng tên thì ghi mã.",
        en="Write units as people call them; of namesakes write the code.",
    ),
    Text(
        vi="Kiểm tra trước: thongsuot import TỆP --dry-run. Có lỗi thì tệp được trả lại kèm cột "
        "Lỗi và Gợi ý; chưa có gì thay đổi cho đến khi nhập thành công.",
        en="Try first: thongsuot import FILE --dry-run. If there are problems the file is given "
        "back with what is wrong; nothing changes until an import succeeds.",
    ),
    Text(
        vi="Dòng không có trong tệp vẫn giữ nguyên trong sổ cái, trừ khi nhập với --replace.",
        en="What the file does not mention stays as it is, unless imported with --replace.",
    ),
)


def plain(value: object) -> str:
    """Return a value as text that needs no shield: workbooks and YAML take no text for formula."""
    return str(value) if isinstance(value, str) else cells.written(value)


def workbook(
    inventory: Inventory,
    *,
    language: Language = "vi",
    examples: Inventory | None = None,
    lookup: Iterable[Unit] = (),
) -> bytes:
    """Return a workbook with a sheet per table; the same rows, the same bytes.

    `examples` are rows that show how (never imported); `lookup` are units to look names up in.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(_OPTIONS))
    book.set_properties({"created": _MADE, "title": "Thông Suốt"})
    if examples is None:
        book.set_custom_property(OWN_MARK, "1")
    forms = _Forms(book)
    _guide(book.add_worksheet(GUIDE.said(language)), forms, language)
    for table in TABLES:
        sheet = book.add_worksheet(TABS[table.name].said(language))
        _table(sheet, forms, table, inventory, examples=examples, language=language)
    if units := list(lookup):
        _lookup(book.add_worksheet(LOOKUP.said(language)), forms, units, language)
    book.close()
    return out.getvalue()


class _Forms:
    """The formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.head: Format = book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}
        )
        self.help: Format = book.add_format(
            {"italic": True, "font_color": "#595959", "text_wrap": True, "valign": "top"}
        )
        self.text: Format = book.add_format({"num_format": "@"})
        self.day: Format = book.add_format({"num_format": "dd/mm/yyyy"})
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.wrapped: Format = book.add_format({"text_wrap": True, "valign": "top"})


def _guide(sheet: Worksheet, forms: _Forms, language: Language) -> None:
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, GUIDE.said(language), forms.title)
    for row, text in enumerate(_GUIDE, start=2):
        sheet.write_string(row, 0, text.said(language), forms.wrapped)


def _table(
    sheet: Worksheet,
    forms: _Forms,
    table: Table,
    inventory: Inventory,
    *,
    examples: Inventory | None,
    language: Language,
) -> None:
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, _NARROW)
    sheet.write_string(0, 0, ORDINAL.said(language), forms.head)
    for place, column in enumerate(table.columns, start=1):
        width = _WIDE if column.name in {"name", "address", "url"} else _WIDTH
        form = forms.text if column.name in _TEXTS else None
        sheet.set_column(place, place, width, form)
        said = vocabulary.heading(table.name, column.name).said(language)
        star = " *" if column.name in table.required and column.name != "slug" else ""
        sheet.write_string(0, place, said + star, forms.head)
        sheet.write_comment(0, place, _explained(table, column, language))
        _drop_down(sheet, table, column, place, language)
    line = 1
    if examples is not None:
        sheet.set_row(line, 60)
        sheet.write_string(line, 0, HELP.said(language), forms.help)
        for place, column in enumerate(table.columns, start=1):
            sheet.write_string(line, place, _explained(table, column, language), forms.help)
        line += 1
        for row in rows(examples, table.name)[:1]:
            sheet.write_string(line, 0, EXAMPLE.said(language), forms.help)
            _row(sheet, forms, table, row, line, language=language)
            line += 1
    for number, row in enumerate(sorted(rows(inventory, table.name), key=key), start=1):
        sheet.write_number(line, 0, number)
        _row(sheet, forms, table, row, line, language=language)
        line += 1


def _explained(table: Table, column: Column, language: Language) -> str:
    """Return what a column means by the names of this workbook, not by those of CSV files."""
    said = column.help.said(language)
    tab = ("trang", "sheet")[language == "en"]
    said = _FILE.sub(lambda f: f'{tab} "{vocabulary.TABS[f[1]].said(language)}"', said)
    names = {c.name: vocabulary.heading(table.name, c.name).said(language) for c in table.columns}
    column_of = ("cột ", "column ")[language == "en"]
    said = _COLUMN.sub(lambda f: f'{column_of}"{names[f[1]]}"' if f[1] in names else f[1], said)
    for word, text in _TERMS.items():
        said = re.sub(rf"\b{word}\b", text.said(language), said)
    return said[:1].upper() + said[1:]


def _drop_down(
    sheet: Worksheet, table: Table, column: Column, place: int, language: Language
) -> None:
    choices = vocabulary.choices(table.name, column.name)
    if choices:
        words = list(choices.values()) if language == "vi" else list(choices)
        rule = {"validate": "list", "source": words, "error_type": "warning"}
        sheet.data_validation(1, place, _FILLED, place, rule)


def _row(
    sheet: Worksheet, forms: _Forms, table: Table, row: AnyRow, line: int, *, language: Language
) -> None:
    for place, column in enumerate(table.columns, start=1):
        value = getattr(row, column.name)
        choices = vocabulary.choices(table.name, column.name) if language == "vi" else {}
        if isinstance(value, str) and str(value) in choices:
            value = choices[str(value)]
        _cell(sheet, forms, line, place, value, as_text=column.name in _TEXTS)


def _cell(
    sheet: Worksheet, forms: _Forms, line: int, place: int, value: object, *, as_text: bool
) -> None:
    """Write one value so that it reads back the same; nothing for what is empty."""
    match value:
        case None | False:
            return
        case bool() | str() | tuple() | time():
            text = plain(value)
            if text:
                sheet.write_string(line, place, text, forms.text if as_text else None)
        case int():
            sheet.write_number(line, place, value)
        case float() if float(f"{value:.16G}") == value:
            sheet.write_number(line, place, value)
        case date():
            if value != EPOCH:
                sheet.write_datetime(line, place, datetime.combine(value, time()), forms.day)
        case _:
            sheet.write_string(line, place, plain(value))


def _lookup(sheet: Worksheet, forms: _Forms, units: list[Unit], language: Language) -> None:
    names = {unit.slug: unit.name for unit in units}
    heads = [vocabulary.heading("units", name).said(language) for name in ("code", "name")]
    heads += [vocabulary.heading("units", name).said(language) for name in ("parent", "slug")]
    for place, head in enumerate(heads):
        sheet.set_column(place, place, _WIDE if place in {1, 2} else _WIDTH)
        sheet.write_string(0, place, head, forms.head)
    sheet.freeze_panes(1, 0)
    ordered = sorted(units, key=lambda u: (u.level != "province", vietnamese_order(u.name)))
    for line, unit in enumerate(ordered, start=1):
        above = names.get(unit.parent or "", "")
        for place, text in enumerate((unit.code, unit.name, above, unit.slug)):
            sheet.write_string(line, place, text, forms.text)
    sheet.autofilter(0, 0, len(ordered), len(heads) - 1)
