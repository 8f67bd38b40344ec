"""Every sentence that an inventory can earn: what is wrong, and how to mend it.

One function per fault; `tests/inventory/bad/<function>/` holds a folder that commits it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from core.text import Text

SAVE_AS_UTF8 = Text(
    vi='trong Excel chọn Lưu thành → "CSV UTF-8 (phân tách bằng dấu phẩy)"',
    en='in Excel choose Save As → "CSV UTF-8 (Comma delimited)"',
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and how to mend it, without a place."""

    what: Text
    mend: Text


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=_sentence(mend_vi), en=_sentence(mend_en)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _maybe(nearest: str | None, vi: str, en: str) -> tuple[str, str]:
    """Return the mend that names the nearest known word, or the general one."""
    if nearest is None:
        return vi, en
    return f'có phải là "{nearest}"? Nếu không, {vi}', f'did you mean "{nearest}"? If not, {en}'


def not_a_folder(path: str) -> Fault:
    """Tell that the path is no folder."""
    return _fault(
        f'"{path}" không phải là thư mục',
        f'"{path}" is not a folder',
        "chỉ ra thư mục chứa các tệp như units.csv, sites.csv, devices.csv",
        "name the folder that holds files like units.csv, sites.csv, devices.csv",
    )


def no_files(names: Sequence[str]) -> Fault:
    """Tell that the folder holds none of our files."""
    return _fault(
        "thư mục không có tệp danh mục nào",
        "the folder holds no inventory file",
        f"đặt vào đó ít nhất một trong các tệp {', '.join(names)}",
        f"put at least one of {', '.join(names)} there",
    )


def unknown_file(nearest: str | None) -> Fault:
    """Tell of a CSV file whose name is none of ours."""
    vi, en = _maybe(nearest, "chuyển tệp ra khỏi thư mục", "move it out of the folder")
    return _fault("tên tệp không thuộc danh mục", "no inventory table has this name", vi, en)


def not_utf8(byte: int, lines: int) -> Fault:
    """Tell of text in a legacy encoding; `lines` is how many lines suffer."""
    return _fault(
        f"byte 0x{byte:02X} không phải UTF-8 ({lines} dòng bị như vậy)",
        f"byte 0x{byte:02X} is not UTF-8 ({lines} lines suffer)",
        SAVE_AS_UTF8.vi,
        SAVE_AS_UTF8.en,
    )


def utf16() -> Fault:
    """Tell of "Unicode text" as Excel calls it."""
    return _fault(
        "tệp ghi bằng UTF-16",
        "the file is UTF-16",
        SAVE_AS_UTF8.vi,
        SAVE_AS_UTF8.en,
    )


def no_header(columns: Sequence[str]) -> Fault:
    """Tell of a file without even a header."""
    return _fault(
        "tệp không có dòng tiêu đề",
        "the file has no header line",
        f'dòng đầu ghi tên cột "{",".join(columns)}"; muốn giữ nguyên bảng này thì xoá tệp',
        f'begin with the columns "{",".join(columns)}"; to leave the table alone remove the file',
    )


def unclosed_quote() -> Fault:
    """Tell of a quoted cell without an end."""
    return _fault(
        "dấu ngoặc kép mở ở dòng này không được đóng",
        "a quote opened on this line is never closed",
        'thêm dấu " ở cuối ô; dấu " nằm trong ô thì viết đôi ""',
        'add the closing "; a " inside a quoted cell is written twice ""',
    )


def text_after_quote() -> Fault:
    """Tell of letters between a closing quote and the separator."""
    return _fault(
        "có chữ đứng ngay sau dấu ngoặc kép đóng",
        "there is text right after a closing quote",
        'dấu " nằm trong ô thì viết đôi "", hoặc bỏ cặp ngoặc kép',
        'write a " inside a quoted cell twice "", or drop the quotes',
    )


def control_character(code: int) -> Fault:
    """Tell of a character that no one typed."""
    return _fault(
        f"ô có ký tự điều khiển U+{code:04X}",
        f"the cell holds the control character U+{code:04X}",
        "xoá nội dung ô và gõ lại",
        "clear the cell and type it anew",
    )


def too_many_cells(count: int, expected: int, separator: str) -> Fault:
    """Tell of a line with more cells than the header."""
    sign = "TAB" if separator == "\t" else separator
    return _fault(
        f"dòng có {count} ô nhưng tiêu đề chỉ có {expected} cột",
        f"the line has {count} cells, the header {expected}",
        f'ô nào chứa dấu "{sign}" thì đặt trong ngoặc kép',
        f'put a cell that holds "{sign}" in quotes',
    )


def other_separator(used: str, expected: str) -> Fault:
    """Tell of a line that is split by another sign than the header."""
    return _fault(
        f'dòng ngăn cách bằng "{used}" còn tiêu đề ngăn cách bằng "{expected}"',
        f'the line is separated by "{used}", the header by "{expected}"',
        f'dùng "{expected}" cho cả tệp',
        f'use "{expected}" throughout the file',
    )


def unknown_column(nearest: str | None) -> Fault:
    """Tell of a column that the table does not have."""
    vi, en = _maybe(nearest, "bỏ cột này", "remove the column")
    return _fault("bảng không có cột này", "the table has no such column", vi, en)


def repeated_column() -> Fault:
    """Tell of a column that stands twice."""
    return _fault(
        "tên cột lặp lại",
        "the column stands twice",
        "giữ lại một cột",
        "keep one of them",
    )


def missing_column() -> Fault:
    """Tell of a needed column that is not there."""
    return _fault(
        "thiếu cột bắt buộc",
        "a required column is missing",
        "thêm cột này vào dòng tiêu đề",
        "add it to the header line",
    )


def required_empty() -> Fault:
    """Tell of an empty cell that must be filled."""
    return _fault(
        "ô bắt buộc đang để trống", "a required cell is empty", "điền giá trị", "fill it in"
    )


def too_long(length: int, limit: int) -> Fault:
    """Tell of a text that is longer than its column."""
    return _fault(
        f"nội dung dài {length} ký tự, tối đa {limit}",
        f"the text has {length} characters, {limit} at the most",
        "rút gọn nội dung",
        "shorten it",
    )


def bad_slug(value: str, better: str) -> Fault:
    """Tell of an identifier with capitals, blanks or diacritics."""
    return _fault(
        f'"{value}" không phải mã định danh hợp lệ',
        f'"{value}" is not a valid identifier',
        f'chỉ dùng a-z, 0-9, ".", "_", "-", tối đa 63 ký tự; ví dụ "{better}"',
        f'use a-z, 0-9, ".", "_", "-" only, 63 characters at the most; for instance "{better}"',
    )


def bad_choice(value: str, choices: Sequence[str], nearest: str | None) -> Fault:
    """Tell of a word that the column does not know."""
    vi, en = _maybe(
        nearest, f"chọn một trong: {', '.join(choices)}", f"choose one of: {', '.join(choices)}"
    )
    return _fault(f'không có giá trị "{value}"', f'there is no value "{value}"', vi, en)


def lost_zeros(value: str, mended: str) -> Fault:
    """Tell of a code that a spreadsheet stripped of its leading zeros."""
    return _fault(
        f'mã "{value}" đã mất số 0 ở đầu',
        f'the code "{value}" has lost its leading zeros',
        f'ghi "{mended}" và định dạng cột là Văn bản (Text)',
        f'write "{mended}" and format the column as Text',
    )


def decimal_code(value: str, mended: str) -> Fault:
    """Tell of a code that was made a number."""
    return _fault(
        f'mã "{value}" đã bị đổi thành số thập phân',
        f'the code "{value}" was turned into a decimal number',
        f'ghi "{mended}" và định dạng cột là Văn bản (Text)',
        f'write "{mended}" and format the column as Text',
    )


def bad_code(value: str) -> Fault:
    """Tell of a code that is no code."""
    return _fault(
        f'"{value}" không phải mã đơn vị hành chính',
        f'"{value}" is not a code of an administrative unit',
        "ghi 2 chữ số cho tỉnh, 3 cho huyện, 5 cho xã, giữ đủ số 0 ở đầu",
        "write 2 digits for a province, 3 for a district, 5 for a commune, zeros included",
    )


def bad_date(value: str) -> Fault:
    """Tell of a text that is no date."""
    return _fault(
        f'"{value}" không phải là ngày',
        f'"{value}" is not a date',
        "ghi 2025-07-01 hoặc 01/07/2025",
        "write 2025-07-01 or 01/07/2025 (day first)",
    )


def excel_serial(value: str, day: date) -> Fault:
    """Tell of a date that a spreadsheet wrote as a number."""
    return _fault(
        f'"{value}" là số thứ tự ngày của Excel',
        f'"{value}" is a day number of Excel',
        f'ghi "{day.isoformat()}"',
        f'write "{day.isoformat()}"',
    )


def no_such_day(value: str) -> Fault:
    """Tell of a 31 February."""
    return _fault(
        f'không có ngày "{value}"',
        f'there is no day "{value}"',
        "ghi đúng ngày theo thứ tự ngày/tháng/năm hoặc năm-tháng-ngày",
        "write an existing day as day/month/year or year-month-day",
    )


def american_date(value: str, day: date) -> Fault:
    """Tell of a month written before the day."""
    return _fault(
        f'"{value}" ghi tháng trước ngày',
        f'"{value}" has the month before the day',
        f'ghi "{day.isoformat()}" hoặc "{day.strftime("%d/%m/%Y")}"',
        f'write "{day.isoformat()}" or "{day.strftime("%d/%m/%Y")}"',
    )


def short_year(value: str) -> Fault:
    """Tell of a year of two digits."""
    return _fault(
        f'năm trong "{value}" chỉ có hai chữ số',
        f'the year in "{value}" has two digits',
        "ghi năm đủ bốn chữ số",
        "write all four digits of the year",
    )


def bad_time(value: str) -> Fault:
    """Tell of a text that is no time of day."""
    return _fault(
        f'"{value}" không phải là giờ trong ngày',
        f'"{value}" is not a time of day',
        "ghi 07:30; hết ngày ghi 23:59",
        "write 07:30; for the end of the day 23:59",
    )


def bad_days(value: str) -> Fault:
    """Tell of days of the week that cannot be read."""
    return _fault(
        f'"{value}" không phải là các ngày trong tuần',
        f'"{value}" names no days of the week',
        'ghi số từ 1 (Thứ Hai) đến 7 (Chủ nhật), cách nhau bằng dấu cách, ví dụ "1 2 3 4 5"',
        'write numbers from 1 (Monday) to 7 (Sunday) with blanks between, like "1 2 3 4 5"',
    )


def bad_number(value: str) -> Fault:
    """Tell of a text that is no number."""
    return _fault(
        f'"{value}" không phải là số',
        f'"{value}" is not a number',
        'chỉ ghi số, ví dụ "100" hoặc "10,5"',
        'write the number alone, like "100" or "10.5"',
    )


def bad_integer(value: str) -> Fault:
    """Tell of a text that is no whole number."""
    return _fault(
        f'"{value}" không phải là số nguyên',
        f'"{value}" is not a whole number',
        "chỉ ghi số nguyên từ 1 trở lên, như 2 hoặc 40",
        "write a whole number from 1 up alone, such as 2 or 40",
    )


def bad_minutes(value: str) -> Fault:
    """Tell of what is no number of minutes."""
    return _fault(
        f'"{value}" không phải số phút',
        f'"{value}" is no number of minutes',
        "ghi số nguyên từ 0 trở lên, như 15",
        "write a whole number from 0 up, such as 15",
    )


def number_with_unit(value: str, mended: str) -> Fault:
    """Tell of a number with its unit written behind."""
    return _fault(
        f'"{value}" có đơn vị đo',
        f'"{value}" carries a unit',
        f'đơn vị của cột là Mbit/s: ghi "{mended}"',
        f'the column counts Mbit/s: write "{mended}"',
    )


def thousands(value: str, mended: str) -> Fault:
    """Tell of marks between thousands."""
    return _fault(
        f'"{value}" có dấu ngăn hàng nghìn',
        f'"{value}" has marks between thousands',
        f'ghi "{mended}"',
        f'write "{mended}"',
    )


def ambiguous_thousand(value: str) -> Fault:
    """Tell of "1.000", which is one here and a thousand there; so "1.500"."""
    whole, last = value[:-4], value[-3:]
    one = whole if last == "000" else f"{whole}.{last.rstrip('0')}"
    thousand = f"{whole}{last}"
    return _fault(
        f'"{value}" có thể là {one} hoặc {thousand}',
        f'"{value}" may be {one} or {thousand}',
        f'ghi "{one}" hoặc "{thousand}"',
        f'write "{one}" or "{thousand}"',
    )


def out_of_range(value: str, low: float, high: float | None) -> Fault:
    """Tell of a number outside its bounds."""
    if high is None:
        return _fault(
            f"{value} không hợp lệ", f"{value} is not allowed", "ghi số dương", "write more than 0"
        )
    return _fault(
        f"{value} nằm ngoài khoảng cho phép",
        f"{value} is out of range",
        f"ghi số từ {low:g} đến {high:g}",
        f"write a number from {low:g} to {high:g}",
    )


def bad_flag(value: str) -> Fault:
    """Tell of a text that is neither yes nor no."""
    return _fault(
        f'"{value}" không phải là có hay không',
        f'"{value}" is neither yes nor no',
        'ghi "true" hoặc để trống',
        'write "true" or leave it empty',
    )


def bad_email(value: str) -> Fault:
    """Tell of a text that is no e-mail address."""
    return _fault(
        f'"{value}" không phải địa chỉ thư điện tử',
        f'"{value}" is not an e-mail address',
        'ghi một địa chỉ như "ten@donvi.gov.vn"',
        'write one address like "name@agency.gov.vn"',
    )


def bad_phone(value: str) -> Fault:
    """Tell of a text that is no telephone number."""
    return _fault(
        f'"{value}" không phải số điện thoại',
        f'"{value}" is not a telephone number',
        'ghi một số như "0912345678" hoặc "+84912345678"',
        'write one number like "0912345678" or "+84912345678"',
    )


def phone_lost_zero(value: str, mended: str) -> Fault:
    """Tell of a telephone number that a spreadsheet made a quantity."""
    return _fault(
        f'số điện thoại "{value}" đã mất số 0 ở đầu',
        f'the telephone number "{value}" has lost its leading zero',
        f'ghi "{mended}" và định dạng cột là Văn bản (Text)',
        f'write "{mended}" and format the column as Text',
    )


def bad_address(value: str) -> Fault:
    """Tell of a text that is neither an IP address nor a host name."""
    return _fault(
        f'"{value}" không phải địa chỉ IP hay tên máy',
        f'"{value}" is neither an IP address nor a host name',
        'ghi một địa chỉ như "10.70.1.1", "fd00::1" hoặc "gw.donvi.gov.vn"',
        'write one address like "10.70.1.1", "fd00::1" or "gw.agency.gov.vn"',
    )


def decorated_address(value: str, host: str) -> Fault:
    """Tell of an address with a scheme, a port, a mask or a path."""
    return _fault(
        f'"{value}" có thêm giao thức, cổng, mặt nạ mạng hoặc đường dẫn',
        f'"{value}" carries a scheme, port, mask or path',
        f'chỉ ghi "{host}"',
        f'write "{host}" alone',
    )


def secret_value(value: str) -> Fault:
    """Tell of a credential written where its name belongs."""
    return _fault(
        f'"{value}" là chuỗi mật, không phải tên của nó',
        f'"{value}" is a credential, not the name of one',
        'ghi một tên như "snmp-xa" rồi đặt giá trị bằng "thongsuot secret set snmp-xa"',
        'write a name like "snmp-communes" and set it by "thongsuot secret set snmp-communes"',
    )


def ends_before_it_begins(begin: date, end: date) -> Fault:
    """Tell of a row that holds for no day at all."""
    return _fault(
        f"valid_to {end.isoformat()} không sau valid_from {begin.isoformat()}",
        f"valid_to {end.isoformat()} is not after valid_from {begin.isoformat()}",
        "ngày valid_to là ngày đầu tiên không còn hiệu lực; sửa một trong hai ngày",
        "the day in valid_to is the first on which the row no longer holds; mend one of the two",
    )


def hours_backwards(begin: str, end: str) -> Fault:
    """Tell of hours that end before they begin."""
    return _fault(
        f"giờ kết thúc {end} không sau giờ bắt đầu {begin}",
        f"the hours end at {end}, not after they begin at {begin}",
        "khung giờ qua đêm thì tách thành hai dòng",
        "split hours over midnight into two rows",
    )


def repeated_row(line: int | None) -> Fault:
    """Tell of a second row with the same key."""
    place = ("", "") if line is None else (f" (dòng {line})", f" (line {line})")
    return _fault(
        f"dòng trùng khoá với một dòng khác{place[0]}",
        f"another row has the same key{place[1]}",
        "bỏ một dòng, hoặc ghi valid_from khác nhau",
        "remove one of them, or give them different valid_from",
    )


def overlap(slug: str, begin: date, end: date | None) -> Fault:
    """Tell of two rows of one slug that hold on the same day."""
    span = f"{begin.isoformat()} → {end.isoformat() if end else '…'}"
    return _fault(
        f'"{slug}" đã có dòng hiệu lực chồng lên khoảng này ({span})',
        f'another row of "{slug}" holds during this time ({span})',
        "ghi valid_to của dòng trước bằng valid_from của dòng sau",
        "let the valid_to of the earlier row be the valid_from of the later one",
    )


def slug_in_use(slug: str, table: str) -> Fault:
    """Tell of a slug that a row of another table has."""
    return _fault(
        f'mã "{slug}" đã dùng trong {table}.csv',
        f'the slug "{slug}" is in use in {table}.csv',
        "điểm, thiết bị, đường truyền, phòng họp và dịch vụ phải có mã khác nhau; đổi một mã",
        "sites, devices, links, rooms and services must not share slugs; rename one",
    )


def unknown_reference(value: str, tables: Sequence[str], nearest: str | None) -> Fault:
    """Tell of a slug that no row has."""
    files = " / ".join(f"{table}.csv" for table in tables)
    vi, en = _maybe(nearest, f"thêm dòng đó vào {files}", f"add that row to {files}")
    return _fault(f'"{value}" không có trong {files}', f'"{value}" is not in {files}', vi, en)


def retired_reference(value: str, table: str, since: date | None) -> Fault:
    """Tell of a slug whose rows do not hold when this row does."""
    when = ("", "") if since is None else (f" từ {since.isoformat()}", f" from {since.isoformat()}")
    return _fault(
        f'"{value}" trong {table}.csv không còn hiệu lực{when[0]}',
        f'"{value}" in {table}.csv no longer holds{when[1]}',
        f'trỏ sang dòng khác, kết thúc dòng này (valid_to), hoặc đưa "{value}" trở lại',
        f'point to another row, end this one (valid_to), or bring "{value}" back',
    )


def early_reference(value: str, table: str, begin: date) -> Fault:
    """Tell of a slug whose first row begins only later."""
    return _fault(
        f'"{value}" trong {table}.csv chỉ có hiệu lực từ {begin.isoformat()}',
        f'"{value}" in {table}.csv holds only from {begin.isoformat()}',
        "lùi valid_from của dòng này, hoặc ghi valid_from sớm hơn cho dòng kia",
        "begin this row later, or that one earlier",
    )


def code_of_level(code: str, level: str, digits: int) -> Fault:
    """Tell of a code whose length is another level's."""
    return _fault(
        f'mã "{code}" không hợp với cấp "{level}" ({digits} chữ số)',
        f'the code "{code}" does not fit the level "{level}" ({digits} digits)',
        "sửa mã hoặc cấp",
        "mend the code or the level",
    )


def code_in_use(code: str, other: str) -> Fault:
    """Tell of two units of one level with one code at one time."""
    return _fault(
        f'mã "{code}" đang thuộc đơn vị "{other}" cùng cấp',
        f'the code "{code}" belongs to "{other}" of the same level',
        "mỗi mã chỉ thuộc một đơn vị tại một thời điểm; sửa mã hoặc thời hạn",
        "a code belongs to one unit at a time; mend the code or the dates",
    )


def other_province(code: str, expected: str) -> Fault:
    """Tell of a province code that is not the province's."""
    return _fault(
        f'province_code "{code}" khác với tỉnh của đơn vị ("{expected}")',
        f'province_code "{code}" is not that of its province ("{expected}")',
        f'ghi "{expected}" hoặc sửa parent',
        f'write "{expected}", or mend parent',
    )


def parent_level(level: str, parent: str, parents_level: str) -> Fault:
    """Tell of a unit below a unit that is not above it."""
    return _fault(
        f'đơn vị cấp "{level}" không thể thuộc "{parent}" cấp "{parents_level}"',
        f'a "{level}" cannot belong to "{parent}", a "{parents_level}"',
        "xã thuộc huyện hoặc tỉnh, huyện thuộc tỉnh, tỉnh để trống parent",
        "a commune belongs to a district or province, a district to a province, that to none",
    )


def link_to_itself(device: str) -> Fault:
    """Tell of a link with one end."""
    return _fault(
        f'hai đầu đường truyền cùng là "{device}"',
        f'both ends of the link are "{device}"',
        "ghi near là thiết bị phía trung tâm, far là thiết bị phía xa",
        "let near be the device on the side of the centre, far the other one",
    )


def link_backwards(near: str, far: str) -> Fault:
    """Tell of a link whose far end is the centre."""
    return _fault(
        f'đường truyền bị ghi ngược: far "{far}" đặt tại trung tâm',
        f'the link is backwards: far, "{far}", stands at the centre',
        f'đổi lại: near "{far}", far "{near}"',
        f'turn it: near "{far}", far "{near}"',
    )


def order_in_use(far: str, order: int, other: str) -> Fault:
    """Tell of two links that claim the same rank."""
    return _fault(
        f'đường "{other}" tới "{far}" đã có thứ tự {order}',
        f'the link "{other}" to "{far}" has order {order} already',
        "đường chính ghi 1, các đường dự phòng ghi 2, 3",
        "the main line is 1, its reserves 2, 3",
    )


def loop(path: Sequence[str]) -> Fault:
    """Tell of targets that stand above themselves."""
    way = " → ".join(path)
    return _fault(
        f"đường lên bị lặp vòng: {way}",
        f"the uplinks run in a circle: {way}",
        "mỗi đường lên phải dẫn về trung tâm; đổi near/far hoặc uplinks của một dòng",
        "every uplink must lead to the centre; turn near/far or mend uplinks of one row",
    )


def needs_itself(path: Sequence[str]) -> Fault:
    """Tell of services that depend on themselves."""
    way = " → ".join(path)
    return _fault(
        f"dịch vụ phụ thuộc vòng quanh: {way}",
        f"services depend on each other in a circle: {way}",
        "bỏ một mã trong depends_on của một trong các dòng ấy",
        "take one of them out of the depends_on of one of these rows",
    )


def unreachable_contact() -> Fault:
    """Tell of a contact without an address."""
    return _fault(
        "đầu mối không có thư điện tử lẫn điện thoại",
        "the contact has neither e-mail nor telephone",
        "ghi ít nhất một trong hai cột email, phone",
        "fill in email or phone",
    )


def step_without_whom(tell: str, column: str) -> Fault:
    """Tell of a step that says "on duty" without a rota, or "a contact" without one."""
    return _fault(
        f'bước báo cho "{tell}" mà cột {column} để trống',
        f'the step tells "{tell}" and its {column} is empty',
        f"điền cột {column}, hoặc đổi cột tell",
        f"fill in {column}, or change tell",
    )


def bad_metric(value: str) -> Fault:
    """Tell of what is no name of a series."""
    return _fault(
        f'"{value}" không phải tên chuỗi số liệu',
        f'"{value}" is no name of a series',
        "viết như probe_icmp_rtt_mean_seconds: chữ không dấu, số, gạch dưới",
        "write it like probe_icmp_rtt_mean_seconds: letters, digits and underscores",
    )


def bad_matcher(value: str) -> Fault:
    """Tell of a condition on labels that is none."""
    return _fault(
        f'"{value}" không phải điều kiện trên nhãn',
        f'"{value}" is no condition on a label',
        "viết ten=gia_tri hoặc ten!=gia_tri, ví dụ ifName=Gi0/1",
        "write name=value or name!=value, for instance ifName=Gi0/1",
    )


def rule_without_window(value: str) -> Fault:
    """Tell of a value over time without a time."""
    return _fault(
        f'giá trị "{value}" cần cửa sổ mà cột window để trống',
        f'the value "{value}" needs a window, and it is empty',
        "điền số phút, ví dụ 5",
        "fill in minutes, for instance 5",
    )


def bad_expression(expression: str, why: str) -> Fault:
    """Tell of PromQL that is none; `why` is the parser's own word."""
    return _fault(
        f'"{expression}" không phải biểu thức PromQL: {why}',
        f'"{expression}" is no PromQL expression: {why}',
        "sửa biểu thức; thử trước ở một biểu đồ",
        "mend the expression; try it in a chart first",
    )


def expression_without_series(expression: str) -> Fault:
    """Tell of an expression that does not yield one value per series."""
    return _fault(
        f'"{expression}" không cho một giá trị mỗi chuỗi',
        f'"{expression}" does not yield a value per series',
        "dùng một hàm như rate(…), avg_over_time(…), hoặc tên chuỗi",
        "use a function such as rate(…) or avg_over_time(…), or the name of a series",
    )


def expression_that_compares(sign: str) -> Fault:
    """Tell of a comparison that hides whether a series is well or gone."""
    return _fault(
        f'biểu thức tự so sánh bằng "{sign}": chuỗi về mức tốt và chuỗi mất số liệu sẽ như nhau',
        f'the expression compares by "{sign}": what is well and what is gone would look the same',
        "bỏ phép so sánh, ghi con số vào cột threshold",
        "leave the comparison out, and write its number into threshold",
    )


def said_by_the_expression(column: str) -> Fault:
    """Tell of a column that has no meaning beside an expression."""
    return _fault(
        f"cột {column} không dùng cùng biểu thức PromQL",
        f"the column {column} has no meaning beside a PromQL expression",
        "để trống, ghi vào chính biểu thức",
        "leave it empty, and say it in the expression",
    )


def recovers_beyond(recovery: str, threshold: str) -> Fault:
    """Tell of a rule that would end on the bad side of its threshold."""
    return _fault(
        f"mức hết cảnh báo {recovery} nằm ở phía xấu của ngưỡng {threshold}",
        f"the recovery {recovery} lies on the bad side of the threshold {threshold}",
        "để trống, hoặc chọn mức ở phía tốt của ngưỡng",
        "leave it empty, or choose one on the good side",
    )


def capacity_of_links_alone(kind: str) -> Fault:
    """Tell of a share of capacity of what has none."""
    return _fault(
        f'of_capacity chỉ dùng cho đường truyền, cột kind ghi "{kind}"',
        f'of_capacity is for links alone, and kind says "{kind}"',
        "ghi kind là link",
        "write link as the kind",
    )


def unknown_profile(value: str, names: Sequence[str], nearest: str | None) -> Fault:
    """Tell of a profile that does not exist."""
    vi, en = _maybe(
        nearest,
        f"để trống hoặc chọn một trong: {', '.join(names)}",
        f"leave it empty or choose one of: {', '.join(names)}",
    )
    return _fault(f'không có hồ sơ kiểm tra "{value}"', f'there is no profile "{value}"', vi, en)


def nothing_to_look_with(collector: str) -> Fault:
    """Tell of a profile whose collector this installation lacks."""
    return _fault(
        f'bản cài đặt này không có bộ thu thập "{collector}"',
        f'this installation has no collector "{collector}"',
        "chọn hồ sơ kiểm tra khác ở cột profile",
        "choose another profile in the column profile",
    )


def bad_service_url(text: str, likely: str | None = None) -> Fault:
    """Tell of an address that does not say how a service is looked at, and what it may mean."""
    ask_vi = f"có phải là {likely} ? Nếu phải thì ghi như vậy; nếu không, " if likely else ""
    ask_en = f"is it {likely} ? If so write that; if not, " if likely else ""
    return _fault(
        f'"{text}" không phải là địa chỉ dịch vụ dùng được',
        f'"{text}" is no usable address of a service',
        f"{ask_vi}viết như https://máy/đường-dẫn, "
        "tls://máy:443, tcp://máy:25, dns://máy-chủ/tên?type=A, "
        "ntp://máy, sip:máy:5060;transport=tcp hoặc any:8.8.8.8,1.1.1.1; "
        "không ghi tên đăng nhập vào địa chỉ",
        f"{ask_en}write it like https://host/path, "
        "tls://host:443, tcp://host:25, dns://server/name?type=A, "
        "ntp://host, sip:host:5060;transport=tcp or any:8.8.8.8,1.1.1.1; "
        "put no login into the address",
    )


def bad_references(text: str) -> Fault:
    """Tell of a list of references that cannot be asked, or counted."""
    return _fault(
        f'"{text}" không phải là danh sách đích mốc dùng được',
        f'"{text}" is no usable list of references',
        "viết hai đến mười sáu địa chỉ IP khác nhau, như any:8.8.8.8,1.1.1.1:53 hoặc "
        "any:8.8.8.8,1.1.1.1,203.0.113.9?need=2; không viết tên, vì tra tên cũng cần đường truyền",
        "write two to sixteen different IP addresses, like any:8.8.8.8,1.1.1.1:53 or "
        "any:8.8.8.8,1.1.1.1,203.0.113.9?need=2; no names, for to resolve them takes the line",
    )


def no_endpoint(device: str, kind: str) -> Fault:
    """Tell of a room whose device joins no meeting."""
    return _fault(
        f'"{device}" thuộc loại {kind}, không phải thiết bị họp',
        f'"{device}" is of kind {kind}, which joins no meeting',
        "ghi thiết bị loại endpoint, bridge hoặc other; để trống nếu họp bằng máy tính",
        "name a device of kind endpoint, bridge or other; leave it empty if the room joins by PC",
    )


def stands_elsewhere(device: str, site: str, other: str) -> Fault:
    """Tell of a device that stands at another site than the row says."""
    return _fault(
        f'"{device}" đặt ở điểm "{other}", không phải "{site}"',
        f'"{device}" stands at the site "{other}", not at "{site}"',
        f"sửa cột site thành {other}, hoặc ghi thiết bị của {site}",
        f"let the column site be {other}, or name a device of {site}",
    )


def no_way_to_look(collector: str) -> Fault:
    """Tell of a service whose collector this installation lacks."""
    return _fault(
        f'bản cài đặt này chưa có bộ thu thập "{collector}" mà địa chỉ ấy cần',
        f'this installation lacks the collector "{collector}" that the address needs',
        "nâng cấp bản cài đặt, hoặc tạm kiểm tra cổng bằng địa chỉ tcp://máy:cổng",
        "upgrade the installation, or for now check the port by an address tcp://host:port",
    )


def no_template(name: str, known: Sequence[str]) -> Fault:
    """Tell of a template that is not there."""
    near = get_close_matches(name, known, n=1)
    mend = _maybe(
        near[0] if near else None,
        "xem các mẫu bằng thongsuot measure list",
        "thongsuot measure list shows the templates",
    )
    return _fault(f'không có mẫu giám sát "{name}"', f'there is no template "{name}"', *mend)


def unread_params(example: str) -> Fault:
    """Tell of parameters that cannot be read."""
    return _fault(
        "không đọc được tham số của mẫu",
        "the template's parameters cannot be read",
        f"viết dạng tên=giá trị, cách nhau bằng dấu chấm phẩy, ví dụ: {example}",
        f"write field=value, semicolons between, such as: {example}",
    )


def unknown_param(name: str, template: str, known: Sequence[str]) -> Fault:
    """Tell of a parameter that the template has not."""
    near = get_close_matches(name, known, n=1)
    mend = _maybe(
        near[0] if near else None,
        f"mẫu có các tham số: {', '.join(known) or 'không có'}",
        f"its parameters are: {', '.join(known) or 'none'}",
    )
    return _fault(
        f'mẫu "{template}" không có tham số "{name}"',
        f'the template "{template}" has no parameter "{name}"',
        *mend,
    )


def missing_param(name: str, vi: str, en: str, example: str) -> Fault:
    """Tell of a parameter that the template cannot do without."""
    return _fault(
        f'thiếu tham số "{name}" ({vi})',
        f'the parameter "{name}" is missing ({en})',
        f"ghi thêm vào cột params, ví dụ {name}={example}",
        f"add it to the column params, such as {name}={example}",
    )


def unfit_param(name: str, value: str, example: str) -> Fault:
    """Tell of a parameter that does not have the form it must have."""
    return _fault(
        f'"{value}" không phải là giá trị dùng được của tham số "{name}"',
        f'"{value}" is no usable value of the parameter "{name}"',
        f"ghi như {name}={example}",
        f"write it like {name}={example}",
    )


def missing_secret(vi: str, en: str) -> Fault:
    """Tell of a template whose credential is not named."""
    return _fault(
        f"mẫu cần một mật khẩu: {vi}",
        f"the template needs a credential: {en}",
        'trên trang: gõ vào ô "Mật khẩu mới"; trong tệp: đặt tên cho nó ở cột secret, rồi chạy: '
        "thongsuot secret set TÊN",
        "on the page: type it as the new credential; in a file: give it a name in the column "
        "secret, then run: thongsuot secret set NAME",
    )
