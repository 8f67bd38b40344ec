"""What can be wrong with a list of figures, and what was understood; in words."""

from core.text import Text
from core.unitfigures import Period
from inventory.faults import Fault
from inventory.figureforms import Form


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


def no_list(form: Form) -> Fault:
    """Tell of a file in which no table of this list was found."""
    columns = list(form.columns.values())[:4]
    names_vi = ", ".join(f'"{one.vi}"' for one in columns)
    names_en = ", ".join(f'"{one.en}"' for one in columns)
    return _fault(
        f'không thấy bảng "{form.vi}" nào',
        f'no table "{form.en}" was found',
        f'Cần một dòng tiêu đề có cột "Đơn vị" và một trong {names_vi}; xem tệp mẫu',
        f'A row of headings with "Unit" and one of {names_en} is needed; see the template',
    )


def no_rows(form: Form) -> Fault:
    """Tell of a table that has its headings and nothing below them."""
    return _fault(
        f'bảng "{form.vi}" chưa có dòng số liệu nào',
        f'the table "{form.en}" has no row of figures',
        "Điền ít nhất một dòng dưới dòng tiêu đề",
        "Fill in one row at least below the headings",
    )


def no_part(form: Form) -> Fault:
    """Tell of figures whose operator, application or product nobody names."""
    vi, en = (form.part.vi, form.part.en) if form.part else ("", "")
    return _fault(
        f'không rõ "{vi}"',
        f'"{en}" is not said',
        f'Thêm cột "{vi}", hoặc ghi khi nhập (--part)',
        f'Add a column "{en}", or say it when importing (--part)',
    )


def bad_period(said: str) -> Fault:
    """Tell of a text that names no day and no month."""
    return _fault(
        f'"{said[:40]}" không phải là một kỳ',
        f'"{said[:40]}" is no period',
        "Ghi như 10/2026 hoặc 30/11/2026",
        "Write it like 10/2026 or 30/11/2026",
    )


def to_come(period: Period) -> Fault:
    """Tell of a period that has not begun."""
    return _fault(
        f"kỳ {period.said.vi} chưa đến",
        f"the period {period.said.en} is still to come",
        "Xem lại tháng và năm",
        "Look at month and year again",
    )


def differs(own: Period, given: Period) -> Fault:
    """Tell of a file that speaks of another period than its sender."""
    return _fault(
        f"tệp ghi {own.said.vi}, không phải {given.said.vi}",
        f"the file says {own.said.en}, not {given.said.en}",
        "Chọn đúng kỳ, hoặc bỏ kỳ đã ghi để lấy theo tệp",
        "Say the right period, or leave it out and the file's is taken",
    )


def not_whole(text: str) -> Fault:
    """Tell of a count with a fraction."""
    return _fault(
        f'"{text[:40]}" không phải là số nguyên',
        f'"{text[:40]}" is no whole number',
        "Ghi số đếm, không ghi tỷ lệ",
        "Write a count, not a share",
    )


def more_than(value: float, name: Text, most: float, other: Text) -> Fault:
    """Tell of a part that is larger than its whole."""
    return _fault(
        f'"{name.vi}" là {value:.0f}, nhiều hơn "{other.vi}" {most:.0f}',
        f'"{name.en}" is {value:.0f}, more than "{other.en}" {most:.0f}',
        "Sửa một trong hai số",
        "Mend one of the two",
    )


def two_rows(first: int, second: int) -> Fault:
    """Tell of two rows of one subject and period that differ."""
    return _fault(
        f"dòng {first} và dòng {second} cùng một đơn vị, cùng kỳ nhưng số khác nhau",
        f"rows {first} and {second} are of one unit and period, yet differ",
        "Cộng lại thành một dòng, hoặc khai từng cơ quan ở bảng Cơ quan của danh mục",
        "Add them up in one row, or declare each office in the table of organisations",
    )


def said_twice(first: int) -> Text:
    """Tell of a row that repeats another; only a notice."""
    return Text(vi=f"lặp lại dòng {first}, chỉ lấy một lần", en=f"repeats row {first}, taken once")


def rows_counted(count: int, period: Period) -> Text:
    """Tell how many rows were counted into one; only a notice."""
    return Text(
        vi=f"đã đếm {count} dòng của đơn vị này, {period.said.vi}",
        en=f"counted {count} rows of this unit, {period.said.en}",
    )


CHECK = Text(vi="Sửa trong tệp nếu không đúng", en="Mend the file if that is wrong")
PASSED_OVER = Text(vi="cột này không dùng", en="this column is not used")
EMPTY = Text(vi="dòng không có số nào, bỏ qua", en="the row has no figure and was passed over")
NO_UNIT = _fault(
    "không rõ đơn vị nào",
    "the unit is not said",
    'Thêm cột "Đơn vị", hoặc ghi đơn vị khi nhập (--unit)',
    'Add a column "Unit", or say the unit when importing (--unit)',
)
NO_PERIOD = _fault(
    "không rõ số liệu của kỳ nào",
    "the period is not said",
    'Thêm cột "Kỳ", ghi "tháng 10/2026" ở đầu bảng, hoặc chọn kỳ khi nhập (--period 10/2026)',
    'Add a column "Period", write "tháng 10/2026" above the table, or say --period 10/2026',
)
